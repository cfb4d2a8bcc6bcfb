"""Create-order, from the gateway's event to the table and back."""

from collections.abc import Callable
from typing import Any

import pytest

from local.functions import Functions
from local.routing import find_route
from local.template import Stack
from tests.client import Api
from tests.tables import everything, families

INLINE = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
ADDRESS = {
    "line1": "1 Sample Street",
    "line2": "Back house",
    "city": "Berlin",
    "state": "BE",
    "region": "Mitte",
    "postal_code": "10115",
    "country": "DE",
}


def one_line(quantity: int = 1, **fields: Any) -> list[Any]:
    return [{"price_data": INLINE, "quantity": quantity} | fields]


def test_the_example_event_makes_the_order_that_it_asks_for(
    example_event: Callable[[str], dict[str, Any]], stack: Stack, functions: Functions
) -> None:
    event = example_event("create_order")

    found = find_route(stack.routes, "POST", event["rawPath"])
    answer = functions.invoke("CreateOrderFunction", event)

    assert found is not None
    assert found[0].function == "CreateOrderFunction"
    assert answer["statusCode"] == 201
    assert '"total_amount":3750' in answer["body"]


def test_a_gateway_that_routes_past_the_function_loses_nobody_an_order(
    example_event: Callable[[str], dict[str, Any]], functions: Functions
) -> None:
    answer = functions.invoke("ApiFunction", example_event("create_order"))

    assert answer["statusCode"] == 201
    assert '"total_amount":3750' in answer["body"]


def test_an_order_of_three_seats_costs_three_times_the_price(api: Api) -> None:
    price, customer = api.price(), api.customer()

    answer = api.post(
        "/v1/orders",
        {
            "customer": customer["id"],
            "currency": "usd",
            "line_items": [{"price": price["id"], "quantity": 3}],
        },
    )

    assert answer.status == 201
    assert answer.body["total_amount"] == 3750
    assert answer.body["number"] == "ORD-001"
    assert api.get(f"/v1/orders/{answer.body['id']}").body == answer.body


def test_a_new_order_is_a_draft_of_which_nothing_is_paid(api: Api) -> None:
    order = api.order(customer=api.customer()["id"], line_items=one_line(3))

    assert order["id"].startswith("ord_")
    assert order["object"] == "order"
    assert order["livemode"] is False
    assert order["status"] == "draft"
    assert order["collection"] == "draft"
    assert order["fulfillment_status"] == "pending"
    assert order["return_status"] == "none"
    assert (order["subtotal_amount"], order["total_amount"]) == (3750, 3750)
    assert (order["discount_amount"], order["tax_amount"], order["paid_amount"]) == (0, 0, 0)
    assert order["outstanding_amount"] == 3750


def test_a_line_names_a_price_or_carries_one_or_takes_a_products_default(api: Api) -> None:
    price = api.price()
    api.patch(f"/v1/products/{price['product']}", {"default_price": price["id"]})

    order = api.order(
        customer=api.customer()["id"],
        line_items=[
            {"price": price["id"], "quantity": 1},
            {"product": price["product"], "quantity": 2},
            {
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 99,
                    "product": price["product"],
                },
                "quantity": 3,
            },
            {"price_data": INLINE | {"product_data": {"name": "Desk"}}, "quantity": 4},
        ],
    )

    by_price, by_product, inline_of_product, inline = order["line_items"]
    assert order["total_amount"] == 1250 + 2 * 1250 + 3 * 99 + 4 * 1250
    assert (by_price["price"], by_price["product"]) == (price["id"], price["product"])
    assert (by_product["price"], by_product["product"]) == (price["id"], price["product"])
    assert (inline_of_product["price"], inline_of_product["product"]) == (None, price["product"])
    assert inline_of_product["price_data"]["unit_amount"] == 99
    assert (inline["price"], inline["product"], inline["product_name"]) == (None, None, "Desk")


def test_a_line_says_how_its_amount_came_about(api: Api) -> None:
    tiers = [{"up_to": 10, "unit_amount": 100}, {"up_to": "inf", "unit_amount": 50}]
    price = api.price(billing_scheme="tiered", tiers_mode="graduated", tiers=tiers)

    order = api.order(
        customer=api.customer()["id"], line_items=[{"price": price["id"], "quantity": 12}]
    )

    quote = order["line_items"][0]["quote"]
    assert [(step["units"], step["rate"], step["subtotal"]) for step in quote["steps"]] == [
        ("10", "1", "10"),
        ("2", "0.5", "1"),
    ]
    assert (quote["exact_amount"], quote["amount"]) == ("11", 1100)


def test_inline_prices_and_products_make_no_records(api: Api, stack: Stack) -> None:
    customer = api.customer()["id"]
    before = everything(stack)

    api.order(customer=customer, line_items=one_line())

    new = {pk: item for pk, item in everything(stack).items() if pk not in before}
    assert families(new) == ["CTR", "EV", "ORD"]


@pytest.mark.parametrize("lines", [1, 10, 20, 40])
def test_an_order_has_up_to_forty_lines(api: Api, lines: int) -> None:
    prices = [api.price()["id"] for _ in range(min(lines, 5))] * 8
    prices = prices[:lines]

    order = api.order(
        customer=api.customer()["id"],
        line_items=[{"price": price, "quantity": 1} for price in prices],
    )

    assert [line["price"] for line in order["line_items"]] == prices
    assert len({line["id"] for line in order["line_items"]}) == lines
    assert order["total_amount"] == lines * 1250
    assert api.get(f"/v1/orders/{order['id']}").body == order


def test_each_customers_orders_are_numbered_from_one(api: Api) -> None:
    ada, bob = api.customer()["id"], api.customer()["id"]

    numbers = [
        api.order(customer=customer, line_items=one_line())["number"]
        for customer in (ada, ada, bob, ada)
    ]

    assert numbers == ["ORD-001", "ORD-002", "ORD-001", "ORD-003"]


def test_addresses_metadata_and_custom_fields_are_kept_as_given(api: Api) -> None:
    asked = {
        "customer": api.customer()["id"],
        "description": "Five thousand tokens",
        "billing_address": ADDRESS,
        "shipping_address": {"city": "Kyōto", "country": "JP"},
        "metadata": {"cost_center": "42", "count": 7, "share": 0.1, "urgent": False},
        "custom_field_data": {"engraving": "for Grace", "gift": True, "sizes": 3},
    }

    order = api.order(line_items=one_line(description="Two", metadata={"k": "v"}), **asked)

    assert order | asked == order
    assert order["line_items"][0]["description"] == "Two"
    assert order["line_items"][0]["metadata"] == {"k": "v"}


def test_blank_parts_of_an_address_are_left_out_and_its_country_is_upper_case(api: Api) -> None:
    order = api.order(
        customer=api.customer()["id"],
        line_items=one_line(),
        billing_address={"line1": " 1 Sample Street ", "line2": "  ", "country": "de"},
    )

    assert order["billing_address"] == {"line1": "1 Sample Street", "country": "DE"}


def test_the_billing_address_can_serve_for_shipping(api: Api) -> None:
    customer = api.customer()["id"]

    order = api.order(
        customer=customer,
        line_items=one_line(),
        billing_address=ADDRESS,
        use_billing_address_for_shipping=True,
    )

    assert order["shipping_address"] == order["billing_address"] == ADDRESS

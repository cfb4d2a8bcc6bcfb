"""What an order comes to: currencies, bounds, custom amounts. A cent off is a customer lost."""

from typing import Any

import pytest

from farebox import bootstrap
from local.functions import Functions
from local.template import Stack
from tests.client import Api
from tests.refusals import refusal


def line(currency: str = "usd", amount: int = 1250, quantity: int = 1) -> dict[str, Any]:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Seat"}}
    return {"price_data": price, "quantity": quantity}


def test_without_a_currency_an_order_takes_its_first_lines(api: Api) -> None:
    customer = api.customer()["id"]

    order = api.order(customer=customer, line_items=[line("eur"), line("eur")])

    assert order["currency"] == "eur"


def test_a_currency_is_told_in_lower_case_however_it_was_asked(api: Api) -> None:
    order = api.order(customer=api.customer()["id"], currency="EUR", line_items=[line("EUR")])

    assert order["currency"] == "eur"


def test_lines_of_two_currencies_are_refused_where_they_differ(api: Api) -> None:
    customer = api.customer()["id"]

    answer = api.post(
        "/v1/orders", {"customer": customer, "line_items": [line(), line("eur"), line("jpy")]}
    )

    assert refusal(answer, 422) == [
        ("line_items[1]", "currency_mismatch"),
        ("line_items[2]", "currency_mismatch"),
    ]


def test_a_custom_amount_without_a_price_is_in_the_organizations_currency(
    tables: None, stack: Stack, functions: Functions
) -> None:
    made = bootstrap.create_organization("Bakery", "eur")
    api = Api(stack, functions, made.test_key, made.id)

    order = api.order(
        customer=api.customer()["id"],
        line_items=[{"product": api.product()["id"], "quantity": 1}],
        amount=990,
    )

    assert (order["currency"], order["total_amount"]) == ("eur", 990)


def test_a_custom_amount_replaces_what_the_line_would_cost(api: Api) -> None:
    price = api.price()["id"]

    order = api.order(
        customer=api.customer()["id"], line_items=[{"price": price, "quantity": 3}], amount=2000
    )

    assert order["total_amount"] == order["line_items"][0]["total_amount"] == 2000
    assert order["line_items"][0]["quote"] is None


def test_a_custom_amount_for_two_lines_is_refused(api: Api) -> None:
    customer = api.customer()["id"]

    answer = api.post(
        "/v1/orders", {"customer": customer, "line_items": [line(), line()], "amount": 5000}
    )

    assert refusal(answer, 422) == [("amount", "excluded")]


def test_an_order_of_nothing_needs_no_minimum(api: Api) -> None:
    customer = api.customer()["id"]

    free = api.order(customer=customer, line_items=[line(amount=0)])
    waived = api.order(customer=customer, line_items=[line()], amount=0)

    assert free["total_amount"] == waived["total_amount"] == 0


@pytest.mark.parametrize(
    ("currency", "amount", "code"),
    [
        ("usd", 49, "amount_too_small"),
        ("usd", 50, None),
        ("usd", 99_999_999, None),
        ("usd", 100_000_000, "amount_too_large"),
        ("jpy", 49, "amount_too_small"),
        ("jpy", 50, None),
        ("bhd", 1000, None),
        ("isk", 50_000, None),
    ],
)
def test_a_total_that_no_processor_would_charge_is_refused(
    api: Api, currency: str, amount: int, code: str | None
) -> None:
    customer = api.customer()["id"]

    answer = api.post("/v1/orders", {"customer": customer, "line_items": [line(currency, amount)]})

    assert answer.status == (422 if code else 201), answer.text
    if code:
        assert refusal(answer, 422) == [("line_items", code)]


@pytest.mark.parametrize(
    ("currency", "amount"), [("bhd", 1005), ("isk", 50_050), ("ugx", 500_001), ("kwd", 1001)]
)
def test_a_custom_amount_between_the_steps_of_its_currency_is_refused(
    api: Api, currency: str, amount: int
) -> None:
    customer, product = api.customer()["id"], api.product()["id"]

    answer = api.post(
        "/v1/orders",
        {
            "customer": customer,
            "line_items": [{"product": product, "quantity": 1}],
            "currency": currency,
            "amount": amount,
        },
    )

    assert ("amount", "invalid_step") in refusal(answer, 422)


def test_a_line_is_rounded_to_what_its_currency_can_charge(api: Api) -> None:
    customer = api.customer()["id"]

    dinars = api.order(customer=customer, line_items=[line("kwd", 1005)])
    kronur = api.order(customer=customer, line_items=[line("isk", 50_050)])

    assert dinars["total_amount"] == 1010
    assert kronur["total_amount"] == 50_100


def test_ten_billion_units_are_priced_exactly(api: Api) -> None:
    price = api.price(unit_amount_decimal="0.009999999899")["id"]

    order = api.order(
        customer=api.customer()["id"],
        line_items=[{"price": price, "quantity": 10_000_000_000}],
    )

    assert order["total_amount"] == 99_999_999
    assert order["line_items"][0]["quote"]["exact_amount"] == "999999.9899"


def test_lines_are_rounded_one_by_one_and_then_added(api: Api) -> None:
    price = api.price(unit_amount_decimal="50.5")["id"]

    order = api.order(
        customer=api.customer()["id"], line_items=[{"price": price, "quantity": 1}] * 3
    )

    assert [line["total_amount"] for line in order["line_items"]] == [51, 51, 51]
    assert order["total_amount"] == 153

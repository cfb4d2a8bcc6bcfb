"""Orders that are refused: every broken rule is told where it is broken, and nothing is kept."""

from typing import Any

import pytest

from local.template import Stack
from tests.client import Api
from tests.refusals import refusal
from tests.tables import nothing_stored

INLINE = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}


def one_line(quantity: int = 1, **fields: Any) -> list[Any]:
    return [{"price_data": INLINE, "quantity": quantity} | fields]


def test_the_forty_first_line_is_refused(api: Api, stack: Stack) -> None:
    customer = api.customer()["id"]

    with nothing_stored(stack):
        answer = api.post("/v1/orders", {"customer": customer, "line_items": one_line() * 41})

    assert refusal(answer, 422) == [("line_items", "too_long")]


def test_an_order_too_large_for_the_table_is_refused_with_nothing_stored(
    api: Api, stack: Stack
) -> None:
    customer = api.customer()["id"]
    metadata = {f"key{place}": "x" * 500 for place in range(20)}

    with nothing_stored(stack):
        answer = api.post(
            "/v1/orders", {"customer": customer, "line_items": one_line(metadata=metadata) * 40}
        )

    assert refusal(answer, 413) == [(None, "record_too_large")]


def test_a_shipping_address_that_contradicts_itself_is_refused(api: Api) -> None:
    asked = {"customer": api.customer()["id"], "line_items": one_line()}
    flag = {"use_billing_address_for_shipping": True}

    without = api.post("/v1/orders", asked | flag)
    twice = api.post("/v1/orders", asked | flag | {"billing_address": {}, "shipping_address": {}})

    assert refusal(without, 422) == [("billing_address", "required")]
    assert refusal(twice, 422) == [("shipping_address", "excluded")]


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ({"quantity": 0}, ("line_items[0].quantity", "greater_than_equal")),
        ({"quantity": 10_000_000_001}, ("line_items[0].quantity", "less_than_equal")),
        ({"quantity": 1.5}, ("line_items[0].quantity", "invalid_type")),
        ({"price": "price_x"}, ("line_items[0].price_data", "excluded")),
        ({"price_data": None}, ("line_items[0].price", "required")),
        ({"price_data": None, "price": "price_x"}, ("line_items[0].price", "unknown_price")),
        ({"price_data": None, "product": "prod_x"}, ("line_items[0].product", "unknown_product")),
        ({"price_data": 5}, ("line_items[0].price_data", "invalid_type")),
        (
            {"price_data": INLINE | {"currency": "zzz"}},
            ("line_items[0].price_data.currency", "unknown_currency"),
        ),
        (
            {"price_data": {"currency": "usd", "unit_amount": 1, "product": "prod_x"}},
            ("line_items[0].price_data.product", "unknown_product"),
        ),
        (
            {"price_data": INLINE | {"active": False}},
            ("line_items[0].price_data", "price_inactive"),
        ),
        (
            {"price_data": INLINE | {"recurring": {"interval": "month"}}},
            ("line_items[0].price_data", "recurring_price"),
        ),
        (
            {"price_data": INLINE | {"livemode": False}},
            ("line_items[0].price_data.livemode", "read_only_field"),
        ),
        (
            {"metadata": {"note": "4111-1111-1111-1111"}},
            ("line_items[0].metadata.note", "card_number"),
        ),
        ({"description": "x" * 501}, ("line_items[0].description", "string_too_long")),
        ({"discount": "x"}, ("line_items[0].discount", "unknown_field")),
    ],
)
def test_a_broken_line_is_refused_where_it_is_broken(
    api: Api, stack: Stack, line: Any, broken: Any
) -> None:
    customer = api.customer()["id"]

    with nothing_stored(stack):
        answer = api.post(
            "/v1/orders",
            {"customer": customer, "line_items": [one_line()[0] | line]},
            Idempotency_Key="refused",
        )

    assert broken in refusal(answer, 422)


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"customer": "cus_unknown"}, ("customer", "unknown_customer")),
        ({"customer": None}, ("customer", "invalid_type")),
        ({"line_items": []}, ("line_items", "too_short")),
        ({"line_items": {}}, ("line_items", "invalid_type")),
        ({"currency": "xxx"}, ("currency", "unknown_currency")),
        ({"currency": "eur"}, ("line_items[0]", "currency_mismatch")),
        ({"amount": -1}, ("amount", "greater_than_equal")),
        ({"amount": 49}, ("amount", "amount_too_small")),
        ({"amount": 100_000_000}, ("amount", "amount_too_large")),
        ({"billing_address": {"country": "XX"}}, ("billing_address.country", "unknown_country")),
        ({"billing_address": {"zip": "1"}}, ("billing_address.zip", "unknown_field")),
        ({"shipping_address": "Berlin"}, ("shipping_address", "invalid_type")),
        ({"custom_field_data": {"": 1}}, ("custom_field_data.", "string_too_short")),
        (
            {"custom_field_data": {"card": 4242424242424242}},
            ("custom_field_data.card", "card_number"),
        ),
        ({"description": "card 5555555555554444"}, ("description", "card_number")),
        ({"collection": "yesterday"}, ("collection", "literal_error")),
        ({"number": "ORD-1"}, ("number", "read_only_field")),
        ({"status": "paid"}, ("status", "read_only_field")),
        ({"total": 5}, ("total", "unknown_field")),
    ],
)
def test_a_broken_field_is_refused_by_name(
    api: Api, stack: Stack, fields: Any, broken: Any
) -> None:
    asked = {"customer": api.customer()["id"], "line_items": one_line()}

    with nothing_stored(stack):
        answer = api.post("/v1/orders", asked | fields)

    assert broken in refusal(answer, 422)


def test_everything_that_is_unknown_or_not_for_sale_is_told_at_once(api: Api) -> None:
    monthly = api.price(recurring={"interval": "month"})["id"]
    retired = api.price(active=False)["id"]
    sold = api.price()
    archived, priceless = sold["product"], api.product()["id"]
    api.patch(f"/v1/products/{archived}", {"default_price": sold["id"], "active": False})
    lines = [{"price": monthly}, {"price": retired}, {"product": archived}, {"product": priceless}]

    answer = api.post(
        "/v1/orders",
        {"customer": "cus_gone", "line_items": [line | {"quantity": 1} for line in lines]},
    )

    assert refusal(answer, 422) == [
        ("customer", "unknown_customer"),
        ("line_items[0].price", "recurring_price"),
        ("line_items[1].price", "price_inactive"),
        ("line_items[2].product", "product_inactive"),
        ("line_items[3].product", "no_default_price"),
    ]

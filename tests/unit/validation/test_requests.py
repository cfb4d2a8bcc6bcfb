"""Rules between the fields of one request."""

from typing import Any

import pytest

from farebox.validation.catalogue import CreateCustomer, CreateDiscount, UpdateProduct
from farebox.validation.checkouts import MAXIMUM_CUSTOM_FIELDS, CreateCheckout
from farebox.validation.orders import MAXIMUM_LINES, CancelOrder, ChargeOrder, CreateOrder
from tests.unit.builders import asked, broken_rules

LINE = {"price": "price_1", "quantity": 1}
NOON = "2026-02-01T12:00:00Z"
TEXT = {"type": "text", "key": "company", "label": "Company"}


def order(**fields: Any) -> CreateOrder:
    return asked(CreateOrder, **({"customer": "cus_1", "line_items": [LINE]} | fields))


def checkout(**fields: Any) -> CreateCheckout:
    named = {"line_items", "product"} & fields.keys()
    return asked(CreateCheckout, **(fields if named else {"line_items": [LINE]} | fields))


def test_an_order_has_one_to_forty_lines() -> None:
    """Else an order is accepted that one transaction cannot keep."""
    assert len(order(line_items=[LINE] * MAXIMUM_LINES).line_items) == MAXIMUM_LINES
    assert broken_rules(lambda: order(line_items=[])) == [("line_items", "too_short")]
    assert broken_rules(lambda: order(line_items=[LINE] * (MAXIMUM_LINES + 1))) == [
        ("line_items", "too_long")
    ]


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ({}, [("line_items[0].price", "required")]),
        ({"price": "p", "product": "q"}, [("line_items[0].product", "excluded")]),
        (
            {
                "price": "p",
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 1,
                    "product_data": {"name": "Seat"},
                },
            },
            [("line_items[0].price_data", "excluded")],
        ),
    ],
)
def test_a_line_is_priced_by_exactly_one_thing(
    line: dict[str, Any], rules: list[tuple[str, str]]
) -> None:
    """Else two prices are given and we choose."""
    assert broken_rules(lambda: order(line_items=[line | {"quantity": 1}])) == rules


def test_a_bad_inline_price_is_told_by_its_whole_path() -> None:
    """Else a caller with forty lines does not find the one that is meant."""
    line = {"price_data": {"currency": "usd", "unit_amount": -1}, "quantity": 1}

    rules = broken_rules(lambda: order(line_items=[LINE, line]))

    assert ("line_items[1].price_data.unit_amount", "greater_than_equal") in rules


def test_a_custom_amount_has_exactly_one_line() -> None:
    """Else nobody knows which line the amount is for."""
    assert order(amount=0).amount == 0
    assert broken_rules(lambda: order(amount=5000, line_items=[LINE, LINE])) == [
        ("amount", "excluded")
    ]


def test_shipping_to_the_billing_address_needs_one() -> None:
    """Else a parcel has no address, or two."""
    address = {"line1": "1 Sample Street", "country": "de"}

    assert order(billing_address=address, use_billing_address_for_shipping=True)
    assert broken_rules(lambda: order(use_billing_address_for_shipping=True)) == [
        ("billing_address", "required")
    ]
    assert broken_rules(
        lambda: order(
            billing_address=address,
            shipping_address=address,
            use_billing_address_for_shipping=True,
        )
    ) == [("shipping_address", "excluded")]


@pytest.mark.parametrize(
    ("fields", "rules"),
    [
        ({"collection": "draft"}, []),
        ({"collection": "charge_now"}, []),
        ({"collection": "scheduled", "charge_at": NOON}, []),
        ({"collection": "later"}, [("collection", "literal_error")]),
        ({"collection": None}, [("collection", "literal_error")]),
        ({"collection": "scheduled"}, [("charge_at", "required")]),
        ({"collection": "charge_now", "charge_at": NOON}, [("charge_at", "excluded")]),
        ({"charge_at": NOON}, [("charge_at", "excluded")]),
        ({"collection": "scheduled", "charge_at": "2026-02-01"}, [("charge_at", "invalid_time")]),
    ],
)
def test_an_order_has_a_time_if_and_only_if_it_is_scheduled(
    fields: dict[str, Any], rules: list[tuple[str, str]]
) -> None:
    """Else an order waits for a charge that never comes, or comes at another time."""
    if rules:
        assert broken_rules(lambda: order(**fields)) == rules
    else:
        assert order(**fields).collection == fields["collection"]


def test_a_charge_can_name_its_payment_method_and_nothing_else() -> None:
    """Else an amount that is sent with it is believed to be charged."""
    assert asked(ChargeOrder).payment_method is None
    assert asked(ChargeOrder, payment_method="pm_1").payment_method == "pm_1"
    assert broken_rules(lambda: asked(ChargeOrder, amount=1)) == [("amount", "unknown_field")]
    assert broken_rules(lambda: asked(CancelOrder, reason="x")) == [("reason", "unknown_field")]


def test_a_blank_description_is_none() -> None:
    """Else a line on the invoice is empty instead of carrying the product's name."""
    assert order(description="  ").description is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"": "x"}, "string_too_short"),
        ({"x" * 201: "x"}, "string_too_long"),
        ({"note": "4242424242424242"}, "card_number"),
        ({"note": {"nested": 1}}, "invalid_metadata_value"),
        ({"4242 4242 4242 4242": "x"}, "card_number"),
        ({"a\x00b": "x"}, "control_character"),
    ],
)
def test_custom_field_data_is_held_to_the_rules_of_free_text(
    data: dict[str, Any], code: str
) -> None:
    """Else a card number is kept after all, under another name."""
    assert [found for _, found in broken_rules(lambda: order(custom_field_data=data))] == [code]


def test_a_checkout_offers_a_product_or_line_items() -> None:
    """Else a customer sees an empty page, or two offers."""
    assert checkout(product="prod_1", units=3).units == 3
    assert broken_rules(lambda: asked(CreateCheckout)) == [("line_items", "required")]
    assert broken_rules(lambda: checkout(product="prod_1", line_items=[LINE])) == [
        ("line_items", "excluded")
    ]
    assert broken_rules(lambda: checkout(units=3)) == [("units", "excluded")]


def test_a_checkout_names_its_customer_once() -> None:
    """Else a receipt goes to somebody else."""
    rules = broken_rules(lambda: checkout(customer="cus_1", customer_email="ada@example.com"))

    assert rules == [("customer_email", "excluded")]


def test_a_checkout_asks_at_most_three_questions_each_with_a_key_of_its_own() -> None:
    """Else one answer overwrites another."""
    several = [TEXT | {"key": f"q{place}"} for place in range(MAXIMUM_CUSTOM_FIELDS + 1)]

    assert len(checkout(custom_fields=several[:-1]).custom_fields) == MAXIMUM_CUSTOM_FIELDS
    assert broken_rules(lambda: checkout(custom_fields=several)) == [("custom_fields", "too_long")]
    assert broken_rules(lambda: checkout(custom_fields=[TEXT, TEXT])) == [
        ("custom_fields[1].key", "duplicate_key")
    ]


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ({"key": "with space"}, ("custom_fields[0].key", "string_pattern_mismatch")),
        ({"key": "line\n"}, ("custom_fields[0].key", "string_pattern_mismatch")),
        ({"key": ""}, ("custom_fields[0].key", "string_pattern_mismatch")),
        ({"label": ""}, ("custom_fields[0].label", "string_too_short")),
        ({"label": "x" * 51}, ("custom_fields[0].label", "string_too_long")),
        ({"checkbox": {"label": "I agree"}}, ("custom_fields[0].checkbox", "excluded")),
        (
            {"text": {"min_length": 9, "max_length": 3}},
            ("custom_fields[0].text.min_length", "invalid_bound"),
        ),
        ({"text": {"max_length": 501}}, ("custom_fields[0].text.max_length", "less_than_equal")),
    ],
)
def test_a_question_can_be_asked_and_answered(field: dict[str, Any], rule: tuple[str, str]) -> None:
    """Else a customer meets a field that nothing typed can satisfy."""
    assert broken_rules(lambda: checkout(custom_fields=[TEXT | field])) == [rule]


@pytest.mark.parametrize(
    ("fields", "rules"),
    [
        ({"type": "percentage"}, [("basis_points", "required")]),
        ({"type": "fixed"}, [("amounts", "required")]),
        (
            {"type": "percentage", "basis_points": 1, "amounts": {"usd": 1}},
            [("amounts", "excluded")],
        ),
        (
            {"type": "fixed", "basis_points": 1, "amounts": {"usd": 1}},
            [("basis_points", "excluded")],
        ),
        (
            {"type": "percentage", "basis_points": 10_001},
            [("basis_points", "less_than_equal")],
        ),
        ({"type": "fixed", "amounts": {}}, [("amounts", "too_short")]),
        ({"type": "fixed", "amounts": {"usd": 0}}, [("amounts.usd", "greater_than_equal")]),
        ({"type": "fixed", "amounts": {"xxx": 1}}, [("amounts.xxx", "unknown_currency")]),
        (
            {
                "type": "percentage",
                "basis_points": 1,
                "starts_at": "2026-02-01T00:00:00Z",
                "ends_at": "2026-02-01T01:00:00+01:00",
            },
            [("ends_at", "invalid_period")],
        ),
        (
            {"type": "percentage", "basis_points": 1, "code": "a b"},
            [("code", "string_pattern_mismatch")],
        ),
    ],
)
def test_a_discount_says_what_it_takes_off_and_when(
    fields: dict[str, Any], rules: list[tuple[str, str]]
) -> None:
    """Else a discount is made that nobody can redeem, or everybody."""
    assert broken_rules(lambda: asked(CreateDiscount, name="Sale", **fields)) == rules


def test_a_name_cannot_be_taken_away() -> None:
    """Else a product appears on an invoice without one."""
    assert broken_rules(lambda: asked(UpdateProduct, name=None)) == [("name", "invalid_type")]
    assert broken_rules(lambda: asked(UpdateProduct, name=" ")) == [("name", "string_too_short")]


def test_blank_parts_of_an_address_are_left_out() -> None:
    """Else a form with empty fields cannot be sent as it is."""
    request = asked(CreateCustomer, billing_address={"line1": "", "country": " ", "city": "Bonn"})

    assert request.billing_address is not None
    assert request.billing_address.model_dump(exclude_none=True) == {"city": "Bonn"}

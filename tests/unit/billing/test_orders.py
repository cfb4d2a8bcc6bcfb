"""A draft order: priced at once, frozen, refused with every broken rule together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farebox.billing import orders
from farebox.billing.catalogue import Price, Product
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.billing.payers import Customer
from farebox.validation.orders import CreateOrder
from tests.unit.billing.ordering import BUYER, ID, decide, inline, line
from tests.unit.builders import (
    NOW,
    asked,
    broken_rules,
    known,
    order,
    price,
    product,
)


def test_a_draft_is_priced_and_owes_its_total() -> None:
    """Else three seats at 12.50 are not 37.50."""
    seat = price()

    made = decide(known(BUYER, seat), line_items=[line(seat, 3)], metadata={"a": 1, "b": ""})

    assert (made.subtotal_amount, made.total_amount, made.outstanding_amount) == (3750, 3750, 3750)
    assert (made.status, made.collection, made.number) == ("draft", "draft", None)
    assert (made.id, made.currency, made.customer) == (ID, "usd", BUYER.id)
    assert made.created_at == made.updated_at == "2026-01-31T12:00:00.000Z"
    assert made.metadata == {"a": 1}


def test_the_event_tells_of_a_created_order() -> None:
    """Else a merchant's system never hears of it."""
    seat = price()
    request = asked(CreateOrder, customer=BUYER.id, line_items=[line(seat)])

    change = orders.create(request, known(BUYER, seat), id=ID, now=NOW)

    assert (change.events, change.before) == (("order.created",), None)


@given(
    st.lists(
        st.tuples(st.integers(0, 99_999), st.integers(1, 1000)), min_size=1, max_size=40
    ).filter(lambda each: 50 <= sum(amount * quantity for amount, quantity in each) <= 99_999_999)
)
def test_the_lines_add_up_to_the_total(lines: list[tuple[int, int]]) -> None:
    """Else a customer who adds up the invoice gets another sum."""
    made = decide(
        known(BUYER),
        line_items=[inline(quantity, unit_amount=amount) for amount, quantity in lines],
    )

    assert [each.total_amount for each in made.line_items] == [a * q for a, q in lines]
    assert made.total_amount == sum(each.total_amount for each in made.line_items)


def test_each_line_has_an_id_that_follows_from_the_order_s() -> None:
    """Else a repeated request answers with other line ids."""
    made = decide(known(BUYER), line_items=[inline(), inline(2)])

    assert [each.id for each in made.line_items] == [
        "oli_01j00000000000000000000000_1",
        "oli_01j00000000000000000000000_2",
    ]


def test_a_line_keeps_how_its_amount_came_about() -> None:
    """Else nobody can explain an invoice a year later, when the price is gone."""
    seat = price()

    kept = decide(known(BUYER, seat), line_items=[line(seat, 3)]).line_items[0]

    assert kept.quote is not None
    assert (kept.quote.amount, kept.quote.exact_amount) == (3750, "37.5")
    assert (kept.price, kept.product, kept.product_name) == (seat.id, seat.product, "Seat")
    assert kept.price_data is None


def test_a_line_is_described_by_its_product_unless_it_says_otherwise() -> None:
    """Else an invoice has empty lines."""
    seat = price()

    made = decide(
        known(BUYER, seat), line_items=[line(seat), line(seat, description="Seat, spring")]
    )

    assert [each.description for each in made.line_items] == ["Seat", "Seat, spring"]


def test_a_product_is_sold_at_its_default_price() -> None:
    """Else a price change of the product's owner must be repeated by every caller."""
    seat = product(price())

    made = decide(known(BUYER, seat), line_items=[{"product": seat.id, "quantity": 2}])

    assert made.total_amount == 2500
    assert seat.default_price is not None
    assert made.line_items[0].price == seat.default_price.id


def test_an_inline_price_is_frozen_into_its_line() -> None:
    """Else the terms of a price that is no record are lost."""
    kept = decide(known(BUYER), line_items=[inline(unit_amount=99)]).line_items[0]

    assert kept.price_data is not None
    assert (kept.price_data["unit_amount"], kept.price_data["currency"]) == (99, "usd")
    assert (kept.price, kept.product) == (None, None)


def test_what_must_be_read_is_what_the_lines_name() -> None:
    """Else a line is priced by what was not read, or a read is paid for nothing."""
    request = asked(
        CreateOrder,
        customer="cus_1",
        line_items=[
            {"price": "price_1", "quantity": 1},
            {"product": "prod_1", "quantity": 1},
            {
                "price_data": {"currency": "usd", "unit_amount": 1, "product": "prod_2"},
                "quantity": 1,
            },
            inline(),
        ],
    )

    assert list(orders.references(request)) == [
        Reference(Customer, "cus_1"),
        Reference(Price, "price_1"),
        Reference(Product, "prod_1"),
        Reference(Product, "prod_2"),
    ]


def test_every_broken_rule_is_told_at_once() -> None:
    """Else a caller with six mistakes sends seven requests."""
    archived, unpriced = product(active=False), product()
    retired, monthly = price(active=False), price(cadence="monthly")
    euro = price(currency="eur")

    rules = broken_rules(
        lambda: decide(
            known(archived, unpriced, retired, monthly, euro),
            currency="usd",
            line_items=[
                {"product": archived.id, "quantity": 1},
                {"product": unpriced.id, "quantity": 1},
                line(retired),
                line(monthly),
                line(euro),
                {"price": "price_unknown", "quantity": 1},
                {"product": "prod_unknown", "quantity": 1},
                inline(product_data=None, product="prod_unknown"),
            ],
        )
    )

    assert sorted(rules) == [
        ("customer", "unknown_customer"),
        ("line_items[0].product", "no_default_price"),
        ("line_items[0].product", "product_inactive"),
        ("line_items[1].product", "no_default_price"),
        ("line_items[2].price", "price_inactive"),
        ("line_items[3].price", "recurring_price"),
        ("line_items[4]", "currency_mismatch"),
        ("line_items[5].price", "unknown_price"),
        ("line_items[6].product", "unknown_product"),
        ("line_items[7].price_data.product", "unknown_product"),
    ]


@pytest.mark.parametrize(
    "terms",
    [
        {"cadence": "monthly"},
        {"recurring": {"interval": "month"}},
        {"recurring": {"interval": "year", "interval_count": 3}},
    ],
)
def test_a_recurring_price_is_refused_by_a_code_of_its_own(terms: dict[str, Any]) -> None:
    """Else a customer believes to have a subscription, and is charged once."""
    subscription = price(**terms)

    assert broken_rules(
        lambda: decide(known(BUYER, subscription), line_items=[line(subscription)])
    ) == [("line_items[0].price", "recurring_price")]


def test_a_recurring_price_that_stands_in_its_line_is_refused_likewise() -> None:
    """Else the same subscription is sold once by whoever leaves out the price record."""
    monthly = inline(recurring={"interval": "month"})

    assert broken_rules(lambda: decide(known(BUYER), line_items=[monthly])) == [
        ("line_items[0].price_data", "recurring_price")
    ]


def test_a_price_that_is_said_to_be_billed_once_can_be_ordered() -> None:
    """Else every price made with ``cadence: one_time`` is useless."""
    once = price(cadence="one_time")

    assert decide(known(BUYER, once), line_items=[line(once)]).total_amount == 1250


def test_a_record_of_another_kind_is_not_what_was_named() -> None:
    """Else a customer's id in place of a price prices a line by a customer."""
    rules = broken_rules(
        lambda: decide(known(BUYER), line_items=[{"price": BUYER.id, "quantity": 1}])
    )

    assert rules == [("line_items[0].price", "unknown_price")]


def test_a_parcel_goes_to_the_billing_address_when_it_should() -> None:
    """Else a parcel has no address."""
    address = {"line1": "1 Sample Street", "city": "Berlin", "country": "de"}

    made = decide(
        known(BUYER),
        line_items=[inline()],
        billing_address=address,
        use_billing_address_for_shipping=True,
    )

    assert made.shipping_address == made.billing_address == address | {"country": "DE"}


def test_deciding_twice_decides_the_same() -> None:
    """Else a repeated request makes another order: a decision has no clock and no chance."""
    seat = price()
    request = asked(CreateOrder, customer=BUYER.id, line_items=[line(seat, 7)])

    one = orders.create(request, known(BUYER, seat), id=ID, now=NOW)
    other = orders.create(request, known(BUYER, seat), id=ID, now=NOW)

    assert one == other
    assert order(
        known(BUYER, seat), customer=BUYER.id, line_items=[line(seat, 7)]
    ).total_amount == (one.record.total_amount if isinstance(one.record, Order) else None)

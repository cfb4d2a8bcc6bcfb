"""A checkout: what is offered, at which sum, with which discount, until when."""

from typing import Any

import pytest

from farebox.billing import checkouts
from farebox.billing.catalogue import Product
from farebox.billing.checkouts import Checkout
from farebox.billing.discounts import Discount
from farebox.billing.known import Known, Reference
from farebox.billing.payers import Customer
from farebox.validation.checkouts import CreateCheckout
from tests.unit.builders import NOW, asked, broken_rules, customer, discount, known, price, product

ID = "chk_01j00000000000000000000000"
URL = f"https://pay.example.com/checkout/{ID}"


def decide(what_is_known: Known, **fields: Any) -> Checkout:
    request = asked(CreateCheckout, **fields)
    made = checkouts.create(request, what_is_known, id=ID, url=URL, now=NOW).record
    assert isinstance(made, Checkout)
    return made


def test_a_checkout_offers_line_items_at_their_sum() -> None:
    """Else a customer pays another sum than the page shows."""
    seat = price()

    made = decide(known(seat), line_items=[{"price": seat.id, "quantity": 3}])

    assert (made.subtotal_amount, made.discount_amount, made.total_amount) == (3750, 0, 3750)
    assert (made.status, made.currency, made.checkout_url) == ("open", "usd", URL)
    assert (made.product, made.units) == (None, None)


def test_a_product_and_its_units_are_one_line() -> None:
    """Else a caller in the words of product and units gets another checkout."""
    seat = product(price())

    made = decide(known(seat), product=seat.id, units=4)

    assert (made.product, made.units, made.total_amount) == (seat.id, 4, 5000)
    assert [each.quantity for each in made.line_items] == [4]


def test_a_product_without_units_is_one() -> None:
    """Else the shortest checkout there is offers nothing."""
    seat = product(price())

    assert decide(known(seat), product=seat.id).units == 1


def test_a_checkout_expires_after_a_day() -> None:
    """Else a price of last year can still be paid."""
    made = decide(known(seat := product(price())), product=seat.id)

    assert made.expires_at == "2026-02-01T12:00:00.000Z"


def test_a_discount_comes_off_the_sum() -> None:
    """Else a code is accepted and nothing is cheaper."""
    seat, tenth = product(price()), discount()

    made = decide(known(seat, tenth), product=seat.id, units=2, discount_code="TENTH")

    assert (made.subtotal_amount, made.discount_amount, made.total_amount) == (2500, 250, 2250)
    assert (made.discount, made.discount_code) == (tenth.id, "TENTH")


def test_a_discount_may_take_everything() -> None:
    """Else a gift asks for a card."""
    seat = product(price())
    everything = discount(code="ALL", basis_points=10_000)

    made = decide(known(seat, everything), product=seat.id, discount_code="ALL")

    assert (made.discount_amount, made.total_amount) == (1250, 0)


def test_what_remains_must_be_a_sum_that_can_be_charged() -> None:
    """Else a customer stands before a page that can never be paid."""
    seat = product(price())
    nearly = discount(code="NEARLY", basis_points=9900)

    rules = broken_rules(
        lambda: decide(known(seat, nearly), product=seat.id, discount_code="NEARLY")
    )

    assert rules == [("units", "amount_too_small")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"active": False}, "discount_inactive"),
        ({"starts_at": "2026-01-31T12:00:00.001Z"}, "discount_not_started"),
        ({"ends_at": "2026-01-31T12:00:00Z"}, "discount_ended"),
        ({"amounts": {"eur": 100}}, "currency_mismatch"),
    ],
)
def test_a_discount_that_does_not_hold_is_refused_at_its_code(
    fields: dict[str, Any], code: str
) -> None:
    """Else last year's code is still good."""
    seat, sale = product(price()), discount(code="SALE", **fields)

    rules = broken_rules(lambda: decide(known(seat, sale), product=seat.id, discount_code="SALE"))

    assert rules == [("discount_code", code)]


def test_an_unknown_code_is_refused() -> None:
    """Else a customer believes to have a discount."""
    seat = product(price())

    assert broken_rules(lambda: decide(known(seat), product=seat.id, discount_code="NO")) == [
        ("discount_code", "unknown_discount")
    ]


def test_what_is_wrong_with_a_product_is_told_at_the_product() -> None:
    """Else a caller who sent no line items is told about them."""
    assert broken_rules(lambda: decide(known(), product="prod_unknown")) == [
        ("product", "unknown_product")
    ]
    assert broken_rules(lambda: decide(known(seat := product()), product=seat.id)) == [
        ("product", "no_default_price")
    ]
    monthly = product(price(cadence="monthly"))
    assert broken_rules(lambda: decide(known(monthly), product=monthly.id)) == [
        ("product", "recurring_price")
    ]


def test_a_product_in_another_currency_is_told_at_a_field_that_was_sent() -> None:
    """Else a caller who sent no line items looks for the first of them."""
    seat = product(price())

    rules = broken_rules(lambda: decide(known(seat), product=seat.id, currency="eur"))

    assert [code for _, code in rules] == ["currency_mismatch"]
    assert rules[0][0] in ("product", "currency")


def test_every_broken_rule_is_told_at_once() -> None:
    """Else a caller repairs one field per request."""
    seat = price(active=False)

    rules = broken_rules(
        lambda: decide(
            known(seat, livemode=True),
            line_items=[{"price": seat.id, "quantity": 1}],
            customer="cus_unknown",
            discount_code="NO",
            success_url="http://localhost/thanks",
        )
    )

    assert sorted(rules) == [
        ("customer", "unknown_customer"),
        ("discount_code", "unknown_discount"),
        ("line_items[0].price", "price_inactive"),
        ("success_url", "invalid_url"),
    ]


@pytest.mark.parametrize("url", ["http://localhost/thanks", "HTTP://localhost/thanks"])
def test_in_live_mode_a_customer_returns_over_https(url: str) -> None:
    """Else signed parameters of a real payment travel in clear."""
    seat = product(price())

    assert decide(known(seat), product=seat.id, success_url=url).success_url == url
    assert broken_rules(
        lambda: decide(known(seat, livemode=True), product=seat.id, success_url=url)
    ) == [("success_url", "invalid_url")]


def test_a_known_customer_is_kept_and_a_new_one_s_address_too() -> None:
    """Else a returning customer is a stranger at every checkout."""
    seat, buyer = product(price()), customer()

    assert decide(known(seat, buyer), product=seat.id, customer=buyer.id).customer == buyer.id
    assert decide(known(seat), product=seat.id, customer_email="a@b.co").customer_email == "a@b.co"


def test_questions_are_kept_as_they_were_asked() -> None:
    """Else the page asks something else."""
    seat = product(price())
    question = {"type": "text", "key": "company", "label": "Company", "text": {"max_length": 50}}

    made = decide(known(seat), product=seat.id, custom_fields=[question])

    assert made.custom_fields == (question | {"optional": False},)


def test_what_must_be_read_is_what_the_request_names() -> None:
    """Else a checkout is decided without its discount."""
    request = asked(CreateCheckout, product="prod_1", customer="cus_1", discount_code="TENTH")

    assert list(checkouts.references(request)) == [
        Reference(Product, "prod_1"),
        Reference(Customer, "cus_1"),
        Reference(Discount, "TENTH", "code"),
    ]

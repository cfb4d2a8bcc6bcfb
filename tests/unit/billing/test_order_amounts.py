"""What an order comes to: its currency, what can be charged, and a sum that was agreed on."""

import pytest

from tests.unit.billing.ordering import BUYER, decide, inline, line
from tests.unit.builders import broken_rules, known, price, product


def test_the_currency_is_the_lines_unless_it_is_named() -> None:
    """Else a shop with euro prices must name the currency in every call."""
    euro = price(currency="eur")

    assert decide(known(BUYER, euro), line_items=[line(euro)]).currency == "eur"


def test_two_currencies_do_not_add_up() -> None:
    """Else a euro and a dollar are two dollars."""
    dollar, euro = price(), price(currency="eur")

    assert broken_rules(
        lambda: decide(known(BUYER, dollar, euro), line_items=[line(dollar), line(euro)])
    ) == [("line_items[1]", "currency_mismatch")]


@pytest.mark.parametrize(
    ("amount", "code"),
    [(1, "amount_too_small"), (49, "amount_too_small"), (100_000_000, "amount_too_large")],
)
def test_a_sum_that_cannot_be_charged_is_refused(amount: int, code: str) -> None:
    """Else an order is accepted whose charge fails for ever."""
    assert broken_rules(lambda: decide(known(BUYER), line_items=[inline(unit_amount=amount)])) == [
        ("line_items", code)
    ]
    assert broken_rules(lambda: decide(known(BUYER), line_items=[inline()], amount=amount)) == [
        ("amount", code)
    ]


@pytest.mark.parametrize("amount", [0, 50, 99_999_999])
def test_nothing_the_smallest_and_the_largest_charge_are_accepted(amount: int) -> None:
    """Else a gift cannot be ordered."""
    made = decide(known(BUYER), line_items=[inline(unit_amount=amount)])

    assert made.total_amount == amount


def test_small_lines_may_make_a_sum_that_can_be_charged() -> None:
    """Else nobody can buy five stickers of 10 cents each."""
    made = decide(known(BUYER), line_items=[inline(unit_amount=10)] * 5)

    assert made.total_amount == 50


def test_a_line_is_rounded_to_what_the_currency_can_be_charged_in() -> None:
    """Else an Icelandic order ends in 37 hundredths of a crown that no card can pay."""
    made = decide(
        known(BUYER),
        line_items=[inline(currency="isk", unit_amount=None, unit_amount_decimal="700049.9")],
    )

    assert made.total_amount == 700_000


def test_a_custom_amount_is_the_total_whatever_the_price_says() -> None:
    """Else a negotiated sum cannot be charged."""
    seat = price()

    made = decide(known(BUYER, seat), line_items=[line(seat, 3)], amount=9900)

    assert (made.total_amount, made.line_items[0].total_amount) == (9900, 9900)
    assert made.line_items[0].quote is None
    assert made.line_items[0].quantity == 3


def test_a_custom_amount_of_nothing_needs_no_money() -> None:
    """Else what is free still asks for a card."""
    seat = price()

    assert decide(known(BUYER, seat), line_items=[line(seat)], amount=0).total_amount == 0


def test_with_a_custom_amount_a_product_needs_no_price() -> None:
    """Else a one-off service needs a price record of its own."""
    service = product(name="Repair")

    made = decide(
        known(BUYER, service, default_currency="eur"),
        line_items=[{"product": service.id, "quantity": 1}],
        amount=9900,
    )

    assert (made.total_amount, made.currency) == (9900, "eur")
    assert made.line_items[0].description == "Repair"


def test_a_custom_amount_is_still_held_to_what_is_sold() -> None:
    """Else an archived product is sold after all."""
    archived, monthly = product(active=False), price(cadence="monthly")

    assert broken_rules(
        lambda: decide(
            known(BUYER, archived),
            line_items=[{"product": archived.id, "quantity": 1}],
            amount=9900,
        )
    ) == [("line_items[0].product", "product_inactive")]
    assert broken_rules(
        lambda: decide(known(BUYER, monthly), line_items=[line(monthly)], amount=9900)
    ) == [("line_items[0].price", "recurring_price")]


@pytest.mark.parametrize(
    ("currency", "amount"), [("isk", 700_050), ("bhd", 1001), ("ugx", 200_001)]
)
def test_a_custom_amount_is_a_whole_number_of_steps(currency: str, amount: int) -> None:
    """Else a processor refuses it, days later."""
    service = product()

    assert broken_rules(
        lambda: decide(
            known(BUYER, service),
            currency=currency,
            line_items=[{"product": service.id, "quantity": 1}],
            amount=amount,
        )
    ) == [("amount", "invalid_step")]

"""How an amount came about, as the customer reads it."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from farebox.billing.line_items import LineItem
from farebox.pages import breakdown, languages
from farebox.pricing.money import as_text, currencies
from farebox.pricing.quote import Quote, QuoteStep
from tests.unit.pages.built_views import GRADUATED, line

ENGLISH = languages.choose("en")
USD = currencies()["usd"]


def shown(item: LineItem, code: str = "usd") -> list[tuple[str, str, str]]:
    rows = breakdown.rows(item, currencies()[code], ENGLISH)
    return [(row.label, row.calculation, row.amount) for row in rows]


def step(kind: str, units: str, rate: str, **fields: Any) -> QuoteStep:
    subtotal = as_text(Fraction(units) * Fraction(rate))
    return QuoteStep(kind, units, rate, subtotal, **fields)


def explained(*steps: QuoteStep, quantity: int = 1, model: str = "unit") -> LineItem:
    """A line of these steps."""
    exact = sum((Fraction(each.subtotal) for each in steps), Fraction(0))
    amount = USD.from_major(exact)
    quote = Quote(model, amount, as_text(exact), "0.01", steps)
    return replace(line(), quantity=quantity, total_amount=amount, quote=quote)


def test_graduated_tiers_are_told_one_by_one() -> None:
    """Else a customer cannot see why sixty seats are not sixty times the price of one."""
    assert shown(line(60, **GRADUATED)) == [
        ("Units 1 to 10", "10 × $5.00", "$50.00"),
        ("Units 11 to 50", "40 × $4.00", "$160.00"),
        ("Fixed fee for units 11 to 50", "", "$10.00"),
        ("Units from 51", "10 × $3.00", "$30.00"),
    ]


def test_a_volume_tier_is_told_to_price_all_units() -> None:
    """Else thirty units seem to be more than their tier holds."""
    tiered = line(30, **(GRADUATED | {"tiers_mode": "volume"}))

    assert shown(tiered) == [
        ("All 30 units, at the rate for 11 to 50", "30 × $4.00", "$120.00"),
        ("Fixed fee for units 11 to 50", "", "$10.00"),
    ]


def test_packages_are_told_as_packages() -> None:
    """Else 25 units for 3 packages look like a mistake."""
    packed = line(25, unit_amount=900, transform_quantity={"divide_by": 10, "round": "up"})

    assert shown(packed) == [("Packages", "3 × $9.00", "$27.00")]


def test_the_one_rounding_is_told() -> None:
    """Else parts do not add up to what is charged."""
    rounded = line(3, unit_amount_decimal="0.5")

    assert shown(rounded) == [
        ("Units", "3 × $0.005", "$0.015"),
        ("$0.015 in all, rounded", "", "$0.02"),
    ]


def test_quantity_times_rate_needs_no_table() -> None:
    """Else the simplest line is the longest to read."""
    plain = line(3)

    assert shown(plain) == []
    assert breakdown.unit_rate(plain, USD, ENGLISH) == "$12.50"


def test_a_custom_amount_has_nothing_to_explain() -> None:
    """Else the page breaks for it."""
    custom = replace(line(), quote=None)

    assert shown(custom) == []
    assert breakdown.unit_rate(custom, USD, ENGLISH) is None


@pytest.mark.parametrize(
    ("given", "label", "calculation"),
    [
        (step("minimum", "1", "7"), "Up to the minimum charge", ""),
        (step("maximum", "1", "-7"), "Down to the maximum charge", ""),
        (step("proration", "80", "-0.25"), "Part of the period not used", "$80.00 × -25%"),
        (step("percent", "80", "0.025"), "Percentage", "$80.00 × 2.5%"),
        (step("allowance", "3", "-2"), "Included", "3 × -$2.00"),
        (step("threshold", "1", "9", over="100"), "Price from more than 100 units", ""),
        (step("threshold", "0", "0"), "Included", ""),
        (step("cell", "4", "2", part=("eu", "gold")), "eu · gold · Units", "4 × $2.00"),
        (step("tier", "1", "2", over="0", up_to="1"), "Units 1", "1 × $2.00"),
        (
            step("tier", "1", "2", over="0.5", up_to="2"),
            "All 1 units, at the rate for over 0.5, up to 2",
            "1 × $2.00",
        ),
        (step("something_new", "4", "2"), "Amount", "4 × $2.00"),
    ],
)
def test_every_kind_of_step_has_words(given: QuoteStep, label: str, calculation: str) -> None:
    """Else a price model's lines cannot be shown."""
    rows = shown(explained(given, step("units", "100", "1")))

    assert rows[0][:2] == (label, calculation)


def test_tiers_of_packages_are_told_per_package() -> None:
    """Else a tier over 11 units seems to hold one."""
    tier = step("tier", "1", "5", over="10", up_to="20")
    rows = shown(explained(tier, quantity=15, model="tiered_package"))

    assert rows == [("Units 11 to 20", "1 × $5.00 per package", "$5.00")]


def test_thousands_of_steps_end_in_their_sum() -> None:
    """Else a line of four thousand tiers is a page that no phone opens."""
    steps = [step("tier", "1", "1", over=str(n), up_to=str(n + 1)) for n in range(1000)]
    rows = shown(explained(*steps, quantity=1000))

    assert len(rows) == breakdown.MAXIMUM_ROWS + 1
    assert rows[-1] == ("900 further parts", "", "$900.00")

"""Amounts that can be charged, and the one rounding that leads to them."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import iso4217
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farebox.pricing.money import Currency, as_text, currencies, exact, round_half_up

CURRENCIES = list(currencies().values())
FRACTIONS = st.fractions(min_value=-(10**15), max_value=10**15, max_denominator=10**9)
DECIMALS = st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, places=9)

# Out of ISO 4217's present list, still charged by processors: Netherlands Antillean guilder (2025)
# and Bulgarian lev (2026).
WITHDRAWN = {"ang", "bgn"}

# Charged with other exponents or steps than ISO 4217's: charge exponent, step.
SPECIAL = {
    "isk": (2, 100),
    "ugx": (2, 100),
    "mga": (0, 1),
    **dict.fromkeys(("bhd", "jod", "kwd", "omr", "tnd"), (3, 10)),
}

every_currency = pytest.mark.parametrize("currency", CURRENCIES, ids=lambda each: each.code)


@given(DECIMALS)
def test_rounding_is_half_up(amount: Decimal) -> None:
    """Else an invoice differs by a cent from the one that a merchant's books make."""
    with localcontext(prec=60):
        expected = int(amount.quantize(Decimal(1), ROUND_HALF_UP))

    assert round_half_up(Fraction(amount)) == expected


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.5", 1), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("-2.5", -3), ("0.4999999999999", 0)],
)
def test_a_tie_goes_away_from_zero(amount: str, rounded: int) -> None:
    """Else 2.5 cents are 2, as bankers would have it, and 1.5 cents are 2 as well."""
    assert round_half_up(Fraction(amount)) == rounded


@given(FRACTIONS)
def test_an_amount_survives_being_text(amount: Fraction) -> None:
    """Else a quote shows another amount than it charges."""
    assert Fraction(as_text(amount)) == amount


@given(DECIMALS)
def test_an_amount_with_finite_decimals_is_shown_as_such_and_as_short_as_can_be(
    amount: Decimal,
) -> None:
    """Else a customer reads 25/2 dollars, or 12.500000000."""
    text = as_text(exact(amount))

    assert "/" not in text
    assert "." not in text or not text.endswith(("0", "."))
    assert Decimal(text) == amount


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(1250), "1250"),
        (Fraction(25, 2), "12.5"),
        (Fraction(-1, 4), "-0.25"),
        (Fraction(1, 1000), "0.001"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-7, 6), "-7/6"),
    ],
)
def test_an_amount_reads_as_one_would_write_it(amount: Fraction, text: str) -> None:
    """Else nobody can check a bill with pencil and paper."""
    assert as_text(amount) == text


@pytest.mark.parametrize("value", ["0.1", "123456789012345.123456789012", 7, Decimal("0.10")])
def test_a_rate_is_taken_without_loss(value: str | int | Decimal) -> None:
    """Else a tenth of a cent, a billion times, is another sum."""
    assert exact(value) == Fraction(str(value))


@every_currency
def test_major_and_minor_units_lead_back_to_each_other(currency: Currency) -> None:
    """Else 500 crowns are charged as 5."""
    for steps in (0, 1, 7, 12_345, currency.maximum // currency.charge_step):
        amount = steps * currency.charge_step

        assert currency.from_major(currency.to_major(amount)) == amount
        assert currency.to_major(amount) * currency.minor_units == amount


@given(st.sampled_from(CURRENCIES), st.fractions(min_value=0, max_value=10**9))
def test_what_is_charged_is_the_nearest_step(currency: Currency, major: Fraction) -> None:
    """Else a processor refuses the amount, or a customer pays more than half a step too much."""
    amount = currency.from_major(major)

    assert amount % currency.charge_step == 0
    assert abs(amount - major * currency.minor_units) <= Fraction(currency.charge_step, 2)


@given(st.sampled_from(CURRENCIES), st.fractions(0, 10**6), st.fractions(0, 10**6))
def test_more_never_costs_less(currency: Currency, one: Fraction, other: Fraction) -> None:
    """Else rounding turns the order of two prices round."""
    small, large = sorted((one, other))

    assert currency.from_major(small) <= currency.from_major(large)


@every_currency
def test_the_smallest_and_the_largest_charge_are_whole_steps(currency: Currency) -> None:
    """Else the limit itself is refused by the processor."""
    assert 0 < currency.minimum <= currency.maximum
    assert currency.minimum % currency.charge_step == 0
    assert currency.maximum % currency.charge_step == 0


@pytest.mark.parametrize("code", sorted(currencies().keys() - WITHDRAWN))
def test_exponents_are_those_of_iso_4217(code: str) -> None:
    """Else every price in this currency is ten or a hundred times off."""
    currency = currencies()[code]

    assert currency.exponent == iso4217.Currency(code.upper()).exponent


@every_currency
def test_charges_differ_from_iso_4217_only_where_processors_say_so(currency: Currency) -> None:
    """Else an amount that looks right is refused, or charged a hundredfold."""
    plain = (currency.exponent, 1)

    assert (currency.charge_exponent, currency.charge_step) == SPECIAL.get(currency.code, plain)


@pytest.mark.parametrize(
    ("code", "major", "amount"),
    [
        ("usd", "12.345", 1235),
        ("usd", "12.344", 1234),
        ("jpy", "500.5", 501),
        ("isk", "500", 50_000),
        ("isk", "500.49", 50_000),
        ("isk", "500.5", 50_100),
        ("ugx", "2000", 200_000),
        ("mga", "3000.5", 3001),
        ("bhd", "1.234", 1230),
        ("bhd", "1.235", 1240),
        ("kwd", "0.005", 10),
    ],
)
def test_an_amount_is_charged_in_its_own_units_and_steps(
    code: str, major: str, amount: int
) -> None:
    """Else 500 Icelandic crowns are five, and a dinar's last digit is refused."""
    assert currencies()[code].from_major(Fraction(major)) == amount

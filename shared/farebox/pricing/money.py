"""Currencies and the one rounding between an exact amount and an integer one can charge.

``currencies.json`` holds, per code: the ISO 4217 exponent; the exponent and step of the integer
that processors charge (ISK and UGX are charged with two decimals that are always 00, MGA with
none, three-decimal currencies in tens); the smallest and largest amount that can be charged.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

_DATA = Path(__file__).with_name("currencies.json")


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency that can be charged. Amounts are integers: major units × 10^charge_exponent."""

    code: str
    exponent: int
    charge_exponent: int
    charge_step: int
    minimum: int
    maximum: int

    @property
    def minor_units(self) -> int:
        """How many minor units make a major one."""
        return int(10**self.charge_exponent)

    @property
    def iso_step(self) -> int:
        """ISO 4217's smallest unit in minor units; at least one, as amounts are integers."""
        return int(10 ** max(0, self.charge_exponent - self.exponent))

    def from_major(self, amount: Fraction, step: int | None = None) -> int:
        """An exact amount in major units, rounded half up to a multiple of ``step`` minor units:
        without one, to what can be charged."""
        step = step or self.charge_step
        return round_half_up(amount * self.minor_units / step) * step

    def to_major(self, amount: Fraction | int) -> Fraction:
        """Minor units in major ones, exactly."""
        return Fraction(amount) / self.minor_units


@cache
def currencies() -> Mapping[str, Currency]:
    """Every currency that can be charged, by its lower-case code."""
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    return {code: Currency(code, *figures) for code, figures in data.items()}


def round_half_up(amount: Fraction) -> int:
    """The nearest integer; ties go away from zero."""
    rounded = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    return rounded if amount >= 0 else -rounded


def exact(value: str | int | Decimal) -> Fraction:
    """A rate or quantity as it stands in a price, without loss."""
    return Fraction(value)


def as_text(amount: Fraction) -> str:
    """The shortest decimal text of an amount, or ``numerator/denominator`` where none is finite."""
    denominator = amount.denominator
    twos = (denominator & -denominator).bit_length() - 1
    denominator >>= twos
    fives = 0
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    if denominator != 1:
        return f"{amount.numerator}/{amount.denominator}"
    places = max(twos, fives)
    digits = str(abs(amount.numerator) * 10**places // amount.denominator).rjust(places + 1, "0")
    sign = "-" if amount < 0 else ""
    whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :]
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"

"""What configurations share: their numbers, their tiers, and the rules of rows in order."""

from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

from farebox.validation.check import Input, Rules
from farebox.validation.fields import (
    MAXIMUM_EXTERNAL,
    MAXIMUM_QUANTITY,
    RATE_DECIMALS,
    FreeText,
    Rate,
)

MAXIMUM_ROWS = 1000
MAXIMUM_NUMBER_DIGITS = 17


class Config(Input):
    """Built when the first price of its model is made, not when its module is loaded."""

    model_config = ConfigDict(defer_build=True)


def _number(value: Any) -> Any:
    """A JSON number, kept exact."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PydanticCustomError("number_type", "Must be a number")
    _, digits, exponent = Decimal(value).as_tuple()
    too_fine = len(digits) > MAXIMUM_NUMBER_DIGITS or -int(exponent) > RATE_DECIMALS
    if not 0 <= value <= MAXIMUM_QUANTITY or too_fine:
        message = (
            f"Must lie in 0 to {MAXIMUM_QUANTITY}, with at most {MAXIMUM_NUMBER_DIGITS} digits "
            f"and {RATE_DECIMALS} decimals"
        )
        raise PydanticCustomError("out_of_range", message)
    return value


def _positive(value: Any) -> Any:
    if Decimal(value) <= 0:
        raise PydanticCustomError("out_of_range", "Must be above 0")
    return value


def _percentage(value: str) -> str:
    if Decimal(value) > 100:
        raise PydanticCustomError("out_of_range", "Must lie in 0 to 100")
    return value


Number = Annotated[int | Decimal, PlainValidator(_number)]
PositiveNumber = Annotated[Number, AfterValidator(_positive)]
PositiveRate = Annotated[Rate, AfterValidator(_positive)]
PositiveInteger = Annotated[int, Field(ge=1, le=MAXIMUM_QUANTITY)]
Percentage = Annotated[Rate, AfterValidator(_percentage)]
Property = Annotated[str, Field(min_length=1, max_length=MAXIMUM_EXTERNAL), FreeText]
Properties = Annotated[list[Property], Field(min_length=1, max_length=2)]
AtMost = Field(min_length=1, max_length=MAXIMUM_ROWS)


class UpperTier(Config):
    """Ends with ``last_unit``; only the last tier is open."""

    first_unit: Number
    last_unit: Number | None = None
    unit_amount: Rate


class LowerTier(Config):
    """Starts over ``tier_lower_bound``; ends where the next one starts."""

    tier_lower_bound: Rate
    unit_amount: Rate


class FirstOpenTier(Config):
    """As a lower tier; a missing first bound is 0."""

    tier_lower_bound: Rate | None = None
    unit_amount: Rate


class PackageTier(Config):
    tier_lower_bound: Rate
    per_unit: Rate


def rise_from_zero(
    rows: Sequence[Any], rules: Rules, field: str = "tiers", places: Sequence[int] | None = None
) -> None:
    """Lower bounds start at 0 and rise, so that no quantity falls between or into two tiers."""
    previous: Decimal | None = None
    for place, row in zip(places or range(len(rows)), rows, strict=True):
        bound = Decimal(row.tier_lower_bound or 0)
        if previous is None and bound != 0:
            message = "The first tier must start at 0"
            rules.broken("invalid_bound", message, field, place, "tier_lower_bound")
        elif previous is not None and bound <= previous:
            message = "Each tier must start above the one before"
            rules.broken("invalid_bound", message, field, place, "tier_lower_bound")
        previous = bound


def rise_from_zero_each(
    rows: Sequence[Any], names: Sequence[Hashable], rules: Rules, field: str = "tiers"
) -> None:
    """The rows of each name start at 0 and rise."""
    for name in dict.fromkeys(names):
        places = [place for place, own in enumerate(names) if own == name]
        rise_from_zero([rows[place] for place in places], rules, field, places)


def end_open(rows: Sequence[Any], bound: str, rules: Rules, field: str = "tiers") -> None:
    """Upper bounds rise, and the last tier, and only the last, is open."""
    over: int | Decimal = 0
    for place, row in enumerate(rows):
        value = getattr(row, bound)
        if (value is None) != (place == len(rows) - 1):
            message = f"Only the last tier, and always the last, has no {bound}"
            rules.broken("invalid_bound", message, field, place, bound)
        elif value is not None and value <= over:
            message = "Each tier must end above the one before"
            rules.broken("invalid_bound", message, field, place, bound)
        over = over if value is None else value


def follow_on(rows: Sequence[Any], rules: Rules) -> None:
    """Each first_unit is the last_unit before, or one above it: Orb's two ways to say the same."""
    previous: int | Decimal = 0
    for place, row in enumerate(rows):
        if row.first_unit not in (previous, previous + 1):
            message = f"Must follow the tier before: {previous} or {previous + 1}"
            rules.broken("invalid_bound", message, "tiers", place, "first_unit")
        previous = previous if row.last_unit is None else row.last_unit


def hold_packages(rows: Sequence[Any], size: Fraction, rules: Rules) -> None:
    """A tier that starts within a package would price that package twice."""
    for place, row in enumerate(rows):
        if Fraction(row.tier_lower_bound) % size:
            message = "Must be a multiple of package_size"
            rules.broken("invalid_bound", message, "tiers", place, "tier_lower_bound")


def stand_once(values: Iterable[Hashable], rules: Rules, *location: str) -> None:
    """``location`` is the list and the field in it that names a row."""
    seen: set[Hashable] = set()
    for place, value in enumerate(values):
        if value in seen:
            message = "This value has a row already"
            rules.broken("duplicate_value", message, location[0], place, *location[1:])
        seen.add(value)


def at_most(low: str | None, high: str | None, field: str, rules: Rules) -> None:
    """A minimum that is above its maximum can never be met."""
    if low is not None and high is not None and Decimal(low) > Decimal(high):
        rules.broken("invalid_bound", "The minimum is above the maximum", field)

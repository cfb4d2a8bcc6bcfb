"""The parts of Stripe's forms of a price: tiers, packages, the payer's own amount, intervals."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from farebox.validation.check import Input, Rules
from farebox.validation.fields import MAXIMUM_AMOUNT, Amount, ForeignId, Quantity, Rate

MAXIMUM_TIERS = 1000
MAXIMUM_INTERVALS = {"day": 1095, "week": 156, "month": 36, "year": 3}
MAXIMUM_TRIAL_DAYS = 730

TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]


def _up_to(value: Any) -> Any:
    if value == "inf" or (type(value) is int and 0 < value <= MAXIMUM_AMOUNT):
        return value
    message = "The last unit of the tier: a positive integer, or inf in the last tier"
    raise PydanticCustomError("invalid_bound", message)


class StripeTier(Input):
    """Units up to ``up_to`` cost ``unit_amount`` each and ``flat_amount`` once, minor units."""

    up_to: Annotated[int | str, PlainValidator(_up_to)]
    unit_amount: Amount | None = None
    unit_amount_decimal: Rate | None = None
    flat_amount: Amount | None = None
    flat_amount_decimal: Rate | None = None

    def check(self, rules: Rules) -> None:
        one_spelling(self, "unit_amount", rules)
        one_spelling(self, "flat_amount", rules)
        if not self.model_dump(exclude={"up_to"}, exclude_none=True):
            rules.broken("required", "A tier needs a unit_amount or a flat_amount", "unit_amount")
        whole, _, decimals = (self.flat_amount_decimal or "").partition(".")
        if decimals.strip("0"):
            message = "Must be a whole number of minor units"
            rules.broken("invalid_decimal", message, "flat_amount_decimal")


Tiers = Annotated[list[StripeTier], Field(min_length=1, max_length=MAXIMUM_TIERS)]


class TransformQuantity(Input):
    """Divide the quantity and round it before the rate: packages."""

    divide_by: Quantity
    round: Literal["up", "down"]


class CustomUnitAmount(Input):
    """The payer names the amount, within bounds; ``preset`` is what is suggested."""

    enabled: Literal[True]
    minimum: Amount | None = None
    maximum: Amount | None = None
    preset: Amount | None = None

    def check(self, rules: Rules) -> None:
        low, high = self.minimum or 0, MAXIMUM_AMOUNT if self.maximum is None else self.maximum
        if low > high:
            rules.broken("invalid_bound", "The minimum is above the maximum", "minimum")
        elif self.preset is not None and not low <= self.preset <= high:
            rules.broken("invalid_bound", "Must lie within minimum and maximum", "preset")


class CurrencyOption(Input):
    """The amounts of the same price in another currency; never a conversion."""

    unit_amount: Amount | None = None
    unit_amount_decimal: Rate | None = None
    custom_unit_amount: CustomUnitAmount | None = None
    tiers: Tiers | None = None
    tax_behavior: TaxBehavior | None = None

    def check(self, rules: Rules) -> None:
        one_spelling(self, "unit_amount", rules)
        check_bounds(self.tiers or (), rules)


class Recurring(Input):
    """Billed again every ``interval_count`` intervals, three years at most."""

    interval: Literal["day", "week", "month", "year"]
    interval_count: Annotated[int, Field(ge=1)] = 1
    usage_type: Literal["licensed", "metered"] = "licensed"
    meter: ForeignId | None = None
    trial_period_days: Annotated[int, Field(ge=1, le=MAXIMUM_TRIAL_DAYS)] | None = None

    def check(self, rules: Rules) -> None:
        limit = MAXIMUM_INTERVALS[self.interval]
        if self.interval_count > limit:
            rules.broken("period_too_long", f"At most {limit} ({self.interval})", "interval_count")
        if self.usage_type == "metered" and self.meter is None:
            rules.broken("required", "Metered usage needs the meter that counts it", "meter")
        if self.usage_type == "licensed" and self.meter is not None:
            rules.broken("excluded", "A meter goes with usage_type metered", "meter")


def check_bounds(tiers: Sequence[StripeTier], rules: Rules) -> None:
    """Tiers rise, and the last, and only the last, is open."""
    over = 0
    for place, tier in enumerate(tiers):
        if (tier.up_to == "inf") != (place == len(tiers) - 1):
            message = "The last tier, and only the last, goes up to inf"
            rules.broken("invalid_bound", message, "tiers", place, "up_to")
        elif isinstance(tier.up_to, int) and tier.up_to <= over:
            message = "Each tier must end above the one before"
            rules.broken("invalid_bound", message, "tiers", place, "up_to")
        over = tier.up_to if isinstance(tier.up_to, int) else over


def one_spelling(shape: Input, name: str, rules: Rules) -> None:
    """An amount is an integer or a finer decimal text, not both."""
    if getattr(shape, name) is not None and getattr(shape, f"{name}_decimal") is not None:
        message = f"Give either {name} or {name}_decimal"
        rules.broken("excluded", message, f"{name}_decimal")

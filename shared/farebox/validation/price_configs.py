"""The configuration of each of Orb's price models, in Orb's own words; amounts in major units."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from farebox.validation.check import Input, Rules
from farebox.validation.fields import MAXIMUM_QUANTITY, Rate
from farebox.validation.prices import MAXIMUM_TIERS

MAXIMUM_SCALING_FACTOR = 1_000_000_000


def _number(value: Any) -> Any:
    """A JSON number, kept exact."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PydanticCustomError("number_type", "Must be a number")
    if not 0 <= value <= MAXIMUM_QUANTITY:
        raise PydanticCustomError("out_of_range", f"Must lie in 0 to {MAXIMUM_QUANTITY}")
    return value


Number = Annotated[int | Decimal, PlainValidator(_number)]


class Config(Input):
    """Built when the first price of its model is made, not when the module is loaded."""

    model_config = ConfigDict(defer_build=True)


class UnitConfig(Config):
    unit_amount: Rate
    prorated: bool | None = None
    scaling_factor: Number | None = None


class TieredTier(Config):
    first_unit: Number
    last_unit: Number | None = None
    unit_amount: Rate


class TieredConfig(Config):
    tiers: Annotated[list[TieredTier], Field(min_length=1, max_length=MAXIMUM_TIERS)]
    prorated: bool | None = None

    @model_validator(mode="after")
    def _follow(self) -> Self:
        rules = Rules()
        _check_upper_bounds(self.tiers, "last_unit", rules)
        previous: int | Decimal = 0
        for place, tier in enumerate(self.tiers):
            if tier.first_unit not in (previous, previous + 1):
                message = f"Must follow the tier before: {previous} or {previous + 1}"
                rules.broken("invalid_bound", message, "tiers", place, "first_unit")
            previous = tier.last_unit if tier.last_unit is not None else previous
        rules.raise_if_any()
        return self


class BulkTier(Config):
    maximum_units: Number | None = None
    unit_amount: Rate


class BulkConfig(Config):
    tiers: Annotated[list[BulkTier], Field(min_length=1, max_length=MAXIMUM_TIERS)]

    @model_validator(mode="after")
    def _follow(self) -> Self:
        rules = Rules()
        _check_upper_bounds(self.tiers, "maximum_units", rules)
        rules.raise_if_any()
        return self


class PackageConfig(Config):
    package_amount: Rate
    package_size: Annotated[int, Field(ge=1, le=MAXIMUM_QUANTITY)]


CONFIGS: Mapping[str, type[Config]] = {
    "unit_config": UnitConfig,
    "tiered_config": TieredConfig,
    "bulk_config": BulkConfig,
    "package_config": PackageConfig,
}


def _check_upper_bounds(tiers: Sequence[Config], bound: str, rules: Rules) -> None:
    over: int | Decimal = 0
    for place, tier in enumerate(tiers):
        value = getattr(tier, bound)
        if (value is None) != (place == len(tiers) - 1):
            message = f"Only the last tier, and always the last, has no {bound}"
            rules.broken("invalid_bound", message, "tiers", place, bound)
        elif value is not None and value <= over:
            message = "Each tier must end above the one before"
            rules.broken("invalid_bound", message, "tiers", place, bound)
        over = value if value is not None else over

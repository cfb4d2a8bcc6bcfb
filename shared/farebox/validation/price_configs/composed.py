"""Configurations of the models over days, over events, and over other prices' subtotal."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from farebox.validation.check import Rules
from farebox.validation.fields import Rate
from farebox.validation.price_configs.matrix import PlainCell, check_cells
from farebox.validation.price_rows import (
    MAXIMUM_ROWS,
    AtMost,
    Config,
    FirstOpenTier,
    PositiveNumber,
    Properties,
    Property,
    at_most,
    rise_from_zero,
    stand_once,
)


class Filter(Config):
    property_key: Property
    property_value: Property


class BulkWithFilters(Config):
    filters: Annotated[list[Filter], AtMost]
    tiers: Annotated[list[FirstOpenTier], AtMost]

    def check(self, rules: Rules) -> None:
        # Two filters on one property could never both match.
        stand_once((row.property_key for row in self.filters), rules, "filters", "property_key")
        rise_from_zero(self.tiers, rules)


class DailyCreditAllowance(Config):
    daily_allowance: Rate
    default_unit_amount: Rate
    dimensions: Properties
    event_day_property: Property
    matrix_values: Annotated[list[PlainCell], Field(max_length=MAXIMUM_ROWS)]

    def check(self, rules: Rules) -> None:
        check_cells(self.dimensions, self.matrix_values, rules)


class EventOutput(Config):
    unit_rating_key: Property
    default_unit_rate: Rate | None = None
    grouping_key: Property | None = None


class MinimumComposite(Config):
    minimum_amount: Rate
    prorated: bool | None = None


def _fraction(value: Any) -> Any:
    if Decimal(value) > 1:
        raise PydanticCustomError("out_of_range", "A fraction above 0, 1 at most: 0.029 is 2.9 %")
    return value


class Percent(Config):
    percent: Annotated[PositiveNumber, AfterValidator(_fraction)]
    minimum_amount: Rate | None = None
    maximum_amount: Rate | None = None
    prorated: bool | None = None

    def check(self, rules: Rules) -> None:
        at_most(self.minimum_amount, self.maximum_amount, "minimum_amount", rules)


CONFIGS: Mapping[str, type[Config]] = {
    "bulk_with_filters": BulkWithFilters,
    "daily_credit_allowance": DailyCreditAllowance,
    "event_output": EventOutput,
    "minimum_composite": MinimumComposite,
    "percent": Percent,
}

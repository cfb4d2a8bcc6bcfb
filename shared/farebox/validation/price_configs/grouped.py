"""Configurations of the models that take a quantity for each value of a property."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from farebox.validation.check import Rules
from farebox.validation.fields import Rate
from farebox.validation.price_rows import (
    AtMost,
    Config,
    LowerTier,
    PackageTier,
    PositiveRate,
    Property,
    at_most,
    hold_packages,
    rise_from_zero,
    rise_from_zero_each,
    stand_once,
)


class GroupedTiered(Config):
    grouping_key: Property
    tiers: Annotated[list[LowerTier], AtMost]

    def check(self, rules: Rules) -> None:
        rise_from_zero(self.tiers, rules)


class ValueTier(LowerTier):
    dimension_value: Property


class GroupedTieredMatrix(Config):
    dimension: Property
    default_unit_amount: Rate
    tiers: Annotated[list[ValueTier], AtMost]

    def check(self, rules: Rules) -> None:
        rise_from_zero_each(self.tiers, [tier.dimension_value for tier in self.tiers], rules)


class GroupedTieredPackage(Config):
    grouping_key: Property
    package_size: PositiveRate
    tiers: Annotated[list[PackageTier], AtMost]

    def check(self, rules: Rules) -> None:
        rise_from_zero(self.tiers, rules)
        hold_packages(self.tiers, Fraction(self.package_size), rules)


class MaxGroupTieredPackage(Config):
    grouping_key: Property
    package_size: PositiveRate
    tiers: Annotated[list[LowerTier], AtMost]

    def check(self, rules: Rules) -> None:
        rise_from_zero(self.tiers, rules)


class GroupedAllocation(Config):
    allocation: Rate
    grouping_key: Property
    overage_unit_rate: Rate


class GroupedWithProratedMinimum(Config):
    grouping_key: Property
    minimum: Rate
    unit_rate: Rate


class GroupedWithMinMaxThresholds(Config):
    grouping_key: Property
    minimum_charge: Rate
    maximum_charge: Rate
    per_unit_rate: Rate

    def check(self, rules: Rules) -> None:
        at_most(self.minimum_charge, self.maximum_charge, "minimum_charge", rules)


class PricingValue(Config):
    pricing_value: Property
    unit_amount: Rate


class ScalingValue(Config):
    scaling_value: Property
    scaling_factor: Rate


class GroupedWithMeteredMinimum(Config):
    grouping_key: Property
    minimum_unit_amount: Rate
    pricing_key: Property
    unit_amounts: Annotated[list[PricingValue], AtMost]
    scaling_key: Property
    scaling_factors: Annotated[list[ScalingValue], AtMost]

    def check(self, rules: Rules) -> None:
        amounts = [row.pricing_value for row in self.unit_amounts]
        stand_once(amounts, rules, "unit_amounts", "pricing_value")
        factors = [row.scaling_value for row in self.scaling_factors]
        stand_once(factors, rules, "scaling_factors", "scaling_value")


class GroupTier(LowerTier):
    grouping_key: Property


class CumulativeGroupedBulk(Config):
    group: Property
    dimension_values: Annotated[list[GroupTier], AtMost]

    def check(self, rules: Rules) -> None:
        names = [row.grouping_key for row in self.dimension_values]
        rise_from_zero_each(self.dimension_values, names, rules, "dimension_values")
        bounds: dict[Decimal, set[str]] = {}
        for row in self.dimension_values:
            bounds.setdefault(Decimal(row.tier_lower_bound), set()).add(row.grouping_key)
        if any(listed != set(names) for listed in bounds.values()):
            message = "Every lower bound must list the same values"
            rules.broken("invalid_bound", message, "dimension_values")


class CumulativeGroupedAllocation(Config):
    grouping_key: Property
    group_allocation: Rate
    cumulative_allocation: Rate
    unit_amount: Rate


class MeteredAllowance(Config):
    grouping_key: Property
    consumption_grouping_value: Property
    allowance_grouping_value: Property
    unit_amount: Rate
    consumption_display_name: Property | None = None
    allowance_display_name: Property | None = None

    def check(self, rules: Rules) -> None:
        if self.consumption_grouping_value == self.allowance_grouping_value:
            message = "Must differ from consumption_grouping_value"
            rules.broken("duplicate_value", message, "allowance_grouping_value")


CONFIGS: Mapping[str, type[Config]] = {
    "grouped_tiered": GroupedTiered,
    "grouped_tiered_matrix": GroupedTieredMatrix,
    "grouped_tiered_package": GroupedTieredPackage,
    "max_group_tiered_package": MaxGroupTieredPackage,
    "grouped_allocation": GroupedAllocation,
    "grouped_with_prorated_minimum": GroupedWithProratedMinimum,
    "grouped_with_min_max_thresholds": GroupedWithMinMaxThresholds,
    "grouped_with_metered_minimum": GroupedWithMeteredMinimum,
    "cumulative_grouped_bulk": CumulativeGroupedBulk,
    "cumulative_grouped_allocation": CumulativeGroupedAllocation,
    "metered_allowance": MeteredAllowance,
}

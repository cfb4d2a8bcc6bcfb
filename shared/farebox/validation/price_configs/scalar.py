"""Configurations of the models that take one quantity."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from farebox.validation.check import Rules
from farebox.validation.fields import Rate
from farebox.validation.price_rows import (
    AtMost,
    Config,
    FirstOpenTier,
    LowerTier,
    Number,
    PackageTier,
    Percentage,
    PositiveInteger,
    PositiveNumber,
    PositiveRate,
    UpperTier,
    end_open,
    follow_on,
    hold_packages,
    rise_from_zero,
)


class Unit(Config):
    unit_amount: Rate
    prorated: bool | None = None
    scaling_factor: PositiveNumber | None = None


class Tiered(Config):
    tiers: Annotated[list[UpperTier], AtMost]
    prorated: bool | None = None

    def check(self, rules: Rules) -> None:
        end_open(self.tiers, "last_unit", rules)
        follow_on(self.tiers, rules)


class BulkTier(Config):
    maximum_units: Number | None = None
    unit_amount: Rate


class Bulk(Config):
    tiers: Annotated[list[BulkTier], AtMost]

    def check(self, rules: Rules) -> None:
        end_open(self.tiers, "maximum_units", rules)


class Package(Config):
    package_amount: Rate
    package_size: PositiveInteger


class Threshold(Config):
    threshold: Rate
    total_amount: Rate


class ThresholdTotalAmount(Config):
    consumption_table: Annotated[list[Threshold], AtMost]
    prorate: bool | None = None

    def check(self, rules: Rules) -> None:
        previous = Decimal(-1)
        for place, row in enumerate(self.consumption_table):
            if Decimal(row.threshold) <= previous:
                message = "Each threshold must be above the one before"
                rules.broken("invalid_bound", message, "consumption_table", place, "threshold")
            previous = Decimal(row.threshold)


class TieredPackage(Config):
    package_size: PositiveRate
    tiers: Annotated[list[PackageTier], AtMost]

    def check(self, rules: Rules) -> None:
        rise_from_zero(self.tiers, rules)
        hold_packages(self.tiers, Fraction(self.package_size), rules)


class MinimumTier(LowerTier):
    minimum_amount: Rate


class TieredWithMinimum(Config):
    tiers: Annotated[list[MinimumTier], AtMost]
    hide_zero_amount_tiers: bool | None = None
    prorate: bool | None = None

    def check(self, rules: Rules) -> None:
        rise_from_zero(self.tiers, rules)


class MinimumPackageTier(PackageTier):
    minimum_amount: Rate


class TieredPackageWithMinimum(Config):
    package_size: PositiveNumber
    tiers: Annotated[list[MinimumPackageTier], AtMost]

    def check(self, rules: Rules) -> None:
        rise_from_zero(self.tiers, rules)
        hold_packages(self.tiers, Fraction(self.package_size), rules)


class PackageWithAllocation(Config):
    allocation: Rate
    package_amount: Rate
    package_size: PositiveRate


class UnitWithPercent(Config):
    percent: Percentage
    unit_amount: Rate


class UnitWithProration(Config):
    unit_amount: Rate


class TieredWithProration(Config):
    tiers: Annotated[list[LowerTier], AtMost]

    def check(self, rules: Rules) -> None:
        rise_from_zero(self.tiers, rules)


class BulkWithProration(Config):
    tiers: Annotated[list[FirstOpenTier], AtMost]

    def check(self, rules: Rules) -> None:
        rise_from_zero(self.tiers, rules)


CONFIGS: Mapping[str, type[Config]] = {
    "unit": Unit,
    "tiered": Tiered,
    "bulk": Bulk,
    "package": Package,
    "threshold_total_amount": ThresholdTotalAmount,
    "tiered_package": TieredPackage,
    "tiered_with_minimum": TieredWithMinimum,
    "tiered_package_with_minimum": TieredPackageWithMinimum,
    "package_with_allocation": PackageWithAllocation,
    "unit_with_percent": UnitWithPercent,
    "unit_with_proration": UnitWithProration,
    "tiered_with_proration": TieredWithProration,
    "bulk_with_proration": BulkWithProration,
}

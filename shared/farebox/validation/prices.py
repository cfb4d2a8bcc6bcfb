"""Requests for prices that are kept: their terms, how often they are billed, how they are found."""

from typing import Annotated, Any, Literal

from pydantic import Field

from farebox.pricing.cadence import (
    Cycle,
    cycle_of,
    cycle_of_configuration,
    cycle_of_interval,
)
from farebox.validation.check import Input, Rules
from farebox.validation.fields import (
    BlankIsNone,
    External,
    ForeignId,
    MetadataChanges,
    Name,
)
from farebox.validation.price_forms import PriceData
from farebox.validation.price_rows import (
    AtMost,
    Number,
    PositiveNumber,
    PositiveRate,
    Property,
    UpperTier,
    end_open,
    follow_on,
)
from farebox.validation.stripe_forms import MAXIMUM_INTERVALS

MAXIMUM_DIMENSION_VALUES = 20


class CycleConfiguration(Input):
    """A length of time in days or months."""

    duration: Annotated[int, Field(ge=1)]
    duration_unit: Literal["day", "month"]


class UnitConversion(Input):
    unit_amount: PositiveRate


class TieredConversion(Input):
    tiers: Annotated[list[UpperTier], AtMost]


class ConversionRateConfig(Input):
    """How many units of the invoiced currency a unit of the price is worth, flat or graduated."""

    conversion_rate_type: Literal["unit", "tiered"]
    unit_config: UnitConversion | None = None
    tiered_config: TieredConversion | None = None


class DimensionalPriceConfiguration(Input):
    """Which values of a group of dimensions this price is for."""

    dimension_values: Annotated[
        list[Property], Field(min_length=1, max_length=MAXIMUM_DIMENSION_VALUES)
    ]
    dimensional_price_group_id: ForeignId | None = None
    external_dimensional_price_group_id: External | None = None


class CreatePrice(PriceData):
    """A price to keep. Ids of what Farebox does not keep itself stay in Orb's spelling."""

    external_price_id: External | None = None
    transfer_lookup_key: bool = False
    cadence: (
        Literal["one_time", "monthly", "quarterly", "semi_annual", "annual", "custom"] | None
    ) = None
    billing_cycle_configuration: CycleConfiguration | None = None
    invoicing_cycle_configuration: CycleConfiguration | None = None
    billable_metric_id: ForeignId | None = None
    billed_in_advance: bool | None = None
    fixed_price_quantity: Number | None = None
    conversion_rate: PositiveNumber | None = None
    conversion_rate_config: ConversionRateConfig | None = None
    dimensional_price_configuration: DimensionalPriceConfiguration | None = None
    invoice_grouping_key: Property | None = None
    license_type_id: ForeignId | None = None

    @property
    def is_recurring(self) -> bool:
        """Whether this price is billed more than once."""
        return self.recurring is not None or self.cadence not in (None, "one_time")

    def check(self, rules: Rules) -> None:
        super().check(rules)
        if self.recurring is not None and self.cadence is not None:
            rules.broken("excluded", "Give either recurring or cadence", "cadence")
        if self.transfer_lookup_key and self.lookup_key is None:
            rules.broken("required", "transfer_lookup_key needs a lookup_key", "lookup_key")
        if self.license_type_id is not None and self.model_type != "unit":
            message = "A price with a licence type is of model_type unit"
            rules.broken("contradiction", message, "license_type_id")
        self._check_cycles(rules)
        self._check_conversion(rules)
        self._check_usage(rules)

    def _check_cycles(self, rules: Rules) -> None:
        billing, invoicing = self.billing_cycle_configuration, self.invoicing_cycle_configuration
        if (billing is not None) != (self.cadence == "custom"):
            code = "required" if billing is None else "excluded"
            message = "Goes with cadence custom, and custom with it"
            rules.broken(code, message, "billing_cycle_configuration")
        for name in ("billing_cycle_configuration", "invoicing_cycle_configuration"):
            cycle = getattr(self, name)
            if cycle is not None and cycle.duration > MAXIMUM_INTERVALS[cycle.duration_unit]:
                message = f"At most {MAXIMUM_INTERVALS[cycle.duration_unit]} {cycle.duration_unit}s"
                rules.broken("period_too_long", message, name, "duration")
        if invoicing is not None and not self.is_recurring:
            message = "A price that is billed once is invoiced once"
            rules.broken("excluded", message, "invoicing_cycle_configuration")
        if invoicing is not None and self.is_recurring and not self._is_cut_evenly():
            message = "Must divide the billing cycle into equal parts"
            rules.broken("invalid_period", message, "invoicing_cycle_configuration", "duration")

    def _is_cut_evenly(self) -> bool:
        """Whether invoices of so many months, or of so many days, fill a billing cycle."""
        if self.recurring is not None:
            billing = cycle_of_interval(self.recurring.interval, self.recurring.interval_count)
        elif self.cadence == "custom" and self.billing_cycle_configuration is None:
            return True  # said already
        else:
            configuration = _dumped(self.billing_cycle_configuration)
            billing = cycle_of(self.cadence or "", configuration) or Cycle(months=1)
        invoicing = cycle_of_configuration(_dumped(self.invoicing_cycle_configuration))
        if billing.months and invoicing.months:
            return billing.months % invoicing.months == 0
        if billing.days and invoicing.days:
            return billing.days % invoicing.days == 0
        return bool(billing.months)

    def _check_conversion(self, rules: Rules) -> None:
        rate = self.conversion_rate_config
        if rate is None:
            return
        if self.conversion_rate is not None:
            message = "Not together with conversion_rate"
            rules.broken("excluded", message, "conversion_rate_config")
        for kind in ("unit", "tiered"):
            name = f"{kind}_config"
            if (getattr(rate, name) is not None) != (rate.conversion_rate_type == kind):
                message = f"Given exactly when conversion_rate_type is {kind}"
                rules.broken("contradiction", message, "conversion_rate_config", name)
        if rate.tiered_config is not None:
            tiers = Rules()
            end_open(rate.tiered_config.tiers, "last_unit", tiers)
            follow_on(rate.tiered_config.tiers, tiers)
            rules.take(tiers, "conversion_rate_config", "tiered_config")

    def _check_usage(self, rules: Rules) -> None:
        """Usage is counted by a metric, and cannot be fixed or paid before it happens."""
        metered = self.billable_metric_id is not None
        self.check_fixed_quantity(rules)
        if metered and self.billed_in_advance:
            message = "Usage is billed in arrears"
            rules.broken("contradiction", message, "billed_in_advance")
        if self.dimensional_price_configuration is not None and not metered:
            message = "A dimensional price needs the metric that counts its usage"
            rules.broken("required", message, "billable_metric_id")

    def check_fixed_quantity(self, rules: Rules) -> None:
        """A fixed quantity is no usage."""
        if self.billable_metric_id is not None and self.fixed_price_quantity is not None:
            message = "A price is billed by usage or by a fixed quantity, not both"
            rules.broken("excluded", message, "fixed_price_quantity")


def _dumped(configuration: CycleConfiguration | None) -> dict[str, Any]:
    return {} if configuration is None else configuration.model_dump()


class UpdatePrice(Input):
    """What of a price may change: never its amount; other amounts are another price."""

    name: Annotated[Name | None, BlankIsNone] = None
    active: bool = True
    lookup_key: External | None = None
    transfer_lookup_key: bool = False
    tax_behavior: Literal["exclusive", "inclusive", "unspecified"] | None = None
    metadata: MetadataChanges = None

    def check(self, rules: Rules) -> None:
        if self.transfer_lookup_key and self.lookup_key is None:
            rules.broken("required", "transfer_lookup_key needs a lookup_key", "lookup_key")

"""What a shop sells: products, and the prices of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from farebox.billing.records import Record
from farebox.pricing.cadence import Cycle, cycle_of, cycle_of_interval

AMOUNTS = frozenset(("unit_amount", "unit_amount_decimal", "custom_unit_amount", "tiers"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(Record):
    """``model`` names the pricing model, ``config`` holds its terms as the caller wrote them.

    ``product_name`` is the product's name when the price was made, so that an order that names a
    price needs no second read.
    """

    kind: ClassVar[str] = "price"
    prefix: ClassVar[str] = "price"
    unique: ClassVar[tuple[str, ...]] = ("lookup_key", "external_price_id")

    product: str
    product_name: str
    currency: str
    model: str
    config: Mapping[str, Any]
    currency_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    name: str | None = None
    active: bool = True
    tax_behavior: str | None = None
    recurring: Mapping[str, Any] | None = None
    cadence: str | None = None
    billing_cycle_configuration: Mapping[str, Any] | None = None
    invoicing_cycle_configuration: Mapping[str, Any] | None = None
    billable_metric_id: str | None = None
    billed_in_advance: bool | None = None
    fixed_price_quantity: int | Decimal | None = None
    conversion_rate: int | Decimal | None = None
    conversion_rate_config: Mapping[str, Any] | None = None
    dimensional_price_configuration: Mapping[str, Any] | None = None
    invoice_grouping_key: str | None = None
    license_type_id: str | None = None
    lookup_key: str | None = None
    external_price_id: str | None = None

    @property
    def is_recurring(self) -> bool:
        return self.recurring is not None or self.cadence not in (None, "one_time")

    def cycle(self) -> Cycle | None:
        """How often this price is billed; None is once."""
        if self.recurring is not None:
            interval, number = self.recurring["interval"], self.recurring["interval_count"]
            return cycle_of_interval(interval, number)
        return cycle_of(self.cadence or "one_time", self.billing_cycle_configuration)

    def configs(self) -> Mapping[str, Mapping[str, Any]]:
        """The terms in each currency that the price has amounts in, its own first."""
        return configs(self.currency, self.config, self.currency_options)


def configs(
    currency: str, config: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Mapping[str, Any]]:
    """Terms by currency: an option replaces the amounts, everything else stays."""
    shared = {name: value for name, value in config.items() if name not in AMOUNTS}
    return {currency: config} | {code: {**shared, **option} for code, option in options.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Record):
    """``default_price`` is kept whole, so that an order that names a product reads one record.

    ``invoice_name`` and what follows it is only said in other languages.
    """

    kind: ClassVar[str] = "product"
    prefix: ClassVar[str] = "prod"
    unique: ClassVar[tuple[str, ...]] = ("external_id",)

    name: str
    description: str | None = None
    unit_label: str | None = None
    image_url: str | None = None
    active: bool = True
    external_id: str | None = None
    default_price: Price | None = None
    invoice_name: str | None = None
    sku: str | None = None
    model: str | None = None

"""Prices: how an amount follows from what is billed. A price's amount never changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from farebox.billing.known import Known, Reference
from farebox.billing.records import Change, Record, kept_metadata, plain
from farebox.instants import stamp
from farebox.pricing.cadence import Cycle, cycle_of, cycle_of_interval
from farebox.problems import FieldErrors

if TYPE_CHECKING:
    from farebox.billing.products import Product
    from farebox.validation.prices import CreatePrice

AMOUNTS = frozenset(("unit_amount", "unit_amount_decimal", "custom_unit_amount", "tiers"))
KEPT_AS_ASKED = (
    "name",
    "active",
    "tax_behavior",
    "recurring",
    "cadence",
    "billing_cycle_configuration",
    "invoicing_cycle_configuration",
    "billable_metric_id",
    "billed_in_advance",
    "fixed_price_quantity",
    "conversion_rate",
    "conversion_rate_config",
    "dimensional_price_configuration",
    "invoice_grouping_key",
    "license_type_id",
    "lookup_key",
    "external_price_id",
)


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


def references(asked: "CreatePrice") -> Iterable[Reference]:
    """What must be read before a price can be made."""
    from farebox.billing.products import Product

    if asked.product is not None:
        yield Reference(Product, asked.product)
    if asked.transfer_lookup_key and asked.lookup_key is not None:
        yield Reference(Price, asked.lookup_key, by="lookup_key")


def create(
    asked: "CreatePrice", known: Known, *, id: str, product_id: str, now: datetime
) -> Change:
    """A price of a known product, or of one made with it (``product_id``)."""
    from farebox.billing import products

    errors = FieldErrors()
    alongside: tuple[Change, ...] = ()
    product: Product | None
    if asked.product_data is not None:
        made = products.create(asked.product_data, known, id=product_id, now=now)
        product, alongside = made.record, (made,)  # type: ignore[assignment]
    else:
        product = known.find(products.Product, asked.product or "", "product", errors)
    if product is not None and not product.active:
        errors.add("product", "product_inactive", "This product is archived")
    errors.raise_if_any()
    assert product is not None
    model, config = asked.terms()
    price = Price(
        id=id,
        livemode=known.livemode,
        created_at=stamp(now),
        updated_at=stamp(now),
        metadata=kept_metadata(asked.metadata),
        product=product.id,
        product_name=product.name,
        currency=asked.currency,
        model=model,
        config=config,
        currency_options=asked.options(),
        **{name: plain(getattr(asked, name)) for name in KEPT_AS_ASKED},
    )
    if asked.transfer_lookup_key and asked.lookup_key is not None:
        former = known.found.get(Reference(Price, asked.lookup_key, by="lookup_key"))
        if isinstance(former, Price):
            alongside += (without_lookup_key(former, now),)
    return Change(record=price, event="price.created", alongside=alongside)


def without_lookup_key(price: Price, now: datetime) -> Change:
    """The price after its lookup_key has gone to another."""
    after = replace(price, lookup_key=None, version=price.version + 1, updated_at=stamp(now))
    return Change(record=after, event="price.updated", before=price)

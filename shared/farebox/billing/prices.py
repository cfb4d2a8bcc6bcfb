"""Prices: how an amount follows from what is billed. A price's amount never changes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from farebox.billing import products
from farebox.billing.catalogue import Price, Product
from farebox.billing.known import Known, Reference
from farebox.billing.records import Change, kept_metadata, merged_metadata, plain
from farebox.instants import stamp
from farebox.problems import Conflict, FieldErrors

if TYPE_CHECKING:
    from farebox.validation.prices import CreatePrice, UpdatePrice

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


def references(asked: "CreatePrice | UpdatePrice") -> Iterable[Reference]:
    """What must be read before a price can be made or changed."""
    product = getattr(asked, "product", None)
    if product is not None:
        yield Reference(Product, product)
    if asked.transfer_lookup_key and asked.lookup_key is not None:
        yield Reference(Price, asked.lookup_key, by="lookup_key")


def create(
    asked: "CreatePrice", known: Known, *, id: str, product_id: str, now: datetime
) -> Change:
    """A price of a known product, or of one made with it (``product_id``)."""
    errors = FieldErrors()
    alongside: tuple[Change, ...] = ()
    product: Product | None
    if asked.product_data is not None:
        made = products.create(asked.product_data, known, id=product_id, now=now)
        assert isinstance(made.record, Product)
        product, alongside = made.record, (made,)
    else:
        product = known.find(Product, asked.product or "", "product", errors)
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
    return Change(record=price, events=("price.created",), alongside=alongside)


def without_lookup_key(price: Price, now: datetime) -> Change:
    """The price after its lookup_key has gone to another."""
    after = replace(price, lookup_key=None, version=price.version + 1, updated_at=stamp(now))
    return Change(record=after, events=("price.updated",), before=price)


def update(before: Price, asked: "UpdatePrice", known: Known, *, now: datetime) -> Change:
    """The price with the named fields changed, also where it stands in its product as the default.

    Raises ``Conflict`` where the default price of a product would be archived.
    """
    changes = asked.changes()
    transfers = changes.pop("transfer_lookup_key", False)
    if asked.names("metadata"):
        changes["metadata"] = merged_metadata(before.metadata, asked.metadata)
    after = replace(before, **changes, version=before.version + 1, updated_at=stamp(now))
    alongside: tuple[Change, ...] = ()
    product = known.found_as(Product, before.product)
    default = product.default_price if product else None
    if product is not None and default is not None and default.id == before.id:
        if before.active and not after.active:
            message = "This is the default price of its product; give the product another first"
            raise Conflict(message, code="default_price", param="active")
        alongside = (products.with_default_price(product, after, now),)
    if transfers and asked.lookup_key is not None:
        former = known.found.get(Reference(Price, asked.lookup_key, by="lookup_key"))
        if isinstance(former, Price) and former.id != before.id:
            alongside += (without_lookup_key(former, now),)
    return Change(record=after, events=("price.updated",), before=before, alongside=alongside)

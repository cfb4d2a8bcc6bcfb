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


def holders(
    asked: "CreatePrice | UpdatePrice", known: Known, before: Price | None = None
) -> Iterable[Reference]:
    """The products that may hold as their default what a request changes: the price itself, and
    the one that gives up its lookup_key."""
    for price in (before, _giver(asked, known)):
        if price is not None:
            yield Reference(Product, price.product)


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
    giver = _giver(asked, known)
    if giver is not None:
        alongside += _without_lookup_key(giver, known, now)
    return Change(record=price, events=("price.created",), alongside=alongside)


def update(before: Price, asked: "UpdatePrice", known: Known, *, now: datetime) -> Change:
    """The price with the named fields changed, also where it stands in its product as the default.

    Raises ``Conflict`` where the default price of a product would be archived.
    """
    changes = asked.changes()
    changes.pop("transfer_lookup_key", None)
    if asked.names("metadata"):
        changes["metadata"] = merged_metadata(before.metadata, asked.metadata)
    after = replace(before, **changes, version=before.version + 1, updated_at=stamp(now))
    product = _holder(before, known)
    alongside: tuple[Change, ...] = ()
    if product is not None:
        if before.active and not after.active:
            message = "This is the default price of its product; give the product another first"
            raise Conflict(message, code="default_price", param="active")
        alongside = (products.with_default_price(product, after, now),)
    giver = _giver(asked, known)
    if giver is not None and giver.id != before.id:
        alongside += _without_lookup_key(giver, known, now)
    return Change(record=after, events=("price.updated",), before=before, alongside=alongside)


def _giver(asked: "CreatePrice | UpdatePrice", known: Known) -> Price | None:
    """The price whose lookup_key is to go to another."""
    if not asked.transfer_lookup_key or asked.lookup_key is None:
        return None
    return known.found_as(Price, asked.lookup_key, by="lookup_key")


def _holder(price: Price, known: Known) -> Product | None:
    """The product that holds a price as its default."""
    product = known.found_as(Product, price.product)
    default = product.default_price if product else None
    return product if default is not None and default.id == price.id else None


def _without_lookup_key(price: Price, known: Known, now: datetime) -> tuple[Change, ...]:
    """The price after its lookup_key has gone to another, also where it is a default."""
    after = replace(price, lookup_key=None, version=price.version + 1, updated_at=stamp(now))
    change = Change(record=after, events=("price.updated",), before=price)
    product = _holder(price, known)
    if product is None:
        return (change,)
    return (change, products.with_default_price(product, after, now))

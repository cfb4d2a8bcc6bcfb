"""Products: what prices are the prices of."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from farebox.billing.catalogue import Price, Product
from farebox.billing.known import Known, Reference
from farebox.billing.records import Change, kept_metadata, merged_metadata
from farebox.billing.web_addresses import check_web_address
from farebox.instants import stamp
from farebox.problems import FieldErrors

if TYPE_CHECKING:
    from farebox.validation.catalogue import ProductData, UpdateProduct


def references(asked: "ProductData | UpdateProduct") -> Iterable[Reference]:
    """What must be read before a product can be made or changed."""
    default_price = getattr(asked, "default_price", None)
    if default_price is not None:
        yield Reference(Price, default_price)


def create(asked: "ProductData", known: Known, *, id: str, now: datetime) -> Change:
    """A new product; ``asked`` is a product request or the product_data of a price."""
    errors = FieldErrors()
    check_web_address(asked.image_url, known.livemode, "image_url", errors)
    errors.raise_if_any()
    fields = {name: value for name, value in asked if name != "metadata"}
    product = Product(
        id=id,
        livemode=known.livemode,
        created_at=stamp(now),
        updated_at=stamp(now),
        metadata=kept_metadata(asked.metadata),
        **fields,
    )
    return Change(record=product, events=("product.created",))


def update(before: Product, asked: "UpdateProduct", known: Known, *, now: datetime) -> Change:
    """The product with the named fields changed; its default price must be one of its own."""
    errors = FieldErrors()
    changes: dict[str, Any] = asked.changes()
    if asked.names("metadata"):
        changes["metadata"] = merged_metadata(before.metadata, asked.metadata)
    check_web_address(asked.image_url, known.livemode, "image_url", errors)
    if asked.default_price is not None:
        price = known.find(Price, asked.default_price, "default_price", errors)
        if price is not None and price.product != before.id:
            message = "This price belongs to another product"
            errors.add("default_price", "price_of_another_product", message)
        elif price is not None and not price.active:
            errors.add("default_price", "price_inactive", "This price is archived")
        changes["default_price"] = price
    errors.raise_if_any()
    after = replace(before, **changes, version=before.version + 1, updated_at=stamp(now))
    return Change(record=after, events=("product.updated",), before=before)


def with_default_price(before: Product, price: Price, now: datetime) -> Change:
    """The product with its default price as it has become."""
    after = replace(before, default_price=price, version=before.version + 1, updated_at=stamp(now))
    return Change(record=after, events=("product.updated",), before=before)

"""Prices: how an amount follows from what is billed. A price's amount never changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from farebox.billing.known import Known, Reference
from farebox.billing.records import Change, Record, kept_metadata
from farebox.instants import stamp
from farebox.problems import FieldErrors

if TYPE_CHECKING:
    from farebox.billing.products import Product
    from farebox.validation.prices import CreatePrice


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
    name: str | None = None
    active: bool = True
    cadence: str | None = None
    recurring: Mapping[str, Any] | None = None
    lookup_key: str | None = None
    external_price_id: str | None = None

    @property
    def is_recurring(self) -> bool:
        return self.recurring is not None or self.cadence not in (None, "one_time")


def references(asked: "CreatePrice") -> Iterable[Reference]:
    """What must be read before a price can be made."""
    from farebox.billing.products import Product

    if asked.product is not None:
        yield Reference(Product, asked.product)


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
        name=asked.name,
        active=asked.active,
        cadence=asked.cadence,
        recurring=asked.recurring.model_dump() if asked.recurring else None,
        lookup_key=asked.lookup_key,
        external_price_id=asked.external_price_id,
    )
    return Change(record=price, event="price.created", alongside=alongside)

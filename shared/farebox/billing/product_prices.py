"""A product with its default price: both are made at once, and new terms make a new price."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from farebox.billing import prices, products
from farebox.billing.catalogue import Price, Product
from farebox.billing.known import Known
from farebox.billing.records import Change, plain
from farebox.instants import stamp
from farebox.problems import FieldErrors

if TYPE_CHECKING:
    from farebox.validation.prices import CreatePrice
    from farebox.validation.product_prices import NewTerms, UpdatePricedProduct


def create(asked: "CreatePrice", known: Known, *, id: str, price_id: str, now: datetime) -> Change:
    """A new product, ``product_data`` of the price asked for, with that price as its default."""
    priced = prices.create(asked, known, id=price_id, product_id=id, now=now)
    (made,) = priced.alongside
    assert isinstance(made.record, Product)
    assert isinstance(priced.record, Price)
    product = replace(made.record, default_price=priced.record)
    return replace(made, record=product, alongside=(replace(priced, alongside=()),))


def update(
    before: Product, asked: "UpdatePricedProduct", known: Known, *, price_id: str, now: datetime
) -> Change:
    """The product with the named fields changed, and with a new default price for new terms."""
    changed = products.update(before, asked.product, known, now=now)
    if asked.price is None:
        return changed
    assert isinstance(changed.record, Product)
    price = _price(changed.record, asked.price, known, price_id, now)
    return replace(
        changed,
        record=replace(changed.record, default_price=price),
        alongside=(Change(record=price, events=("price.created",)),),
    )


def _price(product: Product, asked: "NewTerms", known: Known, id: str, now: datetime) -> Price:
    """The former default price on other terms, which are of one amount for each unit."""
    former = product.default_price or Price(
        id=id,
        livemode=known.livemode,
        created_at=stamp(now),
        updated_at=stamp(now),
        product=product.id,
        product_name=product.name,
        currency=known.organization.default_currency,
        model="stripe_per_unit",
        config={},
    )
    # Of any other model, what is called so is no amount in minor units for each unit.
    kept = former.config.get("unit_amount") if former.model == "stripe_per_unit" else None
    changes: dict[str, Any] = {"unit_amount": kept, **asked.changes()}
    unit_amount = changes.pop("unit_amount")
    currency = changes.get("currency", former.currency)
    errors = FieldErrors()
    if unit_amount is None:
        errors.add("price.unit_amount", "required", "The new default price needs an amount")
    elif unit_amount and currency != former.currency and not asked.names("unit_amount"):
        # The same number means something else: 1500 are 15 dollars, and 1500 yen.
        message = f"An amount in {currency.upper()} is needed along with the currency"
        errors.add("price.unit_amount", "required", message)
    errors.raise_if_any()
    same_amount = (currency, unit_amount) == (former.currency, kept)
    if "recurring" in changes:
        changes["recurring"] = plain(changes["recurring"])
        changes |= {"cadence": None, "billing_cycle_configuration": None}
    return replace(
        former,
        **changes,
        id=id,
        created_at=stamp(now),
        updated_at=stamp(now),
        version=1,
        product_name=product.name,
        model="stripe_per_unit",
        config={"unit_amount": unit_amount},
        currency_options=former.currency_options if same_amount else {},
        lookup_key=None,
        external_price_id=None,
    )

"""Orders: a draft is priced and frozen at once, and charged later."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from farebox.billing import line_items
from farebox.billing.customers import Customer
from farebox.billing.known import Known, Reference
from farebox.billing.line_items import LineItem
from farebox.billing.records import Change, Record, kept_metadata, plain
from farebox.instants import stamp
from farebox.pricing.money import Currency
from farebox.problems import FieldErrors

if TYPE_CHECKING:
    from farebox.validation.orders import CreateOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Record):
    """Amounts are minor units. ``number`` counts a customer's orders: gaps, never a repetition."""

    kind: ClassVar[str] = "order"
    prefix: ClassVar[str] = "ord"

    customer: str
    currency: str
    line_items: tuple[LineItem, ...]
    subtotal_amount: int
    total_amount: int
    discount_amount: int = 0
    tax_amount: int = 0
    paid_amount: int = 0
    number: str | None = None
    status: str = "draft"
    fulfillment_status: str = "pending"
    return_status: str = "none"
    collection: str = "draft"
    description: str | None = None
    billing_address: Mapping[str, Any] | None = None
    shipping_address: Mapping[str, Any] | None = None
    custom_field_data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outstanding_amount(self) -> int:
        return self.total_amount - self.paid_amount


def references(asked: "CreateOrder") -> Iterable[Reference]:
    """What must be read before an order can be made."""
    yield Reference(Customer, asked.customer)
    yield from line_items.references(asked.line_items)


def create(asked: "CreateOrder", known: Known, *, id: str, now: datetime) -> Change:
    """A draft order, every line quoted; refused with every broken rule at once."""
    errors = FieldErrors()
    known.find(Customer, asked.customer, "customer", errors)
    if asked.amount is not None:
        terms = [_custom_terms(asked, known, errors)]
    else:
        terms = line_items.terms(asked.line_items, known, errors)
    currency = line_items.settle_currency(asked.currency, terms, known, errors)
    if asked.amount is None:
        line_items.check_billable(asked.line_items, terms, currency, errors)
    else:
        _check_bounds(asked.amount, terms[0], currency, errors)
    errors.raise_if_any()
    lines = line_items.price(asked.line_items, terms, currency, owner=id, amount=asked.amount)
    total = sum(line.total_amount for line in lines)
    param = "line_items" if asked.amount is None else "amount"
    line_items.check_total(total, currency, param, errors)
    errors.raise_if_any()
    billing = plain(asked.billing_address)
    shipping = plain(asked.shipping_address)
    order = Order(
        id=id,
        livemode=known.livemode,
        created_at=stamp(now),
        updated_at=stamp(now),
        metadata=kept_metadata(asked.metadata),
        customer=asked.customer,
        currency=currency.code,
        line_items=lines,
        subtotal_amount=total,
        total_amount=total,
        collection=asked.collection,
        description=asked.description,
        billing_address=billing,
        shipping_address=billing if asked.use_billing_address_for_shipping else shipping,
        custom_field_data=kept_metadata(asked.custom_field_data),
    )
    return Change(record=order, event="order.created")


def _custom_terms(
    asked: "CreateOrder", known: Known, errors: FieldErrors
) -> line_items.Terms | None:
    """With a custom amount, a product needs no price: the amount is in the order's currency."""
    line = asked.line_items[0]
    if line.product is None:
        return line_items.terms(asked.line_items, known, errors)[0]
    product = line_items.sellable_product(line.product, "line_items[0].product", known, errors)
    if product is None:
        return None
    default = product.default_price.currency if product.default_price else None
    currency = asked.currency or default or known.organization.default_currency
    return line_items.Terms("", {currency: {}}, product.name, None, product.id)


def _check_bounds(
    amount: int, terms: line_items.Terms | None, currency: Currency, errors: FieldErrors
) -> None:
    """A price that leaves its amount to the payer may set bounds to it."""
    config = terms.configs.get(currency.code, {}) if terms else {}
    custom = config.get("custom_unit_amount") or {}
    low, high = custom.get("minimum"), custom.get("maximum")
    if (low is not None and amount < low) or (high is not None and amount > high):
        errors.add("amount", "out_of_range", f"This price takes {low or 0} to {high or 'any'}")

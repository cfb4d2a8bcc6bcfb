"""Orders: priced and frozen at once, and charged later: on request, at once, or when due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from farebox.billing import attempts, line_items, order_states
from farebox.billing.attempts import Attempt, Failure
from farebox.billing.known import Known, Reference
from farebox.billing.line_items import LineItem
from farebox.billing.payers import Customer, PaymentMethod, find_customer, find_payment_method
from farebox.billing.records import Change, Record, kept_metadata, merged_metadata, plain
from farebox.instants import instant, stamp
from farebox.pricing.money import Currency
from farebox.problems import FieldErrors

if TYPE_CHECKING:
    from farebox.validation.orders import CreateOrder, UpdateOrder


# A clock may be behind ours; a longer way back is a wrong date, and would be charged at once.
LATEST_PAST = timedelta(minutes=5)
FURTHEST_AHEAD = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Record):
    """Amounts are minor units. ``number`` counts a customer's orders: gaps, never a repetition.

    ``intent`` is what ``processor`` charges it by. ``status`` is one of ``order_states``.
    ``due_at`` is when the charge worker is to look at it, ``held_until`` the end of the lease of
    the worker that does. ``epoch`` counts claims, ``unresolved_claims`` those without an outcome.
    ``trigger`` is what causes the next attempt; ``retries`` counts automatic ones since the order
    was set going; ``resume_at`` is when they go on after an attempt by hand; ``rearm`` is set when
    the customer has a new default while an attempt on the old one is under way. ``checkout`` is
    the one that the customer paid it on, or tries to.
    """

    kind: ClassVar[str] = "order"
    prefix: ClassVar[str] = "ord"
    growth_bytes: ClassVar[int] = 64 * 1024

    customer: str
    currency: str
    line_items: tuple[LineItem, ...]
    subtotal_amount: int
    total_amount: int
    discount_amount: int = 0
    tax_amount: int = 0
    paid_amount: int = 0
    number: str | None = None
    status: str = order_states.DRAFT
    fulfillment_status: str = "pending"
    return_status: str = "none"
    collection: str = "draft"
    description: str | None = None
    billing_name: str | None = None
    billing_address: Mapping[str, Any] | None = None
    shipping_address: Mapping[str, Any] | None = None
    checkout: str | None = None
    discount: str | None = None
    custom_field_data: Mapping[str, Any] = field(default_factory=dict)
    charge_at: str | None = None
    payment_method: str | None = None
    attempts: tuple[Attempt, ...] = ()
    last_failure: Failure | None = None
    processor: str | None = None
    intent: str | None = None
    intent_generation: int = 1
    invoice_number: str | None = None
    paid_at: str | None = None
    canceled_at: str | None = None
    due_at: str | None = None
    held_until: str | None = None
    epoch: int = 0
    unresolved_claims: int = 0
    command: str | None = None
    trigger: str | None = None
    retries: int = 0
    resume_at: str | None = None
    rearm: bool = False

    @property
    def outstanding_amount(self) -> int:
        return self.total_amount - self.paid_amount

    @property
    def open_attempt(self) -> Attempt | None:
        """The attempt whose outcome is not known yet: there is one at most, and it is the last."""
        last = self.attempts[-1] if self.attempts else None
        return last if last is not None and last.settled_at is None else None

    @property
    def only_when_asked(self) -> bool:
        """Whether it is charged only when somebody asks for it, and never again by itself: a draft,
        and what a customer pays on the checkout page."""
        return self.collection == "draft" or self.checkout is not None

    @property
    def in_doubt(self) -> bool:
        """Whether a worker let go of it, or was lost, before the outcome was known."""
        let_go = self.held_until is None or self.unresolved_claims > 1
        return self.status == order_states.CHARGING and let_go

    @property
    def next_attempt_at(self) -> str | None:
        """When it will be charged next, as far as that is known."""
        waits = self.status in (order_states.SCHEDULED, order_states.RETRYING)
        return self.due_at if waits else None


def references(asked: "CreateOrder") -> Iterable[Reference]:
    """What must be read before an order can be made."""
    yield Reference(Customer, asked.customer)
    if asked.payment_method is not None:
        yield Reference(PaymentMethod, asked.payment_method)
    yield from line_items.references(asked.line_items)


def create(asked: "CreateOrder", known: Known, *, id: str, now: datetime) -> Change:
    """An order, every line quoted; refused with every broken rule at once.

    Its amounts never change: not with a price, a product or a currency.
    """
    errors = FieldErrors()
    find_customer(known, asked.customer, "customer", errors)
    _check_collection(asked, known, now, errors)
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
    small = asked.takes_small_totals
    line_items.check_total(total, currency, param, errors, takes_small=small)
    if total and asked.collection != "draft" and known.organization.processor is None:
        message = "Nothing can be charged yet: this organization has no payment processor here"
        errors.add("collection", "no_processor", message)
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
        payment_method=asked.payment_method,
        **_collection(asked, now),
        description=asked.description,
        billing_name=asked.billing_name,
        billing_address=billing,
        shipping_address=billing if asked.use_billing_address_for_shipping else shipping,
        custom_field_data=dict(asked.custom_field_data),
    )
    return Change(record=order, events=("order.created",))


def update(before: Order, asked: "UpdateOrder", known: Known, *, now: datetime) -> Change:
    """The order with the named fields changed; none of them has to do with money."""
    changes = asked.changes()
    for name in ("billing_address", "shipping_address"):
        if name in changes:
            changes[name] = plain(changes[name])
    if asked.names("metadata"):
        changes["metadata"] = merged_metadata(before.metadata, asked.metadata)
    after = replace(before, **changes, version=before.version + 1, updated_at=stamp(now))
    return Change(record=after, events=("order.updated",), before=before)


def _check_collection(
    asked: "CreateOrder", known: Known, now: datetime, errors: FieldErrors
) -> None:
    """An order that is charged by itself needs a payment method of its customer's, if it names
    one, and a sensible time."""
    if asked.payment_method is not None:
        find_payment_method(known, asked.payment_method, asked.customer, "payment_method", errors)
    if asked.charge_at is not None:
        at = instant(asked.charge_at)
        if at < now - LATEST_PAST:
            errors.add("charge_at", "in_the_past", "This time has passed")
        elif at > now + FURTHEST_AHEAD:
            errors.add("charge_at", "too_far_ahead", "At most five years ahead")


def _collection(asked: "CreateOrder", now: datetime) -> dict[str, Any]:
    if asked.collection == "draft":
        return {}
    at_once = asked.collection == "charge_now"
    return {
        "status": order_states.SCHEDULED,
        "charge_at": asked.charge_at,
        "due_at": stamp(now) if at_once else asked.charge_at,
        "trigger": attempts.CHARGE_NOW if at_once else attempts.SCHEDULE,
    }


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

"""Checkouts: what a customer is shown and asked on the hosted page before paying.

    open ──▶ confirmed ──▶ completed
      │          │
      └──────────┴──────▶ expired

An open one has no order yet and expires by itself: it reads as expired from then on, and nobody
writes it down. The customer confirms what it is about: its contents are frozen, an order is made of
them, and it is due to be given up when its time is over. It is completed by the payment of that
order, and expires with its cancellation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from farebox.billing import discounts, line_items
from farebox.billing.discounts import Discount
from farebox.billing.known import Known, Reference
from farebox.billing.line_items import LineItem
from farebox.billing.payers import Customer, find_customer
from farebox.billing.records import Change, Record, kept_metadata
from farebox.billing.web_addresses import check_return_address
from farebox.instants import instant, stamp
from farebox.pricing.money import Currency
from farebox.problems import Conflict, FieldErrors

if TYPE_CHECKING:
    from farebox.validation.checkouts import CreateCheckout
    from farebox.validation.orders import LineItem as AskedLine

LIFETIME = timedelta(hours=24)
# As Stripe has it. A clock may be behind ours: what was meant to be half an hour may be less.
SHORTEST_LIFETIME = timedelta(minutes=30)
CLOCK_DIFFERENCE = timedelta(minutes=5)
OPEN = "open"
CONFIRMED = "confirmed"
COMPLETED = "completed"
EXPIRED = "expired"
NEXT: Mapping[str, frozenset[str]] = {
    OPEN: frozenset((CONFIRMED, EXPIRED)),
    CONFIRMED: frozenset((COMPLETED, EXPIRED)),
    COMPLETED: frozenset(),
    EXPIRED: frozenset(),
}
EVENTS: Mapping[str, tuple[str, ...]] = {
    CONFIRMED: ("checkout.updated",),
    COMPLETED: ("checkout.updated", "checkout.completed"),
    EXPIRED: ("checkout.expired",),
}
"""What a change to a state tells."""
# The languages whose callers check another signature of the address that customers return to.
SIGNED_OTHERWISE = ("creem",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout(Record):
    """Amounts are minor units; the discount is shown now and redeemed when the customer confirms.

    ``page`` is the address of its page up to its own id, which is not kept twice.
    ``due_at`` is when a confirmed one is given up. ``signed_by`` names the API key, by the first
    characters of its digest, with which the address that customers return to is to be signed; where
    there is none, the organization's own secret is.
    """

    kind: ClassVar[str] = "checkout"
    prefix: ClassVar[str] = "chk"

    page: str
    currency: str
    line_items: tuple[LineItem, ...]
    subtotal_amount: int
    discount_amount: int
    total_amount: int
    expires_at: str
    tax_amount: int = 0
    status: str = OPEN
    product: str | None = None
    units: int | None = None
    customer: str | None = None
    customer_email: str | None = None
    discount: str | None = None
    discount_code: str | None = None
    custom_fields: tuple[Mapping[str, Any], ...] = ()
    custom_field_data: Mapping[str, Any] = field(default_factory=dict)
    save_payment_method: str = "optional"
    order: str | None = None
    confirmed_at: str | None = None
    completed_at: str | None = None
    due_at: str | None = None
    signed_by: str | None = None
    success_url: str | None = None
    cancel_url: str | None = None
    client_reference_id: str | None = None
    request_id: str | None = None

    @property
    def checkout_url(self) -> str:
        return f"{self.page}{self.id}"


def references(asked: "CreateCheckout") -> Iterable[Reference]:
    """What must be read before a checkout can be made."""
    yield from line_items.references(lines_of(asked))
    if asked.customer is not None:
        yield Reference(Customer, asked.customer)
    if asked.discount_code is not None:
        yield Reference(Discount, asked.discount_code, by="code")


def lines_of(asked: "CreateCheckout") -> list["AskedLine"]:
    """The line items asked for; a product and its units are one line."""
    from farebox.validation.orders import LineItem as AskedLine

    if asked.line_items is not None:
        return list(asked.line_items)
    return [AskedLine(product=asked.product, quantity=asked.units or 1)]


def create(
    asked: "CreateCheckout",
    known: Known,
    *,
    id: str,
    url: str,
    now: datetime,
    signed_by: str | None = None,
) -> Change:
    """An open checkout, every line quoted; refused with every broken rule at once."""
    errors = FieldErrors()
    for param in ("success_url", "cancel_url"):
        check_return_address(getattr(asked, param), known, param, errors)
    _check_lifetime(asked.expires_at, now, errors)
    if asked.customer is not None:
        find_customer(known, asked.customer, "customer", errors)
    found = _terms(asked, known, errors)
    product = "" if asked.product is None else "product"
    currency = line_items.settle_currency(asked.currency, found, known, errors, product)
    line_items.check_billable(lines_of(asked), found, currency, errors)
    discount = _discount(asked, known, currency, stamp(now), errors)
    errors.raise_if_any()
    lines = line_items.price(lines_of(asked), found, currency, owner=id)
    subtotal = sum(line.total_amount for line in lines)
    off = amount_off(discount, lines, currency, errors) if discount else 0
    param = "line_items" if asked.product is None else "units"
    line_items.check_total(subtotal - off, currency, param, errors)
    errors.raise_if_any()
    checkout = Checkout(
        id=id,
        livemode=known.livemode,
        created_at=stamp(now),
        updated_at=stamp(now),
        metadata=kept_metadata(asked.metadata),
        page=url.removesuffix(id),
        currency=currency.code,
        line_items=lines,
        subtotal_amount=subtotal,
        discount_amount=off,
        total_amount=subtotal - off,
        expires_at=asked.expires_at or stamp(now + LIFETIME),
        product=asked.product,
        units=None if asked.product is None else asked.units or 1,
        customer=asked.customer,
        customer_email=asked.customer_email,
        discount=discount.id if discount else None,
        discount_code=discount.code if discount else None,
        custom_fields=tuple(field.model_dump(exclude_none=True) for field in asked.custom_fields),
        success_url=asked.success_url,
        cancel_url=asked.cancel_url,
        client_reference_id=asked.client_reference_id,
        request_id=asked.request_id,
        save_payment_method=asked.save_payment_method,
        signed_by=signed_by,
    )
    return Change(record=checkout, events=("checkout.created",))


def expire(before: Checkout, *, now: datetime) -> Change:
    """The checkout closed before its time. Raises ``Conflict`` where it is open no more."""
    check_open(before, now)
    return moved(before, EXPIRED, now, expires_at=min(before.expires_at, stamp(now)))


def check_open(checkout: Checkout, now: datetime) -> None:
    """Raise ``Conflict`` where nobody can confirm a checkout any more."""
    status = as_of(checkout, now).status
    if status != OPEN:
        raise Conflict(f"This checkout is {status}, not open", code="checkout_not_open")


def is_over(checkout: Checkout, now: datetime) -> bool:
    """Whether the time in which a checkout can be paid has passed."""
    return instant(checkout.expires_at) <= now


def as_of(checkout: Checkout, now: datetime) -> Checkout:
    """The checkout as it reads: an open one whose time is over is expired."""
    over = checkout.status == OPEN and is_over(checkout, now)
    return replace(checkout, status=EXPIRED) if over else checkout


def moved(checkout: Checkout, status: str, now: datetime, **changes: Any) -> Change:
    """The checkout in another state; only a confirmed one is due."""
    assert status in NEXT[checkout.status], f"{checkout.status} -> {status}"
    changed = {"version": checkout.version + 1, "updated_at": stamp(now)}
    after = replace(checkout, **{"status": status, "due_at": None, **changed, **changes})
    assert (after.due_at is not None) == (status == CONFIRMED)
    return Change(record=after, events=EVENTS[status], before=checkout)


def _check_lifetime(expires_at: str | None, now: datetime, errors: FieldErrors) -> None:
    if expires_at is None:
        return
    lifetime = instant(expires_at) - now
    longest, shortest = LIFETIME + CLOCK_DIFFERENCE, SHORTEST_LIFETIME - CLOCK_DIFFERENCE
    if not shortest <= lifetime <= longest:
        message = "Half an hour to 24 hours from now"
        errors.add("expires_at", "out_of_range", message)


def _terms(
    asked: "CreateCheckout", known: Known, errors: FieldErrors
) -> list[line_items.Terms | None]:
    """What each line is priced by; what is wrong with ``product`` is said at ``product``."""
    if asked.line_items is not None:
        return line_items.terms(asked.line_items, known, errors)
    terms = line_items.terms_of_product(asked.product or "", "product", known, errors)
    if terms is None or asked.unit_amount is None:
        return [terms]
    return [line_items.at_unit_amount(terms, asked.unit_amount)]


def amount_off(
    discount: Discount, lines: Iterable[LineItem], currency: Currency, errors: FieldErrors
) -> int:
    """What a discount takes off the lines that it is for."""
    for_these = [line for line in lines if discount.is_for(line.product)]
    if not for_these:
        message = "This discount is for other products"
        errors.add("discount_code", "discount_for_other_products", message)
    return discount.amount_off(sum(line.total_amount for line in for_these), currency)


def _discount(
    asked: "CreateCheckout", known: Known, currency: Currency, now: str, errors: FieldErrors
) -> Discount | None:
    if asked.discount_code is None:
        return None
    code = asked.discount_code
    discount = known.find(Discount, code, "discount_code", errors, by="code")
    if discount is not None:
        discounts.check_redeemable(discount, currency, now, "discount_code", errors)
    return discount

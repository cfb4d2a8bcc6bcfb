"""What a checkout becomes: an order that its customer pays, once; and a payment method that is kept
where the customer wants that."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from farebox.billing import attempts, checkouts, order_states
from farebox.billing.charge_requests import scheduled
from farebox.billing.checkout_contents import Contents
from farebox.billing.checkouts import Checkout
from farebox.billing.discounts import Discount
from farebox.billing.known import Known, Reference
from farebox.billing.orders import Order
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.payment_methods import sandbox_method, with_default
from farebox.billing.records import Change, Counting
from farebox.instants import stamp

if TYPE_CHECKING:
    from farebox.validation.checkout_page import CheckoutForm

REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIds:
    """Ids for what a payment makes."""

    order: str
    customer: str
    payment_method: str


def confirm(
    checkout: Checkout,
    form: "CheckoutForm",
    contents: Contents,
    *,
    livemode: bool,
    ids: NewIds,
    now: datetime,
) -> Change:
    """The checkout with its contents frozen, and the order that its customer pays now: due at once,
    so that whatever breaks off is taken up. A customer is made where the checkout names none."""
    customer = checkout.customer or ids.customer
    card = _card(checkout, form, ids.payment_method, customer, ids.order, now)
    made: dict[str, Any] = {
        "livemode": livemode,
        "created_at": stamp(now),
        "updated_at": stamp(now),
    }
    lines = tuple(
        replace(line, id=f"oli_{ids.order.partition('_')[2]}_{place}")
        for place, line in enumerate(contents.lines, start=1)
    )
    answers = {key: value for key, value in form.custom_fields.items() if value != ""}
    order = Order(
        id=ids.order,
        metadata=checkout.metadata,
        customer=customer,
        currency=checkout.currency,
        line_items=lines,
        subtotal_amount=contents.subtotal_amount,
        discount_amount=contents.discount_amount,
        total_amount=contents.total_amount,
        status=order_states.SCHEDULED,
        collection="charge_now",
        trigger=attempts.CHECKOUT,
        due_at=stamp(now),
        payment_method=card.id if card else None,
        checkout=checkout.id,
        discount=contents.discount.id if contents.discount else None,
        custom_field_data=answers,
        **made,
    )
    confirmed = checkouts.moved(
        checkout,
        checkouts.CONFIRMED,
        now,
        customer=customer,
        customer_email=checkout.customer_email or form.email,
        line_items=contents.lines,
        units=contents.units,
        subtotal_amount=contents.subtotal_amount,
        discount_amount=contents.discount_amount,
        total_amount=contents.total_amount,
        discount=order.discount,
        discount_code=contents.discount.code if contents.discount else None,
        custom_field_data=answers,
        order=order.id,
        confirmed_at=stamp(now),
        due_at=checkout.expires_at,
    )
    alongside = [confirmed]
    if checkout.customer is None:
        new = Customer(id=customer, email=checkout.customer_email or form.email, **made)
        alongside.append(Change(record=new, events=("customer.created",)))
    if card is not None:
        alongside.append(Change(record=card, events=()))
    return Change(
        record=order,
        events=("order.created",),
        alongside=tuple(alongside),
        countings=_redeemed(contents.discount),
    )


def pay_again(
    order: Order, checkout: Checkout, form: "CheckoutForm", *, ids: NewIds, now: datetime
) -> Change:
    """The same order, due at once by another card."""
    card = _card(checkout, form, ids.payment_method, order.customer, order.id, now)
    assert card is not None
    terms = {"payment_method": card.id, "trigger": attempts.CHECKOUT, "resume_at": None}
    new = Change(record=card, events=())
    return replace(scheduled(order, now, **terms), alongside=(new,))


def references(order: Order) -> Iterable[Reference]:
    """What must be read with an order at its end: nothing, where it has no checkout."""
    if order.checkout is None or order.status not in (order_states.PAID, order_states.CANCELED):
        return
    yield Reference(Checkout, order.checkout)
    method = _paid_by(order)
    if method is not None:
        yield Reference(Customer, order.customer)
        yield Reference(PaymentMethod, method)


def with_checkout(change: Change, known: Known, *, now: datetime) -> Change:
    """The change of an order at its end, and of its checkout: completed, with the payment method
    kept where the customer wants it; or expired, with the discount given back."""
    order = change.record
    assert isinstance(order, Order)
    checkout = known.found_as(Checkout, order.checkout or "")
    if checkout is None or checkout.status != checkouts.CONFIRMED:
        return change
    if order.status == order_states.CANCELED:
        at = min(checkout.expires_at, stamp(now))
        expired = checkouts.moved(checkout, checkouts.EXPIRED, now, expires_at=at)
        return replace(change, alongside=(expired,), countings=_given_back(order))
    completed = checkouts.moved(checkout, checkouts.COMPLETED, now, completed_at=stamp(now))
    return replace(change, alongside=(completed, *_kept(order, known, now)))


def _card(
    checkout: Checkout,
    form: "CheckoutForm",
    id: str,
    customer: str,
    order: str,
    now: datetime,
) -> PaymentMethod | None:
    """The card that the customer chose: this order's only, until it is paid."""
    if form.test_card is None:
        return None
    method = sandbox_method(
        form.test_card, id=id, customer=customer, livemode=checkout.livemode, now=now
    )
    keep = form.save_payment_method or checkout.save_payment_method == REQUIRED
    return replace(method, only_for=order, kept_once_paid=keep)


def _kept(order: Order, known: Known, now: datetime) -> Iterable[Change]:
    """The payment method as one to be charged later; the default of a customer who has none. One
    who has keeps theirs: a card for this order says nothing about orders that stopped before."""
    method = known.found_as(PaymentMethod, _paid_by(order) or "")
    customer = known.found_as(Customer, order.customer)
    if method is None or customer is None or not method.kept_once_paid:
        return
    if customer.deleted_at is not None or method.detached_at is not None:
        return
    if method.only_for is None:
        return
    kept = replace(
        method,
        only_for=None,
        kept_once_paid=False,
        version=method.version + 1,
        updated_at=stamp(now),
    )
    yield Change(record=kept, events=("payment_method.created",), before=method)
    if customer.default_payment_method is None:
        after = with_default(customer, kept, now)
        yield Change(record=after, events=("customer.updated",), before=customer)


def _paid_by(order: Order) -> str | None:
    """The payment method of the attempt that succeeded."""
    for attempt in order.attempts:
        if attempt.status == attempts.SUCCEEDED:
            return attempt.payment_method
    return None


def _redeemed(discount: Discount | None) -> tuple[Counting, ...]:
    if discount is None:
        return ()
    most = discount.max_redemptions
    return (Counting(kind=Discount, id=discount.id, field="redemptions", by=1, most=most),)


def _given_back(order: Order) -> tuple[Counting, ...]:
    if order.discount is None:
        return ()
    return (Counting(kind=Discount, id=order.discount, field="redemptions", by=-1),)

"""What a merchant may ask of an order's payment, and what a new payment method sets going."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from farebox.billing import attempts, declines, order_states
from farebox.billing.charges import CANCEL, MISSING_METHOD, restarted, settled
from farebox.billing.known import Known, Reference
from farebox.billing.orders import Order
from farebox.billing.payers import Customer, PaymentMethod, find_payment_method
from farebox.billing.records import Change
from farebox.billing.retry_policy import RetryPolicy
from farebox.instants import instant, stamp
from farebox.problems import Conflict, FieldErrors, StateChanged

if TYPE_CHECKING:
    from farebox.validation.orders import ChargeOrder

# The list of a customer's orders lags behind: one that was made shortly before its customer's new
# default may be missing from it, and is found the second time. Lag and clocks that disagree, by an
# hour each way, are both shorter than this.
REARM_AGAIN = timedelta(hours=3)

_STOPPED = (order_states.FAILED, order_states.REQUIRES_ACTION, order_states.RETRYING)
_IN_PROGRESS = (order_states.CHARGING, order_states.PROCESSING)


def references(asked: "ChargeOrder") -> Iterable[Reference]:
    """What must be read, beside the order, before it can be charged."""
    if asked.payment_method is not None:
        yield Reference(PaymentMethod, asked.payment_method)


def charge(order: Order, asked: "ChargeOrder", known: Known, *, now: datetime) -> Change:
    """The order due at once; an automatic attempt that was to come stays where it was.

    A payment method that is named is the order's from then on. Raises ``Conflict`` where an order
    in this state cannot be charged, and ``InvalidRequest``.
    """
    check_open(order)
    named = asked.payment_method
    if order.checkout is not None and named is None:
        message = (
            "Its customer pays this order on the checkout page; or name a method they have kept"
        )
        raise Conflict(message, code="paid_on_checkout_page")
    organization = known.organization
    if organization.processor is None and order.total_amount:
        message = "Nothing can be charged yet: this organization has no payment processor here"
        raise Conflict(message, code="no_processor")
    if not organization.retry_policy.allows(order.attempts, now):
        message = "This order was tried as often as card networks and its organization allow"
        raise Conflict(message, code="attempt_limit")
    errors = FieldErrors()
    if named is not None:
        find_payment_method(known, named, order.customer, "payment_method", errors)
    errors.raise_if_any()
    return scheduled(
        order, now, payment_method=named or order.payment_method, **_trigger(order, now)
    )


def _trigger(order: Order, now: datetime) -> dict[str, Any]:
    """What an attempt by hand does to the automatic one that is to come: nothing.

    One that is due already is made now, and one that was put off before stays put off.
    """
    to_come = order.next_attempt_at
    if to_come is None:
        return {"trigger": attempts.MANUAL, "resume_at": None}
    if order.trigger == attempts.MANUAL or instant(to_come) <= now:
        return {}
    return {"trigger": attempts.MANUAL, "resume_at": to_come}


def check_open(order: Order) -> None:
    """Raise ``Conflict`` where an order is paid or canceled, or a charge is under way."""
    if order.status in _IN_PROGRESS:
        message = "This order is being charged; its outcome is not known yet"
        raise Conflict(message, code="charge_in_progress")
    if order.status == order_states.PAID:
        raise Conflict("This order is paid", code="order_paid")
    if order.status == order_states.CANCELED:
        raise Conflict("This order is canceled", code="order_canceled")


def is_being_canceled(order: Order) -> bool:
    """Whether a worker has taken the order to cancel it, and has not come to an end."""
    return order.command == CANCEL


def check_canceled(order: Order) -> None:
    """Raise ``Conflict`` where an order that was to be canceled was charged instead, or where
    something else came first."""
    if order.status != order_states.CANCELED and not is_being_canceled(order):
        check_open(order)
        raise StateChanged


def rearm(order: Order, customer: Customer, policy: RetryPolicy, *, now: datetime) -> Change | None:
    """The order due on its customer's new default: at once, or when it was to be charged first, or
    when card networks allow. One that is being charged comes to it once it is declined.

    None where a new default changes nothing: for an order that is charged only when asked for, one
    that names its payment method, and one that has been tried on the default already.
    """
    method = customer.default_payment_method
    if method is None or order.payment_method is not None or order.only_when_asked:
        return None
    if _was_tried_on(order, method) or _refused_for_good(order, method):
        return None
    if order.status in _IN_PROGRESS:
        after = replace(order, rearm=True, version=order.version + 1, updated_at=stamp(now))
        return Change(record=after, events=(), before=order)
    if order.status not in _STOPPED:
        return None
    again = restarted(order, order.attempts, policy, now)
    return None if again is None else scheduled(order, now, **again)


def _was_tried_on(order: Order, method: PaymentMethod) -> bool:
    without = order.last_failure is not None and order.last_failure.code == MISSING_METHOD
    last = order.attempts[-1] if order.attempts and not without else None
    return last is not None and last.payment_method == method.id


def _refused_for_good(order: Order, method: PaymentMethod) -> bool:
    """Whether this method was declined for more than a temporary reason: never again by itself."""
    tried = (each.failure for each in order.attempts if each.payment_method == method.id)
    return any(each is not None and each.category == declines.FINAL for each in tried)


def rearmed(customer: Customer, to: str | None, *, now: datetime) -> Change:
    """The customer once orders down to ``to`` were looked at; None is all of them."""
    left = customer.rearms_left - (to is None)
    next_look = now if to is not None else now + REARM_AGAIN
    after = replace(
        customer,
        due_at=stamp(next_look) if left > 0 else None,
        rearmed_to=to,
        rearms_left=max(left, 0),
        version=customer.version + 1,
        updated_at=stamp(now),
    )
    return Change(record=after, events=(), before=customer)


def scheduled(order: Order, now: datetime, **changes: Any) -> Change:
    """The order due now, or when the changes say; a question to its customer is not waited for."""
    assert order_states.SCHEDULED in order_states.NEXT[order.status]
    made = settled(order, attempts.REQUIRES_ACTION, now, order.last_failure)
    due = {"status": order_states.SCHEDULED, "due_at": stamp(now), "attempts": made}
    changed = {"version": order.version + 1, "updated_at": stamp(now)}
    after = replace(order, **{**due, **changed, **changes})
    events = order_states.EVENTS[order_states.SCHEDULED]
    return Change(record=after, events=events, before=order)

"""What the charge worker decides: whether to charge, the next step, and what an outcome means.

At most one successful charge: an order has one intent, whose amount is frozen with it; an intent
is replaced only once it reads canceled; an attempt gets its number only after the one before has a
definite outcome. Whatever is not known stays ``charging`` until the intent says.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from farebox.billing import attempts, declines, order_states
from farebox.billing.attempts import Attempt, Failure
from farebox.billing.orders import Order
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Change
from farebox.billing.retry_policy import RetryPolicy
from farebox.instants import instant, stamp

if TYPE_CHECKING:
    from farebox.billing.checkouts import Checkout

# Longer than the worker can run, by five minutes for clocks that disagree.
LEASE_SECONDS = 420
LOOK_AGAIN_SECONDS = 60
# While a processor says that it is under way, it is asked again after as long as it has taken.
SHORTEST_PROCESSING = timedelta(minutes=15)
LONGEST_PROCESSING = timedelta(hours=6)
# Claims that end without an outcome are patiently repeated so often, then ever more slowly.
PATIENT_CLAIMS = 3
SLOWEST_SECONDS = 3600

CANCEL = "cancel"
AUTHENTICATE = "authenticate"
REFUSE_AUTHENTICATION = "refuse_authentication"
MISSING_METHOD = "missing_payment_method"


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays an order: the customer, and the payment method that the order names, if it does."""

    customer: Customer | None
    named: PaymentMethod | None = None

    def method(self, order: Order) -> PaymentMethod | Failure:
        """What to charge, or why nothing can be charged."""
        if self.customer is None or self.customer.deleted_at is not None:
            return declines.failure("customer_deleted", "The customer was deleted")
        if order.payment_method is None:
            default = self.customer.default_payment_method
            message = "The customer has no default payment method"
            return default or declines.failure(MISSING_METHOD, message)
        if self.named is None or self.named.detached_at is not None:
            message = "The payment method of this order was detached"
            return declines.failure("payment_method_detached", message)
        if self.named.only_for not in (None, order.id):
            message = "The payment method of this order was not kept"
            return declines.failure("payment_method_detached", message)
        return self.named


def is_due(record: "Order | Customer | Checkout", now: datetime) -> bool:
    """Whether it is time to look at this record, and nobody else does."""
    return record.due_at is not None and instant(record.due_at) <= now


def is_in_doubt(order: Order, now: datetime) -> bool:
    """Whether an outcome is unknown and no worker has a lease."""
    held = order.held_until is not None and instant(order.held_until) > now
    return order.status == order_states.CHARGING and not held


def is_slow(order: Order) -> bool:
    """Whether this order's outcome has been unknown for so long that somebody should know."""
    return order.unresolved_claims > PATIENT_CLAIMS


def claim(order: Order, payer: Payer, now: datetime) -> Change:
    """Take a due order for one worker, with an attempt whose terms are frozen.

    Where there is nothing to charge, or nobody, the order is settled at once. A worker that finds
    the order as another one left it goes on with that one's attempt.
    """
    if order.status in (order_states.CHARGING, order_states.PROCESSING):
        return _held(order, now)
    if order.total_amount == 0:
        return _paid(order, now)
    method = payer.method(order)
    if isinstance(method, Failure):
        return _not_payable(order, method, now)
    attempt = Attempt(
        number=len(order.attempts) + 1,
        trigger=order.trigger or attempts.SCHEDULE,
        payment_method=method.id,
        token=method.token,
        processor=method.processor,
        amount=order.outstanding_amount,
        currency=order.currency,
        started_at=stamp(now),
    )
    return _held(order, now, attempts=(*order.attempts, attempt))


def _not_payable(order: Order, failure: Failure, now: datetime) -> Change:
    """There is nobody to charge, so there is no attempt; a planned one stays where it is."""
    if order.resume_at is None or instant(order.resume_at) <= now:
        return _moved(order, order_states.FAILED, now, last_failure=failure, resume_at=None)
    return _moved(
        order,
        order_states.RETRYING,
        now,
        last_failure=failure,
        due_at=order.resume_at,
        trigger=_next_trigger(order, by_hand=True),
        resume_at=None,
    )


def claim_to_cancel(order: Order, now: datetime) -> Change:
    """Take an order in order to cancel it; without an intent, nothing can have been charged."""
    if order.intent is None:
        return _moved(order, order_states.CANCELED, now, canceled_at=stamp(now))
    return _held(order, now, command=CANCEL)


def claim_to_answer(order: Order, command: str, now: datetime) -> Change | None:
    """Take an order whose customer has answered what their bank asked; None where nothing waits
    for an answer."""
    waits = order.status == order_states.REQUIRES_ACTION and order.open_attempt is not None
    return _held(order, now, command=command) if waits else None


def answered(order: Order, now: datetime) -> Change:
    """The order once its intent has the customer's answer, whatever came of it."""
    return _kept(order, now, command=None)


def waiting(order: Order, now: datetime) -> Change:
    """Not charged yet: the customer, who is there, has to answer their bank first."""
    assert order.open_attempt is not None
    asked = replace(order.open_attempt, status=attempts.REQUIRES_ACTION)
    message = "The customer must authenticate this payment"
    return _moved(
        order,
        order_states.REQUIRES_ACTION,
        now,
        attempts=(*order.attempts[:-1], asked),
        last_failure=declines.failure("authentication_required", message),
    )


def with_intent(order: Order, intent: str, now: datetime) -> Change:
    """The order with the intent that it will be charged by: kept before any money can move."""
    assert order.open_attempt is not None
    return _kept(order, now, intent=intent, processor=order.open_attempt.processor)


def without_intent(order: Order, now: datetime) -> Change:
    """The order after its intent read canceled: the next one is of the next generation."""
    generation = order.intent_generation + 1
    return _kept(order, now, intent=None, processor=None, intent_generation=generation)


def in_doubt(order: Order, now: datetime) -> Change:
    """The order let go with an unknown outcome, to be looked at again soon."""
    seconds = _slowed(LOOK_AGAIN_SECONDS, order.unresolved_claims)
    return _kept(order, now, held_until=None, due_at=_in(seconds, now))


def succeeded(order: Order, attempt: int | None, now: datetime) -> Change:
    """Paid, by the attempt that the intent names, or by nobody's."""
    paid_by = attempts.SUCCEEDED
    if order.open_attempt is not None and order.open_attempt.number != attempt:
        paid_by = attempts.ABANDONED
    return _paid(order, now, attempts=settled(order, paid_by, now))


def processing(order: Order, now: datetime) -> Change:
    """Under way at the processor, which says so; the outcome comes later."""
    open_attempt = order.open_attempt
    made, wait = order.attempts, SHORTEST_PROCESSING
    if open_attempt is not None:
        made = (*made[:-1], replace(open_attempt, status=attempts.PROCESSING))
        wait = max(wait, min(LONGEST_PROCESSING, now - instant(open_attempt.started_at)))
    due_at = stamp(now + wait)
    if order.status == order_states.PROCESSING:
        return _kept(order, now, due_at=due_at, held_until=None, unresolved_claims=0)
    kept = {"attempts": made, "due_at": due_at, "rearm": order.rearm}
    return _moved(order, order_states.PROCESSING, now, **kept)


def canceled(order: Order, now: datetime) -> Change:
    """Canceled: the intent reads so, and can never be charged."""
    made = settled(order, attempts.ABANDONED, now)
    return _moved(order, order_states.CANCELED, now, attempts=made, canceled_at=stamp(now))


def failed(order: Order, failure: Failure, policy: RetryPolicy, now: datetime) -> Change:
    """Definitely not charged: what is to become of the order."""
    # Who pays on the checkout page was asked there, and takes another card now.
    needs_customer = failure.category == declines.AUTHENTICATION and order.checkout is None
    came_to = attempts.REQUIRES_ACTION if needs_customer else attempts.DECLINED
    made = settled(order, came_to, now, failure)
    again = restarted(order, made, policy, now) if order.rearm else None
    if again is not None:
        changes = {"attempts": made, "last_failure": failure, "resume_at": None}
        return _moved(order, order_states.RETRYING, now, **changes, **again)
    if needs_customer:
        status, due_at = order_states.REQUIRES_ACTION, None
    else:
        due_at = _next_attempt(order, made, failure, policy, now)
        status = order_states.FAILED if due_at is None else order_states.RETRYING
    by_hand = bool(made) and made[-1].trigger == attempts.MANUAL
    return _moved(
        order,
        status,
        now,
        attempts=made,
        last_failure=failure,
        due_at=due_at,
        retries=order.retries + (due_at is not None and not by_hand),
        trigger=_next_trigger(order, by_hand=by_hand) if due_at is not None else None,
        resume_at=None,
    )


def restarted(
    order: Order, made: tuple[Attempt, ...], policy: RetryPolicy, now: datetime
) -> dict[str, Any] | None:
    """What sets an order going anew on another payment method: at once, but not before it was to
    be charged at all, nor before card networks allow; None where they never do."""
    waits = order.charge_at is not None and instant(order.charge_at) > now
    at = policy.earliest(made, instant(str(order.charge_at)) if waits else now)
    if at is None:
        return None
    trigger = attempts.SCHEDULE if waits else attempts.PAYMENT_METHOD_UPDATE
    return {"due_at": stamp(at), "trigger": trigger, "retries": 0}


def _next_trigger(order: Order, *, by_hand: bool) -> str:
    """An attempt by hand before the first automatic one leaves that one what it was."""
    return attempts.SCHEDULE if by_hand and not order.retries else attempts.RETRY


def _next_attempt(
    order: Order,
    made: tuple[Attempt, ...],
    failure: Failure,
    policy: RetryPolicy,
    now: datetime,
) -> str | None:
    """When to charge again by itself: never after a hard decline."""
    if failure.category != declines.TEMPORARY or order.only_when_asked:
        return None
    if made and made[-1].trigger == attempts.MANUAL:
        resumes = order.resume_at is not None and policy.allows(made, instant(order.resume_at))
        return order.resume_at if resumes else None
    at = policy.next_attempt(made, order.retries, now)
    return None if at is None else stamp(at)


def _held(order: Order, now: datetime, **changes: Any) -> Change:
    """A claim: the lease pushes the due entry, so that a worker that is lost is missed."""
    claims = order.unresolved_claims + 1
    until = _in(_slowed(LEASE_SECONDS, claims), now)
    held = {
        "epoch": order.epoch + 1,
        "unresolved_claims": claims,
        "due_at": until,
        "held_until": until,
    }
    if order.status in (order_states.CHARGING, order_states.PROCESSING):
        return _kept(order, now, **held, **changes)
    return _moved(order, order_states.CHARGING, now, **held, **changes)


def _paid(order: Order, now: datetime, **changes: Any) -> Change:
    paid = {"paid_amount": order.total_amount, "paid_at": stamp(now), "last_failure": None}
    return _moved(order, order_states.PAID, now, **paid, **changes)


def _moved(order: Order, status: str, now: datetime, **changes: Any) -> Change:
    """The order in another state; a lease and a command end with it unless they are named."""
    assert status in order_states.NEXT[order.status], f"{order.status} -> {status}"
    ended: dict[str, Any] = {"due_at": None, "held_until": None, "command": None}
    ended |= {"unresolved_claims": 0, "rearm": False}
    after = _changed(order, now, **{"status": status, **ended, **changes})
    return Change(record=after, events=order_states.EVENTS[status], before=order)


def _kept(order: Order, now: datetime, **changes: Any) -> Change:
    """The order changed within its state, of which nobody is told."""
    return Change(record=_changed(order, now, **changes), events=(), before=order)


def _changed(order: Order, now: datetime, **changes: Any) -> Order:
    after = replace(order, **changes, version=order.version + 1, updated_at=stamp(now))
    assert (after.due_at is not None) == (after.status in order_states.DUE), after.status
    return after


def settled(
    order: Order, status: str, now: datetime, failure: Failure | None = None
) -> tuple[Attempt, ...]:
    """The order's attempts, the open one settled as ``status``."""
    last = order.open_attempt
    if last is None:
        return order.attempts
    done = replace(last, status=status, settled_at=stamp(now), failure=failure)
    return (*order.attempts[:-1], done)


def _slowed(seconds: int, claims: int) -> int:
    doublings = max(0, claims - PATIENT_CLAIMS)
    return min(seconds << min(doublings, 10), max(SLOWEST_SECONDS, seconds))


def _in(seconds: int, now: datetime) -> str:
    return stamp(now + timedelta(seconds=seconds))

"""Orders on their way to being paid, as the worker's own decisions lead there."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from farebox.billing import attempts, charge_requests, charges, declines, order_states
from farebox.billing.attempts import Failure
from farebox.billing.charges import Payer
from farebox.billing.line_items import LineItem
from farebox.billing.orders import Order
from farebox.billing.payers import PaymentMethod
from farebox.billing.records import Change
from farebox.billing.retry_policy import RetryPolicy
from farebox.instants import stamp
from farebox.payments.processor import Intent
from farebox.validation.orders import ChargeOrder
from tests.unit.builders import NOW, POLICY, asked, customer, known, payment_method

ID = "ord_01j00000000000000000000000"
INTENT = "pi_1"
BUYER = replace(customer(), id="cus_01j00000000000000000000000")
CARD = payment_method(BUYER, id="pm_1")
OTHER_CARD = payment_method(BUYER, id="pm_2")
PAYING = replace(BUYER, default_payment_method=CARD)
PAYER = Payer(PAYING)
OTHER_PAYER = Payer(replace(BUYER, default_payment_method=OTHER_CARD), OTHER_CARD)
NOBODY = Payer(BUYER)

SOFT = declines.failure("card_declined", "The card was declined", "insufficient_funds")
HARD = declines.failure("card_declined", "The card was declined", "stolen_card")
EXPIRED = declines.failure("expired_card", "The card has expired")
AUTHENTICATION = declines.failure("authentication_required", "The customer must authenticate")


def draft(**fields: Any) -> Order:
    """12.50 dollars that nobody has asked to be charged yet."""
    line = LineItem(id=f"{ID}_1", quantity=1, description="Seat", total_amount=1250)
    order = Order(
        id=ID,
        livemode=False,
        created_at=stamp(NOW),
        updated_at=stamp(NOW),
        customer=BUYER.id,
        currency="usd",
        line_items=(line,),
        subtotal_amount=line.total_amount,
        total_amount=line.total_amount,
    )
    return replace(order, **fields)


def due(at: datetime = NOW, **fields: Any) -> Order:
    """An order that is to be charged by itself at ``at``."""
    terms: dict[str, Any] = {"status": order_states.SCHEDULED, "collection": "scheduled"}
    times = {"charge_at": stamp(at), "due_at": stamp(at), "trigger": attempts.SCHEDULE}
    return draft(**(terms | times | fields))


def order_of(change: Change | None) -> Order:
    """The order as a change leaves it."""
    assert change is not None and isinstance(change.record, Order)
    return change.record


def claimed(order: Order | None = None, payer: Payer = PAYER, now: datetime = NOW) -> Order:
    """The order in the hands of a worker."""
    return order_of(charges.claim(order or due(), payer, now))


def confirmed(order: Order | None = None, payer: Payer = PAYER, now: datetime = NOW) -> Order:
    """The order in the hands of a worker, with its intent."""
    held = claimed(order, payer, now)
    return held if held.intent else order_of(charges.with_intent(held, INTENT, now))


def declined(
    order: Order | None = None,
    failure: Failure = SOFT,
    now: datetime = NOW,
    policy: RetryPolicy = POLICY,
    payer: Payer = PAYER,
) -> Order:
    """The order after one more attempt that failed."""
    return order_of(charges.failed(confirmed(order, payer, now), failure, policy, now))


def charged_by_hand(order: Order, now: datetime, payment_method: str | None = None) -> Order:
    """The order after its merchant asked for it to be charged now."""
    request = asked(ChargeOrder, payment_method=payment_method)
    what_is_known = known(CARD, OTHER_CARD)
    return order_of(charge_requests.charge(order, request, what_is_known, now=now))


def rearmed(order: Order, method: PaymentMethod, now: datetime) -> Order:
    """The order after its customer has got another default payment method."""
    owner = replace(BUYER, default_payment_method=method)
    return order_of(charge_requests.rearm(order, owner, POLICY, now=now))


def paid(order: Order | None = None, now: datetime = NOW) -> Order:
    """The order after an attempt that succeeded."""
    held = confirmed(order, now=now)
    return order_of(charges.succeeded(held, len(held.attempts), now))


def canceled(order: Order, now: datetime = NOW) -> Order:
    """The order after it was canceled; its intent, if it has one, reads so."""
    taken = order_of(charges.claim_to_cancel(order, now))
    if taken.status == order_states.CANCELED:
        return taken
    return order_of(charges.canceled(taken, now))


def processing(order: Order | None = None, now: datetime = NOW) -> Order:
    """The order while its processor says that the charge is under way."""
    return order_of(charges.processing(confirmed(order, now=now), now))


def intent(order: Order, status: str, **fields: Any) -> Intent:
    """The order's intent, as its processor shows it."""
    shown = Intent(
        id=order.intent or INTENT,
        status=status,
        amount=order.total_amount,
        currency=order.currency,
    )
    return replace(shown, **fields)

"""What comes next for an order that a worker holds, by what its intent says. Pure.

An error that the intent shows is believed only where it names the order's open attempt. Otherwise
it is the attempt's before, and this one is confirmed, again perhaps, with its own key.
"""

from datetime import datetime
from enum import Enum

from farebox.billing import attempts, charges, declines
from farebox.billing.attempts import Attempt
from farebox.billing.orders import Order
from farebox.billing.records import Change
from farebox.billing.retry_policy import RetryPolicy
from farebox.payments import processor
from farebox.payments.processor import Intent, OutcomeUnknown

ANSWERS = (charges.AUTHENTICATE, charges.REFUSE_AUTHENTICATION)


class Step(Enum):
    """What to do with the intent."""

    CREATE = "create an intent"
    REPLACE = "forget an intent that was canceled"
    UPDATE = "prepare it for the attempt"
    CONFIRM = "charge it"
    AUTHENTICATE = "tell it what its customer answered"
    CANCEL = "cancel it"
    SETTLE = "nothing: it is decided, as far as it goes"


def next_step(order: Order, intent: Intent | None) -> Step:
    """The step that an intent calls for. Raises ``OutcomeUnknown`` where it is not the order's."""
    if intent is None:
        return Step.CREATE
    if (intent.amount, intent.currency) != (order.total_amount, order.currency):
        raise OutcomeUnknown("The intent is over another amount than its order")
    if intent.status not in processor.STATUSES:
        raise OutcomeUnknown("The intent is in a state that nobody here knows")
    if intent.status in (processor.SUCCEEDED, processor.PROCESSING):
        return Step.SETTLE
    attempt = order.open_attempt
    if intent.status == processor.CANCELED:
        wanted = order.command == charges.CANCEL or attempt is None
        return Step.SETTLE if wanted else Step.REPLACE
    elsewhere = attempt is not None and attempt.processor != order.processor
    waits = intent.status == processor.REQUIRES_ACTION
    if waits and attempt is not None and _is_its_customers(intent, attempt, order):
        return Step.AUTHENTICATE if order.command in ANSWERS else Step.SETTLE
    if order.command == charges.CANCEL or waits or elsewhere:
        return Step.CANCEL
    if attempt is None or intent.failed_attempt == attempt.number:
        return Step.SETTLE
    return Step.CONFIRM if intent.attempt == attempt.number else Step.UPDATE


def _is_its_customers(intent: Intent, attempt: Attempt, order: Order) -> bool:
    """Whether an intent waits for the customer of the open attempt, who is there to answer."""
    asked = attempt.trigger == attempts.CHECKOUT and intent.attempt == attempt.number
    return asked and order.command != charges.CANCEL


def settled(order: Order, intent: Intent, policy: RetryPolicy, now: datetime) -> Change:
    """The order as the intent has decided it."""
    if intent.status == processor.SUCCEEDED:
        return charges.succeeded(order, intent.attempt, now)
    if intent.status == processor.PROCESSING:
        return charges.processing(order, now)
    if intent.status == processor.CANCELED:
        return charges.canceled(order, now)
    if intent.status == processor.REQUIRES_ACTION:
        return charges.waiting(order, now)
    unexplained = declines.failure("payment_failed", "The payment failed")
    return charges.failed(order, intent.failure or unexplained, policy, now)


def intent_key(order: Order) -> str:
    """One intent for each generation of an order."""
    return f"{order.id}/intent/{order.intent_generation}"


def attempt_key(order: Order, attempt: Attempt) -> str:
    """One charge of an intent for each attempt at an order, whoever sends it and how often."""
    return f"{order.id}/attempt/{order.intent_generation}.{attempt.number}"

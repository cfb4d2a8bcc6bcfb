"""Every decision that can be made about an order, whatever its processor may say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import product

from farebox.billing import charge_requests, charges, declines
from farebox.billing.orders import Order
from farebox.billing.records import Change
from farebox.billing.retry_policy import RetryPolicy
from farebox.charging import steps
from farebox.charging.steps import Step
from farebox.payments import processor
from farebox.payments.processor import Intent
from farebox.problems import Conflict
from farebox.validation.orders import ChargeOrder
from tests.unit.builders import asked, known
from tests.unit.charged_orders import (
    AUTHENTICATION,
    BUYER,
    CARD,
    HARD,
    NOBODY,
    OTHER_CARD,
    OTHER_PAYER,
    PAYER,
    SOFT,
    intent,
)

STATUSES = (
    processor.REQUIRES_PAYMENT_METHOD,
    processor.REQUIRES_CONFIRMATION,
    processor.REQUIRES_ACTION,
    processor.PROCESSING,
    processor.SUCCEEDED,
    processor.CANCELED,
)
REJECTED = declines.failure("resource_missing", "There is no such payment method")
REFUSALS = ((None, None), (-1, SOFT), (0, SOFT), (0, HARD), (0, AUTHENTICATION))


@dataclass(frozen=True)
class Move:
    """One decision; the first word of its name is what kind of decision it is."""

    name: str
    decide: Callable[[], Change]

    @property
    def kind(self) -> str:
        return self.name.partition(" ")[0]

    def __repr__(self) -> str:
        return self.name


def moves(order: Order, policy: RetryPolicy, now: datetime) -> list[Move]:
    """What the API, the schedule and a worker that holds the order could decide now."""
    return [
        *_requested(order, policy, now),
        *_rearmed(order, policy, now),
        *_claimed(order, now),
        *_pursued(order, policy, now),
    ]


def _requested(order: Order, policy: RetryPolicy, now: datetime) -> Iterator[Move]:
    what_is_known = known(OTHER_CARD, retry_policy=policy)
    for named in (None, OTHER_CARD.id):
        request = asked(ChargeOrder, payment_method=named)
        try:
            change = charge_requests.charge(order, request, what_is_known, now=now)
        except Conflict:
            return
        yield Move(f"charge, naming {named}", partial(_same, change))


def _rearmed(order: Order, policy: RetryPolicy, now: datetime) -> Iterator[Move]:
    for card in (CARD, OTHER_CARD):
        owner = replace(BUYER, default_payment_method=card)
        change = charge_requests.rearm(order, owner, policy, now=now)
        if change is not None:
            yield Move(f"rearm with {card.id}", partial(_same, change))


def _claimed(order: Order, now: datetime) -> Iterator[Move]:
    if charges.is_due(order, now):
        for payer in (PAYER, OTHER_PAYER, NOBODY):
            yield Move(f"claim for {payer}", partial(charges.claim, order, payer, now))
    try:
        charge_requests.check_open(order)
    except Conflict:
        return
    yield Move("cancel", partial(charges.claim_to_cancel, order, now))
    for command in steps.ANSWERS:
        change = charges.claim_to_answer(order, command, now)
        if change is not None:
            yield Move(f"answer {command}", partial(_same, change))


def _pursued(order: Order, policy: RetryPolicy, now: datetime) -> Iterator[Move]:
    if order.held_until is None:
        return
    yield Move("let go in doubt", partial(charges.in_doubt, order, now))
    if order.open_attempt is not None:
        for why in (REJECTED, AUTHENTICATION):
            yield Move(f"reject with {why.code}", partial(charges.failed, order, why, policy, now))
    for shown in _intents(order):
        step = steps.next_step(order, shown)
        if step is Step.CREATE and order.open_attempt is not None:
            name = f"pi_{order.intent_generation}"
            yield Move(f"create {name}", partial(charges.with_intent, order, name, now))
        if step is Step.AUTHENTICATE:
            yield Move("hear the answer", partial(charges.answered, order, now))
        if step is Step.REPLACE:
            yield Move("replace the intent", partial(charges.without_intent, order, now))
        if step is Step.SETTLE and shown is not None:
            yield Move(f"settle {shown}", partial(steps.settled, order, shown, policy, now))


def _intents(order: Order) -> Iterator[Intent | None]:
    """Everything that the order's intent could say; None where it has none."""
    if order.intent is None:
        yield None
        return
    last = len(order.attempts)
    for status, attempt, (back, why) in product(STATUSES, (last - 1, last), REFUSALS):
        refused = None if back is None else last + back
        yield intent(order, status, attempt=attempt, failed_attempt=refused, failure=why)


def _same(change: Change) -> Change:
    return change

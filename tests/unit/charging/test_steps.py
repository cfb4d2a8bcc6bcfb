"""The next step of a charge, by what the intent says: every status, naming and command."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from farebox.billing import charges
from farebox.billing.attempts import Failure
from farebox.billing.orders import Order
from farebox.charging import steps
from farebox.charging.steps import Step
from farebox.payments import processor
from farebox.payments.processor import OutcomeUnknown
from tests.unit.builders import LATER, NOW, POLICY
from tests.unit.charged_orders import (
    AUTHENTICATION,
    HARD,
    SOFT,
    claimed,
    confirmed,
    declined,
    intent,
    order_of,
    processing,
)
from tests.unit.order_moves import STATUSES

CHARGING = confirmed(declined(), now=LATER)
"""A second attempt, on the intent of the first."""
CANCELING = order_of(charges.claim_to_cancel(declined(), LATER))
WITHOUT_ATTEMPT = order_of(charges.processing(CANCELING, LATER))
"""Under way by somebody else's doing, seen by a cancellation that came too late."""
NUMBERS = (None, 1, 2)
NAMINGS = tuple(product(NUMBERS, NUMBERS))

BY_STATUS = (
    (processor.SUCCEEDED, Step.SETTLE, Step.SETTLE),
    (processor.PROCESSING, Step.SETTLE, Step.SETTLE),
    (processor.CANCELED, Step.REPLACE, Step.SETTLE),
    (processor.REQUIRES_ACTION, Step.CANCEL, Step.CANCEL),
    (processor.REQUIRES_PAYMENT_METHOD, None, Step.CANCEL),
    (processor.REQUIRES_CONFIRMATION, None, Step.CANCEL),
)
"""What to do while charging (None: see below) and while canceling."""
BY_NAMING = (
    (None, None, Step.UPDATE),
    (None, 1, Step.UPDATE),
    (1, None, Step.UPDATE),
    (1, 1, Step.UPDATE),
    (2, None, Step.CONFIRM),
    (2, 1, Step.CONFIRM),
    (2, 2, Step.SETTLE),
    (1, 2, Step.SETTLE),
    (None, 2, Step.SETTLE),
)
"""By the attempt that an intent was prepared for, and the one that it refused."""


def test_every_status_and_naming_has_a_step() -> None:
    """Else a case is decided that nobody has thought about."""
    assert {status for status, _, _ in BY_STATUS} == set(STATUSES)
    assert {(attempt, refused) for attempt, refused, _ in BY_NAMING} == set(NAMINGS)


@pytest.mark.parametrize(("attempt", "refused"), NAMINGS)
@pytest.mark.parametrize(("status", "charging", "canceling"), BY_STATUS)
def test_what_an_intent_says_decides_whatever_attempt_it_names(
    status: str,
    charging: Step | None,
    canceling: Step,
    attempt: int | None,
    refused: int | None,
) -> None:
    """Else an order is charged that is paid, or that was to be canceled."""
    shown = intent(CHARGING, status, attempt=attempt, failed_attempt=refused)

    assert steps.next_step(CANCELING, shown) is canceling
    if charging is not None:
        assert steps.next_step(CHARGING, shown) is charging


@pytest.mark.parametrize("status", [status for status, step, _ in BY_STATUS if step is None])
@pytest.mark.parametrize(("attempt", "refused", "step"), BY_NAMING)
def test_a_refusal_is_believed_only_where_it_names_this_attempt(
    status: str, attempt: int | None, refused: int | None, step: Step
) -> None:
    """Else yesterday's decline of another card is taken for today's, and a charge is lost."""
    shown = intent(CHARGING, status, attempt=attempt, failed_attempt=refused, failure=SOFT)

    assert steps.next_step(CHARGING, shown) is step


@pytest.mark.parametrize("order", [CHARGING, claimed()])
def test_without_an_intent_one_is_made(order: Order) -> None:
    """Else an order stays charging for ever."""
    assert steps.next_step(order, None) is Step.CREATE


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("order", [CHARGING, CANCELING, WITHOUT_ATTEMPT])
@pytest.mark.parametrize("other", [{"amount": 1251}, {"amount": 0}, {"currency": "eur"}])
def test_an_intent_over_another_amount_is_no_outcome(
    status: str, order: Order, other: dict[str, Any]
) -> None:
    """Else an order over 12.50 is paid by 0.01, or by 12.50 of something else."""
    with pytest.raises(OutcomeUnknown):
        steps.next_step(order, intent(order, status, **other))


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (processor.SUCCEEDED, Step.SETTLE),
        (processor.PROCESSING, Step.SETTLE),
        (processor.CANCELED, Step.REPLACE),
        (processor.REQUIRES_ACTION, Step.CANCEL),
        (processor.REQUIRES_PAYMENT_METHOD, Step.CANCEL),
        (processor.REQUIRES_CONFIRMATION, Step.CANCEL),
    ],
)
def test_another_processor_takes_over_once_the_first_one_cannot_charge_any_more(
    status: str, step: Step
) -> None:
    """Else two processors charge one order."""
    moved = replace(CHARGING, processor="another")
    shown = intent(moved, status, attempt=2, failed_attempt=2)

    assert steps.next_step(moved, shown) is step


@pytest.mark.parametrize(
    "status", [processor.REQUIRES_PAYMENT_METHOD, processor.REQUIRES_CONFIRMATION]
)
def test_without_an_attempt_nothing_is_charged(status: str) -> None:
    """Else a cancellation that came too late ends in a charge."""
    assert WITHOUT_ATTEMPT.open_attempt is None
    assert steps.next_step(WITHOUT_ATTEMPT, intent(WITHOUT_ATTEMPT, status)) is Step.SETTLE


@pytest.mark.parametrize("status", [processor.CANCELED, processor.REQUIRES_ACTION])
def test_an_intent_that_is_canceled_without_an_attempt_ends_the_order(status: str) -> None:
    """Else an order is stuck that nobody can charge or cancel any more."""
    order, shown = WITHOUT_ATTEMPT, intent(WITHOUT_ATTEMPT, status)
    if steps.next_step(order, shown) is Step.CANCEL:
        shown = intent(order, processor.CANCELED)

    assert steps.next_step(order, shown) is Step.SETTLE
    assert order_of(steps.settled(order, shown, POLICY, LATER)).status == "canceled"


@pytest.mark.parametrize("order", [CHARGING, WITHOUT_ATTEMPT])
def test_a_status_that_nobody_knows_is_no_outcome(order: Order) -> None:
    """Else money that is on its way is asked for once more."""
    with pytest.raises(OutcomeUnknown):
        steps.next_step(order, intent(order, "requires_capture", attempt=2, failed_attempt=2))


@pytest.mark.parametrize(
    ("order", "status", "failure", "after"),
    [
        (CHARGING, processor.SUCCEEDED, None, "paid"),
        (CANCELING, processor.SUCCEEDED, None, "paid"),
        (processing(), processor.SUCCEEDED, SOFT, "paid"),
        (CHARGING, processor.PROCESSING, None, "processing"),
        (CANCELING, processor.PROCESSING, None, "processing"),
        (CANCELING, processor.CANCELED, SOFT, "canceled"),
        (CHARGING, processor.REQUIRES_PAYMENT_METHOD, SOFT, "retrying"),
        (CHARGING, processor.REQUIRES_PAYMENT_METHOD, HARD, "failed"),
        (CHARGING, processor.REQUIRES_PAYMENT_METHOD, AUTHENTICATION, "requires_action"),
        (CHARGING, processor.REQUIRES_PAYMENT_METHOD, None, "retrying"),
        (processing(), processor.REQUIRES_PAYMENT_METHOD, SOFT, "retrying"),
    ],
)
def test_an_intent_that_is_decided_decides_the_order(
    order: Order, status: str, failure: Failure | None, after: str
) -> None:
    """Else the books say something else than the processor."""
    shown = intent(order, status, attempt=len(order.attempts), failure=failure)

    assert order_of(steps.settled(order, shown, POLICY, LATER)).status == after


def test_a_success_names_the_attempt_that_made_it() -> None:
    """Else the books say that the second card was charged, and it was the first."""
    late = steps.settled(CHARGING, intent(CHARGING, processor.SUCCEEDED, attempt=1), POLICY, LATER)

    assert [each.status for each in order_of(late).attempts] == ["declined", "abandoned"]


def test_a_refusal_that_says_nothing_is_told_as_one() -> None:
    """Else an order has failed, and nobody can say that it has."""
    shown = intent(CHARGING, processor.REQUIRES_PAYMENT_METHOD, failed_attempt=2)

    failure = order_of(steps.settled(CHARGING, shown, POLICY, LATER)).last_failure

    assert failure is not None
    assert (failure.code, failure.category) == ("payment_failed", "temporary")


def test_keys_follow_from_the_order_and_nothing_else() -> None:
    """Else a charge that is sent again is a second charge, or a decline is replayed for a day."""
    first = confirmed()
    (attempt,) = first.attempts
    again = claimed(order_of(charges.in_doubt(first, NOW)), now=LATER)
    second = confirmed(declined(), now=LATER)

    assert steps.intent_key(first) == steps.intent_key(again) == steps.intent_key(second)
    assert steps.attempt_key(first, attempt) == steps.attempt_key(again, again.attempts[0])
    assert steps.attempt_key(second, second.attempts[0]) != steps.attempt_key(
        second, second.attempts[1]
    )


def test_the_key_of_a_new_intent_is_a_new_one() -> None:
    """Else the processor answers with the intent that was canceled, and nothing can be charged."""
    replaced = order_of(charges.without_intent(CHARGING, LATER))

    assert steps.intent_key(replaced) != steps.intent_key(CHARGING)


def test_the_key_of_an_attempt_at_a_new_intent_is_a_new_one() -> None:
    """Else the processor answers with what became of the intent that was canceled."""
    replaced = order_of(charges.without_intent(CHARGING, LATER))
    attempt = CHARGING.attempts[-1]

    assert replaced.open_attempt == attempt
    assert steps.attempt_key(replaced, attempt) != steps.attempt_key(CHARGING, attempt)

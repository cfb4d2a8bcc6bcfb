"""What a processor must do, one rule a function: for the sandbox and the virtual one.

Where a call cannot do what is asked because of the intent's state, it may answer with the intent as
it is or that the outcome is unknown: ``_tried`` takes both.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest

from farebox.payments import processor
from farebox.payments.processor import Intent, OutcomeUnknown, Processor, Rejected

Later = Callable[[float], None]
Contract = Callable[[Processor, Later], None]

DAY = 86400.0


def _created(payments: Processor, key: str = "order-1/intent/1", amount: int = 1250) -> Intent:
    return payments.create_intent(order="order-1", amount=amount, currency="usd", key=key)


def _prepared(payments: Processor, card: str, attempt: int = 1, id: str = "") -> Intent:
    return payments.update_intent(
        id or _created(payments).id, attempt=attempt, payment_method=card, key=f"{attempt}/update"
    )


def _tried(call: Callable[[], Intent]) -> None:
    with suppress(OutcomeUnknown):
        call()


def a_new_intent_moves_no_money(payments: Processor, later: Later) -> None:
    intent = _created(payments)

    assert intent.status == processor.REQUIRES_PAYMENT_METHOD
    assert (intent.amount, intent.currency, intent.attempt) == (1250, "usd", None)
    assert payments.read_intent(intent.id) == intent


def a_key_makes_one_intent(payments: Processor, later: Later) -> None:
    assert _created(payments).id == _created(payments).id
    assert _created(payments).id != _created(payments, "order-1/intent/2").id


def a_key_is_for_the_same_parameters(payments: Processor, later: Later) -> None:
    _created(payments)

    with pytest.raises(Rejected):
        _created(payments, amount=1251)


def a_key_is_forgotten_after_a_day(payments: Processor, later: Later) -> None:
    intent = _created(payments)
    later(DAY + 60)

    assert _created(payments).id != intent.id


def an_intent_is_charged_once(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "success")
    assert (intent.status, intent.attempt) == (processor.REQUIRES_CONFIRMATION, 1)

    assert payments.confirm_intent(intent.id, key="1").status == processor.SUCCEEDED
    assert payments.confirm_intent(intent.id, key="1").status == processor.SUCCEEDED
    _tried(lambda: payments.confirm_intent(intent.id, key="2"))
    _tried(lambda: _prepared(payments, "lost_card", 2, intent.id))
    _tried(lambda: payments.confirm_intent(intent.id, key="3"))
    _tried(lambda: payments.cancel_intent(intent.id))

    after = payments.read_intent(intent.id)
    assert (after.status, after.attempt, after.failure) == (processor.SUCCEEDED, 1, None)


def a_decline_is_told_by_the_intent(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "lost_card")

    declined = payments.confirm_intent(intent.id, key="1")

    assert declined.status == processor.REQUIRES_PAYMENT_METHOD
    assert declined.failed_attempt == 1
    assert declined.failure is not None
    assert declined.failure.decline_code == "lost_card"


def the_next_attempt_uses_the_same_intent(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "declined_once")
    payments.confirm_intent(intent.id, key="1")

    prepared = _prepared(payments, "declined_once", 2, intent.id)
    assert (prepared.attempt, prepared.failed_attempt) == (2, 1)
    assert payments.confirm_intent(intent.id, key="2").status == processor.SUCCEEDED


def a_key_replays_a_decline(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "insufficient_funds")
    payments.confirm_intent(intent.id, key="1")
    _prepared(payments, "success", 2, intent.id)

    replayed = payments.confirm_intent(intent.id, key="1")

    assert replayed.failed_attempt == 1
    assert payments.read_intent(intent.id).status == processor.REQUIRES_CONFIRMATION


def nobody_is_asked_to_authenticate(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "authentication_required")

    failed = payments.confirm_intent(intent.id, key="1")

    assert failed.status == processor.REQUIRES_PAYMENT_METHOD
    assert failed.failure is not None
    assert failed.failure.code == "authentication_required"


def what_is_under_way_is_decided_later(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "processing")

    assert payments.confirm_intent(intent.id, key="1").status == processor.PROCESSING
    _tried(lambda: payments.cancel_intent(intent.id))
    assert payments.read_intent(intent.id).status == processor.PROCESSING
    later(DAY)
    assert payments.read_intent(intent.id).status == processor.SUCCEEDED


def what_is_under_way_may_be_declined(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "processing_declined")
    payments.confirm_intent(intent.id, key="1")
    later(DAY)

    after = payments.read_intent(intent.id)

    assert (after.status, after.failed_attempt) == (processor.REQUIRES_PAYMENT_METHOD, 1)


def what_is_canceled_is_never_charged(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "success")

    assert payments.cancel_intent(intent.id).status == processor.CANCELED
    assert payments.cancel_intent(intent.id).status == processor.CANCELED
    _tried(lambda: _prepared(payments, "success", 2, intent.id))
    _tried(lambda: payments.confirm_intent(intent.id, key="2"))

    assert payments.read_intent(intent.id).status == processor.CANCELED


def a_method_that_is_not_there_is_refused(payments: Processor, later: Later) -> None:
    with pytest.raises(Rejected):
        _prepared(payments, "no such card")


def an_answer_is_lost_with_its_effect(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "timeout_with_effect")

    with pytest.raises(OutcomeUnknown):
        payments.confirm_intent(intent.id, key="1")

    assert payments.read_intent(intent.id).status == processor.SUCCEEDED


def an_answer_is_lost_without_effect(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "timeout_without_effect")

    with pytest.raises(OutcomeUnknown):
        payments.confirm_intent(intent.id, key="1")

    assert payments.read_intent(intent.id).status == processor.REQUIRES_CONFIRMATION
    assert payments.confirm_intent(intent.id, key="1").status == processor.SUCCEEDED


def who_is_there_is_asked_and_approves_once(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "authentication_required")

    asked = payments.confirm_intent(intent.id, key="1", present=True)
    assert (asked.status, asked.failure, asked.attempt) == (processor.REQUIRES_ACTION, None, 1)

    assert payments.authenticate_intent(intent.id, approved=True).status == processor.SUCCEEDED
    assert payments.authenticate_intent(intent.id, approved=False).status == processor.SUCCEEDED


def who_is_there_may_refuse(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "authentication_required")
    payments.confirm_intent(intent.id, key="1", present=True)

    refused = payments.authenticate_intent(intent.id, approved=False)

    assert (refused.status, refused.failed_attempt) == (processor.REQUIRES_PAYMENT_METHOD, 1)
    assert refused.failure is not None
    assert refused.failure.code == "payment_intent_authentication_failure"


def only_what_waits_takes_an_answer(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "success")

    _tried(lambda: payments.authenticate_intent(intent.id, approved=True))

    assert payments.read_intent(intent.id).status == processor.REQUIRES_CONFIRMATION
    assert payments.confirm_intent(intent.id, key="1", present=True).status == processor.SUCCEEDED


def what_waits_can_be_canceled(payments: Processor, later: Later) -> None:
    intent = _prepared(payments, "authentication_required")
    payments.confirm_intent(intent.id, key="1", present=True)

    assert payments.cancel_intent(intent.id).status == processor.CANCELED
    _tried(lambda: payments.authenticate_intent(intent.id, approved=True))
    assert payments.read_intent(intent.id).status == processor.CANCELED


CONTRACTS: Sequence[Contract] = (
    a_new_intent_moves_no_money,
    a_key_makes_one_intent,
    a_key_is_for_the_same_parameters,
    a_key_is_forgotten_after_a_day,
    an_intent_is_charged_once,
    a_decline_is_told_by_the_intent,
    the_next_attempt_uses_the_same_intent,
    a_key_replays_a_decline,
    nobody_is_asked_to_authenticate,
    who_is_there_is_asked_and_approves_once,
    who_is_there_may_refuse,
    only_what_waits_takes_an_answer,
    what_waits_can_be_canceled,
    what_is_under_way_is_decided_later,
    what_is_under_way_may_be_declined,
    what_is_canceled_is_never_charged,
    a_method_that_is_not_there_is_refused,
    an_answer_is_lost_with_its_effect,
    an_answer_is_lost_without_effect,
)

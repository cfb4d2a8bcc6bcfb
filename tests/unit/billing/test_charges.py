"""What the charge worker decides: who holds an order, what is charged, what an outcome means."""

from dataclasses import replace
from datetime import timedelta

import pytest

from farebox.billing import attempts, charges, declines
from farebox.billing.attempts import Failure
from farebox.billing.charges import Payer
from farebox.billing.orders import Order
from farebox.billing.payers import PaymentMethod
from farebox.instants import instant, stamp
from tests.unit.builders import LATER, NOW, POLICY
from tests.unit.charged_orders import (
    AUTHENTICATION,
    BUYER,
    CARD,
    EXPIRED,
    HARD,
    INTENT,
    NOBODY,
    OTHER_CARD,
    PAYER,
    PAYING,
    SOFT,
    canceled,
    claimed,
    confirmed,
    declined,
    draft,
    due,
    order_of,
    paid,
    processing,
)

MINUTE = timedelta(minutes=1)


def waits(order: Order, times: int, *, in_doubt: bool) -> list[int]:
    """For how many seconds nobody looks at an order whose outcome stays unknown."""
    seconds, now = [], NOW
    for _ in range(times):
        held = claimed(order, now=now)
        order = order_of(charges.in_doubt(held, now)) if in_doubt else held
        assert order.due_at is not None
        wait = instant(order.due_at) - now
        seconds.append(int(wait.total_seconds()))
        now += wait
    return seconds


@pytest.mark.parametrize(
    ("payer", "order", "charged"),
    [
        (PAYER, due(), CARD),
        (Payer(PAYING, OTHER_CARD), due(payment_method=OTHER_CARD.id), OTHER_CARD),
        (Payer(BUYER, CARD), due(payment_method=CARD.id), CARD),
        (Payer(PAYING, OTHER_CARD), due(), CARD),
    ],
)
def test_an_order_is_charged_to_the_method_it_names_or_the_default(
    payer: Payer, order: Order, charged: PaymentMethod
) -> None:
    """Else the customer finds the charge on a card that they did not choose."""
    assert payer.method(order) == charged


@pytest.mark.parametrize(
    ("payer", "order", "code", "category"),
    [
        (NOBODY, due(), "missing_payment_method", declines.NEW_PAYMENT_METHOD),
        (PAYER, due(payment_method="pm_9"), "payment_method_detached", declines.NEW_PAYMENT_METHOD),
        (
            Payer(PAYING, replace(OTHER_CARD, detached_at=stamp(NOW))),
            due(payment_method=OTHER_CARD.id),
            "payment_method_detached",
            declines.NEW_PAYMENT_METHOD,
        ),
        (Payer(replace(PAYING, deleted_at=stamp(NOW))), due(), "customer_deleted", declines.FINAL),
        (Payer(None), due(), "customer_deleted", declines.FINAL),
    ],
)
def test_nobody_is_charged_who_cannot_be(
    payer: Payer, order: Order, code: str, category: str
) -> None:
    """Else a customer who left, or took a card away, is charged all the same."""
    change = charges.claim(order, payer, NOW)

    failed = order_of(change)
    assert (failed.status, failed.due_at, failed.attempts) == ("failed", None, ())
    assert failed.last_failure is not None
    assert (failed.last_failure.code, failed.last_failure.category) == (code, category)
    assert change.events == ("order.updated", "order.payment_failed")


def test_a_claim_freezes_what_is_charged() -> None:
    """Else a change of the default card between two tries charges both cards."""
    order = claimed(due(trigger=attempts.CHARGE_NOW))

    (attempt,) = order.attempts
    assert (attempt.number, attempt.trigger, attempt.status) == (1, "charge_now", "open")
    assert (attempt.amount, attempt.currency) == (1250, "usd")
    assert (attempt.payment_method, attempt.token) == (CARD.id, "success")
    assert (attempt.processor, attempt.started_at) == ("sandbox", stamp(NOW))
    assert (order.status, order.epoch, order.unresolved_claims) == ("charging", 1, 1)
    assert order.due_at == order.held_until == stamp(NOW + timedelta(seconds=420))


def test_the_next_worker_goes_on_with_the_same_attempt() -> None:
    """Else a worker that was lost in the middle of a charge is followed by a second charge."""
    lost = confirmed()

    taken = claimed(lost, payer=Payer(replace(PAYING, default_payment_method=OTHER_CARD)))

    assert taken.attempts == lost.attempts
    assert (taken.epoch, taken.intent, taken.intent_generation) == (2, INTENT, 1)


@pytest.mark.parametrize("payer", [PAYER, NOBODY, Payer(None)])
def test_what_costs_nothing_is_paid_without_a_card(payer: Payer) -> None:
    """Else a free order waits for ever for a card that nobody needs."""
    free = claimed(due(subtotal_amount=0, total_amount=0), payer)

    assert (free.status, free.paid_amount, free.paid_at) == ("paid", 0, stamp(NOW))
    assert (free.attempts, free.due_at) == ((), None)


def test_an_order_is_due_from_its_instant_on() -> None:
    """Else it is charged early, or a minute after every minute it is due."""
    order = due(NOW)

    assert charges.is_due(order, NOW)
    assert charges.is_due(order, LATER)
    assert not charges.is_due(order, NOW - timedelta(milliseconds=1))
    assert not charges.is_due(draft(), LATER)


def test_claims_without_an_outcome_hold_ever_longer_up_to_an_hour() -> None:
    """Else a charge that nobody can resolve is tried a thousand times a week."""
    assert waits(due(), 8, in_doubt=False) == [420, 420, 420, 840, 1680, 3360, 3600, 3600]


def test_what_is_in_doubt_is_looked_at_soon_and_then_more_slowly() -> None:
    """Else a customer waits for hours for an answer that was there after a minute."""
    assert waits(due(), 11, in_doubt=True) == [
        *(60, 60, 60, 120, 240, 480, 960, 1920),
        *(3600, 3600, 3600),
    ]


def test_somebody_is_told_from_the_fourth_claim_without_an_outcome_on() -> None:
    """Else nobody looks at a customer who may have paid for nothing."""
    assert [charges.is_slow(due(unresolved_claims=claims)) for claims in (0, 3, 4)] == [
        False,
        False,
        True,
    ]


def test_an_order_is_in_doubt_once_nobody_holds_it() -> None:
    """Else ``farebox reconcile`` disturbs a worker that is at it, or passes by one that is lost."""
    held = confirmed()
    let_go = order_of(charges.in_doubt(held, NOW))
    end = NOW + timedelta(seconds=charges.LEASE_SECONDS)

    assert not charges.is_in_doubt(held, NOW)
    assert charges.is_in_doubt(held, end)
    assert charges.is_in_doubt(let_go, NOW)
    assert not any(charges.is_in_doubt(each, end) for each in (draft(), due(), paid(), declined()))
    assert let_go.open_attempt == held.open_attempt


def test_an_intent_is_kept_with_the_processor_that_has_it() -> None:
    """Else its outcome is asked for at another processor, which knows nothing of it."""
    change = charges.with_intent(claimed(), INTENT, NOW)

    kept = order_of(change)
    assert (kept.intent, kept.processor, kept.intent_generation) == (INTENT, "sandbox", 1)
    assert (kept.status, change.events) == ("charging", ())


def test_the_intent_after_a_canceled_one_is_of_the_next_generation() -> None:
    """Else the key of the canceled one answers with it again, and nothing can be charged."""
    order = order_of(charges.without_intent(confirmed(), NOW))

    assert (order.intent, order.processor, order.intent_generation) == (None, None, 2)
    assert order.open_attempt is not None


def test_a_success_pays_the_order() -> None:
    """Else a customer who has paid is asked again."""
    change = charges.succeeded(confirmed(declined(), now=LATER), 2, LATER)

    order = order_of(change)
    assert (order.status, order.paid_amount, order.outstanding_amount) == ("paid", 1250, 0)
    assert (order.paid_at, order.due_at, order.last_failure) == (stamp(LATER), None, None)
    assert [(a.status, a.settled_at) for a in order.attempts] == [
        ("declined", stamp(NOW)),
        ("succeeded", stamp(LATER)),
    ]
    assert change.events == ("order.updated", "order.paid")


@pytest.mark.parametrize("attempt", [1, None])
def test_a_success_that_is_not_this_attempt_s_still_pays_the_order(attempt: int | None) -> None:
    """Else the books say that a card was charged which was not."""
    order = order_of(charges.succeeded(confirmed(declined(), now=LATER), attempt, LATER))

    assert order.status == "paid"
    assert [each.status for each in order.attempts] == ["declined", "abandoned"]


@pytest.mark.parametrize(
    ("failure", "status", "attempt"),
    [
        (SOFT, "retrying", "declined"),
        (HARD, "failed", "declined"),
        (EXPIRED, "failed", "declined"),
        (AUTHENTICATION, "requires_action", "requires_action"),
    ],
)
def test_a_refusal_decides_what_becomes_of_the_order(
    failure: Failure, status: str, attempt: str
) -> None:
    """Else a stolen card is tried again, or a customer who must act is never asked to."""
    order = declined(failure=failure)

    assert (order.status, order.last_failure) == (status, failure)
    assert (order.due_at is not None) == (status == "retrying")
    assert (order.attempts[0].status, order.attempts[0].failure) == (attempt, failure)
    assert (order.held_until, order.unresolved_claims, order.paid_amount) == (None, 0, 0)


@pytest.mark.parametrize(
    ("taken", "wait"),
    [
        (timedelta(0), timedelta(minutes=15)),
        (timedelta(minutes=20), timedelta(minutes=20)),
        (timedelta(hours=5), timedelta(hours=5)),
        (timedelta(days=3), timedelta(hours=6)),
    ],
)
def test_what_is_under_way_is_asked_about_after_as_long_as_it_has_taken(
    taken: timedelta, wait: timedelta
) -> None:
    """Else a bank debit of five days is asked about every minute, or for days not at all."""
    first = processing()
    again = order_of(charges.processing(claimed(first, now=NOW + taken), NOW + taken))

    assert [(o.status, o.attempts[0].status) for o in (first, again)] == [
        ("processing", "processing")
    ] * 2
    assert again.due_at == stamp(NOW + taken + wait)
    assert (again.held_until, again.unresolved_claims, again.attempts) == (None, 0, first.attempts)


def test_what_was_under_way_can_fail_and_be_tried_again() -> None:
    """Else a bank debit that bounces is never collected."""
    order = order_of(charges.failed(claimed(processing(), now=LATER), SOFT, POLICY, LATER))

    assert (order.status, order.attempts[0].status) == ("retrying", "declined")
    assert order.due_at == stamp(LATER + timedelta(days=2))


@pytest.mark.parametrize("order", [draft(), due(), claimed(due(), NOBODY)])
def test_without_an_intent_an_order_is_canceled_at_once(order: Order) -> None:
    """Else a cancellation waits for a processor that never heard of the order."""
    change = charges.claim_to_cancel(order, LATER)

    after = order_of(change)
    assert (after.status, after.canceled_at, after.due_at) == ("canceled", stamp(LATER), None)
    assert change.events == ("order.updated", "order.canceled")


def test_with_an_intent_it_is_canceled_once_the_intent_is() -> None:
    """Else a customer pays through an intent of an order that was canceled."""
    taken = order_of(charges.claim_to_cancel(declined(), LATER))

    assert (taken.status, taken.command, taken.epoch) == ("charging", charges.CANCEL, 2)
    assert (taken.open_attempt, taken.canceled_at) == (None, None)
    assert canceled(declined(), LATER).status == "canceled"


def test_a_cancellation_in_doubt_stays_one() -> None:
    """Else the next worker charges the order that was to be canceled."""
    taken = order_of(charges.claim_to_cancel(declined(), NOW))
    let_go = order_of(charges.in_doubt(taken, NOW))

    again = claimed(let_go, now=NOW + MINUTE)

    assert (again.command, again.status, again.open_attempt) == (charges.CANCEL, "charging", None)


def test_a_cancellation_that_comes_too_late_finds_the_order_paid() -> None:
    """Else a customer has paid for what the merchant's system calls canceled."""
    taken = order_of(charges.claim_to_cancel(declined(), NOW))

    order = order_of(charges.succeeded(taken, 1, NOW))

    assert (order.status, order.command, order.canceled_at) == ("paid", None, None)
    assert order.attempts == taken.attempts

"""When a declined charge is tried again: every step of the ladder, and what stops it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from farebox.billing import attempts
from farebox.billing.attempts import Attempt, Failure
from farebox.billing.orders import Order
from farebox.billing.retry_policy import LARGEST_MAXIMUM, MAXIMUM_ATTEMPTS, WINDOW, RetryPolicy
from farebox.instants import instant, stamp
from tests.unit.builders import NOW, POLICY
from tests.unit.charged_orders import (
    AUTHENTICATION,
    EXPIRED,
    HARD,
    OTHER_CARD,
    charged_by_hand,
    declined,
    draft,
    due,
    rearmed,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)
LADDER = [2 * DAY, 5 * DAY, 7 * DAY, 7 * DAY]


def tried(*days: float) -> tuple[Attempt, ...]:
    """Attempts at these days from now."""
    first = declined().attempts[0]
    return tuple(
        replace(first, number=number, started_at=stamp(NOW + day * DAY))
        for number, day in enumerate(days, 1)
    )


def next_at(order: Order) -> datetime:
    assert order.status == "retrying" and order.due_at is not None
    assert order.next_attempt_at == order.due_at
    return instant(order.due_at)


def declined_until(step: int) -> tuple[Order, datetime]:
    """An order that was declined so often, each time when it was due."""
    order, now = declined(), NOW
    for _ in range(step - 1):
        now = next_at(order)
        order = declined(order, now=now)
    return order, now


def test_the_ladder_has_every_step_once_and_then_ends() -> None:
    """Else a wait is skipped, or a retry is lost, or the customer is charged for ever."""
    order, now, waits = declined(), NOW, []
    while order.status == "retrying":
        waits.append(next_at(order) - now)
        now = next_at(order)
        order = declined(order, now=now)

    assert waits == LADDER
    assert (order.status, order.due_at, order.next_attempt_at) == ("failed", None, None)
    assert [each.trigger for each in order.attempts] == ["schedule", *["retry"] * 4]
    assert now == NOW + 21 * DAY


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_a_late_outcome_moves_the_next_attempt_with_it(step: int) -> None:
    """Else an attempt whose outcome was unknown for days is followed by the next at once."""
    order, _ = declined_until(step)
    late = next_at(order) + 3 * DAY

    after = declined(order, now=late)

    if step < len(LADDER):
        assert next_at(after) == late + LADDER[step]
    else:
        assert after.status == "failed"


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("failure", [HARD, EXPIRED, AUTHENTICATION])
def test_what_no_retry_can_help_is_never_retried(step: int, failure: Failure) -> None:
    """Else a stolen card is charged again and again, and the networks fine the merchant."""
    order, now = None, NOW
    if step > 1:
        order, _ = declined_until(step - 1)
        now = next_at(order)

    stopped = declined(order, failure, now)

    assert (stopped.due_at, stopped.next_attempt_at, stopped.trigger) == (None, None, None)
    assert stopped.status in ("failed", "requires_action")


def test_another_policy_is_obeyed() -> None:
    """Else what a merchant has set for their shop is not what happens."""
    never, often = RetryPolicy(delay_days=()), RetryPolicy(delay_days=(1, 3))

    assert declined(policy=never).status == "failed"
    once = declined(policy=often)
    assert next_at(once) == NOW + DAY
    assert next_at(declined(once, now=NOW + DAY, policy=often)) == NOW + 4 * DAY
    assert declined(replace(once, retries=2), now=NOW + DAY, policy=often).status == "failed"


def test_an_order_is_tried_at_most_so_often_in_30_days() -> None:
    """Else Visa and Mastercard fine the merchant for every attempt beyond their limit."""
    daily = RetryPolicy(delay_days=(1,) * 10)
    order = declined(policy=daily)
    while order.status == "retrying":
        order = declined(order, now=next_at(order), policy=daily)

    assert (order.status, len(order.attempts)) == ("failed", daily.maximum_in_30_days)


def test_an_attempt_counts_for_exactly_30_days() -> None:
    """Else the limit is one day stricter than the networks', or one attempt too lenient."""
    once = RetryPolicy(maximum_in_30_days=1)

    assert not once.allows(tried(0), NOW + WINDOW - MILLISECOND)
    assert once.allows(tried(0), NOW + WINDOW)
    assert once.allows((), NOW)
    assert POLICY.allows(tried(*range(7)), NOW + 7 * DAY)
    assert not POLICY.allows(tried(*range(8)), NOW + 8 * DAY)


def test_no_policy_allows_more_than_ten_attempts_in_a_day() -> None:
    """Else Mastercard fines the merchant who set the highest limit for the month."""
    most = RetryPolicy(maximum_in_30_days=LARGEST_MAXIMUM)
    ten = tried(*range(10))
    hourly = [replace(each, started_at=stamp(NOW + place * HOUR)) for place, each in enumerate(ten)]

    assert most.allows(hourly[1:], NOW + 10 * HOUR)
    assert not most.allows(hourly, NOW + 10 * HOUR)
    assert most.earliest(hourly, NOW + 10 * HOUR) == NOW + DAY


def test_the_next_attempt_is_held_to_the_limit_of_its_own_day() -> None:
    """Else a retry is given up that the networks would allow by the time it is made."""
    once = RetryPolicy(delay_days=(30, 29), maximum_in_30_days=1)

    assert once.next_attempt(tried(0), 0, NOW) == NOW + 30 * DAY
    assert once.next_attempt(tried(0), 1, NOW) is None
    assert once.next_attempt(tried(0), 2, NOW) is None


def test_an_order_never_holds_more_attempts_than_fit() -> None:
    """Else a record grows until nothing can be written to it, and its outcome is lost."""
    spread = [-40.0 * place for place in range(MAXIMUM_ATTEMPTS, 0, -1)]

    assert not POLICY.allows(tried(*spread), NOW)
    assert POLICY.allows(tried(*spread[1:]), NOW)


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_an_attempt_by_hand_leaves_the_planned_one_where_it_was(step: int) -> None:
    """Else a merchant who presses the button once loses the automatic attempts, or one of them."""
    order, now = declined_until(step)
    planned, by_hand = next_at(order), now + DAY

    after = declined(charged_by_hand(order, by_hand), now=by_hand)

    assert next_at(after) == planned
    assert (after.attempts[-1].trigger, after.trigger) == ("manual", "retry")
    assert after.retries == order.retries == step
    last = declined(after, now=planned)
    if step < len(LADDER):
        assert next_at(last) == planned + LADDER[step]
    else:
        assert last.status == "failed"


def test_attempts_by_hand_count_for_the_networks() -> None:
    """Else a merchant's own tries come on top of the limit, and are fined."""
    order, _ = declined_until(1)
    for place in range(1, POLICY.maximum_in_30_days - 1):
        now = NOW + place * DAY / 10
        order = declined(charged_by_hand(order, now), now=now)
    assert next_at(order) == NOW + 2 * DAY

    order = declined(charged_by_hand(order, NOW + DAY), now=NOW + DAY)

    assert (order.status, len(order.attempts)) == ("failed", 8)


def test_an_attempt_by_hand_before_the_first_leaves_the_first_where_it_was() -> None:
    """Else an order that its merchant tried to charge early is never charged on its day."""
    order = due(NOW + 10 * DAY)

    early = declined(charged_by_hand(order, NOW), now=NOW)

    assert next_at(early) == NOW + 10 * DAY
    on_the_day = declined(early, now=NOW + 10 * DAY)
    assert [each.trigger for each in on_the_day.attempts] == ["manual", "schedule"]
    assert next_at(on_the_day) == NOW + 12 * DAY


@pytest.mark.parametrize("failure", [HARD, EXPIRED, AUTHENTICATION])
def test_an_attempt_by_hand_can_end_the_ladder(failure: Failure) -> None:
    """Else a card that was reported stolen yesterday is charged by itself today."""
    order = declined(charged_by_hand(declined(), NOW + DAY), failure, NOW + DAY)

    assert (order.due_at, order.resume_at, order.trigger) == (None, None, None)


def test_an_attempt_by_hand_starts_no_ladder() -> None:
    """Else an order that was given up is charged by itself again."""
    given_up = declined(failure=HARD)

    order = declined(charged_by_hand(given_up, NOW + DAY), now=NOW + DAY)

    assert (order.status, order.due_at) == ("failed", None)


def test_a_draft_is_never_charged_by_itself() -> None:
    """Else a merchant who charges by hand finds a second charge that nobody asked for."""
    order = declined(charged_by_hand(draft(), NOW))

    assert (order.status, order.due_at) == ("failed", None)
    assert order.attempts[0].trigger == attempts.MANUAL


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_a_new_payment_method_starts_the_ladder_anew(step: int) -> None:
    """Else a customer who has given us a good card loses what they bought all the same."""
    order, now = declined_until(step)

    again = declined(rearmed(order, OTHER_CARD, now + DAY), now=now + DAY)

    assert again.attempts[-1].trigger == "payment_method_update"
    assert next_at(again) == now + DAY + LADDER[0]

"""An order's walk from draft to paid or canceled: what may follow what, and what always holds."""

import itertools
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from farebox.billing import attempts, charges
from farebox.billing.order_states import DUE, EVENTS, NEXT
from farebox.billing.orders import Order
from farebox.billing.records import Change
from farebox.billing.retry_policy import WINDOW, RetryPolicy
from farebox.instants import instant
from tests.unit.builders import NOW, POLICY
from tests.unit.charged_orders import OTHER_CARD, draft, due, order_of
from tests.unit.order_moves import moves

BEGINNINGS = (
    draft(),
    due(),
    due(collection="charge_now", charge_at=None, trigger=attempts.CHARGE_NOW),
    due(NOW + timedelta(days=3)),
    due(subtotal_amount=0, total_amount=0),
    due(
        collection="charge_now",
        charge_at=None,
        trigger=attempts.CHECKOUT,
        checkout="chk_01j00000000000000000000000",
        payment_method=OTHER_CARD.id,
    ),
)
WAITS = (
    timedelta(0),
    timedelta(seconds=30),
    timedelta(minutes=7),
    timedelta(hours=7),
    timedelta(days=2),
    timedelta(days=7),
)
PAUSE = timedelta(days=8)
LONGEST_WALK = 3
ENDS = ("paid", "canceled")


def explored() -> set[tuple[str, str, tuple[str, ...]]]:
    """Each state, the one that follows it, and what is told: all that can be come to."""
    found = set()
    seen: set[Any] = set()
    unexplored = deque((order, NOW) for order in BEGINNINGS)
    while unexplored:
        order, now = unexplored.popleft()
        for move in moves(order, POLICY, now):
            change = move.decide()
            after = order_of(change)
            found.add((order.status, after.status, change.events))
            for pause in (timedelta(0), PAUSE):
                shape = _shape(after, now + pause)
                if len(after.attempts) <= LONGEST_WALK and shape not in seen:
                    seen.add(shape)
                    unexplored.append((after, now + pause))
    return found


def _shape(order: Order, now: datetime) -> tuple[Any, ...]:
    """What of an order decides about its next state."""
    last = order.attempts[-1].status if order.attempts else None
    held, intent = order.held_until is not None, order.intent is not None
    payment = (order.total_amount, order.payment_method, order.collection, order.checkout)
    ahead = order.resume_at is not None and instant(order.resume_at) > now
    plan = (order.trigger, order.retries, ahead, charges.is_due(order, now), order.rearm)
    return order.status, last, held, intent, order.command, payment, plan


EXPLORED = explored()
MOVES = {(before, after) for before, after, _ in EXPLORED if before != after}
DRAWN = {(before, after) for before, following in NEXT.items() for after in following}


def test_nothing_follows_but_what_is_drawn() -> None:
    """Else an order that was canceled or paid is charged after all."""
    assert MOVES <= DRAWN


def test_whatever_is_drawn_can_happen() -> None:
    """Else the drawing, and the merchant who builds on it, waits for what never comes."""
    assert {(one, other) for one, other in DRAWN if one != other} <= MOVES


def test_every_change_of_state_is_told_and_nothing_else() -> None:
    """Else a merchant never hears that an order was paid, or hears it with every lease."""
    for before, after, events in EXPLORED:
        moved = before != after or (before == after == "scheduled")
        assert events == (EVENTS[after] if moved else ()), (before, after)


def test_nothing_follows_what_is_paid_or_canceled() -> None:
    """Else a customer who has paid is charged again."""
    assert not {"paid", "canceled"} & {before for before, _, _ in EXPLORED}
    assert not NEXT["paid"] | NEXT["canceled"]
    assert {"paid", "canceled"} <= {after for _, after, _ in EXPLORED}


def test_every_state_is_told_of_but_for_a_worker_s_hold() -> None:
    """Else a state is added of which no merchant ever hears."""
    assert set(EVENTS) == set(NEXT) - {"draft"}
    assert [status for status, events in EVENTS.items() if not events] == ["charging"]


STEPS = st.tuples(
    st.sampled_from(WAITS),
    st.integers(0, 8),
    st.integers(0, 60),
    st.sampled_from([False] * 23 + [True]),
)


@given(
    st.sampled_from(BEGINNINGS),
    st.sampled_from([POLICY, RetryPolicy(delay_days=(0, 1), maximum_in_30_days=3)]),
    st.lists(STEPS, min_size=30, max_size=60),
)
def test_whatever_happens_the_order_holds_together(
    order: Order, policy: RetryPolicy, walk: list[tuple[timedelta, int, int, bool]]
) -> None:
    """Else an order is charged twice, forgotten, or paid with another amount than it shows."""
    now = NOW
    for wait, kind, place, may_end in walk:
        now += wait
        possible = moves(order, policy, now)
        kinds = sorted({move.kind for move in possible})
        if not kinds:
            assert order.status in ENDS or order.due_at is not None
            continue
        of_kind = [move for move in possible if move.kind == kinds[kind % len(kinds)]]
        change = of_kind[place % len(of_kind)].decide()
        after = order_of(change)
        if not may_end and (after.status in ENDS or after.command != order.command):
            continue
        assert change.before is order
        _check_step(order, change)
        order = after
        _check_attempts(order, policy)
        _check_money(order)
        _check_place(order, now)


def _check_step(before: Order, change: Change) -> None:
    after = order_of(change)
    assert after.version == before.version + 1
    assert after.epoch in (before.epoch, before.epoch + 1)
    settled = [each for each in before.attempts if each.settled_at is not None]
    assert list(after.attempts[: len(settled)]) == settled
    assert len(after.attempts) >= len(before.attempts)
    terms = [(a.number, a.token, a.amount, a.started_at, a.trigger) for a in before.attempts]
    assert [(a.number, a.token, a.amount, a.started_at, a.trigger) for a in after.attempts][
        : len(terms)
    ] == terms
    generations = after.intent_generation - before.intent_generation
    replaced = before.intent is not None and after.intent is None
    assert generations == (1 if replaced else 0)
    assert before.intent is None or after.intent in (before.intent, None)


def _check_attempts(order: Order, policy: RetryPolicy) -> None:
    assert [each.number for each in order.attempts] == list(range(1, len(order.attempts) + 1))
    unsettled = [each for each in order.attempts if each.settled_at is None]
    assert unsettled == ([order.open_attempt] if order.open_attempt else [])
    assert not unsettled or order.status in ("charging", "processing", "requires_action")
    if unsettled and order.status == "requires_action":
        assert (order.attempts[-1].trigger, order.attempts[-1].status) == (
            attempts.CHECKOUT,
            attempts.REQUIRES_ACTION,
        )
    assert order.retries <= len(policy.delay_days)
    starts = [instant(each.started_at) for each in order.attempts]
    for end in starts:
        recent = [start for start in starts if end - WINDOW < start <= end]
        assert len(recent) <= policy.maximum_in_30_days
    for before, each in itertools.pairwise(order.attempts):
        if each.trigger == attempts.RETRY and before.trigger != attempts.MANUAL:
            shortest = timedelta(days=min(policy.delay_days))
            assert instant(each.started_at) - instant(before.started_at) >= shortest
    if order.checkout is not None:
        assert {each.trigger for each in order.attempts} <= {attempts.CHECKOUT, attempts.MANUAL}
    if order.collection == "draft":
        assert {each.trigger for each in order.attempts} <= {attempts.MANUAL}


def _check_money(order: Order) -> None:
    assert (order.status == "paid") == (order.paid_at is not None)
    assert order.paid_amount == (order.total_amount if order.status == "paid" else 0)
    paid_by = [each for each in order.attempts if each.status == attempts.SUCCEEDED]
    assert len(paid_by) <= 1
    assert not paid_by or order.status == "paid"


def _check_place(order: Order, now: datetime) -> None:
    assert (order.due_at is not None) == (order.status in DUE)
    assert (order.canceled_at is not None) == (order.status == "canceled")
    assert order.held_until is None or order.held_until == order.due_at
    assert order.held_until is None or order.status in ("charging", "processing")
    assert order.command is None or order.status == "charging"
    if order.status in ("charging", "processing"):
        assert order.due_at is not None
        assert instant(order.due_at) <= now + charges.LONGEST_PROCESSING

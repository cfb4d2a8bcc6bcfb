"""When an order is charged: never by itself, at once, or at its time; and by which method."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from farebox.billing import charges, orders
from farebox.billing.known import Known, Reference
from farebox.billing.orders import FURTHEST_AHEAD, LATEST_PAST, Order
from farebox.billing.payers import Customer, PaymentMethod
from farebox.instants import stamp
from farebox.validation.orders import CreateOrder
from tests.unit.billing.ordering import BUYER, decide, inline
from tests.unit.builders import NOW, asked, broken_rules, customer, known, payment_method
from tests.unit.charged_orders import canceled, claimed, confirmed, declined, due, order_of, paid
from tests.unit.charged_orders import processing as under_way

CARD = payment_method(BUYER, id="pm_1")
MILLISECOND = timedelta(milliseconds=1)
LIVE = known(BUYER, livemode=True, processor=None)


def order(what_is_known: Known | None = None, **fields: Any) -> Order:
    lines = {"line_items": [inline(2)]}
    return decide(what_is_known or known(BUYER, CARD), **(lines | fields))


def scheduled(after: timedelta, what_is_known: Known | None = None) -> Order:
    return order(what_is_known, collection="scheduled", charge_at=stamp(NOW + after))


def test_a_draft_waits_for_its_merchant() -> None:
    """Else a customer is charged for what nobody has decided yet."""
    made = order()

    assert (made.status, made.collection) == ("draft", "draft")
    assert (made.due_at, made.charge_at, made.trigger, made.next_attempt_at) == (None,) * 4


def test_an_order_to_be_charged_now_is_due_now() -> None:
    """Else a worker that is asked for it at once finds nothing to do."""
    made = order(collection="charge_now")

    assert (made.status, made.due_at, made.trigger) == ("scheduled", stamp(NOW), "charge_now")
    assert made.charge_at is None


def test_a_scheduled_order_is_due_at_its_time() -> None:
    """Else a customer is charged before the day they agreed to, or never."""
    made = order(collection="scheduled", charge_at="2026-03-01T09:00:00+02:00")

    assert made.charge_at == made.due_at == made.next_attempt_at == "2026-03-01T07:00:00.000Z"
    assert (made.status, made.trigger) == ("scheduled", "schedule")


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (-LATEST_PAST - MILLISECOND, "in_the_past"),
        (timedelta(days=-365), "in_the_past"),
        (FURTHEST_AHEAD + MILLISECOND, "too_far_ahead"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused(after: timedelta, code: str) -> None:
    """Else last year's date charges a customer at once, or 2206 in place of 2026 never."""
    assert broken_rules(lambda: scheduled(after)) == [("charge_at", code)]


@pytest.mark.parametrize("after", [-LATEST_PAST, timedelta(0), FURTHEST_AHEAD])
def test_a_time_is_taken_within_its_bounds(after: timedelta) -> None:
    """Else a caller whose clock is a minute slow cannot charge now."""
    assert scheduled(after).due_at == stamp(NOW + after)


@pytest.mark.parametrize("collection", ["draft", "charge_now"])
def test_an_order_can_name_how_it_is_paid(collection: str) -> None:
    """Else an order goes to the customer's default card instead of the one that was agreed."""
    assert order(collection=collection, payment_method=CARD.id).payment_method == CARD.id


@pytest.mark.parametrize(
    ("method", "code"),
    [
        (payment_method(customer(), id="pm_9"), "unknown_payment_method"),
        (replace(CARD, id="pm_9", detached_at=stamp(NOW)), "payment_method_detached"),
        (None, "unknown_payment_method"),
    ],
)
@pytest.mark.parametrize("collection", ["draft", "charge_now"])
def test_only_a_method_of_the_customer_can_be_named(
    method: PaymentMethod | None, code: str, collection: str
) -> None:
    """Else one customer's order is charged to another's card."""
    what_is_known = known(BUYER, *([method] if method else []))

    rules = broken_rules(lambda: order(what_is_known, collection=collection, payment_method="pm_9"))

    assert rules == [("payment_method", code)]


def test_what_must_be_read_includes_the_method_that_is_named() -> None:
    """Else a method that is there is called unknown."""
    request = asked(CreateOrder, customer="cus_1", payment_method="pm_1", line_items=[inline()])

    assert list(orders.references(request)) == [
        Reference(Customer, "cus_1"),
        Reference(PaymentMethod, "pm_1"),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"collection": "charge_now"},
        {"collection": "scheduled", "charge_at": "2026-03-01T00:00:00Z"},
    ],
)
def test_without_a_processor_nothing_is_charged_by_itself(fields: dict[str, str]) -> None:
    """Else an order of live mode waits for a charge that nobody can make."""
    assert broken_rules(lambda: order(LIVE, **fields)) == [("collection", "no_processor")]
    assert order(LIVE).status == "draft"


def test_what_costs_nothing_needs_no_processor() -> None:
    """Else a free order of live mode stays unpaid for ever."""
    assert order(LIVE, collection="charge_now", amount=0).status == "scheduled"


def test_a_deleted_customer_orders_nothing() -> None:
    """Else somebody who asked to be forgotten is charged."""
    gone = known(replace(BUYER, deleted_at=stamp(NOW)))

    assert broken_rules(lambda: order(gone)) == [("customer", "customer_deleted")]


def test_all_that_is_wrong_with_the_collection_is_told_at_once() -> None:
    """Else a caller with three mistakes sends four requests."""
    rules = broken_rules(
        lambda: order(
            collection="scheduled", charge_at="2025-01-31T00:00:00Z", payment_method="pm_9"
        )
    )

    assert rules == [
        ("payment_method", "unknown_payment_method"),
        ("charge_at", "in_the_past"),
    ]


def test_the_next_attempt_is_shown_while_one_is_planned() -> None:
    """Else a customer is told of a charge that is not to come, or not of the one that is."""
    shown = [due(), declined(), claimed(), under_way(), paid(), canceled(due())]

    assert [each.next_attempt_at is not None for each in shown] == [True, True, *[False] * 4]


def test_an_order_says_whether_its_outcome_is_in_doubt() -> None:
    """Else a merchant ships, or refuses to, on a charge of which nobody knows."""
    held = confirmed()
    let_go = order_of(charges.in_doubt(held, NOW))
    again = claimed(let_go, now=NOW + timedelta(minutes=1))

    assert [each.in_doubt for each in (due(), held, let_go, again, paid())] == [
        *(False, False),
        *(True, True),
        False,
    ]
    assert [each.open_attempt is not None for each in (due(), held, paid())] == [False, True, False]

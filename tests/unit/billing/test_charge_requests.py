"""What a merchant may ask of an order's payment, and what a new payment method sets going."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from farebox.billing import attempts, charge_requests, charges
from farebox.billing.attempts import Failure
from farebox.billing.charges import Payer
from farebox.billing.known import Known, Reference
from farebox.billing.orders import Order
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Change
from farebox.billing.retry_policy import WINDOW, RetryPolicy
from farebox.instants import instant, stamp
from farebox.problems import Conflict, StateChanged
from farebox.validation.orders import ChargeOrder
from tests.unit.builders import LATER, NOW, POLICY, asked, broken_rules, customer, known
from tests.unit.builders import payment_method as payment_method_of
from tests.unit.charged_orders import (
    AUTHENTICATION,
    BUYER,
    CARD,
    HARD,
    NOBODY,
    OTHER_CARD,
    PAYING,
    SOFT,
    canceled,
    charged_by_hand,
    claimed,
    confirmed,
    declined,
    draft,
    due,
    order_of,
    paid,
    processing,
    rearmed,
)

DAY = timedelta(days=1)
CANCELING = order_of(charges.claim_to_cancel(declined(), NOW))
IN_PROGRESS = [claimed(), confirmed(), processing(), CANCELING]
STOPPED = [declined(failure=HARD), declined(failure=AUTHENTICATION), declined(failure=SOFT)]


def charge(order: Order, what_is_known: Known | None = None, **fields: Any) -> Change:
    request = asked(ChargeOrder, **fields)
    return charge_requests.charge(order, request, what_is_known or known(), now=LATER)


def conflict(decide: Callable[[], object]) -> str:
    with pytest.raises(Conflict) as refused:
        decide()
    return refused.value.code


@pytest.mark.parametrize("order", [draft(), due(NOW + 10 * DAY), *STOPPED])
def test_what_is_not_paid_can_be_charged_at_once(order: Order) -> None:
    """Else a customer who asks to pay now has to wait for the schedule."""
    change = charge(order)

    after = order_of(change)
    assert (after.status, after.due_at) == ("scheduled", stamp(LATER))
    assert (after.trigger, after.version) == (attempts.MANUAL, order.version + 1)
    assert (change.events, change.before) == (("order.updated",), order)


@pytest.mark.parametrize(
    ("order", "code"),
    [
        *[(order, "charge_in_progress") for order in IN_PROGRESS],
        (paid(), "order_paid"),
        (canceled(draft()), "order_canceled"),
    ],
)
def test_what_is_paid_canceled_or_under_way_cannot_be_charged(order: Order, code: str) -> None:
    """Else a second press of the button is a second charge."""
    assert conflict(lambda: charge(order)) == code
    assert conflict(lambda: charge_requests.check_open(order)) == code


def test_without_a_processor_nothing_can_be_charged() -> None:
    """Else an order waits as scheduled for a charge that nobody can make."""
    nobody = known(livemode=True, processor=None)

    assert conflict(lambda: charge(draft(), nobody)) == "no_processor"


def test_what_costs_nothing_needs_no_processor() -> None:
    """Else a free order can never be completed in live mode."""
    free = draft(subtotal_amount=0, total_amount=0)
    nobody = known(livemode=True, processor=None)

    change = charge(free, nobody)

    assert claimed(order_of(change), NOBODY, LATER).status == "paid"


def test_the_networks_limit_holds_for_a_merchant_too() -> None:
    """Else an impatient merchant is fined for the ninth attempt of a month."""
    order, now = draft(), NOW
    for _ in range(POLICY.maximum_in_30_days):
        order, now = declined(charged_by_hand(order, now), now=now), now + DAY

    assert conflict(lambda: charged_by_hand(order, now)) == "attempt_limit"
    assert charged_by_hand(order, NOW + 30 * DAY).status == "scheduled"


def test_a_named_method_is_the_order_s_from_then_on() -> None:
    """Else the retry after a charge by hand goes to the card that was to be avoided."""
    order = charged_by_hand(declined(), LATER, OTHER_CARD.id)
    payer = Payer(PAYING, OTHER_CARD)

    assert order.payment_method == OTHER_CARD.id
    assert claimed(order, payer, LATER).attempts[-1].payment_method == OTHER_CARD.id
    assert charged_by_hand(order, LATER).payment_method == OTHER_CARD.id


@pytest.mark.parametrize(
    ("method", "code"),
    [
        (payment_method_of(customer(), id="pm_9"), "unknown_payment_method"),
        (replace(CARD, id="pm_9", detached_at=stamp(NOW)), "payment_method_detached"),
        (None, "unknown_payment_method"),
    ],
)
def test_only_a_method_of_this_customer_can_be_named(
    method: PaymentMethod | None, code: str
) -> None:
    """Else one customer's order is charged to another's card."""
    what_is_known = known(*([method] if method else []))

    rules = broken_rules(lambda: charge(draft(), what_is_known, payment_method="pm_9"))

    assert rules == [("payment_method", code)]


def test_what_must_be_read_is_the_method_that_is_named() -> None:
    """Else a method that is there is called unknown, or a read is paid for nothing."""
    assert list(charge_requests.references(asked(ChargeOrder))) == []
    assert list(charge_requests.references(asked(ChargeOrder, payment_method="pm_1"))) == [
        Reference(PaymentMethod, "pm_1")
    ]


def test_a_second_press_of_the_button_keeps_the_planned_attempt() -> None:
    """Else an impatient merchant loses the automatic attempts of an order."""
    order = declined()
    pressed_twice = charged_by_hand(charged_by_hand(order, NOW + DAY), NOW + DAY)

    after = declined(pressed_twice, now=NOW + DAY)

    assert (after.status, after.due_at) == ("retrying", order.due_at)


@pytest.mark.parametrize(
    "order",
    [
        due(),
        due(collection="charge_now", charge_at=None, trigger=attempts.CHARGE_NOW),
        replace(declined(), due_at=stamp(NOW)),
        rearmed(declined(failure=HARD), OTHER_CARD, NOW),
    ],
    ids=["scheduled", "charge_now", "retrying", "rearmed"],
)
def test_a_charge_by_hand_in_the_minute_when_one_is_due_loses_no_retries(order: Order) -> None:
    """Else an order is given up after one soft decline, only because a merchant was quick."""
    after = declined(charged_by_hand(order, NOW), now=NOW)

    assert (after.status, after.due_at is not None) == ("retrying", True)


def test_a_charge_by_hand_without_a_card_leaves_the_planned_attempt() -> None:
    """Else pressing the button before the customer has given a card loses the attempts to come."""
    order = due(NOW + 10 * DAY)

    after = claimed(charged_by_hand(order, NOW), NOBODY)

    assert (after.due_at, after.next_attempt_at) == (order.due_at, order.due_at)


def test_an_order_that_is_canceled_or_being_canceled_is_what_was_asked_for() -> None:
    """Else a merchant is told that a cancellation failed which succeeds a minute later."""
    charge_requests.check_canceled(canceled(draft()))
    charge_requests.check_canceled(CANCELING)


@pytest.mark.parametrize(
    ("order", "code"), [(paid(), "order_paid"), (processing(), "charge_in_progress")]
)
def test_an_order_that_was_charged_instead_is_not(order: Order, code: str) -> None:
    """Else a merchant tells a customer that nothing will be charged, and it was."""
    assert conflict(lambda: charge_requests.check_canceled(order)) == code


@pytest.mark.parametrize("order", [due(), *STOPPED])
def test_an_order_that_is_still_open_was_not_canceled(order: Order) -> None:
    """Else a merchant is told that an order is canceled which is charged two days later."""
    with pytest.raises(StateChanged):
        charge_requests.check_canceled(order)


@pytest.mark.parametrize("order", [*STOPPED, claimed(due(), NOBODY)])
def test_a_new_default_gives_stopped_orders_another_try(order: Order) -> None:
    """Else a customer gives us a new card, and their orders stay unpaid."""
    owner = replace(BUYER, default_payment_method=OTHER_CARD)

    change = charge_requests.rearm(order, owner, POLICY, now=LATER)

    after = order_of(change)
    assert (after.status, after.due_at, after.retries) == ("scheduled", stamp(LATER), 0)
    assert after.trigger == attempts.PAYMENT_METHOD_UPDATE
    assert change is not None
    assert (change.events, change.before) == (("order.updated",), order)


@pytest.mark.parametrize("failure", [SOFT, HARD])
def test_a_new_default_brings_no_charge_forward(failure: Failure) -> None:
    """Else a customer who gives us a card in May pays in May for what was to be paid in June."""
    order = due(LATER + DAY)
    tried_early = declined(charged_by_hand(order, NOW), failure)

    after = rearmed(tried_early, OTHER_CARD, LATER)

    assert (after.status, after.due_at, after.trigger) == ("scheduled", order.due_at, "schedule")
    assert rearmed(tried_early, OTHER_CARD, LATER + DAY).trigger == attempts.PAYMENT_METHOD_UPDATE


@pytest.mark.parametrize(
    "order",
    [
        draft(),
        declined(charged_by_hand(draft(), NOW)),
        due(NOW + DAY),
        paid(),
        canceled(draft()),
        declined(due(payment_method=CARD.id), HARD, payer=Payer(PAYING, CARD)),
        declined(failure=HARD, payer=Payer(replace(BUYER, default_payment_method=OTHER_CARD))),
    ],
    ids=["draft", "by hand", "planned", "paid", "canceled", "names its method", "tried already"],
)
def test_a_new_default_changes_nothing_else(order: Order) -> None:
    """Else an order is charged that nobody wanted charged, or a card that it does not name."""
    owner = replace(BUYER, default_payment_method=OTHER_CARD)

    assert charge_requests.rearm(order, owner, POLICY, now=LATER) is None


def test_without_a_default_nothing_is_set_going() -> None:
    """Else an order fails again for want of what it failed for."""
    assert charge_requests.rearm(declined(failure=HARD), BUYER, POLICY, now=LATER) is None


def test_a_card_that_was_refused_for_good_is_not_charged_again_by_itself() -> None:
    """Else a customer who goes back and forth between two cards has one charged again that its
    bank forbade for ever, and the merchant pays for it."""
    owner = replace(BUYER, default_payment_method=OTHER_CARD)
    second = declined(rearmed(declined(failure=HARD), OTHER_CARD, NOW), HARD, payer=Payer(owner))
    assert [each.payment_method for each in second.attempts] == [CARD.id, OTHER_CARD.id]

    back = replace(BUYER, default_payment_method=CARD)

    assert charge_requests.rearm(second, back, POLICY, now=LATER) is None


def test_without_room_under_the_limit_a_new_card_waits_for_it() -> None:
    """Else the networks fine the merchant because customers try one card after another, or the
    card that would have paid is never tried."""
    owner = replace(BUYER, default_payment_method=OTHER_CARD)
    once = RetryPolicy(maximum_in_30_days=1)
    order = declined(failure=HARD)

    change = charge_requests.rearm(order, owner, once, now=LATER)

    assert change is not None
    first = instant(order.attempts[-1].started_at)
    assert order_of(change).due_at == stamp(first + WINDOW)


def test_a_method_that_comes_back_gives_an_order_another_try() -> None:
    """Else an order that lost its retries while there was no default is never charged again."""
    order = declined()
    assert order.due_at is not None
    stopped = claimed(order, NOBODY, instant(order.due_at))

    assert rearmed(stopped, CARD, instant(order.due_at)).status == "scheduled"


@pytest.mark.parametrize("order", [confirmed(), processing()], ids=["charging", "processing"])
def test_a_card_that_is_replaced_while_it_is_charged_is_not_the_end(order: Order) -> None:
    """Else the customer whose expired card was replaced a second too late is never charged."""
    owner = replace(BUYER, default_payment_method=OTHER_CARD)
    change = charge_requests.rearm(order, owner, POLICY, now=NOW)
    marked = order if change is None else order_of(change)

    after = order_of(charges.failed(marked, HARD, POLICY, LATER))

    assert after.due_at is not None


def test_a_customer_is_due_until_the_last_page_was_looked_at() -> None:
    """Else the orders beyond the first page are never tried on the new card."""
    owner = replace(PAYING, due_at=stamp(NOW), rearms_left=1)

    first = charge_requests.rearmed(owner, "ord_7", now=LATER)
    assert isinstance(first.record, Customer)
    last = charge_requests.rearmed(first.record, None, now=LATER)

    assert isinstance(last.record, Customer)
    assert (first.record.due_at, first.record.rearmed_to) == (stamp(LATER), "ord_7")
    assert (last.record.due_at, last.record.rearmed_to) == (None, None)
    assert (first.record.version, last.record.version) == (owner.version + 1, owner.version + 2)
    assert (first.events, first.before) == ((), owner)


def test_a_customers_orders_are_looked_through_once_more_when_no_index_lags() -> None:
    """Else an order that was made and declined a moment before the new card stays unpaid."""
    owner = replace(PAYING, due_at=stamp(NOW), rearms_left=2)

    once = charge_requests.rearmed(owner, None, now=NOW).record
    assert isinstance(once, Customer)
    again = charge_requests.rearmed(once, None, now=LATER).record

    assert isinstance(again, Customer)
    assert once.due_at == stamp(NOW + charge_requests.REARM_AGAIN)
    assert (again.due_at, again.rearms_left) == (None, 0)

"""An order whose card is declined: tried again on the right days, and no further."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from farebox import bootstrap
from farebox.charging import invocation
from tests.clocks import NOON
from tests.functions.shop import Away, Shop
from tests.tables import nothing_stored

DECLINED = "The card was declined"
SOFT = {
    "insufficient_funds": ("card_declined", DECLINED, "insufficient_funds", None),
    "generic_decline": ("card_declined", DECLINED, "generic_decline", None),
    "do_not_honor": ("card_declined", DECLINED, "do_not_honor", None),
    "card_velocity_exceeded": ("card_declined", DECLINED, "card_velocity_exceeded", None),
    "processing_error": ("processing_error", "The card could not be processed", None, None),
    "try_again_later": ("card_declined", DECLINED, "generic_decline", "try_again_later"),
}
HARD = {
    "expired_card": ("expired_card", "The card has expired", None, None),
    "incorrect_cvc": ("incorrect_cvc", "The card's security code is wrong", None, None),
    "lost_card": ("card_declined", DECLINED, "lost_card", None),
    "stolen_card": ("card_declined", DECLINED, "stolen_card", None),
    "fraudulent": ("card_declined", DECLINED, "fraudulent", None),
    "do_not_try_again": ("card_declined", DECLINED, "generic_decline", "do_not_try_again"),
    "confirm_card_data": ("card_declined", DECLINED, "generic_decline", "confirm_card_data"),
}


def written(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S}.000Z"


def failure(order: Any) -> tuple[str, ...]:
    last = order["last_failure"]
    return last["code"], last["message"], last["decline_code"], last["advice_code"]


def started(order: Any) -> list[str]:
    return [attempt["started_at"] for attempt in order["attempts"]]


def policy(shop: Shop, **changes: Any) -> None:
    bootstrap.update_organization(shop.api.organization, livemode=False, **changes)
    shop.clock.advance(minutes=1)  # known everywhere by then


def test_an_order_is_tried_five_times_in_three_weeks_and_then_failed(shop: Shop) -> None:
    id = shop.order(shop.customer("insufficient_funds"), "charge_now")
    days = [0, 2, 7, 14, 21]
    expected = [written(NOON + timedelta(days=day)) for day in days]

    for day in range(40):
        order = shop.read(id)
        made = sum(each <= day for each in days)
        assert started(order) == expected[:made], f"on day {day}"
        over = made == len(days)
        assert order["status"] == ("failed" if over else "retrying")
        assert order["next_attempt_at"] == (None if over else expected[made])
        shop.run_after(days=1)

    assert [each["trigger"] for each in order["attempts"]] == ["charge_now", *["retry"] * 4]
    assert [each["number"] for each in order["attempts"]] == [1, 2, 3, 4, 5]
    assert {each["status"] for each in order["attempts"]} == {"declined"}
    told = ["order.updated", "order.payment_failed"]
    assert shop.events(id) == ["order.created", *told * 5]


def test_nothing_is_tried_a_moment_too_early(shop: Shop) -> None:
    id = shop.order(shop.customer("declined_once"), "charge_now")

    shop.run_after(days=2, milliseconds=-1)
    assert len(shop.read(id)["attempts"]) == 1
    shop.run_after(milliseconds=1)
    assert shop.read(id)["status"] == "paid"


def test_after_a_late_attempt_the_next_keeps_its_distance(shop: Shop) -> None:
    """A schedule that stood still for a week must not then try day after day."""
    id = shop.order(shop.customer("insufficient_funds"), "charge_now")

    shop.run_after(days=9)

    order = shop.read(id)
    assert len(order["attempts"]) == 2
    assert order["next_attempt_at"] == written(NOON + timedelta(days=9 + 5))


@pytest.mark.parametrize(("card", "days"), [("declined_once", 2), ("declined_twice", 7)])
def test_a_card_that_is_good_again_pays(shop: Shop, card: str, days: int) -> None:
    id = shop.order(shop.customer(card), "charge_now")

    for _ in range(10):
        shop.run_after(days=1)

    order = shop.read(id)
    assert (order["status"], order["last_failure"]) == ("paid", None)
    assert order["paid_at"] == written(NOON + timedelta(days=days))
    assert shop.charged() == [id]


@pytest.mark.parametrize("card", SOFT)
def test_what_may_pass_by_itself_is_tried_again(shop: Shop, card: str) -> None:
    order = shop.read(shop.order(shop.customer(card), "charge_now"))

    assert (order["status"], order["next_attempt_at"]) == ("retrying", "2026-02-02T12:00:00.000Z")
    assert failure(order) == SOFT[card]
    assert order["last_failure"]["category"] == "temporary"
    assert order["attempts"][0]["failure"] == order["last_failure"]


@pytest.mark.parametrize("card", HARD)
def test_what_will_never_work_is_not_tried_again(shop: Shop, card: str) -> None:
    """Card networks fine who goes on after a decline that says stop."""
    id = shop.order(shop.customer(card), "charge_now")
    order = shop.read(id)

    assert (order["status"], order["next_attempt_at"]) == ("failed", None)
    assert failure(order) == HARD[card]
    assert order["last_failure"]["category"] in ("final", "new_payment_method")
    assert order["attempts"][0]["status"] == "declined"
    shop.run_after(days=60)
    assert shop.read(id) == order


def test_a_customer_who_must_authenticate_is_not_tried_again_without_them(shop: Shop) -> None:
    id = shop.order(shop.customer("authentication_required"), "charge_now")

    order = shop.read(id)
    assert (order["status"], order["next_attempt_at"]) == ("requires_action", None)
    assert order["last_failure"]["code"] == "authentication_required"
    assert order["last_failure"]["category"] == "authentication"
    assert order["attempts"][0]["status"] == "requires_action"
    told = ["order.created", "order.updated", "order.payment_action_required"]
    assert shop.events(id) == told
    shop.run_after(days=60)
    assert shop.read(id) == order


def test_a_settled_attempt_never_changes(shop: Shop) -> None:
    """Whoever looks into a complaint must find what was done then."""
    id = shop.order(shop.customer("declined_twice"), "charge_now")
    seen: list[Any] = []
    for _ in range(3):
        attempts = shop.read(id)["attempts"]
        assert attempts[: len(seen)] == seen
        seen = attempts
        shop.run_after(days=5)

    assert [each["status"] for each in seen] == ["declined", "declined", "succeeded"]


def test_an_organization_sets_its_own_days(shop: Shop) -> None:
    policy(shop, retry_days=(1, 10))
    id = shop.order(shop.customer("insufficient_funds"), "charge_now")
    first = shop.clock.instant

    for _ in range(20):
        shop.run_after(days=1)

    days = [first + timedelta(days=day) for day in (0, 1, 11)]
    assert started(shop.read(id)) == [written(day) for day in days]
    assert shop.read(id)["status"] == "failed"


def test_an_organization_may_do_without_retries(shop: Shop) -> None:
    policy(shop, retry_days=())

    assert shop.read(shop.order(shop.customer("declined_once"), "charge_now"))["status"] == "failed"


def test_retries_end_where_a_month_has_had_enough(shop: Shop) -> None:
    policy(shop, retry_days=(1, 1, 1, 1, 1), attempts_in_30_days=3)
    id = shop.order(shop.customer("insufficient_funds"), "charge_now")

    for _ in range(40):
        shop.run_after(days=1)

    assert len(shop.read(id)["attempts"]) == 3
    assert shop.read(id)["status"] == "failed"


def test_attempts_by_hand_count_against_the_month_and_not_against_the_retries(shop: Shop) -> None:
    """Two by hand use up none of the four that come by themselves: with the first, seven in all."""
    id = shop.order(shop.customer("insufficient_funds"), "charge_now")
    for _ in range(2):
        shop.clock.advance(hours=1)
        assert shop.charge(id).body["next_attempt_at"] == "2026-02-02T12:00:00.000Z"

    for _ in range(40):
        shop.run_after(days=1)

    triggers = [each["trigger"] for each in shop.read(id)["attempts"]]
    assert triggers == ["charge_now", "manual", "manual", *["retry"] * 4]


def test_an_attempt_by_hand_that_leaves_none_for_the_month_ends_the_retries(shop: Shop) -> None:
    policy(shop, attempts_in_30_days=3)
    id = shop.order(shop.customer("insufficient_funds"), "charge_now")

    assert shop.charge(id).body["status"] == "retrying"
    assert shop.charge(id).body["status"] == "failed"

    shop.run_after(days=60)
    assert len(shop.read(id)["attempts"]) == 3


def test_an_order_that_was_paid_by_hand_is_not_tried_again(shop: Shop) -> None:
    id = shop.order(shop.customer("declined_once"), "charge_now")
    paid = shop.charge(id).body
    assert paid["status"] == "paid"
    shop.run_after(hours=4)  # the second look for the customer's new card

    with nothing_stored(shop.stack):
        shop.run_after(days=2)


def test_asking_by_hand_again_while_the_worker_is_away_keeps_the_retries(shop: Shop) -> None:
    """Two clicks instead of one, and an order that would have been paid is given up."""
    id = shop.order(shop.customer("declined_twice"), "charge_now")
    invocation.use(Away())
    for _ in range(2):
        shop.clock.advance(seconds=1)
        shop.charge(id)

    shop.run_after(minutes=1)

    order = shop.read(id)
    assert (order["status"], order["next_attempt_at"]) == ("retrying", "2026-02-02T12:00:00.000Z")


def test_asking_by_hand_for_what_is_due_already_keeps_the_retries(shop: Shop) -> None:
    """A merchant who is quicker than the schedule gets the same order as one who waits."""
    id = shop.order(shop.customer("declined_once"))
    shop.clock.advance(seconds=30)

    order = shop.charge(id).body

    assert order["status"] == "retrying"

"""Charges of unknown outcome: shown as such, in nobody's way but the order's own, and resolved."""

from typing import Any

import pytest

from farebox import payments
from farebox.charging.messages import Message
from farebox.payments.processor import Intent, OutcomeUnknown
from farebox.payments.sandbox import SLOW_SECONDS, Sandbox
from farebox.storage.keys import Tenant
from tests.functions.shop import Shop
from tests.functions.test_charges import conflict, new_card
from tests.tables import nothing_stored

UNKNOWN = ["timeout_with_effect", "timeout_without_effect"]


class Silent:
    """The sandbox, whose answers get lost from now on, though it does what it is asked to."""

    def __init__(self, shop: Shop, *, with_effect: bool = True) -> None:
        self.asked: list[str] = []
        self._shop = shop
        self._inner = Sandbox(Tenant(shop.api.organization, False))
        self._with_effect = with_effect

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Intent:
            self.asked.append(f"{self._shop.clock.instant:%H:%M}")
            if self._with_effect:
                getattr(self._inner, name)(*arguments, **named)
            raise OutcomeUnknown

        return call


@pytest.mark.parametrize("card", UNKNOWN)
def test_a_charge_without_an_answer_is_shown_as_in_doubt(shop: Shop, card: str) -> None:
    """A merchant who took it for failed would ask for the money again, by other means."""
    id = shop.order(shop.customer(card), "charge_now")

    order = shop.read(id)

    assert (order["status"], order["in_doubt"]) == ("charging", True)
    assert (order["next_attempt_at"], order["last_failure"]) == (None, None)
    [attempt] = order["attempts"]
    assert (attempt["status"], attempt["settled_at"]) == ("open", None)
    assert shop.charged() == ([id] if card == "timeout_with_effect" else [])
    assert shop.events(id) == ["order.created"]


@pytest.mark.parametrize("card", UNKNOWN)
def test_nothing_else_is_tried_while_an_outcome_is_unknown(shop: Shop, card: str) -> None:
    """Whatever charged now, by whatever card, could be the second charge."""
    id = shop.order(shop.customer(card), "charge_now")
    other_card = new_card(shop, id)
    again = Message(shop.api.organization, False, id)

    with nothing_stored(shop.stack):
        refused = [shop.charge(id), shop.charge(id, {"payment_method": other_card})]
        refused.append(shop.cancel(id))
        shop.charging.messages += [again.text] * 2
        assert shop.charging.run() == []

    assert [conflict(answer) for answer in refused] == ["charge_in_progress"] * 3


@pytest.mark.parametrize("card", UNKNOWN)
def test_a_new_default_is_not_tried_while_an_outcome_is_unknown(shop: Shop, card: str) -> None:
    customer = shop.customer(card)
    id = shop.order(customer, "charge_now")
    before = shop.read(id)
    shop.api.payment_method(customer, default=True)

    shop.run_after(seconds=1)

    after = shop.read(id)
    assert (after["status"], after["attempts"]) == ("charging", before["attempts"])
    shop.run_after(minutes=1)
    shop.run_after(minutes=1)
    assert shop.read(id)["status"] == "paid"
    assert len(shop.read(id)["attempts"]) == 1


@pytest.mark.parametrize("card", UNKNOWN)
def test_a_doubt_is_resolved_within_two_minutes(shop: Shop, card: str) -> None:
    id = shop.order(shop.customer(card), "charge_now")

    shop.run_after(seconds=59)
    assert shop.read(id)["status"] == "charging"
    shop.run_after(seconds=1)

    order = shop.read(id)
    assert (order["status"], order["in_doubt"]) == ("paid", False)
    assert [each["status"] for each in order["attempts"]] == ["succeeded"]
    assert shop.charged() == [id]
    assert shop.events(id) == ["order.created", "order.updated", "order.paid"]


def test_a_doubt_about_one_order_holds_up_no_other(shop: Shop) -> None:
    customer = shop.customer("timeout_with_effect")
    doubted = shop.order(customer, "charge_now")
    shop.api.payment_method(customer, default=True)

    fine = shop.order(customer, "charge_now")

    assert [shop.read(id)["status"] for id in (doubted, fine)] == ["charging", "paid"]


def test_a_slow_charge_is_waited_for_by_the_worker(shop: Shop) -> None:
    id = shop.order(shop.customer("slow"))

    assert shop.charging.run() == []

    assert SLOW_SECONDS in shop.clock.pauses
    assert shop.read(id)["status"] == "paid"


def test_a_charge_under_way_is_asked_about_until_it_is_through(shop: Shop) -> None:
    """A bank transfer takes its time, and is neither charged again nor given up meanwhile."""
    id = shop.order(shop.customer("processing"), "charge_now")
    order = shop.read(id)

    assert (order["status"], order["in_doubt"]) == ("processing", False)
    assert order["attempts"][0]["status"] == "processing"
    assert order["attempts"][0]["settled_at"] is None
    shop.run_after(minutes=14)
    assert shop.read(id) == order
    assert shop.charged() == []

    shop.run_after(minutes=1)
    order = shop.read(id)
    assert (order["status"], order["paid_at"]) == ("paid", "2026-01-31T12:15:00.000Z")
    assert [each["status"] for each in order["attempts"]] == ["succeeded"]
    assert shop.charged() == [id]
    told = ["order.created", "order.updated", "order.updated", "order.paid"]
    assert shop.events(id) == told


def test_a_charge_under_way_that_is_declined_is_tried_again_like_any_other(shop: Shop) -> None:
    id = shop.order(shop.customer("processing_declined"), "charge_now")

    shop.run_after(minutes=15)

    order = shop.read(id)
    assert (order["status"], order["next_attempt_at"]) == ("retrying", "2026-02-02T12:15:00.000Z")
    assert order["attempts"][0]["failure"]["decline_code"] == "insufficient_funds"
    for _ in range(30):
        shop.run_after(days=1)
        shop.run_after(minutes=20)
    order = shop.read(id)
    assert (order["status"], len(order["attempts"])) == ("failed", 5)
    assert {each["status"] for each in order["attempts"]} == {"declined"}


def test_a_processor_that_is_silent_for_long_is_asked_ever_less_often(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the alarm rings: a charge of which nobody knows after minutes needs somebody's eyes."""
    silent = Silent(shop, with_effect=False)
    payments.use(silent)
    shop.order(shop.customer(), "charge_now")

    alarms = []
    for _ in range(240):
        capsys.readouterr()
        shop.run_after(minutes=1)
        alarms.append('"ChargesInDoubt"' in capsys.readouterr().out)

    minutes = ["12:00", "12:01", "12:02", "12:03", "12:05", "12:09", "12:17", "12:33"]
    assert silent.asked == [*minutes, "13:05", "14:05", "15:05"]
    assert alarms.index(True) == 2  # the fourth time


@pytest.mark.parametrize("with_effect", [True, False])
def test_an_order_is_paid_once_however_long_the_processor_was_silent(
    shop: Shop, with_effect: bool
) -> None:
    """A processor forgets the keys of requests after a day; what an intent says, it keeps."""
    id = shop.order(shop.customer(), charge_at="2026-01-31T13:00:00Z")
    payments.use(Silent(shop, with_effect=with_effect))
    for _ in range(50):
        shop.run_after(hours=1)
    assert shop.read(id)["status"] == "charging"

    payments.use(None)
    shop.run_after(hours=1)

    assert shop.read(id)["status"] == "paid"
    assert shop.charged() == [id]


@pytest.mark.parametrize("call", ["create_intent", "update_intent", "confirm_intent"])
@pytest.mark.parametrize("with_effect", [True, False])
def test_an_answer_that_is_lost_at_any_step_charges_nobody_twice(
    shop: Shop, call: str, with_effect: bool
) -> None:
    id = shop.order(shop.customer())
    silent, real = (
        Silent(shop, with_effect=with_effect),
        Sandbox(Tenant(shop.api.organization, False)),
    )

    class Once:
        def __getattr__(self, name: str) -> Any:
            return getattr(silent if name == call and not silent.asked else real, name)

    payments.use(Once())
    assert shop.charging.run() == []
    assert shop.read(id)["in_doubt"] is True
    shop.run_after(minutes=1)

    assert shop.read(id)["status"] == "paid"
    assert len(shop.read(id)["attempts"]) == 1
    assert shop.charged() == [id]


def test_a_processor_that_stays_silent_about_a_cancellation_leaves_it_under_way(shop: Shop) -> None:
    """Said to be canceled, an order could still be paid."""
    id = shop.order(shop.customer("declined_once"), "charge_now")
    payments.use(Silent(shop, with_effect=False))

    asked = shop.cancel(id)

    assert (asked.status, asked.body["status"]) == (200, "charging")
    assert shop.read(id)["in_doubt"] is True
    payments.use(None)
    shop.run_after(minutes=1)
    assert shop.read(id)["status"] == "canceled"
    told = ["order.created", "order.updated", "order.payment_failed"]
    assert shop.events(id) == [*told, "order.updated", "order.canceled"]

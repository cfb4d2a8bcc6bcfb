"""Charging and cancelling an order on request, whatever state it is in."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from farebox.payments.sandbox import Sandbox
from farebox.storage.keys import Tenant
from tests.client import Answered, Api
from tests.clocks import StoppedClock
from tests.functions.shop import INLINE, Shop
from tests.refusals import refusal
from tests.tables import nothing_stored

LATER = "2026-03-01T00:00:00Z"

STATES: Mapping[str, Callable[[Shop], str]] = {
    "draft": lambda shop: shop.order(shop.customer(), "draft"),
    "scheduled": lambda shop: shop.order(shop.customer(), charge_at=LATER),
    "charging": lambda shop: shop.order(shop.customer("timeout_with_effect"), "charge_now"),
    "processing": lambda shop: shop.order(shop.customer("processing"), "charge_now"),
    "retrying": lambda shop: shop.order(shop.customer("declined_once"), "charge_now"),
    "requires_action": lambda shop: shop.order(
        shop.customer("authentication_required"), "charge_now"
    ),
    "failed": lambda shop: shop.order(shop.customer("lost_card"), "charge_now"),
    "paid": lambda shop: shop.order(shop.customer(), "charge_now"),
    "canceled": lambda shop: canceled(shop),
}
SETTLED = {
    "charging": "charge_in_progress",
    "processing": "charge_in_progress",
    "paid": "order_paid",
    "canceled": "order_canceled",
}
OPEN = [status for status in STATES if status not in SETTLED]


def canceled(shop: Shop) -> str:
    id = shop.order(shop.customer(), "draft")
    assert shop.cancel(id).status == 200
    return id


def in_state(shop: Shop, status: str) -> str:
    id = STATES[status](shop)
    assert shop.read(id)["status"] == status
    return id


def conflict(answer: Answered) -> str:
    assert refusal(answer, 409) == []
    return str(answer.body["code"])


def new_card(shop: Shop, order: str, card: str = "success") -> str:
    """Another payment method of the order's customer."""
    customer = shop.read(order)["customer"]
    return str(shop.api.payment_method(customer, card, default=False)["id"])


@pytest.mark.parametrize("status", OPEN)
def test_an_order_that_is_not_paid_can_be_charged_by_another_card(shop: Shop, status: str) -> None:
    id = in_state(shop, status)
    card = new_card(shop, id)

    answer = shop.charge(id, {"payment_method": card})

    assert answer.status == 200
    assert answer.body["status"] == "paid"
    assert answer.body["payment_method"] == card
    assert answer.body["attempts"][-1]["payment_method"] == card
    assert answer.body["attempts"][-1]["trigger"] == "manual"
    assert shop.read(id) == answer.body


@pytest.mark.parametrize("status", SETTLED)
def test_an_order_that_is_paid_or_may_be_is_not_charged_again(shop: Shop, status: str) -> None:
    id = in_state(shop, status)
    card = new_card(shop, id)

    with nothing_stored(shop.stack):
        answers = [shop.charge(id), shop.charge(id, {"payment_method": card})]

    assert [conflict(answer) for answer in answers] == [SETTLED[status]] * 2


@pytest.mark.parametrize("status", OPEN)
def test_an_order_that_is_not_paid_can_be_canceled_for_good(shop: Shop, status: str) -> None:
    id = in_state(shop, status)

    answer = shop.cancel(id)

    assert answer.status == 200
    assert answer.body["status"] == "canceled"
    assert answer.body["canceled_at"] == "2026-01-31T12:00:00.000Z"
    assert answer.body["next_attempt_at"] is None
    assert shop.read(id) == answer.body
    shop.run_after(days=60)
    assert shop.read(id) == answer.body
    assert shop.charged() == []


@pytest.mark.parametrize("status", ["charging", "processing", "paid"])
def test_an_order_that_is_paid_or_may_be_is_not_canceled(shop: Shop, status: str) -> None:
    id = in_state(shop, status)

    with nothing_stored(shop.stack):
        assert conflict(shop.cancel(id)) == SETTLED[status]


def test_cancelling_again_says_the_same_and_changes_nothing(shop: Shop) -> None:
    id = in_state(shop, "retrying")
    first = shop.cancel(id)

    with nothing_stored(shop.stack):
        again = shop.cancel(id)

    assert (again.status, again.text) == (200, first.text)


def test_a_charge_that_the_processor_made_after_all_wins_over_a_cancellation(shop: Shop) -> None:
    """An order that is paid and shown as canceled is money that nobody gives back."""
    id = in_state(shop, "retrying")
    sandbox = Sandbox(Tenant(shop.api.organization, False))
    intent = shop.read(id)["intent"]
    sandbox.update_intent(intent, attempt=2, payment_method="success", key="elsewhere/update")
    sandbox.confirm_intent(intent, key="elsewhere")

    assert conflict(shop.cancel(id)) == "order_paid"

    assert shop.read(id)["status"] == "paid"
    assert shop.charged() == [id]


def test_a_draft_that_is_declined_is_not_retried_by_itself(shop: Shop) -> None:
    id = shop.order(shop.customer("declined_once"), "draft")

    order = shop.charge(id).body

    assert (order["status"], order["next_attempt_at"]) == ("failed", None)
    assert order["last_failure"] == {
        "code": "card_declined",
        "message": "The card was declined",
        "category": "temporary",
        "decline_code": "insufficient_funds",
        "advice_code": None,
    }
    shop.run_after(days=60)
    assert shop.read(id) == order
    assert shop.charge(id).body["status"] == "paid"


def test_a_customer_without_a_payment_method_is_not_charged(shop: Shop) -> None:
    id = shop.order(shop.customer(None), "draft")

    order = shop.charge(id).body

    assert order["status"] == "failed"
    assert order["last_failure"]["code"] == "missing_payment_method"
    assert order["attempts"] == []


def test_the_order_names_its_payment_method_from_then_on(shop: Shop) -> None:
    id = in_state(shop, "scheduled")
    card = new_card(shop, id, "declined_once")

    declined = shop.charge(id, {"payment_method": card}).body
    paid = shop.charge(id).body

    assert [each["payment_method"] for each in paid["attempts"]] == [card, card]
    assert (declined["payment_method"], paid["status"]) == (card, "paid")


@pytest.mark.parametrize("status", ["scheduled", "retrying"])
def test_an_attempt_by_hand_leaves_the_one_to_come_where_it_was(shop: Shop, status: str) -> None:
    id = in_state(shop, status)
    before = shop.read(id)
    shop.clock.advance(hours=1)

    declined = shop.charge(id, {"payment_method": new_card(shop, id, "insufficient_funds")}).body

    assert declined["status"] == "retrying"
    assert declined["next_attempt_at"] == before["next_attempt_at"]


def test_an_order_is_tried_by_hand_only_as_often_as_card_networks_allow(shop: Shop) -> None:
    id = shop.order(shop.customer("insufficient_funds"), "draft")
    for _ in range(8):
        assert shop.charge(id).status == 200

    with nothing_stored(shop.stack):
        assert conflict(shop.charge(id)) == "attempt_limit"

    shop.clock.advance(days=30)
    assert len(shop.charge(id).body["attempts"]) == 9


def test_nothing_is_charged_without_a_processor(live: Api, stopped: StoppedClock) -> None:
    lines = [{"price_data": INLINE, "quantity": 1}]
    order = {"customer": live.customer()["id"], "line_items": lines}
    draft = live.order(**order)["id"]

    assert conflict(live.post(f"/v1/orders/{draft}/charge")) == "no_processor"
    at_once, later = {"collection": "charge_now"}, {"collection": "scheduled", "charge_at": LATER}
    for collection in (at_once, later):
        answer = live.post("/v1/orders", order | collection)
        assert refusal(answer, 422) == [("collection", "no_processor")]
    assert live.post(f"/v1/orders/{draft}/cancel").body["status"] == "canceled"


@pytest.mark.parametrize("action", ["charge", "cancel"])
def test_an_order_that_is_not_there_is_not_found(shop: Shop, action: str) -> None:
    customer = shop.customer()

    for id in ("ord_x", customer, "%00", "x" * 1000, "ord_" + "0" * 26):
        answer = shop.api.post(f"/v1/orders/{id}/{action}")
        assert refusal(answer, 404) == []


@pytest.mark.parametrize("body", [None, {}, b"", b" \n", b"{ }"])
@pytest.mark.parametrize("action", ["charge", "cancel"])
def test_no_body_is_an_empty_one(shop: Shop, action: str, body: Any) -> None:
    id = in_state(shop, "draft")

    answer = shop.api.post(f"/v1/orders/{id}/{action}", body)

    assert answer.status == 200
    assert answer.body["status"] in ("paid", "canceled")


@pytest.mark.parametrize("body", [b"null", b"[]", b"7", b'"x"', b"{", b"\xff", b"true"])
@pytest.mark.parametrize("action", ["charge", "cancel"])
def test_a_body_that_is_no_object_is_refused(shop: Shop, action: str, body: bytes) -> None:
    id = in_state(shop, "draft")

    with nothing_stored(shop.stack):
        refusal(shop.api.post(f"/v1/orders/{id}/{action}", body), 400)


@pytest.mark.parametrize(
    ("action", "body", "broken"),
    [
        ("charge", {"amount": 1}, ("amount", "unknown_field")),
        ("charge", {"status": "paid"}, ("status", "read_only_field")),
        ("charge", {"payment_method": ""}, ("payment_method", "string_too_short")),
        ("charge", {"payment_method": 7}, ("payment_method", "invalid_type")),
        ("charge", {"payment_method": "pm_x"}, ("payment_method", "unknown_payment_method")),
        ("charge", {"payment_method": "\x00"}, ("payment_method", "unknown_payment_method")),
        ("cancel", {"reason": "none"}, ("reason", "unknown_field")),
        ("cancel", {"payment_method": "pm_x"}, ("payment_method", "unknown_field")),
    ],
)
def test_a_field_that_is_not_there_or_wrong_is_refused(
    shop: Shop, action: str, body: Any, broken: tuple[str, str]
) -> None:
    id = in_state(shop, "draft")

    with nothing_stored(shop.stack):
        answer = shop.api.post(f"/v1/orders/{id}/{action}", body)

    assert refusal(answer, 422) == [broken]


def test_a_charge_sent_again_with_its_key_gets_the_first_answer(shop: Shop) -> None:
    """As with every order that is charged at once: as it was kept, before the worker had it."""
    id = in_state(shop, "draft")
    first = shop.charge(id, Idempotency_Key="key-1")

    with nothing_stored(shop.stack):
        again = shop.charge(id, Idempotency_Key="key-1")

    assert (first.body["status"], again.body["status"]) == ("paid", "scheduled")
    assert (again.status, again.body["id"]) == (200, id)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers


def test_a_declined_charge_is_not_tried_again_by_a_request_sent_again(shop: Shop) -> None:
    id = in_state(shop, "retrying")
    card = new_card(shop, id, "insufficient_funds")

    answers = [shop.charge(id, {"payment_method": card}, Idempotency_Key="k") for _ in range(3)]

    assert [answer.status for answer in answers] == [200] * 3
    assert len(shop.read(id)["attempts"]) == 2


def test_one_key_charges_each_of_two_orders(shop: Shop) -> None:
    """A program that numbers its requests within each order must not lose the second."""
    customer = shop.customer()
    made = [shop.order(customer, "draft") for _ in range(2)]

    answers = [shop.charge(id, Idempotency_Key="key-1") for id in made]

    assert [(answer.body["id"], answer.body["status"]) for answer in answers] == [
        (id, "paid") for id in made
    ]


def test_another_body_with_the_same_key_is_refused(shop: Shop) -> None:
    id = in_state(shop, "retrying")
    shop.charge(id, {"payment_method": new_card(shop, id, "lost_card")}, Idempotency_Key="key-1")
    card = new_card(shop, id)

    with nothing_stored(shop.stack):
        answer = shop.charge(id, {"payment_method": card}, Idempotency_Key="key-1")

    assert refusal(answer, 422) == []
    assert answer.body["code"] == "idempotency_key_reused"


def test_a_charge_that_was_refused_leaves_its_key_free(shop: Shop) -> None:
    id = in_state(shop, "draft")

    refused = shop.charge(id, {"payment_method": "pm_x"}, Idempotency_Key="key-1")
    paid = shop.charge(id, Idempotency_Key="key-1")

    assert (refused.status, paid.body["status"]) == (422, "paid")

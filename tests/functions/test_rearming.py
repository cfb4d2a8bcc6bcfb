"""A new default payment method gives its customer's stopped orders another try, and no others."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from farebox import bootstrap
from farebox.paging import Page
from farebox.storage import connection
from farebox.storage.connection import Write
from tests.faults import Fault, FaultyConnection, Mode
from tests.functions.shop import Shop
from tests.tables import nothing_stored

STOPPED = {
    "failed": "lost_card",
    "requires_action": "authentication_required",
    "retrying": "insufficient_funds",
}


def new_default(shop: Shop, customer: str, card: str = "success") -> str:
    return str(shop.api.payment_method(customer, card, default=True)["id"])


def settle(shop: Shop) -> None:
    """The tick that finds the customer, and the one that finds the orders."""
    for _ in range(2):
        shop.run_after(minutes=1)


@pytest.mark.parametrize("status", STOPPED)
def test_a_new_default_pays_what_had_stopped(shop: Shop, status: str) -> None:
    """The customer did what they were asked to; nobody should have to ask them again."""
    customer = shop.customer(STOPPED[status])
    id = shop.order(customer, "charge_now")
    assert shop.read(id)["status"] == status

    card = new_default(shop, customer)
    settle(shop)

    order = shop.read(id)
    assert order["status"] == "paid"
    assert order["attempts"][-1]["payment_method"] == card
    assert order["attempts"][-1]["trigger"] == "payment_method_update"
    assert shop.events(id)[3:] == ["order.updated"] * 2 + ["order.paid"]


def test_an_order_that_had_nobody_to_charge_is_charged(shop: Shop) -> None:
    customer = shop.customer(None)
    id = shop.order(customer, "charge_now")
    assert shop.read(id)["last_failure"]["code"] == "missing_payment_method"

    shop.api.payment_method(customer)
    settle(shop)

    assert shop.read(id)["status"] == "paid"


def test_a_default_that_is_chosen_later_counts_as_new(shop: Shop) -> None:
    customer = shop.customer("lost_card")
    id = shop.order(customer, "charge_now")
    card = shop.api.payment_method(customer)["id"]
    settle(shop)
    assert shop.read(id)["status"] == "failed"

    shop.api.patch(f"/v1/customers/{customer}", {"default_payment_method": card})
    settle(shop)

    assert shop.read(id)["status"] == "paid"


@pytest.mark.parametrize("status", ["draft", "paid", "canceled", "failed by hand", "named"])
def test_an_order_that_did_not_stop_for_want_of_a_default_is_left_alone(
    shop: Shop, status: str
) -> None:
    """A customer who adds a card to buy something new must not find old things charged to it."""
    customer = shop.customer("success" if status in ("draft", "paid") else "lost_card")
    named = {"payment_method": shop.api.payment_method(customer, "stolen_card")["id"]}
    collection = "charge_now" if status in ("paid", "named") else "draft"
    fields = named if status == "named" else {}
    id = shop.order(customer, collection, **fields)
    if status == "canceled":
        shop.cancel(id)
    if status == "failed by hand":
        shop.charge(id)
    before = shop.read(id)

    new_default(shop, customer)
    settle(shop)

    assert shop.read(id) == before


def test_another_customers_orders_are_left_alone(shop: Shop) -> None:
    theirs = shop.order(shop.customer("lost_card"), "charge_now")

    new_default(shop, shop.customer())
    settle(shop)

    assert shop.read(theirs)["status"] == "failed"


@pytest.mark.parametrize("change", ["same", "none", "another field"])
def test_what_is_no_new_default_sets_nothing_going(shop: Shop, change: str) -> None:
    customer = shop.customer("lost_card")
    path = f"/v1/customers/{customer}"
    shop.order(customer, "charge_now")
    card = shop.api.get(path).body["default_payment_method"]
    body: dict[str, dict[str, Any]] = {
        "same": {"default_payment_method": card},
        "none": {"default_payment_method": None},
        "another field": {"name": "Ada"},
    }

    assert shop.api.patch(path, body[change]).status == 200

    shop.clock.advance(minutes=1)
    assert shop.charging.tick() == 0


def test_a_card_that_was_tried_already_is_not_tried_at_once_again(shop: Shop) -> None:
    """Back and forth between two bad cards would use up what card networks allow."""
    customer = shop.customer("insufficient_funds")
    path = f"/v1/customers/{customer}"
    first = shop.api.get(path).body["default_payment_method"]
    id = shop.order(customer, "charge_now")
    before = shop.read(id)

    for default in (None, first):
        shop.api.patch(path, {"default_payment_method": default})
    settle(shop)

    assert shop.read(id) == before


def test_a_new_default_starts_the_retries_anew(shop: Shop) -> None:
    customer = shop.customer("lost_card")
    id = shop.order(customer, "charge_now")
    new_default(shop, customer, "insufficient_funds")
    settle(shop)

    for _ in range(40):
        shop.run_after(days=1)

    triggers = [each["trigger"] for each in shop.read(id)["attempts"]]
    assert triggers == ["charge_now", "payment_method_update", *["retry"] * 4]


def test_new_defaults_without_end_try_no_more_often_than_card_networks_allow(shop: Shop) -> None:
    bootstrap.update_organization(shop.api.organization, livemode=False, attempts_in_30_days=3)
    customer = shop.customer("lost_card")
    id = shop.order(customer, "charge_now")

    for _ in range(5):
        new_default(shop, customer, "lost_card")
        settle(shop)

    assert len(shop.read(id)["attempts"]) == 3


def test_an_order_that_is_to_be_charged_later_is_not_charged_earlier(shop: Shop) -> None:
    customer = shop.customer("lost_card")
    id = shop.order(customer, charge_at="2026-02-10T12:00:00Z")
    shop.charge(id)
    before = shop.read(id)
    assert before["status"] == "failed"

    new_default(shop, customer)
    settle(shop)
    assert shop.read(id)["next_attempt_at"] == "2026-02-10T12:00:00.000Z"

    shop.run_after(days=10)
    assert shop.read(id)["status"] == "paid"


@pytest.mark.parametrize("page", [1, 2, 3, 100])
def test_every_stopped_order_is_found_on_whatever_page_it_stands(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    """A customer of some years has more orders than fit into one page."""
    monkeypatch.setattr("farebox.charging.rearm.PAGE", page)
    customer = shop.customer(None)
    made = []
    for _ in range(3):
        shop.clock.advance(seconds=1)
        made.append(shop.order(customer, "charge_now"))

    new_default(shop, customer)
    for _ in range(4):
        shop.run_after(minutes=1)

    assert sorted(shop.charged()) == sorted(made)
    shop.clock.advance(minutes=11)
    assert shop.charging.tick() == 0
    for _ in range(5):  # the second look takes as many pages, and is the last
        shop.run_after(hours=4)
    shop.clock.advance(days=1)
    assert shop.charging.tick() == 0


def test_an_order_that_the_list_did_not_show_yet_is_found_later(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who replaces a card right after a declined purchase would stay unpaid for good."""
    customer = shop.customer("lost_card")
    id = shop.order(customer, "charge_now")
    new_default(shop, customer)
    with monkeypatch.context() as lagging:
        lagging.setattr("farebox.charging.rearm.page", lambda *_: Page(()))
        settle(shop)
    assert shop.read(id)["status"] == "failed"

    shop.run_after(hours=3)
    shop.run_after(minutes=1)

    assert shop.read(id)["status"] == "paid"


@pytest.mark.parametrize("call", range(6))
@pytest.mark.parametrize("mode", [Mode.FAIL, Mode.LOSE_ANSWER])
def test_a_database_that_does_not_answer_is_asked_again(shop: Shop, mode: Mode, call: int) -> None:
    customer = shop.customer("lost_card")
    orders = [shop.order(customer, "charge_now") for _ in range(2)]
    new_default(shop, customer)
    shop.charging.tick()
    [text] = shop.charging.messages
    assert json.loads(text)["kind"] == "customer"
    real = connection.connection()
    faulty = FaultyConnection(real, Fault(call, mode))
    connection.use(faulty)
    failed = shop.charging.deliver()
    connection.use(real)

    assert len(faulty.calls) > call
    assert failed == [text]
    shop.charging.messages += failed
    assert shop.charging.deliver() == []
    settle(shop)
    assert sorted(shop.charged()) == sorted(orders)
    for id in orders:
        assert shop.events(id)[3:] == ["order.updated"] * 2 + ["order.paid"]


def test_an_order_that_changes_meanwhile_does_not_keep_the_others_waiting(shop: Shop) -> None:
    """One busy order of a customer, and the older ones are not tried on the new card."""
    customer = shop.customer("lost_card")
    orders = [shop.order(customer, "charge_now") for _ in range(3)]
    new_default(shop, customer)
    shop.charging.tick()
    real = connection.connection()
    connection.use(Changing(real, shop, orders[-1]))
    assert shop.charging.deliver() == []
    connection.use(real)

    shop.run_after(minutes=1)

    assert {shop.read(id)["status"] for id in orders} == {"paid"}


class Changing(FaultyConnection):
    """Before the first transaction on an order, its merchant changes it."""

    def __init__(self, real: connection.Connection, shop: Shop, order: str) -> None:
        super().__init__(real)
        self._shop, self._order = shop, order

    def transact(self, writes: Sequence[Write], token: str) -> None:
        order, met = self._order, any(self._order in str(write) for write in writes)
        if order and met:
            self._order = ""
            connection.use(self._inner)
            self._shop.charge(order)
            connection.use(self)
        super().transact(writes, token)


def test_a_customer_who_is_deleted_meanwhile_is_not_charged(shop: Shop) -> None:
    customer = shop.customer("lost_card")
    id = shop.order(customer, "charge_now")
    new_default(shop, customer)
    shop.charging.tick()
    shop.api.delete(f"/v1/customers/{customer}")

    with nothing_stored(shop.stack):
        assert shop.charging.deliver() == []

    assert shop.read(id)["status"] == "failed"


def test_a_default_that_came_while_an_order_was_being_charged_is_tried_too(shop: Shop) -> None:
    """The old card was declined for good after the new one was there; nobody would try it."""
    bootstrap.update_organization(shop.api.organization, livemode=False, retry_days=())
    customer = shop.customer("processing_declined")
    id = shop.order(customer, "charge_now")
    assert shop.read(id)["status"] == "processing"

    card = new_default(shop, customer)
    for _ in range(30):
        shop.run_after(minutes=1)

    order = shop.read(id)
    assert order["status"] == "paid"
    assert [each["status"] for each in order["attempts"]] == ["declined", "succeeded"]
    assert order["attempts"][-1]["payment_method"] == card


def test_a_default_that_came_while_an_order_was_being_paid_is_not_charged_too(shop: Shop) -> None:
    customer = shop.customer("processing")
    id = shop.order(customer, "charge_now")

    new_default(shop, customer)
    for _ in range(30):
        shop.run_after(minutes=1)

    assert shop.read(id)["status"] == "paid"
    assert len(shop.read(id)["attempts"]) == 1

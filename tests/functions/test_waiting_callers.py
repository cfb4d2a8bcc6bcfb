"""Who waits for the charge worker gets an answer in time, and what was asked for is kept.

Whatever becomes of the call to the worker, a caller who got an answer must find it true, and one
who got none must be able to ask again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from farebox.charging import invocation
from farebox.charging.invocation import LONGEST_WAIT_SECONDS
from farebox.problems import Unavailable
from farebox.storage import connection
from farebox.storage.connection import LONGEST_CALL_SECONDS, Item
from tests.charging import Charging
from tests.faults import Crash, FaultyConnection
from tests.functions.shop import INLINE, Away, Shop, Unheard
from tests.functions.test_charges import OPEN, conflict, in_state, new_card
from tests.refusals import refusal
from tests.tables import nothing_stored

TIMEOUT_SECONDS = 10


@dataclass
class Slow:
    """A charge worker that takes its time, on a watch that both sides look at."""

    charging: Charging
    takes: float
    watch: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(seconds=0.0))
    waits: list[int] = field(default_factory=list)

    def invoke(self, event: dict[str, Any], seconds: int) -> None:
        self.waits.append(seconds)
        self.watch.seconds += min(self.takes, seconds)
        # It goes on, whether or not anybody waits still.
        (self.charging if self.takes <= seconds else Unheard(self.charging)).invoke(event, seconds)


@pytest.fixture
def slow(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Slow]:
    """Puts a worker in place that takes so many seconds."""

    def use(seconds: float) -> Slow:
        worker = Slow(shop.charging, seconds)
        watch = SimpleNamespace(monotonic=lambda: worker.watch.seconds)
        monkeypatch.setattr("farebox.deadline.time", watch)
        invocation.use(worker)
        return worker

    return use


def at_once(shop: Shop) -> Any:
    """A request for an order that is charged at once."""
    lines = [{"price_data": INLINE, "quantity": 1}]
    return {"customer": shop.customer(), "line_items": lines, "collection": "charge_now"}


def test_an_order_that_is_charged_at_once_is_answered_as_it_is_then(shop: Shop) -> None:
    answer = shop.api.post("/v1/orders", at_once(shop))

    assert (answer.status, answer.body["status"]) == (201, "paid")
    assert shop.read(answer.body["id"]) == answer.body


def test_an_order_is_kept_although_its_worker_cannot_be_reached(shop: Shop) -> None:
    """An answer other than 201 would have the merchant order it again."""
    invocation.use(Away())

    answer = shop.api.post("/v1/orders", at_once(shop))

    assert (answer.status, answer.body["status"]) == (201, "scheduled")
    assert answer.body["next_attempt_at"] == "2026-01-31T12:00:00.000Z"
    shop.run_after(minutes=1)
    assert shop.read(answer.body["id"])["status"] == "paid"


def test_an_order_sent_again_while_its_worker_is_away_is_one(shop: Shop) -> None:
    body = at_once(shop)
    invocation.use(Away())
    first = shop.api.post("/v1/orders", body, Idempotency_Key="key-1")
    invocation.use(shop.charging)

    with nothing_stored(shop.stack):
        again = shop.api.post("/v1/orders", body, Idempotency_Key="key-1")

    assert (again.status, again.text) == (201, first.text)
    shop.run_after(minutes=1)
    assert shop.charged() == [first.body["id"]]


def test_an_order_whose_answer_is_lost_is_charged_once(shop: Shop) -> None:
    invocation.use(Unheard(shop.charging))

    id = shop.api.post("/v1/orders", at_once(shop)).body["id"]

    shop.run_after(minutes=1)
    assert shop.charged() == [id]
    assert shop.events(id) == ["order.created", "order.updated", "order.paid"]


@pytest.mark.parametrize("status", OPEN)
def test_a_charge_whose_worker_does_not_answer_is_made_by_the_next_tick(
    shop: Shop, status: str
) -> None:
    id = in_state(shop, status)
    card = new_card(shop, id)

    invocation.use(Away())
    answer = shop.charge(id, {"payment_method": card})

    assert (answer.status, answer.body["status"]) == (200, "scheduled")
    assert answer.body["next_attempt_at"] == "2026-01-31T12:00:00.000Z"
    assert shop.charged() == []
    shop.run_after(minutes=1)
    assert shop.read(id)["status"] == "paid"


def test_a_charge_whose_answer_is_lost_is_not_made_again(shop: Shop) -> None:
    id = in_state(shop, "draft")
    invocation.use(Unheard(shop.charging))

    assert shop.charge(id).status == 200
    assert conflict(shop.charge(id)) == "order_paid"

    shop.run_after(minutes=1)
    assert shop.charged() == [id]


@pytest.mark.parametrize("status", OPEN)
def test_a_cancellation_that_nobody_hears_of_can_be_asked_for_again(
    shop: Shop, status: str
) -> None:
    id = in_state(shop, status)

    invocation.use(Away())
    with nothing_stored(shop.stack):
        refused = shop.cancel(id)
    invocation.use(Unheard(shop.charging))
    unheard = shop.cancel(id)
    again = shop.cancel(id)

    assert [refused.status, unheard.status] == [503, 503]
    assert refused.headers["retry-after"] == "1"
    assert (again.status, again.body["status"]) == (200, "canceled")
    assert shop.events(id).count("order.canceled") == 1


@pytest.mark.parametrize("seconds", [0, 1, 3.9, 5.5, 30])
def test_nobody_is_kept_waiting_until_the_function_is_cut_off(
    shop: Shop, slow: Callable[[float], Slow], seconds: float
) -> None:
    """Lambda would answer with an error in our place, for an order that was made."""
    body = at_once(shop)
    worker = slow(seconds)

    answer = shop.api.post("/v1/orders", body)

    assert answer.status == 201
    assert worker.waits[0] <= LONGEST_WAIT_SECONDS
    assert worker.watch.seconds <= TIMEOUT_SECONDS - LONGEST_CALL_SECONDS


@pytest.mark.parametrize("seconds", [0, 1, 3.9])
def test_a_worker_that_is_done_in_time_is_heard(
    shop: Shop, slow: Callable[[float], Slow], seconds: float
) -> None:
    """A merchant who is shown ``scheduled`` ships nothing, though the customer has paid."""
    body = at_once(shop)
    draft = shop.order(shop.customer(), "draft")
    slow(seconds)

    made = shop.api.post("/v1/orders", body)
    charged = shop.charge(draft)

    assert [made.body["status"], charged.body["status"]] == ["paid", "paid"]


@pytest.mark.parametrize("seconds", [1, 3.9])
def test_a_cancellation_that_is_done_in_time_is_heard(
    shop: Shop, slow: Callable[[float], Slow], seconds: float
) -> None:
    id = in_state(shop, "retrying")
    slow(seconds)

    answer = shop.cancel(id)

    assert (answer.status, answer.body["status"]) == (200, "canceled")


def test_who_waits_no_longer_is_shown_the_order_as_it_stands(shop: Shop) -> None:
    """Not as it was kept: somebody has it by now, and it cannot be canceled any more."""
    body = at_once(shop)
    draft = shop.order(shop.customer(), "draft")
    invocation.use(Lost(shop.charging))

    made = shop.api.post("/v1/orders", body)
    charged = shop.charge(draft)

    assert [made.status, charged.status] == [201, 200]
    assert [made.body["status"], charged.body["status"]] == ["charging", "charging"]
    shop.run_after(minutes=10)
    assert sorted(shop.charged()) == sorted([made.body["id"], draft])


def test_a_cancellation_under_way_can_be_asked_for_again(shop: Shop) -> None:
    """Who is told to try again must not be told that the order is being charged."""
    id = in_state(shop, "retrying")
    invocation.use(Lost(shop.charging))
    assert shop.cancel(id).status == 503

    answer = shop.cancel(id)

    assert (answer.status, answer.body["status"]) == (200, "charging")
    shop.run_after(minutes=10)
    assert shop.read(id)["status"] == "canceled"
    with nothing_stored(shop.stack):
        assert shop.cancel(id).body["status"] == "canceled"


@dataclass(frozen=True)
class Lost:
    """A charge worker that is lost right after it has claimed an order."""

    charging: Charging

    def invoke(self, event: dict[str, Any], seconds: int) -> None:
        real = connection.connection()
        connection.use(OneWrite(real))
        try:
            self.charging.invoke(event, seconds)
        except Crash:
            raise Unavailable from None
        finally:
            connection.use(real)


class OneWrite(FaultyConnection):
    """A connection that is gone after the first write."""

    def transact(self, writes: Sequence[connection.Write], token: str) -> None:
        super().transact(writes, token)
        self._dead = True


def test_an_address_of_any_length_is_not_found(shop: Shop) -> None:
    """DynamoDB takes keys of 2,048 bytes at most, and answers a longer one with an error."""
    connection.use(ShortKeys(connection.connection()))

    answer = shop.charge("x" * 3000, Idempotency_Key="key-1")

    assert refusal(answer, 404) == []


class ShortKeys(FaultyConnection):
    """DynamoDB's limit, which moto does not have."""

    def read(self, keys: Mapping[str, Sequence[Item]]) -> Mapping[str, Sequence[Item]]:
        for wanted in keys.values():
            assert all(len(str(key["pk"]).encode()) <= 2048 for key in wanted)
        return super().read(keys)

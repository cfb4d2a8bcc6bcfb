"""The schedule's tick: what is due gets to the queue, all of it, soon, and not again and again."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from dispatch_charges import handler
from farebox import ids
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.charging import queue
from farebox.instants import stamp
from farebox.problems import Unavailable
from farebox.settings import settings
from farebox.storage import connection, items
from farebox.storage.commit import ABSENT
from farebox.storage.connection import Put
from farebox.storage.keys import Tenant
from farebox.storage.load import load_for_worker
from local.functions import Functions
from tests.charging import DISPATCH_CHARGES
from tests.faults import Crash, Fault, FaultyConnection, Mode
from tests.functions.shop import Remaining, Shop
from tests.tables import everything, nothing_stored


@pytest.fixture
def one_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUE_SHARDS", "1")
    settings.cache_clear()


@dataclass
class Choosy:
    """A queue that takes what ``takes`` says of each batch."""

    takes: Callable[[Sequence[str]], Sequence[int]]
    batches: list[Sequence[str]] = field(default_factory=list)

    def send(self, texts: Sequence[str]) -> Sequence[int]:
        self.batches.append(texts)
        return self.takes(texts)


def all_of_it(texts: Sequence[str]) -> Sequence[int]:
    return range(len(texts))


def orders_due(shop: Shop, count: int) -> list[str]:
    """So many orders, each due a second after the one before, the last one now."""
    first = shop.order(shop.customer())
    tenant = Tenant(shop.api.organization, False)
    loaded = load_for_worker(tenant, [Reference(Order, first)])
    order = loaded.known.found_as(Order, first)
    assert order is not None
    shop.cancel(first)
    made, puts = [], []
    for place in range(count):
        at = stamp(shop.clock.instant - timedelta(seconds=count - 1 - place))
        made.append(ids.new("ord"))
        due = replace(order, id=made[-1], charge_at=at, due_at=at)
        puts.append(Put(settings().core_table, items.record_item(tenant, due, ""), ABSENT))
    for place in range(0, count, 25):
        connection.connection().transact(puts[place : place + 25], ids.entropy(16).hex())
    return made


def sent(shop: Shop) -> list[str]:
    """The ids in the queue, which is emptied."""
    texts, shop.charging.messages = shop.charging.messages, []
    return [json.loads(text)["id"] for text in texts]


def test_the_example_event_hands_out_what_is_due(
    example_event: Callable[[str], dict[str, Any]], functions: Functions
) -> None:
    chosen = Choosy(all_of_it)
    queue.use(chosen)

    answer = functions.invoke(DISPATCH_CHARGES, example_event("dispatch_charges"))
    again = functions.invoke(DISPATCH_CHARGES, example_event("dispatch_charges"))

    assert (answer, again) == ({"sent": 1}, {"sent": 0})
    [[text]] = chosen.batches
    assert text == example_event("charge_order")["Records"][0]["body"]


def test_nothing_due_sends_nothing(shop: Shop) -> None:
    customer = shop.customer(None)
    shop.order(customer, "draft")
    shop.order(customer, charge_at="2026-01-31T12:00:00.001Z")

    with nothing_stored(shop.stack):
        assert shop.charging.tick() == 0

    assert sent(shop) == []


def test_a_message_says_which_record_and_nothing_of_it(shop: Shop) -> None:
    """What a message says may be hours old when it is read."""
    id = shop.order(shop.customer(None))

    shop.charging.tick()

    [text] = shop.charging.messages
    assert json.loads(text) == {
        "organization": shop.api.organization,
        "livemode": False,
        "id": id,
        "kind": "order",
        "command": "charge",
    }


def test_the_oldest_is_sent_first(shop: Shop, one_shard: None) -> None:
    """In a backlog, who waited longest must not wait for those who came after."""
    made = orders_due(shop, 12)

    assert shop.charging.tick() == 12

    assert sent(shop) == made


@pytest.mark.parametrize("shards", ["1", "2", "64"])
def test_what_is_due_is_found_in_every_shard(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, shards: str
) -> None:
    monkeypatch.setenv("DUE_SHARDS", shards)
    settings.cache_clear()
    made = orders_due(shop, 20)

    shop.charging.tick()

    assert sorted(sent(shop)) == sorted(made)


def test_raising_the_number_of_shards_hides_nothing_that_was_due_before(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for shards in "124":
        monkeypatch.setenv("DUE_SHARDS", shards)
        settings.cache_clear()
        made += orders_due(shop, 5)

    shop.charging.tick()

    assert sorted(sent(shop)) == sorted(made)


@pytest.mark.parametrize("count", [10, 11, 20, 21, 35])
def test_a_backlog_of_many_pages_is_sent_whole_in_one_tick(
    shop: Shop, one_shard: None, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr("farebox.storage.due.PAGE", 10)
    made = orders_due(shop, count)

    assert shop.charging.tick() == count

    assert sent(shop) == made
    assert shop.charging.tick() == 0


def test_what_was_sent_is_sent_again_only_after_ten_minutes(shop: Shop) -> None:
    """A queue that is behind would else get every order once more each minute."""
    id = shop.order(shop.customer())
    assert shop.charging.tick() == 1

    shop.clock.advance(minutes=10, seconds=-1)
    assert shop.charging.tick() == 0
    shop.clock.advance(seconds=1)
    assert shop.charging.tick() == 1

    assert sent(shop) == [id, id]


def test_sending_an_order_changes_nothing_of_it(shop: Shop) -> None:
    id = shop.order(shop.customer(None))
    before, kept = shop.read(id), everything(shop.stack)

    shop.charging.tick()

    assert shop.read(id) == before
    [pk] = [pk for pk in kept if pk.endswith(id) and "#ORD#" in pk]
    [changed] = [pk for pk, item in everything(shop.stack).items() if kept[pk] != item]
    assert changed == pk
    assert {**everything(shop.stack)[pk], "due_sk": ""} == {**kept[pk], "due_sk": ""}


def test_what_the_queue_did_not_take_is_sent_with_the_next_tick(
    shop: Shop, one_shard: None
) -> None:
    made = orders_due(shop, 13)
    queue.use(half := Choosy(lambda texts: range(0, len(texts), 2)))
    assert shop.charging.tick() == 5 + 2

    queue.use(shop.charging)
    assert shop.charging.tick() == 6

    taken = [json.loads(text)["id"] for batch in half.batches for text in batch[::2]]
    assert sorted(taken + sent(shop)) == sorted(made)


def test_a_queue_that_takes_nothing_of_a_page_does_not_end_the_tick(
    shop: Shop, one_shard: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One page that cannot be sent must not hold up all that is due after it."""
    monkeypatch.setattr("farebox.storage.due.PAGE", 10)
    orders_due(shop, 33)
    queue.use(nobody := Choosy(lambda texts: []))

    assert shop.charging.tick() == 0

    assert [len(batch) for batch in nobody.batches] == [10, 10, 10, 3]


def test_a_queue_that_does_not_answer_leaves_everything_to_the_next_tick(shop: Shop) -> None:
    def no_answer(texts: Sequence[str]) -> Sequence[int]:
        raise Unavailable

    id = shop.order(shop.customer())
    queue.use(Choosy(no_answer))

    with nothing_stored(shop.stack), pytest.raises(Unavailable):
        shop.charging.tick()

    queue.use(shop.charging)
    assert shop.charging.tick() == 1
    assert sent(shop) == [id]


def test_a_tick_that_comes_twice_charges_nobody_twice(shop: Shop) -> None:
    made = [shop.order(shop.customer()) for _ in range(3)]

    assert [shop.charging.tick(), shop.charging.tick()] == [3, 0]
    assert shop.charging.deliver() == []

    assert sorted(shop.charged()) == sorted(made)


def test_ticks_that_overlap_charge_nobody_twice(shop: Shop) -> None:
    def with_another_tick(texts: Sequence[str]) -> Sequence[int]:
        queue.use(shop.charging)
        shop.charging.tick()
        return shop.charging.send(texts)

    made = [shop.order(shop.customer()) for _ in range(3)]
    queue.use(Choosy(with_another_tick))

    shop.charging.tick()
    assert len(shop.charging.messages) > 3
    assert shop.charging.deliver() == []

    assert sorted(shop.charged()) == sorted(made)


def test_a_worker_that_is_faster_than_the_tick_is_not_undone_by_it(shop: Shop) -> None:
    """The order is claimed, or paid, before the tick gets to push its entry."""

    def with_the_work_done(texts: Sequence[str]) -> Sequence[int]:
        shop.charging.send(texts)
        assert shop.charging.deliver() == []
        return range(len(texts))

    paid, retrying = shop.order(shop.customer()), shop.order(shop.customer("declined_once"))
    queue.use(Choosy(with_the_work_done))
    shop.charging.tick()
    queue.use(shop.charging)

    order = shop.read(retrying)
    assert (order["status"], order["next_attempt_at"]) == ("retrying", "2026-02-02T12:00:00.000Z")
    shop.run_after(days=2)
    assert [shop.read(id)["status"] for id in (paid, retrying)] == ["paid", "paid"]


def test_a_tick_that_dies_between_sending_and_pushing_charges_nobody_twice(shop: Shop) -> None:
    id = shop.order(shop.customer())
    real = connection.connection()
    calls = FaultyConnection(real)
    connection.use(calls)
    shop.charging.tick()
    shop.clock.advance(minutes=10)
    connection.use(FaultyConnection(real, Fault(calls.calls.index("update"), Mode.CRASH_BEFORE)))
    with pytest.raises(Crash):
        shop.charging.tick()
    connection.use(real)

    assert shop.charging.tick() == 1
    assert sent(shop) == [id] * 3
    shop.charging.tick()
    shop.run_after(minutes=10)
    assert shop.charged() == [id]


def test_ticks_that_were_missed_are_caught_up(shop: Shop) -> None:
    """After a day without the schedule, everything that fell due is charged, and once."""
    customer = shop.customer()
    hours = (1, 5, 13, 23)
    made = [shop.order(customer, charge_at=f"2026-01-31T{12 + h:02}:00:00Z") for h in hours[:2]]
    made += [shop.order(customer, charge_at=f"2026-02-01T{h - 12:02}:00:00Z") for h in hours[2:]]

    shop.run_after(days=1)

    assert sorted(shop.charged()) == sorted(made)
    assert shop.charging.tick() == 0


def test_a_customer_with_a_new_default_is_handed_out_too(shop: Shop) -> None:
    customer = shop.customer(None)
    shop.api.payment_method(customer)

    assert shop.charging.tick() == 1

    [text] = shop.charging.messages
    assert json.loads(text)["id"] == customer
    assert json.loads(text)["kind"] == "customer"


def test_a_tick_without_time_begins_nothing(shop: Shop) -> None:
    shop.order(shop.customer())

    with nothing_stored(shop.stack):
        assert handler({}, Remaining(14)) == {"sent": 0}

    assert sent(shop) == []


def test_what_a_tick_had_no_time_for_is_sent_by_the_next(
    shop: Shop, one_shard: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = orders_due(shop, 30)
    passed = SimpleNamespace(seconds=0.0)
    watch = SimpleNamespace(monotonic=lambda: passed.seconds)
    monkeypatch.setattr("farebox.deadline.time", watch)

    def slowly(texts: Sequence[str]) -> Sequence[int]:
        passed.seconds += 20
        return shop.charging.send(texts)

    queue.use(Choosy(slowly))
    assert handler({}, Remaining(50)) == {"sent": 20}
    assert handler({}, Remaining(50)) == {"sent": 10}

    assert sent(shop) == made


def test_an_entry_that_a_transaction_is_at_work_on_does_not_end_the_tick(shop: Shop) -> None:
    """A worker claims what was sent a moment ago already; the orders behind it would wait."""
    for _ in range(3):
        shop.order(shop.customer())
    real = connection.connection()
    assert isinstance(real, connection.DynamoDB)
    contended: Any = Contended(real._client)
    connection.use(connection.DynamoDB(contended))

    assert shop.charging.tick() == 3


class Contended:
    """A client as botocore has it, whose first update meets a transaction on the same item."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._met = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def update_item(self, **arguments: Any) -> Any:
        if self._met:
            return self._client.update_item(**arguments)
        self._met = True
        error = {"Code": "TransactionConflictException", "Message": "ongoing"}
        raise self._client.exceptions.TransactionConflictException({"Error": error}, "UpdateItem")

"""Every database call of a charge goes wrong in every way: the order is charged once all the same.

The worker runs with the real sandbox, whose books are in the same database, on a connection that
breaks one call in one mode of ``tests/faults.py``. Then the ticks take over, as they do after a
crash. What a customer would lose otherwise is money, twice; a merchant, an order that nobody ever
looks at again.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from farebox.charging.messages import CANCEL, CHARGE, Message
from farebox.storage import connection, load
from tests.faults import Crash, Fault, FaultyConnection, every_fault
from tests.functions.shop import Shop, check_books, kept, ledger, tables

CREATED = "order.created"
DECLINED = ["order.updated", "order.payment_failed"]
PAID = ["order.updated", "order.paid"]
CANCELED = ["order.updated", "order.canceled"]
# Leases and doubts of a worker that is lost again and again, and a retry after two days.
MOST_TICKS = 6


@dataclass(frozen=True)
class Scenario:
    """An order, the message about it that meets a fault, and what becomes of it in the end."""

    prepare: Callable[[Shop], str]
    status: str
    attempts: Sequence[str]
    told: Sequence[str]
    command: str = CHARGE


def due(shop: Shop) -> str:
    return shop.order(shop.customer())


def due_and_declined(shop: Shop) -> str:
    return shop.order(shop.customer("declined_once"))


def due_again(shop: Shop) -> str:
    id = shop.order(shop.customer("declined_once"), "charge_now")
    shop.clock.advance(days=2)
    return id


def declined(shop: Shop) -> str:
    return shop.order(shop.customer("insufficient_funds"), "charge_now")


RETRIED = [CREATED, *DECLINED, *PAID]
SCENARIOS = {
    "success": Scenario(due, "paid", ["succeeded"], [CREATED, *PAID]),
    "decline": Scenario(due_and_declined, "paid", ["declined", "succeeded"], RETRIED),
    "retry": Scenario(due_again, "paid", ["declined", "succeeded"], RETRIED),
    "cancel": Scenario(declined, "canceled", ["declined"], [CREATED, *DECLINED, *CANCELED], CANCEL),
}


@dataclass
class World:
    """A shop at one moment, to which it can be set back."""

    shop: Shop
    order: str
    message: Message
    _tables: Mapping[str, Any] = field(default_factory=dict)
    _instant: datetime | None = None

    def keep(self) -> None:
        self._tables = {name: copy.deepcopy(table.items) for name, table in tables().items()}
        self._instant = self.shop.clock.instant

    def set_back(self) -> None:
        for name, table in tables().items():
            table.items = copy.deepcopy(self._tables[name])
        assert self._instant is not None
        self.shop.clock.instant = self._instant
        self.shop.charging.messages.clear()
        load.forget_callers()

    def work(self, fault: Fault | None = None) -> Sequence[str]:
        """The worker's calls for this message; what it reports as failed stays in the queue."""
        real = connection.connection()
        faulty = FaultyConnection(real, fault)
        connection.use(faulty)
        charging = self.shop.charging
        charging.messages.append(self.message.text)
        try:
            charging.messages += charging.deliver()
        except Crash:
            charging.messages.append(self.message.text)  # nobody acknowledged it
        finally:
            connection.use(real)
        return faulty.calls

    def recover(self) -> None:
        """What stayed in the queue, then ticks, each when the order is due, until it is not.

        A merchant whose cancellation was not answered asks for it again.
        """
        assert self.shop.charging.deliver() == []
        check_books(kept())
        if self.message.command == CANCEL and self.status not in ("canceled", "charging"):
            assert self.shop.cancel(self.order).status == 200
        for _ in range(MOST_TICKS):
            [entry] = [item for key, item in kept().items() if key.endswith(f"#{self.order}")]
            if "due_sk" not in entry:
                return
            at = datetime.fromisoformat(str(entry["due_sk"]).partition("#")[0])
            self.shop.clock.instant = max(at, self.shop.clock.instant)
            assert self.shop.charging.run() == []
            check_books(kept())

    @property
    def status(self) -> str:
        return str(self.shop.read(self.order)["status"])


def begin(shop: Shop, scenario: Scenario) -> World:
    order = scenario.prepare(shop)
    message = Message(shop.api.organization, False, order, command=scenario.command)
    world = World(shop, order, message)
    world.keep()
    return world


def judge(world: World, scenario: Scenario) -> Iterator[str]:
    """What is wrong, now that everything has come to rest."""
    order = world.shop.read(world.order)
    if order["status"] != scenario.status:
        yield f"it is {order['status']}, {order['last_failure']}"
    if [each["status"] for each in order["attempts"]] != scenario.attempts:
        yield f"the attempts are {[each['status'] for each in order['attempts']]}"
    charged = [line["order"] for line in ledger(kept())]
    if charged != [world.order] * (scenario.status == "paid"):
        yield f"charged {charged}"
    told = world.shop.events(world.order)
    if told != scenario.told:
        yield f"told {told}"
    if (order["invoice_number"] is None) == (scenario.status == "paid"):
        yield f"the invoice number is {order['invoice_number']}"


@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_goes_wrong_an_order_is_charged_once_and_never_forgotten(
    shop: Shop, name: str
) -> None:
    scenario = SCENARIOS[name]
    world = begin(shop, scenario)
    calls = world.work()
    world.recover()
    assert list(judge(world, scenario)) == []

    wrong = []
    for fault in every_fault(calls):
        world.set_back()
        try:
            world.work(fault)
            check_books(kept())
            world.recover()
            found = list(judge(world, scenario))
        except AssertionError as error:
            found = [str(error)]
        wrong += [f"{fault} ({calls[fault.call]}): {what}" for what in found]

    assert wrong == []


def test_the_faults_reach_every_call_of_a_charge(shop: Shop) -> None:
    """If the calls were not numbered right, the test above would break less than it says."""
    world = begin(shop, SCENARIOS["success"])

    calls = world.work()

    claim = ["read", "read", "transact"]
    create, keep = ["read", "transact"], ["transact"]
    update, confirm, settle = (["read", "transact"],) * 2 + (["count_up", "transact"],)
    assert calls == [*claim, *create, *keep, *update, *confirm, *settle]


def test_a_fault_leaves_something_to_recover_from(shop: Shop) -> None:
    """If the faults did no harm, the recovery would prove nothing."""
    world = begin(shop, SCENARIOS["success"])
    calls = world.work()
    seen = set()
    for fault in every_fault(calls):
        world.set_back()
        world.work(fault)
        seen.add((world.status, len(ledger(kept()))))

    assert seen == {("scheduled", 0), ("charging", 0), ("charging", 1), ("paid", 1)}

"""Every database call of a customer's click goes wrong in every way: one order, one charge at most.

The page and the charge worker, which it waits for, run in one process on a connection that breaks
one call in one mode of ``tests/faults.py``. Then the customer clicks again, if their page still
lets them, and the ticks take over. What a customer would lose otherwise is money, twice; a
merchant, an order that is paid and a checkout that is not, or a discount that nobody has used.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import pytest

from farebox.storage import connection, load
from tests.client import Answered
from tests.faults import Crash, Fault, FaultyConnection, every_fault
from tests.functions.checkout_pages import Customer, customer_of
from tests.functions.shop import Shop, check_books, kept, ledger, tables

TENTH = {"name": "Tenth", "type": "percentage", "basis_points": 1000, "code": "TENTH"}
TYPED = {"email": "ada@example.com", "discount_code": "TENTH", "save_payment_method": "on"}
MOST_TICKS = 8


@dataclass(frozen=True)
class Scenario:
    """What the customer did before, the click that meets a fault, and what becomes of it."""

    prepare: Callable[[Customer], object]
    click: Callable[[Customer], object]
    status: str
    order: str


def form(customer: Customer, action: str = "pay", attempts: int = 0, **fields: str) -> Answered:
    typed = TYPED | {"action": action, "shown_total": 2250, "shown_attempts": attempts}
    return customer.send_exactly(**(typed | fields))


def pay_by(test_card: str, attempts: int = 0) -> Callable[[Customer], Answered]:
    return lambda customer: form(customer, attempts=attempts, test_card=test_card)


def answer(action: str) -> Callable[[Customer], Answered]:
    return lambda customer: form(customer, action, attempts=1)


def close(customer: Customer) -> Answered:
    return customer.shop.api.post(f"/v1/checkouts/{customer.checkout}/expire")


SCENARIOS = {
    "pay": Scenario(lambda customer: None, pay_by("success"), "completed", "paid"),
    "decline": Scenario(lambda customer: None, pay_by("lost_card"), "confirmed", "failed"),
    "another card": Scenario(pay_by("lost_card"), pay_by("success", 1), "completed", "paid"),
    "approve": Scenario(
        pay_by("authentication_required"), answer("authenticate"), "completed", "paid"
    ),
    "refuse": Scenario(
        pay_by("authentication_required"), answer("refuse_authentication"), "confirmed", "failed"
    ),
    "expire": Scenario(pay_by("lost_card"), close, "expired", "canceled"),
}


@dataclass
class World:
    """A customer at one moment, to which everything can be set back."""

    customer: Customer
    scenario: Scenario
    discount: str

    def __post_init__(self) -> None:
        self.shop = self.customer.shop
        self._tables = {name: copy.deepcopy(table.items) for name, table in tables().items()}
        self._instant = self.shop.clock.instant

    def set_back(self) -> None:
        for name, table in tables().items():
            table.items = copy.deepcopy(self._tables[name])
        self.shop.clock.instant = self._instant
        self.shop.charging.messages.clear()
        load.forget_callers()

    def click(self, fault: Fault | None = None) -> Sequence[str]:
        real = connection.connection()
        faulty = FaultyConnection(real, fault)
        connection.use(faulty)
        try:
            with suppress(Crash, AssertionError):
                self.scenario.click(self.customer)
        finally:
            connection.use(real)
        return faulty.calls

    def recover(self) -> None:
        """The ticks, each when something is due, until nothing is; and the customer, who clicks
        again where their page still asks them to."""
        check_books(kept())
        self._settle()
        if not self.is_as_wanted:
            self.scenario.click(self.customer)
            self._settle()

    @property
    def is_as_wanted(self) -> bool:
        came_to = (self.customer.read()["status"], self._order_status())
        return came_to == (self.scenario.status, self.scenario.order)

    def _settle(self) -> None:
        for _ in range(MOST_TICKS):
            soon = [at for at in self._due() if at - self._instant.timestamp() < 4 * 3600]
            if not soon:
                return
            at = datetime.fromtimestamp(min(soon), self._instant.tzinfo)
            self.shop.clock.instant = max(at, self.shop.clock.instant)
            assert self.shop.charging.run() == []
            check_books(kept())

    def _due(self) -> Iterator[float]:
        for item in kept().values():
            if "due_sk" in item and "#order#" in str(item["due_sk"]):
                yield datetime.fromisoformat(str(item["due_sk"]).partition("#")[0]).timestamp()

    def _order_status(self) -> str | None:
        order = self.customer.read()["order"]
        return None if order is None else str(self.shop.read(order)["status"])


def begin(shop: Shop, scenario: Scenario) -> World:
    discount = shop.api.post("/v1/discounts", TENTH | {"max_redemptions": 1}).body["id"]
    customer = customer_of(shop, discount_code="TENTH")
    scenario.prepare(customer)
    return World(customer, scenario, discount)


def judge(world: World) -> Iterator[str]:
    """What is wrong, now that everything has come to rest."""
    shop, checkout = world.shop, world.customer.read()
    orders = shop.api.get("/v1/orders").body["data"]
    if len(orders) != 1 or orders[0]["id"] != checkout["order"]:
        yield f"{len(orders)} orders"
        return
    (order,) = orders
    wanted = world.scenario
    if (checkout["status"], order["status"]) != (wanted.status, wanted.order):
        yield f"it is {checkout['status']}, its order {order['status']}"
    charged = [line["order"] for line in ledger(kept())]
    if charged != [order["id"]] * (wanted.order == "paid"):
        yield f"charged {charged}"
    redeemed = shop.api.get(f"/v1/discounts/{world.discount}").body["redemptions"]
    if redeemed != (wanted.status != "expired"):
        yield f"redeemed {redeemed} times"
    methods = shop.api.get(f"/v1/payment_methods?customer={order['customer']}").body["data"]
    if len(methods) != (wanted.order == "paid"):
        yield f"{len(methods)} methods are kept"
    if len(shop.api.get("/v1/customers").body["data"]) != 1:
        yield "another customer was made"
    item = next(item for key, item in kept().items() if key.endswith(f"#CHK#{checkout['id']}"))
    if ("due_sk" in item) != (checkout["status"] == "confirmed"):
        yield f"{checkout['status']}, and due is {item.get('due_sk')}"


@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_goes_wrong_a_checkout_is_paid_once_or_not_at_all(shop: Shop, name: str) -> None:
    world = begin(shop, SCENARIOS[name])
    calls = world.click()
    world.recover()
    assert list(judge(world)) == []

    wrong = []
    for fault in every_fault(calls):
        world.set_back()
        try:
            world.click(fault)
            world.recover()
            found = list(judge(world))
        except AssertionError as error:
            found = [str(error)]
        wrong += [f"{fault} ({calls[fault.call]}): {what}" for what in found]

    assert wrong == []


def test_the_faults_reach_every_call_of_a_click(shop: Shop) -> None:
    """If the calls were not numbered right, the test above would break less than it says."""
    world = begin(shop, SCENARIOS["pay"])

    calls = world.click()

    assert calls.count("transact") >= 7
    assert calls.count("count_up") == 4  # two limits, the order's number and the invoice's

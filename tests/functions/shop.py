"""A shop that charges off-session, as its merchant, its customers and its clock see it; and the
books that must balance whatever happened."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import simplejson
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from farebox import ids
from farebox.billing.order_states import DUE, PAID
from farebox.billing.orders import Order
from farebox.charging.messages import CUSTOMER, Message
from farebox.instants import stamp
from farebox.problems import Unavailable
from farebox.storage import items
from farebox.storage.keys import HEAD
from local.template import Stack
from tests.charging import Charging
from tests.client import Answered, Api
from tests.clocks import StoppedClock
from tests.tables import REGION, Items

INLINE = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}


@dataclass(frozen=True)
class Shop:
    """One organization, the queue and the worker, and a clock that stands still."""

    api: Api
    charging: Charging
    clock: StoppedClock
    stack: Stack

    def customer(self, test_card: str | None = "success", **fields: Any) -> str:
        """A customer's id; with the card as the default, of which nothing is due any more."""
        id: str = self.api.customer(**fields)["id"]
        if test_card is not None:
            self.api.payment_method(id, test_card)
            first = Message(self.api.organization, False, id, CUSTOMER)
            self.charging.invoke(first.as_event(), seconds=5)
        return id

    def order(
        self, customer: str, collection: str = "scheduled", amount: int = 1250, **fields: Any
    ) -> str:
        """An order's id; a scheduled one is due now, if nothing else is said."""
        if collection == "scheduled":
            fields = {"charge_at": stamp(self.clock.instant), **fields}
        lines = [{"price_data": INLINE | {"unit_amount": amount}, "quantity": 1}]
        made = self.api.order(customer=customer, line_items=lines, collection=collection, **fields)
        return str(made["id"])

    def read(self, order: str) -> Any:
        return self.api.get(f"/v1/orders/{order}").body

    def charge(self, order: str, body: Any = None, **headers: str) -> Answered:
        return self.api.post(f"/v1/orders/{order}/charge", body, **headers)

    def cancel(self, order: str, body: Any = None) -> Answered:
        return self.api.post(f"/v1/orders/{order}/cancel", body)

    def run_after(self, **by: float) -> None:
        """Some time later, a tick and the work that it hands out."""
        self.clock.advance(**by)
        assert self.charging.run() == []

    def events(self, record: str) -> list[str]:
        """What was told of a record, in turn."""
        told: list[str] = []
        path = "/v1/events?limit=100"
        while True:
            page = self.api.get(path).body
            told += [event["type"] for event in page["data"] if event["data"]["id"] == record]
            if page["next_cursor"] is None:
                return told[::-1]
            path = f"/v1/events?limit=100&cursor={page['next_cursor']}"

    def charged(self) -> list[str]:
        """The order of each charge in the sandbox's ledger."""
        return [line["order"] for line in ledger(kept())]


class Away:
    """A charge worker that cannot be reached."""

    def invoke(self, event: dict[str, Any], seconds: int) -> None:
        raise Unavailable


@dataclass(frozen=True)
class Unheard:
    """A charge worker that does its work, and whose answer is lost."""

    charging: Charging

    def invoke(self, event: dict[str, Any], seconds: int) -> None:
        self.charging.invoke(event, seconds)
        raise Unavailable


@dataclass(frozen=True)
class Remaining:
    """Lambda's context, of which only the time that is left is looked at."""

    seconds: float

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@contextmanager
def ids_in_turn() -> Iterator[None]:
    """Ids of one instant sort as they were drawn, as those of any two real instants do."""
    drawn = count(1)

    def draw(size: int) -> bytes:
        return (next(drawn) * 1000 % (1 << 8 * size)).to_bytes(size)

    ids.use(draw)
    try:
        yield
    finally:
        ids.use(os.urandom)


def tables() -> Mapping[str, Any]:
    """Moto's tables, by name."""
    found: Mapping[str, Any] = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables
    return found


def kept() -> Items:
    """Every item in moto, as ``tests.tables.everything`` shows them, and much faster."""
    found: dict[str, Mapping[str, Any]] = {}
    for table in tables().values():
        for item in table.all_items():
            plain = {name: value.value for name, value in item.attrs.items()}
            sort = plain.get("sk", HEAD)
            found[plain["pk"] if sort == HEAD else f"{plain['pk']}#{sort}"] = plain
    return found


def check_books(found: Items) -> None:
    """No order was charged twice or is paid without a charge; whatever is open is looked after."""
    counted = Counter(line["order"] for line in ledger(found))
    assert [order for order, times in counted.items() if times > 1] == [], "charged twice"
    unclaimed = {line["order"]: line for line in ledger(found)}
    for key, item in found.items():
        if "#ORD#" not in key:
            continue
        order = items.record_of(Order, item)
        line = unclaimed.pop(order.id, None)
        is_due = order.status in DUE
        assert ("due_sk" in item) == is_due, f"{order.status}, and due is {item.get('due_sk')}"
        assert not is_due or str(item["due_sk"]) >= str(order.due_at)
        assert order.paid_amount == (order.total_amount if order.status == PAID else 0)
        if order.status == PAID:
            charged = (line["amount"], line["currency"]) if line else (0, order.currency)
            assert charged == (order.total_amount, order.currency)
        else:
            assert line is None or is_due, f"charged, and {order.status}"
    assert unclaimed == {}, "charged for no order"


def ledger(found: Items) -> list[Mapping[str, Any]]:
    """The charges of the sandbox, among all items."""
    kept = [item for key, item in found.items() if "#SBC#" in key]
    return [simplejson.loads(str(item["document"])) for item in kept]

"""I12: a checkout is paid once, by one order, and uses its discount once; or it is given up."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from farebox.settings import settings
from tests.simulation.judgment import Evidence, Violation, document_of
from tests.simulation.shop import MOST_REDEMPTIONS

IN_USE = ("confirmed", "completed")
ENDS: Mapping[str, str] = {"completed": "paid", "expired": "canceled"}


def a_checkout_is_one_order(evidence: Evidence) -> Iterator[Violation]:
    """One order and at most one charge for each; completed and paid are one, at every moment."""
    orders = {order.id: order for order in evidence.orders}
    made = Counter(order.document.get("checkout") for order in evidence.orders)
    for key, versions in evidence.run.world.history.of("CHK").items():
        id = key.rpartition("#")[2]
        document = versions[-1].document
        status, order = _status(document), orders.get(document.get("order", ""))
        if made[id] > 1 or made[id] != (order is not None):
            yield Violation("I12", f"{id} has {made[id]} orders")
        if order is None:
            continue
        if ENDS.get(status) != order.status:
            yield Violation("I12", f"{id} is {status}, its order {order.status}")
        if len(order.captures) != (status == "completed" and order.document["total_amount"] > 0):
            yield Violation("I12", f"{id} is {status}, and was charged {len(order.captures)} times")
        told = [event for version in versions for event in version.events]
        for event in ("checkout.completed", "checkout.expired"):
            if told.count(event) != (event == f"checkout.{status}"):
                yield Violation("I12", f"{id} is {status}, and told {told}")


def what_belongs_together_changes_together(evidence: Evidence) -> Iterator[Violation]:
    """After every transaction: a confirmed checkout is due, a redemption belongs to a checkout that
    is paid or being paid, and no discount is used oftener than it may be."""
    used: dict[str, set[str]] = {}
    core = settings().core_table
    for transaction in evidence.run.world.history.transactions:
        for each in transaction.written:
            if each.table == core and "#CHK#" in each.key[0] and each.after is not None:
                yield from _checkout(each.key[0], each.after, used)
        for each in transaction.written:
            if each.table == core and "#DIS#" in each.key[0] and each.after is not None:
                id = each.key[0].rpartition("#")[2]
                counted, right = int(each.after.get("redemptions", 0)), len(used.get(id, ()))
                if counted != right or counted > MOST_REDEMPTIONS:
                    yield Violation("I12", f"{id} was used {right} times, and counts {counted}")


def _checkout(key: str, item: Mapping[str, Any], used: dict[str, set[str]]) -> Iterator[Violation]:
    document = document_of(item)
    status = _status(document)
    if (status == "confirmed") != ("due_sk" in item):
        yield Violation("I12", f"{key} is {status}, with due entry {item.get('due_sk')}")
    discount = document.get("discount")
    if discount is not None:
        users = used.setdefault(discount, set())
        (users.add if status in IN_USE else users.discard)(key)


def _status(document: Mapping[str, Any]) -> str:
    """A field that holds its default is not written."""
    return str(document.get("status", "open"))

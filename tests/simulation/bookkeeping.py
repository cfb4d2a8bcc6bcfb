"""I6 to I10: one request makes one order, names are unique, events and reads tell the truth."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from farebox.settings import settings
from tests.simulation.history import Version
from tests.simulation.judgment import (
    Evidence,
    Order,
    Violation,
    attempts_of,
    document_of,
    repeated,
    status_of,
)
from tests.simulation.plans import CHARGE, CHARGE_BY
from tests.simulation.runs import Creation, Reading
from tests.simulation.shop import shop
from tests.simulation.store import Key

ID = re.compile(r"\b(?:ord|cus|pm|prod|price|evt)_[0-9a-hjkmnp-tv-z]{26}\b")
# What a change to a state tells, beside that the order was updated; that it is charged, nobody.
TOLD = {
    "scheduled": (),
    "processing": (),
    "retrying": ("order.payment_failed",),
    "failed": ("order.payment_failed",),
    "requires_action": ("order.payment_action_required",),
    "paid": ("order.paid",),
    "canceled": ("order.canceled",),
}


def one_request_makes_one_order(evidence: Evidence) -> Iterator[Violation]:
    """I6."""
    asked = {
        str(planned.number): sum(step.what in (CHARGE, CHARGE_BY) for step in planned.steps)
        for planned in evidence.run.plan.orders
    }
    for order in evidence.orders:
        by_hand = sum(attempt["trigger"] == "manual" for attempt in order.attempts)
        if by_hand > asked.get(str(order.document["metadata"]["number"]), 0):
            yield Violation("I6", f"{order.id} was charged by hand {by_hand} times")
    made = Counter(str(order.document["metadata"]["number"]) for order in evidence.orders)
    for number, creation in evidence.run.creations.items():
        yield from _one_order(creation, made[str(number)])


def _one_order(creation: Creation, made: int) -> Iterator[Violation]:
    planned = creation.planned
    answers = [each for each in creation.answers if each.status == 201]
    ids = [str(each.body["id"]) for each in answers]
    if planned.keyed:
        if made > 1 or (answers and made != 1):
            yield Violation("I6", f"order {planned.number}: one key made {made} orders")
        if len(set(ids)) > 1:
            yield Violation("I6", f"order {planned.number}: one key was answered {ids}")
        replays = {each.text for each in answers if each.replayed}
        if len(replays) > 1:
            yield Violation("I6", f"order {planned.number}: replays differ")
        for refusal in creation.refusals:
            if refusal.status != 422 or refusal.body["code"] != "idempotency_key_reused":
                what = f"another body was answered {refusal.status}"
                yield Violation("I6", f"order {planned.number}: {what}")
    else:
        if not len(answers) <= made <= creation.tries:
            what = f"{creation.tries} requests made {made} orders, {len(answers)} answered"
            yield Violation("I6", f"order {planned.number}: {what}")
        for id in repeated(ids):
            yield Violation("I6", f"order {planned.number}: {id} was answered twice")


def names_are_unique(evidence: Evidence) -> Iterator[Violation]:
    """I7: numbers never repeat, and a name leads to the one record that bears it."""
    for name, scope in (("number", "customer"), ("invoice_number", None)):
        numbers = [
            (order.organization, order.document.get(scope or ""), order.document[name])
            for order in evidence.orders
            if order.document.get(name) is not None
        ]
        for number in repeated(numbers):
            yield Violation("I7", f"the {name} {number} was given twice")
    bearers: Counter[str] = Counter()
    for key, item in evidence.kept("PRO"):
        external_id = document_of(item).get("external_id")
        if external_id is not None:
            prefix = key.rpartition("#PRO#")[0]
            bearers[f"{prefix}#UQ#product.external_id#{external_id}"] += 1
    reserved = {key for key, _ in evidence.kept("UQ") if "#product.external_id#" in key}
    for key in sorted(reserved ^ bearers.keys()):
        yield Violation("I7", f"{key} and its record are not there together")
    for key, count in bearers.items():
        if count > 1:
            yield Violation("I7", f"{count} records bear {key}")


def each_transition_is_told_once(evidence: Evidence) -> Iterator[Violation]:
    """I8: every event is written once, with the change that it tells of, and stays as it is."""
    for _, written in evidence.run.world.history.events():
        if written.before is not None or written.after is None:
            yield Violation("I8", f"the event {written.key[1]} was written again")
    for order in evidence.orders:
        before: Version | None = None
        for version in order.versions:
            expected = _told(before, version)
            if sorted(version.events) != sorted(expected):
                number = version.document.get("version", 1)
                what = f"version {number} told {version.events}, not {expected}"
                yield Violation("I8", f"{order.id}: {what}")
            before = version


def _told(before: Version | None, after: Version) -> Sequence[str]:
    if before is None:
        return ["order.created"]
    status = status_of(after.document)
    same = status_of(before.document) == status
    if status == "charging" or (same and status != "scheduled"):
        return []
    return ["order.updated", *TOLD.get(status, ())]


def nobody_sees_anothers(evidence: Evidence) -> Iterator[Violation]:
    """I9: no answer names a record of another organization."""
    owners = dict(_owners_before())
    for transaction in evidence.run.world.history.transactions:
        owners |= _owners((each.table, each.key) for each in transaction.written)
    for merchant in evidence.run.merchants:
        for answer in merchant.answers:
            for id in ID.findall(answer.text):
                if owners.get(id, merchant.organization) != merchant.organization:
                    yield Violation("I9", f"{answer.method} {answer.path} showed {id}")
    for leak in evidence.run.leaks:
        yield Violation("I9", leak)


@cache
def _owners_before() -> Mapping[str, str]:
    tables = shop().store.tables
    return _owners((name, key) for name, table in tables.items() for key in table.items)


def _owners(written: Iterable[tuple[str, Key]]) -> dict[str, str]:
    """The organization of each record and event."""
    events = settings().events_table
    return {
        key[table == events].rpartition("#")[2]: key[0].split("#")[1]
        for table, key in written
        if key[0].startswith("O#")
    }


def reads_are_true(evidence: Evidence) -> Iterator[Violation]:
    """I10: lists at rest show all there is, each once, newest first; a read shows what was."""
    orders = {order.id: order for order in evidence.orders}
    for place, shown in evidence.run.listed.items():
        organization = evidence.run.merchants[place].organization
        model = sorted(
            (each.id for each in evidence.orders if each.organization == organization), reverse=True
        )
        if [row["id"] for row in shown] != model:
            yield Violation("I10", f"{organization}'s list of orders is not its orders")
        for row in shown:
            order = orders.get(row["id"])
            if order is not None and _seen(row) != _seen(order.document):
                yield Violation("I10", f"{row['id']} is listed as it is not")
        yield from _events(evidence, organization, evidence.run.events[place])
    for reading in evidence.run.readings:
        if reading.id in orders and not _was(orders[reading.id], reading):
            yield Violation("I10", f"{reading.id} was read as it never was")


def _events(evidence: Evidence, organization: str, shown: Sequence[Any]) -> Iterator[Violation]:
    written = [
        each.key[1]
        for _, each in evidence.run.world.history.events()
        if each.key[0].split("#")[1] == organization
    ]
    listed = [row["id"] for row in shown]
    if listed != sorted(listed, reverse=True) or repeated(listed):
        yield Violation("I10", f"{organization}'s events are listed out of order")
    if not set(written) <= set(listed):
        missing = sorted(set(written) - set(listed))
        yield Violation("I10", f"{organization}'s events {missing} are not listed")


def _seen(document: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a reader goes by."""
    return (
        status_of(document),
        document["updated_at"],
        document.get("paid_amount", 0),
        document.get("invoice_number"),
        [each.get("status", "open") for each in attempts_of(document)],
    )


def _was(order: Order, reading: Reading) -> bool:
    """Whether an order was, at some time of the reading, as it was read."""
    ends = [version.at for version in order.versions[1:]] + [float("inf")]
    return any(
        version.at <= reading.ended_at
        and end >= reading.began_at
        and _seen(version.document) == _seen(reading.document)
        for version, end in zip(order.versions, ends, strict=True)
    )

"""I1 to I5: nobody is charged twice, nothing due is forgotten, and the books agree."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from farebox.instants import instant
from farebox.settings import settings
from tests.simulation.judgment import (
    Evidence,
    Order,
    Violation,
    attempts_of,
    status_of,
)
from tests.simulation.schedule import HOUR

MOST_ATTEMPTS = 8
SHORTEST_DELAY = timedelta(days=2)
DUE = frozenset(("scheduled", "charging", "processing", "retrying"))
UNPAID_ENDS = frozenset(("draft", "failed", "requires_action", "canceled"))
REFUSED = ("declined", "requires_action")
# Once a processor has forgotten an error that it repeated: some looks, an hour apart by then.
LONGEST_DOUBT_SECONDS = 6 * HOUR


def no_double_charge(evidence: Evidence) -> Iterator[Violation]:
    """I1, by the processor's own ledger; and no attempt reaches a bank twice."""
    for order in evidence.orders:
        if len(order.captures) > 1:
            yield Violation("I1", f"{order.id} was charged {len(order.captures)} times")
        tried = Counter((each.intent, each.attempt) for each in order.executions)
        for (_, attempt), count in tried.items():
            if count > 1:
                yield Violation("I1", f"attempt {attempt} at {order.id} was executed {count} times")
        intents = [each for each in evidence.processor.intents.values() if each.order == order.id]
        allowed = int(order.document.get("intent_generation", 1))
        allowed += evidence.processor.forgotten.count(order.id)
        if len(intents) > allowed:
            yield Violation("I1", f"{order.id} has {len(intents)} intents, not {allowed}")
        used = {each.intent for each in order.executions} - {order.document.get("intent")}
        for intent in sorted(used):
            status = evidence.processor.intents[intent].status
            if status not in ("canceled", "succeeded"):
                yield Violation("I1", f"{intent} of {order.id} is {status}, though replaced")
        kept = evidence.processor.intents.get(str(order.document.get("intent")))
        if order.status == "canceled" and kept is not None and kept.status != "canceled":
            yield Violation("I1", f"{order.id} is canceled, and {kept.id} is {kept.status}")
    for misused in evidence.processor.misused_keys:
        yield Violation("I1", f"a key was used with other parameters: {misused}")


def no_lost_charge(evidence: Evidence) -> Iterator[Violation]:
    """I2: an order ends paid by one success, or with none; and only a bank can refuse it."""
    for order in evidence.orders:
        paid = order.status == "paid"
        owed = int(order.document["total_amount"]) > 0
        if paid and owed and not order.captures:
            yield Violation("I4", f"{order.id} is paid, and nobody was charged")
        if order.status in UNPAID_ENDS and order.captures:
            yield Violation("I2", f"{order.id} is {order.status}, and was charged")
        executed = {each.attempt: each.method for each in order.executions}
        for attempt in order.attempts:
            if executed.get(attempt["number"], attempt["token"]) != attempt["token"]:
                yield Violation("I4", f"attempt {attempt['number']} at {order.id}: another method")
            refused = attempt.get("status") in REFUSED and not evidence.sandbox
            if refused and attempt["number"] not in executed:
                yield Violation("I2", f"attempt {attempt['number']} at {order.id} was never made")
        yield from _ladder(order)


def _ladder(order: Order) -> Iterator[Violation]:
    """A soft decline is tried again by the policy, as long as nobody steps in."""
    triggers = {attempt["trigger"] for attempt in order.attempts}
    by_itself = triggers <= {"charge_now", "schedule", "retry"}
    if order.status != "failed" or not by_itself:
        return
    if order.document["last_failure"]["category"] == "temporary" and len(order.attempts) != 5:
        yield Violation("I2", f"{order.id} was given up after {len(order.attempts)} attempts")


def nobody_is_charged_early(evidence: Evidence) -> Iterator[Violation]:
    """I2: neither before an order's time, nor again before the policy says so."""
    leeway = timedelta(seconds=2 * evidence.run.plan.conditions.skew_seconds + 1)
    for order in evidence.orders:
        before: Mapping[str, Any] | None = None
        for attempt in order.attempts:
            earliest = None
            charge_at = order.document.get("charge_at")
            if attempt["trigger"] == "schedule" and before is None and charge_at is not None:
                earliest = instant(charge_at)
            elif attempt["trigger"] == "retry" and before is not None:
                earliest = instant(before["settled_at"]) + SHORTEST_DELAY
            if earliest is not None and instant(attempt["started_at"]) < earliest - leeway:
                yield Violation("I2", f"attempt {attempt['number']} at {order.id} was too early")
            if attempt["trigger"] != "manual":  # one by hand leaves the next one where it was
                before = attempt


def new_methods_are_tried(evidence: Evidence) -> Iterator[Violation]:
    """I2: nothing stays stopped whose customer has left another payment method since."""
    for order in evidence.orders:
        document = order.document
        stopped = order.status in ("failed", "requires_action")
        by_default = "payment_method" not in document and "collection" in document
        if not stopped or not by_default:
            continue
        default = evidence.customer_of(order).get("default_payment_method")
        tried = [attempt["payment_method"] for attempt in order.attempts]
        if default is not None and default["id"] not in tried and len(tried) < MOST_ATTEMPTS:
            untried = f"{default['id']} of {document['customer']} was not tried"
            yield Violation("I2", f"{order.id} is {order.status}, and {untried}")


def books_agree(evidence: Evidence) -> Iterator[Violation]:
    """I3, per currency and to the unit; I4, per order."""
    paid: Counter[str] = Counter()
    captured: Counter[str] = Counter()
    for order in evidence.orders:
        paid[order.document["currency"]] += int(order.document.get("paid_amount", 0))
        for capture in order.captures:
            owed = (order.document["total_amount"], order.document["currency"])
            if (capture.amount, capture.currency) != owed:
                asked = f"{capture.amount} {capture.currency} instead of {owed}"
                yield Violation("I4", f"{order.id} was charged {asked}")
    for capture in evidence.captures:
        captured[capture.currency] += capture.amount
    if paid != captured:
        yield Violation("I3", f"paid {dict(paid)}, captured {dict(captured)}")


def no_limbo(evidence: Evidence) -> Iterator[Violation]:
    """I5: due if and only if not at an end, always; and at an end when all is at rest."""
    core = settings().core_table
    for transaction in evidence.run.world.history.transactions:
        for each in transaction.written:
            if each.table == core and "#ORD#" in each.key[0] and each.after is not None:
                yield from _due(each.key[0], each.after)
    for entries in evidence.run.world.store.tables[core].indexes["due"].entries.values():
        for key in entries:
            yield Violation("I5", f"{key[0]} is due for ever")
    disturbed = evidence.disturbed_until
    conditions = evidence.run.plan.conditions
    longest = conditions.key_seconds + LONGEST_DOUBT_SECONDS + 2 * conditions.skew_seconds
    for order in evidence.orders:
        if order.status in DUE:
            yield Violation("I5", f"{order.id} is {order.status} for ever")
        for begin, end in _doubts(order):
            if end - max(begin, disturbed) > longest:
                yield Violation("I5", f"{order.id} was in doubt for {(end - begin) / HOUR:.1f} h")


def _due(key: str, item: Mapping[str, Any]) -> Iterator[Violation]:
    text = str(item["document"])
    place = text.find('"status":"')
    # An attempt has a status too, and comes later; a draft's is the default, and not written.
    attempts = text.find('"attempts":')
    status = "draft"
    if place >= 0 and (attempts < 0 or place < attempts):
        status = text[place + len('"status":"') :].partition('"')[0]
    if (status in DUE) != ("due_pk" in item and "due_sk" in item):
        yield Violation("I5", f"{key} is {status}, with due entry {item.get('due_sk')}")


def _doubts(order: Order) -> Sequence[tuple[float, float]]:
    """From when to when an order was charging, each time."""
    found, begin = [], None
    for version in order.versions:
        charging = status_of(version.document) == "charging"
        if charging and begin is None:
            begin = version.at
        if not charging and begin is not None:
            found.append((begin, version.at))
            begin = None
    return found


def nothing_changes_afterwards(evidence: Evidence) -> Iterator[Violation]:
    """I11: what an order asks for, and what an attempt was and came to, stays; no write is lost."""
    for order in evidence.orders:
        for before, after in zip(order.versions, order.versions[1:], strict=False):
            number = int(before.document.get("version", 1)) + 1
            if after.document["version"] != number:
                yield Violation("I11", f"{order.id}: version {number} was written over")
            for name in ("currency", "total_amount", "line_items", "customer", "number"):
                if before.document[name] != after.document[name]:
                    yield Violation("I11", f"{order.id}: {name} changed")
            yield from _attempts_stay(order.id, before.document, after.document)
            if status_of(before.document) in ("paid", "canceled"):
                yield Violation("I11", f"{order.id} changed after its end")
    for key, versions in evidence.run.world.history.of("PRI").items():
        if len(versions) > 1:
            yield Violation("I11", f"the price {key} changed")


def _attempts_stay(
    id: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Violation]:
    made, later = attempts_of(before), attempts_of(after)
    if len(later) < len(made):
        yield Violation("I11", f"{id}: an attempt is gone")
    for old, new in zip(made, later, strict=False):
        frozen = old if "settled_at" in old else _terms(old)
        if any(new.get(name) != value for name, value in frozen.items()):
            yield Violation("I11", f"{id}: attempt {old['number']} changed")


def _terms(attempt: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in attempt.items() if name != "status"}

"""F7 and F8: what is marked as handed out was handed out; what fails is reported and put aside."""

from collections import Counter
from collections.abc import Iterator

from farebox.instants import instant
from farebox.settings import settings
from tests.simulation.judgment import Evidence, Violation, status_of
from tests.simulation.timeline import BEGINNING

# A tick that is late, an index that lags, workers that are busy; and once more if a clock is slow.
LONGEST_WAIT_SECONDS = 1200.0


def nothing_is_marked_unsent(evidence: Evidence) -> Iterator[Violation]:
    """F8: a due entry is only pushed back once its message is in the queue."""
    core = settings().core_table
    happened: list[tuple[float, int, str]] = [
        (at, 0, text) for at, text in evidence.run.world.messages.taken
    ]
    for transaction in evidence.run.world.history.transactions:
        for each in transaction.written:
            if each.table != core or each.before is None or each.after is None:
                continue
            same = each.before.get("version") == each.after.get("version")
            if same and each.before.get("due_sk") != each.after.get("due_sk"):
                happened.append((transaction.at, 1, each.key[0].rpartition("#")[2]))
    sent: Counter[str] = Counter()
    for _, pushed, what in sorted(happened):
        if not pushed:
            sent[_id_in(what)] += 1
        elif sent[what] == 0:
            yield Violation("F8", f"{what} was marked as handed out, and was not sent")
        else:
            sent[what] -= 1


def what_is_due_is_looked_at(evidence: Evidence) -> Iterator[Violation]:
    """F8: within some minutes, once nothing is disturbed any more and no message is late."""
    conditions = evidence.run.plan.conditions
    patience = LONGEST_WAIT_SECONDS + 2 * conditions.skew_seconds
    patience += conditions.queue.latest_seconds if conditions.queue.late else 0.0
    for order in evidence.orders:
        for before, after in zip(order.versions, order.versions[1:], strict=False):
            if status_of(before.document) not in ("scheduled", "retrying"):
                continue
            due_at = (instant(before.document["due_at"]) - BEGINNING).total_seconds()
            waited = after.at - max(due_at, before.at, evidence.disturbed_until)
            if waited > patience:
                yield Violation("F8", f"{order.id} was due for {waited:.0f} s")


def _id_in(text: str) -> str:
    return text.partition('"id":"')[2].partition('"')[0]


def failures_are_reported(evidence: Evidence) -> Iterator[Violation]:
    """F7: a message that failed comes again, and ends on the shelf if it always does."""
    world = evidence.run.world
    for what in world.unreported:
        yield Violation("F7", what)
    put_aside = set(world.messages.dead_letters)
    for text in evidence.run.plan.poison:
        if text not in put_aside:
            yield Violation("F7", f"the message {text} is gone, and not in the dead-letter queue")
    if not world.messages.is_empty:
        yield Violation("F7", "messages are left in the queue")

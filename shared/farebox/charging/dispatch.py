"""Hand out what is due: from the index to the queue, oldest first.

An entry is pushed back once it was sent, so that a backlog is not sent again with every tick. A
tick that comes twice, late or at the same time as another sends what the worker finds done; one
that breaks off, or never comes, leaves the entries to the next.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from farebox import clock, deadline
from farebox.charging.messages import Message
from farebox.charging.queue import MAXIMUM_BATCH, queue
from farebox.settings import settings
from farebox.storage import due
from farebox.storage.due import DueEntry

SENT_AGAIN_AFTER = timedelta(minutes=10)
# What one batch may take: it is sent, and each of its entries is pushed.
LONGEST_BATCH_SECONDS = 15


def dispatch_charges() -> int:
    """Send what is due in every shard, as far as the time goes; answers with how many.

    Raises ``Unavailable``: the rest waits for the next tick.
    """
    shards = settings().due_shards
    first = clock.now().minute  # so that no backlog keeps another shard waiting for ever
    return sum(_dispatch_shard((first + each) % shards) for each in range(shards))


def _dispatch_shard(shard: int) -> int:
    sent = 0
    for entries in _batches(shard):
        if not deadline.allows(LONGEST_BATCH_SECONDS):
            break
        sent += _send(entries)
    return sent


def _batches(shard: int) -> Iterator[Sequence[DueEntry]]:
    for found in due.pages(shard, clock.now()):
        for first in range(0, len(found), MAXIMUM_BATCH):
            yield found[first : first + MAXIMUM_BATCH]


def _send(entries: Sequence[DueEntry]) -> int:
    taken = queue().send([_message(entry).text for entry in entries])
    for place in taken:
        due.push(entries[place], clock.now() + SENT_AGAIN_AFTER)
    return len(taken)


def _message(entry: DueEntry) -> Message:
    return Message(entry.tenant.organization, entry.tenant.livemode, entry.id, entry.kind)

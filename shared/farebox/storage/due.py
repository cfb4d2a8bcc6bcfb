"""What is due, of all organizations: a sparse index that doubles as the queue of crash recovery.

An entry says when to look, and nothing else: the record says what is to be done.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from farebox.instants import stamp
from farebox.settings import settings
from farebox.storage import keys
from farebox.storage.connection import Condition, Item, Query, Refused, connection
from farebox.storage.keys import Tenant

PAGE = 100
# Sorts behind every separator: what is due at an instant is found at that instant.
_AFTER_SEPARATOR = "~"


def unmoved(due_sk: str) -> Condition:
    """Holds while the entry is where it was found: nobody has claimed or settled the record."""
    return Condition("due_sk = :found", {":found": due_sk})


@dataclass(frozen=True, slots=True)
class DueEntry:
    """A record that somebody has to look at; ``kind`` names its kind."""

    tenant: Tenant
    kind: str
    id: str
    key: Item
    due_sk: str


def pages(shard: int, until: datetime) -> Iterator[Sequence[DueEntry]]:
    """The entries of a shard that are due by then, oldest first, a page at a time."""
    query = Query(
        partition=("due_pk", keys.due_shard(shard)),
        sort="due_sk",
        limit=PAGE,
        index="due",
        before=stamp(until) + _AFTER_SEPARATOR,
        newest_first=False,
    )
    while True:
        found = connection().query(settings().core_table, query)
        if found:
            yield [_entry(item) for item in found]
        if len(found) < PAGE:
            return
        query = replace(query, after=str(found[-1]["due_sk"]))


def push(entry: DueEntry, to: datetime) -> bool:
    """Move an entry to a later time; False where it has moved meanwhile, or is being moved."""
    at, rest = entry.due_sk.split("#", 1)
    changes: Item = {"due_sk": f"{max(stamp(to), at)}#{rest}"}
    try:
        connection().update(settings().core_table, entry.key, changes, unmoved(entry.due_sk))
    except Refused:
        return False
    return True


def _entry(item: Item) -> DueEntry:
    due_sk = str(item["due_sk"])
    _, organization, mode, kind, id = due_sk.split("#")
    return DueEntry(
        tenant=Tenant(organization, mode == "live"),
        kind=kind,
        id=id,
        key={"pk": item["pk"], "sk": item["sk"]},
        due_sk=due_sk,
    )

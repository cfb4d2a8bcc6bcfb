"""Every write there ever was, as the judge of a run reads it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import simplejson

from farebox.settings import settings
from tests.simulation.store import Key, Store, Written
from tests.simulation.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Transaction:
    """Writes that happened together."""

    at: float
    written: Sequence[Written]


@dataclass(frozen=True, slots=True)
class Version:
    """A record as one transaction left it, and the types of the events that told of it."""

    at: float
    document: Mapping[str, Any]
    events: tuple[str, ...]


class History:
    """Watches a store."""

    def __init__(self, store: Store, timeline: Timeline) -> None:
        self.transactions: list[Transaction] = []
        self._timeline = timeline
        store.watchers.append(self._remember)

    def _remember(self, written: Sequence[Written]) -> None:
        self.transactions.append(Transaction(self._timeline.now, written))

    def of(self, kind: str) -> Mapping[str, Sequence[Version]]:
        """The versions of each record of a kind (``ORD``), by partition key, oldest first."""
        found: dict[str, list[Version]] = {}
        core = settings().core_table
        for transaction in self.transactions:
            for each in transaction.written:
                if each.table == core and f"#{kind}#" in each.key[0] and each.after is not None:
                    document = each.after.get("document")
                    before = (each.before or {}).get("document")
                    if document != before:
                        version = _version(transaction, str(document))
                        found.setdefault(each.key[0], []).append(version)
        return found

    def events(self) -> Iterator[tuple[Transaction, Written]]:
        """Every write to the outbox."""
        table = settings().events_table
        for transaction in self.transactions:
            for each in transaction.written:
                if each.table == table:
                    yield transaction, each


def _version(transaction: Transaction, text: str) -> Version:
    document = simplejson.loads(text)
    table = settings().events_table
    told = [
        str(each.after["type"])
        for each in transaction.written
        if each.table == table and each.after is not None and each.after["document"] == text
    ]
    return Version(transaction.at, document, tuple(told))


def key_parts(key: Key) -> tuple[str, str, str, str]:
    """Organization, mode, family and id of a record's key."""
    _, organization, mode, family, id = key[0].split("#", 4)
    return organization, mode, family, id

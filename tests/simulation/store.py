"""DynamoDB in memory: conditions, transactions and their tokens, and indexes that lag behind.

What stands here is what is true; who asks when, and what goes wrong on the way, is the ports'.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from farebox.storage.connection import (
    Condition,
    Delete,
    Item,
    Put,
    Query,
    Reason,
    Refused,
    Write,
)
from local.template import Table
from tests.simulation.conditions import holds

MAXIMUM_WRITES = 100
MAXIMUM_ITEM_BYTES = 400 * 1024
LONGEST_LAG_SECONDS = 60.0
TOKEN_SECONDS = 600.0

Key = tuple[str, str]
Lag = Callable[[Key], float]


class NotAccepted(Exception):
    """What DynamoDB answers with a ValidationException: a fault of the code, never a state."""


@dataclass(frozen=True, slots=True)
class Written:
    """One item as a write found and left it; None is nothing."""

    table: str
    key: Key
    before: Item | None
    after: Item | None


@dataclass(frozen=True, slots=True)
class _Index:
    name: str
    partition: str
    sort: str
    projected: frozenset[str] | None
    entries: dict[str, dict[Key, str]]


class _Table:
    def __init__(self, table: Table) -> None:
        self.definition = table
        self.name = table.name
        self.partition, *rest = (key["AttributeName"] for key in table.keys)
        self.sort = rest[0] if rest else None
        self.items: dict[Key, Item] = {}
        self.indexes = {index["IndexName"]: self._index(index) for index in table.indexes}
        self.recent: deque[tuple[float, Key, Item | None]] = deque()

    def copy(self) -> "_Table":
        other = _Table(self.definition)
        other.items = dict(self.items)
        for name, index in self.indexes.items():
            copied = {partition: dict(entries) for partition, entries in index.entries.items()}
            other.indexes[name] = replace(index, entries=copied)
        return other

    def key_of(self, item: Item) -> Key:
        names = [self.partition] if self.sort is None else [self.partition, self.sort]
        found = [item.get(name) for name in names]
        if not all(isinstance(value, str) and value for value in found):
            raise NotAccepted(f"{self.name}: {found} is no key")
        return str(found[0]), "" if self.sort is None else str(found[1])

    def exact_key_of(self, key: Item) -> Key:
        if len(key) != (1 if self.sort is None else 2):
            raise NotAccepted(f"{self.name}: {dict(key)} has other attributes than a key's")
        return self.key_of(key)

    def _index(self, index: Mapping[str, Any]) -> _Index:
        partition, sort = (key["AttributeName"] for key in index["KeySchema"])
        keys = {self.partition, *([self.sort] if self.sort else ()), partition, sort}
        projection = index["Projection"]
        projected = frozenset((*keys, *projection.get("NonKeyAttributes", ())))
        whole = projection["ProjectionType"] == "ALL"
        return _Index(index["IndexName"], partition, sort, None if whole else projected, {})

    def write(self, key: Key, after: Item | None, now: float) -> Written:
        before = self.items.get(key)
        if after is None:
            self.items.pop(key, None)
        else:
            self.items[key] = after
        for index in self.indexes.values():
            _move(index, key, before, after)
        if self.indexes:
            self.recent.append((now, key, before))
            while self.recent[0][0] < now - LONGEST_LAG_SECONDS:
                self.recent.popleft()
        return Written(self.name, key, before, after)

    def seen(self, now: float, lag: Lag) -> Mapping[Key, Item | None]:
        """The items that look otherwise to who sees each so many seconds late."""
        found: dict[Key, Item | None] = {}
        lags: dict[Key, float] = {}
        for time, key, before in self.recent:
            if key not in lags:
                lags[key] = lag(key)
            if time > now - lags[key] and key not in found:
                found[key] = before
        return found


def _move(index: _Index, key: Key, before: Item | None, after: Item | None) -> None:
    old, new = _place(index, before), _place(index, after)
    if old == new:
        return
    if old is not None:
        del index.entries[old[0]][key]
    if new is not None:
        index.entries.setdefault(new[0], {})[key] = new[1]


def _place(index: _Index, item: Item | None) -> tuple[str, str] | None:
    """Where an item stands in an index: only one with both attributes does."""
    if item is None or index.partition not in item or index.sort not in item:
        return None
    partition, sort = item[index.partition], item[index.sort]
    if not (isinstance(partition, str) and isinstance(sort, str) and partition and sort):
        raise NotAccepted(f"{index.name}: {partition!r}, {sort!r} cannot be indexed")
    return partition, sort


class Store:
    """The tables of the template; ``watchers`` are told of every write, by transaction."""

    def __init__(self, tables: Iterable[Table], now: Callable[[], float]) -> None:
        self.tables = {table.name: _Table(table) for table in tables}
        self.watchers: list[Callable[[Sequence[Written]], None]] = []
        self._now = now
        self._tokens: dict[str, tuple[float, Sequence[Write]]] = {}

    def copy(self, now: Callable[[], float]) -> "Store":
        """Another store with the same items, which nobody watches."""
        other = Store((), now)
        other.tables = {name: table.copy() for name, table in self.tables.items()}
        return other

    def get(self, table: str, key: Item) -> Item | None:
        found = self.tables[table]
        return found.items.get(found.exact_key_of(key))

    def first(self, table: str, pk: str) -> Item | None:
        found = [key for key in self.tables[table].items if key[0] == pk]
        return self.tables[table].items[min(found)] if found else None

    def query(self, table: str, query: Query, lag: Lag) -> Sequence[Item]:
        """One page, of an index that shows each item so many seconds late."""
        found = self.tables[table]
        if query.index is None:
            places = self._partition(found, query)
        else:
            index = found.indexes[query.index]
            if (index.partition, index.sort) != (query.partition[0], query.sort):
                raise NotAccepted(f"{query} does not fit the index")
            places = self._entries(found, index, query.partition[1], lag)
        sorts = [(sort, key, item) for sort, key, item in places if _lies_within(sort, query)]
        sorts.sort(key=lambda each: each[:2], reverse=query.newest_first)
        return [item for _, _, item in sorts[: query.limit]]

    def _partition(self, table: _Table, query: Query) -> list[tuple[str, Key, Item]]:
        if (table.partition, table.sort) != (query.partition[0], query.sort):
            raise NotAccepted(f"{query} does not fit the table")
        return [
            (key[1], key, item) for key, item in table.items.items() if key[0] == query.partition[1]
        ]

    def _entries(
        self, table: _Table, index: _Index, partition: str, lag: Lag
    ) -> list[tuple[str, Key, Item]]:
        late = table.seen(self._now(), lag) if table.recent else {}
        places = [
            (sort, key, table.items[key])
            for key, sort in index.entries.get(partition, {}).items()
            if key not in late
        ]
        for key, item in late.items():
            place = _place(index, item)
            if item is not None and place is not None and place[0] == partition:
                places.append((place[1], key, item))
        if index.projected is None:
            return places
        return [(sort, key, _projected(item, index.projected)) for sort, key, item in places]

    def count_up(self, table: str, key: Item, expires_at: int | None = None) -> int:
        found = self.tables[table]
        place = found.exact_key_of(key)
        before = found.items.get(place, key)
        number = int(before.get("count", 0)) + 1
        after = {**before, "count": number}
        if expires_at is not None:
            after["expires_at"] = expires_at
        self._told([found.write(place, after, self._now())])
        return number

    def update(self, table: str, key: Item, changes: Item, condition: Condition) -> None:
        found = self.tables[table]
        place = found.exact_key_of(key)
        before = found.items.get(place)
        if condition.expression and not holds(condition, before):
            raise Refused([Reason("ConditionalCheckFailed")])
        after = {**(before or key), **changes}
        _check_item(after)
        self._told([found.write(place, after, self._now())])

    def transact(self, writes: Sequence[Write], token: str) -> None:
        now = self._now()
        known = self._tokens.get(token)
        if known is not None and now - known[0] < TOKEN_SECONDS:
            if known[1] != list(writes):
                raise NotAccepted("IdempotentParameterMismatch: the token is another transaction's")
            return
        places = [self._place_of(write) for write in writes]
        if not 1 <= len(writes) <= MAXIMUM_WRITES or len(set(places)) != len(places):
            raise NotAccepted("No writes, too many of them, or two of one item")
        reasons = []
        for (table, key), write in zip(places, writes, strict=True):
            stands = self.tables[table].items.get(key)
            if not write.condition.expression or holds(write.condition, stands):
                reasons.append(Reason(""))
            else:
                reasons.append(Reason("ConditionalCheckFailed", stands))
        if any(reason.code for reason in reasons):
            raise Refused(reasons)
        self._tokens[token] = (now, list(writes))
        self._told(
            [
                self.tables[table].write(key, self._left_by(table, key, write), now)
                for (table, key), write in zip(places, writes, strict=True)
            ]
        )

    def _place_of(self, write: Write) -> tuple[str, Key]:
        table = self.tables[write.table]
        if isinstance(write, Put):
            return write.table, table.key_of(write.item)
        return write.table, table.exact_key_of(write.key)

    def _left_by(self, table: str, key: Key, write: Write) -> Item | None:
        if isinstance(write, Delete):
            return None
        if isinstance(write, Put):
            _check_item(write.item)
            return dict(write.item)
        before = self.tables[table].items.get(key, write.key)
        counted = {name: int(before.get(name, 0)) + by for name, by in write.added.items()}
        return {**before, **counted}

    def _told(self, written: Sequence[Written]) -> None:
        for watcher in self.watchers:
            watcher(written)


def _lies_within(sort: str, query: Query) -> bool:
    after = query.after is None or sort > query.after
    return after and (query.before is None or sort < query.before)


def _projected(item: Item, names: frozenset[str]) -> Item:
    return {name: value for name, value in item.items() if name in names}


def _check_item(item: Item) -> None:
    size = 0
    for name, value in item.items():
        if not isinstance(value, str | int | bool):
            raise NotAccepted(f"{name} is {value!r}")
        size += len(name) + (len(value) if isinstance(value, str) else 21)
    if size > MAXIMUM_ITEM_BYTES:
        raise NotAccepted(f"an item of {size} bytes")

"""The outbox, read: events newest first, for as long as they are kept."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import replace

from farebox import ids
from farebox.billing.records import Event, Record
from farebox.paging import Page, Paging
from farebox.settings import settings
from farebox.storage import items, keys
from farebox.storage.connection import Item, Query, connection
from farebox.storage.keys import Tenant
from farebox.storage.listing import MAXIMUM_PAGE_BYTES

# Of a shard: a page that lists them all takes one query of each, mostly.
READ_AT_ONCE = 30

Kinds = Mapping[str, type[Record]]


def event(tenant: Tenant, id: str, kinds: Kinds) -> Event | None:
    """One event; ``kinds`` are the kinds of records, by name."""
    if not ids.PATTERN.fullmatch(id):
        return None
    table = settings().events_table
    found = connection().read({table: [keys.event(tenant, id)]})[table]
    return _event(tenant, found[0], kinds) if found else None


def page(tenant: Tenant, paging: Paging, kinds: Kinds) -> Page[Event]:
    """The events that are asked for; fewer at 2 MB."""
    size, shown = 0, list[Event]()
    for item in _newest_first(tenant, paging.older_than, paging.limit + 1):
        size += len(str(item["document"]).encode())
        if len(shown) == paging.limit or (shown and size > MAXIMUM_PAGE_BYTES):
            return Page(shown, more=True)
        shown.append(_event(tenant, item, kinds))
    return Page(shown)


def _newest_first(tenant: Tenant, before: str | None, limit: int) -> Iterator[Item]:
    """The events of all shards, read no further than they are wanted."""
    shards = range(keys.EVENT_SHARDS)
    partitions = [keys.event_shard(tenant, shard) for shard in shards]
    rows = [_shard(partition, before, limit) for partition in partitions]
    return heapq.merge(*rows, key=lambda item: str(item["sk"]), reverse=True)


def _shard(partition: str, before: str | None, limit: int) -> Iterator[Item]:
    query = Query(("pk", partition), "sk", min(limit, READ_AT_ONCE), before=before)
    while True:
        found = connection().query(settings().events_table, query)
        yield from found
        if len(found) < query.limit:
            return
        query = replace(query, before=str(found[-1]["sk"]))


def _event(tenant: Tenant, item: Item, kinds: Kinds) -> Event:
    kind = kinds[str(item["type"]).partition(".")[0]]
    return Event(
        id=str(item["sk"]),
        type=str(item["type"]),
        livemode=tenant.livemode,
        created_at=str(item["created_at"]),
        record=items.record_of(kind, item),
    )

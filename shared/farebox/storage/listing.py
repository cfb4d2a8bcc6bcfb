"""Lists, newest first: ids from a sparse index, records by key, so that a page is never stale.

A page is asked for by the id of a record: the partition that it is looked for in is built from the
caller's own organization and mode, so no id can name another's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from farebox.billing.records import Record
from farebox.limits import MAXIMUM_REFERENCE
from farebox.paging import Page, Paging
from farebox.problems import FieldError, TooLarge
from farebox.settings import settings
from farebox.storage import items, keys
from farebox.storage.connection import Query, connection
from farebox.storage.keys import Tenant

# As stored. An answer spells out what is empty, and Lambda escapes its quotes once more: under
# three times this, against the 6 MB that Lambda takes.
MAXIMUM_PAGE_BYTES = 2_000_000
# Page numbers count the index from its newest end, so far and no further.
MAXIMUM_COUNTED = 10_000
COUNTED_AT_ONCE = 1_000

Kind = TypeVar("Kind", bound=Record)


def page(
    tenant: Tenant, kind: type[Kind], paging: Paging, customer: str | None = None
) -> Page[Kind]:
    """The records that are asked for, of one customer where named; fewer at 2 MB."""
    if paging.number is not None:
        places = _partitions(tenant, kind, customer)
        queries = [
            Query((attribute, partition), "list_sk", COUNTED_AT_ONCE, index)
            for index, attribute, partition in places
        ]
        return _numbered(tenant, kind, queries, paging.number, paging.limit)
    newest_first = paging.newer_than is None
    found: list[str] = []
    for index, attribute, partition in _partitions(tenant, kind, customer):
        query = Query(
            partition=(attribute, partition),
            sort="list_sk",
            limit=paging.limit + 1,
            index=index,
            before=paging.older_than,
            after=paging.newer_than,
            newest_first=newest_first,
        )
        found += _ids(query)
    found.sort(reverse=newest_first)
    records, complete = _records(tenant, kind, found[: paging.limit])
    more = len(found) > paging.limit or not complete
    return Page(records if newest_first else records[::-1], more)


def page_of_shared(
    tenant: Tenant, kind: type[Kind], field: str, value: str, paging: Paging
) -> Page[Kind]:
    """The records that are asked for, of those that share a value; fewer at 2 MB."""
    if len(value) > MAXIMUM_REFERENCE:
        return Page([])
    partition = ("pk", str(keys.named(tenant, kind, field, value)["pk"]))
    if paging.number is not None:
        query = Query(partition, "sk", COUNTED_AT_ONCE)
        return _numbered(tenant, kind, [query], paging.number, paging.limit)
    newest_first = paging.newer_than is None
    query = Query(
        partition=partition,
        sort="sk",
        limit=paging.limit + 1,
        before=paging.older_than,
        after=paging.newer_than,
        newest_first=newest_first,
    )
    found = _ids(query)
    records, complete = _records(tenant, kind, found[: paging.limit])
    more = len(found) > paging.limit or not complete
    return Page(records if newest_first else records[::-1], more)


def _numbered(
    tenant: Tenant, kind: type[Kind], queries: Sequence[Query], number: int, size: int
) -> Page[Kind]:
    found = sorted((id for query in queries for id in _counted(query)), reverse=True)
    first = (number - 1) * size
    records, complete = _records(tenant, kind, found[first : first + size])
    if not complete:
        message = "These records are too large for one page: ask for fewer"
        raise TooLarge([FieldError("limit", "page_too_large", message)])
    return Page(records, more=len(found) > first + size, total=min(len(found), MAXIMUM_COUNTED))


def _counted(query: Query) -> Iterator[str]:
    for _ in range(MAXIMUM_COUNTED // query.limit):
        found = _ids(query)
        yield from found
        if len(found) < query.limit:
            return
        query = replace(query, before=found[-1])


def _partitions(
    tenant: Tenant, kind: type[Record], customer: str | None
) -> Iterator[tuple[str, str, str]]:
    """Index, attribute and value of each partition of a list."""
    if customer is not None:
        partition = keys.listing_by_customer(tenant, kind, customer)
        yield "list_by_customer", "customer_list_pk", partition
        return
    for shard in range(settings().list_shards):
        yield "list", "list_pk", keys.listing(tenant, kind, shard)


def _ids(query: Query) -> list[str]:
    return [str(item[query.sort]) for item in connection().query(settings().core_table, query)]


def _records(tenant: Tenant, kind: type[Kind], wanted: Sequence[str]) -> tuple[list[Kind], bool]:
    if not wanted:
        return [], True
    table = settings().core_table
    found = connection().read({table: [keys.record(tenant, kind, id) for id in wanted]})[table]
    texts = {str(item["list_sk"]): str(item["document"]) for item in found}
    records: list[Kind] = []
    size = 0
    for id in wanted:
        text = texts.get(id, "")
        size += len(text.encode())
        if records and size > MAXIMUM_PAGE_BYTES:
            return records, False
        if text:
            records.append(items.read(kind, text))
    return records, True

"""Lists, newest first: ids from a sparse index, records by key, so that a page is never stale.

A cursor is only the last id of the page before: the partition it is used in is built from the
caller's own organization and mode, so no cursor can name another's.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from farebox import ids
from farebox.billing.records import Record
from farebox.problems import FieldError, InvalidRequest
from farebox.settings import settings
from farebox.storage import items, keys
from farebox.storage.connection import Item, Query, connection
from farebox.storage.keys import Tenant

MAXIMUM_PAGE = 100
# As stored. An answer spells out what is empty, and Lambda escapes its quotes once more: under
# three times this, against the 6 MB that Lambda takes.
MAXIMUM_PAGE_BYTES = 2_000_000

Kind = TypeVar("Kind", bound=Record)


@dataclass(frozen=True, slots=True)
class Page:
    """Records, and the cursor of the page after where there is one."""

    records: Sequence[Record]
    next_cursor: str | None


def page(
    tenant: Tenant, kind: type[Kind], limit: int, cursor: str | None, customer: str | None = None
) -> Page:
    """Up to ``limit`` records after ``cursor``, of one customer where named; fewer at 2 MB."""
    before = last_id(cursor, kind.prefix) if cursor else None
    if customer is not None:
        partitions = [keys.listing_by_customer(tenant, kind, customer)]
        index, attribute = "list_by_customer", "customer_list_pk"
    else:
        shards = range(settings().list_shards)
        partitions = [keys.listing(tenant, kind, shard) for shard in shards]
        index, attribute = "list", "list_pk"
    found: list[Item] = []
    for partition in partitions:
        query = Query((attribute, partition), "list_sk", limit + 1, index, before=before)
        found += connection().query(settings().core_table, query)
    names = sorted((str(item["list_sk"]) for item in found), reverse=True)
    records, complete = _records(tenant, kind, names[:limit])
    more = len(names) > limit or not complete
    return Page(records, cursor_of(records[-1].id) if more and records else None)


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


def cursor_of(id: str) -> str:
    """The cursor of what comes after ``id``."""
    return base64.urlsafe_b64encode(id.encode()).decode().rstrip("=")


def last_id(cursor: str, prefix: str) -> str:
    """The id that a cursor names, which has this prefix. Raises ``InvalidRequest``."""
    try:
        id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        id = ""
    if not ids.PATTERN.fullmatch(id) or not id.startswith(f"{prefix}_"):
        message = "Not a cursor of this list: use next_cursor as it came"
        raise InvalidRequest([FieldError("cursor", "invalid_cursor", message)])
    return id

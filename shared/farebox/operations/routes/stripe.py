"""Stripe's routes, and the lines that only its lists need."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from farebox.billing.checkouts import Checkout
from farebox.billing.known import Known, Reference
from farebox.billing.records import Record
from farebox.dialects import stripe
from farebox.dialects.stripe.lists import Wanted
from farebox.handler import Answer, Line, Request
from farebox.operations import catalogue, checkouts, reads
from farebox.operations.routes import Route
from farebox.paging import Page
from farebox.problems import NotFound
from farebox.storage import listing
from farebox.storage.keys import Tenant
from farebox.storage.load import load, load_more

SESSIONS = "/v1/checkout/sessions"
SEARCH = "search"
LOOKED_THROUGH_AT_ONCE = 100
# A filter that has no index looks through so many times as many records, and no further.
LOOKS = 10


def routes(creates: Mapping[str, Line]) -> Iterator[Route]:
    """What Stripe's callers can ask for here; updates are posted."""
    yield ("POST", "/v1/prices", creates["prices"])
    yield ("POST", SESSIONS, creates["checkouts"])
    for name in ("products", "customers"):
        yield ("POST", f"/v1/{name}", partial(catalogue.create, collection=name))
    for name in ("prices", "products", "customers"):
        yield ("GET", f"/v1/{name}", partial(list_newest_first, collection=name))
        yield ("GET", f"/v1/{name}/<value>", partial(retrieve, collection=name))
        yield ("POST", f"/v1/{name}/<id>", partial(catalogue.update, collection=name))
    yield ("DELETE", "/v1/customers/<id>", delete_customer)
    yield ("GET", SESSIONS, partial(list_newest_first, collection="checkouts"))
    yield ("GET", f"{SESSIONS}/<value>", partial(retrieve, collection="checkouts"))
    yield ("POST", f"{SESSIONS}/<id>/expire", expire)
    yield ("GET", f"{SESSIONS}/<id>/line_items", list_line_items)


def retrieve(request: Request, collection: str, value: str) -> Answer:
    """GET one of a collection; there is no search."""
    if value == SEARCH:
        raise NotFound
    stripe.speaking(request).read_nothing()
    return reads.get(request, collection, value)


def delete_customer(request: Request, id: str) -> Answer:
    """DELETE a customer."""
    stripe.speaking(request).read_nothing()
    return catalogue.delete_customer(request, id)


def expire(request: Request, id: str) -> Answer:
    """POST that a session be closed."""
    stripe.speaking(request).read_nothing()
    return checkouts.expire(request, id)


def list_line_items(request: Request, id: str) -> Answer:
    """GET a page of what a session sells."""
    dialect, this = stripe.speaking(request), Reference(Checkout, id)
    paging = dialect.read_page(request, (), stripe.LINE_PREFIX)
    loaded = load(request, "checkouts:read", [this])
    checkout = loaded.known.found_as(Checkout, id)
    if checkout is None:
        raise NotFound
    known = load_more(loaded, dialect.expands_lines(checkout))
    return dialect.write_lines(checkout, paging, known)


def list_newest_first(request: Request, collection: str) -> Answer:
    """GET a page of a collection, of the records that are named, or of those that match."""
    dialect, kind = stripe.speaking(request), reads.KINDS[collection]
    wanted = dialect.read_list(collection, kind.prefix)
    named = [Reference(kind, name, wanted.by) for name in wanted.names or ()]
    loaded = load(request, f"{collection}:read", named)
    if wanted.names is not None:
        found = _of_named(loaded.known, named, wanted)
    elif wanted.filtered:
        found = _matching(loaded.tenant, kind, wanted)
    else:
        found = _page(loaded.tenant, kind, wanted)
    return dialect.write_page(found, request, load_more(loaded, dialect.expands(found.rows)))


def _page(tenant: Tenant, kind: type[Record], wanted: Wanted) -> Page[Record]:
    if wanted.email is not None:
        return listing.page_of_shared(tenant, kind, "email", wanted.email, wanted.paging)
    found = listing.page(tenant, kind, wanted.paging, wanted.customer)
    return replace(found, rows=[reads.as_of_now(record) for record in found.rows])


def _of_named(known: Known, named: list[Reference], wanted: Wanted) -> Page[Record]:
    """A page of the records that were named, which are all read."""
    found = {record.id: record for each in named if (record := known.found.get(each))}
    rows = sorted(filter(wanted.matches, found.values()), key=lambda row: row.id, reverse=True)
    paging = wanted.paging
    if paging.newer_than is not None:
        newer = [row for row in rows if row.id > paging.newer_than]
        return Page(newer[-paging.limit :], more=len(newer) > paging.limit)
    older = [row for row in rows if paging.older_than is None or row.id < paging.older_than]
    return Page(older[: paging.limit], more=len(older) > paging.limit)


def _matching(tenant: Tenant, kind: type[Record], wanted: Wanted) -> Page[Record]:
    """A page of the records that match, looked for among those that do not.

    Raises ``InvalidRequest`` where too many do not.
    """
    limit, forward = wanted.paging.limit, wanted.paging.newer_than is None
    paging = replace(wanted.paging, limit=LOOKED_THROUGH_AT_ONCE)
    rows: list[Record] = []
    for _ in range(LOOKS):
        found = _page(tenant, kind, replace(wanted, paging=paging))
        matching = [row for row in found.rows if wanted.matches(row)]
        rows = rows + matching if forward else matching + rows
        if len(rows) > limit or not found.more or not found.rows:
            nearest = rows[:limit] if forward else rows[-limit:]
            return Page(nearest, more=len(rows) > limit)
        if forward:
            paging = replace(paging, older_than=found.rows[-1].id)
        else:
            paging = replace(paging, newer_than=found.rows[0].id)
    raise stripe.too_many_to_look_through()

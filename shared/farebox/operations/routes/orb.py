"""Orb's routes, with ``/v1`` or without it, as its base URL is written."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from farebox import clock, dialects
from farebox.billing import products
from farebox.billing.catalogue import Price, Product
from farebox.billing.known import Reference
from farebox.dialects import orb
from farebox.handler import Answer, Line, Request
from farebox.operations import catalogue, reads
from farebox.operations.routes import Route
from farebox.paging import Page
from farebox.problems import NotFound
from farebox.storage import listing
from farebox.storage.commit import commit
from farebox.storage.load import authenticate, load, load_more
from farebox.validation.catalogue import UpdateProduct
from farebox.validation.check import check

EXTERNAL = "external_price_id"
LOOKED_THROUGH_AT_ONCE = 100
# Where Orb can show none of a page, so many times as many prices are looked through behind it.
LOOKS = 50


def routes(creates: Mapping[str, Line]) -> Iterator[Route]:
    """What Orb's language can ask for."""
    for version in ("", "/v1"):
        yield ("GET", f"{version}/ping", ping)
        yield ("POST", f"{version}/prices", creates["prices"])
        yield ("GET", f"{version}/prices", list_prices)
        # An alias may hold slashes, which the gateway has decoded.
        yield ("GET", f"{version}/prices/{EXTERNAL}/.+", get_by_external_id)
        yield ("PUT", f"{version}/prices/{EXTERNAL}/.+", update_by_external_id)
        yield ("GET", f"{version}/prices/<value>", partial(reads.get, collection="prices"))
        yield ("PUT", f"{version}/prices/<id>", partial(catalogue.update, collection="prices"))
        yield ("POST", f"{version}/items", partial(catalogue.create, collection="products"))
        yield ("GET", f"{version}/items", partial(reads.list_newest_first, collection="products"))
        yield ("GET", f"{version}/items/<value>", partial(reads.get, collection="products"))
        yield ("PUT", f"{version}/items/<id>", partial(catalogue.update, collection="products"))
        yield ("POST", f"{version}/items/<id>/archive", archive_item)


def ping(request: Request) -> Answer:
    """GET whether the key is valid."""
    authenticate(request)
    return Answer(200, {"response": "pong"})


def list_prices(request: Request) -> Answer:
    """GET a page of prices. Orb's SDK takes an empty one for the last, so none stands before it."""
    paging = orb.read_page(request, (), Price.prefix)
    loaded = load(request, "prices:read")
    found = listing.page(loaded.tenant, Price, paging)
    for _ in range(LOOKS):
        if not found.more or any(map(orb.can_show, found.rows)):
            break
        behind = replace(paging, limit=LOOKED_THROUGH_AT_ONCE, older_than=found.rows[-1].id)
        found = _cut(listing.page(loaded.tenant, Price, behind), paging.limit)
    return orb.write_page(found, request, load_more(loaded, orb.expands(found.rows)))


def get_by_external_id(request: Request) -> Answer:
    """GET a price by its alias."""
    return reads.get(request, "prices", _external_id(request), by=EXTERNAL)


def update_by_external_id(request: Request) -> Answer:
    """PUT a price that is named by its alias."""
    return catalogue.update(request, "prices", _external_id(request), by=EXTERNAL)


def archive_item(request: Request, id: str) -> Answer:
    """POST that a product be sold no more; one that is archived already answers the same."""
    dialect, this = dialects.of(request), Reference(Product, id)
    loaded = load(request, "products:write", [this])
    before = loaded.known.found_as(Product, id)
    if before is None:
        raise NotFound
    if not before.active:
        return dialect.write(before, loaded.known)
    asked = check(UpdateProduct, {"active": False})
    change = products.update(before, asked, loaded.known, now=clock.now())
    return dialect.write(commit(loaded, change).record, loaded.known)


def _cut(found: Page[Price], limit: int) -> Page[Price]:
    """As much of a page as ends with so many prices that Orb can show."""
    shown = [place for place, price in enumerate(found.rows) if orb.can_show(price)]
    if len(shown) < limit:
        return found
    end = shown[limit - 1] + 1
    return Page(found.rows[:end], more=found.more or end < len(found.rows))


def _external_id(request: Request) -> str:
    return request.route.partition(f"/{EXTERNAL}/")[2]

"""Orb's routes, with ``/v1`` or without it, as its base URL is written."""

from collections.abc import Iterator, Mapping
from functools import partial

from farebox import clock, dialects
from farebox.billing import products
from farebox.billing.catalogue import Product
from farebox.billing.known import Reference
from farebox.handler import Answer, Line, Request
from farebox.operations import catalogue, reads
from farebox.operations.routes import Route
from farebox.problems import NotFound
from farebox.storage.commit import commit
from farebox.storage.load import authenticate, load
from farebox.validation.catalogue import UpdateProduct
from farebox.validation.check import check

EXTERNAL = "external_price_id"


def routes(creates: Mapping[str, Line]) -> Iterator[Route]:
    """What Orb's language can ask for."""
    for version in ("", "/v1"):
        yield ("GET", f"{version}/ping", ping)
        yield ("POST", f"{version}/prices", creates["prices"])
        yield ("GET", f"{version}/prices", partial(reads.list_newest_first, collection="prices"))
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


def _external_id(request: Request) -> str:
    return request.route.partition(f"/{EXTERNAL}/")[2]

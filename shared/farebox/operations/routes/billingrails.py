"""Billingrails' routes: with or without /v1, and the older SDK's under /seller."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from farebox.dialects.billingrails.refusals import Spoken
from farebox.handler import Answer, Line, Request
from farebox.operations import catalogue, charges, product_prices, reads
from farebox.operations.routes import Route
from farebox.problems import InvalidRequest

MAXIMUM_PARAM = 100

COLLECTIONS = {"orders": "orders", "accounts": "customers", "products": "products"}
"""What is called what here and there."""

FILTERS: Mapping[str, Mapping[str, str]] = {
    "orders": {"account_id": "customer"},
    "accounts": {"email": "email", "external_id": "external_id"},
    "products": {"code": "external_id"},
}
"""What a list may be asked for, beside a page, and what we call it."""


def routes(creates: Mapping[str, Line]) -> Iterator[Route]:
    """What Billingrails' SDKs can ask for."""
    for root in ("", "/v1"):
        for name, path in _places(root):
            collection = COLLECTIONS[name]
            one = f"{path}/<value>"
            yield ("GET", path, partial(_list, name=name))
            yield ("GET", one, partial(reads.get, collection=collection))
            for method in ("PATCH", "PUT"):
                yield (method, f"{path}/<id>", partial(catalogue.update, collection=collection))
            yield ("POST", path, _create(name, creates))
            if name == "orders":
                yield ("POST", f"{path}/<id>/cancel", charges.cancel)
            if name == "products":
                for action in ("archive", "unarchive"):
                    line = partial(catalogue.update, collection=collection)
                    yield ("POST", f"{path}/<id>/{action}", line)


def _places(root: str) -> Iterator[tuple[str, str]]:
    for name in COLLECTIONS:
        yield name, f"{root}/{name}"
    for name in ("orders", "products"):
        yield name, f"{root}/seller/{name}"


def _create(name: str, creates: Mapping[str, Line]) -> Line:
    if name == "orders":
        return creates["orders"]
    if name == "products":
        return product_prices.create
    return partial(catalogue.create, collection=COLLECTIONS[name])


def _list(request: Request, name: str) -> Answer:
    """GET a page, by this language's names of what it may be asked for."""
    ours = FILTERS[name]
    unknown = [each for each in request.query if each not in ("page", "page_size", *ours)]
    if unknown:
        message = "This list has no such parameter"
        raise InvalidRequest(
            Spoken(each[:MAXIMUM_PARAM], "unknown_parameter", message) for each in unknown
        )
    query = {ours.get(each, each): value for each, value in request.query.items()}
    return reads.list_newest_first(replace(request, query=query), COLLECTIONS[name])

"""The native API's routes."""

from collections.abc import Iterator, Mapping
from functools import partial

from farebox.handler import Line
from farebox.operations import catalogue, charges, checkouts, events, pages, periods, quotes, reads
from farebox.operations.routes import Route


def routes(creates: Mapping[str, Line]) -> Iterator[Route]:
    """What our own language can ask for."""
    for name, line in creates.items():
        yield ("POST", f"/v1/{name}", line)
    yield ("GET", "/health", pages.health)
    yield ("HEAD", "/health", pages.health)
    yield ("POST", "/v1/quotes", quotes.create)
    for name, kind in reads.KINDS.items():
        yield ("GET", f"/v1/{name}", partial(reads.list_newest_first, collection=name))
        yield ("GET", f"/v1/{name}/<value>", partial(reads.get, collection=name))
        for field in reads.names_of(kind):
            line = partial(reads.get, collection=name, by=field)
            yield ("GET", f"/v1/{name}/{field}/<value>", line)
    for name, resource in catalogue.RESOURCES.items():
        if resource.create is not None:
            yield ("POST", f"/v1/{name}", partial(catalogue.create, collection=name))
        if resource.update is not None:
            yield ("PATCH", f"/v1/{name}/<id>", partial(catalogue.update, collection=name))
    yield ("DELETE", "/v1/customers/<id>", catalogue.delete_customer)
    yield ("DELETE", "/v1/payment_methods/<id>", catalogue.detach_payment_method)
    yield ("POST", "/v1/orders/<id>/charge", charges.charge)
    yield ("POST", "/v1/orders/<id>/cancel", charges.cancel)
    yield ("POST", "/v1/checkouts/<id>/expire", checkouts.expire)
    yield ("GET", "/v1/events", events.list_newest_first)
    yield ("GET", "/v1/events/<id>", events.get)
    yield ("POST", "/v1/prices/<id>/quote", quotes.of_price)
    yield ("GET", "/v1/prices/<id>/periods", periods.of_price)

"""Creem's routes: what is meant is often named in the query, and one change's in its body."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from farebox.dialects import creem
from farebox.handler import Answer, Line, Request
from farebox.operations import catalogue, product_prices, reads
from farebox.operations.routes import Route

CHECKOUT = {"checkout_id": "id"}
CUSTOMER = {"customer_id": "id", "email": "email"}
DISCOUNT = {"discount_id": "id", "discount_code": "code"}


def routes(creates: Mapping[str, Line]) -> Iterator[Route]:
    """What Creem's SDKs can ask for of what there is here."""
    yield ("POST", "/v1/checkouts", creates["checkouts"])
    yield ("GET", "/v1/checkouts", partial(get_named, collection="checkouts", names=CHECKOUT))
    yield ("POST", "/v1/products", product_prices.create)
    yield ("GET", "/v1/products/search", partial(reads.list_newest_first, collection="products"))
    yield ("GET", "/v1/products/<value>", partial(reads.get, collection="products"))
    yield ("PATCH", "/v1/products/<id>", product_prices.update)
    yield ("DELETE", "/v1/products/<id>", partial(catalogue.update, collection="products"))
    yield ("POST", "/v1/customers", partial(catalogue.create, collection="customers"))
    yield ("GET", "/v1/customers", partial(get_named, collection="customers", names=CUSTOMER))
    yield ("PATCH", "/v1/customers", update_customer)
    yield ("GET", "/v1/customers/list", partial(reads.list_newest_first, collection="customers"))
    yield ("GET", "/v1/customers/<id>/orders", orders_of_customer)
    yield ("POST", "/v1/discounts", partial(catalogue.create, collection="discounts"))
    yield ("GET", "/v1/discounts", partial(get_named, collection="discounts", names=DISCOUNT))
    yield ("GET", "/v1/discounts/search", partial(reads.list_newest_first, collection="discounts"))
    yield (
        "DELETE",
        "/v1/discounts/<id>/delete",
        partial(catalogue.update, collection="discounts"),
    )


def get_named(request: Request, collection: str, names: Mapping[str, str]) -> Answer:
    """GET the one that a parameter names."""
    name, value = creem.read_name(request, tuple(names))
    return reads.get(request, collection, value, by=names[name])


def update_customer(request: Request) -> Answer:
    """PATCH the customer whom the body names."""
    return catalogue.update(request, "customers", creem.read_customer_id(request))


def orders_of_customer(request: Request, id: str) -> Answer:
    """GET a page of a customer's orders."""
    theirs = replace(request, query={**request.query, creem.OWNER: id})
    return reads.list_newest_first(theirs, "orders")

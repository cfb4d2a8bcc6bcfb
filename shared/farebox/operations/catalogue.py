"""Create and change what stands behind an order: products, customers, discounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from farebox import clock, dialects, ids
from farebox.billing import customers, discounts, products
from farebox.billing.catalogue import Product
from farebox.billing.known import Reference
from farebox.billing.records import Record
from farebox.handler import Answer, Request
from farebox.problems import NotFound
from farebox.storage.commit import commit
from farebox.storage.load import load
from farebox.validation import catalogue
from farebox.validation.check import Input


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of record, the module that decides about it, and the shapes of its requests."""

    kind: type[Record]
    decisions: Any
    create: type[Input]
    update: type[Input]


RESOURCES: Mapping[str, Resource] = {
    "products": Resource(Product, products, catalogue.CreateProduct, catalogue.UpdateProduct),
    "customers": Resource(
        customers.Customer, customers, catalogue.CreateCustomer, catalogue.UpdateCustomer
    ),
    "discounts": Resource(
        discounts.Discount, discounts, catalogue.CreateDiscount, catalogue.UpdateDiscount
    ),
}


def create(request: Request, collection: str) -> Answer:
    """POST one of a collection."""
    dialect, resource = dialects.of(request), RESOURCES[collection]
    asked = dialect.read(resource.create, request)
    references = resource.decisions.references(asked)
    loaded = load(request, f"{collection}:write", references, creates=resource.kind)
    if loaded.first is not None:
        return dialect.write_created(loaded.first)
    id = ids.new(resource.kind.prefix)
    change = resource.decisions.create(asked, loaded.known, id=id, now=clock.now())
    return dialect.write_created(commit(loaded, change))


def update(request: Request, collection: str, id: str) -> Answer:
    """PATCH one of a collection; fields that are not named stay."""
    dialect, resource = dialects.of(request), RESOURCES[collection]
    asked = dialect.read(resource.update, request)
    this = Reference(resource.kind, id)
    references = [this, *resource.decisions.references(asked)]
    loaded = load(request, f"{collection}:write", references)
    before = loaded.known.found.get(this)
    if before is None:
        raise NotFound
    if not asked.model_fields_set:
        return dialect.write(before)
    change = resource.decisions.update(before, asked, loaded.known, now=clock.now())
    return dialect.write(commit(loaded, change).record)

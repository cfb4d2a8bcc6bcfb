"""Create, change and give up what stands behind an order: products, customers, discounts, payment
methods."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from farebox import clock, dialects, ids
from farebox.billing import customers, discounts, payment_methods, products
from farebox.billing.catalogue import Product
from farebox.billing.known import Reference
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Record
from farebox.handler import Answer, Request
from farebox.problems import NotFound
from farebox.storage.commit import commit
from farebox.storage.load import load, load_for_worker
from farebox.validation import catalogue
from farebox.validation.check import Input


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of record, the module that decides about it, and the shapes of its requests."""

    kind: type[Record]
    decisions: Any
    create: type[Input]
    update: type[Input] | None = None


RESOURCES: Mapping[str, Resource] = {
    "products": Resource(Product, products, catalogue.CreateProduct, catalogue.UpdateProduct),
    "customers": Resource(Customer, customers, catalogue.CreateCustomer, catalogue.UpdateCustomer),
    "discounts": Resource(
        discounts.Discount, discounts, catalogue.CreateDiscount, catalogue.UpdateDiscount
    ),
    "payment_methods": Resource(PaymentMethod, payment_methods, catalogue.CreatePaymentMethod),
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
    assert resource.update is not None
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


def delete_customer(request: Request, id: str) -> Answer:
    """DELETE a customer: who they are is forgotten, and no order of theirs gets a new attempt."""
    dialect, this = dialects.of(request), Reference(Customer, id)
    loaded = load(request, "customers:write", [this])
    before = loaded.known.found_as(Customer, id)
    if before is None:
        raise NotFound
    if before.deleted_at is not None:
        return dialect.write(before)
    return dialect.write(commit(loaded, customers.delete(before, now=clock.now())).record)


def detach_payment_method(request: Request, id: str) -> Answer:
    """DELETE a payment method: it is charged no more, and is nobody's default."""
    dialect, this = dialects.of(request), Reference(PaymentMethod, id)
    loaded = load(request, "payment_methods:write", [this])
    method = loaded.known.found_as(PaymentMethod, id)
    if method is None:
        raise NotFound
    if method.detached_at is not None:
        return dialect.write(method)
    owner = load_for_worker(loaded.tenant, [Reference(Customer, method.customer)]).known
    customer = owner.found_as(Customer, method.customer)
    change = payment_methods.detach(method, customer, now=clock.now())
    return dialect.write(commit(loaded, change).record)

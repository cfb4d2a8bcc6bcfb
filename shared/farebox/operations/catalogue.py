"""Create, change and give up what stands behind an order: products, customers, discounts, payment
methods."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from farebox import clock, dialects, ids
from farebox.billing import (
    customers,
    discounts,
    orders,
    payment_methods,
    prices,
    products,
)
from farebox.billing.catalogue import Price, Product
from farebox.billing.known import Reference
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Record
from farebox.handler import Answer, Request
from farebox.problems import NotFound
from farebox.storage.commit import commit
from farebox.storage.load import load, load_for_worker, load_more
from farebox.validation import catalogue
from farebox.validation.check import Input
from farebox.validation.orders import UpdateOrder
from farebox.validation.prices import UpdatePrice


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of record, the module that decides about it, and the shapes of its requests.

    Where ``create`` is None, a function of its own creates it. Where it is ``held`` by other
    records, these change with it.
    """

    kind: type[Record]
    decisions: Any
    create: type[Input] | None = None
    update: type[Input] | None = None
    held: bool = False
    update_names_others: bool = True


RESOURCES: Mapping[str, Resource] = {
    "products": Resource(Product, products, catalogue.CreateProduct, catalogue.UpdateProduct),
    "customers": Resource(Customer, customers, catalogue.CreateCustomer, catalogue.UpdateCustomer),
    "discounts": Resource(
        discounts.Discount, discounts, catalogue.CreateDiscount, catalogue.UpdateDiscount
    ),
    "prices": Resource(Price, prices, update=UpdatePrice, held=True),
    "orders": Resource(orders.Order, orders, update=UpdateOrder, update_names_others=False),
    "payment_methods": Resource(PaymentMethod, payment_methods, catalogue.CreatePaymentMethod),
}


def create(request: Request, collection: str) -> Answer:
    """POST one of a collection."""
    dialect, resource = dialects.of(request), RESOURCES[collection]
    assert resource.create is not None
    asked = dialect.read(resource.create, request)
    references = resource.decisions.references(asked)
    loaded = load(request, f"{collection}:write", references, creates=resource.kind)
    if loaded.first is not None:
        return dialect.write_created(loaded.first, loaded.known)
    id = ids.new(resource.kind.prefix)
    change = resource.decisions.create(asked, loaded.known, id=id, now=clock.now())
    return dialect.write_created(commit(loaded, change), loaded.known)


def update(request: Request, collection: str, id: str, by: str = "id") -> Answer:
    """PATCH one of a collection; fields that are not named stay."""
    dialect, resource = dialects.of(request), RESOURCES[collection]
    assert resource.update is not None
    asked = dialect.read(resource.update, request)
    this = Reference(resource.kind, id, by)
    others = resource.decisions.references(asked) if resource.update_names_others else ()
    references = [this, *others]
    loaded = load(request, f"{collection}:write", references)
    before = loaded.known.found.get(this)
    if before is None:
        raise NotFound
    if not asked.model_fields_set:
        return dialect.write(before, load_more(loaded, dialect.expands([before])))
    known = loaded.known
    if resource.held:
        known = load_more(loaded, resource.decisions.holders(asked, known, before))
    change = resource.decisions.update(before, asked, known, now=clock.now())
    after = commit(loaded, change).record
    return dialect.write(after, load_more(loaded, dialect.expands([after])))


def delete_customer(request: Request, id: str) -> Answer:
    """DELETE a customer: who they are is forgotten, and no order of theirs gets a new attempt."""
    dialect, this = dialects.of(request), Reference(Customer, id)
    loaded = load(request, "customers:write", [this])
    before = loaded.known.found_as(Customer, id)
    if before is None:
        raise NotFound
    if before.deleted_at is not None:
        return dialect.write(before, loaded.known)
    deleted = commit(loaded, customers.delete(before, now=clock.now())).record
    return dialect.write(deleted, loaded.known)


def detach_payment_method(request: Request, id: str) -> Answer:
    """DELETE a payment method: it is charged no more, and is nobody's default."""
    dialect, this = dialects.of(request), Reference(PaymentMethod, id)
    loaded = load(request, "payment_methods:write", [this])
    method = loaded.known.found_as(PaymentMethod, id)
    if method is None:
        raise NotFound
    if method.detached_at is not None:
        return dialect.write(method, loaded.known)
    owner = load_for_worker(loaded.tenant, [Reference(Customer, method.customer)]).known
    customer = owner.found_as(Customer, method.customer)
    change = payment_methods.detach(method, customer, now=clock.now())
    return dialect.write(commit(loaded, change).record, loaded.known)

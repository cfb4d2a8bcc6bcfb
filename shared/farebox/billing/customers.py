"""Customers: who orders, and where their invoices and parcels go."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from farebox.billing.known import Known, Reference
from farebox.billing.payers import Customer, PaymentMethod, find_payment_method
from farebox.billing.payment_methods import with_default
from farebox.billing.records import Change, kept_metadata, merged_metadata, plain
from farebox.instants import stamp
from farebox.problems import Conflict, FieldErrors

if TYPE_CHECKING:
    from farebox.validation.catalogue import CreateCustomer, UpdateCustomer


def references(asked: "CreateCustomer | UpdateCustomer") -> Iterable[Reference]:
    """What must be read before a customer is made or changed."""
    method = getattr(asked, "default_payment_method", None)
    if method is not None:
        yield Reference(PaymentMethod, method)


def create(asked: "CreateCustomer", known: Known, *, id: str, now: datetime) -> Change:
    """A new customer."""
    customer = Customer(
        id=id,
        livemode=known.livemode,
        created_at=stamp(now),
        updated_at=stamp(now),
        metadata=kept_metadata(asked.metadata),
        **_fields(dict(asked)),
    )
    return Change(record=customer, events=("customer.created",))


def update(before: Customer, asked: "UpdateCustomer", known: Known, *, now: datetime) -> Change:
    """The customer with the named fields changed."""
    _check_not_deleted(before)
    changes = _fields(asked.changes())
    if asked.names("metadata"):
        changes["metadata"] = merged_metadata(before.metadata, asked.metadata)
    after = before
    alongside: tuple[Change, ...] = ()
    if "default_payment_method" in changes:
        method = _default(changes.pop("default_payment_method"), before, known)
        after, alongside = with_default(before, method, now), _held(method)
    after = replace(after, **changes, version=before.version + 1, updated_at=stamp(now))
    return Change(record=after, events=("customer.updated",), before=before, alongside=alongside)


def delete(before: Customer, *, now: datetime) -> Change:
    """The customer without what tells who they are; their orders stay, and get no new attempt."""
    _check_not_deleted(before)
    after = Customer(
        id=before.id,
        livemode=before.livemode,
        created_at=before.created_at,
        updated_at=stamp(now),
        version=before.version + 1,
        deleted_at=stamp(now),
    )
    return Change(record=after, events=("customer.deleted",), before=before)


def _default(id: str | None, customer: Customer, known: Known) -> PaymentMethod | None:
    if id is None:
        return None
    errors = FieldErrors()
    method = find_payment_method(known, id, customer.id, "default_payment_method", errors)
    errors.raise_if_any()
    return method


def _held(method: PaymentMethod | None) -> tuple[Change, ...]:
    """A write of the method as it is, so that it cannot be detached at the same moment."""
    if method is None:
        return ()
    same = replace(method, version=method.version + 1)
    return (Change(record=same, events=(), before=method),)


def _check_not_deleted(customer: Customer) -> None:
    if customer.deleted_at is not None:
        raise Conflict("This customer was deleted", code="customer_deleted")


def _fields(asked: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: value for name, value in asked.items() if name != "metadata"}
    for name in ("billing_address", "shipping_address"):
        if name in fields:
            fields[name] = plain(fields[name])
    return fields

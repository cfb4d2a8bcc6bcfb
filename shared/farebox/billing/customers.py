"""Customers: who orders, and where their invoices and parcels go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from farebox.billing.known import Known, Reference
from farebox.billing.records import Change, Record, kept_metadata, merged_metadata, plain
from farebox.instants import stamp

if TYPE_CHECKING:
    from farebox.validation.catalogue import CreateCustomer, UpdateCustomer


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer(Record):
    """Two customers may share an e-mail address; the older one is found by it."""

    kind: ClassVar[str] = "customer"
    prefix: ClassVar[str] = "cus"
    unique: ClassVar[tuple[str, ...]] = ("external_id",)
    shared: ClassVar[tuple[str, ...]] = ("email",)
    caseless: ClassVar[tuple[str, ...]] = ("email",)

    email: str | None = None
    name: str | None = None
    phone: str | None = None
    description: str | None = None
    external_id: str | None = None
    billing_address: Mapping[str, Any] | None = None
    shipping_address: Mapping[str, Any] | None = None


def references(asked: "CreateCustomer") -> Iterable[Reference]:
    """Nothing must be read before a customer is made or changed."""
    return ()


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
    return Change(record=customer, event="customer.created")


def update(before: Customer, asked: "UpdateCustomer", known: Known, *, now: datetime) -> Change:
    """The customer with the named fields changed."""
    changes = _fields(asked.changes())
    if asked.names("metadata"):
        changes["metadata"] = merged_metadata(before.metadata, asked.metadata)
    after = replace(before, **changes, version=before.version + 1, updated_at=stamp(now))
    return Change(record=after, event="customer.updated", before=before)


def _fields(asked: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: value for name, value in asked.items() if name != "metadata"}
    for name in ("billing_address", "shipping_address"):
        if name in fields:
            fields[name] = plain(fields[name])
    return fields

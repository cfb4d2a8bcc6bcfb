"""Every key there is. All but an API key's own start with the organization and the mode."""

from dataclasses import dataclass

from farebox.billing.records import Record
from farebox.settings import settings
from farebox.storage.connection import Item

HEAD = "A"

_CODES = {
    "product": "PRO",
    "price": "PRI",
    "customer": "CUS",
    "discount": "DIS",
    "order": "ORD",
    "checkout": "CHK",
}


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organization in one mode: no key reaches beyond it."""

    organization: str
    livemode: bool

    @property
    def prefix(self) -> str:
        return f"O#{self.organization}#{'live' if self.livemode else 'test'}#"


def api_key(digest: str) -> Item:
    """Of an API key, by the SHA-256 of the key."""
    return {"pk": f"K#{digest}", "sk": HEAD}


def organization(tenant: Tenant) -> Item:
    """Of the organization itself, in one mode."""
    return {"pk": f"{tenant.prefix}ORG", "sk": HEAD}


def record(tenant: Tenant, kind: type[Record], id: str) -> Item:
    """Of a record."""
    return {"pk": f"{tenant.prefix}{_CODES[kind.kind]}#{id}", "sk": HEAD}


def named(
    tenant: Tenant, kind: type[Record], field: str, value: str, owner: str | None = None
) -> Item:
    """Of the item that leads from a unique value to its record, or from a shared one to ``owner``.

    Those of one shared value sort by the age of their records.
    """
    found = value.casefold() if field in kind.caseless else value
    pk = f"{tenant.prefix}UQ#{kind.kind}.{field}#{found}"
    return {"pk": pk, "sk": owner if owner is not None and field in kind.shared else HEAD}


def counter(tenant: Tenant, name: str) -> Item:
    """Of a counter."""
    return {"pk": f"{tenant.prefix}CTR#{name}", "sk": HEAD}


def event(tenant: Tenant, id: str) -> Item:
    """Of an event in the outbox."""
    return {"pk": f"{tenant.prefix}EV#{id}", "sk": HEAD}


def idempotency(tenant: Tenant, operation: str, value: str) -> Item:
    """Of what an Idempotency-Key (or a request id) made first."""
    return {"pk": f"{tenant.prefix}IK#{operation}#{value}"}


def listing(tenant: Tenant, kind: type[Record], shard: int) -> str:
    """The partition of the list index that holds one shard of a kind's records."""
    return f"{tenant.prefix}L#{_CODES[kind.kind]}#{shard}"


def listing_by_customer(tenant: Tenant, kind: type[Record], customer: str) -> str:
    """The partition of the index of a customer's records of a kind."""
    return f"{tenant.prefix}L#{_CODES[kind.kind]}#{customer}"


def shard(id: str) -> int:
    """The list shard of an id. Raising LIST_SHARDS is safe: a reader asks every shard."""
    return sum(id.encode()) % settings().list_shards

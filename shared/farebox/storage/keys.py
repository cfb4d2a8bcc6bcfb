"""Every key there is. All start with the organization and the mode, but for an API key's own and
the index of what is due, which holds keys only."""

import re
from dataclasses import dataclass

from farebox.billing.records import Record
from farebox.settings import settings
from farebox.storage.connection import Item

HEAD = "A"
# Fixed for ever: an event's key follows from its id. Each takes 1,000 write units a second.
EVENT_SHARDS = 4

_PAGE_ID = re.compile(
    r"(org_[0-9a-hjkmnp-tv-z]{26})\.(live|test)\.(chk_[0-9a-hjkmnp-tv-z]{26})", re.ASCII
)

_CODES = {
    "product": "PRO",
    "price": "PRI",
    "customer": "CUS",
    "payment_method": "PM",
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
    """Of an event in the outbox, which is in the order of its ids."""
    return {"pk": event_shard(tenant, _sum(id) % EVENT_SHARDS), "sk": id}


def event_shard(tenant: Tenant, shard: int) -> str:
    """The partition that holds one shard of the outbox."""
    return f"{tenant.prefix}EV#{shard}"


def idempotency(tenant: Tenant, operation: str, value: str) -> Item:
    """Of what an Idempotency-Key (or a request id) made first."""
    return {"pk": f"{tenant.prefix}IK#{operation}#{value}"}


def sandbox_intent(tenant: Tenant, id: str) -> Item:
    """Of an intent of the sandbox."""
    return {"pk": f"{tenant.prefix}SBI#{id}", "sk": HEAD}


def sandbox_charge(tenant: Tenant, intent: str) -> Item:
    """Of the charge of an intent in the sandbox's ledger: there can be no second one."""
    return {"pk": f"{tenant.prefix}SBC#{intent}", "sk": HEAD}


def sandbox_answer(tenant: Tenant, key: str) -> Item:
    """Of what the sandbox answered to a key."""
    return {"pk": f"{tenant.prefix}SBK#{key}"}


def window(tenant: Tenant, what: str, number: int) -> Item:
    """Of the count of attempts in one window of time; ``what`` says whose."""
    return {"pk": f"{tenant.prefix}RL#{what}#{number}"}


def secrets(tenant: Tenant) -> Item:
    """Of what signs for an organization in one mode: under a prefix that few functions may read."""
    mode = "live" if tenant.livemode else "test"
    return {"pk": f"S#{tenant.organization}#{mode}#RET", "sk": HEAD}


def page_id(tenant: Tenant, checkout: str) -> str:
    """What names a checkout in the address of its page: all that its key is made of."""
    return f"{tenant.organization}.{'live' if tenant.livemode else 'test'}.{checkout}"


def read_page_id(text: str) -> tuple[Tenant, str] | None:
    """Whose checkout a page's address names, and which; None where it names none."""
    found = _PAGE_ID.fullmatch(text)
    return None if found is None else (Tenant(found[1], found[2] == "live"), found[3])


def listing(tenant: Tenant, kind: type[Record], shard: int) -> str:
    """The partition of the list index that holds one shard of a kind's records."""
    return f"{tenant.prefix}L#{_CODES[kind.kind]}#{shard}"


def listing_by_customer(tenant: Tenant, kind: type[Record], customer: str) -> str:
    """The partition of the index of a customer's records of a kind."""
    return f"{tenant.prefix}L#{_CODES[kind.kind]}#{customer}"


def shard(id: str) -> int:
    """The list shard of an id. Raising LIST_SHARDS is safe: a reader asks every shard."""
    return _sum(id) % settings().list_shards


def due(tenant: Tenant, kind: type[Record], id: str, at: str) -> Item:
    """The place in the index of what is due, of all organizations, oldest first."""
    mode = "live" if tenant.livemode else "test"
    return {
        "due_pk": due_shard(_sum(id) % settings().due_shards),
        "due_sk": "#".join((at, tenant.organization, mode, kind.kind, id)),
    }


def due_shard(shard: int) -> str:
    """The partition of one shard of what is due. Raising DUE_SHARDS is safe, as with lists."""
    return f"DUE#{shard}"


def _sum(id: str) -> int:
    return sum(id.encode())

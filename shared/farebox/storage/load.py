"""The one read of a request: the key's record and everything that a decision needs, together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from farebox import clock
from farebox.api_keys import Credential
from farebox.billing.known import Known, Reference
from farebox.billing.organizations import ApiKey, Caller, Organization
from farebox.billing.records import Kept, Record
from farebox.limits import MAXIMUM_REFERENCE
from farebox.problems import (
    Forbidden,
    KeyReused,
    NotFound,
    OtherDialect,
    StateChanged,
    Unauthenticated,
    Unavailable,
)
from farebox.settings import settings
from farebox.storage import items, keys
from farebox.storage.connection import Item, connection
from farebox.storage.keys import Tenant

if TYPE_CHECKING:
    from farebox.handler import Request

CALLER_CACHE_TIME = timedelta(seconds=60)
MAXIMUM_CACHED_CALLERS = 1000
LARGEST_READ = 100
REPLAY_ATTEMPTS = 5
REPLAY_PAUSE_SECONDS = 0.02

_callers: dict[str, tuple[Caller, datetime]] = {}


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What makes two requests one: the operation, the caller's key, and a hash of the body."""

    operation: str
    value: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read; ``first`` is what the same idempotency key made before, if it did."""

    tenant: Tenant
    known: Known
    keys: Sequence[IdempotencyKey] = ()
    first: Kept | None = None


def load(
    request: "Request",
    scope: str,
    references: Iterable[Reference] = (),
    *,
    creates: type[Record] | None = None,
    request_id: str | None = None,
    operation: str | None = None,
) -> Loaded:
    """Read the caller and all ``references`` in one round trip, and verify the caller first.

    A reference by a unique value, or a repeated idempotency key, costs a second; one by a shared
    value a second and a third. ``creates`` names what an Idempotency-Key would make;
    ``request_id`` is a second such key, from the body; ``operation`` tells requests apart that
    share a scope.
    Raises ``Unauthenticated``, ``Forbidden`` without ``scope``, ``KeyReused``.
    """
    tenant = Tenant(request.credential.organization, request.credential.livemode)
    # Nothing kept has a longer id or name, and DynamoDB takes no longer key.
    wanted = [each for each in dict.fromkeys(references) if len(each.value) <= MAXIMUM_REFERENCE]
    idempotency = _idempotency_keys(request, operation or scope, request_id) if creates else []
    caller = _cached(request.credential)
    core = [_key(tenant, each) for each in wanted if each.by not in each.kind.shared]
    if caller is None:
        core += [keys.api_key(request.credential.digest), keys.organization(tenant)]
    stored = _read(core, [keys.idempotency(tenant, k.operation, k.value) for k in idempotency])
    caller = caller or _verify(request.credential, tenant, stored)
    _check_dialect(caller, request)
    if not caller.key.allows(scope):
        raise Forbidden(f"This API key lacks the scope {scope}")
    found = _resolve(tenant, wanted, stored)
    known = Known(caller.organization, caller.livemode, found)
    first = _first(tenant, creates, idempotency, stored) if creates else None
    return Loaded(tenant, known, idempotency, first)


def load_for_worker(tenant: Tenant, references: Iterable[Reference]) -> Loaded:
    """Read all ``references``, by id, in one round trip, for a worker that no caller waits for.

    Raises ``NotFound`` where there is no such organization.
    """
    wanted = list(references)
    place = keys.organization(tenant)
    stored = _read([place, *(_key(tenant, each) for each in wanted)], [])
    organization = stored.get(str(place["pk"]))
    if organization is None:
        raise NotFound
    known = Known(
        items.record_of(Organization, organization),
        tenant.livemode,
        _resolve(tenant, wanted, stored),
    )
    return Loaded(tenant, known)


def load_more(loaded: Loaded, references: Iterable[Reference]) -> Known:
    """What is known, and ``references`` by id that are not yet, for an answer that shows them."""
    known = loaded.known
    missing = [each for each in dict.fromkeys(references) if each not in known.found]
    found = dict(known.found)
    for first in range(0, len(missing), LARGEST_READ):
        chunk = missing[first : first + LARGEST_READ]
        stored = _read([_key(loaded.tenant, each) for each in chunk], [])
        found |= _resolve(loaded.tenant, chunk, stored)
    return replace(known, found=found)


def authenticate(request: "Request") -> Caller:
    """The caller that a request's key proves to be. Raises ``Unauthenticated``."""
    credential = request.credential
    caller = _cached(credential)
    if caller is None:
        tenant = Tenant(credential.organization, credential.livemode)
        stored = _read([keys.api_key(credential.digest), keys.organization(tenant)], [])
        caller = _verify(credential, tenant, stored)
    _check_dialect(caller, request)
    return caller


def _check_dialect(caller: Caller, request: "Request") -> None:
    """A key that is bound to one language is no key in another."""
    if caller.key.dialect not in (None, request.dialect):
        raise OtherDialect


def forget_callers() -> None:
    """Empty the cache of verified keys, as a new process would find it."""
    _callers.clear()


def replay(tenant: Tenant, kind: type[Record], item: Item, key: IdempotencyKey) -> Kept:
    """What the request that left ``item`` made, as it was then. Raises ``KeyReused``."""
    if item["fingerprint"] != key.fingerprint:
        raise KeyReused
    settled = settings()
    event_key = keys.event(tenant, str(item["event"]))
    record_key = keys.record(tenant, kind, str(item["id"]))
    wanted = {settled.events_table: [event_key], settled.core_table: [record_key]}
    for attempt in range(REPLAY_ATTEMPTS):
        found = connection().read(wanted)
        snapshots = [*found[settled.events_table], *found[settled.core_table]]
        if snapshots:
            return Kept(items.record_of(kind, snapshots[0]), replayed=True)
        # A batch may see one item of a transaction before it sees the others.
        clock.pause(REPLAY_PAUSE_SECONDS * 2**attempt)
    raise Unavailable


def _idempotency_keys(
    request: "Request", operation: str, request_id: str | None
) -> list[IdempotencyKey]:
    found = []
    if request.idempotency_key is not None:
        found.append(IdempotencyKey(operation, request.idempotency_key, request.fingerprint))
    if request_id is not None:
        found.append(IdempotencyKey(f"{operation}.request_id", request_id, request.fingerprint))
    return found


def _key(tenant: Tenant, reference: Reference) -> Item:
    if reference.by == "id":
        return keys.record(tenant, reference.kind, reference.value)
    return keys.named(tenant, reference.kind, reference.by, reference.value)


def _read(core: Sequence[Item], ephemeral: Sequence[Item]) -> Mapping[str, Item]:
    """Items by partition key, which is unique across the tables."""
    settled = settings()
    wanted = {settled.core_table: _distinct(core), settled.ephemeral_table: _distinct(ephemeral)}
    if not core and not ephemeral:
        return {}
    found = connection().read(wanted)
    return {str(item["pk"]): item for table in found.values() for item in table}


def _distinct(wanted: Sequence[Item]) -> list[Item]:
    return list({key["pk"]: key for key in wanted}.values())


def _resolve(
    tenant: Tenant, wanted: Sequence[Reference], stored: Mapping[str, Item]
) -> Mapping[Reference, Record | None]:
    owners = {
        reference: str(item["owner_id"])
        for reference in wanted
        if reference.by != "id" and (item := _name(tenant, reference, stored))
    }
    record_keys = {
        reference: keys.record(tenant, reference.kind, owners.get(reference, reference.value))
        for reference in wanted
        if reference.by == "id" or reference in owners
    }
    second = _read([record_keys[reference] for reference in owners], [])
    records = {**stored, **second}
    found = {
        reference: items.record_of(reference.kind, item)
        for reference, key in record_keys.items()
        if (item := records.get(str(key["pk"])))
    }
    for reference in owners:
        if not _bears(found.get(reference), reference):
            raise StateChanged  # the value went to another record between the two reads
    return found


def _bears(record: Record | None, reference: Reference) -> bool:
    """Whether a record still has the value that led to it."""
    value = getattr(record, reference.by, None) or ""
    if reference.by in reference.kind.caseless:
        return bool(value.casefold() == reference.value.casefold())
    return bool(value == reference.value)


def _name(tenant: Tenant, reference: Reference, stored: Mapping[str, Item]) -> Item | None:
    """The item that leads from a value to its record: of a shared value, the oldest one."""
    pk = str(_key(tenant, reference)["pk"])
    if reference.by in reference.kind.shared:
        return connection().first(settings().core_table, pk)
    return stored.get(pk)


def _first(
    tenant: Tenant,
    kind: type[Record],
    idempotency: Sequence[IdempotencyKey],
    stored: Mapping[str, Item],
) -> Kept | None:
    for key in idempotency:
        item = stored.get(str(keys.idempotency(tenant, key.operation, key.value)["pk"]))
        if item is not None and int(item["expires_at"]) > clock.now().timestamp():
            return replay(tenant, kind, item, key)
    return None


def _cached(credential: Credential) -> Caller | None:
    caller, until = _callers.get(credential.digest, (None, None))
    if caller is None or until is None or clock.now() >= until:
        return None
    return caller


def _verify(credential: Credential, tenant: Tenant, stored: Mapping[str, Item]) -> Caller:
    key_item = stored.get(str(keys.api_key(credential.digest)["pk"]))
    organization_item = stored.get(str(keys.organization(tenant)["pk"]))
    if key_item is None or organization_item is None:
        raise Unauthenticated
    key = items.record_of(ApiKey, key_item)
    belongs = (key.organization, key.livemode) == (tenant.organization, tenant.livemode)
    if not belongs or key.revoked_at is not None:
        raise Unauthenticated
    caller = Caller(key, items.record_of(Organization, organization_item))
    if len(_callers) >= MAXIMUM_CACHED_CALLERS:
        _callers.clear()
    _callers[credential.digest] = (caller, clock.now() + CALLER_CACHE_TIME)
    return caller

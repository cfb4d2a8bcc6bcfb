"""The one write of a request: record, unique values, idempotency and event, or nothing.

time ──▶ transact ─▶ done
             ├─ a condition failed on our own earlier try (same write_id) ─▶ done
             ├─ an idempotency key was there first ─▶ its record, or KeyReused
             ├─ a unique value was there first ─▶ ValueTaken
             ├─ the record is no longer the version that was read ─▶ StateChanged
             ├─ a count has no room left ─▶ StateChanged
             └─ another transaction was at work on an item ─▶ pause, again
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from farebox import clock, ids
from farebox.billing.records import Change, Counting, Event, Kept, Record
from farebox.instants import stamp
from farebox.problems import OutcomeUnknown, StateChanged, Unavailable, ValueTaken
from farebox.settings import settings
from farebox.storage import items, keys
from farebox.storage.connection import (
    Condition,
    Count,
    Delete,
    Put,
    Reason,
    Refused,
    Write,
    connection,
)
from farebox.storage.keys import Tenant
from farebox.storage.load import IdempotencyKey, Loaded, replay

COMMIT_ATTEMPTS = 6
PAUSE_SECONDS = 0.01
IDEMPOTENCY_LIFETIME = timedelta(days=30)
EVENT_LIFETIME = timedelta(days=90)

# Holds when nothing has this key: ids are new, unique values free.
ABSENT = Condition("attribute_not_exists(pk)")


def absent_or_expired(now: int) -> Condition:
    """Holds when no idempotency record is there, or one that TTL has not yet removed."""
    return Condition("attribute_not_exists(pk) OR expires_at <= :now", {":now": now})


def version_is(version: int) -> Condition:
    """Holds when the record is the one that was read."""
    return Condition("version = :version", {":version": version})


def absent_or_owned(owner: str) -> Condition:
    """Holds unless a value that is given up has meanwhile come to belong to another record."""
    return Condition("attribute_not_exists(pk) OR owner_id = :owner", {":owner": owner})


def owned_by(owner: str) -> Condition:
    """Holds while a value that changes hands still belongs to the record that gives it."""
    return Condition("owner_id = :owner", {":owner": owner})


def room_for(counting: Counting) -> Condition:
    """Holds while what is counted stays within its bounds; nothing counted yet is 0."""
    there, none = "attribute_exists(pk)", f"attribute_not_exists({counting.field})"
    if counting.by < 0:
        return Condition(f"{there} AND {counting.field} >= :least", {":least": -counting.by})
    if counting.most is None:
        return Condition(there)
    room = f"({none} OR {counting.field} <= :most)"
    return Condition(f"{there} AND {room}", {":most": counting.most - counting.by})


_Place = tuple[tuple[str, str | int | bool], ...]


@dataclass(frozen=True, slots=True)
class _Planned:
    """A write, and what it means when its condition fails."""

    write: Write
    key: IdempotencyKey | None = None
    claim: str = ""


def commit(loaded: Loaded, change: Change) -> Kept:
    """Keep ``change``; answers with its record, or with the one that the same key made first.

    Raises ``KeyReused``, ``ValueTaken``, ``StateChanged``, ``TooLarge`` before any write,
    ``Unavailable`` when conflicts do not end, and ``OutcomeUnknown``.
    """
    write_id, token = ids.entropy(16).hex(), ids.entropy(16).hex()
    planned = list(_plan(loaded, change, write_id, clock.now()))
    for attempt in range(COMMIT_ATTEMPTS):
        try:
            connection().transact([each.write for each in planned], token)
        except Unavailable as unheard:
            raise OutcomeUnknown from unheard
        except Refused as refused:
            if _is_own(refused.reasons, write_id):
                return Kept(change.record)
            first = _replayed(loaded, change, planned, refused.reasons)
            if first is not None:
                return first
            _refuse(planned, refused.reasons)
            clock.pause(PAUSE_SECONDS * 2**attempt * (1 + ids.entropy(1)[0] / 256))
        else:
            return Kept(change.record)
    raise Unavailable


def _plan(loaded: Loaded, change: Change, write_id: str, now: datetime) -> Iterator[_Planned]:
    tenant, settled = loaded.tenant, settings()
    changes = (change, *change.alongside)
    event_ids = ids.series("evt", sum(len(each.events) for each in changes))
    first_event = event_ids[0] if event_ids else ""
    unused = iter(event_ids)
    for each in changes:
        condition = ABSENT if each.before is None else version_is(each.before.version)
        item = items.record_item(tenant, each.record, write_id)
        yield _Planned(Put(settled.core_table, item, condition))
        for type_of_event in each.events:
            event = Event(
                id=next(unused),
                type=type_of_event,
                livemode=each.record.livemode,
                created_at=stamp(now),
                record=each.record,
            )
            expires_at = int((now + EVENT_LIFETIME).timestamp())
            item = items.event_item(tenant, event, write_id, expires_at)
            yield _Planned(Put(settled.events_table, item, ABSENT))
    for each in changes:
        yield from (_Planned(_count(tenant, counting)) for counting in each.countings)
    yield from _names(loaded, changes, write_id)
    for key in loaded.keys:
        yield _Planned(_idempotency(loaded, change, key, first_event, write_id, now), key=key)


def _count(tenant: Tenant, counting: Counting) -> Count:
    """A count changes the version too, so that no other change of the record undoes it."""
    return Count(
        settings().core_table,
        keys.record(tenant, counting.kind, counting.id),
        {counting.field: counting.by, "version": 1},
        room_for(counting),
    )


def _names(loaded: Loaded, changes: Sequence[Change], write_id: str) -> Iterator[_Planned]:
    """Reserve the unique and shared values that are new, give up those that are gone; a value that
    goes from one record to another changes hands in one write."""
    table = settings().core_table
    released: dict[_Place, Record] = {}
    claimed: dict[_Place, tuple[Record, str]] = {}
    for change in changes:
        record, kind = change.record, type(change.record)
        for field in (*kind.unique, *kind.shared):
            old, new = (
                _place(loaded.tenant, record, field, getattr(each, field, None))
                for each in (change.before, record)
            )
            if old is not None and old != new:
                released[old] = record
            if new is not None and old != new:
                claimed[new] = (record, field)
    for place, record in released.items():
        if place not in claimed:
            yield _Planned(Delete(table, dict(place), absent_or_owned(record.id)))
    for place, (record, field) in claimed.items():
        item = {**dict(place), "owner_id": record.id, "write_id": write_id}
        if place in released:
            yield _Planned(Put(table, item, owned_by(released[place].id)))
        else:
            yield _Planned(Put(table, item, ABSENT), claim=field)


def _place(tenant: Tenant, record: Record, field: str, value: str | None) -> _Place | None:
    if value is None:
        return None
    return tuple(keys.named(tenant, type(record), field, value, record.id).items())


def _idempotency(
    loaded: Loaded,
    change: Change,
    key: IdempotencyKey,
    event_id: str,
    write_id: str,
    now: datetime,
) -> Put:
    item = {
        **keys.idempotency(loaded.tenant, key.operation, key.value),
        "fingerprint": key.fingerprint,
        "id": change.record.id,
        "event": event_id,
        "write_id": write_id,
        "expires_at": int((now + IDEMPOTENCY_LIFETIME).timestamp()),
    }
    return Put(settings().ephemeral_table, item, absent_or_expired(int(now.timestamp())))


def _is_own(reasons: Sequence[Reason], write_id: str) -> bool:
    """Whether what stands in the way is this very write, done by a try whose answer was lost."""
    return any(reason.item and reason.item.get("write_id") == write_id for reason in reasons)


def _replayed(
    loaded: Loaded, change: Change, planned: Sequence[_Planned], reasons: Sequence[Reason]
) -> Kept | None:
    for each, reason in zip(planned, reasons, strict=True):
        if each.key is not None and reason.condition_failed and reason.item is not None:
            return replay(loaded.tenant, type(change.record), reason.item, each.key)
    return None


def _refuse(planned: Sequence[_Planned], reasons: Sequence[Reason]) -> None:
    """Raise what a refusal means. While another transaction is at work nothing is settled: what
    failed may be half of a transaction that this one should replay."""
    if any(reason.conflicted for reason in reasons):
        return
    for each, reason in zip(planned, reasons, strict=True):
        if reason.condition_failed and each.claim:
            message = f"This {each.claim} belongs to another record"
            raise ValueTaken(message, code=f"{each.claim}_taken", param=each.claim)
    if any(reason.condition_failed for reason in reasons):
        raise StateChanged
    raise Unavailable

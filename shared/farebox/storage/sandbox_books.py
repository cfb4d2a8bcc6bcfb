"""The books of the sandbox: its intents, its ledger, and its memory of keys.

An answer, the intent that it left and the charge that it made are kept in one transaction, so that
a key that comes again finds all of it or nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from farebox import clock, ids
from farebox.settings import settings
from farebox.storage import keys
from farebox.storage.commit import ABSENT, absent_or_expired, version_is
from farebox.storage.connection import Item, Put, Refused, Write, connection
from farebox.storage.keys import Tenant

# As long as Stripe promises to know a key.
KEY_LIFETIME = timedelta(hours=24)


class Changed(Exception):
    """Somebody else changed the books meanwhile; read them again."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An intent as it is kept, with the version that a change must name, and the answer that a key
    was given before."""

    intent: str | None
    version: int
    answer: str | None


def opened(tenant: Tenant, id: str, key: str) -> Opened:
    """What is kept of an intent and a key; either may be "" for none."""
    settled = settings()
    wanted = {
        settled.core_table: [keys.sandbox_intent(tenant, id)] if id else [],
        settled.ephemeral_table: [keys.sandbox_answer(tenant, key)] if key else [],
    }
    found = connection().read(wanted)
    intent = next(iter(found[settled.core_table]), None)
    answer = next(iter(found[settled.ephemeral_table]), None)
    if answer is not None and int(answer["expires_at"]) <= clock.now().timestamp():
        answer = None
    return Opened(
        intent=str(intent["document"]) if intent else None,
        version=int(intent["version"]) if intent else 0,
        answer=str(answer["document"]) if answer else None,
    )


def keep(tenant: Tenant, id: str, intent: str, version: int, *, key: str, charge: str) -> None:
    """Keep an intent after ``version`` (0: a new one), the answer to ``key`` and a ``charge``.

    Raises ``Changed``.
    """
    settled = settings()
    now = int(clock.now().timestamp())
    item: Item = {**keys.sandbox_intent(tenant, id), "version": version + 1, "document": intent}
    condition = version_is(version) if version else ABSENT
    writes: list[Write] = [Put(settled.core_table, item, condition)]
    if key:
        expires_at = now + int(KEY_LIFETIME.total_seconds())
        place = keys.sandbox_answer(tenant, key)
        item = {**place, "document": intent, "expires_at": expires_at}
        writes.append(Put(settled.ephemeral_table, item, absent_or_expired(now)))
    if charge:
        item = {**keys.sandbox_charge(tenant, id), "document": charge}
        writes.append(Put(settled.core_table, item, ABSENT))
    try:
        connection().transact(writes, ids.entropy(16).hex())
    except Refused as refused:
        raise Changed from refused

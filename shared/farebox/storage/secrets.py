"""What signs for an organization in one mode: kept apart from everything else, so that only the
checkout page's function may read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from farebox import ids
from farebox.problems import StateChanged
from farebox.settings import settings
from farebox.storage import items, keys
from farebox.storage.commit import ABSENT, version_is
from farebox.storage.connection import Put, Refused, connection
from farebox.storage.keys import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """``return_secret`` signs the addresses that customers return to. ``api_keys`` are the ones of
    languages that sign by these, by name."""

    return_secret: str = ""
    api_keys: Mapping[str, str] = field(default_factory=dict)


def read(tenant: Tenant) -> Secrets:
    """What signs; empty where nothing was made."""
    return _read(tenant)[0]


def put(tenant: Tenant, secrets: Secrets) -> Put:
    """The write of a new organization's."""
    return Put(settings().core_table, _item(tenant, secrets, 1), ABSENT)


def set_return_secret(tenant: Tenant, secret: str) -> None:
    """Sign by another secret from now on. Raises ``StateChanged``."""
    kept, version = _read(tenant)
    _keep(tenant, replace(kept, return_secret=secret), version)


def add_api_key(tenant: Tenant, name: str, key: str) -> None:
    """Sign by this API key too, where its language wants that. Raises ``StateChanged``."""
    kept, version = _read(tenant)
    _keep(tenant, replace(kept, api_keys={**kept.api_keys, name: key}), version)


def remove_api_key(tenant: Tenant, name: str) -> None:
    """Forget an API key that was revoked. Raises ``StateChanged``."""
    kept, version = _read(tenant)
    if name in kept.api_keys:
        left = {other: key for other, key in kept.api_keys.items() if other != name}
        _keep(tenant, replace(kept, api_keys=left), version)


def _read(tenant: Tenant) -> tuple[Secrets, int]:
    table = settings().core_table
    found = connection().read({table: [keys.secrets(tenant)]})[table]
    if not found:
        return Secrets(), 0
    return items.record_of(Secrets, found[0]), int(found[0]["version"])


def _keep(tenant: Tenant, secrets: Secrets, version: int) -> None:
    condition = version_is(version) if version else ABSENT
    write = Put(settings().core_table, _item(tenant, secrets, version + 1), condition)
    try:
        connection().transact([write], ids.entropy(16).hex())
    except Refused as refused:
        raise StateChanged from refused


def _item(tenant: Tenant, secrets: Secrets, version: int) -> dict[str, str | int | bool]:
    document = items.text_of(secrets)
    return {**keys.secrets(tenant), "version": version, "document": document}

"""Organizations and their API keys: what must exist before the first request can be answered."""

import ipaddress
import os
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from farebox import api_keys, clock, ids
from farebox.billing.customers import Customer
from farebox.billing.organizations import ALL_SCOPES, DEFAULT_CURRENCY, ApiKey, Organization
from farebox.instants import stamp
from farebox.settings import settings
from farebox.storage import items, keys
from farebox.storage.commit import ABSENT, version_is
from farebox.storage.connection import Item, Put, connection
from farebox.storage.keys import Tenant

SHOWN_CHARACTERS = 4
LOCAL_ORGANIZATION = "org_00000000000000000000000000"
EXAMPLE_CUSTOMER = "cus_00000000000000000000000000"
_LOCAL_BODY = f"fb_test_{'0' * 26}_{'local' * 8}KEY"
LOCAL_TEST_KEY = _LOCAL_BODY + api_keys.checksum(_LOCAL_BODY)
"""The key that stands in the example events; anybody knows it, so only a local stack takes it."""


class NotLocal(Exception):
    """The fixed test key was asked for outside a local stack."""


class UnknownKey(Exception):
    """There is no such key here."""


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """An organization's id and its first keys, which are shown now and never again."""

    id: str
    test_key: str
    live_key: str


def create_organization(
    name: str, default_currency: str = DEFAULT_CURRENCY, *, test_key: str = ""
) -> NewOrganization:
    """Keep an organization in both modes, with a key of all scopes for each.

    ``test_key`` may only be ``LOCAL_TEST_KEY``, and only where the database is on this machine:
    raises ``NotLocal`` elsewhere.
    """
    if test_key and not (test_key == LOCAL_TEST_KEY and is_local()):
        raise NotLocal("The fixed test key is for a database on this machine only")
    id = LOCAL_ORGANIZATION if test_key else ids.new("org")
    created = NewOrganization(
        id=id,
        test_key=test_key or api_keys.new(id, livemode=False),
        live_key=api_keys.new(id, livemode=True),
    )
    writes = []
    for livemode, key in ((False, created.test_key), (True, created.live_key)):
        organization = Organization(
            id=id,
            livemode=livemode,
            created_at=stamp(clock.now()),
            name=name,
            default_currency=default_currency,
        )
        item = {**keys.organization(Tenant(id, livemode)), "document": items.text_of(organization)}
        writes += [_put(item), _put(_key_item(key, _new_key(id, key, livemode, "first key")))]
    if test_key:
        writes.append(_put(items.record_item(Tenant(id, False), _example_customer(), "")))
    connection().transact(writes, ids.entropy(16).hex())
    return created


def create_key(
    organization: str, *, livemode: bool, name: str = "", scopes: tuple[str, ...] = (ALL_SCOPES,)
) -> str:
    """Keep one more key of an organization, and answer with it: it is shown now and never again.

    Raises ``UnknownKey`` where there is no such organization.
    """
    key = keys.organization(Tenant(organization, livemode))
    table = settings().core_table
    if not connection().read({table: [key]})[table]:
        raise UnknownKey(f"There is no organization {organization} here")
    made = api_keys.new(organization, livemode=livemode)
    kept = replace(_new_key(organization, made, livemode, name), scopes=scopes)
    connection().transact([_put(_key_item(made, kept))], ids.entropy(16).hex())
    return made


def revoke_key(key: str) -> ApiKey:
    """Make a key useless, within a minute everywhere. Raises ``UnknownKey``."""
    table, place = settings().core_table, keys.api_key(api_keys.digest(key))
    found = connection().read({table: [place]})[table]
    if not found:
        raise UnknownKey("There is no such key here")
    kept = items.record_of(ApiKey, found[0])
    revoked = replace(kept, revoked_at=kept.revoked_at or stamp(clock.now()))
    item = {**_key_item(key, revoked), "version": int(found[0]["version"]) + 1}
    put = Put(table, item, version_is(int(found[0]["version"])))
    connection().transact([put], ids.entropy(16).hex())
    return revoked


def is_local() -> bool:
    """Whether DynamoDB's address, as the AWS variables name it, is on this machine."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB") or os.environ.get("AWS_ENDPOINT_URL", "")
    host = urlsplit(endpoint).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _example_customer() -> Customer:
    """Whom the example events order for."""
    now = stamp(clock.now())
    return Customer(
        id=EXAMPLE_CUSTOMER,
        livemode=False,
        created_at=now,
        updated_at=now,
        name="Example customer",
    )


def _new_key(organization: str, key: str, livemode: bool, name: str) -> ApiKey:
    return ApiKey(
        organization=organization,
        livemode=livemode,
        created_at=stamp(clock.now()),
        name=name,
        last4=key[-SHOWN_CHARACTERS:],
    )


def _key_item(key: str, kept: ApiKey) -> Item:
    place = keys.api_key(api_keys.digest(key))
    return {**place, "version": 1, "document": items.text_of(kept)}


def _put(item: Item) -> Put:
    return Put(settings().core_table, item, ABSENT)

"""Organizations and their API keys: what must exist before the first request can be answered."""

import ipaddress
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from farebox import api_keys, clock, ids
from farebox.billing.checkouts import LIFETIME, SIGNED_OTHERWISE, Checkout
from farebox.billing.line_items import LineItem
from farebox.billing.order_states import SCHEDULED
from farebox.billing.orders import Order
from farebox.billing.organizations import ALL_SCOPES, DEFAULT_CURRENCY, ApiKey, Organization
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.payment_methods import SANDBOX, SANDBOX_YEARS
from farebox.billing.records import Record
from farebox.billing.retry_policy import RetryPolicy
from farebox.billing.sandbox_cards import CARDS
from farebox.instants import stamp
from farebox.problems import StateChanged
from farebox.settings import settings
from farebox.signing import SECRET_BYTES
from farebox.storage import items, keys, secrets
from farebox.storage.commit import ABSENT, version_is
from farebox.storage.connection import Condition, Item, Put, Refused, connection
from farebox.storage.keys import Tenant
from farebox.storage.secrets import Secrets

SHOWN_CHARACTERS = 4
LOCAL_ORGANIZATION = "org_00000000000000000000000000"
EXAMPLE_CUSTOMER = "cus_00000000000000000000000000"
EXAMPLE_PAYMENT_METHOD = "pm_00000000000000000000000000"
EXAMPLE_ORDER = "ord_00000000000000000000000000"
EXAMPLE_CHECKOUT = "chk_00000000000000000000000000"
EXAMPLE_PAGE = "http://127.0.0.1:3000/checkout/"
_LOCAL_BODY = f"fb_test_{'0' * 26}_{'local' * 8}KEY"
LOCAL_TEST_KEY = _LOCAL_BODY + api_keys.checksum(_LOCAL_BODY)
"""The key that stands in the example events; anybody knows it, so only a local stack takes it."""


class NotLocal(Exception):
    """The fixed test key was asked for outside a local stack."""


class UnknownKey(Exception):
    """There is no such key here."""


class NotForLiveMode(Exception):
    """The sandbox moves no money, so what it is paid is not paid."""


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """An organization's id, its first keys, and what signs the addresses that its customers return
    to; all but the id are shown now and never again."""

    id: str
    test_key: str
    live_key: str
    test_return_secret: str
    live_return_secret: str


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
        test_return_secret=_new_secret(),
        live_return_secret=_new_secret(),
    )
    writes = []
    for livemode, key, secret in (
        (False, created.test_key, created.test_return_secret),
        (True, created.live_key, created.live_return_secret),
    ):
        organization = Organization(
            id=id,
            livemode=livemode,
            created_at=stamp(clock.now()),
            name=name,
            default_currency=default_currency,
            processor=None if livemode else SANDBOX,
        )
        item = {**keys.organization(Tenant(id, livemode)), "document": items.text_of(organization)}
        writes += [_put(item), _put(_key_item(key, _new_key(id, key, livemode, "first key")))]
        writes.append(secrets.put(Tenant(id, livemode), Secrets(return_secret=secret)))
    if test_key:
        examples = _examples()
        writes += [_put(items.record_item(Tenant(id, False), each, "")) for each in examples]
    connection().transact(writes, ids.entropy(16).hex())
    return created


def create_key(
    organization: str,
    *,
    livemode: bool,
    name: str = "",
    scopes: tuple[str, ...] = (ALL_SCOPES,),
    dialect: str | None = None,
) -> str:
    """Keep one more key of an organization, and answer with it: it is shown now and never again.

    Raises ``UnknownKey`` where there is no such organization.
    """
    key = keys.organization(Tenant(organization, livemode))
    table = settings().core_table
    if not connection().read({table: [key]})[table]:
        raise UnknownKey(f"There is no organization {organization} here")
    made = api_keys.new(organization, livemode=livemode)
    key_record = _new_key(organization, made, livemode, name)
    kept = replace(key_record, scopes=scopes, dialect=dialect)
    if dialect in SIGNED_OTHERWISE:
        # First: a key that nobody has yet may be there, one that could not sign would be noticed.
        name = api_keys.name_of(api_keys.digest(made))
        secrets.add_api_key(Tenant(organization, livemode), name, made)
    connection().transact([_put(_key_item(made, kept))], ids.entropy(16).hex())
    return made


def update_organization(
    organization: str,
    *,
    livemode: bool,
    processor: str | None = None,
    retry_days: tuple[int, ...] | None = None,
    attempts_in_30_days: int | None = None,
    return_origins: tuple[str, ...] | None = None,
) -> Organization:
    """Change who charges an organization's customers, when a declined charge is tried again, and
    where customers may be sent to after a checkout.

    Known everywhere within a minute. Raises ``UnknownKey``, ``NotForLiveMode``.
    """
    if livemode and processor == SANDBOX:
        raise NotForLiveMode("The sandbox moves no money: it is for test mode only")
    table, place = settings().core_table, keys.organization(Tenant(organization, livemode))
    found = connection().read({table: [place]})[table]
    if not found:
        raise UnknownKey(f"There is no organization {organization} here")
    kept = items.record_of(Organization, found[0])
    policy = RetryPolicy(
        delay_days=kept.retry_policy.delay_days if retry_days is None else retry_days,
        maximum_in_30_days=attempts_in_30_days or kept.retry_policy.maximum_in_30_days,
    )
    changed = replace(
        kept,
        processor=processor or kept.processor,
        retry_policy=policy,
        return_origins=kept.return_origins if return_origins is None else return_origins,
    )
    item: Item = {**place, "document": items.text_of(changed)}
    unchanged = Condition("document = :document", {":document": str(found[0]["document"])})
    _replace(Put(table, item, unchanged))
    return changed


def revoke_key(key: str) -> ApiKey:
    """Make a key useless, within a minute everywhere. Raises ``UnknownKey``."""
    table, place = settings().core_table, keys.api_key(api_keys.digest(key))
    found = connection().read({table: [place]})[table]
    if not found:
        raise UnknownKey("There is no such key here")
    kept = items.record_of(ApiKey, found[0])
    revoked = replace(kept, revoked_at=kept.revoked_at or stamp(clock.now()))
    item = {**_key_item(key, revoked), "version": int(found[0]["version"]) + 1}
    _replace(Put(table, item, version_is(int(found[0]["version"]))))
    name = api_keys.name_of(api_keys.digest(key))
    secrets.remove_api_key(Tenant(kept.organization, kept.livemode), name)
    return revoked


def replace_return_secret(organization: str, *, livemode: bool) -> str:
    """Sign the addresses that customers return to by a new secret from now on; it is shown now and
    never again. Raises ``UnknownKey``."""
    tenant = Tenant(organization, livemode)
    table, place = settings().core_table, keys.organization(tenant)
    if not connection().read({table: [place]})[table]:
        raise UnknownKey(f"There is no organization {organization} here")
    secret = _new_secret()
    secrets.set_return_secret(tenant, secret)
    return secret


def _replace(put: Put) -> None:
    """Raises ``StateChanged``."""
    try:
        connection().transact([put], ids.entropy(16).hex())
    except Refused as refused:
        raise StateChanged from refused


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


def _examples() -> Sequence[Record]:
    """What the example events name: a customer, how they pay, an order that is due, a checkout."""
    now = clock.now()
    made: Mapping[str, Any] = {
        "livemode": False,
        "created_at": stamp(now),
        "updated_at": stamp(now),
    }
    card = CARDS["success"]
    method = PaymentMethod(
        id=EXAMPLE_PAYMENT_METHOD,
        customer=EXAMPLE_CUSTOMER,
        processor=SANDBOX,
        token="success",  # noqa: S106
        test_card="success",
        brand=card.brand,
        last4=card.last4,
        exp_month=12,
        exp_year=now.year + SANDBOX_YEARS,
        **made,
    )
    customer = Customer(
        id=EXAMPLE_CUSTOMER, name="Example customer", default_payment_method=method, **made
    )
    line = LineItem(id=EXAMPLE_ORDER, quantity=1, description="Example", total_amount=1250)
    order = Order(
        id=EXAMPLE_ORDER,
        customer=EXAMPLE_CUSTOMER,
        currency=DEFAULT_CURRENCY,
        line_items=(line,),
        subtotal_amount=1250,
        total_amount=1250,
        status=SCHEDULED,
        collection="scheduled",
        charge_at=stamp(now),
        due_at=stamp(now),
        **made,
    )
    tenant = Tenant(LOCAL_ORGANIZATION, False)
    checkout = Checkout(
        id=EXAMPLE_CHECKOUT,
        page=EXAMPLE_PAGE + keys.page_id(tenant, ""),
        currency=DEFAULT_CURRENCY,
        line_items=(line,),
        subtotal_amount=1250,
        discount_amount=0,
        total_amount=1250,
        expires_at=stamp(now + LIFETIME),
        **made,
    )
    return customer, method, order, checkout


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


def _new_secret() -> str:
    return ids.entropy(SECRET_BYTES).hex()


def _put(item: Item) -> Put:
    return Put(settings().core_table, item, ABSENT)

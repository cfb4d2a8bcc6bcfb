"""Every key starts with its tenant, so that nothing a caller sends can reach another's records."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farebox import ids
from farebox.billing.catalogue import Price, Product
from farebox.billing.checkouts import Checkout
from farebox.billing.discounts import Discount
from farebox.billing.orders import Order
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Record
from farebox.settings import settings
from farebox.storage import keys
from farebox.storage.keys import Tenant

KINDS: list[type[Record]] = [
    *(Product, Price, Customer, PaymentMethod, Discount, Order, Checkout),
]
Place = Callable[[Tenant, str], str]


def pk(item: object) -> str:
    assert isinstance(item, dict)
    return str(item["pk"])


PLACES: dict[str, Place] = {
    "organization": lambda tenant, text: pk(keys.organization(tenant)),
    "counter": lambda tenant, text: pk(keys.counter(tenant, text)),
    "event": lambda tenant, text: pk(keys.event(tenant, text)),
    "sandbox's intent": lambda tenant, text: pk(keys.sandbox_intent(tenant, text)),
    "sandbox's charge": lambda tenant, text: pk(keys.sandbox_charge(tenant, text)),
    "sandbox's answer": lambda tenant, text: pk(keys.sandbox_answer(tenant, text)),
    "idempotency": lambda tenant, text: pk(keys.idempotency(tenant, "orders:write", text)),
}


def _add_places(kind: type[Record]) -> None:
    name = kind.kind
    PLACES[name] = lambda tenant, text: pk(keys.record(tenant, kind, text))
    PLACES[f"list of {name}"] = lambda tenant, text: keys.listing(tenant, kind, 0)
    PLACES[f"customer's {name}"] = lambda tenant, text: keys.listing_by_customer(tenant, kind, text)
    for field in (*kind.unique, *kind.shared):
        PLACES[f"{name}.{field}"] = partial(_named, kind, field)


def _named(kind: type[Record], field: str, tenant: Tenant, text: str) -> str:
    return pk(keys.named(tenant, kind, field, text))


for each in KINDS:
    _add_places(each)

# What an API key can say of its organization; and what a caller may send for the rest.
ORGANIZATIONS = st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=26, max_size=26).map(
    lambda text: f"org_{text}"
)
TENANTS = st.builds(Tenant, ORGANIZATIONS, st.booleans())
HOSTILE = st.text() | st.sampled_from(
    [
        "",
        "#",
        "##",
        "ORG",
        "PRO#prod_1",
        "#test#PRO#prod_1",
        "O#org_00000000000000000000000000#live#",
        "../../O#org_00000000000000000000000000#live#ORG",
        "x#live",
    ]
)

every_place = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())


@every_place
@given(tenant=TENANTS, text=HOSTILE)
def test_every_key_starts_with_its_organization_and_mode(
    place: Place, tenant: Tenant, text: str
) -> None:
    """Else one merchant reads, or overwrites, another's orders."""
    mode = "live" if tenant.livemode else "test"

    assert place(tenant, text).startswith(f"O#{tenant.organization}#{mode}#")


@given(one=TENANTS, other=TENANTS)
def test_no_tenant_s_prefix_is_the_start_of_another_s(one: Tenant, other: Tenant) -> None:
    """Else an id can be written that reaches from one tenant into the other."""
    if one != other:
        assert not one.prefix.startswith(other.prefix)
        assert not other.prefix.startswith(one.prefix)


@given(
    organization=ORGANIZATIONS,
    one=st.tuples(st.sampled_from(sorted(PLACES)), HOSTILE),
    other=st.tuples(st.sampled_from(sorted(PLACES)), HOSTILE),
)
def test_no_two_tenants_ever_share_a_key(
    organization: str, one: tuple[str, str], other: tuple[str, str]
) -> None:
    """Else test data stands in a live list, whatever hostile text its ids hold."""
    test, live = Tenant(organization, False), Tenant(organization, True)

    assert PLACES[one[0]](test, one[1]) != PLACES[other[0]](live, other[1])


@given(
    tenant=TENANTS,
    one=st.tuples(st.sampled_from(sorted(PLACES)), HOSTILE),
    other=st.tuples(st.sampled_from(sorted(PLACES)), HOSTILE),
)
def test_no_two_kinds_of_item_share_a_key(
    tenant: Tenant, one: tuple[str, str], other: tuple[str, str]
) -> None:
    """Else a customer is read as an order, or a hostile external id claims somebody's e-mail."""
    (first, first_text), (second, second_text) = one, other
    lists = {name for name in PLACES if name.startswith(("list of", "customer's"))}

    if first != second and not {first, second} <= lists:
        assert PLACES[first](tenant, first_text) != PLACES[second](tenant, second_text)


@given(tenant=TENANTS, one=HOSTILE, other=HOSTILE)
def test_two_ids_have_two_keys(tenant: Tenant, one: str, other: str) -> None:
    """Else one order overwrites another."""
    if one != other:
        for kind in KINDS:
            assert keys.record(tenant, kind, one) != keys.record(tenant, kind, other)


@given(tenant=TENANTS, one=HOSTILE, other=HOSTILE)
def test_an_idempotency_key_is_one_operation_s_own(tenant: Tenant, one: str, other: str) -> None:
    """Else the key of a checkout answers with an order."""
    operations = ("orders:write", "checkouts:write", "checkouts:write.request_id")
    found = [
        pk(keys.idempotency(tenant, name, text)) for name in operations for text in {one, other}
    ]

    assert len(set(found)) == len(found)


def test_a_customer_s_list_is_nobody_s_shard() -> None:
    """Else a customer whose orders are listed is answered with everybody's."""
    tenant = Tenant("org_1", False)
    made = ids.new("cus")

    for kind in KINDS:
        assert keys.listing_by_customer(tenant, kind, made) != keys.listing(tenant, kind, 0)


@pytest.mark.parametrize(
    ("kind", "field", "one", "other"),
    [
        (Discount, "code", "TENTH", "tenth"),
        (Customer, "email", "Ada@Example.com", "ada@example.com"),
    ],
)
def test_what_people_type_is_found_whatever_its_case(
    kind: type[Record], field: str, one: str, other: str
) -> None:
    """Else a customer who types a code in lower case pays the full price."""
    tenant = Tenant("org_1", False)

    assert keys.named(tenant, kind, field, one) == keys.named(tenant, kind, field, other)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (Product, "external_id"),
        (Customer, "external_id"),
        (Price, "lookup_key"),
        (Price, "external_price_id"),
    ],
)
def test_what_programs_name_is_found_exactly(kind: type[Record], field: str) -> None:
    """Else two records of another system, whose ids differ in case, are one of ours."""
    tenant = Tenant("org_1", False)

    assert keys.named(tenant, kind, field, "aB3") != keys.named(tenant, kind, field, "Ab3")


@given(st.binary(min_size=32, max_size=32).map(bytes.hex))
def test_an_api_key_s_record_is_nobody_s(digest: str) -> None:
    """Else a tenant's id could name a key's record."""
    assert keys.api_key(digest)["pk"] == f"K#{digest}"


@pytest.mark.parametrize("shards", [1, 4, 10])
def test_every_id_has_a_shard_that_a_reader_asks(
    shards: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an order is kept and listed nowhere."""
    monkeypatch.setenv("LIST_SHARDS", str(shards))
    settings.cache_clear()

    used = {keys.shard(ids.new("ord")) for _ in range(200)}

    assert used <= set(range(shards))
    assert len(used) == shards

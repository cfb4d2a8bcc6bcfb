"""What is kept is what was decided: every record goes to text and back without loss."""

import json
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farebox.billing.catalogue import Price, Product
from farebox.billing.checkouts import Checkout
from farebox.billing.discounts import Discount
from farebox.billing.line_items import LineItem
from farebox.billing.orders import Order
from farebox.billing.organizations import ApiKey, Organization
from farebox.billing.payers import Customer
from farebox.billing.records import Event, Record
from farebox.pricing.quote import Quote, QuoteStep
from farebox.problems import TooLarge
from farebox.storage import items
from farebox.storage.items import MAXIMUM_DOCUMENT_BYTES
from farebox.storage.keys import Tenant
from tests.unit.builders import customer, known, order, price, product

TENANT = Tenant("org_00000000000000000000000000", False)

TEXT = st.text(max_size=12)
OPTIONAL = st.none() | TEXT
AMOUNT = st.integers(0, 10**12)
# As they come out of a body: written with a point or an exponent, at most 17 digits.
DECIMALS = st.builds(
    lambda digits, places: Decimal(f"{digits}e-{places}"),
    st.integers(-(10**16), 10**16),
    st.integers(1, 20),
)
METADATA = st.dictionaries(
    TEXT, TEXT | st.integers(-(2**53), 2**53) | DECIMALS | st.booleans(), max_size=4
)
JSON = st.dictionaries(
    TEXT,
    TEXT | AMOUNT | DECIMALS | st.booleans() | st.lists(st.dictionaries(TEXT, TEXT, max_size=2)),
    max_size=3,
)
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "id": TEXT,
    "livemode": st.booleans(),
    "created_at": TEXT,
    "updated_at": TEXT,
    "version": st.integers(1, 9),
    "metadata": METADATA,
}
STEPS = st.builds(
    QuoteStep, kind=TEXT, units=TEXT, rate=TEXT, subtotal=TEXT, over=OPTIONAL, up_to=OPTIONAL
)
QUOTES = st.builds(
    Quote,
    model=TEXT,
    amount=AMOUNT,
    exact_amount=TEXT,
    rounding_step=TEXT,
    steps=st.lists(STEPS, max_size=3).map(tuple),
)
LINES = st.builds(
    LineItem,
    id=TEXT,
    quantity=AMOUNT,
    description=TEXT,
    total_amount=AMOUNT,
    price=OPTIONAL,
    product=OPTIONAL,
    product_name=OPTIONAL,
    price_data=st.none() | JSON,
    quote=st.none() | QUOTES,
    metadata=METADATA,
)
PRICES = st.builds(
    Price,
    **COMMON,
    product=TEXT,
    product_name=TEXT,
    currency=TEXT,
    model=TEXT,
    config=JSON,
    name=OPTIONAL,
    active=st.booleans(),
    cadence=OPTIONAL,
    recurring=st.none() | JSON,
    lookup_key=OPTIONAL,
    external_price_id=OPTIONAL,
)
PRODUCTS = st.builds(
    Product,
    **COMMON,
    name=TEXT,
    description=OPTIONAL,
    unit_label=OPTIONAL,
    image_url=OPTIONAL,
    active=st.booleans(),
    external_id=OPTIONAL,
    default_price=st.none() | PRICES,
)
CUSTOMERS = st.builds(
    Customer,
    **COMMON,
    email=OPTIONAL,
    name=OPTIONAL,
    phone=OPTIONAL,
    description=OPTIONAL,
    external_id=OPTIONAL,
    billing_address=st.none() | st.dictionaries(TEXT, TEXT, max_size=2),
    shipping_address=st.none() | st.dictionaries(TEXT, TEXT, max_size=2),
)
DISCOUNTS = st.builds(
    Discount,
    **COMMON,
    name=TEXT,
    type=st.sampled_from(["percentage", "fixed"]),
    code=OPTIONAL,
    basis_points=st.none() | AMOUNT,
    amounts=st.none() | st.dictionaries(TEXT, AMOUNT, max_size=2),
    starts_at=OPTIONAL,
    ends_at=OPTIONAL,
    max_redemptions=st.none() | AMOUNT,
    redemptions=AMOUNT,
    active=st.booleans(),
)
AMOUNTS = dict.fromkeys(
    ("subtotal_amount", "discount_amount", "total_amount", "tax_amount"), AMOUNT
)
ORDERS = st.builds(
    Order,
    **COMMON,
    **AMOUNTS,
    customer=TEXT,
    currency=TEXT,
    line_items=st.lists(LINES, max_size=3).map(tuple),
    paid_amount=AMOUNT,
    number=OPTIONAL,
    status=TEXT,
    description=OPTIONAL,
    billing_address=st.none() | st.dictionaries(TEXT, TEXT, max_size=2),
    custom_field_data=METADATA,
)
CHECKOUTS = st.builds(
    Checkout,
    **COMMON,
    **AMOUNTS,
    page=TEXT,
    currency=TEXT,
    line_items=st.lists(LINES, max_size=2).map(tuple),
    expires_at=TEXT,
    units=st.none() | AMOUNT,
    customer=OPTIONAL,
    discount=OPTIONAL,
    custom_fields=st.lists(JSON, max_size=2).map(tuple),
    request_id=OPTIONAL,
)
API_KEYS = st.builds(
    ApiKey,
    organization=TEXT,
    livemode=st.booleans(),
    created_at=TEXT,
    scopes=st.lists(TEXT, max_size=3).map(tuple),
    revoked_at=OPTIONAL,
)
ORGANIZATIONS = st.builds(
    Organization, id=TEXT, livemode=st.booleans(), created_at=TEXT, name=TEXT, default_currency=TEXT
)
EVERY_KIND = {
    Product: PRODUCTS,
    Price: PRICES,
    Customer: CUSTOMERS,
    Discount: DISCOUNTS,
    Order: ORDERS,
    Checkout: CHECKOUTS,
    ApiKey: API_KEYS,
    Organization: ORGANIZATIONS,
}

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.__name__)


def exactly(value: Any) -> Any:
    """``value`` with the type of everything in it: 1, true and 1.0 are equal, and not the same."""
    if is_dataclass(value):
        return [exactly(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, dict):
        return {key: exactly(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [exactly(item) for item in value]
    return (type(value), str(value))


def of_tomorrow(value: Any) -> Any:
    """Stored data with a field more in every object, as a newer version would write it."""
    if isinstance(value, dict):
        return {name: of_tomorrow(item) for name, item in value.items()} | {"of_tomorrow": {"a": 1}}
    return [of_tomorrow(item) for item in value] if isinstance(value, list) else value


@every_kind
@given(data=st.data())
def test_every_record_comes_back_as_it_was_kept(kind: type[Any], data: st.DataObject) -> None:
    """Else an order that was priced at one amount is charged at another."""
    record = data.draw(EVERY_KIND[kind])

    read = items.read(kind, items.text_of(record))

    assert read == record
    assert exactly(read) == exactly(record)


@every_kind
@given(data=st.data())
def test_what_is_kept_twice_is_the_same_text(kind: type[Any], data: st.DataObject) -> None:
    """Else a record that nobody changed is written again and again."""
    text = items.text_of(data.draw(EVERY_KIND[kind]))

    assert items.text_of(items.read(kind, text)) == text


def test_real_decisions_come_back_as_they_were_kept() -> None:
    """Else the strategies above have missed what a real order holds."""
    seat = price(
        unit_amount=None,
        model_type="tiered",
        tiered_config={
            "tiers": [
                {"first_unit": 0, "last_unit": Decimal("1.5"), "unit_amount": "1.10"},
                {"first_unit": Decimal("1.5"), "unit_amount": "0.333333333333"},
            ]
        },
    )
    buyer = customer(metadata={"exact": Decimal("0.10"), "large": 2**53, "yes": True})
    made = order(
        known(seat, buyer),
        customer=buyer.id,
        line_items=[{"price": seat.id, "quantity": 3}],
        custom_field_data={"score": Decimal("1E+3")},
    )
    offered = product(seat)

    for record in (seat, buyer, made, offered):
        assert exactly(items.read(type(record), items.text_of(record))) == exactly(record)


@pytest.mark.parametrize("text", ["0.1", "0.10", "-0.0", "1E+3", "1E-7", "12345678901234567E-16"])
def test_decimals_in_metadata_keep_every_digit(text: str) -> None:
    """Else a merchant's 0.10 comes back as 0.1, or as 0.1000000000000000055."""
    kept = replace(customer(), metadata={"number": Decimal(text)})

    assert str(items.read(Customer, items.text_of(kept)).metadata["number"]) == str(Decimal(text))


@pytest.mark.parametrize("kind", [Order, Checkout, Price, Customer, Discount])
@given(data=st.data())
def test_fields_of_a_newer_version_are_passed_over(kind: type[Any], data: st.DataObject) -> None:
    """Else a rollback cannot read what the version before it wrote."""
    record = data.draw(EVERY_KIND[kind])
    stored = json.loads(items.text_of(record), parse_float=str)

    read = items.read(kind, json.dumps(stored | {"of_tomorrow": {"nested": [1]}}))

    assert isinstance(read, kind)


def test_newer_fields_inside_a_record_are_passed_over_too() -> None:
    """Else a rollback fails at the first order whose quote has learned something."""
    seat, buyer = price(), customer()
    made = order(
        known(seat, buyer), customer=buyer.id, line_items=[{"price": seat.id, "quantity": 1}]
    )
    stored = json.loads(items.text_of(made))
    stored["line_items"] = of_tomorrow(stored["line_items"])

    read = items.read(Order, json.dumps(stored))

    assert read.line_items[0].quote == made.line_items[0].quote


def test_a_record_over_its_limit_is_refused_before_any_write() -> None:
    """Else DynamoDB refuses it in words that no caller understands, after its number was spent."""
    small = items.text_of(customer(name="x"))
    room = MAXIMUM_DOCUMENT_BYTES - len(small.encode())
    largest = replace(customer(name="x"), description="x" * (room - len(',"description":""')))

    assert len(items.text_of(largest).encode()) == MAXIMUM_DOCUMENT_BYTES
    with pytest.raises(TooLarge) as refused:
        items.text_of(replace(largest, name="Ω"))

    assert (refused.value.status, refused.value.code) == (413, "record_too_large")


@given(ORDERS)
def test_a_record_s_item_can_be_found_by_key_and_by_list(made: Order) -> None:
    """Else an order is kept and listed nowhere."""
    item = items.record_item(TENANT, made, "write")

    assert item["pk"] == f"{TENANT.prefix}ORD#{made.id}"
    assert (item["list_sk"], item["version"]) == (made.id, made.version)
    assert str(item["list_pk"]).startswith(TENANT.prefix)
    assert str(item["customer_list_pk"]).endswith(f"#{made.customer}")


def test_a_checkout_without_a_customer_is_in_no_customer_s_list() -> None:
    """Else every anonymous checkout is in the list of the customer ``None``."""
    made: Record = product()

    assert "customer_list_pk" not in items.record_item(TENANT, made, "write")


@given(ORDERS, st.integers(1, 2**40))
def test_an_event_holds_the_record_as_it_was(made: Order, expires_at: int) -> None:
    """Else a repeated request is answered with what the order has become since."""
    event = Event(id="evt_1", type="order.created", livemode=False, created_at="now", record=made)

    item = items.event_item(TENANT, event, "write", expires_at)

    assert items.record_of(Order, item) == made
    assert (item["type"], item["expires_at"]) == ("order.created", expires_at)

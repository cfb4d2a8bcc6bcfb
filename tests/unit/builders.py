"""What decisions are made about: requests as validation lets them in, records as they are kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from farebox import ids
from farebox.billing import customers, discounts, orders, payment_methods, prices, products
from farebox.billing.catalogue import Price, Product
from farebox.billing.discounts import Discount
from farebox.billing.known import Known, Reference
from farebox.billing.orders import Order
from farebox.billing.organizations import Organization
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.payment_methods import SANDBOX
from farebox.billing.records import Record
from farebox.billing.retry_policy import RetryPolicy
from farebox.problems import InvalidRequest
from farebox.validation.catalogue import (
    CreateCustomer,
    CreateDiscount,
    CreatePaymentMethod,
    CreateProduct,
)
from farebox.validation.check import Input, check
from farebox.validation.orders import CreateOrder
from farebox.validation.prices import CreatePrice

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
POLICY = RetryPolicy()

Shape = TypeVar("Shape", bound=Input)


def asked(shape: type[Shape], **fields: Any) -> Shape:
    """A request for ``shape`` with these fields."""
    return check(shape, fields)


def known(
    *records: Record,
    livemode: bool = False,
    default_currency: str = "usd",
    processor: str | None = SANDBOX,
    retry_policy: RetryPolicy = POLICY,
) -> Known:
    """An organization that has ``records``, found by id and by every value that names them."""
    organization = Organization(
        id="org_00000000000000000000000000",
        livemode=livemode,
        created_at="2026-01-01T00:00:00.000Z",
        name="Test shop",
        default_currency=default_currency,
        processor=processor,
        retry_policy=retry_policy,
    )
    found: dict[Reference, Record | None] = {}
    for record in records:
        found[Reference(type(record), record.id)] = record
        for field in (*record.unique, *record.shared):
            value = getattr(record, field)
            if value is not None:
                found[Reference(type(record), value, field)] = record
    return Known(organization, livemode, found)


def product(default_price: Price | None = None, **fields: Any) -> Product:
    request = asked(CreateProduct, **({"name": "Seat"} | fields))
    made = products.create(request, known(), id=ids.new("prod"), now=NOW).record
    assert isinstance(made, Product)
    if default_price is None:
        return made
    return replace(made, id=default_price.product, default_price=default_price)


def price(**fields: Any) -> Price:
    """12.50 dollars a seat, unless ``fields`` say something else."""
    terms: dict[str, Any] = {"currency": "usd", "unit_amount": 1250}
    if not {"product", "product_data"} & fields.keys():
        terms["product_data"] = {"name": "Seat"}
    request = asked(CreatePrice, **(terms | fields))
    change = prices.create(
        request, known(), id=ids.new("price"), product_id=ids.new("prod"), now=NOW
    )
    assert isinstance(change.record, Price)
    return change.record


def customer(**fields: Any) -> Customer:
    request = asked(CreateCustomer, **({"email": "ada@example.com"} | fields))
    made = customers.create(request, known(), id=ids.new("cus"), now=NOW).record
    assert isinstance(made, Customer)
    return made


def payment_method(
    owner: Customer, test_card: str = "success", id: str | None = None, **fields: Any
) -> PaymentMethod:
    """A card of ``owner`` in the sandbox."""
    request = asked(CreatePaymentMethod, customer=owner.id, test_card=test_card, **fields)
    change = payment_methods.create(request, known(owner), id=id or ids.new("pm"), now=NOW)
    assert isinstance(change.record, PaymentMethod)
    return change.record


def discount(**fields: Any) -> Discount:
    """A tenth off with the code TENTH, unless ``fields`` say something else."""
    terms: dict[str, Any] = {"name": "A tenth", "code": "TENTH", "type": "percentage"}
    if "amounts" in fields:
        terms["type"] = "fixed"
    else:
        terms["basis_points"] = 1000
    request = asked(CreateDiscount, **(terms | fields))
    made = discounts.create(request, known(), id=ids.new("dis"), now=NOW).record
    assert isinstance(made, Discount)
    return made


def order(what_is_known: Known, **fields: Any) -> Order:
    """The order that ``fields`` ask for."""
    request = asked(CreateOrder, **fields)
    made = orders.create(request, what_is_known, id=ids.new("ord"), now=NOW).record
    assert isinstance(made, Order)
    return made


def broken_rules(decide: Callable[[], object]) -> list[tuple[str, str]]:
    """Where ``decide`` refuses, and which rule; all of it, in order."""
    with pytest.raises(InvalidRequest) as refused:
        decide()
    return [(error.param, error.code) for error in refused.value.errors]

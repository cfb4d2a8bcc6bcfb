"""An order of a customer who is always there."""

from dataclasses import replace
from typing import Any

from farebox.billing import orders
from farebox.billing.catalogue import Price
from farebox.billing.known import Known
from farebox.billing.orders import Order
from farebox.validation.orders import CreateOrder
from tests.unit.builders import NOW, asked, customer

ID = "ord_01j00000000000000000000000"
BUYER = replace(customer(), id="cus_01j00000000000000000000000")


def decide(what_is_known: Known, **fields: Any) -> Order:
    request = asked(CreateOrder, **({"customer": BUYER.id} | fields))
    made = orders.create(request, what_is_known, id=ID, now=NOW).record
    assert isinstance(made, Order)
    return made


def line(source: Price, quantity: int = 1, **fields: Any) -> dict[str, Any]:
    return {"price": source.id, "quantity": quantity, **fields}


def inline(quantity: int = 1, **fields: Any) -> dict[str, Any]:
    data = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
    return {"price_data": data | fields, "quantity": quantity}

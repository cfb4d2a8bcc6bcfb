"""Creem's checkouts: a page on which one product, so many units of it, is paid."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from farebox.billing.catalogue import Product
from farebox.billing.discounts import Discount
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.billing.payers import Customer
from farebox.dialects.creem import customers, discounts, orders, products
from farebox.dialects.creem.body import Body
from farebox.dialects.creem.entities import head

if TYPE_CHECKING:
    from farebox.billing.checkouts import Checkout
    from farebox.billing.known import Known

LEAST_CUSTOM_PRICE = 100
MOST_CUSTOM_PRICE = 99_999_999
STATUSES: Mapping[str, str] = {"open": "pending", "confirmed": "processing"}
"""Of our states, the ones that Creem calls otherwise."""

PARAMS: Mapping[str, str] = {
    "product": "product_id",
    "unit_amount": "custom_price",
    "customer_email": "customer.email",
    "customer": "customer.id",
    "line_items[0].quantity": "units",
    "line_items[0]": "product_id",
}

_FIELDS = {
    "product_id": "product",
    "discount_code": "discount_code",
    "success_url": "success_url",
    "request_id": "request_id",
    "metadata": "metadata",
    "custom_fields": "custom_fields",
}


def read_new(body: Body) -> dict[str, Any]:
    """A checkout to make."""
    body.require("product_id")
    former = body.take("custom_field")
    document = body.take_all(_FIELDS)
    if former is not None:
        if "custom_fields" in document:
            message = "Not together with custom_fields, its present name"
            body.wrong("custom_field", "excluded", message)
        document["custom_fields"] = former
    units = body.take_number("units")
    price = body.take_whole_number("custom_price", LEAST_CUSTOM_PRICE, MOST_CUSTOM_PRICE)
    given = {"units": units, "unit_amount": price}
    document |= {name: value for name, value in given.items() if value is not None}
    customer = body.take_object("customer")
    document |= customer.take_all({"id": "customer", "email": "customer_email"})
    customer.refuse("name")
    body.refuse("affiliate_code")
    return document


def expands(checkout: "Checkout") -> Iterator[Reference]:
    """What a checkout shows in full: its product, its customer and its discount."""
    shown = (
        (Product, product_of(checkout)),
        (Customer, checkout.customer),
        (Order, checkout.order),
    )
    for kind, id in shown:
        if id is not None:
            yield Reference(kind, id)
    if checkout.discount_code is not None:
        # As it was found when the checkout was made, so that making one needs no second read.
        yield Reference(Discount, checkout.discount_code, by="code")


def write(checkout: "Checkout", known: "Known") -> dict[str, Any]:
    """A checkout, without the fields that it has no value for."""
    first = checkout.line_items[0]
    product = known.found_as(Product, product_of(checkout) or "")
    customer = known.found_as(Customer, checkout.customer or "")
    order = known.found_as(Order, checkout.order or "")
    discount = known.found_as(Discount, checkout.discount_code or "", by="code")
    written = {
        "request_id": checkout.request_id,
        "product": products.write(product, known) if product else first.product or first.id,
        "units": checkout.units or first.quantity or 1,
        "custom_price": _custom_price(checkout),
        "customer": customers.write(customer, known) if customer else checkout.customer,
        "order": orders.write(order, known) if order else None,
        "custom_fields": [
            _custom_field(field, checkout.custom_field_data) for field in checkout.custom_fields
        ],
        "checkout_url": checkout.checkout_url,
        "license_keys": [],
        "metadata": checkout.metadata,
        "discount": discounts.write_applied(discount, checkout.currency) if discount else None,
    }
    return {
        **head(checkout),
        "status": STATUSES.get(checkout.status, checkout.status),
        **{name: value for name, value in written.items() if value is not None},
        "success_url": checkout.success_url,
    }


def product_of(checkout: "Checkout") -> str | None:
    """The one product that Creem shows of a checkout: that of its first line."""
    return checkout.product or checkout.line_items[0].product


def _custom_price(checkout: "Checkout") -> int | None:
    """The amount that a unit of the product was given in place of its own."""
    terms = checkout.line_items[0].price_data
    if checkout.product is None or terms is None:
        return None
    amount: int | None = terms.get("unit_amount")
    return amount


def _custom_field(field: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """A question; what is called min_length in a request is minimum_length in an answer."""
    kind, asked = field["type"], dict(field.get(field["type"], {}))
    if "min_length" in asked:
        asked["minimum_length"] = asked.pop("min_length")
    written = {name: field[name] for name in ("type", "key", "label", "optional")}
    return {**written, kind: {**asked, "value": answers.get(field["key"])}}

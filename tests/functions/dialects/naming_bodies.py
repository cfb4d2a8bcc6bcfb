"""Bodies and queries that name another record, in every language.

``ID`` stands for the record in question, and ``OWN …`` for one of the caller's own.
"""

from collections.abc import Mapping
from typing import Any

from tests.functions.neighbours import Neighbour

Body = Mapping[str, Any]

MINE = {"name": "Mine"}
NOTED = {"metadata": {"note": "mine"}}
# A good body for each route whose path names a record.
FITTING: Mapping[str, Any] = {
    "farebox PATCH /products/<id>": MINE,
    "farebox PATCH /customers/<id>": MINE,
    "farebox PATCH /discounts/<id>": MINE,
    "farebox PATCH /prices/<id>": NOTED,
    "farebox PATCH /orders/<id>": NOTED,
    "farebox POST /orders/<id>/charge": None,
    "farebox POST /orders/<id>/cancel": None,
    "farebox POST /checkouts/<id>/expire": None,
    "farebox POST /prices/<id>/quote": {"quantity": 1},
    "polar PATCH /orders/<id>": {"billing_name": "Mine"},
    "polar POST /orders/<id>/finalize": None,
    "polar PATCH /products/<id>": MINE,
    "polar PATCH /customers/<id>": MINE,
    "polar PATCH /customers/external/<external_id>": MINE,
    "billingrails PATCH /orders/<id>": NOTED,
    "billingrails PUT /orders/<id>": NOTED,
    "billingrails POST /orders/<id>/cancel": None,
    "billingrails PATCH /accounts/<id>": MINE,
    "billingrails PUT /accounts/<id>": MINE,
    "billingrails PATCH /products/<id>": MINE,
    "billingrails PUT /products/<id>": MINE,
    "billingrails POST /products/<id>/archive": None,
    "billingrails POST /products/<id>/unarchive": None,
    "creem PATCH /products/<id>": MINE,
    "orb PUT /prices/<id>": NOTED,
    "orb PUT /prices/external_price_id/.+": NOTED,
    "orb PUT /items/<id>": MINE,
    "orb POST /items/<id>/archive": None,
    "stripe POST /prices/<id>": {"nickname": "Mine"},
    "stripe POST /products/<id>": MINE,
    "stripe POST /customers/<id>": MINE,
    "stripe POST /checkout/sessions/<id>/expire": None,
}
SEAT = {"name": "Seat", "price": {"currency": "USD", "model": "per_unit", "amount": 1250}}
PERCENT = {"name": "Sale", "type": "percentage"}
UNIT = {"model_type": "unit", "unit_config": {"unit_amount": "0.50"}}
# A good body for each route that makes something and names no other record.
NAMING_NONE: Mapping[str, Body] = {
    "farebox POST /products": MINE,
    "farebox POST /customers": MINE,
    "farebox POST /quotes": {"currency": "usd", "unit_amount": 100, "quantity": 1},
    "billingrails POST /accounts": {"name": "John", "email": "john@example.com"},
    "billingrails POST /products": SEAT,
    "creem POST /products": {
        "name": "Gold",
        "description": "Gold plan",
        "price": 1500,
        "currency": "USD",
        "billing_type": "onetime",
    },
    "creem POST /customers": {"name": "John", "email": "john@example.com"},
    "orb POST /items": MINE,
    "stripe POST /products": MINE,
    "stripe POST /customers": MINE,
}
INLINE = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
LINES = [{"price_data": INLINE, "quantity": 1}]
PRICED = {"price_data": {"currency": "usd", "unit_amount": 100, "product": "ID"}, "quantity": 1}
FIXED = {"amount_type": "fixed", "price_currency": "usd", "price_amount": 4900}
LINE = {"product_id": "OWN products", "quantity": 1}
ACCOUNT = {"account_id": "OWN customers", "currency": "USD"}
PRICE = {"name": "Calls", "cadence": "monthly", "currency": "USD", **UNIT}
BUYER = {"customer_id": "OWN customers"}
# A route, what it names, and a body that is good when that is the caller's own.
NAMING: tuple[tuple[str, str, Body], ...] = (
    ("farebox POST /prices", "products", {"product": "ID", "currency": "usd", "unit_amount": 100}),
    ("farebox POST /orders", "customers", {"customer": "ID", "line_items": LINES}),
    ("farebox POST /checkouts", "customers", {"customer": "ID", "line_items": LINES}),
    ("farebox POST /checkouts", "products", {"line_items": [PRICED]}),
    ("farebox POST /checkouts", "products", {"product": "ID", "units": 1, "unit_amount": 900}),
    ("farebox POST /checkouts", "code", {"line_items": LINES, "discount_code": "ID"}),
    ("farebox POST /discounts", "products", {**PERCENT, "basis_points": 9, "products": ["ID"]}),
    ("farebox POST /payment_methods", "customers", {"customer": "ID", "test_card": "success"}),
    ("farebox PATCH /products/OWN products", "prices", {"default_price": "ID"}),
    (
        "farebox PATCH /customers/OWN customers",
        "payment_methods",
        {"default_payment_method": "ID"},
    ),
    ("farebox POST /orders/OWN orders/charge", "payment_methods", {"payment_method": "ID"}),
    ("polar POST /orders", "customers", {"customer_id": "ID", "product_id": "OWN products"}),
    ("polar POST /orders", "products", {**BUYER, "product_id": "ID"}),
    ("polar POST /orders", "products", {**BUYER, "product_id": "ID", "amount": 700}),
    (
        "polar POST /orders",
        "organization",
        {**BUYER, "product_id": "OWN products", "organization_id": "ID"},
    ),
    ("polar POST /orders/OWN orders/finalize", "payment_methods", {"payment_method_id": "ID"}),
    ("polar POST /checkouts", "products", {"products": ["ID"]}),
    ("polar POST /checkouts", "customers", {"products": ["OWN products"], "customer_id": "ID"}),
    (
        "polar POST /products",
        "organization",
        {"name": "Pack", "prices": [FIXED], "organization_id": "ID"},
    ),
    (
        "polar POST /customers",
        "organization",
        {"email": "john@example.com", "organization_id": "ID"},
    ),
    (
        "billingrails POST /orders",
        "customers",
        {**ACCOUNT, "account_id": "ID", "line_items": [LINE]},
    ),
    *(
        ("billingrails POST /orders", "products", {**ACCOUNT, "line_items": [LINE, other]})
        for other in ({**LINE, "product_id": "ID"}, {**LINE, "product_id": "ID", "unit_amount": 70})
    ),
    ("creem POST /checkouts", "products", {"product_id": "ID"}),
    ("creem POST /checkouts", "products", {"product_id": "ID", "custom_price": 900}),
    (
        "creem POST /checkouts",
        "customers",
        {"product_id": "OWN products", "customer": {"id": "ID"}},
    ),
    ("creem POST /checkouts", "code", {"product_id": "OWN products", "discount_code": "ID"}),
    ("creem PATCH /customers", "customers", {"customer_id": "ID", "name": "Mine"}),
    (
        "creem POST /discounts",
        "products",
        {**PERCENT, "percentage": 9, "duration": "once", "applies_to_products": ["ID"]},
    ),
    ("orb POST /prices", "products", {**PRICE, "item_id": "ID"}),
    ("stripe POST /prices", "products", {"currency": "usd", "unit_amount": 100, "product": "ID"}),
    (
        "stripe POST /checkout/sessions",
        "prices",
        {"mode": "payment", "line_items": [{"price": "ID", "quantity": 1}]},
    ),
    ("stripe POST /checkout/sessions", "products", {"mode": "payment", "line_items": [PRICED]}),
    (
        "stripe POST /checkout/sessions",
        "customers",
        {"mode": "payment", "line_items": LINES, "customer": "ID"},
    ),
    (
        "stripe POST /checkout/sessions",
        "code",
        {"mode": "payment", "line_items": LINES, "discounts": [{"coupon": "ID"}]},
    ),
    ("stripe POST /products/OWN products", "prices", {"default_price": "ID"}),
    (
        "stripe POST /customers/OWN customers",
        "payment_methods",
        {"invoice_settings": {"default_payment_method": "ID"}},
    ),
)
# A list, or what stands in for one, and the parameter by which it names a record.
QUERIES: tuple[tuple[str, str, str], ...] = (
    *(
        ("farebox", f"/v1/{name}?customer=", "customers")
        for name in ("orders", "checkouts", "payment_methods")
    ),
    ("farebox", "/v1/customers?email=", "email"),
    ("farebox", "/v1/discounts?code=", "code"),
    ("farebox", "/v1/prices?external_price_id=", "external_price_id"),
    *(
        ("polar", f"/v1/{name}?{field}=", named)
        for name in ("orders", "checkouts")
        for field, named in (
            *(("customer_id", "customers"), ("external_customer_id", "external")),
            ("organization_id", "organization"),
        )
    ),
    ("polar", "/v1/customers?email=", "email"),
    ("polar", "/v1/payments?order_id=", "orders"),
    ("billingrails", "/v1/orders?account_id=", "customers"),
    ("billingrails", "/v1/accounts?email=", "email"),
    ("billingrails", "/v1/accounts?external_id=", "external"),
    ("billingrails", "/v1/products?code=", "products external_id"),
    ("creem", "/v1/checkouts?checkout_id=", "checkouts"),
    ("creem", "/v1/customers?customer_id=", "customers"),
    ("creem", "/v1/customers?email=", "email"),
    ("creem", "/v1/discounts?discount_id=", "discounts"),
    ("creem", "/v1/discounts?discount_code=", "code"),
    ("stripe", "/v1/prices?product=", "products"),
    ("stripe", "/v1/prices?lookup_keys%5B0%5D=", "lookup_key"),
    ("stripe", "/v1/products?ids%5B0%5D=", "products"),
    ("stripe", "/v1/customers?email=", "email"),
    ("stripe", "/v1/checkout/sessions?customer=", "customers"),
    *(
        ("stripe", f"/v1/{path}?{side}=", named)
        for path, named in (
            *((name, name) for name in ("prices", "products", "customers")),
            ("checkout/sessions", "checkouts"),
        )
        for side in ("starting_after", "ending_before")
    ),
)


def filled(value: Any, id: str, own: Neighbour) -> Any:
    """A body with records in place of what stands for them."""
    if isinstance(value, dict):
        return {name: filled(each, id, own) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, id, own) for each in value]
    if not isinstance(value, str):
        return value
    head, mark, rest = value.partition("OWN ")
    if mark:
        named, *behind = rest.split("/", 1)
        return "/".join([head + own.ids[named], *behind])
    return id if value == "ID" else value

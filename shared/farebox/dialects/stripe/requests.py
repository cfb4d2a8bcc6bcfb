"""What may be sent where, in Stripe's words, and what each field is called in ours.

A field that is not here is refused by name. ``Only`` fields may say what holds here anyway.
"""

import re
from collections.abc import Mapping
from typing import Any

from farebox.dialects.stripe.fields import (
    Boolean,
    Epoch,
    Field,
    First,
    Inner,
    Integer,
    Meaning,
    Metadata,
    Named,
    Only,
    Rows,
    Single,
    Table,
)
from farebox.dialects.stripe.forms import Parts
from farebox.problems import FieldErrors, InvalidAsSent, InvalidRequest

TEXT = Field()
WHOLE = Field(Integer())
TRUTH = Field(Boolean())
METADATA = Field(Metadata())
CLEARED = Field(clears=True)
IMAGES = Field(First(Single()), "image_url", clears=True)
OFF = Field(Table({"enabled": Field(Only(("false",)), kept=False)}), kept=False)

TIER = Table(
    {
        "up_to": Field(Integer("inf")),
        "unit_amount": WHOLE,
        "unit_amount_decimal": TEXT,
        "flat_amount": WHOLE,
        "flat_amount_decimal": TEXT,
    }
)
AMOUNTS = {
    "unit_amount": WHOLE,
    "unit_amount_decimal": TEXT,
    "custom_unit_amount": Field(
        Table({"enabled": TRUTH, "minimum": WHOLE, "maximum": WHOLE, "preset": WHOLE})
    ),
    "tiers": Field(Rows(TIER)),
    "tax_behavior": TEXT,
}
PRODUCT_DATA = Table(
    {
        "name": TEXT,
        "description": TEXT,
        "images": IMAGES,
        "unit_label": TEXT,
        "metadata": METADATA,
        "active": Field(Only(("true",)), kept=False),
    }
)
RECURRING = Table(
    {
        "interval": TEXT,
        "interval_count": WHOLE,
        "usage_type": TEXT,
        "meter": TEXT,
        "trial_period_days": WHOLE,
    }
)
PRICE_DATA = Table(
    {
        "currency": TEXT,
        **AMOUNTS,
        "billing_scheme": TEXT,
        "tiers_mode": TEXT,
        "transform_quantity": Field(Table({"divide_by": WHOLE, "round": TEXT})),
        "currency_options": Field(Named(Table(AMOUNTS))),
        "product": TEXT,
        "product_data": Field(PRODUCT_DATA),
        "nickname": Field(ours="name"),
        "active": TRUTH,
        "lookup_key": TEXT,
        "type": TEXT,
        "recurring": Field(RECURRING),
        "metadata": METADATA,
    }
)
CREATE_PRICE = Table({**PRICE_DATA.fields, "transfer_lookup_key": TRUTH})
UPDATE_PRICE = Table(
    {
        "active": TRUTH,
        "nickname": Field(ours="name", clears=True),
        "lookup_key": CLEARED,
        "transfer_lookup_key": TRUTH,
        "tax_behavior": TEXT,
        "metadata": METADATA,
    },
    updates=True,
)
_PRODUCT = {
    "name": TEXT,
    "active": TRUTH,
    "description": CLEARED,
    "images": IMAGES,
    "unit_label": CLEARED,
    "metadata": METADATA,
    "type": Field(Only(("service",)), kept=False),
}
CREATE_PRODUCT = Table(_PRODUCT)
UPDATE_PRODUCT = Table({**_PRODUCT, "default_price": CLEARED}, updates=True)
_CUSTOMER = {
    "email": CLEARED,
    "name": CLEARED,
    "phone": CLEARED,
    "description": CLEARED,
    "address": Field(
        Table(
            dict.fromkeys(("line1", "line2", "city", "state", "postal_code", "country"), CLEARED),
            updates=True,
        ),
        "billing_address",
        clears=True,
    ),
    "metadata": METADATA,
    "tax_exempt": Field(Only(("none",)), kept=False),
}
CREATE_CUSTOMER = Table(_CUSTOMER)
DEFAULT_METHOD = Inner(
    Table({"default_payment_method": CLEARED}, updates=True), "default_payment_method"
)
UPDATE_CUSTOMER = Table(
    {**_CUSTOMER, "invoice_settings": Field(DEFAULT_METHOD, "default_payment_method")},
    updates=True,
)
LINE_ITEM = Table(
    {
        "price": TEXT,
        "price_data": Field(PRICE_DATA),
        "quantity": WHOLE,
        "metadata": METADATA,
        "adjustable_quantity": OFF,
    }
)
CUSTOM_FIELD = Table(
    {
        "key": TEXT,
        "type": Field(Only(("text",)), "kind", kept=False),
        "label": Field(
            Inner(
                Table({"custom": TEXT, "type": Field(Only(("custom",)), kept=False)}),
                "custom",
            )
        ),
        "optional": TRUTH,
        "text": Field(
            Table(
                {
                    "minimum_length": Field(Integer(), "min_length"),
                    "maximum_length": Field(Integer(), "max_length"),
                }
            )
        ),
    }
)
# Kept for off-session charges whatever the customer ticks, as Stripe does.
KEPT = Field(Meaning({"off_session": "required"}))
CREATE_SESSION = Table(
    {
        "line_items": Field(Rows(LINE_ITEM)),
        "currency": TEXT,
        "customer": TEXT,
        "customer_email": TEXT,
        "client_reference_id": TEXT,
        "success_url": TEXT,
        "cancel_url": TEXT,
        "metadata": METADATA,
        "discounts": Field(First(Inner(Table({"coupon": TEXT}), "coupon")), "discount_code"),
        "custom_fields": Field(Rows(CUSTOM_FIELD)),
        "expires_at": Field(Epoch()),
        "payment_intent_data": Field(
            Inner(Table({"setup_future_usage": KEPT}), "setup_future_usage"),
            "save_payment_method",
        ),
        "mode": Field(Only(("payment",)), kept=False),
        "ui_mode": Field(Only(("hosted_page", "hosted")), kept=False),
        "payment_method_types": Field(Rows(Only(("card",))), kept=False),
        "customer_creation": Field(Only(("always", "if_required")), kept=False),
        "billing_address_collection": Field(Only(("auto",)), kept=False),
        "payment_method_collection": Field(Only(("always", "if_required")), kept=False),
        "locale": Field(Only(("auto",)), kept=False),
        "submit_type": Field(Only(("auto", "pay")), kept=False),
        "automatic_tax": OFF,
        "phone_number_collection": OFF,
        "tax_id_collection": OFF,
        "invoice_creation": OFF,
    }
)
NOTHING = Table({})

TABLES: Mapping[str, Table] = {
    "CreatePrice": CREATE_PRICE,
    "UpdatePrice": UPDATE_PRICE,
    "CreateProduct": CREATE_PRODUCT,
    "UpdateProduct": UPDATE_PRODUCT,
    "CreateCustomer": CREATE_CUSTOMER,
    "UpdateCustomer": UPDATE_CUSTOMER,
    "CreateCheckout": CREATE_SESSION,
}
_AT = (
    (re.compile("/v1/prices"), CREATE_PRICE),
    (re.compile("/v1/prices/[^/]+"), UPDATE_PRICE),
    (re.compile("/v1/products"), CREATE_PRODUCT),
    (re.compile("/v1/products/[^/]+"), UPDATE_PRODUCT),
    (re.compile("/v1/customers"), CREATE_CUSTOMER),
    (re.compile("/v1/customers/[^/]+"), UPDATE_CUSTOMER),
    (re.compile("/v1/checkout/sessions"), CREATE_SESSION),
)


def at(route: str) -> Table:
    """What may be posted at a path."""
    return next((table for path, table in _AT if path.fullmatch(route)), NOTHING)


def read(table: Table, given: Parts) -> dict[str, Any]:
    """A form in our own words. Raises ``InvalidAsSent`` with every field that is not taken."""
    errors = FieldErrors()
    found: dict[str, Any] = table.read(given, "", errors)
    try:
        errors.raise_if_any()
    except InvalidRequest as refusal:
        raise InvalidAsSent(refusal.errors) from None
    if table is CREATE_SESSION:
        for field in found.get("custom_fields", ()):
            field["type"] = "text"
    return found

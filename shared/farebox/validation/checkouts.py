"""Requests for checkouts: what a customer is shown and asked before paying."""

from typing import Annotated, Literal

from pydantic import Field

from farebox.validation.check import Input, Rules
from farebox.validation.fields import (
    MAXIMUM_DESCRIPTION,
    Amount,
    CurrencyCode,
    Email,
    External,
    FreeText,
    Id,
    Instant,
    Metadata,
    Quantity,
    Url,
)
from farebox.validation.orders import LineItems

MAXIMUM_CUSTOM_FIELDS = 3
MAXIMUM_CUSTOM_FIELD_KEY = 200
MAXIMUM_CUSTOM_FIELD_LABEL = 50

DiscountCode = Annotated[str, Field(min_length=1, max_length=64)]


class TextField(Input):
    """Bounds of what may be typed, in characters."""

    min_length: Annotated[int, Field(ge=0, le=MAXIMUM_DESCRIPTION)] | None = None
    max_length: Annotated[int, Field(ge=1, le=MAXIMUM_DESCRIPTION)] | None = None

    def check(self, rules: Rules) -> None:
        if (
            self.min_length is not None
            and self.max_length is not None
            and self.min_length > self.max_length
        ):
            rules.broken("invalid_bound", "min_length is above max_length", "min_length")


class CheckboxField(Input):
    """The text beside the box."""

    label: Annotated[str, Field(min_length=1, max_length=MAXIMUM_DESCRIPTION), FreeText] | None = (
        None
    )


class CustomField(Input):
    """A question on the checkout page."""

    type: Literal["text", "checkbox"]
    key: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9]+$", max_length=MAXIMUM_CUSTOM_FIELD_KEY), FreeText
    ]
    label: Annotated[str, Field(min_length=1, max_length=MAXIMUM_CUSTOM_FIELD_LABEL), FreeText]
    optional: bool = False
    text: TextField | None = None
    checkbox: CheckboxField | None = None

    def check(self, rules: Rules) -> None:
        other: Literal["text", "checkbox"] = "checkbox" if self.type == "text" else "text"
        if getattr(self, other) is not None:
            rules.broken("excluded", f"A {self.type} field has no {other}", other)


class CreateCheckout(Input):
    """A page where a customer pays: a product and units, or line items."""

    product: Id | None = None
    units: Quantity | None = None
    unit_amount: Amount | None = None
    line_items: LineItems | None = None
    currency: CurrencyCode | None = None
    customer: Id | None = None
    customer_email: Email | None = None
    discount_code: DiscountCode | None = None
    custom_fields: Annotated[list[CustomField], Field(max_length=MAXIMUM_CUSTOM_FIELDS)] = Field(
        default_factory=list
    )
    success_url: Url | None = None
    cancel_url: Url | None = None
    client_reference_id: External | None = None
    request_id: External | None = None
    expires_at: Instant | None = None
    save_payment_method: Literal["optional", "required"] = "optional"
    metadata: Metadata = Field(default_factory=dict)

    def check(self, rules: Rules) -> None:
        if self.product is None and self.line_items is None:
            rules.broken("required", "A checkout needs a product or line_items", "line_items")
        if self.product is not None and self.line_items is not None:
            rules.broken("excluded", "Not together with product", "line_items")
        for place, line in enumerate(self.line_items or ()):
            for name in line.other_inputs():
                message = "Lines of a checkout have a quantity"
                rules.broken("excluded", message, "line_items", place, name)
        if self.units is not None and self.product is None:
            rules.broken("excluded", "units go with product; a line has a quantity", "units")
        if self.unit_amount is not None and self.product is None:
            message = "unit_amount goes with product; a line has price_data"
            rules.broken("excluded", message, "unit_amount")
        if self.customer is not None and self.customer_email is not None:
            rules.broken("excluded", "Not together with customer", "customer_email")
        seen: set[str] = set()
        for place, field in enumerate(self.custom_fields):
            if field.key in seen:
                message = "Each custom field needs a key of its own"
                rules.broken("duplicate_key", message, "custom_fields", place, "key")
            seen.add(field.key)

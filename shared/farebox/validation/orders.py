"""Requests for orders and checkouts, and the line items that both are made of."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, model_validator

from farebox.validation.catalogue import Address
from farebox.validation.check import Input, Rules
from farebox.validation.fields import (
    MAXIMUM_METADATA_PAIRS,
    Amount,
    BlankIsNone,
    CurrencyCode,
    Description,
    Id,
    Metadata,
    MetadataValue,
    Quantity,
)

MAXIMUM_LINES = 40


def _price_data(value: Any) -> Any:
    """Check inline price data by its own shape, built only where a line carries some."""
    from farebox.validation.prices import PriceData

    return None if value is None else PriceData.model_validate(value)


InlinePrice = Annotated[Any, PlainValidator(_price_data)]


class LineItem(Input):
    """So much of a price, of an inline price, or of a product at its default price."""

    price: Id | None = None
    price_data: InlinePrice = None
    product: Id | None = None
    quantity: Quantity
    description: Annotated[Description | None, BlankIsNone] = None
    metadata: Metadata = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        rules = Rules()
        given = [
            name for name in ("price", "price_data", "product") if getattr(self, name) is not None
        ]
        if not given:
            rules.broken("required", "A line needs a price, price_data or a product", "price")
        for name in given[1:]:
            rules.broken("excluded", f"Not together with {given[0]}", name)
        rules.raise_if_any()
        return self


LineItems = Annotated[list[LineItem], Field(min_length=1, max_length=MAXIMUM_LINES)]
CustomFieldData = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=200)], MetadataValue],
    Field(max_length=MAXIMUM_METADATA_PAIRS),
]


class CreateOrder(Input):
    """A draft: what a customer is to pay for, priced and frozen, charged later."""

    customer: Id
    line_items: LineItems
    currency: CurrencyCode | None = None
    amount: Amount | None = None
    description: Annotated[Description | None, BlankIsNone] = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    use_billing_address_for_shipping: bool = False
    custom_field_data: CustomFieldData = Field(default_factory=dict)
    metadata: Metadata = Field(default_factory=dict)
    collection: Literal["draft"] = "draft"

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        rules = Rules()
        if self.amount is not None and len(self.line_items) != 1:
            rules.broken("excluded", "A custom amount needs exactly one line item", "amount")
        if self.use_billing_address_for_shipping:
            if self.billing_address is None:
                message = "use_billing_address_for_shipping needs a billing_address"
                rules.broken("required", message, "billing_address")
            if self.shipping_address is not None:
                message = "Not together with use_billing_address_for_shipping"
                rules.broken("excluded", message, "shipping_address")
        rules.raise_if_any()
        return self

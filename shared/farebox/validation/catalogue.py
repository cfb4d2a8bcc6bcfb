"""Requests about what stands behind an order: products, customers, discounts."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from farebox.validation.addresses import Address
from farebox.validation.check import Input, Rules
from farebox.validation.fields import (
    Amount,
    BasisPoints,
    BlankIsNone,
    CurrencyCode,
    Email,
    External,
    Id,
    Instant,
    LongText,
    Metadata,
    MetadataChanges,
    Name,
    Quantity,
    Url,
    each_currency_once,
)

MAXIMUM_DISCOUNT_CURRENCIES = 40
MAXIMUM_DISCOUNT_PRODUCTS = 50


class ProductData(Input):
    """A product named inside a price or a line."""

    name: Name
    description: Annotated[LongText | None, BlankIsNone] = None
    unit_label: Annotated[Name | None, BlankIsNone] = None
    image_url: Url | None = None
    metadata: Metadata = Field(default_factory=dict)


class CreateProduct(ProductData):
    external_id: External | None = None
    active: bool = True


class UpdateProduct(Input):
    name: Name = ""
    description: Annotated[LongText | None, BlankIsNone] = None
    unit_label: Annotated[Name | None, BlankIsNone] = None
    image_url: Url | None = None
    metadata: MetadataChanges = None
    external_id: External | None = None
    active: bool = True
    default_price: Id | None = None


class CustomerFields(Input):
    """What a customer is made of."""

    email: Email | None = None
    name: Annotated[Name | None, BlankIsNone] = None
    phone: Annotated[Name | None, BlankIsNone] = None
    description: Annotated[LongText | None, BlankIsNone] = None
    external_id: External | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None


class CreateCustomer(CustomerFields):
    metadata: Metadata = Field(default_factory=dict)


class UpdateCustomer(CustomerFields):
    """Every field of a customer can change."""

    metadata: MetadataChanges = None
    default_payment_method: Id | None = None


class CreatePaymentMethod(Input):
    """A card of the sandbox by its name; without ``default``, the first one is the default."""

    customer: Id
    test_card: Name
    default: bool | None = None
    metadata: Metadata = Field(default_factory=dict)


class CreateDiscount(Input):
    """A percentage in basis points, or a fixed amount for each currency it may be used in.

    Of the named ``products`` only, where any is named.
    """

    name: Name
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    type: Literal["percentage", "fixed"]
    basis_points: BasisPoints | None = None
    amounts: (
        Annotated[
            dict[CurrencyCode, Annotated[Amount, Field(ge=1)]],
            BeforeValidator(each_currency_once),
            Field(min_length=1, max_length=MAXIMUM_DISCOUNT_CURRENCIES),
        ]
        | None
    ) = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    max_redemptions: Quantity | None = None
    active: bool = True
    products: Annotated[list[Id], Field(max_length=MAXIMUM_DISCOUNT_PRODUCTS)] = Field(
        default_factory=list
    )
    metadata: Metadata = Field(default_factory=dict)

    def check(self, rules: Rules) -> None:
        wanted, other = ("basis_points", "amounts")[:: 1 if self.type == "percentage" else -1]
        if getattr(self, wanted) is None:
            rules.broken("required", f"A {self.type} discount needs {wanted}", wanted)
        if getattr(self, other) is not None:
            rules.broken("excluded", f"A {self.type} discount has no {other}", other)
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            rules.broken("invalid_period", "ends_at must be after starts_at", "ends_at")


class UpdateDiscount(Input):
    """What a discount takes off never changes; make another."""

    name: Name = ""
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    max_redemptions: Quantity | None = None
    active: bool = True
    metadata: MetadataChanges = None

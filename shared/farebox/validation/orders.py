"""Requests for orders and checkouts, and the line items that both are made of."""

from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator, ValidationInfo

from farebox.limits import MAXIMUM_METADATA_PAIRS
from farebox.pricing.billed import Billed
from farebox.validation.addresses import Address
from farebox.validation.check import Input, Rules
from farebox.validation.fields import (
    MAXIMUM_EXTERNAL,
    Amount,
    BlankIsNone,
    CurrencyCode,
    Description,
    FreeText,
    Id,
    Instant,
    Metadata,
    MetadataChanges,
    MetadataValue,
    Name,
    Quantity,
)
from farebox.validation.inputs import INPUTS, check_one_input

MAXIMUM_LINES = 40


def _price_data(value: Any) -> Any:
    """Check inline price data by its own shape, built only where a line carries some."""
    from farebox.validation.price_forms import PriceData

    return None if value is None else PriceData.model_validate(value)


def _input(value: Any, info: ValidationInfo) -> Any:
    """Check one of the inputs that stand in for a quantity, built only where a line has one."""
    from farebox.validation.quotes import input_type

    return None if value is None else input_type(str(info.field_name)).validate_python(value)


InlinePrice = Annotated[Any, PlainValidator(_price_data)]
OtherInput = Annotated[Any, PlainValidator(_input)]


class LineItem(Input):
    """So much of a price, of an inline price, or of a product at its default price."""

    price: Id | None = None
    price_data: InlinePrice = None
    product: Id | None = None
    quantity: Quantity | None = None
    groups: OtherInput = None
    cells: OtherInput = None
    usage: OtherInput = None
    events: OtherInput = None
    days: OtherInput = None
    component_subtotal: OtherInput = None
    proration: OtherInput = None
    description: Annotated[Description | None, BlankIsNone] = None
    metadata: Metadata = Field(default_factory=dict)

    def check(self, rules: Rules) -> None:
        given = [
            name for name in ("price", "price_data", "product") if getattr(self, name) is not None
        ]
        if not given:
            rules.broken("required", "A line needs a price, price_data or a product", "price")
        for name in given[1:]:
            rules.broken("excluded", f"Not together with {given[0]}", name)
        check_one_input(self, rules)

    def billed(self) -> Billed:
        """What this line bills, as the price models take it."""
        if self.quantity is not None and self.proration is None:
            return Billed(quantity=Fraction(self.quantity))
        from farebox.validation.quotes import billed

        return billed(dict(self))

    def other_inputs(self) -> dict[str, Any]:
        """What was given beside or in place of a quantity, as it came."""
        return self.model_dump(include={*INPUTS[1:], "proration"}, exclude_none=True)


LineItems = Annotated[list[LineItem], Field(min_length=1, max_length=MAXIMUM_LINES)]
CustomFieldData = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=MAXIMUM_EXTERNAL), FreeText], MetadataValue],
    Field(max_length=MAXIMUM_METADATA_PAIRS),
]


class CreateOrder(Input):
    """What a customer is to pay for, priced and frozen, and when it is charged.

    ``takes_small_totals`` leaves it to the processor to decline what is below the smallest charge.
    """

    takes_small_totals: ClassVar[bool] = False

    customer: Id
    line_items: LineItems
    currency: CurrencyCode | None = None
    amount: Amount | None = None
    description: Annotated[Description | None, BlankIsNone] = None
    billing_name: Annotated[Name | None, BlankIsNone] = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    use_billing_address_for_shipping: bool = False
    custom_field_data: CustomFieldData = Field(default_factory=dict)
    metadata: Metadata = Field(default_factory=dict)
    collection: Literal["draft", "charge_now", "scheduled"] = "draft"
    charge_at: Instant | None = None
    payment_method: Id | None = None

    def check(self, rules: Rules) -> None:
        if self.amount is not None and len(self.line_items) != 1:
            rules.broken("excluded", "A custom amount needs exactly one line item", "amount")
        if self.collection == "scheduled" and self.charge_at is None:
            rules.broken("required", "A scheduled order needs charge_at", "charge_at")
        if self.collection != "scheduled" and self.charge_at is not None:
            message = "charge_at goes with collection scheduled"
            rules.broken("excluded", message, "charge_at")
        if self.use_billing_address_for_shipping:
            if self.billing_address is None:
                message = "use_billing_address_for_shipping needs a billing_address"
                rules.broken("required", message, "billing_address")
            if self.shipping_address is not None:
                message = "Not together with use_billing_address_for_shipping"
                rules.broken("excluded", message, "shipping_address")


class UpdateOrder(Input):
    """What of an order may change: whom it is billed to, where it goes, how far it has come."""

    description: Annotated[Description | None, BlankIsNone] = None
    billing_name: Annotated[Name | None, BlankIsNone] = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    fulfillment_status: Literal["pending", "partially_fulfilled", "fulfilled", "canceled"] = (
        "pending"
    )
    return_status: Literal["none", "requested", "approved", "returned"] = "none"
    metadata: MetadataChanges = None


class ChargeOrder(Input):
    """Charge now; by the customer's default, unless the order or this names a payment method."""

    payment_method: Id | None = None


class CancelOrder(Input):
    """Nothing to say."""

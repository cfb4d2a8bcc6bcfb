"""Requests for prices: Stripe's forms and Orb's models, in their own words."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from farebox.validation.catalogue import ProductData
from farebox.validation.check import Input, Rules
from farebox.validation.fields import (
    Amount,
    CurrencyCode,
    External,
    FreeText,
    Id,
    Metadata,
    Name,
    Quantity,
    Rate,
)

MAXIMUM_TIERS = 1000
MAXIMUM_LOOKUP_KEY = 200
MAXIMUM_INTERVALS = {"day": 1095, "week": 156, "month": 36, "year": 3}

LookupKey = Annotated[str, Field(min_length=1, max_length=MAXIMUM_LOOKUP_KEY), FreeText]


def _model_config(value: Any, info: ValidationInfo) -> Any:
    """Check a ``<model_type>_config`` by its own shape and keep it as it came."""
    from farebox.validation.price_configs import CONFIGS  # built only where a config is given

    if value is None:
        return None
    CONFIGS[str(info.field_name)].model_validate(value)
    return value


ModelConfig = Annotated[Mapping[str, Any] | None, PlainValidator(_model_config)]


def _up_to(value: Any) -> Any:
    if value == "inf" or (type(value) is int and value > 0):
        return value
    message = "The last unit of the tier: a positive integer, or inf in the last tier"
    raise PydanticCustomError("invalid_bound", message)


class StripeTier(Input):
    """Units up to ``up_to`` cost ``unit_amount`` each and ``flat_amount`` once, minor units."""

    up_to: Annotated[int | str, PlainValidator(_up_to)]
    unit_amount: Amount | None = None
    unit_amount_decimal: Rate | None = None
    flat_amount: Amount | None = None
    flat_amount_decimal: Rate | None = None

    @model_validator(mode="after")
    def _amounts(self) -> Self:
        rules = Rules()
        _one_spelling(self, "unit_amount", rules)
        _one_spelling(self, "flat_amount", rules)
        if not any(
            getattr(self, name) is not None for name in type(self).model_fields if name != "up_to"
        ):
            rules.broken("required", "A tier needs a unit_amount or a flat_amount", "unit_amount")
        rules.raise_if_any()
        return self


class TransformQuantity(Input):
    """Divide the quantity and round it before the rate: packages."""

    divide_by: Quantity
    round: Literal["up", "down"]


class Recurring(Input):
    """Billed again every ``interval_count`` intervals; three years at most."""

    interval: Literal["day", "week", "month", "year"]
    interval_count: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _three_years(self) -> Self:
        rules = Rules()
        limit = MAXIMUM_INTERVALS[self.interval]
        if self.interval_count > limit:
            rules.broken("period_too_long", f"At most {limit} ({self.interval})", "interval_count")
        rules.raise_if_any()
        return self


class PriceData(Input):
    """A price named inside a line: how an amount follows from a quantity, and of what product."""

    currency: CurrencyCode
    product: Id | None = None
    product_data: ProductData | None = None
    name: Name | None = None
    active: bool = True
    lookup_key: LookupKey | None = None
    metadata: Metadata = Field(default_factory=dict)
    type: Literal["one_time", "recurring"] | None = None
    recurring: Recurring | None = None
    cadence: Literal["one_time", "monthly", "quarterly", "semi_annual", "annual"] | None = None
    billing_scheme: Literal["per_unit", "tiered"] | None = None
    unit_amount: Amount | None = None
    unit_amount_decimal: Rate | None = None
    tiers: Annotated[list[StripeTier], Field(min_length=1, max_length=MAXIMUM_TIERS)] | None = None
    tiers_mode: Literal["graduated", "volume"] | None = None
    transform_quantity: TransformQuantity | None = None
    model_type: Literal["unit", "tiered", "bulk", "package"] | None = None
    unit_config: ModelConfig = None
    tiered_config: ModelConfig = None
    bulk_config: ModelConfig = None
    package_config: ModelConfig = None

    @model_validator(mode="after")
    def _means_one_thing(self) -> Self:
        rules = Rules()
        if (self.product is None) == (self.product_data is None):
            rules.broken("required", "Give either product or product_data", "product")
        if self.model_type is not None:
            self._check_model(rules)
        else:
            self._check_form(rules)
        self._check_time(rules)
        rules.raise_if_any()
        return self

    def terms(self) -> tuple[str, dict[str, Any]]:
        """The name of the pricing model and its configuration, as the caller wrote it."""
        if self.model_type is not None:
            return self.model_type, dict(getattr(self, f"{self.model_type}_config"))
        config = {
            name: value
            for name in _FORM_FIELDS
            if (value := getattr(self, name)) is not None and name != "billing_scheme"
        }
        if self.tiers is not None:
            config["tiers"] = [tier.model_dump(exclude_none=True) for tier in self.tiers]
            return f"stripe_{self.tiers_mode}", config
        if self.transform_quantity is not None:
            config["transform_quantity"] = self.transform_quantity.model_dump()
            return "stripe_transform_quantity", config
        return "stripe_per_unit", config

    def is_recurring(self) -> bool:
        """Whether this price is billed more than once."""
        return self.recurring is not None or self.cadence not in (None, "one_time")

    def _check_model(self, rules: Rules) -> None:
        wanted = f"{self.model_type}_config"
        if getattr(self, wanted) is None:
            rules.broken("required", f"model_type {self.model_type} needs {wanted}", wanted)
        for name in type(self).model_fields:
            other = name.endswith("_config") and name != wanted
            if (other or name in _FORM_FIELDS) and getattr(self, name) is not None:
                message = f"Not together with model_type {self.model_type}"
                rules.broken("excluded", message, name)

    def _check_form(self, rules: Rules) -> None:
        for name in type(self).model_fields:
            if name.endswith("_config") and getattr(self, name) is not None:
                rules.broken("required", f"{name} needs its model_type", "model_type")
        _one_spelling(self, "unit_amount", rules)
        amount = self.unit_amount is not None or self.unit_amount_decimal is not None
        tiered = self.billing_scheme == "tiered"
        if tiered:
            for name in ("unit_amount", "unit_amount_decimal", "transform_quantity"):
                if getattr(self, name) is not None:
                    rules.broken("excluded", "Not together with billing_scheme tiered", name)
            for name in ("tiers", "tiers_mode"):
                if getattr(self, name) is None:
                    rules.broken("required", f"billing_scheme tiered needs {name}", name)
            _check_bounds(self.tiers or [], rules)
            return
        for name in ("tiers", "tiers_mode"):
            if getattr(self, name) is not None:
                rules.broken("excluded", f"{name} needs billing_scheme tiered", name)
        if not amount:
            message = "A price needs unit_amount, unit_amount_decimal, tiers or a model_type"
            rules.broken("required", message, "unit_amount")

    def _check_time(self, rules: Rules) -> None:
        if self.recurring is not None and self.cadence is not None:
            rules.broken("excluded", "Give either recurring or cadence", "cadence")
        if self.type is not None and (self.type == "recurring") != self.is_recurring():
            message = f"type {self.type} contradicts recurring or cadence"
            rules.broken("contradiction", message, "type")


class CreatePrice(PriceData):
    external_price_id: External | None = None


_FORM_FIELDS = (
    "billing_scheme",
    "unit_amount",
    "unit_amount_decimal",
    "tiers",
    "tiers_mode",
    "transform_quantity",
)


def _one_spelling(shape: Input, name: str, rules: Rules) -> None:
    if getattr(shape, name) is not None and getattr(shape, f"{name}_decimal") is not None:
        message = f"Give either {name} or {name}_decimal"
        rules.broken("excluded", message, f"{name}_decimal")


def _check_bounds(tiers: list[StripeTier], rules: Rules) -> None:
    over = 0
    for place, tier in enumerate(tiers):
        last = place == len(tiers) - 1
        if (tier.up_to == "inf") != last:
            message = "The last tier, and only the last, goes up to inf"
            rules.broken("invalid_bound", message, "tiers", place, "up_to")
        elif isinstance(tier.up_to, int) and tier.up_to <= over:
            message = "Each tier must end above the one before"
            rules.broken("invalid_bound", message, "tiers", place, "up_to")
        over = tier.up_to if isinstance(tier.up_to, int) else over

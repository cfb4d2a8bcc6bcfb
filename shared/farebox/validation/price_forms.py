"""The terms of a price, inline or kept: one of Stripe's forms, or one of Orb's models."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from farebox.pricing.models import MODELS
from farebox.validation.catalogue import ProductData
from farebox.validation.check import Input, Rules
from farebox.validation.fields import (
    MAXIMUM_AMOUNT,
    Amount,
    CurrencyCode,
    FreeText,
    Id,
    Metadata,
    Name,
    Quantity,
    Rate,
    each_currency_once,
)

MAXIMUM_TIERS = 1000
MAXIMUM_LOOKUP_KEY = 200
MAXIMUM_CURRENCY_OPTIONS = 139
MAXIMUM_INTERVALS = {"day": 1095, "week": 156, "month": 36, "year": 3}
MAXIMUM_TRIAL_DAYS = 730

FORM_FIELDS = (
    "billing_scheme",
    "unit_amount",
    "unit_amount_decimal",
    "custom_unit_amount",
    "tiers",
    "tiers_mode",
    "transform_quantity",
    "currency_options",
)

LookupKey = Annotated[str, Field(min_length=1, max_length=MAXIMUM_LOOKUP_KEY), FreeText]
TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]


def _model_type(name: str) -> str:
    if name not in MODELS or name.startswith("stripe_"):
        raise PydanticCustomError("unknown_model_type", "There is no such price model")
    return name


def _model_config(value: Any, info: ValidationInfo) -> Any:
    """Check a ``<model_type>_config`` by its own shape and keep it as it came."""
    from farebox.validation.price_configs import CONFIGS  # built only where a config is given

    if value is None:
        return None
    CONFIGS[str(info.field_name).removesuffix("_config")].model_validate(value)
    return value


def _up_to(value: Any) -> Any:
    if value == "inf" or (type(value) is int and 0 < value <= MAXIMUM_AMOUNT):
        return value
    message = "The last unit of the tier: a positive integer, or inf in the last tier"
    raise PydanticCustomError("invalid_bound", message)


ModelType = Annotated[str, AfterValidator(_model_type)]
ModelConfig = Annotated[Mapping[str, Any] | None, PlainValidator(_model_config)]


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
        if not self.model_dump(exclude={"up_to"}, exclude_none=True):
            rules.broken("required", "A tier needs a unit_amount or a flat_amount", "unit_amount")
        whole, _, decimals = (self.flat_amount_decimal or "").partition(".")
        if decimals.strip("0"):
            message = "Must be a whole number of minor units"
            rules.broken("invalid_decimal", message, "flat_amount_decimal")
        rules.raise_if_any()
        return self


Tiers = Annotated[list[StripeTier], Field(min_length=1, max_length=MAXIMUM_TIERS)]


class TransformQuantity(Input):
    """Divide the quantity and round it before the rate: packages."""

    divide_by: Quantity
    round: Literal["up", "down"]


class CustomUnitAmount(Input):
    """The payer names the amount, within bounds; ``preset`` is what is suggested."""

    enabled: Literal[True]
    minimum: Amount | None = None
    maximum: Amount | None = None
    preset: Amount | None = None

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        rules = Rules()
        low, high = self.minimum or 0, MAXIMUM_AMOUNT if self.maximum is None else self.maximum
        if low > high:
            rules.broken("invalid_bound", "The minimum is above the maximum", "minimum")
        elif self.preset is not None and not low <= self.preset <= high:
            rules.broken("invalid_bound", "Must lie within minimum and maximum", "preset")
        rules.raise_if_any()
        return self


class CurrencyOption(Input):
    """The amounts of the same price in another currency; never a conversion."""

    unit_amount: Amount | None = None
    unit_amount_decimal: Rate | None = None
    custom_unit_amount: CustomUnitAmount | None = None
    tiers: Tiers | None = None
    tax_behavior: TaxBehavior | None = None

    @model_validator(mode="after")
    def _amounts(self) -> Self:
        rules = Rules()
        _one_spelling(self, "unit_amount", rules)
        check_bounds(self.tiers or (), rules)
        rules.raise_if_any()
        return self


class Recurring(Input):
    """Billed again every ``interval_count`` intervals, three years at most."""

    interval: Literal["day", "week", "month", "year"]
    interval_count: Annotated[int, Field(ge=1)] = 1
    usage_type: Literal["licensed", "metered"] = "licensed"
    meter: Id | None = None
    trial_period_days: Annotated[int, Field(ge=1, le=MAXIMUM_TRIAL_DAYS)] | None = None

    @model_validator(mode="after")
    def _hold(self) -> Self:
        rules = Rules()
        limit = MAXIMUM_INTERVALS[self.interval]
        if self.interval_count > limit:
            rules.broken("period_too_long", f"At most {limit} ({self.interval})", "interval_count")
        if self.usage_type == "metered" and self.meter is None:
            rules.broken("required", "Metered usage needs the meter that counts it", "meter")
        if self.usage_type == "licensed" and self.meter is not None:
            rules.broken("excluded", "A meter goes with usage_type metered", "meter")
        rules.raise_if_any()
        return self


class PriceTerms(Input):
    """How an amount follows from what is billed; exactly one form or model."""

    currency: CurrencyCode
    billing_scheme: Literal["per_unit", "tiered"] | None = None
    unit_amount: Amount | None = None
    unit_amount_decimal: Rate | None = None
    custom_unit_amount: CustomUnitAmount | None = None
    tiers: Tiers | None = None
    tiers_mode: Literal["graduated", "volume"] | None = None
    transform_quantity: TransformQuantity | None = None
    currency_options: (
        Annotated[
            dict[CurrencyCode, CurrencyOption],
            BeforeValidator(each_currency_once),
            Field(max_length=MAXIMUM_CURRENCY_OPTIONS),
        ]
        | None
    ) = None
    model_type: ModelType | None = None
    unit_config: ModelConfig = None
    tiered_config: ModelConfig = None
    bulk_config: ModelConfig = None
    bulk_with_filters_config: ModelConfig = None
    package_config: ModelConfig = None
    matrix_config: ModelConfig = None
    threshold_total_amount_config: ModelConfig = None
    tiered_package_config: ModelConfig = None
    tiered_with_minimum_config: ModelConfig = None
    grouped_tiered_config: ModelConfig = None
    grouped_tiered_matrix_config: ModelConfig = None
    tiered_package_with_minimum_config: ModelConfig = None
    package_with_allocation_config: ModelConfig = None
    unit_with_percent_config: ModelConfig = None
    matrix_with_allocation_config: ModelConfig = None
    tiered_matrix_with_allocation_config: ModelConfig = None
    matrix_with_threshold_discounts_config: ModelConfig = None
    tiered_with_proration_config: ModelConfig = None
    unit_with_proration_config: ModelConfig = None
    grouped_allocation_config: ModelConfig = None
    bulk_with_proration_config: ModelConfig = None
    grouped_with_prorated_minimum_config: ModelConfig = None
    grouped_with_metered_minimum_config: ModelConfig = None
    grouped_with_min_max_thresholds_config: ModelConfig = None
    matrix_with_display_name_config: ModelConfig = None
    grouped_tiered_package_config: ModelConfig = None
    max_group_tiered_package_config: ModelConfig = None
    scalable_matrix_with_unit_pricing_config: ModelConfig = None
    scalable_matrix_with_tiered_pricing_config: ModelConfig = None
    cumulative_grouped_bulk_config: ModelConfig = None
    cumulative_grouped_allocation_config: ModelConfig = None
    daily_credit_allowance_config: ModelConfig = None
    metered_allowance_config: ModelConfig = None
    minimum_composite_config: ModelConfig = None
    percent_config: ModelConfig = None
    event_output_config: ModelConfig = None

    @model_validator(mode="after")
    def _hold(self) -> Self:
        rules = Rules()
        self.check(rules)
        rules.raise_if_any()
        return self

    def check(self, rules: Rules) -> None:
        """The rules between this request's fields."""
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if self.model_type is None:
            _check_form(self, given, rules)
        else:
            _check_model(self.model_type, given, rules)

    def terms(self) -> tuple[str, dict[str, Any]]:
        """The name of the pricing model and its configuration, as the caller wrote it."""
        if self.model_type is not None:
            return self.model_type, dict(getattr(self, f"{self.model_type}_config"))
        config = self.model_dump(include=set(FORM_FIELDS), exclude_none=True)
        config.pop("billing_scheme", None)
        config.pop("currency_options", None)
        if self.tiers is not None:
            return f"stripe_{self.tiers_mode}", config
        if self.transform_quantity is not None:
            return "stripe_transform_quantity", config
        return "stripe_per_unit", config

    def options(self) -> dict[str, Any]:
        """The amounts in other currencies, as the caller wrote them."""
        options = self.currency_options or {}
        return {code: option.model_dump(exclude_none=True) for code, option in options.items()}


class PriceData(PriceTerms):
    """A price named inside a line, with the product that it is a price of."""

    product: Id | None = None
    product_data: ProductData | None = None
    name: Name | None = None
    active: bool = True
    lookup_key: LookupKey | None = None
    tax_behavior: TaxBehavior | None = None
    type: Literal["one_time", "recurring"] | None = None
    recurring: Recurring | None = None
    metadata: Metadata = Field(default_factory=dict)

    @property
    def is_recurring(self) -> bool:
        """Whether this price is billed more than once."""
        return self.recurring is not None

    def check(self, rules: Rules) -> None:
        super().check(rules)
        if (self.product is None) == (self.product_data is None):
            rules.broken("required", "Give either product or product_data", "product")
        if self.type is not None and (self.type == "recurring") != self.is_recurring:
            rules.broken("contradiction", f"type {self.type} contradicts the rest", "type")
        if self.is_recurring and self.custom_unit_amount is not None:
            message = "A recurring price cannot leave its amount to the payer"
            rules.broken("excluded", message, "custom_unit_amount")


def check_bounds(tiers: Sequence[StripeTier], rules: Rules) -> None:
    """Tiers rise, and the last, and only the last, is open."""
    over = 0
    for place, tier in enumerate(tiers):
        if (tier.up_to == "inf") != (place == len(tiers) - 1):
            message = "The last tier, and only the last, goes up to inf"
            rules.broken("invalid_bound", message, "tiers", place, "up_to")
        elif isinstance(tier.up_to, int) and tier.up_to <= over:
            message = "Each tier must end above the one before"
            rules.broken("invalid_bound", message, "tiers", place, "up_to")
        over = tier.up_to if isinstance(tier.up_to, int) else over


def _check_model(model_type: str, given: Sequence[str], rules: Rules) -> None:
    wanted = f"{model_type}_config"
    if wanted not in given:
        rules.broken("required", f"model_type {model_type} needs {wanted}", wanted)
    for name in given:
        if name in FORM_FIELDS or (name in _CONFIG_FIELDS and name != wanted):
            rules.broken("excluded", f"Not together with model_type {model_type}", name)


def _check_form(asked: PriceTerms, given: Sequence[str], rules: Rules) -> None:
    for name in _CONFIG_FIELDS.intersection(given):
        rules.broken("required", f"{name} needs its model_type", "model_type")
    _one_spelling(asked, "unit_amount", rules)
    if asked.billing_scheme == "tiered":
        for name in ("tiers", "tiers_mode"):
            if name not in given:
                rules.broken("required", f"billing_scheme tiered needs {name}", name)
        excluded: tuple[str, ...] = (
            "unit_amount",
            "unit_amount_decimal",
            "custom_unit_amount",
            "transform_quantity",
        )
        check_bounds(asked.tiers or (), rules)
    else:
        excluded = ("tiers", "tiers_mode")
        if asked.custom_unit_amount is not None:
            excluded += ("unit_amount", "unit_amount_decimal", "transform_quantity")
        elif not {"unit_amount", "unit_amount_decimal", *excluded}.intersection(given):
            message = "A price needs unit_amount, unit_amount_decimal, tiers or a model_type"
            rules.broken("required", message, "unit_amount")
    for name in excluded:
        if name in given:
            rules.broken("excluded", f"Not with this billing_scheme: {name}", name)
    _check_options(asked, rules)


def _check_options(asked: PriceTerms, rules: Rules) -> None:
    tiered = asked.billing_scheme == "tiered"
    for code, option in (asked.currency_options or {}).items():
        where = ("currency_options", code)
        if code == asked.currency:
            rules.broken("duplicate_value", "This is the price's own currency", *where)
        if (option.tiers is not None) != tiered:
            message = "Tiers in exactly the currencies of a tiered price"
            rules.broken("excluded", message, *where, "tiers")
        amounts = option.model_dump(exclude={"tax_behavior"}, exclude_none=True)
        if len(amounts) != 1:
            message = "Give one of unit_amount, unit_amount_decimal, custom_unit_amount, tiers"
            rules.broken("required", message, *where)


def _one_spelling(shape: Input, name: str, rules: Rules) -> None:
    if getattr(shape, name) is not None and getattr(shape, f"{name}_decimal") is not None:
        message = f"Give either {name} or {name}_decimal"
        rules.broken("excluded", message, f"{name}_decimal")


_CONFIG_FIELDS = frozenset(name for name in PriceTerms.model_fields if name.endswith("_config"))

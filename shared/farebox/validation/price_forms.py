"""The terms of a price, inline or kept: one of Stripe's forms, or one of Orb's models."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from farebox.pricing.models import MODELS
from farebox.validation.catalogue import ProductData
from farebox.validation.check import Input, Rules
from farebox.validation.fields import (
    Amount,
    CurrencyCode,
    FreeText,
    Id,
    Metadata,
    Name,
    Rate,
    each_currency_once,
)
from farebox.validation.stripe_forms import (
    CurrencyOption,
    CustomUnitAmount,
    Recurring,
    TaxBehavior,
    Tiers,
    TransformQuantity,
    check_bounds,
    one_spelling,
)

MAXIMUM_LOOKUP_KEY = 200
MAXIMUM_CURRENCY_OPTIONS = 139

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


ModelType = Annotated[str, AfterValidator(_model_type)]
ModelConfig = Annotated[Mapping[str, Any] | None, PlainValidator(_model_config)]


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

    def check(self, rules: Rules) -> None:
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
    one_spelling(asked, "unit_amount", rules)
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
    recurring = getattr(asked, "is_recurring", False)
    custom = not tiered and asked.transform_quantity is None and not recurring
    for code, option in (asked.currency_options or {}).items():
        where = ("currency_options", code)
        if code == asked.currency:
            rules.broken("duplicate_value", "This is the price's own currency", *where)
        if (option.tiers is not None) != tiered:
            message = "Tiers in exactly the currencies of a tiered price"
            rules.broken("excluded", message, *where, "tiers")
        if option.custom_unit_amount is not None and not custom:
            message = "Only where the price itself may leave its amount to the payer"
            rules.broken("excluded", message, *where, "custom_unit_amount")
        amounts = option.model_dump(exclude={"tax_behavior"}, exclude_none=True)
        if len(amounts) != 1:
            message = "Give one of unit_amount, unit_amount_decimal, custom_unit_amount, tiers"
            rules.broken("required", message, *where)


_CONFIG_FIELDS = frozenset(name for name in PriceTerms.model_fields if name.endswith("_config"))

"""Requests for prices: Stripe's forms, how often a price is billed, how it is found. Beside every
refusal stands what is almost the same, and right."""

from decimal import Decimal
from typing import Any

import pytest

from farebox.validation.price_forms import PriceTerms
from farebox.validation.prices import CreatePrice
from farebox.validation.quotes import CreateQuote, QuotePrice
from tests.price_forms import FORMS
from tests.unit.builders import asked, broken_rules
from tests.unit.validation.changes import changed

PRODUCT = {"currency": "usd", "product_data": {"name": "Seat"}}
PER_UNIT: dict[str, Any] = {**PRODUCT, "unit_amount": 1250}
DECIMAL: dict[str, Any] = {**PRODUCT, "unit_amount_decimal": "12.5"}
CUSTOM: dict[str, Any] = {
    **PRODUCT,
    "custom_unit_amount": {"enabled": True, "minimum": 100, "maximum": 900, "preset": 500},
}
TRANSFORMED: dict[str, Any] = {
    **PER_UNIT,
    "transform_quantity": {"divide_by": 10, "round": "up"},
}
TIERED: dict[str, Any] = {
    **PRODUCT,
    "billing_scheme": "tiered",
    "tiers_mode": "graduated",
    "tiers": [
        {"up_to": 10, "unit_amount": 100, "flat_amount": 5},
        {"up_to": 20, "unit_amount_decimal": "7.5"},
        {"up_to": "inf", "flat_amount_decimal": "20"},
    ],
}
IN_EUROS: dict[str, Any] = {**PER_UNIT, "currency_options": {"eur": {"unit_amount": 1100}}}
TIERED_IN_EUROS: dict[str, Any] = {
    **TIERED,
    "currency_options": {"eur": {"tiers": [{"up_to": "inf", "unit_amount": 90}]}},
}
RECURRING: dict[str, Any] = {
    **PER_UNIT,
    "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
}
METERED: dict[str, Any] = {
    **PER_UNIT,
    "recurring": {"interval": "month", "usage_type": "metered", "meter": "mtr_1"},
}
MODEL: dict[str, Any] = {
    **PRODUCT,
    "model_type": "unit",
    "unit_config": {"unit_amount": "12.50"},
    "cadence": "monthly",
}
CUSTOM_CADENCE: dict[str, Any] = {
    **MODEL,
    "cadence": "custom",
    "billing_cycle_configuration": {"duration": 12, "duration_unit": "month"},
    "invoicing_cycle_configuration": {"duration": 3, "duration_unit": "month"},
}
IN_DAYS: dict[str, Any] = {
    **MODEL,
    "cadence": "custom",
    "billing_cycle_configuration": {"duration": 30, "duration_unit": "day"},
}
CONVERTED: dict[str, Any] = {
    **MODEL,
    "conversion_rate_config": {
        "conversion_rate_type": "unit",
        "unit_config": {"unit_amount": "0.5"},
    },
}
CONVERTED_IN_TIERS: dict[str, Any] = {
    **MODEL,
    "conversion_rate_config": {
        "conversion_rate_type": "tiered",
        "tiered_config": {
            "tiers": [
                {"first_unit": 0, "last_unit": 10, "unit_amount": "2"},
                {"first_unit": 10, "last_unit": None, "unit_amount": "1"},
            ]
        },
    },
}
USAGE: dict[str, Any] = {
    **MODEL,
    "billable_metric_id": "metric_1",
    "dimensional_price_configuration": {"dimension_values": ["eu"]},
}

BASES = {
    "PER_UNIT": PER_UNIT,
    "DECIMAL": DECIMAL,
    "CUSTOM": CUSTOM,
    "TRANSFORMED": TRANSFORMED,
    "TIERED": TIERED,
    "IN_EUROS": IN_EUROS,
    "TIERED_IN_EUROS": TIERED_IN_EUROS,
    "RECURRING": RECURRING,
    "METERED": METERED,
    "MODEL": MODEL,
    "CUSTOM_CADENCE": CUSTOM_CADENCE,
    "IN_DAYS": IN_DAYS,
    "CONVERTED": CONVERTED,
    "CONVERTED_IN_TIERS": CONVERTED_IN_TIERS,
    "USAGE": USAGE,
}


def price(document: Any) -> CreatePrice:
    return asked(CreatePrice, **document)


def refused(document: Any) -> list[tuple[str, str]]:
    return broken_rules(lambda: price(document))


# base, field, a value that is right, one that is wrong, and the rule that it breaks at which field
Row = tuple[str, str, Any, Any, str, str]

AMOUNTS: list[Row] = [
    ("PER_UNIT", "unit_amount", 0, -1, "unit_amount", "greater_than_equal"),
    ("PER_UNIT", "unit_amount", 999_999_999_999, 10**12, "unit_amount", "less_than_equal"),
    ("PER_UNIT", "unit_amount", 1, Decimal("1.5"), "unit_amount", "invalid_type"),
    ("PER_UNIT", "unit_amount_decimal", None, "1250", "unit_amount_decimal", "excluded"),
    (
        "DECIMAL",
        "unit_amount_decimal",
        *("0.000000000001", "0.0000000000001"),
        *("unit_amount_decimal", "invalid_decimal"),
    ),
    ("DECIMAL", "unit_amount_decimal", "12.5", None, "unit_amount", "required"),
    ("DECIMAL", "unit_amount_decimal", "0", "-1", "unit_amount_decimal", "invalid_decimal"),
    ("DECIMAL", "unit_amount_decimal", "1", 1, "unit_amount_decimal", "invalid_type"),
    ("PER_UNIT", "currency", "USD", "usdt", "currency", "unknown_currency"),
    ("PER_UNIT", "currency", "isk", "", "currency", "unknown_currency"),
    ("PER_UNIT", "billing_scheme", "per_unit", "flat", "billing_scheme", "literal_error"),
    ("PER_UNIT", "billing_scheme", "per_unit", "tiered", "tiers", "required"),
    ("PER_UNIT", "billing_scheme", "per_unit", "tiered", "unit_amount", "excluded"),
    ("PER_UNIT", "tiers_mode", None, "volume", "tiers_mode", "excluded"),
    ("PER_UNIT", "tiers", None, [{"up_to": "inf", "unit_amount": 1}], "tiers", "excluded"),
    ("TRANSFORMED", "transform_quantity.divide_by", 1, 0, "transform_quantity.divide_by",
     "greater_than_equal"),
    ("TRANSFORMED", "transform_quantity.round", "down", "nearest", "transform_quantity.round",
     "literal_error"),
    ("TRANSFORMED", "transform_quantity.round", "down", ..., "transform_quantity.round",
     "required"),
    ("TRANSFORMED", "custom_unit_amount", None, {"enabled": True}, "unit_amount", "excluded"),
]  # fmt: skip

TIERS: list[Row] = [
    ("TIERED", "tiers[0].up_to", 1, 0, "tiers[0].up_to", "invalid_bound"),
    ("TIERED", "tiers[0].up_to", 19, 20, "tiers[1].up_to", "invalid_bound"),
    ("TIERED", "tiers[1].up_to", 11, 9, "tiers[1].up_to", "invalid_bound"),
    ("TIERED", "tiers[1].up_to", 11, "inf", "tiers[1].up_to", "invalid_bound"),
    ("TIERED", "tiers[2].up_to", "inf", 30, "tiers[2].up_to", "invalid_bound"),
    ("TIERED", "tiers[2].up_to", "inf", None, "tiers[2].up_to", "invalid_bound"),
    ("TIERED", "tiers[2].up_to", "inf", ..., "tiers[2].up_to", "required"),
    ("TIERED", "tiers[0].up_to", 10, "10", "tiers[0].up_to", "invalid_bound"),
    ("TIERED", "tiers[0].up_to", 10, True, "tiers[0].up_to", "invalid_bound"),
    ("TIERED", "tiers[0].up_to", 10, Decimal("9.5"), "tiers[0].up_to", "invalid_bound"),
    ("TIERED", "tiers[0].unit_amount_decimal", None, "1", "tiers[0].unit_amount_decimal",
     "excluded"),
    ("TIERED", "tiers[0].flat_amount_decimal", None, "1", "tiers[0].flat_amount_decimal",
     "excluded"),
    ("TIERED", "tiers[2].flat_amount_decimal", "20.00", "20.5", "tiers[2].flat_amount_decimal",
     "invalid_decimal"),
    ("TIERED", "tiers[2].flat_amount_decimal", "0", None, "tiers[2].unit_amount", "required"),
    ("TIERED", "tiers[0].unit_amount", 0, -1, "tiers[0].unit_amount", "greater_than_equal"),
    ("TIERED", "tiers[0].price", ..., 1, "tiers[0].price", "unknown_field"),
    ("TIERED", "tiers_mode", "volume", "stairs", "tiers_mode", "literal_error"),
    ("TIERED", "tiers_mode", "volume", None, "tiers_mode", "required"),
    ("TIERED", "tiers", [{"up_to": "inf", "unit_amount": 1}], [], "tiers", "too_short"),
    ("TIERED", "unit_amount", None, 1, "unit_amount", "excluded"),
    ("TIERED", "unit_amount_decimal", None, "1", "unit_amount_decimal", "excluded"),
    ("TIERED", "custom_unit_amount", None, {"enabled": True}, "custom_unit_amount", "excluded"),
    ("TIERED", "transform_quantity", None, {"divide_by": 2, "round": "up"}, "transform_quantity",
     "excluded"),
    ("TIERED", "billing_scheme", "tiered", None, "tiers", "excluded"),
    ("TIERED", "billing_scheme", "tiered", "per_unit", "tiers_mode", "excluded"),
]  # fmt: skip

CUSTOM_AMOUNTS: list[Row] = [
    ("CUSTOM", "custom_unit_amount.minimum", 500, 901, "custom_unit_amount.minimum",
     "invalid_bound"),
    ("CUSTOM", "custom_unit_amount.preset", 100, 99, "custom_unit_amount.preset", "invalid_bound"),
    ("CUSTOM", "custom_unit_amount.preset", 900, 901, "custom_unit_amount.preset", "invalid_bound"),
    ("CUSTOM", "custom_unit_amount.maximum", None, 499, "custom_unit_amount.preset",
     "invalid_bound"),
    ("CUSTOM", "custom_unit_amount.maximum", 500, 0, "custom_unit_amount.minimum",
     "invalid_bound"),
    ("CUSTOM", "custom_unit_amount.enabled", True, False, "custom_unit_amount.enabled",
     "literal_error"),
    ("CUSTOM", "custom_unit_amount.enabled", True, ..., "custom_unit_amount.enabled", "required"),
    ("CUSTOM", "custom_unit_amount.minimum", 0, -1, "custom_unit_amount.minimum",
     "greater_than_equal"),
    ("CUSTOM", "unit_amount", None, 500, "unit_amount", "excluded"),
    ("CUSTOM", "unit_amount_decimal", None, "500", "unit_amount_decimal", "excluded"),
    ("CUSTOM", "recurring", None, {"interval": "month"}, "custom_unit_amount", "excluded"),
    ("CUSTOM", "cadence", "one_time", "monthly", "custom_unit_amount", "excluded"),
]  # fmt: skip

OPTIONS: list[Row] = [
    ("IN_EUROS", "currency_options.eur.unit_amount", 0, -1, "currency_options.eur.unit_amount",
     "greater_than_equal"),
    ("IN_EUROS", "currency_options.eur.unit_amount_decimal", None, "1",
     "currency_options.eur.unit_amount_decimal", "excluded"),
    ("IN_EUROS", "currency_options.eur.tax_behavior", "inclusive", "none",
     "currency_options.eur.tax_behavior", "literal_error"),
    ("IN_EUROS", "currency_options.eur", {"unit_amount_decimal": "0.5"}, {},
     "currency_options.eur", "required"),
    ("IN_EUROS", "currency_options.eur", {"unit_amount": 1, "tax_behavior": "exclusive"},
     {"tax_behavior": "exclusive"}, "currency_options.eur", "required"),
    ("IN_EUROS", "currency_options.eur", {"custom_unit_amount": {"enabled": True}},
     {"custom_unit_amount": {"enabled": True}, "unit_amount": 1}, "currency_options.eur",
     "required"),
    ("IN_EUROS", "currency_options.eur", {"unit_amount": 1},
     {"tiers": [{"up_to": "inf", "unit_amount": 1}]}, "currency_options.eur.tiers", "excluded"),
    ("IN_EUROS", "currency_options.jpy", {"unit_amount": 1}, {"unit_amount": "1"},
     "currency_options.jpy.unit_amount", "invalid_type"),
    ("IN_EUROS", "currency_options", {}, {"usd": {"unit_amount": 1}}, "currency_options.usd",
     "duplicate_value"),
    ("IN_EUROS", "currency_options", {"EUR": {"unit_amount": 1}}, {"xxx": {"unit_amount": 1}},
     "currency_options.xxx", "unknown_currency"),
    ("TIERED_IN_EUROS", "currency_options.eur", {"tiers": [{"up_to": "inf", "unit_amount": 1}]},
     {"unit_amount": 1}, "currency_options.eur.tiers", "excluded"),
    ("TIERED_IN_EUROS", "currency_options.eur.tiers[0].up_to", "inf", 10,
     "currency_options.eur.tiers[0].up_to", "invalid_bound"),
    ("MODEL", "currency_options", None, {"eur": {"unit_amount": 1}}, "currency_options",
     "excluded"),
    # An option may not bring in what the price itself may not have.
    ("RECURRING", "currency_options", {"eur": {"unit_amount": 1}},
     {"eur": {"custom_unit_amount": {"enabled": True}}},
     "currency_options.eur.custom_unit_amount", "excluded"),
    ("TRANSFORMED", "currency_options", {"eur": {"unit_amount": 1}},
     {"eur": {"custom_unit_amount": {"enabled": True}}},
     "currency_options.eur.custom_unit_amount", "excluded"),
]  # fmt: skip

PERIODS: list[Row] = [
    ("RECURRING", "recurring.interval", "day", "hour", "recurring.interval", "literal_error"),
    ("RECURRING", "recurring.interval_count", 36, 37, "recurring.interval_count",
     "period_too_long"),
    ("RECURRING", "recurring", {"interval": "year", "interval_count": 3},
     {"interval": "year", "interval_count": 4}, "recurring.interval_count", "period_too_long"),
    ("RECURRING", "recurring", {"interval": "week", "interval_count": 156},
     {"interval": "week", "interval_count": 157}, "recurring.interval_count", "period_too_long"),
    ("RECURRING", "recurring", {"interval": "day", "interval_count": 1095},
     {"interval": "day", "interval_count": 1096}, "recurring.interval_count", "period_too_long"),
    ("RECURRING", "recurring.interval_count", 1, 0, "recurring.interval_count",
     "greater_than_equal"),
    ("RECURRING", "recurring.trial_period_days", 730, 731, "recurring.trial_period_days",
     "less_than_equal"),
    ("RECURRING", "recurring.trial_period_days", 1, 0, "recurring.trial_period_days",
     "greater_than_equal"),
    ("RECURRING", "recurring.usage_type", "licensed", "metered", "recurring.meter", "required"),
    ("METERED", "recurring.usage_type", "metered", "licensed", "recurring.meter", "excluded"),
    ("METERED", "recurring.meter", "mtr_2", ..., "recurring.meter", "required"),
    ("RECURRING", "type", "recurring", "one_time", "type", "contradiction"),
    ("PER_UNIT", "type", "one_time", "recurring", "type", "contradiction"),
    ("MODEL", "type", "recurring", "one_time", "type", "contradiction"),
    ("RECURRING", "cadence", None, "monthly", "cadence", "excluded"),
    ("MODEL", "cadence", "semi_annual", "weekly", "cadence", "literal_error"),
    ("MODEL", "cadence", "annual", "custom", "billing_cycle_configuration", "required"),
    ("CUSTOM_CADENCE", "cadence", "custom", "monthly", "billing_cycle_configuration", "excluded"),
    ("MODEL", "billing_cycle_configuration", None, {"duration": 1, "duration_unit": "month"},
     "billing_cycle_configuration", "excluded"),
    ("CUSTOM_CADENCE", "billing_cycle_configuration.duration", 36, 39,
     "billing_cycle_configuration.duration", "period_too_long"),
    ("IN_DAYS", "billing_cycle_configuration.duration", 1095, 1096,
     "billing_cycle_configuration.duration", "period_too_long"),
    ("CUSTOM_CADENCE", "billing_cycle_configuration.duration", 3, 0,
     "billing_cycle_configuration.duration", "greater_than_equal"),
    ("IN_DAYS", "billing_cycle_configuration.duration_unit", "month", "week",
     "billing_cycle_configuration.duration_unit", "literal_error"),
    ("CUSTOM_CADENCE", "invoicing_cycle_configuration.duration", 4, 5,
     "invoicing_cycle_configuration.duration", "invalid_period"),
    ("CUSTOM_CADENCE", "invoicing_cycle_configuration.duration", 12, 24,
     "invoicing_cycle_configuration.duration", "invalid_period"),
    ("CUSTOM_CADENCE", "invoicing_cycle_configuration", {"duration": 30, "duration_unit": "day"},
     {"duration": 1096, "duration_unit": "day"}, "invoicing_cycle_configuration.duration",
     "period_too_long"),
    ("PER_UNIT", "invoicing_cycle_configuration", None, {"duration": 1, "duration_unit": "month"},
     "invoicing_cycle_configuration", "excluded"),
    # Days are not cut into months, nor by days that leave some over.
    ("IN_DAYS", "invoicing_cycle_configuration", {"duration": 10, "duration_unit": "day"},
     {"duration": 1, "duration_unit": "month"}, "invoicing_cycle_configuration.duration",
     "invalid_period"),
    ("IN_DAYS", "invoicing_cycle_configuration", {"duration": 15, "duration_unit": "day"},
     {"duration": 20, "duration_unit": "day"}, "invoicing_cycle_configuration.duration",
     "invalid_period"),
    # The same rule where the billing cycle has a name: a month is not invoiced yearly.
    ("MODEL", "invoicing_cycle_configuration", {"duration": 1, "duration_unit": "month"},
     {"duration": 12, "duration_unit": "month"}, "invoicing_cycle_configuration.duration",
     "invalid_period"),
    ("RECURRING", "invoicing_cycle_configuration", {"duration": 1, "duration_unit": "month"},
     {"duration": 2, "duration_unit": "month"}, "invoicing_cycle_configuration.duration",
     "invalid_period"),
]  # fmt: skip

CONVERSIONS: list[Row] = [
    ("MODEL", "conversion_rate", Decimal("0.5"), 0, "conversion_rate", "out_of_range"),
    ("MODEL", "conversion_rate", 2, "2", "conversion_rate", "invalid_type"),
    ("CONVERTED", "conversion_rate", None, 2, "conversion_rate_config", "excluded"),
    ("CONVERTED", "conversion_rate_config.unit_config.unit_amount", "0.1", "0",
     "conversion_rate_config.unit_config.unit_amount", "out_of_range"),
    ("CONVERTED", "conversion_rate_config.conversion_rate_type", "unit", "tiered",
     "conversion_rate_config.tiered_config", "contradiction"),
    ("CONVERTED", "conversion_rate_config.conversion_rate_type", "unit", "flat",
     "conversion_rate_config.conversion_rate_type", "literal_error"),
    ("CONVERTED", "conversion_rate_config.unit_config", {"unit_amount": "2"}, None,
     "conversion_rate_config.unit_config", "contradiction"),
    ("CONVERTED_IN_TIERS", "conversion_rate_config.tiered_config.tiers[1].last_unit", None, 20,
     "conversion_rate_config.tiered_config.tiers[1].last_unit", "invalid_bound"),
    ("CONVERTED_IN_TIERS", "conversion_rate_config.tiered_config.tiers[0].last_unit", 10, None,
     "conversion_rate_config.tiered_config.tiers[0].last_unit", "invalid_bound"),
    ("CONVERTED_IN_TIERS", "conversion_rate_config.tiered_config.tiers", [
        {"first_unit": 0, "last_unit": None, "unit_amount": "1"}], [],
     "conversion_rate_config.tiered_config.tiers", "too_short"),
    # The same rule as for the tiers of a price: no gap, no overlap.
    ("CONVERTED_IN_TIERS", "conversion_rate_config.tiered_config.tiers[1].first_unit", 11, 20,
     "conversion_rate_config.tiered_config.tiers[1].first_unit", "invalid_bound"),
]  # fmt: skip

METRICS: list[Row] = [
    ("USAGE", "billable_metric_id", "m", None, "billable_metric_id", "required"),
    ("USAGE", "fixed_price_quantity", None, 5, "fixed_price_quantity", "excluded"),
    ("USAGE", "billed_in_advance", False, True, "billed_in_advance", "contradiction"),
    ("MODEL", "fixed_price_quantity", Decimal("2.5"), -1, "fixed_price_quantity", "out_of_range"),
    ("MODEL", "fixed_price_quantity", 0, "5", "fixed_price_quantity", "invalid_type"),
    ("MODEL", "billed_in_advance", True, "yes", "billed_in_advance", "invalid_type"),
    ("USAGE", "dimensional_price_configuration.dimension_values", ["eu", "pro"], [],
     "dimensional_price_configuration.dimension_values", "too_short"),
    ("USAGE", "dimensional_price_configuration.dimension_values", ["v"] * 20, ["v"] * 21,
     "dimensional_price_configuration.dimension_values", "too_long"),
    ("USAGE", "dimensional_price_configuration.group", ..., "g",
     "dimensional_price_configuration.group", "unknown_field"),
    ("MODEL", "license_type_id", "lic_1", "", "license_type_id", "string_too_short"),
    ("PER_UNIT", "license_type_id", None, "lic_1", "license_type_id", "contradiction"),
]  # fmt: skip

NAMES: list[Row] = [
    ("PER_UNIT", "lookup_key", "k" * 200, "k" * 201, "lookup_key", "string_too_long"),
    ("PER_UNIT", "lookup_key", "k", "", "lookup_key", "string_too_short"),
    ("PER_UNIT", "transfer_lookup_key", False, True, "lookup_key", "required"),
    ("PER_UNIT", "transfer_lookup_key", False, "yes", "transfer_lookup_key", "invalid_type"),
    ("PER_UNIT", "external_price_id", "e" * 200, "e" * 201, "external_price_id",
     "string_too_long"),
    ("PER_UNIT", "invoice_grouping_key", "region", "", "invoice_grouping_key", "string_too_short"),
    ("PER_UNIT", "tax_behavior", "unspecified", "none", "tax_behavior", "literal_error"),
    ("PER_UNIT", "active", False, None, "active", "invalid_type"),
    ("PER_UNIT", "product_data", {"name": "Seat"}, None, "product", "required"),
    ("PER_UNIT", "product", None, "prod_1", "product", "required"),
    ("PER_UNIT", "product_data.name", "S", "", "product_data.name", "string_too_short"),
    ("PER_UNIT", "name", "Seat", "", "name", "string_too_short"),
]  # fmt: skip

MODELS: list[Row] = [
    ("MODEL", "model_type", "unit", "unitt", "model_type", "unknown_model_type"),
    ("MODEL", "model_type", "unit", "stripe_per_unit", "model_type", "unknown_model_type"),
    ("MODEL", "model_type", "unit", "tiered", "tiered_config", "required"),
    ("MODEL", "model_type", "unit", "tiered", "unit_config", "excluded"),
    ("MODEL", "unit_config", {"unit_amount": "0"}, None, "unit_config", "required"),
    ("MODEL", "bulk_config", None, {"tiers": [{"maximum_units": None, "unit_amount": "1"}]},
     "bulk_config", "excluded"),
    ("PER_UNIT", "unit_config", None, {"unit_amount": "1"}, "model_type", "required"),
    *(
        ("MODEL", field, None, value, field, "excluded")
        for field, value in {
            "billing_scheme": "per_unit",
            "unit_amount": 1,
            "unit_amount_decimal": "1",
            "custom_unit_amount": {"enabled": True},
            "tiers": [{"up_to": "inf", "unit_amount": 1}],
            "tiers_mode": "volume",
            "transform_quantity": {"divide_by": 2, "round": "up"},
        }.items()
    ),
]  # fmt: skip


@pytest.mark.parametrize("base", BASES)
def test_the_documents_that_these_tests_change_are_right(base: str) -> None:
    assert price(BASES[base])


@pytest.mark.parametrize(
    ("base", "field", "right", "wrong", "param", "code"),
    [
        *(*AMOUNTS, *TIERS, *CUSTOM_AMOUNTS, *OPTIONS, *PERIODS),
        *(*CONVERSIONS, *METRICS, *NAMES, *MODELS),
    ],
)
def test_a_wrong_value_is_refused_at_its_field_and_the_one_beside_it_taken(
    base: str, field: str, right: Any, wrong: Any, param: str, code: str
) -> None:
    broken = refused(changed(BASES[base], field, wrong))

    assert price(changed(BASES[base], field, right))
    assert (param, code) in broken


@pytest.mark.parametrize(
    ("base", "field", "right", "wrong", "param", "code"),
    [row for row in (*AMOUNTS, *TIERS, *OPTIONS, *MODELS) if row[0] != "RECURRING"],
)
def test_terms_that_no_price_may_have_are_not_quoted_either(
    base: str, field: str, right: Any, wrong: Any, param: str, code: str
) -> None:
    """Else a merchant trusts a quote of a price that can never be made."""

    def quote(value: Any) -> CreateQuote:
        terms = changed(BASES[base], field, value)
        return asked(
            CreateQuote,
            quantity="1",
            **{name: terms[name] for name in terms if name in PriceTerms.model_fields},
        )

    broken = broken_rules(lambda: quote(wrong))

    assert quote(right)
    assert (param, code) in broken


def test_tiers_of_stripe_are_at_most_a_thousand() -> None:
    """Else a price is made that cannot be kept, or takes its time on every order."""
    bounded = [{"up_to": place, "unit_amount": 1} for place in range(1, 1001)]
    open_end = [{"up_to": "inf", "unit_amount": 1}]

    assert price(changed(TIERED, "tiers", bounded[:999] + open_end))
    assert refused(changed(TIERED, "tiers", bounded + open_end)) == [("tiers", "too_long")]


def test_a_licence_goes_with_the_unit_model_alone() -> None:
    tiered = {**PRODUCT, **FORMS["tiered"].terms, "license_type_id": "lic_1"}

    assert price({**MODEL, "license_type_id": "lic_1"}).license_type_id == "lic_1"
    assert refused(tiered) == [("license_type_id", "contradiction")]


@pytest.mark.parametrize("cadence", [None, "one_time"])
def test_a_price_that_is_billed_once_is_not_recurring(cadence: str | None) -> None:
    assert not price({**MODEL, "cadence": cadence}).is_recurring
    assert price({**MODEL, "cadence": "annual"}).is_recurring


def test_a_currency_is_named_once_however_it_is_written() -> None:
    """Else one of two amounts is silently lost."""
    options = {"eur": {"unit_amount": 1}, "EUR": {"unit_amount": 2}}

    broken = refused({**PER_UNIT, "currency_options": options})

    assert [code for _, code in broken] == ["duplicate_key"]


# What is billed

QUANTITY: dict[str, Any] = {"quantity": "1"}
GROUPS: dict[str, Any] = {"groups": [{"group": "a", "quantity": "1"}]}
CELLS: dict[str, Any] = {"cells": [{"dimension_values": ["a"], "quantity": "1"}]}
EVENTS: dict[str, Any] = {"events": [{"quantity": "1", "unit_rate": "0.5"}]}
PART: dict[str, Any] = {"quantity": 1, "proration": {"numerator": 1, "denominator": 2}}
DATES: dict[str, Any] = {
    "quantity": 1,
    "proration": {
        "service": {"start": "2026-01-11", "end": "2026-02-01"},
        "period": {"start": "2026-01-01", "end": "2026-02-01"},
    },
}

INPUTS: list[tuple[Any, str, Any, Any, str, str]] = [
    (QUANTITY, "quantity", "0", "-1", "quantity", "invalid_decimal"),
    (QUANTITY, "quantity", 0, -1, "quantity", "invalid_decimal"),
    (QUANTITY, "quantity", Decimal("1.5"), Decimal("-1.5"), "quantity", "invalid_decimal"),
    (QUANTITY, "quantity", "1.5", "1.", "quantity", "invalid_decimal"),
    (QUANTITY, "quantity", "0.5", ".5", "quantity", "invalid_decimal"),
    (QUANTITY, "quantity", "100", "1e2", "quantity", "invalid_decimal"),
    (QUANTITY, "quantity", "1", "", "quantity", "invalid_decimal"),
    (QUANTITY, "quantity", "1", "٣", "quantity", "invalid_decimal"),
    (QUANTITY, "quantity", 1, True, "quantity", "invalid_decimal"),
    (QUANTITY, "quantity", "9" * 15, "9" * 16, "quantity", "out_of_range"),
    (QUANTITY, "quantity", Decimal("1E+14"), Decimal("1E+15"), "quantity", "out_of_range"),
    (QUANTITY, "quantity", "0." + "1" * 12, "0." + "1" * 13, "quantity", "out_of_range"),
    (QUANTITY, "quantity", "1", None, "quantity", "required"),
    (QUANTITY, "groups", None, [], "groups", "excluded"),
    (GROUPS, "groups[0].group", "b", "", "groups[0].group", "string_too_short"),
    (GROUPS, "groups[0].quantity", "0", ..., "groups[0].quantity", "required"),
    (GROUPS, "groups[0].pricing_value", "gold", 5, "groups[0].pricing_value", "invalid_type"),
    (GROUPS, "groups[0].proration", {"numerator": 1, "denominator": 2}, {"numerator": 1},
     "groups[0].proration.denominator", "required"),
    (GROUPS, "groups", [], {}, "groups", "invalid_type"),
    (CELLS, "cells[0].dimension_values", ["a", "b"], ["a", "b", "c"], "cells[0].dimension_values",
     "too_long"),
    (CELLS, "cells[0].dimension_values", ["a"], [], "cells[0].dimension_values", "too_short"),
    (EVENTS, "events[0].unit_rate", "0.000000000001", "-1", "events[0].unit_rate",
     "invalid_decimal"),
    (EVENTS, "events[0].unit_rate", None, 1, "events[0].unit_rate", "invalid_type"),
    (PART, "proration.numerator", 0, -1, "proration.numerator", "greater_than_equal"),
    (PART, "proration.numerator", 2, 3, "proration.numerator", "out_of_range"),
    (PART, "proration.denominator", 1, 0, "proration.denominator", "greater_than_equal"),
    (PART, "proration", None, {}, "proration.numerator", "required"),
    (PART, "proration.period", None, {"start": "2026-01-01", "end": "2026-02-01"},
     "proration.service", "required"),
    (DATES, "proration.service.end", "2026-01-12", "2026-01-11", "proration.service.end",
     "invalid_period"),
    (DATES, "proration.service.start", "2026-01-31", "2026-01-32", "proration.service.start",
     "invalid_date"),
    (DATES, "proration.numerator", None, 1, "proration.numerator", "excluded"),
    (DATES, "locale", "de_DE", "x" * 36, "locale", "string_too_long"),
]  # fmt: skip


@pytest.mark.parametrize(("base", "field", "right", "wrong", "param", "code"), INPUTS)
def test_what_is_billed_is_told_in_one_way_and_exactly(
    base: Any, field: str, right: Any, wrong: Any, param: str, code: str
) -> None:
    broken = broken_rules(lambda: asked(QuotePrice, **changed(base, field, wrong)))

    assert asked(QuotePrice, **changed(base, field, right))
    assert (param, code) in broken


def test_at_most_ten_thousand_rows_are_billed_at_once() -> None:
    rows = [{"quantity": "1"}] * 10_001

    assert asked(QuotePrice, events=rows[:-1])
    assert broken_rules(lambda: asked(QuotePrice, events=rows)) == [("events", "too_long")]


def test_a_quote_of_terms_is_held_to_the_rules_of_prices_and_of_inputs() -> None:
    terms = {"currency": "usd", "unit_amount": 1, "unit_amount_decimal": "1"}

    broken = broken_rules(lambda: asked(CreateQuote, **terms, quantity="1", groups=[]))

    assert set(broken) == {("unit_amount_decimal", "excluded"), ("groups", "excluded")}


def test_a_fraction_of_dates_is_the_days_in_service_of_the_days_in_the_period() -> None:
    found = asked(QuotePrice, **DATES)

    assert found.proration is not None
    assert str(found.proration.fraction()) == "21/31"

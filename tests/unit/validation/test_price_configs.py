"""Configurations of Orb's 36 models: what would make a price meaningless or ambiguous is refused at
its field when the price is made, not found out on an invoice. Beside every refusal stands what is
almost the same, and right."""

from decimal import Decimal
from typing import Any

import pytest

from farebox.validation.price_configs import CONFIGS
from farebox.validation.price_rows import MAXIMUM_ROWS
from farebox.validation.prices import CreatePrice
from tests.price_forms import FORMS, exactly, model_terms
from tests.unit.builders import asked, broken_rules
from tests.unit.pricing.test_vectors import FILE
from tests.unit.validation.changes import changed

OVER_A_THOUSAND = MAXIMUM_ROWS + 1
BASES: dict[str, Any] = {model: dict(FORMS[model].config) for model in CONFIGS} | {
    "unit": {"unit_amount": "2", "scaling_factor": 1, "prorated": False},
    "tiered": {
        "tiers": [
            {"first_unit": 0, "last_unit": 10, "unit_amount": "3"},
            {"first_unit": 10, "last_unit": 20, "unit_amount": "2"},
            {"first_unit": 20, "last_unit": None, "unit_amount": "1"},
        ]
    },
    "bulk": {
        "tiers": [
            {"maximum_units": 10, "unit_amount": "3"},
            {"maximum_units": 20, "unit_amount": "2"},
            {"maximum_units": None, "unit_amount": "1"},
        ]
    },
    "tiered_with_minimum": {
        "tiers": [
            {"tier_lower_bound": "0", "unit_amount": "2", "minimum_amount": "10"},
            {"tier_lower_bound": "10", "unit_amount": "1", "minimum_amount": "30"},
        ]
    },
    "matrix": {
        "dimensions": ["region", "plan"],
        "default_unit_amount": "1",
        "scaling_factor": 1,
        "matrix_values": [
            {"dimension_values": ["eu", "pro"], "unit_amount": "3", "scaling_factor": 1},
            {"dimension_values": ["us", "pro"], "unit_amount": "2"},
        ],
    },
    "matrix_with_threshold_discounts": {
        "first_dimension": "region",
        "second_dimension": "plan",
        "default_unit_amount": "1",
        "matrix_values": [
            {"first_dimension_value": "eu", "second_dimension_value": "pro", "unit_amount": "3"},
            {"first_dimension_value": "us", "second_dimension_value": "pro", "unit_amount": "2"},
        ],
        "threshold_discount_groups": [
            {
                "cell_coordinates": "eu,pro;us,pro",
                "threshold_amount": "100",
                "below_threshold_discount_percentage": "0",
                "above_threshold_discount_percentage": "10",
            },
            {
                "cell_coordinates": "eu,free",
                "threshold_amount": "100",
                "below_threshold_discount_percentage": "0",
                "above_threshold_discount_percentage": "10",
            },
        ],
    },
    "tiered_matrix_with_allocation": {
        "allocation": "5",
        "default_unit_amount": "1",
        "dimensions": ["region", "plan"],
        "tiers": [
            {"dimension_values": ["eu", "pro"], "tier_lower_bound": "0", "unit_amount": "2"},
            {"dimension_values": ["us", "free"], "tier_lower_bound": "0", "unit_amount": "1"},
        ],
    },
    "bulk_with_filters": {
        "filters": [
            {"property_key": "region", "property_value": "eu"},
            {"property_key": "plan", "property_value": "pro"},
        ],
        "tiers": [{"unit_amount": "2"}, {"tier_lower_bound": "10", "unit_amount": "1"}],
    },
    "cumulative_grouped_bulk": {
        "group": "site",
        "dimension_values": [
            {"grouping_key": "a", "tier_lower_bound": "0", "unit_amount": "2"},
            {"grouping_key": "b", "tier_lower_bound": "0", "unit_amount": "2"},
            {"grouping_key": "a", "tier_lower_bound": "10", "unit_amount": "1"},
            {"grouping_key": "b", "tier_lower_bound": "10", "unit_amount": "1"},
        ],
    },
    "percent": {
        "percent": Decimal("0.029"),
        "minimum_amount": "1",
        "maximum_amount": "5",
    },
}


def price(model: str, config: Any) -> CreatePrice:
    return asked(
        CreatePrice,
        currency="usd",
        product_data={"name": "Seat"},
        **model_terms(model, config),
    )


def refused(model: str, config: Any) -> list[tuple[str, str]]:
    """The broken rules, their paths as of the configuration."""
    broken = broken_rules(lambda: price(model, config))
    return [(param.removeprefix(f"{model}_config."), code) for param, code in broken]


def test_there_is_a_configuration_for_each_of_the_36_models() -> None:
    assert len(CONFIGS) == 36
    assert all(price(model, config) for model, config in BASES.items())


@pytest.mark.parametrize(
    "vector",
    [vector for vector in FILE["vectors"] if vector["family"] == "orb"],
    ids=lambda vector: str(vector["id"]),
)
def test_every_worked_example_can_be_made(vector: Any) -> None:
    """Else a price that its own vendor documents cannot move here."""
    name = vector["model"]

    made = price(name, vector["config"][f"{name}_config"])

    assert made.terms() == (name, vector["config"][f"{name}_config"])


# model, field, a value that is right, one that is wrong, and the rule that it breaks at the field
NUMBERS: list[tuple[str, str, Any, Any, str]] = [
    ("unit", "unit_amount", "0", "-1", "invalid_decimal"),
    ("unit", "unit_amount", "0.000000000001", "0.0000000000001", "invalid_decimal"),
    ("unit", "unit_amount", "9" * 15, "9" * 16, "invalid_decimal"),
    ("unit", "unit_amount", "0.5", ".5", "invalid_decimal"),
    ("unit", "unit_amount", "1000", "1e3", "invalid_decimal"),
    ("unit", "unit_amount", "1000", "1,000", "invalid_decimal"),
    ("unit", "unit_amount", "1", "NaN", "invalid_decimal"),
    ("unit", "unit_amount", "1", "", "invalid_decimal"),
    ("unit", "unit_amount", "1", "１", "invalid_decimal"),
    ("unit", "unit_amount", "1", 1, "invalid_type"),
    ("unit", "unit_amount", "1", None, "invalid_type"),
    ("unit", "scaling_factor", Decimal("0.001"), 0, "out_of_range"),
    ("unit", "scaling_factor", 1, -1, "out_of_range"),
    ("unit", "scaling_factor", 10**10, 10**10 + 1, "out_of_range"),
    ("unit", "scaling_factor", 1, "1", "invalid_type"),
    ("unit", "scaling_factor", 1, True, "invalid_type"),
    ("unit", "scaling_factor", None, Decimal("0.12345678901234567890"), "out_of_range"),
    ("unit", "prorated", True, 1, "invalid_type"),
    ("package", "package_size", 1, 0, "greater_than_equal"),
    ("package", "package_size", 1, Decimal("2.5"), "invalid_type"),
    ("package_with_allocation", "package_size", "0.1", "0", "out_of_range"),
    ("package_with_allocation", "package_size", "1", "0.00", "out_of_range"),
    ("package_with_allocation", "allocation", "0", "-1", "invalid_decimal"),
    ("tiered_package", "package_size", "1", "0", "out_of_range"),
    ("tiered_package_with_minimum", "package_size", Decimal("2.5"), 0, "out_of_range"),
    ("max_group_tiered_package", "package_size", "7", "0", "out_of_range"),
    ("grouped_tiered_package", "package_size", "1", "0", "out_of_range"),
    ("unit_with_percent", "percent", "100", "100.01", "out_of_range"),
    ("unit_with_percent", "percent", "0", "-1", "invalid_decimal"),
    ("percent", "percent", 1, Decimal("1.01"), "out_of_range"),
    ("percent", "percent", Decimal("0.0001"), 0, "out_of_range"),
    ("percent", "percent", Decimal("0.029"), Decimal("2.9"), "out_of_range"),
    ("percent", "percent", Decimal("0.029"), "0.029", "invalid_type"),
    ("percent", "minimum_amount", "5", "5.01", "invalid_bound"),
    ("percent", "minimum_amount", None, "9", "invalid_bound"),
    ("grouped_with_min_max_thresholds", "minimum_charge", "240", "241", "invalid_bound"),
    ("matrix", "scaling_factor", Decimal("1.5"), 0, "out_of_range"),
    ("matrix", "matrix_values[0].scaling_factor", Decimal("1.5"), 0, "out_of_range"),
    ("matrix_with_allocation", "matrix_values[0].scaling_factor", "1.5", "0", "out_of_range"),
    (
        "matrix_with_threshold_discounts",
        "threshold_discount_groups[0].below_threshold_discount_percentage",
        *("100", "100.1"),
        "out_of_range",
    ),
    (
        "matrix_with_threshold_discounts",
        "threshold_discount_groups[0].above_threshold_discount_percentage",
        *("100", "101"),
        "out_of_range",
    ),
]

TIERS: list[tuple[str, str, Any, Any, str]] = [
    ("tiered", "tiers[0].first_unit", 1, 2, "invalid_bound"),
    ("tiered", "tiers[1].first_unit", 11, 9, "invalid_bound"),  # an overlap
    ("tiered", "tiers[1].first_unit", 11, 12, "invalid_bound"),  # a gap
    ("tiered", "tiers[0].last_unit", 10, None, "invalid_bound"),
    ("tiered", "tiers[2].last_unit", None, 30, "invalid_bound"),
    ("tiered", "tiers[1].last_unit", 20, 10, "invalid_bound"),
    ("tiered", "tiers[1].last_unit", 20, 9, "invalid_bound"),
    ("bulk", "tiers[0].maximum_units", 1, 0, "invalid_bound"),
    ("bulk", "tiers[1].maximum_units", Decimal("10.5"), 10, "invalid_bound"),
    ("bulk", "tiers[1].maximum_units", 11, 9, "invalid_bound"),
    ("bulk", "tiers[1].maximum_units", 11, None, "invalid_bound"),
    ("bulk", "tiers[2].maximum_units", None, 30, "invalid_bound"),
    ("tiered_with_minimum", "tiers[0].tier_lower_bound", "0.0", "1", "invalid_bound"),
    ("tiered_with_minimum", "tiers[1].tier_lower_bound", "0.1", "0", "invalid_bound"),
    ("tiered_package", "tiers[1].tier_lower_bound", "10", "1005", "invalid_bound"),
    ("tiered_package", "tiers[1].tier_lower_bound", "20", "0", "invalid_bound"),
    ("tiered_package_with_minimum", "tiers[1].tier_lower_bound", "10", "1005", "invalid_bound"),
    ("grouped_tiered_package", "tiers[1].tier_lower_bound", "500", "550", "invalid_bound"),
    ("max_group_tiered_package", "tiers[0].tier_lower_bound", "0", "1", "invalid_bound"),
    ("max_group_tiered_package", "tiers[2].tier_lower_bound", "101", "100", "invalid_bound"),
    ("tiered_with_proration", "tiers[0].tier_lower_bound", "0", "5", "invalid_bound"),
    ("bulk_with_proration", "tiers[0].tier_lower_bound", None, "5", "invalid_bound"),
    ("bulk_with_proration", "tiers[1].tier_lower_bound", "10", None, "invalid_bound"),
    ("bulk_with_filters", "tiers[0].tier_lower_bound", "0", "5", "invalid_bound"),
    ("bulk_with_filters", "tiers[1].tier_lower_bound", "1", "0", "invalid_bound"),
    ("grouped_tiered", "tiers[2].tier_lower_bound", "11", "10", "invalid_bound"),
    ("grouped_tiered_matrix", "tiers[3].tier_lower_bound", "0", "1", "invalid_bound"),
    ("grouped_tiered_matrix", "tiers[4].tier_lower_bound", "1", "0", "invalid_bound"),
    ("scalable_matrix_with_tiered_pricing", "tiers[0].tier_lower_bound", "0", "1", "invalid_bound"),
    ("tiered_matrix_with_allocation", "tiers[1].tier_lower_bound", "0", "1", "invalid_bound"),
    ("threshold_total_amount", "consumption_table[1].threshold", "1", "0", "invalid_bound"),
    ("threshold_total_amount", "consumption_table[0].threshold", "7", "-7", "invalid_decimal"),
]

VALUES: list[tuple[str, str, Any, Any, str]] = [
    ("matrix", "matrix_values[1].dimension_values", ["eu", "us"], ["eu", "pro"], "duplicate_value"),
    (
        "matrix",
        "matrix_values[1].dimension_values",
        *(["us", "pro"], ["us"]),
        "invalid_dimension_values",
    ),
    ("matrix", "matrix_values[1].dimension_values", ["us", "x"], ["us", "x", "y"], "too_long"),
    ("matrix", "matrix_values[1].dimension_values", ["us", "x"], [], "too_short"),
    ("matrix", "matrix_values[1].dimension_values[0]", "x", "", "string_too_short"),
    ("matrix", "dimensions[1]", "Region", "region", "duplicate_value"),
    (
        "matrix_with_allocation",
        "matrix_values[1].dimension_values",
        *(["x"], ["write"]),
        "duplicate_value",
    ),
    (
        "matrix_with_allocation",
        "matrix_values[1].dimension_values",
        *(["x"], ["x", "y"]),
        "invalid_dimension_values",
    ),
    (
        "daily_credit_allowance",
        "matrix_values[0].dimension_values",
        *(["x"], ["x", "y"]),
        "invalid_dimension_values",
    ),
    (
        "tiered_matrix_with_allocation",
        "tiers[1].dimension_values",
        *(["us", "pro"], ["us"]),
        "invalid_dimension_values",
    ),
    (
        "tiered_matrix_with_allocation",
        "tiers[1].tier_lower_bound",
        *("0.0", "1"),
        "invalid_bound",
    ),
    (
        "matrix_with_display_name",
        "unit_amounts[1].dimension_value",
        *("HEAD", "PUT"),
        "duplicate_value",
    ),
    (
        "grouped_with_metered_minimum",
        "unit_amounts[1].pricing_value",
        *("lead", "gold"),
        "duplicate_value",
    ),
    ("bulk_with_filters", "filters[1].property_key", "Region", "region", "duplicate_value"),
    (
        "metered_allowance",
        "allowance_grouping_value",
        *("free", "transfer_out"),
        "duplicate_value",
    ),
    (
        "matrix_with_threshold_discounts",
        "matrix_values[1].second_dimension_value",
        *("free", None),
        "invalid_dimension_values",
    ),
    (
        "scalable_matrix_with_unit_pricing",
        "matrix_scaling_factors[0].second_dimension_value",
        *(None, "pro"),
        "invalid_dimension_values",
    ),
    (
        "matrix_with_threshold_discounts",
        "matrix_values[1].first_dimension_value",
        *("apac", "eu"),
        "duplicate_value",
    ),
    (
        "scalable_matrix_with_tiered_pricing",
        "matrix_scaling_factors[1].first_dimension_value",
        *("bsd", "linux"),
        "duplicate_value",
    ),
    (
        "matrix_with_threshold_discounts",
        "threshold_discount_groups[1].cell_coordinates",
        *("us,free", "us,pro"),
        "duplicate_value",
    ),
    (
        "matrix_with_threshold_discounts",
        "threshold_discount_groups[1].cell_coordinates",
        *("us,free", "us"),
        "invalid_coordinates",
    ),
    (
        "matrix_with_threshold_discounts",
        "threshold_discount_groups[1].cell_coordinates",
        *("us,free;", ";"),
        "invalid_coordinates",
    ),
    (
        "matrix_with_threshold_discounts",
        "threshold_discount_groups[1].cell_coordinates",
        *("us, free ; apac,free", "us,"),
        "invalid_coordinates",
    ),
    (
        "cumulative_grouped_bulk",
        "dimension_values[0].tier_lower_bound",
        *("0.0", "1"),
        "invalid_bound",
    ),
    # Two dimensions of one name: a cell of theirs says the same thing twice.
    ("tiered_matrix_with_allocation", "dimensions[1]", "Region", "region", "duplicate_value"),
    (
        "matrix_with_threshold_discounts",
        "second_dimension",
        *("Region", "region"),
        "duplicate_value",
    ),
]

SHAPES: list[tuple[str, str, Any, Any, str]] = [
    ("tiered", "tiers", [{"first_unit": 0, "unit_amount": "1"}], [], "too_short"),
    ("matrix", "matrix_values", [], None, "invalid_type"),
    (
        "bulk_with_filters",
        "filters",
        *([{"property_key": "a", "property_value": "b"}], []),
        "too_short",
    ),
    ("event_output", "unit_rating_key", "rate", "", "string_too_short"),
    ("event_output", "unit_rating_key", "r" * 200, "r" * 201, "string_too_long"),
    ("event_output", "grouping_key", None, 7, "invalid_type"),
    ("matrix", "dimensions", ["region", "plan"], ["region", "plan", "x"], "too_long"),
]


@pytest.mark.parametrize(
    ("model", "field", "right", "wrong", "code"), [*NUMBERS, *TIERS, *VALUES, *SHAPES]
)
def test_a_wrong_value_is_refused_at_its_field_and_the_one_beside_it_taken(
    model: str, field: str, right: Any, wrong: Any, code: str
) -> None:
    taken = price(model, changed(BASES[model], field, right))
    broken = refused(model, changed(BASES[model], field, wrong))

    assert taken.terms()[0] == model
    assert (field, code) in broken


@pytest.mark.parametrize("model", CONFIGS)
def test_a_misspelt_field_is_refused_and_not_passed_over(model: str) -> None:
    assert ("amuont", "unknown_field") in refused(model, {**BASES[model], "amuont": "1"})


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (model, name)
        for model, config in CONFIGS.items()
        for name, field in config.model_fields.items()
        if field.is_required()
    ],
)
def test_what_a_formula_needs_is_required(model: str, field: str) -> None:
    assert (field, "required") in refused(model, changed(BASES[model], field, ...))


@pytest.mark.parametrize("model", CONFIGS)
def test_a_configuration_is_an_object(model: str) -> None:
    terms = {"model_type": model, f"{model}_config": ["tiers"]}

    broken = broken_rules(
        lambda: asked(CreatePrice, currency="usd", product_data={"name": "Seat"}, **terms)
    )

    assert broken == [(f"{model}_config", "invalid_type")]


@pytest.mark.parametrize(
    ("model", "field", "row"),
    [
        ("tiered_with_proration", "tiers", '{"tier_lower_bound": "%d", "unit_amount": "1"}'),
        ("threshold_total_amount", "consumption_table", '{"threshold": "%d", "total_amount": "1"}'),
        (
            "matrix_with_display_name",
            "unit_amounts",
            '{"dimension_value": "%d", "display_name": "x", "unit_amount": "1"}',
        ),
        ("bulk_with_filters", "filters", '{"property_key": "%d", "property_value": "x"}'),
    ],
)
def test_a_table_has_at_most_a_thousand_rows(model: str, field: str, row: str) -> None:
    """Else a price is made that cannot be kept, or takes its time on every order."""
    rows = [exactly(row % place) for place in range(OVER_A_THOUSAND)]

    assert price(model, changed(BASES[model], field, rows[:-1]))
    assert refused(model, changed(BASES[model], field, rows)) == [(field, "too_long")]


def test_every_lower_bound_lists_the_same_groups() -> None:
    """Else the total reaches a tier in which a group has no rate."""
    config = BASES["cumulative_grouped_bulk"]
    missing = changed(config, "dimension_values[3]", ...)
    alone = changed(config, "dimension_values[3].tier_lower_bound", "20")

    assert refused("cumulative_grouped_bulk", missing) == [("dimension_values", "invalid_bound")]
    assert refused("cumulative_grouped_bulk", alone) == [("dimension_values", "invalid_bound")]


def test_rows_of_different_values_may_stand_in_any_order() -> None:
    config = BASES["cumulative_grouped_bulk"]
    one, other, third, fourth = config["dimension_values"]

    sorted_by_group = {**config, "dimension_values": [one, third, other, fourth]}

    assert price("cumulative_grouped_bulk", sorted_by_group)


def test_all_that_is_wrong_is_told_at_once() -> None:
    tiers = [
        {"first_unit": 5, "last_unit": 10, "unit_amount": "1"},
        {"first_unit": 12, "last_unit": 8, "unit_amount": "1"},
    ]

    assert refused("tiered", {"tiers": tiers}) == [
        ("tiers[1].last_unit", "invalid_bound"),
        ("tiers[0].first_unit", "invalid_bound"),
        ("tiers[1].first_unit", "invalid_bound"),
    ]

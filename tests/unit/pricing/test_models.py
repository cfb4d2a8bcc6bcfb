"""Every rule of the price models, and every reading taken where vendors publish none, worked by
hand: a rule that slips here bills a customer wrong in a way that looks right."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from farebox.pricing.models import MODELS
from farebox.problems import InvalidRequest
from tests.price_forms import BY_HAND, FORMS, PriceForm, exact_amount, model_terms, quoted

HALF = {"numerator": 1, "denominator": 2}
TIERS = [
    {"tier_lower_bound": "0", "unit_amount": "5"},
    {"tier_lower_bound": "10", "unit_amount": "3"},
    {"tier_lower_bound": "50", "unit_amount": "1"},
]


def lower(*rows: tuple[str, str], **fields: str) -> list[dict[str, str]]:
    """Tiers by their lower bound and rate."""
    return [{"tier_lower_bound": over, "unit_amount": rate, **fields} for over, rate in rows]


def groups(**quantities: str) -> list[dict[str, str]]:
    return [{"group": group, "quantity": quantity} for group, quantity in quantities.items()]


def cells(*rows: tuple[str, str]) -> list[dict[str, Any]]:
    """Quantities of cells, named as ``blue,circle``."""
    return [{"dimension_values": names.split(","), "quantity": units} for names, units in rows]


def amount(text: str) -> Fraction:
    return Fraction(text)


@pytest.mark.parametrize("form", FORMS.values(), ids=str)
def test_each_form_has_a_worked_example(form: PriceForm) -> None:
    found = quoted(form.terms, form.billed, form.currency)

    assert (found.model, amount(found.exact_amount)) == (form.name, form.amount)


def test_every_form_is_among_them() -> None:
    assert set(FORMS) == set(MODELS)
    assert len(FORMS) == 40


# What the formulas must get right


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("0", "0"),
        ("10", "50"),  # 10 × 5: the bound belongs to the lower tier
        ("10.001", "50.003"),  # 10 × 5 + 0.001 × 3
        ("10.5", "51.5"),  # 10 × 5 + 0.5 × 3: no gap between 10 and 11
        ("50", "170"),  # 10 × 5 + 40 × 3
        ("51", "171"),  # 10 × 5 + 40 × 3 + 1 × 1
    ],
)
def test_the_upper_bound_belongs_to_the_lower_tier_and_fractions_fall_into_no_gap(
    quantity: str, expected: str
) -> None:
    assert exact_amount("tiered_with_proration", {"tiers": TIERS}, quantity=quantity) == amount(
        expected
    )
    assert exact_amount(
        "grouped_tiered", {"grouping_key": "k", "tiers": TIERS}, groups=groups(a=quantity)
    ) == amount(expected)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("0", "0"), ("10", "50"), ("10.001", "30.003"), ("50", "150"), ("50.5", "50.5")],
)
def test_volume_bounds_are_inclusive_too(quantity: str, expected: str) -> None:
    bulk = {
        "tiers": [
            {"maximum_units": 10, "unit_amount": "5"},
            {"maximum_units": 50, "unit_amount": "3"},
            {"maximum_units": None, "unit_amount": "1"},
        ]
    }

    assert exact_amount("bulk", bulk, quantity=quantity) == amount(expected)
    assert exact_amount("bulk_with_proration", {"tiers": TIERS}, quantity=quantity) == amount(
        expected
    )


@pytest.mark.parametrize("first_unit", [10, 11])
def test_tiers_may_be_written_0_10_10_or_1_10_11(first_unit: int) -> None:
    tiers = [
        {"first_unit": first_unit - 10, "last_unit": 10, "unit_amount": "2"},
        {"first_unit": first_unit, "last_unit": None, "unit_amount": "1"},
    ]

    # 10 × 2 + 0.5 × 1
    assert exact_amount("tiered", {"tiers": tiers}, quantity="10.5") == amount("20.5")


@pytest.mark.parametrize(
    ("quantity", "packages"),
    [("0", 0), ("0.1", 1), ("20", 1), ("20.1", 2), ("40", 2), ("40.000000000001", 3)],
)
def test_packages_divide_exactly_and_none_is_billed_for_nothing(
    quantity: str, packages: int
) -> None:
    config = {"package_amount": "7", "package_size": 20}
    stripe = {"unit_amount": 7, "transform_quantity": {"divide_by": 20, "round": "up"}}

    assert exact_amount("package", config, quantity=quantity) == 7 * packages
    assert exact_amount("stripe_transform_quantity", stripe, quantity=quantity) == 7 * packages


def test_a_package_size_that_binary_numbers_cannot_hold_divides_exactly_too() -> None:
    config = {"allocation": "0", "package_amount": "1", "package_size": "0.1"}

    # 0.3 / 0.1 is 3 packages; in binary floating point it is 2.9999…
    assert exact_amount("package_with_allocation", config, quantity="0.3") == 3


def test_an_allocation_is_taken_off_before_packages_are_counted() -> None:
    config = {"allocation": "5", "package_amount": "10", "package_size": "10"}

    # (25 - 5) / 10 = 2 packages, not 3 packages less something
    assert exact_amount("package_with_allocation", config, quantity="25") == 20
    assert exact_amount("package_with_allocation", config, quantity="25.1") == 30
    assert exact_amount("package_with_allocation", config, quantity="4") == 0


def test_every_group_is_rated_alone_and_the_line_is_rounded_once() -> None:
    config = {"grouping_key": "k", "tiers": lower(("0", "0.004"))}

    found = quoted(model_terms("grouped_tiered", config), {"groups": groups(a="1", b="1")})

    # 0.004 + 0.004 = 0.008 is 1 cent; each rounded alone would be 0
    assert (found.exact_amount, found.amount) == ("0.008", 1)


def test_groups_do_not_share_tiers() -> None:
    config = {"grouping_key": "k", "tiers": TIERS}

    # a: 10 × 5 + 2 × 3 = 56, b: 8 × 5 = 40; together they would be 50 + 10 × 3 = 80
    found = exact_amount("grouped_tiered", config, groups=groups(a="12", b="8"))

    assert found == 96


def test_tiny_rates_stay_exact() -> None:
    price = {"unit_amount": "0.000000000001"}

    assert exact_amount("unit", price, quantity="1000000") == amount("0.000001")


def test_a_repeating_decimal_stays_a_fraction_until_it_is_rounded() -> None:
    part = {"numerator": 21, "denominator": 31}

    found = quoted(
        model_terms("unit_with_proration", {"unit_amount": "35"}),
        {"quantity": "1", "proration": part},
    )

    # 35 × 21/31 = 735/31 = 23.7096…
    assert (found.exact_amount, found.amount) == ("735/31", 2371)


@pytest.mark.parametrize(
    ("currency", "charged", "step"),
    [
        ("usd", 1235, "0.01"),  # 12.345 → 12.35, the tie goes up
        ("jpy", 12, "1"),
        ("krw", 12, "1"),
        ("isk", 1200, "1"),  # charged in hundredths that are always 00
        ("mga", 12, "1"),
        ("bhd", 12345, "0.001"),
    ],
)
def test_an_amount_is_rounded_to_the_currency_s_smallest_unit(
    currency: str, charged: int, step: str
) -> None:
    found = quoted(model_terms("unit", {"unit_amount": "12.345"}), {"quantity": "1"}, currency)

    assert (found.amount, found.rounding_step) == (charged, step)


# One quantity


def test_a_scaling_factor_multiplies_the_quantity_before_the_rate() -> None:
    config = {"unit_amount": "2", "scaling_factor": 3}

    # 5 × 3 × 2, and half of it only where the price is prorated
    assert exact_amount("unit", config, quantity="5", proration=HALF) == 30
    assert exact_amount("unit", {**config, "prorated": True}, quantity="5", proration=HALF) == 15


@pytest.mark.parametrize(
    ("model", "flag"),
    [
        ("tiered", "prorated"),
        ("threshold_total_amount", "prorate"),
        ("tiered_with_minimum", "prorate"),
    ],
)
def test_a_price_is_prorated_only_where_it_says_so(model: str, flag: str) -> None:
    form = FORMS[model]
    config = {**form.config, flag: True}

    found = exact_amount(model, config, **form.billed, proration=HALF)

    assert found == form.amount / 2
    assert exact_amount(model, form.config, **form.billed, proration=HALF) == form.amount


@pytest.mark.parametrize(("quantity", "expected"), [("0", 0), ("10", 5), ("100", 5), ("100.1", 50)])
def test_a_threshold_is_passed_by_what_is_over_it_and_nothing_is_owed_for_nothing(
    quantity: str, expected: int
) -> None:
    table = [
        {"threshold": "0", "total_amount": "5"},
        {"threshold": "100", "total_amount": "50"},
    ]

    found = exact_amount("threshold_total_amount", {"consumption_table": table}, quantity=quantity)

    assert found == expected


def test_tiered_packages_are_filled_before_they_are_tiered() -> None:
    tiers = [
        {"tier_lower_bound": "0", "per_unit": "10"},
        {"tier_lower_bound": "20", "per_unit": "4"},
    ]

    # 21 units fill 3 packages of 10: 2 × 10 + 1 × 4
    found = exact_amount("tiered_package", {"package_size": "10", "tiers": tiers}, quantity="21")

    assert found == 24


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("1", "10"),  # 1 × 2, raised to the first tier's 10
        ("8", "16"),  # 8 × 2, over it
        ("11", "30"),  # 10 × 2 + 1 × 1 = 21, raised to the second tier's 30
        ("0", "10"),  # nothing, raised to the minimum of the tier that holds 0
    ],
)
def test_the_minimum_of_the_tier_reached_holds_for_the_total(quantity: str, expected: str) -> None:
    tiers = [
        {"tier_lower_bound": "0", "unit_amount": "2", "minimum_amount": "10"},
        {"tier_lower_bound": "10", "unit_amount": "1", "minimum_amount": "30"},
    ]
    packages = [
        {"tier_lower_bound": "0", "per_unit": "2", "minimum_amount": "10"},
        {"tier_lower_bound": "10", "per_unit": "1", "minimum_amount": "30"},
    ]

    plain = exact_amount("tiered_with_minimum", {"tiers": tiers}, quantity=quantity)
    packed = exact_amount(
        "tiered_package_with_minimum", {"package_size": 1, "tiers": packages}, quantity=quantity
    )

    assert plain == packed == amount(expected)


def test_the_tier_of_a_package_s_minimum_is_the_one_that_whole_packages_reach() -> None:
    tiers = [
        {"tier_lower_bound": "0", "per_unit": "1", "minimum_amount": "0"},
        {"tier_lower_bound": "10", "per_unit": "1", "minimum_amount": "99"},
    ]

    # 10 fills one package and stays in the first tier; 10.5 fills two and reaches the second
    config = {"package_size": 10, "tiers": tiers}
    assert exact_amount("tiered_package_with_minimum", config, quantity="10") == 1
    assert exact_amount("tiered_package_with_minimum", config, quantity="10.5") == 99


def test_hidden_zero_tiers_cost_what_shown_ones_do() -> None:
    form = FORMS["tiered_with_minimum"]
    hidden = {**form.config, "hide_zero_amount_tiers": True}

    assert exact_amount("tiered_with_minimum", hidden, **form.billed) == form.amount


def test_a_percentage_of_units_is_out_of_a_hundred() -> None:
    config = {"unit_amount": "200", "percent": "2.5"}

    # 4 × 200 × 2.5 / 100
    assert exact_amount("unit_with_percent", config, quantity="4") == 20


@pytest.mark.parametrize("model", ["tiered_with_proration", "bulk_with_proration"])
def test_a_partial_period_weights_the_amount_and_not_the_quantity(model: str) -> None:
    # 20 units for half the period: graduated (10 × 5 + 10 × 3) / 2, volume (20 × 3) / 2;
    # 10 units for all of it would be 50 either way
    expected = {"tiered_with_proration": 40, "bulk_with_proration": 30}

    assert exact_amount(model, {"tiers": TIERS}, quantity="20", proration=HALF) == expected[model]


# Stripe's forms


@pytest.mark.parametrize(
    ("quantity", "volume", "graduated"),
    [("12", 66, 111), ("0", 10, 10), ("5", 35, 35), ("6", 44, 59), ("21", 71, 221)],
)
def test_stripe_s_own_example_of_tiers_with_flat_amounts(
    quantity: str, volume: int, graduated: int
) -> None:
    # 12: volume 12 × 3 + 30; graduated 5×5+10 + 5×4+20 + 2×3+30. 21: 25+10+20+20+15+30+10+40+1+50
    tiers = [
        {"up_to": 5, "unit_amount": 5, "flat_amount": 10},
        {"up_to": 10, "unit_amount": 4, "flat_amount": 20},
        {"up_to": 15, "unit_amount": 3, "flat_amount": 30},
        {"up_to": 20, "unit_amount": 2, "flat_amount": 40},
        {"up_to": "inf", "unit_amount": 1, "flat_amount": 50},
    ]
    terms = {"billing_scheme": "tiered", "tiers": tiers}

    of_volume = exact_amount("stripe_volume", {**terms, "tiers_mode": "volume"}, quantity=quantity)
    of_graduated = exact_amount(
        "stripe_graduated", {**terms, "tiers_mode": "graduated"}, quantity=quantity
    )

    assert of_volume == volume
    assert of_graduated == graduated


def test_a_fee_as_the_first_unit_s_price_is_not_owed_for_nothing() -> None:
    config = {
        "billing_scheme": "tiered",
        "tiers_mode": "graduated",
        "tiers": [{"up_to": 1, "unit_amount": 500}, {"up_to": "inf", "unit_amount": 10}],
    }

    assert exact_amount("stripe_graduated", config, quantity="0") == 0
    assert exact_amount("stripe_graduated", config, quantity="3") == 520  # 500 + 2 × 10


@pytest.mark.parametrize(
    ("direction", "quantity", "expected"),
    [("up", "1", 10), ("up", "5", 10), ("up", "6", 20), ("down", "4", 0), ("down", "9.9", 10)],
)
def test_a_transformed_quantity_rounds_as_it_says(
    direction: str, quantity: str, expected: int
) -> None:
    config = {"unit_amount": 10, "transform_quantity": {"divide_by": 5, "round": direction}}

    assert exact_amount("stripe_transform_quantity", config, quantity=quantity) == expected


def test_an_amount_that_the_payer_names_is_quoted_as_suggested() -> None:
    config = {"custom_unit_amount": {"enabled": True, "preset": 700}}

    assert exact_amount("stripe_per_unit", config, quantity="2") == 1400  # 2 × 700


# Groups


def test_a_value_without_rows_costs_the_default() -> None:
    tiers = [
        {"dimension_value": "eu", "tier_lower_bound": "0", "unit_amount": "2"},
        {"dimension_value": "us", "tier_lower_bound": "0", "unit_amount": "1"},
        {"dimension_value": "eu", "tier_lower_bound": "10", "unit_amount": "1"},
    ]
    config = {"dimension": "region", "default_unit_amount": "7", "tiers": tiers}

    # eu 10 × 2 + 5 × 1, us 4 × 1, elsewhere 3 × 7
    found = exact_amount("grouped_tiered_matrix", config, groups=groups(eu="15", us="4", mars="3"))

    assert found == 50


def test_each_group_fills_its_own_packages() -> None:
    config = {
        "grouping_key": "k",
        "package_size": "10",
        "tiers": [{"tier_lower_bound": "0", "per_unit": "3"}],
    }

    # 11 fills 2 packages, 1 fills 1; together 12 would fill 2
    found = exact_amount("grouped_tiered_package", config, groups=groups(a="11", b="1"))

    assert found == 9


def test_only_the_largest_group_pays_and_by_the_unit() -> None:
    config = {"grouping_key": "k", "package_size": "10", "tiers": TIERS}

    # 12 fills 20 units: 10 × 5 + 10 × 3; the 9 of the other group are free
    found = exact_amount("max_group_tiered_package", config, groups=groups(a="9", b="12"))

    assert found == 80
    assert exact_amount("max_group_tiered_package", config, groups=[]) == 0


def test_each_group_has_the_allocation_for_itself() -> None:
    config = {"grouping_key": "k", "allocation": "10", "overage_unit_rate": "2"}

    # (15 - 10) × 2; what b leaves over does not go to a
    assert exact_amount("grouped_allocation", config, groups=groups(a="15", b="3")) == 10


def test_what_a_model_does_not_look_at_does_not_split_a_group() -> None:
    """Else a caller who sends more than is needed gives the allocation twice."""
    config = {"grouping_key": "k", "allocation": "10", "overage_unit_rate": "2"}
    asked = [
        {"group": "a", "quantity": "10", "pricing_value": "gold"},
        {"group": "a", "quantity": "10", "pricing_value": "iron"},
    ]

    # (10 + 10 - 10) × 2
    assert exact_amount("grouped_allocation", config, groups=asked) == 20


def test_a_group_s_minimum_is_for_the_time_that_the_group_was_in_service() -> None:
    config = {"grouping_key": "k", "minimum": "20", "unit_rate": "1"}
    asked = [
        {"group": "a", "quantity": "3", "proration": HALF},
        {"group": "b", "quantity": "3"},
        {"group": "c", "quantity": "30", "proration": HALF},
    ]

    # a: 20 × 1/2, b: 20, c: 30 is over its 10; the rate itself is not prorated
    assert exact_amount("grouped_with_prorated_minimum", config, groups=asked) == 60
    # the line's own proration is for the groups that have none: b then pays 20 × 1/2
    assert exact_amount("grouped_with_prorated_minimum", config, groups=asked, proration=HALF) == 50


def test_a_group_pays_by_the_unit_within_its_bounds_and_the_minimum_without_usage() -> None:
    config = {
        "grouping_key": "k",
        "minimum_charge": "10",
        "maximum_charge": "50",
        "per_unit_rate": "2",
    }

    # a: 10 × 2, b: 100 × 2 capped at 50, c: 0 raised to 10; a group that is not told pays nothing
    asked = groups(a="10", b="100", c="0")

    assert exact_amount("grouped_with_min_max_thresholds", config, groups=asked) == 80
    assert exact_amount("grouped_with_min_max_thresholds", config, groups=[]) == 0


@pytest.mark.parametrize(
    ("pricing", "scaling", "expected"),
    [
        ("gold", "high", "30"),  # 10 × 2.00 × 1.5
        ("gold", "low", "20"),  # 10 × 2.00 × 1: an unknown scaling value has the factor 1
        ("gold", None, "20"),
        ("lead", "high", "4"),  # 10 × 0.40: an unknown pricing value pays the minimum, unscaled
        (None, None, "4"),
        ("iron", "high", "4"),  # 10 × 0.10 × 1.5 = 1.50, raised to 10 × 0.40
    ],
)
def test_a_metered_minimum_holds_for_unmatched_usage_and_for_the_whole_group(
    pricing: str | None, scaling: str | None, expected: str
) -> None:
    config = BY_HAND["grouped_with_metered_minimum"]["config"]
    asked = {"group": "eu", "quantity": "10", "pricing_value": pricing, "scaling_value": scaling}

    assert exact_amount("grouped_with_metered_minimum", config, groups=[asked]) == amount(expected)


def test_a_metered_minimum_is_compared_with_all_of_a_group_s_rows_together() -> None:
    config = BY_HAND["grouped_with_metered_minimum"]["config"]
    asked = [
        {"group": "eu", "quantity": "10", "pricing_value": "gold"},
        {"group": "eu", "quantity": "10", "pricing_value": "iron"},
    ]

    # 10 × 2.00 + 10 × 0.10 = 21 is over 20 × 0.40 = 8, so the iron row is not raised by itself
    assert exact_amount("grouped_with_metered_minimum", config, groups=asked) == 21


def test_the_total_of_all_groups_picks_the_tier_of_each() -> None:
    tiers = [
        {"grouping_key": name, "tier_lower_bound": bound, "unit_amount": rate}
        for name in ("a", "b", "c")
        for bound, rate in (("0", "1"), ("500", "2"))
    ]
    config = {"group": "site", "dimension_values": tiers}

    # 100 + 300 + 200 = 600 reaches the second tier: 200 + 600 + 400
    found = exact_amount(
        "cumulative_grouped_bulk", config, groups=groups(a="100", b="300", c="200")
    )

    assert found == 1200
    # 500 is still in the first
    assert exact_amount("cumulative_grouped_bulk", config, groups=groups(a="200", b="300")) == 500


def test_a_group_without_a_rate_is_refused_and_not_given_away() -> None:
    form = FORMS["cumulative_grouped_bulk"]

    with pytest.raises(InvalidRequest) as refused:
        quoted(form.terms, {"groups": groups(a="1", mars="1")})

    assert [(error.param, error.code) for error in refused.value.errors] == [
        ("groups[1].group", "unknown_group")
    ]


@pytest.mark.parametrize(
    ("cumulative", "expected"),
    [
        ("300", "12.5"),  # 100 + 40 + 100 = 240 are free: (490 - 240) × 0.05
        ("200", "14.5"),  # capped at 200: (490 - 200) × 0.05
        ("0", "24.5"),  # nothing is free: 490 × 0.05
    ],
)
def test_the_cumulative_allocation_caps_what_the_groups_have_free(
    cumulative: str, expected: str
) -> None:
    example = BY_HAND["cumulative_grouped_allocation"]
    config = {**example["config"], "cumulative_allocation": cumulative}

    found = exact_amount("cumulative_grouped_allocation", config, **example["input"])

    assert found == amount(expected)


@pytest.mark.parametrize(
    ("consumption", "allowance", "expected"), [("30", "20", 10), ("20", "30", 0), ("5", "0", 5)]
)
def test_a_metered_allowance_is_a_credit_of_at_most_the_consumption(
    consumption: str, allowance: str, expected: int
) -> None:
    config = {
        "grouping_key": "kind",
        "consumption_grouping_value": "used",
        "allowance_grouping_value": "free",
        "unit_amount": "1",
    }
    asked = groups(used=consumption, free=allowance, other="1000")

    assert exact_amount("metered_allowance", config, groups=asked) == expected


# Cells

COLOURS: dict[str, Any] = {
    "dimensions": ["colour", "shape"],
    "default_unit_amount": "1",
    "matrix_values": [
        {"dimension_values": ["blue", "circle"], "unit_amount": "4", "scaling_factor": 2},
        {"dimension_values": ["red", "circle"], "unit_amount": "3"},
    ],
}


def test_a_cell_costs_its_own_scaled_rate_and_any_other_the_scaled_default() -> None:
    config = {**COLOURS, "scaling_factor": 5}
    asked = cells(("blue,circle", "10"), ("red,circle", "10"), ("blue,square", "10"))

    # 10 × 2 × 4 + 10 × 3 + 10 × 5 × 1
    assert exact_amount("matrix", config, cells=asked) == 160


def test_a_value_without_a_display_name_costs_nothing() -> None:
    config = {
        "dimension": "colour",
        "unit_amounts": [{"dimension_value": "blue", "display_name": "Blue", "unit_amount": "2"}],
    }

    assert exact_amount("matrix_with_display_name", config, cells=cells(("blue", "3"))) == 6
    assert exact_amount("matrix_with_display_name", config, cells=cells(("red", "3"))) == 0


@pytest.mark.parametrize(
    ("allocation", "expected"),
    [
        ("10", 31),  # blue's 10 are free first, as they stand first: 10 × 3 + 1 × 1
        ("15", 16),  # then 5 of red: 5 × 3 + 1 × 1
        ("20", 1),  # the default is left
        ("21", 0),
        ("1000", 0),
    ],
)
def test_free_units_are_spent_in_the_order_of_the_price_and_on_the_default_last(
    allocation: str, expected: int
) -> None:
    rows = [{**row, "scaling_factor": None} for row in COLOURS["matrix_values"]]
    matrix = {**COLOURS, "allocation": allocation, "matrix_values": rows}
    tiered = {
        "allocation": allocation,
        "dimensions": ["colour", "shape"],
        "default_unit_amount": "1",
        "tiers": [
            {"dimension_values": ["blue", "circle"], "tier_lower_bound": "0", "unit_amount": "4"},
            {"dimension_values": ["red", "circle"], "tier_lower_bound": "0", "unit_amount": "3"},
        ],
    }

    # told in another order than the price's
    asked = cells(("green,circle", "1"), ("red,circle", "10"), ("blue,circle", "10"))

    assert exact_amount("matrix_with_allocation", matrix, cells=asked) == expected
    assert exact_amount("tiered_matrix_with_allocation", tiered, cells=asked) == expected


def test_free_units_are_gone_before_tiers_are_counted() -> None:
    config = {
        "allocation": "10",
        "default_unit_amount": "0",
        "dimensions": ["colour"],
        "tiers": [{"dimension_values": ["blue"], **tier} for tier in TIERS],
    }

    # 15 - 10 = 5 units from the first tier on: 5 × 5, not 5 × 3
    found = exact_amount("tiered_matrix_with_allocation", config, cells=cells(("blue", "15")))

    assert found == 25


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ("10", "145"),  # blue,circle and green,triangle spend 50: 50 × 0.9, + 100 in full
        ("40", "264"),  # they spend 200: 100 × 0.9 + 100 × 0.74 = 164, + 100 in full
    ],
)
def test_discounts_are_percent_of_a_group_of_cells_spend_below_and_above_the_threshold(
    units: str, expected: str
) -> None:
    config = {
        "first_dimension": "colour",
        "second_dimension": "shape",
        "default_unit_amount": "5",
        "matrix_values": [
            {
                "first_dimension_value": "blue",
                "second_dimension_value": "circle",
                "unit_amount": "4",
            },
            {
                "first_dimension_value": "green",
                "second_dimension_value": "triangle",
                "unit_amount": "1",
            },
        ],
        "threshold_discount_groups": [
            {
                "cell_coordinates": "blue,circle;green,triangle",
                "threshold_amount": "100",
                "below_threshold_discount_percentage": "10",
                "above_threshold_discount_percentage": "26",
            }
        ],
    }
    asked = cells(("blue,circle", units), ("green,triangle", units), ("red,circle", "20"))

    found = exact_amount("matrix_with_threshold_discounts", config, cells=asked)

    assert found == amount(expected)


@pytest.mark.parametrize(
    ("model", "terms", "expected"),
    [
        # (10 × 2 + 5 × 1) × 3, halved as it is prorated
        ("scalable_matrix_with_unit_pricing", {"unit_price": "3", "prorate": True}, "37.5"),
        # not prorated unless it says so
        ("scalable_matrix_with_unit_pricing", {"unit_price": "3"}, "75"),
        # 10 × 2 + 5 × 1 = 25 scaled units: 10 × 5 + 15 × 3
        ("scalable_matrix_with_tiered_pricing", {"tiers": TIERS}, "95"),
    ],
)
def test_a_cell_without_a_factor_counts_once(model: str, terms: Any, expected: str) -> None:
    config = {
        "first_dimension": "os",
        "matrix_scaling_factors": [{"first_dimension_value": "windows", "scaling_factor": "2"}],
        **terms,
    }
    asked = cells(("windows", "10"), ("linux", "5"))

    assert exact_amount(model, config, cells=asked, proration=HALF) == amount(expected)


# Days, events, other prices


def test_only_events_that_match_every_filter_count() -> None:
    config = {
        "filters": [
            {"property_key": "region", "property_value": "eu"},
            {"property_key": "plan", "property_value": "pro"},
        ],
        "tiers": [{"unit_amount": "5"}, {"tier_lower_bound": "10", "unit_amount": "1"}],
    }
    usage = [
        {"properties": {"region": "eu", "plan": "pro", "colour": "blue"}, "quantity": "7"},
        {"properties": {"region": "eu", "plan": "pro"}, "quantity": "4"},
        {"properties": {"region": "eu", "plan": "free"}, "quantity": "100"},
        {"properties": {"region": "eu"}, "quantity": "100"},
        {"properties": {}, "quantity": "100"},
    ]

    # 7 + 4 = 11 units, all at the rate of the tier over 10
    assert exact_amount("bulk_with_filters", config, usage=usage) == 11


def test_what_a_day_leaves_of_its_allowance_is_lost() -> None:
    config = {
        "daily_allowance": "10",
        "default_unit_amount": "1",
        "dimensions": ["operation"],
        "event_day_property": "day",
        "matrix_values": [{"dimension_values": ["write"], "unit_amount": "3"}],
    }
    days = [
        {"event_day": "2026-01-01", "cells": cells(("write", "4"), ("read", "2"))},
        {"event_day": "2026-01-02", "cells": cells(("read", "1"))},
        {"event_day": "2026-01-01", "cells": cells(("read", "1"))},
    ]

    # the 1st, told in two parts: 4 × 3 + 2 + 1 - 10 = 5; the 2nd leaves 9, which nobody gets
    assert exact_amount("daily_credit_allowance", config, days=days) == 5


@pytest.mark.parametrize(("default", "expected"), [("2", "12"), ("0", "4"), (None, "4")])
def test_an_event_without_a_rate_costs_the_default_or_nothing(
    default: str | None, expected: str
) -> None:
    config = {"unit_rating_key": "rate", "default_unit_rate": default}
    events = [{"quantity": "4"}, {"quantity": "8", "unit_rate": "0.5"}]

    # 4 × 2 + 8 × 0.5
    assert exact_amount("event_output", config, events=events) == amount(expected)


def test_events_make_one_step_for_each_rate_and_group() -> None:
    config = {"unit_rating_key": "rate", "grouping_key": "site"}
    events = [
        {"quantity": "1", "unit_rate": "2", "group": "a"},
        {"quantity": "3", "unit_rate": "2", "group": "a"},
        {"quantity": "5", "unit_rate": "2", "group": "b"},
        {"quantity": "7", "unit_rate": "1", "group": "b"},
    ]

    steps = quoted(model_terms("event_output", config), {"events": events}).steps

    assert [(step.part, step.units, step.rate) for step in steps] == [
        (("a",), "4", "2"),
        (("b",), "5", "2"),
        (("b",), "7", "1"),
    ]


@pytest.mark.parametrize(
    ("prorated", "subtotal", "expected"),
    [
        (False, "60", 40),  # 100 - 60
        (True, "60", 0),  # 100 × 1/2 - 60 is below nothing
        (True, "20", 30),  # 100 × 1/2 - 20
        (False, "100", 0),
        (False, "250", 0),
    ],
)
def test_a_minimum_over_other_prices_bills_what_they_fall_short(
    prorated: bool, subtotal: str, expected: int
) -> None:
    config = {"minimum_amount": "100", "prorated": prorated}

    found = exact_amount("minimum_composite", config, component_subtotal=subtotal, proration=HALF)

    assert found == expected


@pytest.mark.parametrize(
    ("prorated", "subtotal", "expected"),
    [
        (True, "100", "10"),  # 100 × 0.05 = 5, raised to 20 × 1/2
        (False, "100", "20"),  # … to 20
        (True, "1000", "50"),  # 1 000 × 0.05, whatever the period
        (True, "9999", "60"),  # 499.95, capped at 60, which is not prorated
    ],
)
def test_a_percentage_is_raised_to_its_prorated_minimum_then_capped(
    prorated: bool, subtotal: str, expected: str
) -> None:
    config = {
        "percent": Decimal("0.05"),
        "minimum_amount": "20",
        "maximum_amount": "60",
        "prorated": prorated,
    }

    found = exact_amount("percent", config, component_subtotal=subtotal, proration=HALF)

    assert found == amount(expected)

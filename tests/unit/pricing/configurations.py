"""Any valid configuration of each price form, and anything that it could bill, for properties."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from farebox.pricing.models import MODELS

Strategy = st.SearchStrategy[Any]

NAMES = ("eu", "us", "São Paulo", "null")
PAIRS = [(one, other) for one in ("eu", "us") for other in ("eu", "us", "7")]
MAXIMUM_TIERS = 4


def _text(digits: int, places: int) -> str:
    return format(Decimal(digits).scaleb(-places), "f")


RATES = st.builds(_text, st.integers(0, 10**9), st.integers(0, 12))
POSITIVE_RATES = st.builds(_text, st.integers(1, 10**9), st.integers(0, 12))
PERCENTAGES = st.builds(_text, st.integers(0, 100), st.integers(0, 2))
QUANTITIES = st.builds(_text, st.integers(0, 10**6), st.integers(0, 3))
NUMBERS = st.one_of(
    st.integers(1, 10**6), st.integers(1, 10**6).map(lambda n: Decimal(n).scaleb(-3))
)
FRACTIONS = st.integers(1, 1000).map(lambda n: Decimal(n).scaleb(-3))
AMOUNTS = st.integers(0, 10**6)
SIZES = st.sampled_from(("1", "10", "2.5", "1000"))
PROPERTIES = st.sampled_from(NAMES)
FLAGS = st.one_of(st.none(), st.booleans())
BOUNDS = st.lists(
    st.integers(1, 10**5), max_size=MAXIMUM_TIERS - 1, unique=True
).map(sorted)  # fmt: skip
PRORATIONS = st.integers(1, 366).flatmap(
    lambda days: st.fixed_dictionaries(
        {"numerator": st.integers(0, days), "denominator": st.just(days)}
    )
)


def fields(optional: Mapping[str, Strategy] | None = None, /, **required: Strategy) -> Strategy:
    """An object with all ``required`` fields and any of the ``optional`` ones."""
    wanted: dict[Any, Strategy] = dict(required)
    return st.fixed_dictionaries(wanted, optional=dict(optional or {}))


@st.composite
def lower_tiers(draw: st.DrawFn, /, unit: int | str = 1, **cells: Strategy) -> list[dict[str, Any]]:
    """Tiers from 0 on, at multiples of ``unit``."""
    bounds = [0, *draw(BOUNDS)]
    texts = [format(Decimal(bound) * Decimal(unit), "f") for bound in bounds]
    return [{"tier_lower_bound": text, **draw(fields(**cells))} for text in texts]


@st.composite
def upper_tiers(draw: st.DrawFn, /, bound: str, **cells: Strategy) -> list[dict[str, Any]]:
    """Tiers up to a bound each, the last one open."""
    return [{bound: up_to, **draw(fields(**cells))} for up_to in (*draw(BOUNDS), None)]


@st.composite
def linked_tiers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Orb's tiers, whose first unit is told in either of two ways."""
    tiers, previous = draw(upper_tiers("last_unit", unit_amount=RATES)), 0
    for tier in tiers:
        tier["first_unit"] = previous + draw(st.integers(0, 1))
        previous = tier["last_unit"]
    return list(tiers)


@st.composite
def tiers_of_each(
    draw: st.DrawFn, key: str, values: Sequence[Any], *, same: bool = False
) -> list[dict[str, Any]]:
    """Tiers of some values, each from 0 on; ``same``: the same bounds for all."""
    chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True))
    shared = draw(BOUNDS)
    return [
        {key: value, "tier_lower_bound": str(bound), "unit_amount": draw(RATES)}
        for value in map(_cell, chosen)
        for bound in (0, *(shared if same else draw(BOUNDS)))
    ]


@st.composite
def packages_of(draw: st.DrawFn, /, size: Strategy, **cells: Strategy) -> dict[str, Any]:
    """Tiers that start at whole packages."""
    package_size = draw(size)
    tiers = draw(lower_tiers(str(package_size), per_unit=RATES, **cells))
    return {"package_size": package_size, "tiers": tiers}


def rows(key: str, values: Sequence[Any], minimum: int = 0, /, **cells: Strategy) -> Strategy:
    """A row for each of some values."""
    one = fields(**{key: st.sampled_from(values).map(_cell)}, **cells)
    unique = st.lists(one, min_size=minimum, max_size=4, unique_by=lambda row: str(row[key]))
    return unique.map(list)


def matrices(scale: Strategy | None = None, **others: Strategy) -> Strategy:
    """A matrix of two dimensions; its rates may be scaled."""
    row: dict[str, Strategy] = {"unit_amount": RATES}
    if scale is not None:
        row["scaling_factor"] = scale
        others["scaling_factor"] = scale
    return fields(
        dimensions=st.just(["region", "plan"]),
        default_unit_amount=RATES,
        matrix_values=rows("dimension_values", PAIRS, **row),
        **others,
    )


def pairs(**cells: Strategy) -> Strategy:
    """Rows of a matrix that names its two dimensions one by one."""
    return rows("pair", PAIRS, **cells).map(_named_pairs)


def discounts() -> Strategy:
    """Discount groups, no cell in two of them."""
    percentages = fields(
        threshold_amount=RATES,
        below_threshold_discount_percentage=PERCENTAGES,
        above_threshold_discount_percentage=PERCENTAGES,
    )
    cells = ("eu,us;us,eu", "eu,7", "us,7; eu,eu")
    return st.lists(percentages, max_size=3).map(
        lambda found: [
            {"cell_coordinates": cell, **row} for cell, row in zip(cells, found, strict=False)
        ]
    )


@st.composite
def stripe_tiers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Tiers with a rate, a flat amount or both, in either spelling."""
    rate = st.one_of(fields(unit_amount=AMOUNTS), fields(unit_amount_decimal=RATES))
    flat = st.one_of(fields(flat_amount=AMOUNTS), st.just({"flat_amount_decimal": "70.0"}))
    amounts = st.one_of(rate, flat, st.tuples(rate, flat).map(lambda both: both[0] | both[1]))
    return [{"up_to": up_to, **draw(amounts)} for up_to in (*draw(BOUNDS), "inf")]


def stripe_tiered(mode: str) -> Strategy:
    return fields(billing_scheme=st.just("tiered"), tiers_mode=st.just(mode), tiers=stripe_tiers())


def _cell(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _named_pairs(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    named = [
        {"first_dimension_value": one, "second_dimension_value": other}
        for one, other in (row.pop("pair") for row in found)
    ]
    return [pair | row for pair, row in zip(named, found, strict=True)]


_PLAIN = lower_tiers(unit_amount=RATES)
_MINIMUM = st.integers(0, 50).map(str)
_MAXIMUM = st.integers(50, 10**6).map(str)
_TRANSFORM = fields(divide_by=st.integers(1, 1000), round=st.sampled_from(("up", "down")))

CONFIGURATIONS: Mapping[str, Strategy] = {
    "unit": fields({"prorated": FLAGS, "scaling_factor": NUMBERS}, unit_amount=RATES),
    "tiered": fields({"prorated": FLAGS}, tiers=linked_tiers()),
    "bulk": fields(tiers=upper_tiers("maximum_units", unit_amount=RATES)),
    "package": fields(package_amount=RATES, package_size=st.integers(1, 1000)),
    "threshold_total_amount": fields(
        {"prorate": FLAGS},
        consumption_table=BOUNDS.map(
            lambda bounds: [
                {"threshold": str(bound), "total_amount": f"{bound}.5"} for bound in (0, *bounds)
            ]
        ),
    ),
    "tiered_package": packages_of(SIZES),
    "tiered_with_minimum": fields(
        {"prorate": FLAGS, "hide_zero_amount_tiers": FLAGS},
        tiers=lower_tiers(unit_amount=RATES, minimum_amount=RATES),
    ),
    "tiered_package_with_minimum": packages_of(NUMBERS, minimum_amount=RATES),
    "package_with_allocation": fields(allocation=RATES, package_amount=RATES, package_size=SIZES),
    "unit_with_percent": fields(unit_amount=RATES, percent=PERCENTAGES),
    "unit_with_proration": fields(unit_amount=RATES),
    "tiered_with_proration": fields(tiers=_PLAIN),
    "bulk_with_proration": fields(tiers=_PLAIN),
    "grouped_tiered": fields(grouping_key=PROPERTIES, tiers=_PLAIN),
    "grouped_tiered_matrix": fields(
        dimension=PROPERTIES,
        default_unit_amount=RATES,
        tiers=tiers_of_each("dimension_value", NAMES),
    ),
    "grouped_tiered_package": packages_of(SIZES).map(lambda found: {"grouping_key": "k", **found}),
    "max_group_tiered_package": fields(grouping_key=PROPERTIES, package_size=SIZES, tiers=_PLAIN),
    "grouped_allocation": fields(
        grouping_key=PROPERTIES, allocation=RATES, overage_unit_rate=RATES
    ),
    "grouped_with_prorated_minimum": fields(
        grouping_key=PROPERTIES, minimum=RATES, unit_rate=RATES
    ),
    "grouped_with_min_max_thresholds": fields(
        grouping_key=PROPERTIES,
        minimum_charge=_MINIMUM,
        maximum_charge=_MAXIMUM,
        per_unit_rate=RATES,
    ),
    "grouped_with_metered_minimum": fields(
        grouping_key=PROPERTIES,
        minimum_unit_amount=RATES,
        pricing_key=PROPERTIES,
        unit_amounts=rows("pricing_value", NAMES, 1, unit_amount=RATES),
        scaling_key=PROPERTIES,
        scaling_factors=rows("scaling_value", NAMES, 1, scaling_factor=RATES),
    ),
    "cumulative_grouped_bulk": fields(
        group=PROPERTIES, dimension_values=tiers_of_each("grouping_key", NAMES, same=True)
    ),
    "cumulative_grouped_allocation": fields(
        grouping_key=PROPERTIES,
        group_allocation=RATES,
        cumulative_allocation=RATES,
        unit_amount=RATES,
    ),
    "metered_allowance": fields(
        {"consumption_display_name": PROPERTIES, "allowance_display_name": PROPERTIES},
        grouping_key=PROPERTIES,
        consumption_grouping_value=st.just("eu"),
        allowance_grouping_value=st.just("us"),
        unit_amount=RATES,
    ),
    "matrix": matrices(st.one_of(st.none(), NUMBERS)),
    "matrix_with_display_name": fields(
        dimension=PROPERTIES,
        unit_amounts=rows("dimension_value", NAMES, 1, display_name=PROPERTIES, unit_amount=RATES),
    ),
    "matrix_with_allocation": matrices(st.one_of(st.none(), POSITIVE_RATES), allocation=QUANTITIES),
    "tiered_matrix_with_allocation": fields(
        allocation=QUANTITIES,
        default_unit_amount=RATES,
        dimensions=st.just(["region", "plan"]),
        tiers=tiers_of_each("dimension_values", PAIRS),
    ),
    "matrix_with_threshold_discounts": fields(
        {"threshold_discount_groups": discounts()},
        first_dimension=st.just("region"),
        second_dimension=st.just("plan"),
        default_unit_amount=RATES,
        matrix_values=pairs(unit_amount=RATES),
    ),
    "scalable_matrix_with_unit_pricing": fields(
        {"prorate": FLAGS, "grouping_key": PROPERTIES},
        first_dimension=st.just("region"),
        second_dimension=st.just("plan"),
        matrix_scaling_factors=pairs(scaling_factor=RATES),
        unit_price=RATES,
    ),
    "scalable_matrix_with_tiered_pricing": fields(
        first_dimension=st.just("region"),
        second_dimension=st.just("plan"),
        matrix_scaling_factors=pairs(scaling_factor=RATES),
        tiers=_PLAIN,
    ),
    "bulk_with_filters": fields(
        filters=rows("property_key", ("region", "plan"), 1, property_value=PROPERTIES), tiers=_PLAIN
    ),
    "daily_credit_allowance": matrices(daily_allowance=RATES, event_day_property=st.just("day")),
    "event_output": fields(
        {"default_unit_rate": st.one_of(st.none(), RATES), "grouping_key": PROPERTIES},
        unit_rating_key=PROPERTIES,
    ),
    "minimum_composite": fields({"prorated": FLAGS}, minimum_amount=RATES),
    "percent": fields(
        {"minimum_amount": _MINIMUM, "maximum_amount": _MAXIMUM, "prorated": FLAGS},
        percent=FRACTIONS,
    ),
    "stripe_per_unit": st.one_of(
        fields(unit_amount=AMOUNTS),
        fields(unit_amount_decimal=RATES),
        st.just({"custom_unit_amount": {"enabled": True, "minimum": 50, "preset": 500}}),
    ),
    "stripe_transform_quantity": st.one_of(
        fields(unit_amount=AMOUNTS, transform_quantity=_TRANSFORM),
        fields(unit_amount_decimal=RATES, transform_quantity=_TRANSFORM),
    ),
    "stripe_graduated": stripe_tiered("graduated"),
    "stripe_volume": stripe_tiered("volume"),
}

_CELLS = rows("dimension_values", PAIRS, quantity=QUANTITIES)
_INPUTS: Mapping[str, Callable[[Any], Strategy]] = {
    "quantity": lambda config: QUANTITIES,
    "groups": lambda config: st.lists(
        fields(
            {"pricing_value": PROPERTIES, "scaling_value": PROPERTIES, "proration": PRORATIONS},
            group=st.sampled_from(_groups_of(config)),
            quantity=QUANTITIES,
        ),
        max_size=4,
        unique_by=lambda row: row["group"],
    ),
    "cells": lambda config: _cells_of(config),
    "usage": lambda config: st.lists(
        fields(properties=fields(region=PROPERTIES, plan=PROPERTIES), quantity=QUANTITIES),
        max_size=4,
    ),
    "events": lambda config: st.lists(
        fields({"unit_rate": RATES, "group": PROPERTIES}, quantity=QUANTITIES), max_size=4
    ),
    "days": lambda config: rows(
        "event_day", ("2026-01-01", "2026-01-02", "2026-01-03"), cells=_CELLS
    ),
    "component_subtotal": lambda config: RATES,
}


def inputs(model: str, config: Any) -> Strategy:
    """What a price of this configuration could bill."""
    takes = MODELS[model].takes
    return fields({"proration": PRORATIONS}, **{takes: _INPUTS[takes](config)})


def _groups_of(config: Any) -> Sequence[str]:
    known = config.get("dimension_values")
    return sorted({row["grouping_key"] for row in known}) if known else NAMES


def _cells_of(config: Any) -> Strategy:
    if "unit_amounts" in config:
        return rows("dimension_values", [(name,) for name in NAMES], quantity=QUANTITIES)
    return _CELLS

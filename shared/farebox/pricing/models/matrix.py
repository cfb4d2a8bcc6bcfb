"""Orb's models that take a quantity for each cell: a combination of one or two property values."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from farebox.pricing.billed import Billed, Cell
from farebox.pricing.money import exact
from farebox.pricing.steps import (
    HUNDRED,
    ONE,
    ZERO,
    Config,
    Step,
    Steps,
    Tier,
    graduated,
    prorated,
    tiers_from,
)
from farebox.problems import FieldError, InvalidRequest

Values = tuple[str, ...]


def matrix(config: Config, billed: Billed) -> Steps:
    """Σ q × scaling_factor × the cell's rate; the default for cells without one."""
    return _rated(_cells(billed, config), config)


def matrix_with_display_name(config: Config, billed: Billed) -> Steps:
    """Σ q × unit_amount; a value that is not listed costs nothing."""
    rates: dict[Values, Fraction] = {
        (row["dimension_value"],): exact(row["unit_amount"]) for row in config["unit_amounts"]
    }
    for cell in _cells(billed, config):
        values = cell.dimension_values
        yield Step("cell", cell.quantity, rates.get(values, ZERO), values)


def matrix_with_allocation(config: Config, billed: Billed) -> Steps:
    """The usage over the allocation, as a matrix.

    Reading: free units are spent in the order of matrix_values, on the default last.
    """
    order = [tuple(row["dimension_values"]) for row in config["matrix_values"]]
    return _rated(
        _less_allocation(_cells(billed, config), exact(config["allocation"]), order), config
    )


def tiered_matrix_with_allocation(config: Config, billed: Billed) -> Steps:
    """What is left of each cell after the pooled allocation, graduated over the cell's own rows.

    Reading: free units are spent in the order in which cells first stand in tiers, default last.
    """
    rows: dict[Values, list[Config]] = {}
    for row in config["tiers"]:
        rows.setdefault(tuple(row["dimension_values"]), []).append(row)
    tiers = {values: tiers_from(own) for values, own in rows.items()}
    default = [Tier(ZERO, None, exact(config["default_unit_amount"]))]
    for cell in _less_allocation(_cells(billed, config), exact(config["allocation"]), list(rows)):
        values = cell.dimension_values
        yield from graduated(cell.quantity, tiers.get(values, default), values)


def matrix_with_threshold_discounts(config: Config, billed: Billed) -> Steps:
    """Σ q × the cell's rate; from each discount group's spend S up to the threshold T comes off
    below %, from what is over T comes off above %.

    Reading: percentages are out of 100.
    """
    rates = {_values(row): exact(row["unit_amount"]) for row in config["matrix_values"]}
    default = exact(config["default_unit_amount"])
    steps = [
        Step(
            "cell", cell.quantity, rates.get(cell.dimension_values, default), cell.dimension_values
        )
        for cell in _cells(billed, config)
    ]
    yield from steps
    for group in config.get("threshold_discount_groups") or ():
        cells = coordinates(group["cell_coordinates"])
        spend = sum((step.subtotal for step in steps if step.part in cells), ZERO)
        threshold = exact(group["threshold_amount"])
        below = exact(group["below_threshold_discount_percentage"]) / HUNDRED
        above = exact(group["above_threshold_discount_percentage"]) / HUNDRED
        part = (group["cell_coordinates"],)
        yield Step("discount", min(spend, threshold), -below, part, ZERO, threshold)
        yield Step("discount", max(ZERO, spend - threshold), -above, part, threshold)


def scalable_matrix_with_unit_pricing(config: Config, billed: Billed) -> Steps:
    """(Σ q × scaling_factor) × unit_price, × f when prorate.

    Reading: a cell without a factor has the factor 1.
    """
    rate = exact(config["unit_price"])
    steps = [
        Step("cell", units, rate, cell.dimension_values)
        for cell, units in _scaled(_cells(billed, config), config)
    ]
    return prorated(steps, billed.proration, when=config.get("prorate"))


def scalable_matrix_with_tiered_pricing(config: Config, billed: Billed) -> Steps:
    """graduated(Σ q × scaling_factor).

    Reading: a cell without a factor has the factor 1.
    """
    units = sum((units for _, units in _scaled(_cells(billed, config), config)), ZERO)
    return graduated(units, tiers_from(config["tiers"]))


def coordinates(text: str) -> frozenset[Values]:
    """``blue,circle;green,triangle`` as two cells."""
    return frozenset(
        tuple(value.strip() for value in cell.split(",")) for cell in text.split(";") if cell
    )


def cell_rates(config: Config) -> Mapping[Values, Fraction]:
    """The rate of each cell of a matrix, its scaling factor within."""
    return {
        tuple(row["dimension_values"]): exact(row["unit_amount"])
        * exact(row.get("scaling_factor") or 1)
        for row in config["matrix_values"]
    }


def _rated(cells: Sequence[Cell], config: Config) -> Steps:
    rates = cell_rates(config)
    default = exact(config["default_unit_amount"]) * exact(config.get("scaling_factor") or 1)
    for cell in cells:
        values = cell.dimension_values
        yield Step("cell", cell.quantity, rates.get(values, default), values)


def _less_allocation(
    cells: Sequence[Cell], allocation: Fraction, order: Sequence[Values]
) -> list[Cell]:
    ranks = {values: rank for rank, values in reversed(list(enumerate(order)))}
    left = allocation
    billable: dict[int, Cell] = {}
    for place in sorted(
        range(len(cells)), key=lambda place: ranks.get(cells[place].dimension_values, len(order))
    ):
        free = min(left, cells[place].quantity)
        left -= free
        billable[place] = Cell(cells[place].dimension_values, cells[place].quantity - free)
    return [billable[place] for place in range(len(cells))]


def _scaled(cells: Sequence[Cell], config: Config) -> Iterator[tuple[Cell, Fraction]]:
    factors = {
        _values(row): exact(row["scaling_factor"]) for row in config["matrix_scaling_factors"]
    }
    for cell in cells:
        yield cell, cell.quantity * factors.get(cell.dimension_values, ONE)


def _values(row: Config) -> Values:
    second = row.get("second_dimension_value")
    return (row["first_dimension_value"], *([] if second is None else [second]))


def check_width(cells: Sequence[Cell], config: Config, path: str = "cells") -> None:
    """Refuse a cell with more or fewer values than the price has dimensions."""
    if "dimensions" in config:
        width = len(config["dimensions"])
    else:
        width = 1 if config.get("second_dimension") is None else 2
    for place, cell in enumerate(cells):
        if len(cell.dimension_values) != width:
            message = f"Needs a value for each of the price's dimensions, {width} in all"
            param = f"{path}[{place}].dimension_values"
            raise InvalidRequest([FieldError(param, "invalid_dimension_values", message)])


def _cells(billed: Billed, config: Config) -> Sequence[Cell]:
    """The cells, each once: what is told of one in several rows is one usage."""
    assert billed.cells is not None
    check_width(billed.cells, config)
    merged: dict[Values, Fraction] = {}
    for row in billed.cells:
        merged[row.dimension_values] = merged.get(row.dimension_values, ZERO) + row.quantity
    return [Cell(values, quantity) for values, quantity in merged.items()]


MODELS = (
    matrix,
    matrix_with_display_name,
    matrix_with_allocation,
    tiered_matrix_with_allocation,
    matrix_with_threshold_discounts,
    scalable_matrix_with_unit_pricing,
    scalable_matrix_with_tiered_pricing,
)

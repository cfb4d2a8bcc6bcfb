"""Orb's models over days, over events with properties or rates, and over other prices' subtotal."""

from collections.abc import Sequence
from fractions import Fraction

from farebox.pricing.billed import Billed, Cell
from farebox.pricing.models.matrix import cell_rates, check_width
from farebox.pricing.money import exact
from farebox.pricing.steps import (
    ONE,
    ZERO,
    Config,
    Step,
    Steps,
    at_least,
    at_most,
    tiers_from,
    total,
    volume,
)


def bulk_with_filters(config: Config, billed: Billed) -> Steps:
    """volume(Σ q of the usage that matches every filter)."""
    assert billed.usage is not None
    wanted = {(row["property_key"], row["property_value"]) for row in config["filters"]}
    q = sum((each.quantity for each in billed.usage if wanted <= set(each.properties)), ZERO)
    return volume(q, tiers_from(config["tiers"]))


def daily_credit_allowance(config: Config, billed: Billed) -> Steps:
    """Σ over distinct days max(0, Σ q × rate - daily_allowance): what a day leaves over is lost."""
    assert billed.days is not None
    rates, default = cell_rates(config), exact(config["default_unit_amount"])
    allowance = exact(config["daily_allowance"])
    days: dict[str, list[Sequence[Cell]]] = {}
    for place, day in enumerate(billed.days):
        check_width(day.cells, config, f"days[{place}].cells")
        days.setdefault(day.event_day, []).append(day.cells)
    for name, lists in days.items():
        credits = [
            Step(
                "cell",
                cell.quantity,
                rates.get(cell.dimension_values, default),
                (name, *cell.dimension_values),
            )
            for cells in lists
            for cell in cells
        ]
        yield from credits
        yield Step("allowance", min(allowance, total(credits)), -ONE, (name,))


def event_output(config: Config, billed: Billed) -> Steps:
    """Σ q × the event's own rate, or default_unit_rate; without either an event is ignored."""
    assert billed.events is not None
    default = config.get("default_unit_rate")
    lines: dict[tuple[str | None, Fraction], Fraction] = {}
    for event in billed.events:
        if event.unit_rate is None and default is None:
            continue
        rate = exact(default or 0) if event.unit_rate is None else event.unit_rate
        line = (event.group if config.get("grouping_key") else None, rate)
        lines[line] = lines.get(line, ZERO) + event.quantity
    for (group, rate), units in lines.items():
        yield Step("units", units, rate, () if group is None else (group,))


def minimum_composite(config: Config, billed: Billed) -> Steps:
    """max(0, minimum_amount × f - subtotal), f only when prorated."""
    assert billed.component_subtotal is not None
    f = billed.proration if config.get("prorated") else ONE
    shortfall = exact(config["minimum_amount"]) * f - billed.component_subtotal
    yield Step("minimum", ONE, max(ZERO, shortfall))


def percent(config: Config, billed: Billed) -> Steps:
    """min(max(subtotal × percent, minimum_amount × f), maximum_amount), f only when prorated.

    Reading: the minimum first, then the maximum; only the minimum is prorated.
    """
    assert billed.component_subtotal is not None
    f = billed.proration if config.get("prorated") else ONE
    steps: Steps = iter([Step("percent", billed.component_subtotal, exact(config["percent"]))])
    if config.get("minimum_amount") is not None:
        steps = at_least(steps, exact(config["minimum_amount"]) * f)
    if config.get("maximum_amount") is not None:
        steps = at_most(steps, exact(config["maximum_amount"]))
    return steps

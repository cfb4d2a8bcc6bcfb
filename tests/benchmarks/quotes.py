"""Quotes on one core: the cost grows with the rows of the input and not with the quantity."""

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from farebox.pricing.billed import Billed, Cell, Rated
from farebox.pricing.money import currencies
from farebox.pricing.quote import quote
from tests.benchmarks.measure import Work, print_table, seconds_each

USD = currencies()["usd"]


def run() -> None:
    seconds = seconds_each(
        {
            "unit": work("unit", {"unit_amount": "0.12"}, quantity=7),
            "5 tiers": work("tiered_with_proration", tiers(5), quantity=450),
            "100 tiers": work("tiered_with_proration", tiers(100), quantity=9950),
            "1,000 cells": cells(1000),
            "10,000 events": events(10_000),
        }
    )
    print_table(
        "Quotes on one core",
        ("input", "quotes/s", "× unit"),
        [
            (name, f"{1 / each:,.0f}", f"{each / seconds['unit']:,.1f}")
            for name, each in seconds.items()
        ],
    )
    print()
    _growth_in_rows()
    print()
    _growth_in_quantity()


def work(model: str, config: Mapping[str, Any], **billed: Any) -> Work:
    """One quote, its input already read."""
    if "quantity" in billed:
        billed["quantity"] = Fraction(billed["quantity"])
    return partial(quote, model, config, Billed(**billed), USD)


def tiers(count: int) -> dict[str, Any]:
    """So many tiers of a hundred units each."""
    return {
        "tiers": [
            {"tier_lower_bound": str(100 * place), "unit_amount": f"0.{count + 1000 - place}"}
            for place in range(count)
        ]
    }


def cells(count: int) -> Work:
    """A matrix with as many cells as are billed."""
    names = [f"cell-{place}" for place in range(count)]
    rows = [{"dimension_values": [name], "unit_amount": "0.0015"} for name in names]
    config = {"dimensions": ["cell"], "default_unit_amount": "0", "matrix_values": rows}
    return work("matrix", config, cells=[Cell((name,), Fraction(3)) for name in names])


def events(count: int) -> Work:
    """Events with ten different rates."""
    rated = [Rated(Fraction(3), Fraction(place % 10, 1000)) for place in range(count)]
    return work("event_output", {"unit_rating_key": "rate"}, events=rated)


def _growth_in_rows() -> None:
    makers = {
        "tiers, all reached": lambda count: work(
            "tiered_with_proration", tiers(count), quantity=100 * count
        ),
        "cells": cells,
        "events": events,
    }
    rows = []
    for name, make in makers.items():
        seconds = seconds_each({str(count): make(count) for count in (100, 1000)})
        rows.append((name, f"{seconds['1000'] / seconds['100']:.1f}"))
    print_table("Ten times the rows (100 → 1,000)", ("rows", "× time"), rows)


def _growth_in_quantity() -> None:
    prices: Mapping[str, tuple[str, dict[str, Any]]] = {
        "unit": ("unit", {"unit_amount": "0.12"}),
        "package": ("package", {"package_amount": "5", "package_size": 10}),
        "one open tier": ("tiered_with_proration", tiers(1)),
    }
    rows = []
    for name, (model, config) in prices.items():
        few, many = work(model, config, quantity=1), work(model, config, quantity=10**12)
        seconds = seconds_each({"few": few, "many": many})
        rows.append((name, f"{seconds['many'] / seconds['few']:.2f}"))
    print_table("A quantity of 10^12 instead of 1", ("price", "× time"), rows)

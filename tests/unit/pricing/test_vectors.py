"""Worked examples from public documentation and open billing engines: each exact to the last digit.

``FAREBOX_VECTORS`` names another file of the same format. A price that comes out wrong here would
bill a customer wrong.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from farebox.pricing.billed import Billed, Cell, Day, Group, Rated, Usage
from farebox.pricing.money import currencies
from farebox.pricing.quote import quote, steps_of
from farebox.pricing.steps import total

VECTORS = Path(os.environ.get("FAREBOX_VECTORS") or Path(__file__).with_name("vectors.json"))
FILE = json.loads(VECTORS.read_text(encoding="utf-8"), parse_float=Decimal)
EXACT: Counter[str] = Counter()
SOME_CURRENCY = "USD"


@pytest.mark.parametrize("vector", FILE["vectors"], ids=lambda vector: str(vector["id"]))
def test_the_amount_is_exact(vector: Mapping[str, Any]) -> None:
    if vector["model"] == "invoice_rounding":
        _check_invoice(vector)
    else:
        _check_price(vector)

    EXACT[vector["model"]] += 1


def test_every_example_was_exact(record_property: Any, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = Counter(vector["model"] for vector in FILE["vectors"])

    with capsys.disabled():
        width = max(map(len, wanted))
        for model, count in sorted(wanted.items()):
            print(f"\n{model:{width}}  {EXACT[model]:3} of {count:3} exact", end="")
        print(f"\n{'all':{width}}  {EXACT.total():3} of {FILE['count']:3} exact")
    assert wanted == EXACT
    assert EXACT.total() == FILE["count"]


def _check_price(vector: Mapping[str, Any]) -> None:
    currency = currencies()[(vector["currency"] or SOME_CURRENCY).lower()]
    minor = vector["amount_unit"] == "minor"
    billed = billed_of(vector["input"])
    model, config = vector["model"], vector["config"].get(f"{vector['model']}_config")

    exact = total(steps_of(model, config or vector["config"], billed, currency))
    rounded = quote(model, config or vector["config"], billed, currency, to_iso=True)

    assert exact * (currency.minor_units if minor else 1) == _expected(vector)
    assert sum(Fraction(step.subtotal) for step in rounded.steps) == exact
    if vector.get("expected_rounded") is not None:
        stated = Fraction(str(vector["expected_rounded"]))
        assert rounded.amount == stated * (1 if minor else currency.minor_units)


def _check_invoice(vector: Mapping[str, Any]) -> None:
    currency = currencies()[(vector["currency"] or SOME_CURRENCY).lower()]
    minor = vector["amount_unit"] == "minor"
    scale = currency.minor_units if minor else 1
    lines = [Fraction(str(line)) / scale for line in vector["input"]["lines"]]

    rounded = sum(currency.from_major(line, currency.iso_step) for line in lines)

    assert sum(lines) * scale == _expected(vector)
    stated = Fraction(str(vector["expected_rounded"]))
    assert rounded == stated * (1 if minor else currency.minor_units)


def _expected(vector: Mapping[str, Any]) -> Fraction:
    if vector["expected_amount"] is not None:
        return Fraction(str(vector["expected_amount"]))
    fraction = vector["expected_fraction"]
    return Fraction(int(fraction["numerator"]), int(fraction["denominator"]))


def billed_of(given: Mapping[str, Any]) -> Billed:
    def number(value: Any) -> Fraction:
        return Fraction(str(value))

    def cells(rows: Any) -> list[Cell]:
        return [Cell(tuple(row["dimension_values"]), number(row["quantity"])) for row in rows]

    proration = given.get("proration", {"numerator": 1, "denominator": 1})
    return Billed(
        quantity=number(given["quantity"]) if "quantity" in given else None,
        groups=[Group(row["group"], number(row["quantity"])) for row in given.get("groups", ())],
        cells=cells(given.get("cells", ())),
        usage=[
            Usage(tuple(row["properties"].items()), number(row["quantity"]))
            for row in given.get("usage", ())
        ],
        events=[
            Rated(
                number(row["quantity"]),
                None if row.get("unit_rate") is None else number(row["unit_rate"]),
            )
            for row in given.get("events", ())
        ],
        days=[Day(row["event_day"], cells(row["cells"])) for row in given.get("days", ())],
        component_subtotal=(
            number(given["component_subtotal"]) if "component_subtotal" in given else None
        ),
        proration=Fraction(int(proration["numerator"]), int(proration["denominator"])),
    )

"""What is billed, as a caller writes it: a quantity, or the other inputs that price models take."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, TypeAdapter
from pydantic_core import PydanticCustomError

from farebox.pricing import billed as inputs
from farebox.pricing.cadence import Period, proration
from farebox.validation.check import Input, Rules
from farebox.validation.fields import RATE_DECIMALS, RATE_WHOLE_DIGITS, CurrencyCode, Rate
from farebox.validation.inputs import check_one_input
from farebox.validation.price_forms import PriceTerms
from farebox.validation.price_rows import Properties, Property

MAXIMUM_BILLED = 10_000
MAXIMUM_PROPERTIES = 20
MAXIMUM_PRORATION = 10**9
MAXIMUM_LOCALE = 35
# The common denominator of so many has some hundreds of digits, not thousands.
MAXIMUM_DENOMINATORS = 100


def _decimal(value: Any) -> str:
    """A quantity: an integer, a JSON number or a decimal text, kept as exact text."""
    text = value if isinstance(value, str) else ""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        text = format(Decimal(value), "f")
    whole, _, decimals = text.partition(".")
    digits = (whole + decimals).isascii() and (whole + decimals).isdigit()
    if not digits or not whole or text.endswith("."):
        raise PydanticCustomError("invalid_decimal", "Must be a number of 0 or more, or its text")
    if len(whole) > RATE_WHOLE_DIGITS or len(decimals) > RATE_DECIMALS:
        message = f"At most {RATE_WHOLE_DIGITS} digits and {RATE_DECIMALS} decimals"
        raise PydanticCustomError("out_of_range", message)
    return text


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise PydanticCustomError("invalid_date", "Not a date such as 2026-01-31") from None


Day = Annotated[str, AfterValidator(_day)]
DecimalText = Annotated[str, PlainValidator(_decimal)]
Many = Field(max_length=MAXIMUM_BILLED)


class DateRange(Input):
    """From ``start``, included, to ``end``, excluded."""

    start: Day
    end: Day

    def check(self, rules: Rules) -> None:
        if self.end <= self.start:
            rules.broken("invalid_period", "end must be after start", "end")

    def period(self) -> Period:
        return Period(date.fromisoformat(self.start), date.fromisoformat(self.end))


class Proration(Input):
    """The part of the period in service: a fraction, or the dates that it follows from."""

    numerator: Annotated[int, Field(ge=0, le=MAXIMUM_PRORATION)] | None = None
    denominator: Annotated[int, Field(ge=1, le=MAXIMUM_PRORATION)] | None = None
    service: DateRange | None = None
    period: DateRange | None = None

    def check(self, rules: Rules) -> None:
        wanted, other = ("numerator", "denominator"), ("service", "period")
        if self.service is not None or self.period is not None:
            wanted, other = other, wanted
        for name in wanted:
            if getattr(self, name) is None:
                rules.broken("required", f"Give both {wanted[0]} and {wanted[1]}", name)
        for name in other:
            if getattr(self, name) is not None:
                rules.broken("excluded", f"Not together with {wanted[0]} and {wanted[1]}", name)
        if self.numerator is not None and self.numerator > (self.denominator or self.numerator):
            rules.broken("out_of_range", "At most the whole period", "numerator")

    def fraction(self) -> Fraction:
        if self.service is not None and self.period is not None:
            return proration(self.service.period(), self.period.period())
        return Fraction(self.numerator or 0, self.denominator or 1)


class BilledGroup(Input):
    group: Property
    quantity: DecimalText
    proration: Proration | None = None
    pricing_value: Property | None = None
    scaling_value: Property | None = None


class BilledCell(Input):
    dimension_values: Properties
    quantity: DecimalText


class BilledUsage(Input):
    properties: Annotated[dict[Property, Property], Field(max_length=MAXIMUM_PROPERTIES)]
    quantity: DecimalText


class BilledEvent(Input):
    quantity: DecimalText
    unit_rate: Rate | None = None
    group: Property | None = None


class BilledDay(Input):
    event_day: Property
    cells: Annotated[list[BilledCell], Many]


def _few_denominators(groups: list[BilledGroup]) -> list[BilledGroup]:
    parts = [row.proration for row in groups if row.proration is not None]
    if len({part.fraction().denominator for part in parts}) > MAXIMUM_DENOMINATORS:
        message = f"At most {MAXIMUM_DENOMINATORS} different denominators of prorations"
        raise PydanticCustomError("too_many_denominators", message)
    return groups


class BilledInputs(Input):
    """Exactly one input, and the part of the period that it covers."""

    quantity: DecimalText | None = None
    groups: Annotated[list[BilledGroup], Many, AfterValidator(_few_denominators)] | None = None
    cells: Annotated[list[BilledCell], Many] | None = None
    usage: Annotated[list[BilledUsage], Many] | None = None
    events: Annotated[list[BilledEvent], Many] | None = None
    days: Annotated[list[BilledDay], Many] | None = None
    component_subtotal: DecimalText | None = None
    proration: Proration | None = None
    locale: Annotated[str, Field(min_length=1, max_length=MAXIMUM_LOCALE)] | None = None

    def check(self, rules: Rules) -> None:
        check_one_input(self, rules)


class QuotePrice(BilledInputs):
    """What to quote of a price that is kept, in its own currency or in one of its options."""

    currency: CurrencyCode | None = None


class CreateQuote(BilledInputs, PriceTerms):
    """What to quote, and the terms to quote it by."""

    def check(self, rules: Rules) -> None:
        PriceTerms.check(self, rules)
        BilledInputs.check(self, rules)


@cache
def input_type(name: str) -> TypeAdapter[Any]:
    """The type of one input, for a line item that carries it."""
    field = BilledInputs.model_fields[name]
    whole: Any = field.annotation
    for rule in field.metadata:
        whole = Annotated[whole, rule]
    return TypeAdapter(whole)


def billed(given: Mapping[str, Any]) -> inputs.Billed:
    """Checked inputs, by field name, as the price models take them."""
    proration = given.get("proration")
    return inputs.Billed(
        quantity=_optional(given.get("quantity")),
        groups=_each(_group, given.get("groups")),
        cells=_each(_cell, given.get("cells")),
        usage=_each(_usage, given.get("usage")),
        events=_each(_event, given.get("events")),
        days=_each(_day_of, given.get("days")),
        component_subtotal=_optional(given.get("component_subtotal")),
        proration=Fraction(1) if proration is None else proration.fraction(),
    )


def _each(make: Any, rows: Any) -> Any:
    return None if rows is None else [make(row) for row in rows]


def _optional(value: str | int | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _group(row: BilledGroup) -> inputs.Group:
    own = None if row.proration is None else row.proration.fraction()
    return inputs.Group(
        row.group, Fraction(row.quantity), own, row.pricing_value, row.scaling_value
    )


def _cell(row: BilledCell) -> inputs.Cell:
    return inputs.Cell(tuple(row.dimension_values), Fraction(row.quantity))


def _usage(row: BilledUsage) -> inputs.Usage:
    return inputs.Usage(tuple(row.properties.items()), Fraction(row.quantity))


def _event(row: BilledEvent) -> inputs.Rated:
    return inputs.Rated(Fraction(row.quantity), _optional(row.unit_rate), row.group)


def _day_of(row: BilledDay) -> inputs.Day:
    return inputs.Day(row.event_day, [_cell(cell) for cell in row.cells])

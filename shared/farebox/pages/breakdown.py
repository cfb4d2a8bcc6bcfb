"""How a line's amount came about, in words and numbers: its frozen steps as rows of a table."""

from dataclasses import dataclass
from fractions import Fraction

from farebox.billing.line_items import LineItem
from farebox.pages.languages import Language
from farebox.pricing.money import Currency, exact
from farebox.pricing.quote import QuoteStep

# A line can have thousands: the rest is shown as one sum.
MAXIMUM_ROWS = 100
# Rates of these are parts of an amount, not amounts.
_PARTS_OF_AN_AMOUNT = frozenset(("proration", "percent", "discount"))
# These come once: a count of 1 would say nothing.
_ONCE = frozenset(("flat", "minimum", "maximum", "threshold"))


@dataclass(frozen=True, slots=True)
class Row:
    """``label`` says what is paid for, ``calculation`` how it is worked out (nothing where it
    comes once), ``amount`` what it comes to."""

    label: str
    calculation: str
    amount: str


def rows(line: LineItem, currency: Currency, language: Language) -> tuple[Row, ...]:
    """The steps of a line, and its rounding where there was one.

    None for a line with a custom amount, and where all there is to say is quantity × rate.
    """
    if line.quote is None or _is_plain(line):
        return ()
    steps = line.quote.steps
    shown = [_row(step, line, currency, language) for step in steps[:MAXIMUM_ROWS]]
    if len(steps) > MAXIMUM_ROWS:
        rest = sum((exact(step.subtotal) for step in steps[MAXIMUM_ROWS:]), Fraction(0))
        label = language.say("step.rest", count=language.number(len(steps) - MAXIMUM_ROWS))
        shown.append(Row(label, "", language.rate(rest, currency)))
    whole = exact(line.quote.exact_amount)
    if whole != currency.to_major(line.total_amount):
        label = language.say("step.rounded", exact=language.rate(whole, currency))
        shown.append(Row(label, "", language.money(line.total_amount, currency)))
    return tuple(shown)


def unit_rate(line: LineItem, currency: Currency, language: Language) -> str | None:
    """``$12.50`` of a line that is nothing but quantity × rate."""
    if line.quote is None or not _is_plain(line):
        return None
    return language.rate(exact(line.quote.steps[0].rate), currency)


def _is_plain(line: LineItem) -> bool:
    """One step of as many units as the line has, and no rounding."""
    if line.quote is None or len(line.quote.steps) != 1 or line.quantity is None:
        return False
    only = line.quote.steps[0]
    return (
        only.kind == "units"
        and not only.part
        and exact(only.units) == line.quantity
        and only.subtotal == line.quote.exact_amount
        and _in_full(line.quote.exact_amount, line.quote.rounding_step)
    )


def _in_full(amount: str, step: str) -> bool:
    return (exact(amount) / exact(step)).denominator == 1


def _row(step: QuoteStep, line: LineItem, currency: Currency, language: Language) -> Row:
    label = _label(step, line, language)
    if step.part:
        label = " · ".join((*step.part, label))
    model = line.quote.model if line.quote else ""
    amount = language.rate(exact(step.subtotal), currency)
    return Row(label, _calculation(step, model, currency, language), amount)


def _calculation(step: QuoteStep, model: str, currency: Currency, language: Language) -> str:
    units, rate = exact(step.units), exact(step.rate)
    if step.kind in _PARTS_OF_AN_AMOUNT:
        return f"{language.rate(units, currency)} × {language.percentage(rate)}"
    if step.kind in _ONCE or (step.kind == "allowance" and rate == -1):
        return ""
    text = f"{language.number(units)} × {language.rate(rate, currency)}"
    if step.kind == "tier" and "package" in model:
        return language.say("calculation.per_package", calculation=text)
    return text


def _label(step: QuoteStep, line: LineItem, language: Language) -> str:
    """``Units 11 to 50``; of a volume price ``All 30 units, at the rate for 11 to 50``."""
    if step.kind == "tier":
        bounds = _bounds(step, language)
        key = "step.tier"
        if exact(step.over or "0") and exact(step.units) == line.quantity:
            key = "step.tier_of_all"
        return language.say(key, bounds=bounds, units=language.number(exact(step.units)))
    if step.kind == "flat" and step.over is not None:
        return language.say("step.flat", bounds=_bounds(step, language))
    if step.kind == "threshold" and step.over is not None:
        over = language.number(exact(step.over))
        return language.say("step.threshold", over=over)
    if step.kind == "threshold":
        return language.say("step.no_threshold")
    return language.say(f"step.{step.kind}" if language.has(f"step.{step.kind}") else "step.other")


def _bounds(step: QuoteStep, language: Language) -> str:
    """The tier's bounds: ``1 to 10`` where units are whole, else ``over 2.5 up to 10``."""
    over = exact(step.over or "0")
    whole = over.denominator == 1
    first = language.number(over + 1 if whole else over)
    if step.up_to is None:
        return language.say("bounds.from" if whole else "bounds.over", first=first)
    last = language.number(exact(step.up_to))
    if whole and exact(step.up_to) == over + 1:
        return first
    return language.say("bounds.to" if whole else "bounds.over_to", first=first, last=last)

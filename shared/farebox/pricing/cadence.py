"""When a price is billed: periods anchored on a first day, and the part of one that was in service.

Every period is counted from the anchor, never from the one before, so that the 31st does not decay
to the 28th: from 31 January come 28 February (29 in a leap year), 31 March, 30 April.
"""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import count
from typing import Any

MONTHS: Mapping[str, int] = {"monthly": 1, "quarterly": 3, "semi_annual": 6, "annual": 12}
MONTHS_IN_A_YEAR = 12
DAYS_IN_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Cycle:
    """A length of time: so many months, or so many days."""

    months: int = 0
    days: int = 0

    def after(self, anchor: date, cycles: int) -> date:
        """The day on which a cycle starts, ``cycles`` after the first one's start."""
        if not self.months:
            return anchor + timedelta(days=self.days * cycles)
        return add_months(anchor, self.months * cycles)


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start``, included, to ``end``, excluded."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days


def cycle_of(cadence: str, configuration: Mapping[str, Any] | None = None) -> Cycle | None:
    """The cycle of one of Orb's cadences, ``custom`` by its configuration; None is billed once."""
    if cadence == "one_time":
        return None
    if cadence == "custom":
        return cycle_of_configuration(configuration or {})
    return Cycle(months=MONTHS[cadence])


def cycle_of_configuration(configuration: Mapping[str, Any]) -> Cycle:
    """The cycle of ``{duration, duration_unit: day | month}``."""
    duration = int(configuration["duration"])
    in_months = configuration["duration_unit"] == "month"
    return Cycle(months=duration) if in_months else Cycle(days=duration)


def cycle_of_interval(interval: str, interval_count: int) -> Cycle:
    """The cycle of one of Stripe's intervals: day, week, month or year, so many at a time."""
    if interval == "year":
        return Cycle(months=MONTHS_IN_A_YEAR * interval_count)
    if interval == "month":
        return Cycle(months=interval_count)
    return Cycle(days=interval_count * (DAYS_IN_A_WEEK if interval == "week" else 1))


def add_months(anchor: date, months: int) -> date:
    """The anchor's day so many months on, or the month's last day where there is none."""
    year, month = divmod(
        anchor.year * MONTHS_IN_A_YEAR + anchor.month - 1 + months, MONTHS_IN_A_YEAR
    )
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(anchor.day, last))


def periods(anchor: date, cycle: Cycle) -> Iterator[Period]:
    """The periods one after the other, from the one that starts on ``anchor``."""
    for place in count():
        yield Period(cycle.after(anchor, place), cycle.after(anchor, place + 1))


def period_of(day: date, anchor: date, cycle: Cycle) -> Period:
    """The period that holds ``day``. Raises ``ValueError`` for a day before the anchor."""
    if day < anchor:
        raise ValueError("the day lies before the first period")
    place = _at_most(day, anchor, cycle)
    while cycle.after(anchor, place + 1) <= day:
        place += 1
    return Period(cycle.after(anchor, place), cycle.after(anchor, place + 1))


def invoicing_periods(
    anchor: date, billing: Cycle, place: int, invoicing: Cycle | None
) -> Iterator[Period]:
    """A billing period, the one ``place`` after the first, cut into the periods of its invoices.

    Months are counted from the anchor, as billing periods are. Where days cut months, they are
    counted from the period's start, and the last cut ends with it.
    """
    period = Period(billing.after(anchor, place), billing.after(anchor, place + 1))
    if invoicing is None:
        yield period
        return
    first, start = 0, period.start
    if billing.months and invoicing.months:
        first, start = place * billing.months // invoicing.months, anchor
    for cut in count(first):
        begin, end = invoicing.after(start, cut), invoicing.after(start, cut + 1)
        if begin >= period.end:
            return
        yield Period(begin, min(end, period.end))


def proration(service: Period, period: Period) -> Fraction:
    """The part of a period's days that were in service."""
    start, end = max(service.start, period.start), min(service.end, period.end)
    return Fraction(max(0, (end - start).days), period.days)


def _at_most(day: date, anchor: date, cycle: Cycle) -> int:
    """A number of cycles that surely fits before ``day``."""
    if not cycle.months:
        return (day - anchor).days // cycle.days
    months = (day.year - anchor.year) * MONTHS_IN_A_YEAR + day.month - anchor.month
    return max(0, months // cycle.months - 1)

"""When prices are billed: a date that drifts bills a customer on the wrong day for ever after."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farebox.pricing.cadence import (
    Cycle,
    Period,
    add_months,
    cycle_of,
    cycle_of_interval,
    invoicing_periods,
    period_of,
    periods,
    proration,
)

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
CYCLES = st.one_of(
    st.integers(1, 36).map(lambda months: Cycle(months=months)),
    st.integers(1, 1095).map(lambda days: Cycle(days=days)),
)


def starts(anchor: date, cycle: Cycle, number: int) -> list[str]:
    return [period.start.isoformat() for period in islice(periods(anchor, cycle), number)]


def test_the_31st_comes_back_after_a_short_month() -> None:
    assert starts(date(2026, 1, 31), Cycle(months=1), 5) == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ]


def test_a_leap_day_comes_back_in_leap_years() -> None:
    assert starts(date(2024, 2, 29), Cycle(months=12), 5) == [
        "2024-02-29",
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]


@pytest.mark.parametrize(
    ("cadence", "second"),
    [
        ("monthly", "2026-02-15"),
        ("quarterly", "2026-04-15"),
        ("semi_annual", "2026-07-15"),
        ("annual", "2027-01-15"),
    ],
)
def test_each_cadence_has_its_cycle(cadence: str, second: str) -> None:
    cycle = cycle_of(cadence)

    assert cycle is not None
    assert starts(date(2026, 1, 15), cycle, 2)[1] == second


def test_a_one_time_price_has_no_second_period() -> None:
    assert cycle_of("one_time") is None


@pytest.mark.parametrize(("unit", "second"), [("day", "2026-01-15"), ("month", "2027-03-01")])
def test_a_custom_cadence_follows_its_configuration(unit: str, second: str) -> None:
    cycle = cycle_of("custom", {"duration": 14, "duration_unit": unit})

    assert cycle is not None
    assert starts(date(2026, 1, 1), cycle, 2)[1] == second


@pytest.mark.parametrize(
    ("interval", "count", "second"),
    [
        ("day", 10, "2026-02-10"),
        ("week", 2, "2026-02-14"),
        ("month", 1, "2026-02-28"),
        ("year", 3, "2029-01-31"),
    ],
)
def test_each_interval_of_stripe_has_its_cycle(interval: str, count: int, second: str) -> None:
    assert starts(date(2026, 1, 31), cycle_of_interval(interval, count), 2)[1] == second


def test_an_annual_price_invoiced_monthly_has_twelve_invoices() -> None:
    anchor, year, month = date(2026, 1, 31), Cycle(months=12), Cycle(months=1)

    invoices = list(invoicing_periods(anchor, year, 0, month))

    assert len(invoices) == 12
    assert invoices[0] == Period(date(2026, 1, 31), date(2026, 2, 28))
    assert invoices[1] == Period(date(2026, 2, 28), date(2026, 3, 31))
    assert invoices[-1].end == date(2027, 1, 31)


@given(anchor=DAYS, months=st.integers(1, 36), parts=st.integers(1, 12), place=st.integers(0, 40))
def test_invoices_cut_a_period_into_as_many_parts_as_they_divide_it(
    anchor: date, months: int, parts: int, place: int
) -> None:
    billing, invoicing = Cycle(months=months * parts), Cycle(months=months)

    cuts = list(invoicing_periods(anchor, billing, place, invoicing))

    assert len(cuts) == parts
    assert cuts[0].start == billing.after(anchor, place)
    assert cuts[-1].end == billing.after(anchor, place + 1)
    assert all(one.end == other.start for one, other in zip(cuts, cuts[1:], strict=False))


def test_half_of_a_month_is_its_own_number_of_days() -> None:
    january = Period(date(2026, 1, 1), date(2026, 2, 1))

    assert proration(Period(date(2026, 1, 11), date(2026, 2, 1)), january) == Fraction(21, 31)
    assert proration(january, january) == 1
    assert proration(Period(date(2026, 2, 1), date(2026, 3, 1)), january) == 0


@given(anchor=DAYS, cycle=CYCLES)
def test_periods_follow_one_another_without_gap_or_overlap(anchor: date, cycle: Cycle) -> None:
    found = list(islice(periods(anchor, cycle), 24))

    assert all(one.end == other.start for one, other in zip(found, found[1:], strict=False))
    assert all(period.start < period.end for period in found)


@given(anchor=DAYS, cycle=CYCLES, days=st.integers(0, 20_000))
def test_every_day_lies_in_the_period_that_is_said_to_hold_it(
    anchor: date, cycle: Cycle, days: int
) -> None:
    day = anchor + timedelta(days=days)

    period = period_of(day, anchor, cycle)

    assert period.start <= day < period.end


@given(anchor=DAYS, months=st.integers(0, 600))
def test_the_day_of_the_month_stays_or_is_the_last(anchor: date, months: int) -> None:
    later = add_months(anchor, months)

    assert later.day == anchor.day or (later + timedelta(days=1)).day == 1


@given(anchor=DAYS, cycle=CYCLES, cut=st.integers(0, 1095))
def test_the_parts_of_a_period_make_the_whole(anchor: date, cycle: Cycle, cut: int) -> None:
    period = next(periods(anchor, cycle))
    middle = min(anchor + timedelta(days=cut), period.end)

    parts = [Period(period.start, middle), Period(middle, period.end)]

    assert sum(proration(part, period) for part in parts) == 1

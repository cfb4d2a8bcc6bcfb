"""Instants as text: what is stored, compared and shown."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from farebox.instants import instant, stamp

INSTANTS = st.datetimes(timezones=st.just(UTC))


def to_the_millisecond(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


@given(INSTANTS, INSTANTS)
def test_texts_sort_as_their_instants_do(one: datetime, other: datetime) -> None:
    """Else a discount has ended before it starts: periods are compared as text."""
    assert (stamp(one) < stamp(other)) == (to_the_millisecond(one) < to_the_millisecond(other))


@given(INSTANTS)
def test_an_instant_survives_being_text(at: datetime) -> None:
    """Else an order is charged at another time than it says."""
    assert instant(stamp(at)) == to_the_millisecond(at)
    assert stamp(instant(stamp(at))) == stamp(at)


def test_another_zone_is_told_in_utc() -> None:
    """Else two machines write two times for one instant."""
    at = datetime(2026, 1, 31, 23, 30, 0, 999_999, timezone(timedelta(hours=-2)))

    assert stamp(at) == "2026-02-01T01:30:00.999Z"

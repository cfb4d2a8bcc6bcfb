"""Ids: a type, a time, and enough chance that nobody guesses one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from farebox import clock, ids

INSTANTS = st.integers(0, 253_000_000_000_000).map(
    lambda milliseconds: datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
)
RANDOM = st.binary(min_size=10, max_size=10)


def id_at(instant: datetime, random: bytes = bytes(10), prefix: str = "ord") -> str:
    clock.use(lambda: instant, lambda seconds: None)
    ids.use(lambda size: random)
    return ids.new(prefix)


@given(INSTANTS, RANDOM, st.sampled_from(["ord", "price", "cus", "chk", "evt"]))
def test_every_id_has_its_type_and_the_one_pattern(
    instant: datetime, random: bytes, prefix: str
) -> None:
    """Else a list's cursor, which is an id, is refused as a forgery."""
    id = id_at(instant, random, prefix)

    assert id.startswith(f"{prefix}_")
    assert ids.PATTERN.fullmatch(id)


@given(INSTANTS, st.integers(1, 10**9), RANDOM, RANDOM)
def test_a_later_id_sorts_after_an_earlier_one(
    earlier: datetime, milliseconds: int, one: bytes, other: bytes
) -> None:
    """Else a list newest first is not, and a page repeats or skips orders."""
    later = earlier + timedelta(milliseconds=milliseconds)

    assert id_at(earlier, one) < id_at(later, other)


@given(INSTANTS, st.lists(RANDOM, min_size=2, unique=True))
def test_ids_of_one_millisecond_differ_as_their_random_bytes_do(
    instant: datetime, randoms: list[bytes]
) -> None:
    """Else two orders of one busy moment are one."""
    assert len({id_at(instant, random) for random in randoms}) == len(randoms)


def test_an_id_reads_as_a_ulid() -> None:
    """Else other tools read another time from it; the example stands in the ULID specification."""
    instant = datetime.fromtimestamp(1469918176.385, UTC)

    assert id_at(instant)[4:14] == "01ARYZ6S41".lower()


@given(INSTANTS, RANDOM, st.integers(0, 300))
def test_a_series_of_one_instant_sorts_as_it_was_made(
    instant: datetime, random: bytes, count: int
) -> None:
    """Else ``order.paid`` is listed before the ``order.updated`` that it follows."""
    id_at(instant, random)

    series = ids.series("evt", count)

    assert series == sorted(set(series))
    assert len(series) == count
    assert all(ids.PATTERN.fullmatch(each) for each in series)
    assert not series or series[0] == ids.new("evt")


def test_a_series_sorts_even_where_its_random_bytes_overflow() -> None:
    """Else one series in very many is in disorder, and nobody ever finds out why."""
    instant = datetime.fromtimestamp(1469918176.385, UTC)
    id_at(instant, b"\xff" * 10)

    series = ids.series("evt", 3)

    assert series == sorted(series)
    assert series[-1] < id_at(instant + timedelta(milliseconds=2), prefix="evt")

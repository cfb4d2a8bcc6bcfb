"""If these fail, a week of retries cannot be watched, or time runs away unasked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from farebox import clock
from local.clock import Clock, read_speed
from local.errors import ClockError
from tests.clocks import stopped_clock

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_clock() -> Iterator[None]:
    """Put the functions' own clock back afterwards."""
    with stopped_clock():
        yield


def test_a_fast_clock_is_the_functions_too() -> None:
    before = clock.now()

    Clock(speed=86400, started_at=NOON + timedelta(days=9)).rule()

    assert clock.now() - before >= timedelta(days=9)
    first, second = clock.now(), clock.now()
    assert second > first


def test_waiting_takes_as_much_less() -> None:
    fast = Clock(speed=86400)

    assert fast.real_seconds(86400) == 1
    fast.rule()
    before = clock.now()
    clock.pause(3600)
    assert clock.now() - before >= timedelta(hours=1)


def test_at_speed_1_the_functions_keep_their_own_clock() -> None:
    Clock(started_at=NOON + timedelta(days=9)).rule()

    assert clock.now() == NOON


@pytest.mark.parametrize(("text", "speed"), [("1", 1), ("60", 60), ("2.5", 2.5), ("1e6", 1e6)])
def test_a_speed_is_a_number(text: str, speed: float) -> None:
    assert read_speed(text) == speed


@pytest.mark.parametrize("text", ["fast", "", "0", "0.5", "-1", "nan", "inf", "1000001", "60x"])
def test_what_is_no_speed_is_said_in_one_sentence(text: str) -> None:
    with pytest.raises(ClockError, match=r"CLOCK_SPEED is .*, which is not a number from 1 to"):
        read_speed(text)

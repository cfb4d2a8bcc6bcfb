"""Time and ids as a test needs them: standing still, and counted."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from farebox import clock, ids

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@dataclass
class StoppedClock:
    """Shows one instant until it is moved; waiting moves it, and takes no time."""

    instant: datetime = NOON
    pauses: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.instant

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.advance(seconds=seconds)

    def advance(self, **by: float) -> None:
        self.instant += timedelta(**by)


@contextmanager
def stopped_clock() -> Iterator[StoppedClock]:
    """Stop the clock at noon, and let it run again afterwards."""
    stopped = StoppedClock()
    clock.use(stopped.now, stopped.pause)
    try:
        yield stopped
    finally:
        clock.use(lambda: datetime.now(UTC), time.sleep)


@contextmanager
def counted_ids() -> Iterator[None]:
    """Draw 1, 2, 3 … where ids draw randomness; each length of draw counts for itself."""
    drawn: dict[int, int] = {}

    def count(size: int) -> bytes:
        drawn[size] = drawn.get(size, 0) + 1
        return drawn[size].to_bytes(size)

    ids.use(count)
    try:
        yield
    finally:
        ids.use(os.urandom)

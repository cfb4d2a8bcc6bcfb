"""The stack's time: ours, or one that runs faster, so that a week of retries can be watched."""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from local.errors import ClockError

FASTEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Clock:
    """Runs so many times faster than ours, from the instant at which it was made."""

    speed: float = 1
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The stack's present instant."""
        return self.started_at + timedelta(seconds=(time.monotonic() - self.started) * self.speed)

    def pause(self, seconds: float) -> None:
        """Wait so many of the stack's seconds."""
        time.sleep(self.real_seconds(seconds))

    def real_seconds(self, seconds: float) -> float:
        """How long so many of the stack's seconds last for us."""
        return seconds / self.speed

    def rule(self) -> None:
        """Make it the functions' clock too; at speed 1 they keep their own, as in Lambda."""
        # The package comes with the functions' layer, so it is there only once they are loaded.
        from farebox import clock

        if self.speed != 1:
            clock.use(self.now, self.pause)


def read_speed(text: str) -> float:
    """Read a speed as a person writes it."""
    with suppress(ValueError):
        if 1 <= float(text) <= FASTEST:
            return float(text)
    raise ClockError(f"CLOCK_SPEED is {text!r}, which is not a number from 1 to {FASTEST}.")

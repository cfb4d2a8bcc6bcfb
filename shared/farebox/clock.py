"""The only place that knows what time it is and that waits; the simulator puts its own here."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

_now: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731
_pause: Callable[[float], None] = time.sleep


def now() -> datetime:
    """The present instant in UTC."""
    return _now()


def pause(seconds: float) -> None:
    """Wait, as a retry does."""
    _pause(seconds)


def use(now: Callable[[], datetime], pause: Callable[[float], None]) -> None:
    """Put another clock in place, for tests and the simulator."""
    global _now, _pause
    _now, _pause = now, pause

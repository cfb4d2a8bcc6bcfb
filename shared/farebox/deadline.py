"""How long this invocation may still take: nothing is begun that could not be answered in time."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_ends: ContextVar[float | None] = ContextVar("ends", default=None)


@contextmanager
def of(context: Any) -> Iterator[None]:
    """Take the time from Lambda's context for what happens inside; without one there is no end."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    token = _ends.set(None if remaining is None else time.monotonic() + remaining() / 1000)
    try:
        yield
    finally:
        _ends.reset(token)


def allows(seconds: int) -> bool:
    """Whether so many seconds are left."""
    return left() >= seconds


def left() -> float:
    """The seconds that are left; endless where nothing sets an end."""
    ends = _ends.get()
    return math.inf if ends is None else ends - time.monotonic()

"""Ids: a type prefix and 26 characters that sort by the time they were made.

The 26 are a ULID in lower case (github.com/ulid/spec): 48 bits of milliseconds, 80 random bits.
"""

import os
import re
from collections.abc import Callable

from farebox import clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26
_RANDOM_BYTES = 10
PATTERN = re.compile(r"[a-z]+_[0-9a-hjkmnp-tv-z]{26}")

_entropy: Callable[[int], bytes] = os.urandom


def use(entropy: Callable[[int], bytes]) -> None:
    """Put another source of randomness in place, for tests and the simulator."""
    global _entropy
    _entropy = entropy


def entropy(size: int) -> bytes:
    """Unguessable bytes."""
    return _entropy(size)


def new(prefix: str) -> str:
    """A new id such as ``ord_01k…``, unguessable and sorted by time."""
    return _written(prefix, _drawn())


def series(prefix: str, count: int) -> list[str]:
    """New ids that sort in this order, though they are of one instant."""
    first = _drawn() if count else 0
    return [_written(prefix, first + place) for place in range(count)]


def _drawn() -> int:
    milliseconds = int(clock.now().timestamp() * 1000)
    return milliseconds << (8 * _RANDOM_BYTES) | int.from_bytes(entropy(_RANDOM_BYTES))


def _written(prefix: str, number: int) -> str:
    digits = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(digits))}"

"""What can go wrong with one call of a port, and which calls it befalls."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Protocol


class Mode(Enum):
    """How a call goes wrong."""

    CRASH_BEFORE = "the process dies before the effect"
    CRASH_AFTER = "the process dies after the effect"
    FAIL = "no effect, no answer"
    LOSE_ANSWER = "the effect, but no answer"
    COME_LATE = "no answer, and the effect only later"
    REFUSE = "an error, without effect"
    REFUSE_AFTER = "the effect, then an error"
    THROTTLE = "no effect and no answer, for a while"
    SLOW = "nothing until the process is out of time"
    SLOW_WITH_EFFECT = "nothing until the process is out of time, and then the effect"


# Most calls read, and least can go wrong with them.
READS_FAIL_LESS = 2.0
READS = frozenset(("read", "first", "query", "read_intent"))
# A read has no effect that could be lost or late.
_OF_READS = frozenset((Mode.CRASH_BEFORE, Mode.CRASH_AFTER, Mode.FAIL, Mode.THROTTLE, Mode.SLOW))
# Nobody refuses to count, and what would make it tell apart its own write is not there.
_OF_COUNTS = frozenset(Mode) - {Mode.REFUSE, Mode.REFUSE_AFTER}
_OF_INVOCATIONS = frozenset(Mode) - {Mode.COME_LATE, Mode.REFUSE_AFTER}


def modes_of(operation: str) -> list[Mode]:
    """How a call of this kind can go wrong, in a fixed order."""
    if operation in READS:
        possible = _OF_READS
    elif operation == "count_up":
        possible = _OF_COUNTS
    elif operation == "invoke":
        possible = _OF_INVOCATIONS
    else:
        possible = frozenset(Mode)
    return [mode for mode in Mode if mode in possible]


@dataclass(frozen=True, slots=True)
class Call:
    """The ``place``-th call, from 0, of one invocation."""

    invocation: str
    place: int
    operation: str

    def __str__(self) -> str:
        return f"{self.invocation}, call {self.place} ({self.operation})"


@dataclass(frozen=True, slots=True)
class Fault:
    """One call goes wrong in this way."""

    call: Call
    mode: Mode

    def __str__(self) -> str:
        return f"{self.call}: {self.mode.name}, {self.mode.value}"


class Faults(Protocol):
    """Says which call goes wrong, and how."""

    def of(self, call: Call, now: float) -> Mode | None:
        """How this call, at this time, goes wrong; None where it does not."""


class NoFaults:
    """Everything works."""

    def of(self, call: Call, now: float) -> Mode | None:
        return None


class Chosen:
    """These faults and no others, by invocation and place."""

    def __init__(self, *faults: Fault) -> None:
        self._modes: Mapping[tuple[str, int], Fault] = {
            (fault.call.invocation, fault.call.place): fault for fault in faults
        }

    def of(self, call: Call, now: float) -> Mode | None:
        fault = self._modes.get((call.invocation, call.place))
        # After another fault a call of this number may be one that cannot go wrong like this.
        if fault is None or fault.mode not in modes_of(call.operation):
            return None
        return fault.mode


class Drawn:
    """A share of all calls until some time; each invocation draws for itself."""

    def __init__(self, seed: str, rate: float, until: float) -> None:
        self._seed = seed
        self._rate = rate
        self._until = until
        self._random: dict[str, Random] = {}

    def of(self, call: Call, now: float) -> Mode | None:
        random = self._random.get(call.invocation)
        if random is None:
            random = self._random[call.invocation] = Random(f"{self._seed}/{call.invocation}")
        drawn = random.random()
        if call.operation in READS:
            drawn *= READS_FAIL_LESS
        if drawn >= self._rate or now >= self._until:
            return None
        return random.choice(modes_of(call.operation))

"""The functions' seams to the world. Each call is a point at which others may run, and may fail."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from farebox.payments.processor import Intent, OutcomeUnknown, Rejected
from farebox.storage.connection import Refused
from tests.faults import Crash
from tests.simulation.faults import Call, Fault, Faults, Mode
from tests.simulation.timeline import Process, Timeline

LATEST_STORE_SECONDS = 30.0
LONGEST_THROTTLE_SECONDS = 60.0
CLIENT_SECONDS = 5.0

Result = TypeVar("Result")


@dataclass(slots=True)
class Sandbox:
    """One invocation of a function: after its death every call of a port raises ``Crash``."""

    name: str
    ends: float
    skew: float
    random: Random
    calls: int = 0
    dead: bool = False

    def delay(self) -> float:
        """Mostly some milliseconds, now and then seconds."""
        drawn = self.random.random()
        if drawn < 0.85:
            return 0.002 + drawn * 0.03
        return (drawn - 0.84) * (5 if drawn < 0.97 else 25)


@dataclass(slots=True)
class Traced:
    """A line of a trace."""

    at: float
    who: str
    what: str


@dataclass
class Ports:
    """What all ports share: the time, the faults, and what is remembered of the calls."""

    timeline: Timeline
    faults: Faults
    tracing: bool = False
    recording: bool = False
    current: dict[Any, Sandbox] = field(default_factory=dict)
    injected: list[Fault] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    trace: list[Traced] = field(default_factory=list)
    disturbed_until: float = 0.0
    _throttled: dict[str, float] = field(default_factory=dict)

    @property
    def sandbox(self) -> Sandbox:
        """The invocation that the running process is in. Raises ``Crash`` after its death."""
        found = self.current[self.timeline.running]
        if found.dead:
            raise Crash
        return found

    def die(self, sandbox: Sandbox) -> Crash:
        """The end of an invocation, to be raised."""
        sandbox.dead = True
        self.tell(sandbox.name, "died")
        return Crash()

    def elapse(self, seconds: float) -> None:
        """Let time pass for this invocation, as far as its own goes."""
        sandbox = self.sandbox
        left = sandbox.ends - self.timeline.now
        self.timeline.wait(min(seconds, left))
        if sandbox.dead or seconds >= left:
            raise self.die(sandbox)

    def elapse_for(self, process: Process, seconds: float) -> bool:
        """Wait for another process, as far as the time goes; whether it is done."""
        sandbox = self.sandbox
        left = sandbox.ends - self.timeline.now
        done = self.timeline.wait_for(process, min(seconds, left))
        if sandbox.dead or (not done and seconds >= left):
            raise self.die(sandbox)
        return done

    def tell(self, who: str, what: str) -> None:
        """Add a line to the trace, where there is one."""
        if self.tracing:
            self.trace.append(Traced(self.timeline.now, who, what))

    def _tell_of(self, call: Call, shown: Callable[[], str], came_of_it: object) -> None:
        if self.tracing:
            what = f"{call.place} {call.operation}({shown()}) -> {_short(came_of_it)}"
            self.tell(call.invocation, what)

    def call(
        self,
        port: str,
        operation: str,
        effect: Callable[[], Result],
        *,
        lost: type[Exception],
        refuse: Callable[[bool], Exception],
        latest: float = LATEST_STORE_SECONDS,
        shown: Callable[[], str],
    ) -> Result:
        """Do one call of a port, or let it go wrong.

        ``refuse`` makes the error of this port, before the effect or, given True, after it;
        ``shown`` is what a trace says of the call.
        """
        sandbox = self.sandbox
        call = Call(sandbox.name, sandbox.calls, operation)
        sandbox.calls += 1
        if self.recording:
            self.calls.append(call)
        mode = self.faults.of(call, self.timeline.now)
        if mode is not None:
            self.injected.append(Fault(call, mode))
            self.disturbed_until = max(self.disturbed_until, self.timeline.now)
            self._tell_of(call, shown, f"FAULT {mode.name}")
            return self._go_wrong(mode, port, sandbox, effect, lost, refuse, latest)
        self.elapse(sandbox.delay())
        if self.timeline.now < self._throttled.get(port, -math.inf):
            self._tell_of(call, shown, "throttled")
            raise lost("throttled")
        try:
            result = effect()
        except (Refused, OutcomeUnknown, Rejected) as error:
            self._tell_of(call, shown, error)
            raise
        self._tell_of(call, shown, result)
        return result

    def _go_wrong(
        self,
        mode: Mode,
        port: str,
        sandbox: Sandbox,
        effect: Callable[[], Result],
        lost: type[Exception],
        refuse: Callable[[bool], Exception],
        latest: float,
    ) -> Result:
        if mode is Mode.CRASH_BEFORE:
            raise self.die(sandbox)
        self.elapse(sandbox.delay())
        unheard = _Unheard(effect)
        if mode in (Mode.LOSE_ANSWER, Mode.CRASH_AFTER, Mode.REFUSE_AFTER):
            unheard()
        if mode is Mode.CRASH_AFTER:
            raise self.die(sandbox)
        if mode is Mode.REFUSE_AFTER and not unheard.failed:
            raise refuse(True)
        if mode is Mode.REFUSE:
            raise refuse(False)
        if mode in (Mode.COME_LATE, Mode.SLOW_WITH_EFFECT):
            self.timeline.after(sandbox.random.random() ** 2 * latest, unheard)
        if mode is Mode.THROTTLE:
            lasts = sandbox.random.random() * LONGEST_THROTTLE_SECONDS
            self._throttled[port] = self.timeline.now + lasts
            self.disturbed_until = max(self.disturbed_until, self._throttled[port])
        if mode in (Mode.SLOW, Mode.SLOW_WITH_EFFECT):
            self.elapse(sandbox.ends - self.timeline.now)
        if mode is not Mode.THROTTLE:
            self.elapse(CLIENT_SECONDS)
        raise lost(mode.name)


def _short(result: object) -> str:
    if isinstance(result, Mapping | list):
        return f"{len(result)} items"
    if isinstance(result, Intent):
        failed = f", {result.failed_attempt} failed" if result.failed_attempt else ""
        return f"{result.id} {result.status}, attempt {result.attempt}{failed}"
    return "done" if result is None or isinstance(result, Process) else str(result)


class _Unheard:
    """An effect whose answer nobody gets."""

    def __init__(self, effect: Callable[[], object]) -> None:
        self._effect = effect
        self.failed = False

    def __call__(self) -> None:
        try:
            self._effect()
        except (Refused, OutcomeUnknown, Rejected):
            self.failed = True

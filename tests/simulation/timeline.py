"""Virtual time: it jumps to what happens next, and of all threads only one runs at a time.

A process gives the baton away where it waits, and every call of a port waits. Whoever holds the
baton passes it to what is next on the line, so the same choices make the same run.
"""

import heapq
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, datetime, timedelta
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread

from tests.faults import Crash

BEGINNING = datetime(2026, 1, 31, 12, tzinfo=UTC)
LONGEST_STEPS = 400_000

Work = Callable[[], None]


class Stalled(Exception):
    """A run that does not come to rest."""


class Process:
    """Something that runs beside others and may wait; ``done`` once it ended or died."""

    def __init__(self, name: str, work: Work) -> None:
        self.name = name
        self.work = work
        self.started = False
        self.done = False
        self.failed = False
        self.wakes = 0
        self.awaited_by: Process | None = None
        self.baton = Lock()
        self.baton.acquire()


class _Worker:
    """A thread that runs one process after the other: making one for each takes too long."""

    idle: "list[_Worker]" = []

    def __init__(self) -> None:
        self._works: SimpleQueue[Work] = SimpleQueue()
        Thread(target=self._loop, daemon=True).start()

    @classmethod
    def run(cls, work: Work) -> None:
        worker = cls.idle.pop() if cls.idle else cls()
        worker._works.put(work)

    def _loop(self) -> None:
        while True:
            self._works.get()()
            self.idle.append(self)


class Timeline:
    """What is to happen, by its time."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self.steps = 0
        self.running: Process | None = None
        self._line: list[tuple[float, int, Work | Process, int]] = []
        self._count = 0
        self._living: dict[Process, None] = {}
        self._errors: list[BaseException] = []
        self._abandoned = False
        self._baton_is_back = Lock()

    @property
    def instant(self) -> datetime:
        """The time that a right clock shows."""
        return BEGINNING + timedelta(seconds=self.now)

    def at(self, time: float, work: Work) -> None:
        """Do something then that waits for nothing."""
        self._push(max(time, self.now), work)

    def after(self, seconds: float, work: Work) -> None:
        """Do something so much later that waits for nothing."""
        self._push(self.now + seconds, work)

    def start(self, name: str, work: Work) -> Process:
        """Let a process begin now."""
        process = Process(name, work)
        self._push(self.now, process)
        return process

    def wait(self, seconds: float) -> None:
        """Let the running process go on so much later, and others meanwhile."""
        process = self.running
        assert process is not None, "only a process can wait"
        process.wakes += 1
        self._push(self.now + seconds, process, process.wakes)
        self._pass_on(process)

    def wait_for(self, other: Process, seconds: float) -> bool:
        """Wait until another process is done, or so long; whether it is."""
        if not other.done:
            other.awaited_by = self.running
            self.wait(seconds)
            other.awaited_by = None
        return other.done

    def check(self) -> None:
        """Go on, unless the run was given up: raises ``Crash`` then."""
        if self._abandoned:
            raise Crash

    def run(self) -> None:
        """Let happen what is to happen, until nothing is left. Raises what a process raised."""
        self._abandoned = False
        self._baton_is_back.acquire()
        self._pass_on(None)
        self._baton_is_back.acquire()
        self._abandoned = True
        for process in list(self._living):
            process.baton.release()
            self._baton_is_back.acquire()
        self._baton_is_back.release()
        if self._errors:
            raise self._errors[0]

    def _push(self, time: float, what: Work | Process, wakes: int = 0) -> None:
        self._count += 1
        heapq.heappush(self._line, (time, self._count, what, wakes))

    def _pass_on(self, giver: Process | None) -> None:
        """Go on with what is next; a ``giver`` comes back when it is its turn."""
        following = self._following()
        self.running = following
        if following is None:
            self._baton_is_back.release()
        elif following is giver:
            return
        elif following.started:
            following.baton.release()
        else:
            following.started = True
            self._living[following] = None
            _Worker.run(partial(self._live, following))
        if giver is not None:
            giver.baton.acquire()
            if self._abandoned:
                raise Crash

    def _following(self) -> Process | None:
        """Do what comes before the next process's turn."""
        while self._line and not self._errors:
            self.now, _, what, wakes = heapq.heappop(self._line)
            self.steps += 1
            if self.steps > LONGEST_STEPS:
                self._errors.append(Stalled(f"no rest after {self.steps} steps"))
            elif not isinstance(what, Process):
                try:
                    what()
                except Exception as error:
                    self._errors.append(error)
            elif not what.done and wakes == what.wakes:
                return what
        return None

    def _live(self, process: Process) -> None:
        try:
            Context().run(process.work)
        except Crash:
            pass
        except BaseException as error:
            self._errors.append(error)
        process.done = True
        del self._living[process]
        if self._abandoned:
            self._baton_is_back.release()
            return
        waiting = process.awaited_by
        if waiting is not None:
            waiting.wakes += 1
            self._push(self.now, waiting, waiting.wakes)
        self._pass_on(None)

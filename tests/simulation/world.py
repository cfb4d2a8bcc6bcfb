"""A deployment on a virtual world: its functions as they are, and everything else in memory."""

import json
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from farebox import clock, deadline, ids, payments, telemetry
from farebox.charging import invocation, queue
from farebox.charging.messages import UnreadableMessage
from farebox.problems import Problem
from farebox.storage import connection, items, load
from tests.simulation import seams
from tests.simulation.deployment import CHARGE_ORDER, DISPATCH_CHARGES, deployment
from tests.simulation.faults import Faults, NoFaults
from tests.simulation.history import History
from tests.simulation.luck import Luck
from tests.simulation.message_queue import MessageQueue, Quirks
from tests.simulation.ports import Ports, Sandbox
from tests.simulation.processor import Processor
from tests.simulation.schedule import DAY, Schedule, Ticks
from tests.simulation.store import Store
from tests.simulation.timeline import Process, Timeline

# Records are frozen: one text is read once, and one record written once for itself and its events.
_read = lru_cache(4096)(items.read)


class _TextOf:
    """``items.text_of``, which remembers what it was asked last."""

    _original = staticmethod(items.text_of)

    def __init__(self) -> None:
        self._asked: tuple[Any, int] = (None, 0)
        self._text = ""

    def __call__(self, record: Any, maximum: int = items.MAXIMUM_DOCUMENT_BYTES) -> str:
        if self._asked[0] is not record or self._asked[1] != maximum:
            self._text = self._original(record, maximum)
            self._asked = (record, maximum)
        return self._text


def _silent(name: str, **dimensions: str) -> None:
    """Count nothing."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a world is like, beside its faults: everything is drawn from ``seed``.

    With ``sandbox``, the package's own processor charges, and keeps its books in the same store.
    """

    seed: str = "0"
    begins_at: float = 0.0
    workers: int = 2
    skew_seconds: float = 0.0
    staleness_seconds: float = 0.0
    key_seconds: float = DAY
    settling_seconds: float = 2 * DAY
    queue: Quirks = Quirks()
    ticks: Ticks = Ticks()
    sandbox: bool = False


class World:
    """One run. ``store`` is what stood before, if anything did."""

    def __init__(
        self,
        conditions: Conditions = Conditions(),
        faults: Faults | None = None,
        store: Store | None = None,
        *,
        tracing: bool = False,
        recording: bool = False,
    ) -> None:
        deployed = deployment()
        self.conditions = conditions
        self.timeline = Timeline(conditions.begins_at)
        self.ports = Ports(self.timeline, faults or NoFaults(), tracing, recording)
        now = self._time
        self.store = store.copy(now) if store else Store(deployed.stack.tables, now)
        self.history = History(self.store, self.timeline)
        self.luck = luck = Luck(conditions.seed)
        self.processor = Processor(
            now,
            self.timeline.after,
            lambda order: 0.1 + luck.of(f"charge {order}").random() ** 8 * 60,
            lambda order: (
                60 + luck.of(f"settle {order}").random() ** 3 * conditions.settling_seconds
            ),
            conditions.key_seconds,
        )
        self.messages = MessageQueue(
            self.timeline,
            self._deliver,
            luck,
            conditions.queue,
            conditions.workers,
            deployed.batch,
            deployed.hidden_seconds,
            deployed.maximum_receives,
        )
        self.schedule = Schedule(
            self.timeline,
            self.store,
            lambda: self.start(DISPATCH_CHARGES, {}, about=f"at {self.timeline.now:.0f}"),
            luck,
            conditions.ticks,
        )
        self.unforeseen: list[str] = []
        self.unreported: list[str] = []
        self.invocations = 0
        self._failures: dict[str, int] = {}

    def run(self) -> None:
        """Until everything is at rest."""
        with self._in_place():
            self.timeline.run()

    def start(
        self,
        function: str,
        event: Mapping[str, Any],
        done: Callable[[Any], None] = lambda _: None,
        *,
        about: str,
    ) -> Process:
        """Invoke a function as a process of its own; ``done`` gets its result, or None."""
        sandbox = self.sandbox(function, about)

        def work() -> None:
            result = None
            try:
                with suppress(Exception):  # it was told of where it was caught
                    result = self.invoke(function, event, sandbox)
            finally:
                process.failed = result is None
                self._check_reported(sandbox.name, result)
                done(result)

        process = self.timeline.start(sandbox.name, work)
        return process

    def sandbox(self, function: str, about: str) -> Sandbox:
        """A new invocation's; it may run as long as the template says.

        What it is ``about`` names it, so that it draws the same without the others.
        """
        name = self.luck.numbered(f"{function.removesuffix('Function')} {about}")
        random = self.luck.of(name)
        skew = (2 * random.random() - 1) * self.conditions.skew_seconds
        ends = self.timeline.now + deployment().stack.functions[function].timeout_seconds
        return Sandbox(name, ends, skew, random)

    def invoke(
        self, function: str, event: Mapping[str, Any], sandbox: Sandbox | None = None
    ) -> Any:
        """Invoke a function in the running process. Raises ``Crash`` where it dies."""
        if sandbox is None:
            assert self.timeline.running is not None
            sandbox = self.sandbox(function, f"for {self.timeline.running.name}")
        running, current = self.timeline.running, self.ports.current
        outer = current.get(running)
        current[running] = sandbox
        self.invocations += 1
        self.ports.tell(sandbox.name, "begins")

        def left() -> int:
            return max(0, int((sandbox.ends - self.timeline.now) * 1000))

        context: Any = SimpleNamespace(get_remaining_time_in_millis=left)
        try:
            answer = deployment().handlers[function](json.loads(json.dumps(event)), context)
            self.ports.tell(sandbox.name, "ends")
            return json.loads(json.dumps(answer))
        finally:
            sandbox.dead = True
            if outer is None:
                del current[running]
            else:
                current[running] = outer

    @contextmanager
    def as_operator(self) -> Iterator[None]:
        """Let the running process use the seams for itself, without a function."""
        name = self.luck.numbered("operator")
        sandbox = Sandbox(name, math.inf, 0.0, self.luck.of(name))
        self.ports.current[self.timeline.running] = sandbox
        yield
        del self.ports.current[self.timeline.running]

    def _ask(self, event: Mapping[str, Any]) -> Process:
        return self.start(CHARGE_ORDER, event, about=event["id"])

    def _check_reported(self, name: str, result: Any) -> None:
        """Every message that failed must be named in what its worker returns."""
        failed = self._failures.pop(name, 0)
        if result and failed > len(result.get("batchItemFailures", ())):
            self.unreported.append(f"{name} had {failed} failures and returned {result}")

    def _deliver(self, event: Mapping[str, Any], done: Callable[[Any], None]) -> Process:
        about = event["Records"][0]["body"].partition('"id":"')[2].partition('"')[0]
        return self.start(CHARGE_ORDER, event, done, about=about or "poison")

    def _time(self) -> float:
        return self.timeline.now

    def _now(self) -> datetime:
        sandbox = self.ports.current.get(self.timeline.running)
        skew = timedelta(seconds=sandbox.skew) if sandbox else timedelta()
        return self.timeline.instant + skew

    def _draw(self, size: int) -> bytes:
        return self.ports.sandbox.random.randbytes(size)

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        """This world at every seam of the functions, and afterwards the real one again."""
        connection.use(seams.DynamoDB(self.ports, self.store, self.conditions.staleness_seconds))
        queue.use(seams.Queue(self.ports, self.messages))
        invocation.use(seams.Worker(self.ports, self._ask))
        payments.use(
            None if self.conditions.sandbox else seams.Payments(self.ports, self.processor)
        )
        clock.use(self._now, self.ports.elapse)
        ids.use(self._draw)
        load.forget_callers()
        try:
            with (
                patch.object(deadline, "time", SimpleNamespace(monotonic=self._time)),
                patch.multiple(telemetry, finish=self._tell, finish_work=self._tell, count=_silent),
                patch.multiple(items, read=_read, text_of=_TextOf()),
            ):
                yield
        finally:
            ids.use(os.urandom)
            clock.use(lambda: datetime.now(UTC), time.sleep)
            payments.use(None)
            invocation.use(None)
            queue.use(None)
            connection.use(None)
            load.forget_callers()

    def _tell(
        self, operation: str, fields: Mapping[str, Any], error: BaseException | None = None
    ) -> None:
        """What the functions would log; an error that no one foresaw is a finding."""
        name = self.ports.current[self.timeline.running].name
        self.ports.tell(name, f"says {fields.get('status', fields.get('outcome'))} {error or ''}")
        if error is not None:
            self._failures[name] = self._failures.get(name, 0) + 1
        if error is not None and not isinstance(error, Problem | UnreadableMessage):
            self.unforeseen.append(f"{name}: {error!r}")

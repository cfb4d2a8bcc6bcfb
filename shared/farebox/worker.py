"""The wrapper round the functions that no caller waits for: the queue's worker, the schedule's
tick.

Like ``handler``, the only place there that catches all.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from farebox import deadline, telemetry

LEFT = "left"
# Not "failed", which is what an order may be after a charge that went as it should.
CRASHED = "crashed"

Event = Mapping[str, Any]


@dataclass(frozen=True)
class MessageWorker:
    """A Lambda handler made of ``work`` on one message, which it is given as a document or text.

    From the queue, each message is its own: one that fails is reported, and comes again; one that
    no time is left for is let go, as its record stays due. A message that the function was invoked
    with directly raises what it raises.
    """

    work: Callable[[Any], str]
    seconds: int

    def __call__(self, event: Event, context: Any) -> dict[str, Any]:
        with deadline.of(context):
            if "Records" not in event:
                self._do(event)
                return {}
            failed = [record["messageId"] for record in event["Records"] if not self._try(record)]
            return {"batchItemFailures": [{"itemIdentifier": id} for id in failed]}

    def _try(self, record: Event) -> bool:
        try:
            if deadline.allows(self.seconds):
                self._do(record["body"])
            else:
                self._tell(LEFT, time.perf_counter())
        except Exception:
            return False
        return True

    def _do(self, message: Any) -> None:
        telemetry.start()
        started = time.perf_counter()
        try:
            outcome = self.work(message)
        except Exception as error:
            self._tell(CRASHED, started, error)
            raise
        self._tell(outcome, started)

    def _tell(self, outcome: str, started: float, error: Exception | None = None) -> None:
        _tell(self.work, {"outcome": outcome}, started, error)


def each_message(seconds: int) -> Callable[[Callable[[Any], str]], MessageWorker]:
    """Make a Lambda handler of a function that works on one message and says what came of it.

    A message of the queue is only begun while so many ``seconds`` are left.
    """
    return lambda work: MessageWorker(work, seconds)


@dataclass(frozen=True)
class Tick:
    """A Lambda handler made of ``work`` that is done at each tick and answers with its count."""

    work: Callable[[], int]

    def __call__(self, event: Event, context: Any) -> dict[str, Any]:
        telemetry.start()
        started = time.perf_counter()
        try:
            with deadline.of(context):
                sent = self.work()
        except Exception as error:
            _tell(self.work, {"outcome": CRASHED}, started, error)
            raise
        _tell(self.work, {"outcome": "sent", "count": sent}, started)
        return {"sent": sent}


def each_tick(work: Callable[[], int]) -> Tick:
    """Make a Lambda handler of a function that the schedule calls."""
    return Tick(work)


def _tell(
    work: Callable[..., object],
    fields: Mapping[str, object],
    started: float,
    error: Exception | None = None,
) -> None:
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    operation = work.__module__.rpartition(".")[2]
    # What was done is done, whatever becomes of the line that tells of it.
    with suppress(Exception):
        telemetry.finish_work(operation, {**fields, "milliseconds": milliseconds}, error)

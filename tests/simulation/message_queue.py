"""A standard queue: at least once, in any order, sometimes late, and a shelf for what never works.

What it delivers to is a worker that reports the messages that failed; these, and all of a worker
that died, come again once they have been out of sight for long enough.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.simulation.luck import Luck
from tests.simulation.timeline import Process, Timeline

MOST_COPIES = 9


@dataclass(frozen=True, slots=True)
class Quirks:
    """How the queue behaves: shares of messages that come twice or late, and how late."""

    duplicated: float = 0.0
    late: float = 0.0
    latest_seconds: float = 0.0


@dataclass(slots=True)
class _Message:
    id: str
    text: str
    random: Random
    receives: int = 0


@dataclass
class MessageQueue:
    """``deliver`` starts a worker on an event, and tells of its end what it returned.

    It returned None where it died. At most ``workers`` run at a time, each on up to ``batch``.
    """

    timeline: Timeline
    deliver: Callable[[Mapping[str, Any], Callable[[Any], None]], Process]
    luck: Luck
    quirks: Quirks
    workers: int
    batch: int
    hidden_seconds: float
    maximum_receives: int
    sent: int = 0
    taken: list[tuple[float, str]] = field(default_factory=list)
    dead_letters: list[str] = field(default_factory=list)
    _waiting: list[_Message] = field(default_factory=list)
    _busy: int = 0

    def take(self, texts: Sequence[str]) -> None:
        """Take messages, each at least once."""
        for text in texts:
            self.taken.append((self.timeline.now, text))
            random = self.luck.of(text)
            copies = 1
            if random.random() < self.quirks.duplicated:
                copies += random.randint(1, MOST_COPIES)
            for _ in range(copies):
                self.sent += 1
                message = _Message(f"message-{self.sent}", text, random)
                self._appear(message, self._lateness(random))

    @property
    def is_empty(self) -> bool:
        return not self._waiting and not self._busy

    def _lateness(self, random: Random) -> float:
        if random.random() < self.quirks.late:
            return random.random() ** 3 * self.quirks.latest_seconds
        return random.random()

    def _appear(self, message: _Message, seconds: float) -> None:
        def appear() -> None:
            self._waiting.insert(message.random.randint(0, len(self._waiting)), message)
            self._poll()

        self.timeline.after(seconds, appear)

    def _poll(self) -> None:
        while self._waiting and self._busy < self.workers:
            size = self._waiting[0].random.randint(1, self.batch)
            received, self._waiting = self._waiting[:size], self._waiting[size:]
            batch = [message for message in received if self._receive(message)]
            if batch:
                self._hand_over(batch)

    def _receive(self, message: _Message) -> bool:
        if message.receives == self.maximum_receives:
            self.dead_letters.append(message.text)
            return False
        message.receives += 1
        return True

    def _hand_over(self, batch: Sequence[_Message]) -> None:
        received_at = self.timeline.now
        self._busy += 1

        def done(result: Any) -> None:
            self._busy -= 1
            failed = {message.id for message in batch}
            if result is not None:
                failed &= {each["itemIdentifier"] for each in result["batchItemFailures"]}
            for message in batch:
                if message.id in failed:
                    hidden = received_at + self.hidden_seconds - self.timeline.now
                    self._appear(message, max(hidden, 0.0))
            self._poll()

        records = [
            {"messageId": message.id, "body": message.text, "eventSource": "aws:sqs"}
            for message in batch
        ]
        self.deliver({"Records": records}, done)

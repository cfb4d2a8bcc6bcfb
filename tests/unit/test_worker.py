"""The wrapper round the functions that no caller waits for: what it reports, and what it raises."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from farebox import deadline
from farebox.problems import Unavailable
from farebox.worker import MessageWorker, each_message, each_tick

SECONDS = 45


@dataclass
class Context:
    """Lambda's: what is left of the time, each time it is asked."""

    seconds: float = 120

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@dataclass
class Work:
    """Remembers what it was given; fails on what it is told to fail on."""

    fails_on: Callable[[Any], bool] = lambda message: False
    error: BaseException = field(default_factory=lambda: Unavailable("No answer"))
    done: list[Any] = field(default_factory=list)

    def __call__(self, message: Any) -> str:
        if self.fails_on(message):
            raise self.error
        self.done.append(message)
        return "paid"


def worker(work: Work) -> MessageWorker:
    return each_message(SECONDS)(work)


def queued(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [{"messageId": f"m{place}", "body": body} for place, body in enumerate(bodies)]
    }


def failures(*ids: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": id} for id in ids]}


TEN = [f"order {place}" for place in range(10)]


@pytest.mark.parametrize("bad", range(10))
def test_one_bad_message_does_not_fail_nine_others(bad: int) -> None:
    """Else nine orders that were charged are looked at again, until all ten are given up."""
    work = Work(fails_on=lambda message: message == f"order {bad}")

    answer = worker(work)(queued(*TEN), Context())

    assert answer == failures(f"m{bad}")
    assert work.done == [each for each in TEN if each != f"order {bad}"]


def test_a_batch_that_is_done_reports_nothing() -> None:
    """Else every message is delivered again, five times, and ends among those given up."""
    work = Work()

    assert worker(work)(queued(*TEN), Context()) == failures()
    assert worker(work)({"Records": []}, Context()) == failures()
    assert work.done == TEN


def test_a_batch_of_bad_messages_is_reported_one_by_one() -> None:
    """Else Lambda takes the batch for done, and every order in it waits for the next tick."""
    answer = worker(Work(fails_on=lambda message: True))(queued("a", "b"), Context())

    assert answer == failures("m0", "m1")


@pytest.mark.parametrize(
    "record", [{"messageId": "m0"}, {"messageId": "m0", "body": None}, {"messageId": "m0", "x": 1}]
)
def test_a_record_without_a_readable_body_fails_alone(record: dict[str, Any]) -> None:
    """Else a record that nobody can read takes those beside it with it."""
    work = Work(fails_on=lambda message: message is None)
    batch = {"Records": [record, {"messageId": "m1", "body": "order 1"}]}

    assert worker(work)(batch, Context()) == failures("m0")
    assert work.done == ["order 1"]


def test_without_time_for_a_charge_a_message_is_let_go() -> None:
    """Else a worker is stopped in the middle of a charge, and the outcome is in doubt; or slow
    charges fill the dead-letter queue with messages that nothing is wrong with."""
    work = Work()

    assert worker(work)(queued("a", "b"), Context(SECONDS - 1)) == failures()
    assert work.done == []
    assert worker(work)(queued("a", "b"), Context(SECONDS + 5)) == failures()
    assert work.done == ["a", "b"]


def test_what_comes_before_the_time_is_over_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a slow charge holds up those before it as well."""
    left = iter([100.0, 50.0, 44.9, 10.0])
    monkeypatch.setattr(deadline, "left", lambda: next(left))
    work = Work()

    assert worker(work)(queued("a", "b", "c", "d"), Context()) == failures()
    assert work.done == ["a", "b"]


@pytest.mark.parametrize("error", [Unavailable(), ValueError("x"), RecursionError(), KeyError(1)])
def test_an_invocation_raises_what_its_message_raises(error: Exception) -> None:
    """Else who waits for a charge is told that it was done."""
    work = Work(fails_on=lambda message: True, error=error)

    with pytest.raises(type(error)) as raised:
        worker(work)({"id": "ord_1"}, Context())

    assert raised.value is error


def test_an_invocation_is_given_its_event_whatever_time_is_left() -> None:
    """Else a caller who waits is answered by the schedule a minute later."""
    work = Work()

    assert worker(work)({"id": "ord_1"}, Context(1)) == {}
    assert worker(work)({"id": "ord_2"}, None) == {}
    assert work.done == [{"id": "ord_1"}, {"id": "ord_2"}]


def test_a_stopped_process_is_no_failed_message() -> None:
    """Else a worker that is being stopped goes on to the next charge."""
    work = Work(fails_on=lambda message: message == "a", error=KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        worker(work)(queued("a", "b"), Context())
    assert work.done == []


def test_the_time_of_one_invocation_is_not_that_of_the_next() -> None:
    """Else a worker that was used before finds no time left, and charges nothing any more."""
    worker(Work())(queued("a"), Context(10))

    assert deadline.allows(10**6)


def test_a_tick_says_how_many_it_sent_and_raises_what_breaks_it_off() -> None:
    """Else the schedule fails for days, and no alarm is raised."""

    def broken() -> int:
        raise Unavailable

    assert each_tick(lambda: 7)({}, Context()) == {"sent": 7}
    with pytest.raises(Unavailable):
        each_tick(broken)({}, Context())

"""Virtual time: what happens when, and that it happens the same again."""

import pytest

from tests.faults import Crash
from tests.simulation.timeline import Process, Timeline


def test_time_jumps_to_what_is_next() -> None:
    timeline, happened = Timeline(), []

    def work(name: str, seconds: float) -> None:
        for _ in range(2):
            timeline.wait(seconds)
            happened.append((timeline.now, name))

    timeline.start("slow", lambda: work("slow", 86400.0))
    timeline.start("quick", lambda: work("quick", 1.0))
    timeline.after(1.5, lambda: happened.append((timeline.now, "neither")))
    timeline.run()

    assert happened == [
        (1.0, "quick"),
        (1.5, "neither"),
        (2.0, "quick"),
        (86400.0, "slow"),
        (172800.0, "slow"),
    ]


def test_a_process_waits_for_another_as_long_as_it_may() -> None:
    timeline, waited = Timeline(), []
    worker: list[Process] = []

    def wait_for(seconds: float) -> None:
        done = timeline.wait_for(worker[0], seconds)
        waited.append((timeline.now, done))

    worker.append(timeline.start("worker", lambda: timeline.wait(5.0)))
    timeline.start("impatient", lambda: wait_for(2.0))
    timeline.run()
    worker.append(timeline.start("done", lambda: wait_for(9.0)))
    timeline.run()

    assert waited == [(2.0, False), (5.0, True)]


def test_a_process_that_died_is_done() -> None:
    timeline = Timeline()

    def die() -> None:
        raise Crash

    process = timeline.start("dying", die)
    timeline.run()

    assert process.done


def test_an_error_ends_the_run_and_everybody_in_it() -> None:
    timeline, ended = Timeline(), []

    def fail() -> None:
        timeline.wait(1.0)
        raise ValueError("wrong")

    def wait() -> None:
        try:
            timeline.wait(2.0)
        finally:
            ended.append("the one that waited")

    timeline.start("failing", fail)
    timeline.start("waiting", wait)

    with pytest.raises(ValueError, match="wrong"):
        timeline.run()
    assert ended == ["the one that waited"]

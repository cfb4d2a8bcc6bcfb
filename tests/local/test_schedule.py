"""If these fail, what falls due on a laptop is never charged, or not as in AWS."""

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.clock import Clock
from local.schedule import SHORTEST_SECONDS, event_of, ticking
from local.template import Schedule

ROOT = Path(__file__).parents[2]
MINUTE = Schedule("DispatchEachMinute", "DispatchFunction", 60)


class Rounds(threading.Event):
    """Ends the work when it has waited so often, and takes no time for it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0)
        return len(self.waits) == self.number


def test_it_ticks_at_once_and_then_at_its_rate() -> None:
    ticked: list[str] = []
    rounds = Rounds(3)

    ticking(MINUTE, lambda function, event: ticked.append(function), Clock())(rounds)

    assert ticked == ["DispatchFunction"] * 3
    assert all(59 < wait <= 60 for wait in rounds.waits)


@pytest.mark.parametrize(("speed", "seconds"), [(60, 1), (86400, SHORTEST_SECONDS)])
def test_it_ticks_faster_where_time_runs_faster_but_leaves_the_machine_some(
    speed: float, seconds: float
) -> None:
    rounds = Rounds(1)

    ticking(MINUTE, lambda function, event: None, Clock(speed))(rounds)

    assert seconds / 2 < rounds.waits[0] <= seconds


def test_a_tick_that_fails_is_followed_by_the_next(caplog: pytest.LogCaptureFixture) -> None:
    ticked: list[str] = []

    def fail(function: str, event: Mapping[str, Any]) -> None:
        ticked.append(function)
        raise ValueError("no database")

    ticking(MINUTE, fail, Clock())(Rounds(2))

    assert len(ticked) == 2
    assert "no database" in caplog.text


def test_the_event_is_the_schedulers() -> None:
    example = json.loads((ROOT / "events" / "dispatch_charges.json").read_text())

    event = event_of(MINUTE, datetime(2026, 1, 31, 12, 0, 0, 9, tzinfo=UTC))

    assert event.keys() == example.keys()
    same = ("version", "detail-type", "source", "detail", "time", "region")
    assert {name: event[name] for name in same} == {name: example[name] for name in same}
    assert event["resources"][0].endswith(":schedule/default/DispatchEachMinute")

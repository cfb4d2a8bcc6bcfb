"""If these fail, Ctrl-C cuts a charge in two, or does not end at all."""

import threading

import pytest

from local import background
from local.background import working

WITHIN_SECONDS = 10


def test_what_is_under_way_is_done_before_the_end() -> None:
    begun = threading.Event()
    done = []

    def work(ending: threading.Event) -> None:
        begun.set()
        ending.wait(WITHIN_SECONDS)
        done.append("charged")

    with working({"work": work}):
        assert begun.wait(WITHIN_SECONDS)
        assert done == []

    assert done == ["charged"]


def test_each_work_has_a_thread_of_its_own() -> None:
    meeting = threading.Barrier(3, timeout=WITHIN_SECONDS)

    def meet(ending: threading.Event) -> None:
        meeting.wait()

    with working({"one": meet, "two": meet}):
        meeting.wait()


def test_what_does_not_end_is_left_behind_and_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(background, "DRAIN_SECONDS", 0)
    released = threading.Event()

    def hang(ending: threading.Event) -> None:
        released.wait(WITHIN_SECONDS)

    with working({"stuck": hang}):
        pass

    assert "stuck" in caplog.text
    released.set()

"""The schedule: a tick each minute, but for those at which nothing is due.

A tick may come twice, late, or not at all for a while. After ``HORIZON_SECONDS`` none comes, so
that what never comes to rest is seen.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from farebox.instants import instant
from farebox.settings import settings
from tests.simulation.luck import Luck
from tests.simulation.store import Store, Written
from tests.simulation.timeline import BEGINNING, Process, Timeline

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0
HORIZON_SECONDS = 90 * DAY
LATEST_SECONDS = 150.0


@dataclass(frozen=True, slots=True)
class Ticks:
    """Shares of ticks that come twice or late, and times without any, from and to."""

    duplicated: float = 0.0
    late: float = 0.0
    missed: tuple[tuple[float, float], ...] = ()


class Schedule:
    """Calls ``tick`` at the minutes at which something may be due."""

    def __init__(
        self,
        timeline: Timeline,
        store: Store,
        tick: Callable[[], Process],
        luck: Luck,
        ticks: Ticks,
    ) -> None:
        self._timeline = timeline
        self._store = store
        self._start = tick
        self._luck = luck
        self._ticks = ticks
        self._next: float | None = None
        self._last = -MINUTE
        store.watchers.append(self._look)

    def _look(self, written: Sequence[Written]) -> None:
        """Something may be due at another time now."""
        if any(
            (each.before or {}).get("due_sk") != (each.after or {}).get("due_sk")
            for each in written
        ):
            self._plan()

    def _plan(self) -> None:
        earliest = self._earliest()
        if earliest is None:
            return
        minute = math.ceil(max(earliest, self._timeline.now, self._last + MINUTE) / MINUTE) * MINUTE
        for begin, end in self._ticks.missed:
            if begin <= minute < end:
                minute = math.ceil(end / MINUTE) * MINUTE
        if self._next is None or minute < self._next:
            self._next = minute
            self._timeline.at(minute, partial(self._tick, minute))

    def _earliest(self) -> float | None:
        """When the first thing is due of all that are there."""
        index = self._store.tables[settings().core_table].indexes["due"]
        sorts = [sort for entries in index.entries.values() for sort in entries.values()]
        if not sorts:
            return None
        return (instant(min(sorts).partition("#")[0]) - BEGINNING).total_seconds()

    def _tick(self, minute: float) -> None:
        if minute != self._next or minute > HORIZON_SECONDS:
            return
        self._next, self._last = None, minute
        random = self._luck.of(f"tick {minute}")
        late = random.random() < self._ticks.late
        self._timeline.after(random.random() * LATEST_SECONDS if late else 0.0, self._begin)
        if random.random() < self._ticks.duplicated:
            self._timeline.after(random.random() * MINUTE, self._begin)
        self._plan()

    def _begin(self) -> None:
        self._start()

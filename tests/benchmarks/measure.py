"""Time by turns: each round runs every candidate once, so that all see the same machine."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

ROUNDS = 15
LEAST_SECONDS = 0.01

Work = Callable[[], object]


def seconds_each(candidates: Mapping[str, Work], rounds: int = ROUNDS) -> dict[str, float]:
    """The median time of one call of each candidate."""
    repeats = {name: _repeats(work) for name, work in candidates.items()}
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, work in candidates.items():
            times[name].append(_time(work, repeats[name]) / repeats[name])
    return {name: median(found) for name, found in times.items()}


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as they need to be; the first one is text, the others are figures."""
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    print(title)
    for row in table:
        figures = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        print("  ", row[0].ljust(widths[0]), *figures, sep="  ")


def _repeats(work: Work) -> int:
    """How many calls take long enough for the clock; the first, cold one does not count."""
    work()
    count = 1
    while _time(work, count) < LEAST_SECONDS:
        count *= 2
    return count


def _time(work: Work, repeats: int) -> float:
    started = time.perf_counter()
    for _ in range(repeats):
        work()
    return time.perf_counter() - started

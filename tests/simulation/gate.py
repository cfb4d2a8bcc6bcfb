"""The gate: each seeded bug is found, by a promise that it breaks and not by its own crash."""

from dataclasses import dataclass

from tests.simulation import plans
from tests.simulation.mutations import Seeded
from tests.simulation.runs import run
from tests.simulation.timeline import Stalled
from tests.simulation.verdicts import violations


@dataclass(frozen=True, slots=True)
class Caught:
    """The first seed that showed a bug, and how; None where none did."""

    bug: str
    seed: int | None
    how: str = ""

    def __str__(self) -> str:
        found = f"seed {self.seed}: {self.how}" if self.seed is not None else "NOT FOUND"
        return f"{self.bug:32} {found}"


def caught(seeded: Seeded, seeds: int) -> Caught:
    """Look for a bug in so many seeds."""
    for seed in range(seeds):
        try:
            with seeded.mutation():
                found = run(plans.drawn(seed))
        except Stalled:
            continue
        for violation in violations(found):
            if violation.invariant != "unforeseen":
                return Caught(seeded.name, seed, str(violation))
    return Caught(seeded.name, None)

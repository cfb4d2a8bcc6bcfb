"""``make simulate``: seeds, or one of them again; every fault, every pair, and the seeded bugs.

python -m tests.simulation seeds 1000     seed 7     faults     pairs     mutations
"""

import sys
import time

from tests.simulation import campaigns, reports
from tests.simulation.campaigns import Tally
from tests.simulation.gate import caught
from tests.simulation.mutations import MUTATIONS
from tests.simulation.scenarios import PAIRED

MOST_REPORTS = 3
DEFAULT_SEEDS = 1000


def main(arguments: list[str]) -> int:
    what, number = arguments[0], int(arguments[1]) if len(arguments) > 1 else None
    campaigns.prepare()
    began = time.perf_counter()
    if what == "mutations":
        failed = _mutations(number or DEFAULT_SEEDS)
    else:
        failed = _told(_campaign(what, number))
    print(f"{time.perf_counter() - began:.0f} s")
    return int(failed)


def _campaign(what: str, number: int | None) -> Tally:
    if what == "seeds":
        return campaigns.of_seeds(range(number or DEFAULT_SEEDS))
    if what == "seed":
        return campaigns.of_seed(number or 0)
    if what == "faults":
        return campaigns.of_faults()
    if what == "pairs":
        return campaigns.of_pairs(PAIRED)
    raise SystemExit(__doc__)


def _told(tally: Tally) -> bool:
    print(tally)
    for failure in tally.failures[:MOST_REPORTS]:
        print()
        for line in reports.report(failure):
            print(line)
    return bool(tally.failures)


def _mutations(seeds: int) -> bool:
    found = [caught(mutation, seeds) for mutation in MUTATIONS]
    for line in found:
        print(line)
    return not all(line.seed is not None for line in found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

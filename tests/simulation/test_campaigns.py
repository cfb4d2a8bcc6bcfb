"""The whole of it: seeds, every fault, every pair of faults, every seeded bug."""

from collections.abc import Callable

import pytest

from tests.simulation import campaigns
from tests.simulation.gate import caught
from tests.simulation.mutations import MUTATIONS, Seeded
from tests.simulation.scenarios import PAIRED, SCENARIOS
from tests.simulation.test_simulation import assert_kept

pytestmark = pytest.mark.simulation

SEEDS = 1000

Told = Callable[[object], None]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Say what came of it, in any case."""

    def tell(what: object) -> None:
        with capsys.disabled():
            print(f"\n{what}")

    return tell


def test_a_thousand_seeds_keep_every_promise(told: Told) -> None:
    tally = campaigns.of_seeds(range(SEEDS))
    told(tally)

    assert_kept(tally)


def test_every_call_of_every_scenario_may_go_wrong_in_every_way(told: Told) -> None:
    tally = campaigns.of_faults(tuple(SCENARIOS))
    told(tally)

    assert_kept(tally)


def test_every_pair_of_faults_of_the_worker(told: Told) -> None:
    tally = campaigns.of_pairs(PAIRED)
    told(tally)

    assert_kept(tally)


@pytest.mark.parametrize("seeded", MUTATIONS, ids=lambda seeded: seeded.name)
def test_every_seeded_bug_is_caught(told: Told, seeded: Seeded) -> None:
    found = caught(seeded, SEEDS)
    told(found)

    assert found.seed is not None

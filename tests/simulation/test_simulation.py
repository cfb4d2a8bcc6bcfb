"""The functions on the virtual world: some seeds, every fault of one charge, some seeded bugs.

``make simulate SEEDS=10000`` has more of them, and .ci/run has every fault, pair and bug.
"""

import hashlib
import os
import subprocess
import sys

import pytest

from tests.simulation import campaigns, plans, reports
from tests.simulation.campaigns import Tally
from tests.simulation.deployment import ROOT
from tests.simulation.faults import Chosen, Mode
from tests.simulation.gate import caught
from tests.simulation.mutations import MUTATIONS, Seeded
from tests.simulation.runs import run
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.verdicts import violations

SEEDS = 40
SEED = 6
# Among the bugs that so few seeds show.
EARLY = ("no_key", "due_entry_deleted_by_a_claim", "key_checked_then_used", "times_hundred")
DIGEST = """
from tests.simulation import campaigns
campaigns.prepare()
from tests.simulation.test_simulation import digest
print(digest(6))
"""


def assert_kept(tally: Tally) -> None:
    """Nothing is broken; else everything that shows what is."""
    assert not tally.failures, "\n".join(reports.report(tally.failures[0]))


def digest(seed: int) -> str:
    """All that happens in the run of a seed, in brief."""
    told = run(plans.drawn(seed), tracing=True).world.ports.trace
    return hashlib.sha256("\n".join(map(str, told)).encode()).hexdigest()


def test_seeds_keep_every_promise() -> None:
    tally = Tally()
    for seed in range(SEEDS):
        tally.add(campaigns.of_seed(seed))

    assert_kept(tally)
    assert tally.charges > SEEDS
    assert tally.faults.total() > SEEDS


def test_every_call_of_a_charge_may_go_wrong_in_every_way() -> None:
    tally = Tally()
    faults = list(campaigns.faults_of("success"))
    for fault in faults:
        tally.add(campaigns.of_fault(("success", fault)))

    assert_kept(tally)
    assert tally.faults.total() == len(faults)
    assert set(tally.faults) == {mode.name for mode in Mode}


def test_a_seed_makes_the_same_run_again() -> None:
    """Else a failure could not be looked at twice; text hashes otherwise in each process."""
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    elsewhere = subprocess.run(
        [sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True
    )

    assert digest(SEED) == digest(SEED)
    assert digest(SEED) == elsewhere.stdout.strip()
    assert digest(SEED) != digest(SEED + 1)


@pytest.mark.parametrize(
    "seeded",
    [seeded for seeded in MUTATIONS if seeded.name in EARLY],
    ids=lambda seeded: seeded.name,
)
def test_a_seeded_bug_is_caught(seeded: Seeded) -> None:
    assert caught(seeded, SEEDS).seed is not None


def test_a_dead_process_is_silent() -> None:
    """What was under way when it died is taken up by another, and ends."""
    (fault,) = (
        fault
        for fault in campaigns.faults_of("success")
        if fault.call.operation == "confirm_intent" and fault.mode is Mode.CRASH_AFTER
    )

    found = run(SCENARIOS["success"], Chosen(fault), tracing=True)

    told = [line.what for line in found.world.ports.trace if line.who == fault.call.invocation]
    assert told[-1] == "died"
    assert len(found.world.processor.captures) == 1
    assert violations(found) == []


def test_a_failing_run_is_shrunk_to_what_shows_it() -> None:
    (seeded,) = (seeded for seeded in MUTATIONS if seeded.name == "times_hundred")
    with seeded.mutation():
        (failure,) = campaigns.of_seed(caught(seeded, SEEDS).seed or 0).failures
        lines = list(reports.report(failure))

    (plan,) = (line for line in lines if line.startswith("plan: "))
    assert plan.count("PlannedOrder(") == 1
    assert not any(line.startswith("fault: ") for line in lines)
    assert any("create_intent" in line for line in lines)

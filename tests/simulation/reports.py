"""What a person is told of a failing run: how to repeat it, and as few lines as show it."""

import re
import subprocess
from collections.abc import Collection, Iterator

from tests.simulation import plans
from tests.simulation.campaigns import Failure
from tests.simulation.deployment import ROOT
from tests.simulation.runs import Run, run
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.shrinking import Failing, shrunk
from tests.simulation.timeline import Stalled
from tests.simulation.verdicts import violations

MOST_LINES = 100
MOST_COLUMNS = 220
_ID = re.compile(r"\b([a-z]+_)[0-9a-hjkmnp-tv-z]{22}([0-9a-hjkmnp-tv-z]{4})\b")
_LOOKS_AT_ALL = "DispatchCharges"
_PLAIN = ("begins", "ends")
_PREFIX = re.compile(r"O#org_[0-9a-z]{26}#test#")


def report(failure: Failure) -> Iterator[str]:
    """The seed, the commit, what was broken, and the shrunk run's trace."""
    yield f"FAILED {failure}"
    yield f"commit {commit()}"
    if failure.seed is not None:
        yield f"again: make simulate SEED={failure.seed}"
    small = shrunk(_failing(failure))
    yield f"plan: {small.plan}"
    yield from (f"fault: {fault}" for fault in small.faults)
    try:
        found = small.run(tracing=True)
    except Stalled as stalled:
        yield f"broken: {stalled}"
        return
    broken = [str(violation) for violation in violations(found)]
    yield from (f"broken: {what}" for what in broken)
    named = {id[0] for what in broken for id in _ID.finditer(what)}
    yield from trace(found, named)


def trace(found: Run, named: Collection[str]) -> Iterator[str]:
    """What happened, call by call, with short ids; only what concerns these, if any."""
    told = found.world.ports.trace
    concerned = {
        line.who
        for line in told
        if not named or any(id in line.what or id in line.who for id in named)
    }
    lines = [
        line
        for line in told
        if line.who in concerned
        and line.what not in _PLAIN
        and (not line.who.startswith(_LOOKS_AT_ALL) or any(id in line.what for id in named))
    ]
    for line in lines[:MOST_LINES]:
        what = _PREFIX.sub("", f"{line.who}: {line.what}")
        yield _ID.sub(r"\1\2", f"{line.at:12.3f} s  {what}")[:MOST_COLUMNS]
    if len(lines) > MOST_LINES:
        yield f"... and {len(lines) - MOST_LINES} more lines"


def commit() -> str:
    """What stands in the working copy."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    changed = " and changes" if git("status", "--porcelain") else ""
    return git("rev-parse", "--short", "HEAD") + changed


def _failing(failure: Failure) -> Failing:
    """The failed run, with its faults as they were drawn."""
    invariants = frozenset(text.partition(":")[0] for text in failure.violations)
    if failure.seed is None:
        return Failing(SCENARIOS[failure.scenario], failure.faults, invariants)
    plan = plans.drawn(failure.seed)
    return Failing(plan, tuple(run(plan).world.ports.injected), invariants)

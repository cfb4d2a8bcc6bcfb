"""Many runs, on every processor: seeds, every fault of the scenarios, and every pair of faults."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TypeVar

from local.functions import set_environment
from tests.simulation import plans
from tests.simulation.deployment import deployment
from tests.simulation.faults import Chosen, Fault, modes_of
from tests.simulation.judgment import Evidence
from tests.simulation.runs import Run, run
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.timeline import Stalled
from tests.simulation.verdicts import violations

PAIRED_FUNCTION = "ChargeOrder"
CHUNK = 4

Task = TypeVar("Task")


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that broke a promise: how to repeat it, and what was broken."""

    seed: int | None
    scenario: str
    faults: tuple[Fault, ...]
    violations: tuple[str, ...]

    def __str__(self) -> str:
        if self.seed is not None:
            return f"seed {self.seed}: {self.violations[0]}"
        faults = "; ".join(str(fault) for fault in self.faults)
        return f"{self.scenario}: {faults}: {self.violations[0]}"


@dataclass
class Tally:
    """What many runs came to."""

    runs: int = 0
    orders: int = 0
    charges: int = 0
    calls: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.runs += other.runs
        self.orders += other.orders
        self.charges += other.charges
        self.calls += other.calls
        self.faults += other.faults
        self.broken += other.broken
        self.failures += other.failures

    def __str__(self) -> str:
        faults = ", ".join(f"{count:,} {name}" for name, count in self.faults.most_common())
        invariants = ("I1", "I2", "I5")
        doubled, lost, stuck = (self.broken[invariant] for invariant in invariants)
        others = sum(self.broken.values()) - doubled - lost - stuck
        return (
            f"{self.runs:,} runs, {self.orders:,} orders, {self.charges:,} charges, "
            f"{self.calls:,} invocations\n"
            f"{self.faults.total():,} faults: {faults}\n"
            f"{doubled} double, {lost} lost, {stuck} stuck, {others} other promises broken"
        )


def prepare() -> None:
    """Give this process the functions' variables, as a deployment would."""
    names = {"POWERTOOLS_METRICS_DISABLED": "true", "AWS_DEFAULT_REGION": "us-east-1"}
    set_environment(deployment().stack.functions.values(), names)


def of_seeds(seeds: Iterable[int]) -> Tally:
    """A run of each seed."""
    return _each(of_seed, seeds)


def of_faults(names: Sequence[str] = tuple(SCENARIOS)) -> Tally:
    """Every call of the scenarios in every mode."""
    return _each(of_fault, [(name, fault) for name in names for fault in faults_of(name)])


def of_pairs(names: Sequence[str]) -> Tally:
    """Every pair of faults of the charge worker in the scenarios."""
    return _each(
        of_pairs_with,
        [(name, fault) for name in names for fault in faults_of(name) if _is_paired(fault)],
    )


def of_seed(seed: int) -> Tally:
    """The run of a seed."""
    plan = plans.drawn(seed)
    return _judged(lambda: run(plan), len(plan.orders), seed=seed)


def of_fault(task: tuple[str, Fault]) -> Tally:
    """A scenario with one fault."""
    name, fault = task
    return _of_scenario(name, fault)


def of_pairs_with(task: tuple[str, Fault]) -> Tally:
    """A scenario with one fault, and with each further one that can come after it."""
    name, first = task
    tally = Tally()
    for second in faults_of(name, first):
        if _is_paired(second):
            tally.add(_of_scenario(name, first, second))
    return tally


def faults_of(name: str, *before: Fault) -> Iterator[Fault]:
    """Every fault that a scenario can meet, or can still meet after the ones before."""
    recorded = run(SCENARIOS[name], Chosen(*before), recording=True)
    calls = recorded.world.ports.calls
    begin = 1 + max((calls.index(fault.call) for fault in before), default=-1)
    for call in calls[begin:]:
        for mode in modes_of(call.operation):
            yield Fault(call, mode)


def _is_paired(fault: Fault) -> bool:
    return fault.call.invocation.startswith(PAIRED_FUNCTION)


def _of_scenario(name: str, *faults: Fault) -> Tally:
    plan = SCENARIOS[name]
    return _judged(
        lambda: run(plan, Chosen(*faults)), len(plan.orders), scenario=name, faults=faults
    )


def _judged(
    attempt: Callable[[], Run],
    orders: int,
    *,
    seed: int | None = None,
    scenario: str = "",
    faults: tuple[Fault, ...] = (),
) -> Tally:
    tally = Tally(runs=1, orders=orders)
    try:
        found = attempt()
        broken = [(each.invariant, str(each)) for each in violations(found)]
    except Stalled as stalled:
        broken = [("I5", f"I5: {stalled}")]
    except Exception as error:  # else one run would end all of them, and nobody knew which
        broken = [("simulator", f"simulator: {error!r}")]
    else:
        tally.charges = len(Evidence(found).captures)
        tally.calls = found.world.invocations
        tally.faults.update(fault.mode.name for fault in found.world.ports.injected)
    if broken:
        tally.broken.update({invariant for invariant, _ in broken})
        texts = tuple(text for _, text in broken)
        tally.failures.append(Failure(seed, scenario, faults, texts))
    return tally


def _each(judge: Callable[[Task], Tally], tasks: Iterable[Task]) -> Tally:
    """Judge all tasks, on every processor."""
    total = Tally()
    context = get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=prepare) as pool:
        for tally in pool.map(judge, tasks, chunksize=CHUNK):
            total.add(tally)
    return total

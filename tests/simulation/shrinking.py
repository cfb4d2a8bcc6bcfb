"""A failing run made small: without every order, step, quirk and fault that it fails without."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from tests.simulation.faults import Chosen, Fault
from tests.simulation.message_queue import Quirks
from tests.simulation.plans import Plan, PlannedOrder
from tests.simulation.runs import Run, run
from tests.simulation.schedule import Ticks
from tests.simulation.timeline import Stalled
from tests.simulation.verdicts import violations

LONGEST_SECONDS = 60.0

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Failing:
    """A run that breaks one of ``invariants``: what happens, and what goes wrong."""

    plan: Plan
    faults: tuple[Fault, ...]
    invariants: frozenset[str]

    def run(self, *, tracing: bool = False) -> Run:
        return run(self.plan, Chosen(*self.faults), tracing=tracing)

    @property
    def fails(self) -> bool:
        """Whether it still breaks one of them."""
        try:
            broken = {violation.invariant for violation in violations(self.run())}
        except Stalled:
            broken = {"I5"}
        return not broken.isdisjoint(self.invariants)


def shrunk(failing: Failing) -> Failing:
    """The smallest run found that fails in the same way."""
    ends = time.monotonic() + LONGEST_SECONDS

    def still_fails(candidate: Failing) -> bool:
        return time.monotonic() < ends and candidate.fails

    failing = _of_one_customer(failing, still_fails)
    before = None
    while before != failing and time.monotonic() < ends:
        before = failing
        failing = _without_faults(_without_orders(failing, still_fails), still_fails)
        for simpler in _simpler(failing.plan):
            candidate = replace(failing, plan=simpler)
            if still_fails(candidate):
                failing = candidate
    return failing


StillFails = Callable[[Failing], bool]


def _of_one_customer(failing: Failing, still_fails: StillFails) -> Failing:
    """Only the orders of one customer, where those are enough."""
    orders = failing.plan.orders
    for tenant, card in dict.fromkeys((order.tenant, order.card) for order in orders):
        few = tuple(each for each in orders if (each.tenant, each.card) == (tenant, card))
        candidate = replace(failing, plan=replace(failing.plan, orders=few))
        if len(few) < len(orders) and still_fails(candidate):
            return candidate
    return failing


def _without_orders(failing: Failing, still_fails: StillFails) -> Failing:
    def with_orders(orders: Sequence[PlannedOrder]) -> Failing:
        return replace(failing, plan=replace(failing.plan, orders=tuple(orders)))

    return with_orders(_fewest(failing.plan.orders, lambda some: still_fails(with_orders(some))))


def _without_faults(failing: Failing, still_fails: StillFails) -> Failing:
    def with_faults(faults: Sequence[Fault]) -> Failing:
        return replace(failing, faults=tuple(faults))

    return with_faults(_fewest(failing.faults, lambda some: still_fails(with_faults(some))))


def _fewest(parts: Sequence[Part], suffice: Callable[[Sequence[Part]], bool]) -> Sequence[Part]:
    """As few parts as are found to suffice: ever smaller pieces are left out."""
    size = len(parts)
    while size >= 1 and parts:
        place = 0
        while place < len(parts):
            fewer = [*parts[:place], *parts[place + size :]]
            if suffice(fewer):
                parts = fewer
            else:
                place += size
        size //= 2
    return parts


def _simpler(plan: Plan) -> Iterator[Plan]:
    """The plan without one of its troubles; the caller takes those that it may."""
    conditions = plan.conditions
    for changes in (
        {"skew_seconds": 0.0},
        {"staleness_seconds": 0.0},
        {"queue": Quirks()},
        {"ticks": Ticks()},
        {"workers": 2},
    ):
        simpler = replace(conditions, **changes)
        if simpler != conditions:
            yield replace(plan, conditions=simpler)
    if plan.poison:
        yield replace(plan, poison=())
    for place in range(len(plan.checkouts)):
        yield replace(plan, checkouts=(*plan.checkouts[:place], *plan.checkouts[place + 1 :]))
    for place, order in enumerate(plan.orders):
        for other in _simpler_orders(order):
            yield replace(plan, orders=(*plan.orders[:place], other, *plan.orders[place + 1 :]))


def _simpler_orders(order: PlannedOrder) -> Iterator[PlannedOrder]:
    for place in range(len(order.steps)):
        yield replace(order, steps=(*order.steps[:place], *order.steps[place + 1 :]))
    if order.copies > 1:
        yield replace(order, copies=order.copies - 1)
    if order.card != "success":
        yield replace(order, card="success")

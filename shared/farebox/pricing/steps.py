"""The parts that amounts are made of, and the notions that models share: tiers and packages.

A tier covers what lies over its lower bound, up to and including its upper one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from farebox.pricing.money import exact

Config = Mapping[str, Any]
ZERO, ONE, HUNDRED = Fraction(0), Fraction(1), Fraction(100)


@dataclass(frozen=True, slots=True)
class Step:
    """One part of an amount, in major units: ``subtotal`` is always ``units × rate``.

    ``part`` names the group, cell or day it is of; ``over`` and ``up_to`` bound the tier.
    """

    kind: str
    units: Fraction
    rate: Fraction
    part: tuple[str, ...] = ()
    over: Fraction | None = None
    up_to: Fraction | None = None

    @property
    def subtotal(self) -> Fraction:
        return self.units * self.rate


Steps = Iterator[Step]


@dataclass(frozen=True, slots=True)
class Tier:
    """Units over ``over`` up to ``up_to`` cost ``rate`` each, and ``flat`` once."""

    over: Fraction
    up_to: Fraction | None
    rate: Fraction
    flat: Fraction = ZERO
    minimum: Fraction = ZERO

    def holds(self, quantity: Fraction) -> bool:
        return self.up_to is None or quantity <= self.up_to


def total(steps: Iterable[Step]) -> Fraction:
    """Σ subtotals."""
    return sum((step.subtotal for step in steps), ZERO)


def graduated(quantity: Fraction, tiers: Sequence[Tier], part: tuple[str, ...] = ()) -> Steps:
    """Σ max(0, min(q, up_to) - over) × rate, and the flat amount of every tier reached.

    The first tier is always reached, even by 0.
    """
    for tier in tiers:
        if quantity <= tier.over and tier is not tiers[0]:
            return
        top = quantity if tier.holds(quantity) else tier.up_to or ZERO
        yield Step("tier", top - tier.over, tier.rate, part, tier.over, tier.up_to)
        yield from _flat(tier, part)


def volume(quantity: Fraction, tiers: Sequence[Tier], part: tuple[str, ...] = ()) -> Steps:
    """q × rate, and the flat amount, of the one tier that holds q."""
    tier = reached(quantity, tiers)
    yield Step("tier", quantity, tier.rate, part, tier.over, tier.up_to)
    yield from _flat(tier, part)


def reached(quantity: Fraction, tiers: Sequence[Tier]) -> Tier:
    """The tier that holds q; the first one holds 0."""
    return next(tier for tier in tiers if tier.holds(quantity))


def packages(quantity: Fraction, size: Fraction, *, up: bool = True) -> Fraction:
    """ceil(q / size), or floor; 0 fills none."""
    return Fraction(-(-quantity // size) if up else quantity // size)


def graduated_packages(
    quantity: Fraction, size: Fraction, tiers: Sequence[Tier], part: tuple[str, ...] = ()
) -> Steps:
    """q rounded up to whole packages, graduated; a tier's rate is that of one package."""
    for step in graduated(packages(quantity, size) * size, tiers, part):
        yield replace(step, units=step.units / size)


def prorated(steps: Iterable[Step], factor: Fraction, *, when: object = True) -> Steps:
    """The steps, and what the part of the period out of service takes off: Σ × (f - 1)."""
    kept = list(steps)
    yield from kept
    if when and factor != 1:
        yield Step("proration", total(kept), factor - 1)


def at_least(steps: Iterable[Step], minimum: Fraction, part: tuple[str, ...] = ()) -> Steps:
    """The steps, and what is missing to ``minimum``."""
    kept = list(steps)
    yield from kept
    shortfall = minimum - total(kept)
    if shortfall > 0:
        yield Step("minimum", ONE, shortfall, part)


def at_most(steps: Iterable[Step], maximum: Fraction, part: tuple[str, ...] = ()) -> Steps:
    """The steps, and what is taken off down to ``maximum``."""
    kept = list(steps)
    yield from kept
    excess = total(kept) - maximum
    if excess > 0:
        yield Step("maximum", ONE, -excess, part)


def tiers_up_to(rows: Sequence[Config], bound: str, rate: str = "unit_amount") -> list[Tier]:
    """Tiers that name their upper bound; each starts where the one before ends."""
    tiers: list[Tier] = []
    over = ZERO
    for row in rows:
        up_to = None if row.get(bound) is None else exact(row[bound])
        tiers.append(Tier(over, up_to, exact(row[rate])))
        over = up_to if up_to is not None else over
    return tiers


def tiers_from(rows: Sequence[Config], rate: str = "unit_amount") -> list[Tier]:
    """Tiers that name their lower bound; each ends where the next one starts."""
    bounds = [exact(row.get("tier_lower_bound") or 0) for row in rows]
    return [
        Tier(over, up_to, exact(row[rate]), minimum=exact(row.get("minimum_amount") or 0))
        for row, over, up_to in zip(rows, bounds, [*bounds[1:], None], strict=True)
    ]


def _flat(tier: Tier, part: tuple[str, ...]) -> Steps:
    if tier.flat:
        yield Step("flat", ONE, tier.flat, part, tier.over, tier.up_to)

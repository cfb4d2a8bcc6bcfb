"""The price models: what each charges for what is billed, as steps whose subtotals add up.

A model is a generator of steps, in major units, unrounded. Rates of Orb's models are decimal texts
in major units, those of Stripe's forms are minor units; ``minor`` is 10^charge_exponent.
Rules: Orb's and Stripe's published price documentation.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from farebox.pricing.money import exact

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One part of an amount: ``units`` at ``rate`` make ``subtotal``.

    ``over`` and ``up_to`` are the bounds of the tier (exclusive, inclusive; None is open).
    """

    kind: str
    units: Fraction
    rate: Fraction
    subtotal: Fraction
    over: Fraction | None = None
    up_to: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """Units above ``over`` up to and including ``up_to`` cost ``rate`` each, plus ``flat`` once."""

    over: Fraction
    up_to: Fraction | None
    rate: Fraction
    flat: Fraction = Fraction(0)


# Shared notions


def units_at(quantity: Fraction, rate: Fraction) -> Iterator[Step]:
    """q × rate."""
    yield Step("units", quantity, rate, quantity * rate)


def graduated(quantity: Fraction, tiers: Sequence[Tier]) -> Iterator[Step]:
    """Σ max(0, min(q, up_to) - over) × rate, plus the flat amount of every tier reached."""
    for tier in tiers:
        if quantity <= tier.over:
            return
        top = quantity if tier.up_to is None else min(quantity, tier.up_to)
        units = top - tier.over
        yield Step("tier", units, tier.rate, units * tier.rate, tier.over, tier.up_to)
        yield from _flat(tier)


def volume(quantity: Fraction, tiers: Sequence[Tier]) -> Iterator[Step]:
    """q × rate, plus the flat amount, of the one tier that contains q."""
    for tier in tiers:
        if tier.up_to is None or quantity <= tier.up_to:
            yield Step("tier", quantity, tier.rate, quantity * tier.rate, tier.over, tier.up_to)
            yield from _flat(tier)
            return


def packages(quantity: Fraction, size: Fraction, *, up: bool = True) -> int:
    """How many packages of ``size`` hold ``quantity``; none hold 0."""
    return -(-quantity // size) if up else quantity // size


def _flat(tier: Tier) -> Iterator[Step]:
    if tier.flat:
        yield Step("flat", Fraction(1), tier.flat, tier.flat, tier.over, tier.up_to)


def _tiers_up_to(rows: Sequence[Config], bound: str, rate: str) -> list[Tier]:
    """Tiers that name their upper bound; each starts where the one before ends."""
    tiers: list[Tier] = []
    over = Fraction(0)
    for row in rows:
        up_to = None if row.get(bound) is None else exact(row[bound])
        tiers.append(Tier(over, up_to, exact(row[rate])))
        over = up_to if up_to is not None else over
    return tiers


# Orb's models


def unit(config: Config, quantity: Fraction) -> Iterator[Step]:
    """q × scaling_factor × unit_amount."""
    scaled = quantity * exact(config.get("scaling_factor") or 1)
    yield from units_at(scaled, exact(config["unit_amount"]))


def tiered(config: Config, quantity: Fraction) -> Iterator[Step]:
    """graduated(q), by last_unit alone."""
    yield from graduated(quantity, _tiers_up_to(config["tiers"], "last_unit", "unit_amount"))


def bulk(config: Config, quantity: Fraction) -> Iterator[Step]:
    """volume(q)."""
    yield from volume(quantity, _tiers_up_to(config["tiers"], "maximum_units", "unit_amount"))


def package(config: Config, quantity: Fraction) -> Iterator[Step]:
    """ceil(q / package_size) × package_amount."""
    count = Fraction(packages(quantity, exact(config["package_size"])))
    amount = exact(config["package_amount"])
    yield Step("packages", count, amount, count * amount)


# Stripe's forms


def stripe_per_unit(config: Config, quantity: Fraction, minor: int) -> Iterator[Step]:
    """q × unit_amount."""
    yield from units_at(quantity, _minor(config, "unit_amount", minor))


def stripe_transform_quantity(config: Config, quantity: Fraction, minor: int) -> Iterator[Step]:
    """ceil or floor of q / divide_by, × unit_amount."""
    transform = config["transform_quantity"]
    up = transform["round"] == "up"
    count = Fraction(packages(quantity, Fraction(transform["divide_by"]), up=up))
    amount = _minor(config, "unit_amount", minor)
    yield Step("packages", count, amount, count * amount)


def stripe_graduated(config: Config, quantity: Fraction, minor: int) -> Iterator[Step]:
    """graduated(q), with flat amounts."""
    yield from graduated(quantity, _stripe_tiers(config, minor))


def stripe_volume(config: Config, quantity: Fraction, minor: int) -> Iterator[Step]:
    """volume(q), with flat amounts."""
    yield from volume(quantity, _stripe_tiers(config, minor))


def _stripe_tiers(config: Config, minor: int) -> list[Tier]:
    tiers: list[Tier] = []
    over = Fraction(0)
    for row in config["tiers"]:
        up_to = None if row["up_to"] == "inf" else Fraction(row["up_to"])
        rate, flat = _minor(row, "unit_amount", minor), _minor(row, "flat_amount", minor)
        tiers.append(Tier(over, up_to, rate, flat))
        over = up_to if up_to is not None else over
    return tiers


def _minor(row: Config, field: str, minor: int) -> Fraction:
    """``field`` or ``field_decimal``, minor units, in major ones; 0 where neither is set."""
    value = row.get(field)
    if value is None:
        value = row.get(f"{field}_decimal")
    return Fraction(0) if value is None else exact(value) / minor


Model = Callable[[Config, Fraction], Iterator[Step]]
Form = Callable[[Config, Fraction, int], Iterator[Step]]

MODELS: Mapping[str, Model] = {model.__name__: model for model in (unit, tiered, bulk, package)}
FORMS: Mapping[str, Form] = {
    form.__name__: form
    for form in (stripe_per_unit, stripe_transform_quantity, stripe_graduated, stripe_volume)
}

"""Orb's models that take one quantity ``q``; ``f`` is the part of the period in service."""

from fractions import Fraction

from farebox.pricing.billed import Billed
from farebox.pricing.money import exact
from farebox.pricing.steps import (
    HUNDRED,
    ONE,
    ZERO,
    Config,
    Step,
    Steps,
    at_least,
    graduated,
    graduated_packages,
    packages,
    prorated,
    reached,
    tiers_from,
    tiers_up_to,
    volume,
)


def unit(config: Config, billed: Billed) -> Steps:
    """q × scaling_factor × unit_amount, × f when prorated."""
    q = _q(billed) * exact(config.get("scaling_factor") or 1)
    steps = [Step("units", q, exact(config["unit_amount"]))]
    return prorated(steps, billed.proration, when=config.get("prorated"))


def tiered(config: Config, billed: Billed) -> Steps:
    """graduated(q) by last_unit alone, × f when prorated."""
    steps = graduated(_q(billed), tiers_up_to(config["tiers"], "last_unit"))
    return prorated(steps, billed.proration, when=config.get("prorated"))


def bulk(config: Config, billed: Billed) -> Steps:
    """volume(q)."""
    return volume(_q(billed), tiers_up_to(config["tiers"], "maximum_units"))


def package(config: Config, billed: Billed) -> Steps:
    """ceil(q / package_size) × package_amount."""
    count = packages(_q(billed), exact(config["package_size"]))
    yield Step("packages", count, exact(config["package_amount"]))


def threshold_total_amount(config: Config, billed: Billed) -> Steps:
    """The total_amount of the highest threshold that q passes, × f when prorate.

    Reading: passes is q > threshold; nothing passed costs nothing.
    """
    steps = [Step("threshold", ZERO, ZERO)]
    for row in config["consumption_table"]:
        over = exact(row["threshold"])
        if _q(billed) > over:
            steps = [Step("threshold", ONE, exact(row["total_amount"]), over=over)]
    return prorated(steps, billed.proration, when=config.get("prorate"))


def tiered_package(config: Config, billed: Billed) -> Steps:
    """q rounded up to whole packages, graduated; per_unit is the price of a package."""
    tiers = tiers_from(config["tiers"], "per_unit")
    return graduated_packages(_q(billed), exact(config["package_size"]), tiers)


def tiered_with_minimum(config: Config, billed: Billed) -> Steps:
    """max(graduated(q), minimum_amount of the tier reached), × f when prorate.

    Reading: the minimum of the tier reached holds for the total.
    """
    tiers = tiers_from(config["tiers"])
    steps = at_least(graduated(_q(billed), tiers), reached(_q(billed), tiers).minimum)
    return prorated(steps, billed.proration, when=config.get("prorate"))


def tiered_package_with_minimum(config: Config, billed: Billed) -> Steps:
    """max(tiered_package(q), minimum_amount of the tier reached).

    Reading: the minimum of the tier reached holds for the total.
    """
    size, tiers = exact(config["package_size"]), tiers_from(config["tiers"], "per_unit")
    filled = packages(_q(billed), size) * size
    steps = graduated_packages(_q(billed), size, tiers)
    return at_least(steps, reached(filled, tiers).minimum)


def package_with_allocation(config: Config, billed: Billed) -> Steps:
    """ceil(max(0, q - allocation) / package_size) × package_amount."""
    billable = max(ZERO, _q(billed) - exact(config["allocation"]))
    count = packages(billable, exact(config["package_size"]))
    yield Step("packages", count, exact(config["package_amount"]))


def unit_with_percent(config: Config, billed: Billed) -> Steps:
    """q × unit_amount × percent / 100."""
    yield Step(
        "units", _q(billed), exact(config["unit_amount"]) * exact(config["percent"]) / HUNDRED
    )


def unit_with_proration(config: Config, billed: Billed) -> Steps:
    """q × unit_amount × f."""
    return prorated([Step("units", _q(billed), exact(config["unit_amount"]))], billed.proration)


def tiered_with_proration(config: Config, billed: Billed) -> Steps:
    """graduated(q) × f."""
    return prorated(graduated(_q(billed), tiers_from(config["tiers"])), billed.proration)


def bulk_with_proration(config: Config, billed: Billed) -> Steps:
    """volume(q) × f."""
    return prorated(volume(_q(billed), tiers_from(config["tiers"])), billed.proration)


def _q(billed: Billed) -> Fraction:
    assert billed.quantity is not None
    return billed.quantity


MODELS = (
    unit,
    tiered,
    bulk,
    package,
    threshold_total_amount,
    tiered_package,
    tiered_with_minimum,
    tiered_package_with_minimum,
    package_with_allocation,
    unit_with_percent,
    unit_with_proration,
    tiered_with_proration,
    bulk_with_proration,
)

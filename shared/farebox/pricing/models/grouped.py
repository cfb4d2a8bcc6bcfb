"""Orb's models that take a quantity ``q_g`` for each value of one property."""

from collections.abc import Sequence
from dataclasses import replace

from farebox.pricing.billed import Billed, Group
from farebox.pricing.money import exact
from farebox.pricing.steps import (
    ZERO,
    Config,
    Step,
    Steps,
    Tier,
    at_least,
    at_most,
    graduated,
    graduated_packages,
    packages,
    tiers_from,
)
from farebox.problems import FieldError, InvalidRequest


def grouped_tiered(config: Config, billed: Billed) -> Steps:
    """Σ graduated(q_g)."""
    tiers = tiers_from(config["tiers"])
    for group in _groups(billed):
        yield from graduated(group.quantity, tiers, (group.group,))


def grouped_tiered_matrix(config: Config, billed: Billed) -> Steps:
    """Each value graduated over its own rows; q × default_unit_amount without rows."""
    rows = _rows_by(config["tiers"], "dimension_value")
    for group in _groups(billed):
        tiers = rows.get(group.group) or [Tier(ZERO, None, exact(config["default_unit_amount"]))]
        yield from graduated(group.quantity, tiers, (group.group,))


def grouped_tiered_package(config: Config, billed: Billed) -> Steps:
    """tiered_package of each group: each rounds up by itself."""
    size, tiers = exact(config["package_size"]), tiers_from(config["tiers"], "per_unit")
    for group in _groups(billed):
        yield from graduated_packages(group.quantity, size, tiers, (group.group,))


def max_group_tiered_package(config: Config, billed: Billed) -> Steps:
    """The largest group, rounded up to whole packages, graduated; the others are free.

    Reading: unit_amount is for each unit.
    """
    groups = _groups(billed)
    if groups:
        size, largest = exact(config["package_size"]), max(groups, key=lambda group: group.quantity)
        filled = packages(largest.quantity, size) * size
        yield from graduated(filled, tiers_from(config["tiers"]), (largest.group,))


def grouped_allocation(config: Config, billed: Billed) -> Steps:
    """Σ max(0, q_g - allocation) × overage_unit_rate."""
    allocation, rate = exact(config["allocation"]), exact(config["overage_unit_rate"])
    for group in _groups(billed):
        yield Step("overage", max(ZERO, group.quantity - allocation), rate, (group.group,))


def grouped_with_prorated_minimum(config: Config, billed: Billed) -> Steps:
    """Σ max(q_g × unit_rate, minimum × f_g)."""
    for group in _groups(billed, "proration"):
        f = billed.proration if group.proration is None else group.proration
        part = (group.group,)
        steps = [Step("units", group.quantity, exact(config["unit_rate"]), part)]
        yield from at_least(steps, exact(config["minimum"]) * f, part)


def grouped_with_min_max_thresholds(config: Config, billed: Billed) -> Steps:
    """Σ min(max(q_g × per_unit_rate, minimum_charge), maximum_charge).

    Reading: the rate is for each unit; a known group without usage pays the minimum.
    """
    for group in _groups(billed):
        part = (group.group,)
        steps = [Step("units", group.quantity, exact(config["per_unit_rate"]), part)]
        raised = at_least(steps, exact(config["minimum_charge"]), part)
        yield from at_most(raised, exact(config["maximum_charge"]), part)


def grouped_with_metered_minimum(config: Config, billed: Billed) -> Steps:
    """Matched usage q × unit_amount × scaling_factor, the rest q × minimum_unit_amount; each group
    at least minimum_unit_amount × all of its units.

    Reading: an unknown scaling value has the factor 1.
    """
    minimum = exact(config["minimum_unit_amount"])
    rates = {row["pricing_value"]: exact(row["unit_amount"]) for row in config["unit_amounts"]}
    factors = {
        row["scaling_value"]: exact(row["scaling_factor"]) for row in config["scaling_factors"]
    }
    for name, members in _by_group(_groups(billed, "pricing_value", "scaling_value")).items():
        steps = [
            Step(
                "units",
                each.quantity,
                rates[each.pricing_value] * factors.get(each.scaling_value, 1)
                if each.pricing_value in rates
                else minimum,
                (name, each.pricing_value or "", each.scaling_value or ""),
            )
            for each in members
        ]
        units = sum((each.quantity for each in members), ZERO)
        yield from at_least(steps, minimum * units, (name,))


def cumulative_grouped_bulk(config: Config, billed: Billed) -> Steps:
    """Σ q_g × the group's rate in the tier that the total of all groups reaches."""
    rows = _rows_by(config["dimension_values"], "grouping_key")
    groups = _groups(billed)
    everything = sum((group.quantity for group in groups), ZERO)
    for place, row in enumerate(billed.groups or ()):
        if row.group not in rows:
            message = "This price has no rate for this group"
            raise InvalidRequest([FieldError(f"groups[{place}].group", "unknown_group", message)])
    for group in groups:
        tier = next(tier for tier in rows[group.group] if tier.holds(everything))
        yield Step("tier", group.quantity, tier.rate, (group.group,), tier.over, tier.up_to)


def cumulative_grouped_allocation(config: Config, billed: Billed) -> Steps:
    """(Σ q_g - min(Σ min(q_g, group_allocation), cumulative_allocation)) × unit_amount.

    Reading: the cumulative allocation caps what the groups have free together.
    """
    groups, own = _groups(billed), exact(config["group_allocation"])
    used = sum((group.quantity for group in groups), ZERO)
    free = sum((min(group.quantity, own) for group in groups), ZERO)
    free = min(free, exact(config["cumulative_allocation"]))
    yield Step("overage", used - free, exact(config["unit_amount"]))


def metered_allowance(config: Config, billed: Billed) -> Steps:
    """consumption × unit_amount, less min(allowance, consumption) × unit_amount."""
    rate = exact(config["unit_amount"])
    used = dict.fromkeys(("consumption", "allowance"), ZERO)
    for name in used:
        value = config[f"{name}_grouping_value"]
        used[name] = sum(
            (group.quantity for group in _groups(billed) if group.group == value), ZERO
        )
    yield Step("units", used["consumption"], rate, (config["consumption_grouping_value"],))
    free = min(used["allowance"], used["consumption"])
    yield Step("allowance", free, -rate, (config["allowance_grouping_value"],))


def _groups(billed: Billed, *apart: str) -> Sequence[Group]:
    """The groups, each once: what is told of one in several rows is one usage, unless the rows
    differ in what the model keeps ``apart``."""
    assert billed.groups is not None
    merged: dict[tuple[object, ...], Group] = {}
    for row in billed.groups:
        name = (row.group, *(getattr(row, field) for field in apart))
        former = merged.get(name)
        merged[name] = replace(row, quantity=row.quantity + former.quantity) if former else row
    return list(merged.values())


def _by_group(groups: Sequence[Group]) -> dict[str, list[Group]]:
    members: dict[str, list[Group]] = {}
    for group in groups:
        members.setdefault(group.group, []).append(group)
    return members


def _rows_by(rows: Sequence[Config], field: str) -> dict[str, list[Tier]]:
    by_value: dict[str, list[Config]] = {}
    for row in rows:
        by_value.setdefault(row[field], []).append(row)
    return {value: tiers_from(own) for value, own in by_value.items()}


MODELS = (
    grouped_tiered,
    grouped_tiered_matrix,
    grouped_tiered_package,
    max_group_tiered_package,
    grouped_allocation,
    grouped_with_prorated_minimum,
    grouped_with_min_max_thresholds,
    grouped_with_metered_minimum,
    cumulative_grouped_bulk,
    cumulative_grouped_allocation,
    metered_allowance,
)

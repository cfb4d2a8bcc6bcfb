"""Stripe's forms of a price, in minor units: an integer, or a decimal text where it is finer."""

from fractions import Fraction

from farebox.pricing.billed import Billed
from farebox.pricing.money import exact
from farebox.pricing.steps import ZERO, Config, Step, Steps, Tier, graduated, packages, volume


def per_unit(config: Config, billed: Billed) -> Steps:
    """q × unit_amount; where the payer names the amount, q × what the price suggests."""
    assert billed.quantity is not None
    suggested = (config.get("custom_unit_amount") or {}).get("preset")
    rate = _amount(config, "unit_amount") if suggested is None else exact(suggested)
    yield Step("units", billed.quantity, rate)


def transform_quantity(config: Config, billed: Billed) -> Steps:
    """ceil(q / divide_by), or floor, × unit_amount."""
    assert billed.quantity is not None
    transform = config["transform_quantity"]
    size, up = exact(transform["divide_by"]), transform["round"] == "up"
    count = packages(billed.quantity, size, up=up)
    yield Step("packages", count, _amount(config, "unit_amount"))


def graduated_tiers(config: Config, billed: Billed) -> Steps:
    """graduated(q), and the flat amount of every tier reached; of the first one even at 0."""
    assert billed.quantity is not None
    return graduated(billed.quantity, _tiers(config))


def volume_tiers(config: Config, billed: Billed) -> Steps:
    """volume(q), and the flat amount of its tier."""
    assert billed.quantity is not None
    return volume(billed.quantity, _tiers(config))


def _tiers(config: Config) -> list[Tier]:
    tiers: list[Tier] = []
    over = ZERO
    for row in config["tiers"]:
        up_to = None if row["up_to"] == "inf" else exact(row["up_to"])
        rate, flat = _amount(row, "unit_amount"), _amount(row, "flat_amount")
        tiers.append(Tier(over, up_to, rate, flat))
        over = up_to if up_to is not None else over
    return tiers


def _amount(row: Config, field: str) -> Fraction:
    value = row.get(field)
    if value is None:
        value = row.get(f"{field}_decimal")
    return ZERO if value is None else exact(value)


FORMS = {
    "stripe_per_unit": per_unit,
    "stripe_transform_quantity": transform_quantity,
    "stripe_graduated": graduated_tiers,
    "stripe_volume": volume_tiers,
}

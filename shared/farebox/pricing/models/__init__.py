"""Every price model by its name: Orb's 36 and Stripe's 4 forms, each a generator of steps.

A model takes the price's configuration, in its own system's wire terms, and what is billed.
Rules: the published price documentation of Orb and of Stripe. Where Orb publishes none, the
reading taken stands beside the formula.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from farebox.pricing.billed import Billed
from farebox.pricing.models import composed, grouped, matrix, scalar, stripe
from farebox.pricing.steps import Config, Steps

ALWAYS = ""
# The flag of a configuration that prorates its price.
PRORATED_BY: Mapping[str, str] = {
    "unit": "prorated",
    "tiered": "prorated",
    "threshold_total_amount": "prorate",
    "tiered_with_minimum": "prorate",
    "unit_with_proration": ALWAYS,
    "tiered_with_proration": ALWAYS,
    "bulk_with_proration": ALWAYS,
    "grouped_with_prorated_minimum": ALWAYS,
    "scalable_matrix_with_unit_pricing": "prorate",
    "minimum_composite": "prorated",
    "percent": "prorated",
}
GROUPS_BY: Mapping[str, tuple[str, ...]] = {
    "grouped_with_prorated_minimum": ("proration",),
    "grouped_with_metered_minimum": ("pricing_value", "scaling_value"),
}


@dataclass(frozen=True, slots=True)
class Model:
    """``takes`` names the input; ``rates`` makes the steps of it, ``minor`` in minor units."""

    takes: str
    rates: Callable[[Config, Billed], Steps]
    minor: bool = False

    def prorates(self, config: Config) -> bool:
        """Whether the part of the period in service changes the amount."""
        flag = PRORATED_BY.get(self.rates.__name__)
        return flag is not None and (flag == ALWAYS or bool(config.get(flag)))

    @property
    def groups_by(self) -> tuple[str, ...]:
        """What a group may tell beside its name and its quantity."""
        return GROUPS_BY.get(self.rates.__name__, ())


MODELS: Mapping[str, Model] = {
    **{model.__name__: Model("quantity", model) for model in scalar.MODELS},
    **{model.__name__: Model("groups", model) for model in grouped.MODELS},
    **{model.__name__: Model("cells", model) for model in matrix.MODELS},
    **{name: Model("quantity", form, minor=True) for name, form in stripe.FORMS.items()},
    "bulk_with_filters": Model("usage", composed.bulk_with_filters),
    "daily_credit_allowance": Model("days", composed.daily_credit_allowance),
    "event_output": Model("events", composed.event_output),
    "minimum_composite": Model("component_subtotal", composed.minimum_composite),
    "percent": Model("component_subtotal", composed.percent),
}

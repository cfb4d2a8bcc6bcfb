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


@dataclass(frozen=True, slots=True)
class Model:
    """``takes`` names the input; ``rates`` makes the steps of it. ``minor``: in minor units."""

    takes: str
    rates: Callable[[Config, Billed], Steps]
    minor: bool = False


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

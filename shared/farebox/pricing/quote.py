"""One entry to all price models: what is billed, in; the amount and how it came about, out."""

from dataclasses import dataclass
from fractions import Fraction

from farebox.pricing.models import FORMS, MODELS, Config, Step
from farebox.pricing.money import Currency, as_text


@dataclass(frozen=True, slots=True)
class QuoteStep:
    """A step as it is shown and kept: decimal texts, in major units."""

    kind: str
    units: str
    rate: str
    subtotal: str
    over: str | None = None
    up_to: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """How an amount came about.

    ``exact_amount`` is the sum of the steps in major units (``n/d`` where no decimal is finite);
    ``amount`` is it rounded once, half up, to ``rounding_step`` major units, in minor ones.
    """

    model: str
    amount: int
    exact_amount: str
    rounding_step: str
    steps: tuple[QuoteStep, ...]


def quote(model: str, config: Config, quantity: Fraction, currency: Currency) -> Quote:
    """Price ``quantity`` of a price whose ``config`` is in its system's own wire terms."""
    form = FORMS.get(model)
    if form is not None:
        steps = list(form(config, quantity, currency.minor_units))
    else:
        steps = list(MODELS[model](config, quantity))
    total = sum((step.subtotal for step in steps), Fraction(0))
    return Quote(
        model=model,
        amount=currency.from_major(total),
        exact_amount=as_text(total),
        rounding_step=as_text(currency.to_major(currency.charge_step)),
        steps=tuple(_shown(step) for step in steps),
    )


def _shown(step: Step) -> QuoteStep:
    return QuoteStep(
        kind=step.kind,
        units=as_text(step.units),
        rate=as_text(step.rate),
        subtotal=as_text(step.subtotal),
        over=None if step.over is None else as_text(step.over),
        up_to=None if step.up_to is None else as_text(step.up_to),
    )

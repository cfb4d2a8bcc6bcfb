"""One entry to all price models: what is billed, in; the amount and how it came about, out."""

from dataclasses import dataclass, replace
from itertools import islice

from farebox.pricing.billed import Billed
from farebox.pricing.models import MODELS
from farebox.pricing.money import Currency, as_text
from farebox.pricing.steps import Config, Step, total
from farebox.problems import FieldError, InvalidRequest

MAXIMUM_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class QuoteStep:
    """A step as it is shown and kept: decimal texts, in major units."""

    kind: str
    units: str
    rate: str
    subtotal: str
    part: tuple[str, ...] = ()
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


def steps_of(
    model: str,
    config: Config,
    billed: Billed,
    currency: Currency,
    most_steps: int = MAXIMUM_STEPS,
) -> list[Step]:
    """The steps of an amount in major units, exact; their subtotals add up to it."""
    chosen = MODELS[model]
    steps = list(islice(chosen.rates(config, billed), most_steps + 1))
    if len(steps) > most_steps:
        message = "This amount comes about in too many steps to show: bill it in parts"
        raise InvalidRequest([FieldError(chosen.takes, "too_many_steps", message)])
    if not chosen.minor:
        return steps
    return [replace(step, rate=currency.to_major(step.rate)) for step in steps]


def quote(
    model: str,
    config: Config,
    billed: Billed,
    currency: Currency,
    *,
    to_iso: bool = False,
    most_steps: int = MAXIMUM_STEPS,
) -> Quote:
    """Price what is billed. The amount is rounded to what can be charged, or ``to_iso``: to the
    currency's ISO 4217 exponent.

    Raises ``InvalidRequest`` where the amount comes about in over ``most_steps`` steps.
    """
    steps = steps_of(model, config, billed, currency, most_steps)
    exact_amount = total(steps)
    step = currency.iso_step if to_iso else currency.charge_step
    return Quote(
        model=model,
        amount=currency.from_major(exact_amount, step),
        exact_amount=as_text(exact_amount),
        rounding_step=as_text(currency.to_major(step)),
        steps=tuple(_shown(each) for each in steps),
    )


def _shown(step: Step) -> QuoteStep:
    return QuoteStep(
        kind=step.kind,
        units=as_text(step.units),
        rate=as_text(step.rate),
        subtotal=as_text(step.subtotal),
        part=step.part,
        over=None if step.over is None else as_text(step.over),
        up_to=None if step.up_to is None else as_text(step.up_to),
    )

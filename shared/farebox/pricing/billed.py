"""What is billed: the inputs that the price models take."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Group:
    """Usage of one value of a property; ``proration`` is the part of the period in service.

    ``pricing_value`` and ``scaling_value`` are the two further properties of a metered minimum.
    """

    group: str
    quantity: Fraction
    proration: Fraction | None = None
    pricing_value: str | None = None
    scaling_value: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """Usage of one combination of one or two property values."""

    dimension_values: tuple[str, ...]
    quantity: Fraction


@dataclass(frozen=True, slots=True)
class Usage:
    """Usage with properties, for a filter to look at."""

    properties: tuple[tuple[str, str], ...]
    quantity: Fraction


@dataclass(frozen=True, slots=True)
class Rated:
    """An event that may carry its own rate, and a value to split the line by."""

    quantity: Fraction
    unit_rate: Fraction | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One day's cells."""

    event_day: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Billed:
    """One of the inputs below, as the model's shape asks; ``proration`` goes with any of them."""

    quantity: Fraction | None = None
    groups: Sequence[Group] | None = None
    cells: Sequence[Cell] | None = None
    usage: Sequence[Usage] | None = None
    events: Sequence[Rated] | None = None
    days: Sequence[Day] | None = None
    component_subtotal: Fraction | None = None
    proration: Fraction = ONE

"""What happens in a run: orders, what their merchants do with them, and what the world is like."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from farebox.billing.sandbox_cards import CARDS
from tests.simulation.message_queue import Quirks
from tests.simulation.schedule import DAY, HOUR, MINUTE, Ticks
from tests.simulation.shop import UNIT_AMOUNTS
from tests.simulation.world import Conditions

MOST_ORDERS = 50
MOST_STEPS = 4
NAMES = 3
# A processor promises a day; what is late by minutes it must know all the same.
FORGETFUL_SECONDS = 15 * MINUTE
# Nothing that this code would write, and an order that is not there.
POISON = (
    "}{",
    '{"organization":"org_00000000000000000000000000","livemode":false,'
    '"id":"ord_00000000000000000000000000","kind":"order","command":"charge"}',
)

# What a merchant may do with an order; ``runs`` has a method for each.
CHARGE = "charge"
CANCEL = "cancel"
CHARGE_BY = "charge_by"
NEW_METHOD = "new_method"
DETACH = "detach"
READ = "read"
READ_AS_OTHER = "read_as_other"
REUSE_KEY = "reuse_key"
NAME = "name"
DELETE_CUSTOMER = "delete_customer"
# Not the merchant's own: somebody at the processor's dashboard, or the processor itself.
CANCEL_INTENT = "cancel_intent"
PARK_INTENT = "park_intent"
# What a customer does on the page of a checkout, and its merchant with it.
PAY = "pay"
APPROVE = "approve"
REFUSE = "refuse"
CLOSE = "close"
_STEPS = (
    *(CHARGE, CANCEL, NEW_METHOD, READ) * 4,
    *(CHARGE_BY, DETACH, READ_AS_OTHER, REUSE_KEY, NAME) * 2,
    *(DELETE_CUSTOMER, CANCEL_INTENT, PARK_INTENT),
)
_COLLECTIONS = ("charge_now", "charge_now", "scheduled", "scheduled", "draft")
# Half of the customers have nothing to hide.
_CARDS = ("success",) * len(CARDS) + tuple(CARDS)


@dataclass(frozen=True, slots=True)
class Step:
    """Something a merchant does so long after the step before; ``card`` is a new method's."""

    after: float
    what: str
    card: str = ""
    name: int = 0


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """An order, sent ``copies`` times at once, and what its merchant does afterwards."""

    number: int
    at: float = 0.0
    tenant: int = 0
    card: str = "success"
    currency: str = "usd"
    quantity: int = 2
    collection: str = "charge_now"
    charge_in: float = 0.0
    keyed: bool = True
    copies: int = 1
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedCheckout:
    """A checkout, paid in so many ``tabs`` at once; each does all ``steps``. ``customer`` is the
    card of a customer whom it names."""

    number: int
    at: float = 0.0
    tenant: int = 0
    currency: str = "usd"
    quantity: int = 2
    tabs: int = 1
    discounted: bool = False
    customer: str = ""
    open_seconds: float = HOUR
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A run: the world's conditions, its share of faults until some time, the orders, and the
    checkouts."""

    conditions: Conditions
    orders: Sequence[PlannedOrder]
    fault_rate: float = 0.0
    faults_until: float = 0.0
    poison: tuple[str, ...] = ()
    checkouts: tuple[PlannedCheckout, ...] = ()

    @property
    def tenants(self) -> Sequence[int]:
        """Whose records this run makes."""
        planned: tuple[PlannedOrder | PlannedCheckout, ...] = (*self.orders, *self.checkouts)
        return sorted({each.tenant for each in planned})


def drawn(seed: int) -> Plan:
    """The plan of a seed."""
    random = Random(f"{seed}/plan")
    orders = 1 + int(random.random() ** 10 * MOST_ORDERS)
    span = random.choice((1.0, 60.0, HOUR, DAY))
    window, highest = random.choice(
        ((10 * MINUTE, 0.2), (2 * HOUR, 0.2), (2 * DAY, 0.1), (40 * DAY, 0.06))
    )
    planned = tuple(_order(random, number, span) for number in range(orders))
    return Plan(
        Conditions(
            seed=str(seed),
            workers=random.randint(2, 8),
            skew_seconds=random.choice((0.0, 30.0, 5 * MINUTE, 5 * MINUTE, HOUR)),
            staleness_seconds=random.choice((0.0, 5.0, 60.0)),
            key_seconds=random.choice((FORGETFUL_SECONDS, DAY, DAY)),
            queue=_quirks(random),
            ticks=_ticks(random),
            sandbox=random.random() < 0.1,
        ),
        planned,
        random.uniform(0.05, highest),
        window + max(order.at + order.charge_in for order in planned),
        POISON if random.random() < 0.3 else (),
        _checkouts(Random(f"{seed}/checkouts"), span),
    )


def _checkouts(random: Random, span: float) -> tuple[PlannedCheckout, ...]:
    """None in most runs; now and then more customers at once than a discount is for."""
    count = random.choice((0, 0, 0, 1, 2, 4))
    rush = count > 1 and random.random() < 0.5
    at, tenant = random.random() * span, random.randint(0, 1)
    return tuple(
        PlannedCheckout(
            number=number,
            at=at if rush else random.random() * span,
            tenant=tenant if rush else random.randint(0, 1),
            currency=random.choice(tuple(UNIT_AMOUNTS)),
            quantity=random.randint(1, 9),
            tabs=random.choice((1, 1, 2, 3)),
            discounted=rush or random.random() < 0.6,
            customer=random.choice(("", "", "success", "lost_card")),
            open_seconds=random.choice((30 * MINUTE, HOUR, DAY)),
            steps=_clicks(random, rush),
        )
        for number in range(count)
    )


def _clicks(random: Random, rush: bool) -> tuple[Step, ...]:
    def click(what: str, card: str = "") -> Step:
        return Step(random.choice((0.1, 1.0, 60.0, 40 * MINUTE)) * random.random(), what, card)

    card = random.choice((*_CARDS, *("authentication_required",) * 10))
    answer = random.choice((APPROVE, APPROVE, REFUSE))
    last = [click(CLOSE)] if random.random() < 0.2 else [click(PAY, "success")]
    first = Step(random.random() * 0.1, PAY, card) if rush else click(PAY, card)
    return (first, click(answer), *(last if random.random() < 0.7 else ()))


def _quirks(random: Random) -> Quirks:
    if random.random() < 0.3:
        return Quirks()
    return Quirks(
        duplicated=random.choice((0.0, 0.1, 0.5)),
        late=random.choice((0.0, 0.1, 0.3)),
        latest_seconds=random.choice((MINUTE, HOUR, 12 * HOUR)),
    )


def _ticks(random: Random) -> Ticks:
    missed: tuple[tuple[float, float], ...] = ()
    if random.random() < 0.2:
        begin = random.random() * 4 * DAY
        missed = ((begin, begin + random.random() * DAY),)
    return Ticks(random.choice((0.0, 0.05, 0.5)), random.choice((0.0, 0.05, 0.5)), missed)


def _order(random: Random, number: int, span: float) -> PlannedOrder:
    collection = random.choice(_COLLECTIONS)
    steps = [_step(random) for _ in range(int(random.random() ** 2 * (MOST_STEPS + 1)))]
    if collection == "draft" and random.random() < 0.7:
        steps.insert(0, Step(random.random() * 60, CHARGE))
    return PlannedOrder(
        number=number,
        at=random.random() * span,
        tenant=random.randint(0, 1),
        card=random.choice(_CARDS),
        currency=random.choice(tuple(UNIT_AMOUNTS)),
        quantity=random.randint(1, 9),
        collection=collection,
        charge_in=random.choice((0.0, MINUTE, HOUR, 3 * DAY)) if collection == "scheduled" else 0.0,
        keyed=random.random() < 0.8,
        copies=random.choice((1, 1, 1, 1, 2, 3)),
        steps=tuple(steps),
    )


def _step(random: Random) -> Step:
    after = random.choice((0.1, 1.0, 10.0, MINUTE, HOUR, 2 * DAY)) * random.random()
    what = random.choice(_STEPS)
    card = random.choice(_CARDS) if what in (NEW_METHOD, CHARGE_BY) else ""
    return Step(after, what, card, random.randrange(NAMES))

"""What stands before a run begins: two organizations, each with a customer for every test card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from farebox import bootstrap
from farebox.billing.sandbox_cards import CARDS
from tests.simulation.callers import Merchant
from tests.simulation.schedule import DAY
from tests.simulation.store import Store
from tests.simulation.world import Conditions, World

# Two decimals, none, three; one that is charged in other steps than it is counted in; and nothing.
UNIT_AMOUNTS = {"usd": 1250, "jpy": 1300, "kwd": 12500, "isk": 130000, "eur": 0}

DISCOUNT_CODE = "TENTH"
MOST_REDEMPTIONS = 2


@dataclass(frozen=True, slots=True)
class Tenant:
    """One organization: its key, a customer for each card, and a price in each currency."""

    id: str
    api_key: str
    customers: Mapping[str, str]
    prices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shop:
    """The store, and who is in it."""

    store: Store
    tenants: Sequence[Tenant]

    def merchant(self, world: World, place: int) -> Merchant:
        """The program of one of the organizations."""
        tenant = self.tenants[place]
        return Merchant(world, tenant.id, tenant.api_key, [])


@cache
def shop() -> Shop:
    """Made once for a process, through the API."""
    world = World(Conditions(seed="shop", begins_at=-DAY))
    tenants: list[Tenant] = []

    def work() -> None:
        tenants.extend(_open(world, name) for name in ("Ada", "Brook"))

    world.timeline.start("shop", work)
    world.run()
    return Shop(world.store, tenants)


def _open(world: World, name: str) -> Tenant:
    with world.as_operator():
        made = bootstrap.create_organization(name)
    merchant = Merchant(world, made.id, made.test_key, [])

    def create(path: str, **body: object) -> str:
        answered = merchant.ask("POST", path, body)
        assert answered.status == 201, answered.text
        return str(answered.body["id"])

    customers = {}
    for card in CARDS:
        customers[card] = create("/v1/customers", email=f"{card}@example.com")
        create("/v1/payment_methods", customer=customers[card], test_card=card)
    product = create("/v1/products", name="Seat")
    prices = {
        currency: create("/v1/prices", product=product, currency=currency, unit_amount=amount)
        for currency, amount in UNIT_AMOUNTS.items()
    }
    terms = {"name": "Tenth", "type": "percentage", "basis_points": 1000}
    create("/v1/discounts", code=DISCOUNT_CODE, max_redemptions=MOST_REDEMPTIONS, **terms)
    return Tenant(made.id, made.test_key, customers, prices)

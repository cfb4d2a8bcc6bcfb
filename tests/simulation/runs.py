"""One run of a plan: everything happens, everything comes to rest, and then it is all read back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from farebox.instants import stamp
from farebox.payments import processor
from tests.simulation.buying import Purchase
from tests.simulation.callers import Answered, Merchant, NoAnswer
from tests.simulation.faults import Drawn, Faults, NoFaults
from tests.simulation.plans import Plan, PlannedOrder, Step
from tests.simulation.shop import shop
from tests.simulation.timeline import BEGINNING
from tests.simulation.world import World

# An index shows everything a minute after the last write.
REST_SECONDS = 61.0
PAGE = 7
EVENTS_PAGE = 10


@dataclass(slots=True)
class Creation:
    """What became of an order that a merchant sent: every answer, and how often it was sent."""

    planned: PlannedOrder
    answers: list[Answered] = field(default_factory=list)
    refusals: list[Answered] = field(default_factory=list)
    tries: int = 0


@dataclass(slots=True)
class Reading:
    """An order that was read while it may have changed."""

    id: str
    began_at: float
    ended_at: float
    document: Any


@dataclass
class Run:
    """A run that came to rest; ``listed`` and ``events`` are what each merchant is shown then."""

    plan: Plan
    world: World
    merchants: Sequence[Merchant]
    creations: dict[int, Creation] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    listed: dict[int, list[Any]] = field(default_factory=dict)
    events: dict[int, list[Any]] = field(default_factory=dict)


def run(
    plan: Plan, faults: Faults | None = None, *, tracing: bool = False, recording: bool = False
) -> Run:
    """Run a plan to rest, with its own share of faults or with these."""
    if faults is None:
        faults = Drawn(plan.conditions.seed, plan.fault_rate, plan.faults_until)
    world = World(plan.conditions, faults, shop().store, tracing=tracing, recording=recording)
    merchants = [shop().merchant(world, place) for place in range(len(shop().tenants))]
    found = Run(plan, world, merchants)
    for planned in plan.orders:
        found.creations[planned.number] = Creation(planned)
        for copy in range(planned.copies):
            _Life(found, planned, copy).begin()
    for checkout in plan.checkouts:
        Purchase(found, checkout).begin()
    if plan.poison:
        world.timeline.after(1.0, lambda: world.messages.take(plan.poison))
    world.run()
    world.ports.faults, world.ports.recording = NoFaults(), False
    world.timeline.start("reader", lambda: _read_back(found))
    world.run()
    return found


class _Life:
    """A merchant's program and one order."""

    def __init__(self, run: Run, planned: PlannedOrder, copy: int) -> None:
        self._run = run
        self._planned = planned
        self._copy = copy
        self._ask = run.merchants[planned.tenant].ask
        self._tenant = shop().tenants[planned.tenant]
        self._timeline = run.world.timeline

    def begin(self) -> None:
        self._timeline.start(f"order {self._planned.number}.{self._copy}", self._live)

    def _live(self) -> None:
        planned = self._planned
        self._timeline.wait(planned.at)
        creation = self._run.creations[planned.number]
        try:
            answered = self._ask("POST", "/v1/orders", self._body(), self._key)
        except NoAnswer as error:
            creation.tries += error.tries
            return
        creation.tries += answered.tries
        creation.answers.append(answered)
        if answered.status != 201 or self._copy:
            return
        for place, step in enumerate(planned.steps):
            self._timeline.wait(step.after)
            try:
                self._take(answered.body["id"], step, f"{planned.number}/{place}")
            except NoAnswer:
                return

    @property
    def _key(self) -> str | None:
        return f"create-{self._planned.number}" if self._planned.keyed else None

    def _body(self, quantity: int | None = None) -> dict[str, Any]:
        planned = self._planned
        body: dict[str, Any] = {
            "customer": self._tenant.customers[planned.card],
            "collection": planned.collection,
            "line_items": [
                {
                    "price": self._tenant.prices[planned.currency],
                    "quantity": quantity or planned.quantity,
                }
            ],
            "metadata": {"number": str(planned.number)},
        }
        if planned.collection == "scheduled":
            at = timedelta(seconds=planned.at + planned.charge_in)
            body["charge_at"] = stamp(BEGINNING + at)
        return body

    def _take(self, id: str, step: Step, key: str) -> None:
        getattr(self, f"_{step.what}")(id, step, key)

    @property
    def _customer(self) -> str:
        return self._tenant.customers[self._planned.card]

    def _charge(self, id: str, step: Step, key: str) -> None:
        self._ask("POST", f"/v1/orders/{id}/charge", {}, f"charge-{key}")

    def _charge_by(self, id: str, step: Step, key: str) -> None:
        method = self._new_method(id, step, key, default=False).body.get("id")
        body = {"payment_method": method}
        self._ask("POST", f"/v1/orders/{id}/charge", body, f"charge-{key}")

    def _cancel(self, id: str, step: Step, key: str) -> None:
        self._ask("POST", f"/v1/orders/{id}/cancel", {})

    def _new_method(self, id: str, step: Step, key: str, *, default: bool = True) -> Answered:
        body = {"customer": self._customer, "test_card": step.card, "default": default}
        return self._ask("POST", "/v1/payment_methods", body, f"method-{key}")

    def _detach(self, id: str, step: Step, key: str) -> None:
        customer = self._ask("GET", f"/v1/customers/{self._customer}").body
        default = customer.get("default_payment_method")
        if default is not None:
            self._ask("DELETE", f"/v1/payment_methods/{default}")

    def _delete_customer(self, id: str, step: Step, key: str) -> None:
        self._ask("DELETE", f"/v1/customers/{self._customer}")

    def _cancel_intent(self, id: str, step: Step, key: str) -> None:
        self._run.world.processor.meddle(id, processor.CANCELED)

    def _park_intent(self, id: str, step: Step, key: str) -> None:
        self._run.world.processor.meddle(id, processor.REQUIRES_ACTION)

    def _read(self, id: str, step: Step, key: str) -> None:
        began_at = self._timeline.now
        document = self._ask("GET", f"/v1/orders/{id}").body
        self._run.readings.append(Reading(id, began_at, self._timeline.now, document))

    def _read_as_other(self, id: str, step: Step, key: str) -> None:
        other = self._run.merchants[1 - self._planned.tenant]
        answered = other.ask("GET", f"/v1/orders/{id}")
        if answered.status != 404:
            self._run.leaks.append(f"{id} was shown to another: {answered.text}")

    def _reuse_key(self, id: str, step: Step, key: str) -> None:
        if self._key is not None:
            body = self._body(self._planned.quantity + 1)
            refusal = self._ask("POST", "/v1/orders", body, self._key)
            self._run.creations[self._planned.number].refusals.append(refusal)

    def _name(self, id: str, step: Step, key: str) -> None:
        body = {"name": f"Named {key}", "external_id": f"name-{step.name}"}
        self._ask("POST", "/v1/products", body)


def _read_back(run: Run) -> None:
    """Everything that the API shows of this run, once it is at rest."""
    run.world.timeline.wait(REST_SECONDS)
    for place in run.plan.tenants:
        run.listed[place] = _pages(run.merchants[place], "/v1/orders", PAGE)
        told = sum(1 for _ in run.world.history.events())
        run.events[place] = _pages(run.merchants[place], "/v1/events", min(EVENTS_PAGE, told + 1))


def _pages(merchant: Merchant, path: str, limit: int) -> list[Any]:
    """A list to its end, or to what was there before this run."""
    rows: list[Any] = []
    query = f"?limit={limit}"
    while True:
        page = merchant.ask("GET", path + query).body
        rows += page["data"]
        if not page["has_more"] or rows[-1]["created_at"] < stamp(BEGINNING - timedelta(hours=12)):
            return rows
        query = f"?limit={limit}&cursor={page['next_cursor']}"

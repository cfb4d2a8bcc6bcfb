"""Every call of every write goes wrong in every way: everything or nothing is kept.

A clean run of an operation gives its calls; then each call meets each mode of ``tests/faults.py``,
in an organization of its own. What a user would lose otherwise: half an order, or two of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from farebox.storage import connection, load
from local.functions import Functions
from local.template import Stack
from tests.client import Answered, Api
from tests.clocks import StoppedClock
from tests.conftest import new_organization
from tests.faults import Crash, Fault, FaultyConnection, Mode, every_fault
from tests.tables import Items, empty_tables, everything, families

INLINE = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
SPRING = {"name": "Spring", "type": "percentage", "basis_points": 2000, "code": "SPRING"}


@dataclass(frozen=True)
class Sent:
    """A request, ready to be sent again and again."""

    method: str
    path: str
    body: Any
    key: str | None = None

    def by(self, api: Api) -> Answered:
        headers = {} if self.key is None else {"Idempotency_Key": self.key}
        return api.call(self.method, self.path, self.body, **headers)

    @property
    def can_be_repeated(self) -> bool:
        """Whether sending it again is promised to do nothing again."""
        return self.key is not None or "request_id" in self.body


Operation = Callable[[Api, str | None], Sent]
"""Something a merchant does: makes what it needs, and answers with its request."""


def create_price(api: Api, key: str | None) -> Sent:
    names = {"lookup_key": "seat", "external_price_id": "erp-1"}
    body = {"product": api.product()["id"], "currency": "usd", "unit_amount": 1250} | names
    return Sent("POST", "/v1/prices", body, key)


def create_price_and_product(api: Api, key: str | None) -> Sent:
    return Sent("POST", "/v1/prices", INLINE | {"lookup_key": "seat"}, key)


def create_price_that_takes_a_lookup_key(api: Api, key: str | None) -> Sent:
    api.price(lookup_key="seat")
    body = INLINE | {"lookup_key": "seat", "transfer_lookup_key": True}
    return Sent("POST", "/v1/prices", body, key)


def create_order(api: Api, key: str | None) -> Sent:
    lines = [{"price": api.price()["id"], "quantity": 3}]
    return Sent("POST", "/v1/orders", {"customer": api.customer()["id"], "line_items": lines}, key)


def create_checkout(api: Api, key: str | None) -> Sent:
    api.post("/v1/discounts", SPRING)
    lines = [{"price": api.price()["id"], "quantity": 3}]
    body = {"customer": api.customer()["id"], "line_items": lines, "discount_code": "spring"}
    return Sent("POST", "/v1/checkouts", body, key)


def create_checkout_by_request_id(api: Api, key: str | None) -> Sent:
    lines = [{"price_data": INLINE, "quantity": 3}]
    return Sent("POST", "/v1/checkouts", {"line_items": lines, "request_id": "cart-7"}, key)


def create_product(api: Api, key: str | None) -> Sent:
    return Sent("POST", "/v1/products", {"name": "Seat", "external_id": "erp-1"}, key)


def create_customer(api: Api, key: str | None) -> Sent:
    body = {"email": "ada@example.com", "external_id": "crm-1"}
    return Sent("POST", "/v1/customers", body, key)


def create_customer_whose_email_is_shared(api: Api, key: str | None) -> Sent:
    api.customer(email="ada@example.com")
    return create_customer(api, key)


def create_discount(api: Api, key: str | None) -> Sent:
    return Sent("POST", "/v1/discounts", SPRING, key)


def update_customer(api: Api, key: str | None) -> Sent:
    made = api.customer(email="ada@example.com", external_id="crm-1", name="Ada")
    changes = {"email": "countess@example.com", "external_id": "crm-2", "name": None}
    return Sent("PATCH", f"/v1/customers/{made['id']}", changes)


def repeat_an_order(api: Api, key: str | None) -> Sent:
    sent = create_order(api, "key-1")
    assert sent.by(api).status == 201
    return sent


CREATES = [
    *(create_price, create_price_and_product, create_price_that_takes_a_lookup_key),
    *(create_order, create_checkout),
    *(create_checkout_by_request_id, create_product, create_customer),
    *(create_customer_whose_email_is_shared, create_discount),
]
WRITES = [
    *((prepare, key) for prepare in CREATES for key in (None, "key-1")),
    (update_customer, None),
    (repeat_an_order, "key-1"),
]


@dataclass
class World:
    """One organization at a time, and what becomes of its tables."""

    stack: Stack
    functions: Functions

    def begin(self, operation: Operation, key: str | None) -> None:
        empty_tables()
        load.forget_callers()
        self.api = new_organization(self.stack, self.functions)
        self.sent = operation(self.api, key)
        self._before = everything(self.stack)
        load.forget_callers()

    def send(self, fault: Fault | None = None) -> tuple[Answered | None, Sequence[str]]:
        """Send the request through a connection with this fault; None for a dead process."""
        real = connection.connection()
        faulty = FaultyConnection(real, fault)
        connection.use(faulty)
        try:
            return self.sent.by(self.api), faulty.calls
        except Crash:
            return None, faulty.calls
        finally:
            connection.use(real)
            load.forget_callers()

    def kept(self) -> list[str]:
        """What is new, gone or changed since the beginning, order numbers apart."""
        after = everything(self.stack)
        new = {pk: after[pk] for pk in after if pk not in self._before}
        gone = {pk: self._before[pk] for pk in self._before if pk not in after}
        changed = {pk: after[pk] for pk in after if after[pk] != self._before.get(pk, after[pk])}
        marked: list[tuple[str, Items]] = [("+", new), ("-", gone), ("~", changed)]
        return [
            sign + family for sign, items in marked for family in families(items) if family != "CTR"
        ]


@pytest.fixture
def world(tables: None, stopped: StoppedClock, stack: Stack, functions: Functions) -> World:
    return World(stack, functions)


@pytest.mark.parametrize(
    ("operation", "key"),
    WRITES,
    ids=[f"{op.__name__}-{'with' if key else 'without'} key" for op, key in WRITES],
)
def test_whatever_goes_wrong_everything_or_nothing_is_kept(
    world: World, operation: Operation, key: str | None
) -> None:
    world.begin(operation, key)
    clean, calls = world.send()
    whole = world.kept()
    assert clean is not None
    assert clean.status in (200, 201), clean.text

    wrong = []
    for fault in every_fault(calls):
        world.begin(operation, key)
        wrong += [f"{fault} ({calls[fault.call]}): {what}" for what in _judge(world, fault, whole)]

    assert wrong == []


def _judge(world: World, fault: Fault, whole: Sequence[str]) -> Iterator[str]:
    answer, _ = world.send(fault)
    kept = world.kept()
    if kept not in ([], whole):
        yield f"half of it is kept: {kept}"
    if fault.mode in (Mode.CRASH_BEFORE, Mode.CRASH_AFTER):
        if answer is not None:
            yield f"a dead process answered {answer.status}"
    elif answer is None:
        yield "died of what it should have answered"
    elif answer.status in (200, 201):
        if kept != whole:
            yield "answered that it is done, and it is not"
    elif answer.status != 503 or answer.headers.get("retry-after") != "1":
        yield f"answered {answer.status} {answer.text}"
    elif fault.mode in (Mode.CONFLICT, Mode.OWN_WRITE):
        yield "gave up where trying again or looking closer would have done"
    if world.sent.can_be_repeated:
        yield from _judge_repetition(world, answer, kept, whole)
    elif world.sent.method == "PATCH":
        yield from _judge_change(world)


def _judge_repetition(
    world: World, answer: Answered | None, kept: Sequence[str], whole: Sequence[str]
) -> Iterator[str]:
    """The same request again, as a client does that got no answer."""
    again, _ = world.send()
    third, _ = world.send()
    assert again is not None
    assert third is not None
    if again.status != 201:
        yield f"the repetition got {again.status} {again.text}"
        return
    if world.kept() != whole:
        yield f"the repetition made it {world.kept()}"
    if kept and "idempotency-replayed" not in again.headers:
        yield "the repetition made another one"
    if answer is not None and answer.status == 201 and answer.text != again.text:
        yield "the repetition got another answer"
    if (third.text, third.headers.get("idempotency-replayed")) != (again.text, "true"):
        yield "the third try got another answer"
    read = world.api.get(f"{world.sent.path}/{again.body['id']}")
    if read.text != again.text:
        yield "what was answered is not what is kept"


def _judge_change(world: World) -> Iterator[str]:
    """A change sent again ends as it should, whether or not the first try came through."""
    again, _ = world.send()
    assert again is not None
    if again.status != 200 or again.body | world.sent.body != again.body:
        yield f"the repetition got {again.status} {again.text}"
    found = world.api.get(f"/v1/customers/external_id/{world.sent.body['external_id']}")
    if found.text != again.text:
        yield "the new name does not lead to the record"
    if world.api.get("/v1/customers/external_id/crm-1").status != 404:
        yield "the old name is still taken"


def test_the_faults_reach_every_call_of_the_longest_write(world: World) -> None:
    """If the calls were not numbered right, the test above would break less than it says."""
    world.begin(create_checkout, "key-1")
    _, calls = world.send()

    assert calls == ["read", "read", "transact"]
    faults = list(every_fault(calls))
    assert len(faults) == len(set(faults)) == 5 + 5 + 7


def test_a_dead_process_does_no_more(world: World) -> None:
    world.begin(create_product, None)
    faulty = FaultyConnection(connection.connection(), Fault(0, Mode.CRASH_BEFORE))

    for _ in range(2):
        with pytest.raises(Crash):
            faulty.read({})
    with pytest.raises(Crash):
        faulty.transact([], "token")


def test_conflicts_without_end_are_answered_with_try_again(
    world: World, stopped: StoppedClock
) -> None:
    world.begin(create_order, "key-1")
    real = connection.connection()

    class Contended(FaultyConnection):
        def transact(self, writes: Sequence[connection.Write], token: str) -> None:
            raise connection.Refused([connection.Reason("TransactionConflict")] * len(writes))

    connection.use(Contended(real))
    answer = world.sent.by(world.api)
    connection.use(real)

    assert answer.status == 503
    assert world.kept() == []
    assert 0 < sum(stopped.pauses) < 5
    assert stopped.pauses == sorted(stopped.pauses)

"""The charge worker, from its message to the order, the ledger and the events."""

from collections.abc import Callable
from typing import Any

import pytest

from charge_order import handler
from farebox import payments
from farebox.charging.messages import Message
from farebox.payments.processor import Intent
from farebox.payments.sandbox import Sandbox
from farebox.problems import NotFound
from farebox.storage import connection
from farebox.storage.keys import Tenant
from local.functions import Functions
from tests.charging import CHARGE_ORDER
from tests.client import Api
from tests.faults import Crash, Fault, FaultyConnection, Mode
from tests.functions.shop import Remaining, Shop, check_books, kept
from tests.tables import nothing_stored

LEASE_SECONDS = 420


def message(shop: Shop, id: str, **fields: Any) -> str:
    return Message(shop.api.organization, False, id, **fields).text


def deliver(shop: Shop, *texts: str) -> list[str]:
    """Put messages into the queue and have them worked on; answers with those that failed."""
    shop.charging.messages += texts
    return shop.charging.deliver()


class Watched:
    """The sandbox, and something that happens meanwhile: right before an intent is charged."""

    def __init__(self, shop: Shop, meanwhile: Callable[[], object]) -> None:
        self._inner = Sandbox(Tenant(shop.api.organization, False))
        self._meanwhile = [meanwhile]

    def confirm_intent(self, id: str, *, key: str, present: bool = False) -> Intent:
        while self._meanwhile:
            self._meanwhile.pop()()
        return self._inner.confirm_intent(id, key=key, present=present)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def test_the_example_event_charges_the_example_order(
    example_event: Callable[[str], dict[str, Any]], functions: Functions
) -> None:
    """``sam local invoke`` with this event is the first charge that anybody sees."""
    answer = functions.invoke(CHARGE_ORDER, example_event("charge_order"))
    again = functions.invoke(CHARGE_ORDER, example_event("charge_order"))

    assert answer == again == {"batchItemFailures": []}
    check_books(kept())


def test_a_due_order_is_charged_and_says_how(shop: Shop) -> None:
    customer = shop.customer()
    id = shop.order(customer, amount=3750)

    assert deliver(shop, message(shop, id)) == []

    order = shop.read(id)
    [attempt] = order["attempts"]
    at = "2026-01-31T12:00:00.000Z"
    assert (order["status"], order["paid_at"]) == ("paid", at)
    assert (order["paid_amount"], order["outstanding_amount"]) == (3750, 0)
    assert order["last_failure"] is None
    assert order["next_attempt_at"] is None
    assert order["in_doubt"] is False
    assert attempt == {
        "number": 1,
        "trigger": "schedule",
        "payment_method": shop.api.get(f"/v1/customers/{customer}").body["default_payment_method"],
        "processor": "sandbox",
        "amount": 3750,
        "currency": "usd",
        "started_at": at,
        "status": "succeeded",
        "settled_at": at,
        "failure": None,
    }
    assert shop.charged() == [id]


def test_what_only_the_worker_goes_by_is_shown_to_nobody(shop: Shop) -> None:
    """Whatever is shown once has to be shown for ever."""
    shown = set(shop.read(shop.order(shop.customer(), "charge_now")))

    assert shown == {
        *("id", "object", "livemode", "created_at", "updated_at", "metadata", "number"),
        *("customer", "currency", "line_items", "description", "custom_field_data"),
        *("subtotal_amount", "discount_amount", "tax_amount", "total_amount", "paid_amount"),
        *("checkout", "discount", "billing_name"),
        *("outstanding_amount", "billing_address", "shipping_address"),
        *("status", "fulfillment_status", "return_status", "in_doubt"),
        *("collection", "charge_at", "next_attempt_at", "payment_method", "attempts"),
        *("last_failure", "processor", "intent", "invoice_number", "paid_at", "canceled_at"),
    }


def test_a_message_that_comes_again_charges_nothing_again(shop: Shop) -> None:
    """SQS delivers at least once: a customer would pay as often."""
    id = shop.order(shop.customer())

    assert deliver(shop, *[message(shop, id)] * 3) == []
    assert deliver(shop, message(shop, id)) == []

    assert shop.charged() == [id]
    assert shop.events(id) == ["order.created", "order.updated", "order.paid"]


def test_a_message_that_comes_before_its_time_does_nothing(shop: Shop) -> None:
    id = shop.order(shop.customer(), charge_at="2026-01-31T12:00:01Z")

    with nothing_stored(shop.stack):
        assert deliver(shop, message(shop, id)) == []

    shop.clock.advance(seconds=1)
    assert deliver(shop, message(shop, id)) == []
    assert shop.charged() == [id]


@pytest.mark.parametrize("command", ["charge", "reconcile"])
@pytest.mark.parametrize("status", ["draft", "paid", "canceled", "failed", "requires_action"])
def test_a_message_about_an_order_that_is_not_due_does_nothing(
    shop: Shop, status: str, command: str
) -> None:
    """A message can lie in the queue while its order is paid or canceled elsewhere."""
    card = {"failed": "lost_card", "requires_action": "authentication_required"}.get(status)
    customer = shop.customer(card or "success")
    id = shop.order(customer, "charge_now" if card or status == "paid" else "draft")
    if status == "canceled":
        shop.cancel(id)
    assert shop.read(id)["status"] == status

    with nothing_stored(shop.stack):
        assert deliver(shop, message(shop, id, command=command)) == []


@pytest.mark.parametrize("status", ["paid", "canceled"])
def test_a_command_to_cancel_what_is_settled_does_nothing(shop: Shop, status: str) -> None:
    id = shop.order(shop.customer(), "charge_now" if status == "paid" else "draft")
    if status == "canceled":
        shop.cancel(id)

    with nothing_stored(shop.stack):
        assert deliver(shop, message(shop, id, command="cancel")) == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "not json", "null", "[]", "{}", '"text"', "7", '{"id": "ord_x"}', "{" * 1000),
        '{"organization": "org_x", "livemode": false, "id": "ord_x", "kind": "checkout"}',
        '{"organization": "org_x", "livemode": false, "id": "ord_x", "command": "refund"}',
        '{"organization": "org_x", "livemode": "no", "id": "ord_x"}',
        '{"organization": "org_x", "livemode": false, "id": 7}',
        '{"organization": "org_x", "livemode": false, "id": "ord_x", "amount": 1}',
        '{"organization": "org_x", "livemode": false, "id": "ord_x"}',
    ],
)
def test_a_message_that_nobody_wrote_fails_alone(shop: Shop, text: str) -> None:
    """It ends in the dead-letter queue, and the orders beside it are charged."""
    first, second = (shop.order(shop.customer()) for _ in range(2))

    assert deliver(shop, message(shop, first), text, message(shop, second)) == [text]

    assert sorted(shop.charged()) == sorted([first, second])


def test_an_order_is_charged_in_its_own_organization_and_mode_only(shop: Shop, other: Api) -> None:
    id = shop.order(shop.customer())
    foreign = Message(other.organization, False, id).text
    live = Message(shop.api.organization, True, id).text

    with nothing_stored(shop.stack):
        assert deliver(shop, foreign, live) == [foreign, live]


def test_who_asks_directly_for_what_is_not_there_is_told(shop: Shop) -> None:
    """Else the API would take an order that was never looked at for one that was."""
    with pytest.raises(NotFound):
        shop.charging.invoke(Message(shop.api.organization, False, "ord_x").as_event(), 5)


def test_a_message_that_there_is_no_time_for_is_not_begun_and_comes_again(shop: Shop) -> None:
    """A charge that Lambda cuts off half-way is in doubt for minutes."""
    id = shop.order(shop.customer())
    shop.charging.tick()
    [text] = shop.charging.messages
    shop.charging.messages.clear()

    with nothing_stored(shop.stack):
        handler({"Records": [{"messageId": "m-1", "body": text}]}, Remaining(44))

    shop.run_after(minutes=10)
    assert shop.charged() == [id]


def test_just_enough_time_is_enough(shop: Shop) -> None:
    id = shop.order(shop.customer())

    handler({"Records": [{"messageId": "m-1", "body": message(shop, id)}]}, Remaining(46))

    assert shop.charged() == [id]


def test_a_database_that_does_not_answer_one_message_spares_the_others(shop: Shop) -> None:
    first, second = (shop.order(shop.customer()) for _ in range(2))
    texts = [message(shop, first), message(shop, second)]
    connection.use(FaultyConnection(connection.connection(), Fault(0, Mode.FAIL)))

    assert deliver(shop, *texts) == [texts[0]]
    assert deliver(shop, texts[0]) == []

    assert sorted(shop.charged()) == sorted([first, second])


def test_two_workers_at_once_charge_an_order_once(shop: Shop) -> None:
    id = shop.order(shop.customer())
    seen: list[Any] = []

    def another_worker() -> None:
        seen.append(deliver(shop, message(shop, id)))
        seen.append(shop.read(id)["status"])

    payments.use(Watched(shop, another_worker))
    deliver(shop, message(shop, id))

    assert seen == [[], "charging"]
    assert shop.read(id)["status"] == "paid"
    assert shop.charged() == [id]


@pytest.mark.parametrize("card", ["success", "insufficient_funds", "lost_card"])
def test_a_worker_that_comes_back_after_its_lease_changes_nothing(shop: Shop, card: str) -> None:
    """A process can hang for longer than anybody waits, and then go on where it was."""
    id = shop.order(shop.customer(card))

    def everything_without_it() -> None:
        shop.clock.advance(seconds=LEASE_SECONDS)
        assert shop.charging.run() == []
        seen.append(shop.read(id))

    seen: list[Any] = []
    payments.use(Watched(shop, everything_without_it))
    deliver(shop, message(shop, id))

    assert [shop.read(id)] == seen
    assert seen[0]["status"] != "charging"
    assert len(shop.events(id)) == 3


def test_a_worker_that_was_lost_is_missed_when_its_lease_is_over(shop: Shop) -> None:
    """Nobody knows whether it charged: the order is in doubt, and is never just charged again."""

    def die() -> None:
        raise Crash

    id = shop.order(shop.customer())
    payments.use(Watched(shop, die))
    with pytest.raises(Crash):
        deliver(shop, message(shop, id))
    payments.use(None)

    shop.run_after(seconds=LEASE_SECONDS - 1)
    assert shop.read(id)["status"] == "charging"
    assert shop.charged() == []

    shop.run_after(seconds=1)
    order = shop.read(id)
    assert (order["status"], len(order["attempts"])) == ("paid", 1)
    assert shop.charged() == [id]


def test_a_customer_of_whom_nothing_is_due_is_left_alone(shop: Shop) -> None:
    customer = shop.customer("lost_card")
    shop.order(customer, "charge_now")

    with nothing_stored(shop.stack):
        assert deliver(shop, message(shop, customer, kind="customer")) == []


def test_a_message_about_an_unknown_customer_fails(shop: Shop) -> None:
    text = message(shop, "cus_x", kind="customer")

    assert deliver(shop, text) == [text]

"""Off-session charges of the deployed stack: its schedule, queue and worker, within their roles."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from farebox.bootstrap import EXAMPLE_CUSTOMER
from tests.stack.conftest import Deployed
from tests.stack.events import example_event, request_event

pytestmark = pytest.mark.stack

CREATE_ORDER = "CreateOrderFunction"
WITHIN_SECONDS = 30
# The emulator looks every ten seconds for a schedule that is due each minute.
SCHEDULED_WITHIN_SECONDS = 100
POLL_SECONDS = 0.2
# So many orders are in more than one part of the index of what is due.
DOUBTS = 6
SEAT = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}


def call(deployed: Deployed, method: str, path: str, body: Any = None) -> Any:
    """One call of the API, answered by the function for every other route."""
    answer = deployed.invoke("ApiFunction", request_event(method, path, body))
    assert answer["status"] in (200, 201), answer
    return answer["body"]


def order(deployed: Deployed, customer: str = EXAMPLE_CUSTOMER, **more: Any) -> Any:
    """A new order, made by the function for it."""
    lines = [{"price_data": SEAT, "quantity": 3}]
    body = {"customer": customer, "currency": "usd", "line_items": lines, **more}
    event = request_event("POST", "/v1/orders", body, function=CREATE_ORDER)
    answer = deployed.invoke(CREATE_ORDER, event)
    assert answer["status"] == 201, answer
    return answer["body"]


def soon() -> str:
    return (datetime.now(UTC) + timedelta(seconds=1)).isoformat()


def watch(
    deployed: Deployed, made: Any, status: str, each: Callable[[], object], seconds: int
) -> Any:
    """Read an order until it has the status, doing something before each look."""
    deadline = time.monotonic() + seconds
    while True:
        each()
        read = call(deployed, "GET", f"/v1/orders/{made['id']}")
        if read["status"] == status:
            return read
        assert time.monotonic() < deadline, read
        time.sleep(POLL_SECONDS)


def ticking(deployed: Deployed) -> Callable[[], object]:
    """The schedule's tick, without waiting for the minute."""
    event = example_event("DispatchChargesFunction")
    return lambda: deployed.run("DispatchChargesFunction", event)


def test_an_order_is_charged_at_once_by_the_one_function_that_may(deployed: Deployed) -> None:
    """Else charge_now works on a laptop only: deployed, one function may not invoke the other."""
    made = order(deployed, collection="charge_now")

    assert (made["status"], made["attempts"][0]["status"]) == ("paid", "succeeded")
    assert made["invoice_number"]


def test_a_draft_is_charged_by_the_other_function_that_may(deployed: Deployed) -> None:
    """Else POST /v1/orders/{id}/charge ends with a refusal of AWS's."""
    made = order(deployed)

    charged = call(deployed, "POST", f"/v1/orders/{made['id']}/charge")

    assert charged["status"] == "paid"


def test_what_is_due_goes_through_the_queue_to_the_worker(deployed: Deployed) -> None:
    """Else orders fall due and are never charged: somebody lacks a right on the way."""
    made = order(deployed, collection="scheduled", charge_at=soon())

    paid = watch(deployed, made, "paid", ticking(deployed), WITHIN_SECONDS)

    assert len(paid["attempts"]) == 1


def test_a_new_card_sets_stopped_orders_going_again(deployed: Deployed) -> None:
    """Else a customer who was declined gives a good card, and is never charged."""
    customer = call(deployed, "POST", "/v1/customers", {"email": "ada@example.com"})["id"]
    declined, good = ({"customer": customer, "test_card": c} for c in ("stolen_card", "success"))
    call(deployed, "POST", "/v1/payment_methods", declined)
    failed = order(deployed, customer, collection="charge_now")
    assert failed["status"] == "failed", failed

    call(deployed, "POST", "/v1/payment_methods", {**good, "default": True})

    watch(deployed, failed, "paid", ticking(deployed), WITHIN_SECONDS)


def test_reconcile_finds_every_doubt_of_a_deployment(deployed: Deployed) -> None:
    """Else it looks at one part of the index only, and says that nothing is in doubt."""
    customer = call(deployed, "POST", "/v1/customers", {"email": "eve@example.com"})["id"]
    card = {"customer": customer, "test_card": "timeout_with_effect"}
    call(deployed, "POST", "/v1/payment_methods", card)
    made = [order(deployed, customer, collection="charge_now") for _ in range(DOUBTS)]
    assert all(each["in_doubt"] for each in made)

    printed = deployed.command("python", "-m", "farebox", "--stack", "farebox", "reconcile")

    assert all(each["id"] in printed for each in made), printed
    for each in made:
        assert call(deployed, "GET", f"/v1/orders/{each['id']}")["status"] == "paid"


def test_the_deployed_schedule_ticks_by_itself(deployed: Deployed) -> None:
    """Else nothing is ever charged in a deployment, and every other test here passes."""
    made = order(deployed, collection="scheduled", charge_at=soon())

    watch(deployed, made, "paid", lambda: None, SCHEDULED_WITHIN_SECONDS)


def test_a_message_that_nobody_can_read_ends_in_the_dead_letter_queue(deployed: Deployed) -> None:
    """Else it is tried for two weeks, each time beside nine others, and no alarm goes off."""
    queue = deployed.client("sqs")
    urls = (deployed.outputs["ChargeQueue"], deployed.outputs["ChargeDeadLetterQueue"])

    with returning_at_once(queue, urls[0]):
        queue.send_message(QueueUrl=urls[0], MessageBody="poison")
        deadline = time.monotonic() + WITHIN_SECONDS
        given_up: list[Any] = []
        while not given_up:
            assert time.monotonic() < deadline, "the message is still tried"
            received = queue.receive_message(QueueUrl=urls[1], WaitTimeSeconds=1)
            given_up = received.get("Messages", [])

    assert [message["Body"] for message in given_up] == ["poison"]


@contextmanager
def returning_at_once(queue: Any, url: str) -> Iterator[None]:
    """Shorten the time after which a message that failed comes again: it is twelve minutes."""
    names = ["VisibilityTimeout"]
    before = queue.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    queue.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    try:
        yield
    finally:
        queue.set_queue_attributes(QueueUrl=url, Attributes=before)

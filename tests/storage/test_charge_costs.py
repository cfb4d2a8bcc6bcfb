"""What charging costs, counted: docs/costs.md says it, and these tests hold it to the truth.

The processor here asks nothing of our tables; the sandbox keeps its books in them, which is not
what a charge costs with a real one.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from farebox import payments
from farebox.billing import declines
from farebox.charging import invocation
from farebox.charging.messages import Message
from farebox.payments.processor import REQUIRES_PAYMENT_METHOD, SUCCEEDED, Intent
from farebox.storage import connection
from farebox.telemetry import usage
from tests.charging import CHARGE_ORDER, DISPATCH_CHARGES, Charging
from tests.client import Api
from tests.clocks import StoppedClock
from tests.conftest import ROOT
from tests.functions.shop import Away
from tests.storage.measured import Cost, Meter

DOCUMENT = ROOT / "docs" / "costs.md"
SECTION = "## Charging"

Work = Callable[[], object]
Scenario = Callable[[Api], Work]


class Immediate:
    """A processor that decides at once, and keeps its one intent to itself."""

    def __init__(self, *, declines_all: bool = False) -> None:
        self._declines = declines_all
        self._intent = Intent(id="pi_1", status=REQUIRES_PAYMENT_METHOD, amount=0, currency="")

    def create_intent(self, *, order: str, amount: int, currency: str, key: str) -> Intent:
        self._intent = replace(self._intent, amount=amount, currency=currency)
        return self._intent

    def update_intent(self, id: str, *, attempt: int, payment_method: str, key: str) -> Intent:
        self._intent = replace(self._intent, attempt=attempt)
        return self._intent

    def confirm_intent(self, id: str, *, key: str, present: bool = False) -> Intent:
        if not self._declines:
            return replace(self._intent, status=SUCCEEDED)
        failure = declines.failure("card_declined", "No", "insufficient_funds")
        return replace(self._intent, failure=failure, failed_attempt=self._intent.attempt)

    def authenticate_intent(self, id: str, *, approved: bool) -> Intent:
        raise NotImplementedError

    def read_intent(self, id: str) -> Intent:
        return self._intent

    def cancel_intent(self, id: str) -> Intent:
        raise NotImplementedError


def scheduled(api: Api) -> dict[str, Any]:
    customer = api.customer()["id"]
    api.payment_method(customer)
    return {
        "customer": customer,
        "currency": "usd",
        "line_items": [{"price": api.price()["id"], "quantity": 1}],
        "collection": "scheduled",
        "charge_at": "2026-01-31T12:00:00Z",
    }


def work(api: Api, function: str, event: dict[str, Any]) -> Work:
    return lambda: api.functions.invoke(function, event)


def charge(api: Api) -> Work:
    order = api.order(**scheduled(api))["id"]
    return work(api, CHARGE_ORDER, Message(api.organization, False, order).as_event())


def scheduled_order(api: Api) -> Work:
    body = scheduled(api)
    return lambda: api.post("/v1/orders", body, Idempotency_Key="key-1")


def charge_that_succeeds(api: Api) -> Work:
    payments.use(Immediate())
    return charge(api)


def charge_that_is_declined(api: Api) -> Work:
    payments.use(Immediate(declines_all=True))
    return charge(api)


def message_that_comes_twice(api: Api) -> Work:
    repeated = charge_that_succeeds(api)
    repeated()
    return repeated


def tick_with_nothing_due(api: Api) -> Work:
    return work(api, DISPATCH_CHARGES, {})


def tick_with_ten_due_orders(api: Api) -> Work:
    body = scheduled(api)
    catch_up(api)
    for _ in range(10):
        api.order(**body)
    return tick_with_nothing_due(api)


def page_of(api: Api, **fields: Any) -> str:
    lines = [{"price": api.price()["id"], "quantity": 1}]
    made = api.post("/v1/checkouts", {"line_items": lines, **fields}).body
    return str(urlsplit(made["checkout_url"]).path)


def open_page(api: Api) -> Work:
    path = page_of(api)
    return lambda: api.with_key("").get(path)


def click(api: Api, path: str, total: int, discount_code: str = "") -> Work:
    """What the page itself does, while the worker cannot be reached."""
    typed = {"email": "a@b.co", "test_card": "success", "discount_code": discount_code}
    form = urlencode({"action": "pay", "shown_total": total, **typed}).encode()
    type_of_form = "application/x-www-form-urlencoded"

    def send() -> None:
        invocation.use(Away())
        answer = api.with_key("").call("POST", path, form, content_type=type_of_form)
        assert answer.status == 303, answer.text

    return send


def paying(api: Api) -> Work:
    return click(api, page_of(api), 1250)


def paying_with_a_discount(api: Api) -> Work:
    terms = {"name": "Tenth", "type": "fixed", "amounts": {"usd": 250}, "max_redemptions": 1}
    api.post("/v1/discounts", {**terms, "code": "TENTH"})
    return click(api, page_of(api, discount_code="TENTH"), 1000, "TENTH")


SCENARIOS: dict[str, Scenario] = {
    "POST /v1/orders with Idempotency-Key, scheduled": scheduled_order,
    "charge_order: a charge that succeeds": charge_that_succeeds,
    "… one that is declined": charge_that_is_declined,
    "… a message that comes twice": message_that_comes_twice,
    "dispatch_charges: nothing is due": tick_with_nothing_due,
    "… ten orders are due": tick_with_ten_due_orders,
    "GET /checkout/{id}, open": open_page,
    "POST /checkout/{id}: a new customer confirms": paying,
    "… with a discount": paying_with_a_discount,
}


def catch_up(api: Api) -> None:
    """Push everything that earlier tests left due."""
    api.functions.invoke(DISPATCH_CHARGES, {})


def measured(call: Work) -> Cost:
    """What one invocation costs."""
    real = connection.connection()
    meter = Meter(real)
    connection.use(meter)
    call()
    connection.use(real)
    reads = usage().read_units + meter.read_units
    return Cost(len(meter.calls), reads, usage().write_units.normalize())


def documented() -> dict[str, str]:
    """The section's table: its first cell, and the three figures after it."""
    figures = r"[\d.]+ \| [\d.]+ \| [\d.]+"
    _, _, section = DOCUMENT.read_text().partition(SECTION)
    rows = re.findall(rf"^\| ([^|]+?) \| ({figures}) \|", section, re.MULTILINE)
    return {name.replace("`", ""): cost for name, cost in rows}


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_charging_costs_what_the_document_says(
    emulated_api: Api, charging: Charging, stopped: StoppedClock, name: str
) -> None:
    emulated_api.get("/v1/products")  # so that the API key is cached
    call = SCENARIOS[name](emulated_api)
    if name.endswith("nothing is due"):
        catch_up(emulated_api)

    assert str(measured(call)) == documented().get(name), "docs/costs.md says something else"


def test_the_document_lists_these_and_no_others() -> None:
    assert list(documented()) == list(SCENARIOS)

"""What each call costs, counted: docs/costs.md says it, and these tests hold it to the truth."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from farebox.settings import settings
from farebox.storage import load
from farebox.telemetry import usage
from tests.client import Answered, Api
from tests.clocks import StoppedClock
from tests.conftest import ROOT
from tests.storage.measured import measured, size_of
from tests.tables import everything

DOCUMENT = ROOT / "docs" / "costs.md"
INLINE = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
SPRING = {"name": "Spring", "type": "percentage", "basis_points": 2000, "code": "SPRING"}
TWO_KILOBYTES = 2048

Call = Callable[[], Answered]
Scenario = Callable[[Api], Call]


def order_of(api: Api, prices: int = 1, **fields: Any) -> dict[str, Any]:
    lines = [{"price": api.price()["id"], "quantity": 1} for _ in range(prices)]
    return {"customer": api.customer()["id"], "currency": "usd", "line_items": lines} | fields


def order(api: Api) -> Call:
    body = order_of(api)
    return lambda: api.post("/v1/orders", body)


def order_with_key(api: Api) -> Call:
    body = order_of(api)
    return lambda: api.post("/v1/orders", body, Idempotency_Key="key-1")


def order_by_a_new_process(api: Api) -> Call:
    call = order_with_key(api)
    load.forget_callers()
    return call


def order_repeated(api: Api) -> Call:
    call = order_with_key(api)
    call()
    return call


def order_of_two_kilobytes(api: Api) -> Call:
    body = order_of_size(api, TWO_KILOBYTES)
    return lambda: api.post("/v1/orders", body, Idempotency_Key="key-1")


def order_of_forty_prices(api: Api) -> Call:
    body = order_of(api, prices=40)
    return lambda: api.post("/v1/orders", body, Idempotency_Key="key-1")


def price(api: Api) -> Call:
    body = {"product": api.product()["id"], "currency": "usd", "unit_amount": 1250}
    return lambda: api.post("/v1/prices", body, Idempotency_Key="key-1")


def price_with_lookup_key(api: Api) -> Call:
    body = {"product": api.product()["id"], "currency": "usd", "unit_amount": 1250}
    return lambda: api.post("/v1/prices", body | {"lookup_key": "seat"}, Idempotency_Key="key-1")


def price_that_takes_a_lookup_key(api: Api) -> Call:
    made = api.price(lookup_key="seat")
    taken = {"lookup_key": "seat", "transfer_lookup_key": True}
    body = {"product": made["product"], "currency": "usd", "unit_amount": 1500} | taken
    return lambda: api.post("/v1/prices", body, Idempotency_Key="key-1")


def price_and_product(api: Api) -> Call:
    return lambda: api.post("/v1/prices", INLINE, Idempotency_Key="key-1")


def checkout(api: Api) -> Call:
    body = {"line_items": [{"price": api.price()["id"], "quantity": 1}]}
    return lambda: api.post("/v1/checkouts", body, Idempotency_Key="key-1")


def checkout_with_discount_code(api: Api) -> Call:
    api.post("/v1/discounts", SPRING)
    body = {
        "line_items": [{"price": api.price()["id"], "quantity": 1}],
        "discount_code": "SPRING",
    }
    return lambda: api.post("/v1/checkouts", body, Idempotency_Key="key-1")


def product(api: Api) -> Call:
    return lambda: api.post("/v1/products", {"name": "Seat"}, Idempotency_Key="key-1")


def customer(api: Api) -> Call:
    body = {"email": "ada@example.com"}
    return lambda: api.post("/v1/customers", body, Idempotency_Key="key-1")


def discount(api: Api) -> Call:
    return lambda: api.post("/v1/discounts", SPRING, Idempotency_Key="key-1")


def product_change(api: Api) -> Call:
    made = api.product()["id"]
    return lambda: api.patch(f"/v1/products/{made}", {"name": "Bench"})


def get_by_id(api: Api) -> Call:
    made = api.price()["id"]
    return lambda: api.get(f"/v1/prices/{made}")


def get_by_id_by_a_new_process(api: Api) -> Call:
    call = get_by_id(api)
    load.forget_callers()
    return call


def get_by_email(api: Api) -> Call:
    api.customer(email="ada@example.com")
    return lambda: api.get("/v1/customers/email/ada@example.com")


def get_by_lookup_key(api: Api) -> Call:
    api.price(lookup_key="seat")
    return lambda: api.get("/v1/prices/lookup_key/seat")


def page_of_twenty(api: Api) -> Call:
    for _ in range(21):
        api.price()
    return lambda: api.get("/v1/prices?limit=20")


SCENARIOS: dict[str, Scenario] = {
    "POST /v1/orders, one line by price id": order,
    "… with Idempotency-Key": order_with_key,
    "… with Idempotency-Key, API key not cached": order_by_a_new_process,
    "… the same request again": order_repeated,
    "… with Idempotency-Key, an order of 2 KB": order_of_two_kilobytes,
    "… with Idempotency-Key, forty prices": order_of_forty_prices,
    "POST /v1/prices of a product": price,
    "… with lookup_key": price_with_lookup_key,
    "… with transfer_lookup_key": price_that_takes_a_lookup_key,
    "… with product_data": price_and_product,
    "POST /v1/checkouts, one line by price id": checkout,
    "… with discount_code": checkout_with_discount_code,
    "POST /v1/products": product,
    "POST /v1/customers with email": customer,
    "POST /v1/discounts with code": discount,
    "PATCH /v1/products/{id}": product_change,
    "GET /v1/prices/{id}": get_by_id,
    "… API key not cached": get_by_id_by_a_new_process,
    "GET /v1/prices/lookup_key/{value}": get_by_lookup_key,
    "GET /v1/customers/email/{value}": get_by_email,
    "GET /v1/prices, a page of 20": page_of_twenty,
}


def documented() -> dict[str, str]:
    """The first table of docs/costs.md: its first cell, and the three figures after it."""
    figures = r"[\d.]+ \| [\d.]+ \| [\d.]+"
    section, _, _ = DOCUMENT.read_text().partition("\n## ")
    rows = re.findall(rf"^\| ([^|]+?) \| ({figures}) \|", section, re.MULTILINE)
    return {name.replace("`", ""): cost for name, cost in rows}


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_a_call_costs_what_the_document_says(
    emulated_api: Api, stopped: StoppedClock, name: str
) -> None:
    emulated_api.get("/v1/products")  # so that the API key is cached
    call = SCENARIOS[name](emulated_api)

    assert str(measured(call)) == documented().get(name), "docs/costs.md says something else"


def test_the_document_lists_these_calls_and_no_others() -> None:
    assert list(documented()) == list(SCENARIOS)


def test_an_order_of_two_kilobytes_stays_within_its_budget(
    emulated_api: Api, stopped: StoppedClock
) -> None:
    """At most 2 round trips and 12 write units, and one of each for the order's number."""
    cost = measured(order_of_two_kilobytes(emulated_api))

    assert cost.round_trips <= 2 + 1
    assert cost.write_units <= 12 + 1


@pytest.mark.parametrize("shards", [1, 4])
def test_a_page_takes_one_query_for_each_shard_and_one_read(
    emulated_api: Api, monkeypatch: pytest.MonkeyPatch, shards: int
) -> None:
    monkeypatch.setenv("LIST_SHARDS", str(shards))
    settings.cache_clear()

    assert measured(page_of_twenty(emulated_api)).round_trips == shards + 1


def test_forty_prices_are_read_in_the_same_trip_as_one(emulated_api: Api) -> None:
    one, forty = order(emulated_api), order_of_forty_prices(emulated_api)

    assert measured(one).round_trips == measured(forty).round_trips


def test_what_is_refused_costs_no_write(emulated_api: Api) -> None:
    body = order_of(emulated_api) | {"customer": "cus_unknown"}

    refused = emulated_api.post("/v1/orders", body, Idempotency_Key="key-1")

    assert refused.status == 422
    assert (usage().round_trips, usage().write_units) == (1, Decimal(0))


def test_a_trip_that_is_refused_is_counted_too(emulated_api: Api) -> None:
    """The log line of a refusal says what it cost, or a hot name's cost is never seen."""
    emulated_api.price(lookup_key="seat")

    refused = emulated_api.post("/v1/prices", INLINE | {"lookup_key": "seat"})

    assert refused.status == 409
    assert usage().round_trips == 1


def order_of_size(api: Api, size: int) -> dict[str, Any]:
    """An order whose item has as many bytes as it may have, and no more."""
    plain = order_of(api, metadata={"a": "x", "b": "x", "c": "x"})
    made = api.post("/v1/orders", plain).body["id"]
    [item] = [item for pk, item in everything(api.stack).items() if pk.endswith(f"#ORD#{made}")]
    missing = size - size_of(item)
    pad = dict.fromkeys("ab", "x" * (1 + missing // 3))
    pad["c"] = "x" * (1 + missing - 2 * (missing // 3))
    return plain | {"metadata": pad}

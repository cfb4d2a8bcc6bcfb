"""Requests at the same instant, on an emulator that runs transactions as DynamoDB does.

Clients time out and send again while the first try is still at work; carts are clicked twice;
two people edit one record. Nobody may end with two orders, or with an edit that is gone.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest

from local.template import Stack
from tests.client import Answered, Api
from tests.tables import everything

INLINE = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
LINES = [{"price_data": INLINE, "quantity": 3}]

Result = TypeVar("Result")


def at_once(count: int, call: Callable[[int], Result]) -> list[Result]:
    """What ``call`` answers to each of ``count`` threads that start together."""
    barrier = Barrier(count)

    def run(place: int) -> Result:
        barrier.wait()
        return call(place)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def statuses(answers: list[Answered]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def kept(stack: Stack, api: Api, family: str) -> list[str]:
    """The partition keys of an organization's items of one family (``ORD``, ``EV``, …)."""
    return [pk for pk in everything(stack, api.organization) if f"#{family}#" in pk]


def body_for(api: Api, collection: str) -> dict[str, Any]:
    """A create; its customer and price are made first."""
    bodies: dict[str, dict[str, Any]] = {
        "prices": INLINE | {"lookup_key": "seat"},
        "checkouts": {"line_items": LINES},
    }
    if collection != "orders":
        return bodies[collection]
    lines = [{"price": api.price()["id"], "quantity": 3}]
    return {"customer": api.customer()["id"], "line_items": lines}


FAMILIES = {"orders": "ORD", "prices": "PRI", "checkouts": "CHK"}


@pytest.mark.parametrize("collection", list(FAMILIES))
def test_twenty_identical_creates_make_one_record_and_get_the_same_answer(
    emulated_api: Api, stack: Stack, collection: str
) -> None:
    body = body_for(emulated_api, collection)
    before = len(kept(stack, emulated_api, FAMILIES[collection]))
    events_before = len(kept(stack, emulated_api, "EV"))

    answers = at_once(
        20, lambda _: emulated_api.post(f"/v1/{collection}", body, Idempotency_Key="key-1")
    )

    assert statuses(answers) == {201: 20}
    assert len({answer.text for answer in answers}) == 1
    replayed = [answer for answer in answers if "idempotency-replayed" in answer.headers]
    assert len(replayed) == 19
    assert len(kept(stack, emulated_api, FAMILIES[collection])) == before + 1
    made_inline = collection == "prices"  # its product, and the event of that
    assert len(kept(stack, emulated_api, "EV")) == events_before + 1 + made_inline
    assert len(kept(stack, emulated_api, "IK")) == 1


@pytest.mark.parametrize("collection", list(FAMILIES))
def test_of_twenty_creates_that_share_a_key_by_mistake_one_wins(
    emulated_api: Api, stack: Stack, collection: str
) -> None:
    body = body_for(emulated_api, collection)
    body.pop("lookup_key", None)
    before = len(kept(stack, emulated_api, FAMILIES[collection]))

    answers = at_once(
        20,
        lambda place: emulated_api.post(
            f"/v1/{collection}", body | {"metadata": {"place": place}}, Idempotency_Key="key-1"
        ),
    )

    assert statuses(answers) == {201: 1, 422: 19}
    refused = {answer.body["code"] for answer in answers if answer.status == 422}
    assert refused == {"idempotency_key_reused"}
    assert len(kept(stack, emulated_api, FAMILIES[collection])) == before + 1


def test_one_request_id_makes_one_checkout_whatever_the_keys(
    emulated_api: Api, stack: Stack
) -> None:
    body = {"line_items": LINES, "request_id": "cart-7"}

    answers = at_once(
        20, lambda place: emulated_api.post("/v1/checkouts", body, Idempotency_Key=f"key-{place}")
    )

    assert statuses(answers) == {201: 20}
    assert len({answer.text for answer in answers}) == 1
    assert len(kept(stack, emulated_api, "CHK")) == 1


def test_twenty_orders_of_one_customer_get_twenty_numbers(emulated_api: Api) -> None:
    body = body_for(emulated_api, "orders")

    answers = at_once(20, lambda _: emulated_api.post("/v1/orders", body))

    assert statuses(answers) == {201: 20}
    numbers = sorted(answer.body["number"] for answer in answers)
    assert numbers == [f"ORD-{place:03d}" for place in range(1, 21)]


def test_of_sixteen_prices_that_claim_a_name_one_gets_it_and_the_rest_leave_nothing(
    emulated_api: Api, stack: Stack
) -> None:
    body = INLINE | {"lookup_key": "seat"}

    answers = at_once(16, lambda _: emulated_api.post("/v1/prices", body))

    assert statuses(answers) == {201: 1, 409: 15}
    assert {a.body["code"] for a in answers if a.status == 409} == {"lookup_key_taken"}
    [winner] = [answer.body for answer in answers if answer.status == 201]
    assert emulated_api.get("/v1/prices/lookup_key/seat").body == winner
    assert len(kept(stack, emulated_api, "PRI")) == len(kept(stack, emulated_api, "PRO")) == 1


def test_a_name_that_many_prices_take_over_ends_with_exactly_one(emulated_api: Api) -> None:
    former = emulated_api.price(lookup_key="seat")
    body = INLINE | {"lookup_key": "seat", "transfer_lookup_key": True}

    answers = at_once(8, lambda _: emulated_api.post("/v1/prices", body))

    assert set(statuses(answers)) <= {201, 409}
    assert statuses(answers)[201] >= 1
    listed = emulated_api.get("/v1/prices?limit=100").body["data"]
    assert len(listed) == 1 + statuses(answers)[201]
    [owner] = [price for price in listed if price["lookup_key"] == "seat"]
    assert owner["id"] != former["id"]
    assert emulated_api.get("/v1/prices/lookup_key/seat").body == owner


def test_changes_of_different_fields_are_all_kept_or_refused_but_never_lost(
    emulated_api: Api, stack: Stack
) -> None:
    record = emulated_api.product(name="Seat")
    address = f"/v1/products/{record['id']}"
    changes: list[dict[str, Any]] = [
        {"name": "Bench"},
        {"description": "For three"},
        {"unit_label": "bench"},
        {"image_url": "https://example.com/bench.png"},
        {"external_id": "erp-1"},
        {"active": False},
    ]

    answers = at_once(len(changes), lambda place: emulated_api.patch(address, changes[place]))

    assert set(statuses(answers)) <= {200, 409}
    refused = [answer for answer in answers if answer.status == 409]
    assert {answer.body["code"] for answer in refused} <= {"state_changed"}
    expected = dict(record)
    for change, answer in zip(changes, answers, strict=True):
        if answer.status == 200:
            expected |= change
    found = emulated_api.get(address).body
    assert found == expected | {"updated_at": found["updated_at"]}
    updates = len(answers) - len(refused)
    assert len(kept(stack, emulated_api, "EV")) == 1 + updates
    named = emulated_api.get("/v1/products?external_id=erp-1").body["data"]
    assert bool(named) == (expected["external_id"] == "erp-1")


def test_metadata_of_different_keys_is_merged_and_never_lost(emulated_api: Api) -> None:
    record = emulated_api.product(metadata={"kept": True})
    address = f"/v1/products/{record['id']}"

    answers = at_once(
        6, lambda place: emulated_api.patch(address, {"metadata": {f"key{place}": place}})
    )

    assert set(statuses(answers)) <= {200, 409}
    assert statuses(answers)[200] >= 1
    survived = {f"key{place}": place for place, a in enumerate(answers) if a.status == 200}
    assert emulated_api.get(address).body["metadata"] == {"kept": True} | survived


def test_customers_who_share_an_email_all_exist(emulated_api: Api) -> None:
    answers = at_once(8, lambda _: emulated_api.post("/v1/customers", {"email": "ada@example.com"}))

    assert statuses(answers) == {201: 8}
    made = [answer.body for answer in answers]
    assert all(emulated_api.get(f"/v1/customers/{one['id']}").body == one for one in made)
    assert emulated_api.get("/v1/customers/email/ada@example.com").body in made


def test_a_name_is_handed_over_to_exactly_one_of_many(emulated_api: Api) -> None:
    first = emulated_api.product(external_id="erp-1")
    others = [emulated_api.product()["id"] for _ in range(5)]

    def change(place: int) -> Answered:
        if place == 0:
            return emulated_api.patch(f"/v1/products/{first['id']}", {"external_id": "erp-2"})
        return emulated_api.patch(f"/v1/products/{others[place - 1]}", {"external_id": "erp-1"})

    answers = at_once(6, change)

    assert answers[0].status == 200
    assert set(statuses(answers[1:])) <= {200, 409}
    assert statuses(answers[1:])[200] <= 1
    found = emulated_api.get("/v1/products?external_id=erp-1").body["data"]
    owners = [id for id, answer in zip(others, answers[1:], strict=True) if answer.status == 200]
    assert [product["id"] for product in found] == owners


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads change over so often that whatever they share by mistake is seen."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def test_requests_that_the_local_stack_answers_together_are_never_mixed_up(
    emulated_api: Api, eager_threads: None
) -> None:
    """``make run`` answers each connection in a thread of its own, through the same functions."""
    products = [emulated_api.product(name=f"Seat {place}") for place in range(20)]

    mixed_up = []
    for _ in range(5):
        answers = at_once(
            20, lambda place: emulated_api.get(f"/v1/products/{products[place]['id']}")
        )
        mixed_up += [
            answer.text
            for answer, product in zip(answers, products, strict=True)
            if answer.status != 200 or answer.body != product
        ]

    assert mixed_up == []

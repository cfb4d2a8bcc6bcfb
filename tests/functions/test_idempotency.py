"""Idempotency-Key and request_id: a request sent again does nothing again."""

import json
from typing import Any

import pytest

from local.template import Stack
from tests.client import Answered, Api
from tests.clocks import StoppedClock
from tests.refusals import refusal
from tests.tables import everything, nothing_stored

INLINE = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
LINES = [{"price_data": INLINE, "quantity": 1}]
BODIES: dict[str, dict[str, Any]] = {
    "products": {"name": "Seat", "external_id": "erp-1"},
    "prices": INLINE | {"lookup_key": "seat", "metadata": {"rate": 0.25}},
    "customers": {"email": "ada@example.com"},
    "discounts": {"name": "Spring", "type": "percentage", "basis_points": 5, "code": "SPRING"},
    "payment_methods": {"test_card": "success"},
    "orders": {"line_items": LINES, "metadata": {"cart": 7}},
    "checkouts": {"line_items": LINES, "metadata": {"cart": 7}},
}

each_create = pytest.mark.parametrize("collection", list(BODIES))


def body_for(api: Api, collection: str) -> dict[str, Any]:
    has_customer = collection in ("orders", "payment_methods")
    return BODIES[collection] | ({"customer": api.customer()["id"]} if has_customer else {})


def is_replay_of(first: Answered, again: Answered) -> bool:
    """The same answer, and said to be a repetition."""
    assert "idempotency-replayed" not in first.headers
    return (again.status, again.text, again.headers.get("idempotency-replayed")) == (
        first.status,
        first.text,
        "true",
    )


@each_create
def test_the_same_request_again_gets_the_same_answer_and_stores_nothing(
    api: Api, stack: Stack, collection: str
) -> None:
    body = body_for(api, collection)
    first = api.post(f"/v1/{collection}", body, Idempotency_Key="key-1")

    with nothing_stored(stack):
        again = api.post(f"/v1/{collection}", body, Idempotency_Key="key-1")

    assert first.status == 201
    assert is_replay_of(first, again)


@each_create
def test_another_body_with_the_same_key_is_refused(api: Api, stack: Stack, collection: str) -> None:
    body = body_for(api, collection)
    api.post(f"/v1/{collection}", body, Idempotency_Key="key-1")

    with nothing_stored(stack):
        answer = api.post(
            f"/v1/{collection}", body | {"metadata": {"other": 1}}, Idempotency_Key="key-1"
        )

    assert refusal(answer, 422) == []
    assert answer.body["code"] == "idempotency_key_reused"


def test_without_a_key_a_request_sent_twice_is_two(api: Api) -> None:
    body = body_for(api, "orders")

    first, second = api.post("/v1/orders", body), api.post("/v1/orders", body)

    assert first.body["id"] != second.body["id"]


def test_a_key_that_has_expired_makes_a_new_record(api: Api, stopped: StoppedClock) -> None:
    body = body_for(api, "orders")
    first = api.post("/v1/orders", body, Idempotency_Key="key-1")

    stopped.advance(days=30, seconds=-1)
    kept = api.post("/v1/orders", body, Idempotency_Key="key-1")
    stopped.advance(seconds=1)
    fresh = api.post("/v1/orders", body, Idempotency_Key="key-1")
    again = api.post("/v1/orders", body, Idempotency_Key="key-1")

    assert is_replay_of(first, kept)
    assert fresh.status == 201
    assert fresh.body["id"] != first.body["id"]
    assert is_replay_of(fresh, again)


def test_an_expired_key_may_carry_another_body(api: Api, stopped: StoppedClock) -> None:
    api.post("/v1/products", {"name": "Seat"}, Idempotency_Key="key-1")

    stopped.advance(days=31)
    answer = api.post("/v1/products", {"name": "Desk"}, Idempotency_Key="key-1")

    assert (answer.status, answer.body["name"]) == (201, "Desk")


def test_one_key_serves_each_operation_mode_and_organization_for_itself(
    api: Api, live: Api, other: Api
) -> None:
    product = api.post("/v1/products", {"name": "Seat"}, Idempotency_Key="key-1")

    answers = [
        api.post("/v1/customers", {"name": "Seat"}, Idempotency_Key="key-1"),
        live.post("/v1/products", {"name": "Seat"}, Idempotency_Key="key-1"),
        other.post("/v1/products", {"name": "Seat"}, Idempotency_Key="key-1"),
    ]

    assert [answer.status for answer in answers] == [201, 201, 201]
    assert len({product.body["id"], *(answer.body["id"] for answer in answers)}) == 4
    assert all("idempotency-replayed" not in answer.headers for answer in answers)


def test_a_replay_tells_the_record_as_it_was_and_not_as_it_became(api: Api) -> None:
    first = api.post("/v1/products", {"name": "Seat"}, Idempotency_Key="key-1")
    api.patch(f"/v1/products/{first.body['id']}", {"name": "Bench", "metadata": {"new": True}})

    again = api.post("/v1/products", {"name": "Seat"}, Idempotency_Key="key-1")

    assert is_replay_of(first, again)


@pytest.mark.parametrize("collection", ["orders", "checkouts"])
def test_a_replay_answers_although_the_product_was_archived_meanwhile(
    api: Api, collection: str
) -> None:
    price = api.price()
    product = f"/v1/products/{price['product']}"
    api.patch(product, {"default_price": price["id"]})
    line = {"line_items": [{"product": price["product"], "quantity": 1}]}
    body = body_for(api, collection) | line
    first = api.post(f"/v1/{collection}", body, Idempotency_Key="key-1")

    api.patch(product, {"active": False})

    assert is_replay_of(first, api.post(f"/v1/{collection}", body, Idempotency_Key="key-1"))
    assert api.post(f"/v1/{collection}", body, Idempotency_Key="key-2").status == 422


def test_a_refused_request_leaves_its_key_free(api: Api) -> None:
    customer = api.customer()["id"]
    body = {"customer": customer, "line_items": LINES}

    refused = api.post("/v1/orders", body | {"customer": "cus_x"}, Idempotency_Key="key-1")
    kept = api.post("/v1/orders", body, Idempotency_Key="key-1")

    assert (refused.status, kept.status) == (422, 201)


@pytest.mark.parametrize("key", ["x", "x" * 255, "a b", "~!#/'\"\\", "4242424242424242"])
def test_any_printable_key_of_up_to_255_characters_works(api: Api, key: str) -> None:
    first = api.post("/v1/products", {"name": "Seat"}, Idempotency_Key=key)
    again = api.post("/v1/products", {"name": "Seat"}, Idempotency_Key=key)

    assert is_replay_of(first, again)


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "né", "tab\tbed", "\x00"])
def test_a_key_that_cannot_be_one_is_refused_with_nothing_stored(
    api: Api, stack: Stack, key: str
) -> None:
    with nothing_stored(stack):
        answer = api.post("/v1/products", {"name": "Seat"}, Idempotency_Key=key)

    assert refusal(answer, 400) == [("Idempotency-Key", "invalid_idempotency_key")]


def test_a_request_id_makes_a_checkout_idempotent_by_itself(api: Api, stack: Stack) -> None:
    body = BODIES["checkouts"] | {"request_id": "cart-7"}
    first = api.post("/v1/checkouts", body)

    with nothing_stored(stack):
        again = api.post("/v1/checkouts", body)
        other = api.post("/v1/checkouts", body | {"metadata": {}})

    assert is_replay_of(first, again)
    assert refusal(other, 422) == []
    assert other.body["code"] == "idempotency_key_reused"


def test_a_request_id_answers_for_a_request_with_another_key(api: Api, stack: Stack) -> None:
    body = BODIES["checkouts"] | {"request_id": "cart-7"}
    first = api.post("/v1/checkouts", body, Idempotency_Key="key-1")

    with nothing_stored(stack):
        again = api.post("/v1/checkouts", body, Idempotency_Key="key-2")

    assert is_replay_of(first, again)


def test_a_request_id_and_a_key_of_the_same_text_do_not_meet(api: Api) -> None:
    by_key = api.post("/v1/checkouts", BODIES["checkouts"], Idempotency_Key="cart-7")
    by_id = api.post("/v1/checkouts", BODIES["checkouts"] | {"request_id": "cart-7"})

    assert (by_key.status, by_id.status) == (201, 201)
    assert by_key.body["id"] != by_id.body["id"]


def test_no_body_is_kept_with_a_key(api: Api, stack: Stack) -> None:
    secret = "nobody must keep this twice"

    api.post("/v1/products", {"name": "Seat", "description": secret}, Idempotency_Key="key-1")

    [kept] = [item for pk, item in everything(stack).items() if "#IK#" in pk]
    assert secret not in json.dumps(kept)

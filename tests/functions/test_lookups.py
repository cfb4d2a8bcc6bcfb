"""Finding a record by a value that names it, as a query parameter and as a path."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.client import Api
from tests.clocks import StoppedClock
from tests.refusals import refusal

NAMES = [
    ("products", "external_id"),
    ("prices", "lookup_key"),
    ("prices", "external_price_id"),
    ("customers", "external_id"),
    ("customers", "email"),
    ("discounts", "code"),
]
VALUES = {"email": "Ada@Example.com", "code": "SPRING"}


def make(api: Api, collection: str, **fields: Any) -> Any:
    least: dict[str, Any] = {
        "products": {"name": "Seat"},
        "prices": {"currency": "usd", "unit_amount": 1, "product_data": {"name": "Seat"}},
        "customers": {},
        "discounts": {"name": "Spring", "type": "percentage", "basis_points": 1},
    }
    answer = api.post(f"/v1/{collection}", least[collection] | fields)
    assert answer.status == 201, answer.text
    return answer.body


@pytest.mark.parametrize(("collection", "field"), NAMES)
def test_a_record_is_found_by_what_names_it(api: Api, collection: str, field: str) -> None:
    value = VALUES.get(field, "team:seat-1 (EU)")
    make(api, collection)
    record = make(api, collection, **{field: value})

    by_query = api.get(f"/v1/{collection}?{field}={quote(value)}")
    by_path = api.get(f"/v1/{collection}/{field}/{quote(value)}")

    assert by_query.body == {"data": [record], "has_more": False, "next_cursor": None}
    assert (by_path.status, by_path.body) == (200, record)


@pytest.mark.parametrize(("collection", "field"), NAMES)
def test_a_value_that_names_nothing_finds_nothing(api: Api, collection: str, field: str) -> None:
    make(api, collection)

    by_query = api.get(f"/v1/{collection}?{field}=nobody")
    by_path = api.get(f"/v1/{collection}/{field}/nobody")

    assert by_query.body == {"data": [], "has_more": False, "next_cursor": None}
    assert refusal(by_path, 404) == []


@pytest.mark.parametrize("path", ["/v1/products/name/Seat", "/v1/orders/number/ORD-001"])
def test_a_field_that_names_no_record_is_no_way_to_find_one(api: Api, path: str) -> None:
    api.product()

    assert refusal(api.get(path), 404) == []


@pytest.mark.parametrize("value", ["a#b", 'say "hi"', "ünïcode/食", "50%", "a b"])
def test_a_value_of_any_characters_is_found_as_a_query(api: Api, value: str) -> None:
    record = make(api, "prices", lookup_key=value)

    found = api.get(f"/v1/prices?lookup_key={quote(value, safe='')}").body

    assert [price["id"] for price in found["data"]] == [record["id"]]


@pytest.mark.parametrize("value", ["a#b", 'say "hi"', "ünïcode", "a b"])
def test_a_value_of_any_characters_but_a_slash_is_found_as_a_path(api: Api, value: str) -> None:
    record = make(api, "prices", lookup_key=value)

    found = api.get(f"/v1/prices/lookup_key/{quote(value, safe='')}")

    assert (found.status, found.body.get("id")) == (200, record["id"])


def test_an_email_is_found_whatever_its_case(api: Api) -> None:
    record = make(api, "customers", email="Ada@Example.com")

    assert api.get("/v1/customers/email/ada@example.COM").body["id"] == record["id"]


def test_of_customers_who_share_an_email_the_oldest_is_found(
    api: Api, stopped: StoppedClock
) -> None:
    made = []
    for _ in range(3):
        stopped.advance(seconds=1)
        made.append(make(api, "customers", email="ada@example.com"))

    found = api.get("/v1/customers?email=ada@example.com").body["data"]

    assert [customer["id"] for customer in found] == [made[0]["id"]]
    assert len(api.get("/v1/customers").body["data"]) == 3


def test_an_email_that_its_first_owner_gives_up_still_finds_one_who_has_it(
    api: Api, stopped: StoppedClock
) -> None:
    first = make(api, "customers", email="shared@example.com")
    stopped.advance(seconds=1)
    second = make(api, "customers", email="shared@example.com")

    api.patch(f"/v1/customers/{first['id']}", {"email": "own@example.com"})

    assert api.get("/v1/customers/email/own@example.com").body["id"] == first["id"]
    assert api.get("/v1/customers/email/shared@example.com").body.get("id") == second["id"]


def test_two_values_at_once_are_refused_rather_than_one_of_them_ignored(api: Api) -> None:
    make(api, "prices", lookup_key="a", external_price_id="1")
    make(api, "prices", lookup_key="b", external_price_id="2")

    answer = api.get("/v1/prices?lookup_key=a&external_price_id=2")

    assert answer.status == 422 or answer.body["data"] == []


@pytest.mark.parametrize("length", [101, 3_000])
@pytest.mark.parametrize(
    "path", ["/v1/products/{}", "/v1/products/external_id/{}", "/v1/products?external_id={}"]
)
def test_an_absurdly_long_value_finds_nothing(api: Api, path: str, length: int) -> None:
    answer = api.get(path.format("x" * length))

    assert answer.status in (200, 404, 422)
    assert answer.body.get("data", []) == []

"""The api function: every route that has no function of its own, and what is routed nowhere."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.functions import Functions
from local.routing import find_route
from local.template import Stack
from tests.client import Api
from tests.refusals import refusal

SEAT_PRICE = b'{"currency": "usd", "unit_amount": 1, "product_data": {"name": "Seat"}}'


def test_the_example_event_lists_the_products(
    example_event: Callable[[str], dict[str, Any]], stack: Stack, functions: Functions
) -> None:
    event = example_event("api")

    found = find_route(stack.routes, "GET", event["rawPath"])
    answer = functions.invoke("ApiFunction", event)

    assert found is not None
    assert found[0].function == "ApiFunction"
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"data": [], "has_more": False, "next_cursor": None}


def test_health_answers_without_a_key(api: Api) -> None:
    answer = api.with_key("").get("/health")

    assert (answer.status, answer.body) == (200, {"status": "ok"})


def test_a_checkouts_address_opens_without_a_key(api: Api) -> None:
    made = api.post("/v1/checkouts", {"line_items": [{"price": api.price()["id"], "quantity": 1}]})

    answer = api.with_key("").get(urlsplit(made.body["checkout_url"]).path)

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v1"),
        ("GET", "/v1/refunds"),
        ("GET", "/v2/prices"),
        ("GET", "/v1/orders/ord_x/lines/1"),
        ("POST", "/v1/orders/ord_x/refund"),
        ("POST", "/v1/orders/ord_x/charge/now"),
        ("GET", "/v1/events/evt_x/data"),
        ("GET", "/v1/products/.."),
        ("GET", "/v1/prod%00ucts"),
        ("GET", "/%F0%9F%98%80"),
    ],
)
def test_a_route_that_does_not_exist_is_answered_as_a_problem(
    api: Api, method: str, path: str
) -> None:
    answer = api.call(method, path, b"{}")

    assert refusal(answer, 404) == []
    assert answer.body["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/health", "GET"),
        ("PUT", "/v1/products/prod_x", "GET, PATCH"),
        ("PATCH", "/v1/products", "GET, POST"),
        ("PUT", "/v1/orders/ord_x", "GET, PATCH"),
        ("DELETE", "/v1/products/prod_x", "GET, PATCH"),
        ("OPTIONS", "/v1/products", "GET, POST"),
        ("GET", "/v1/quotes", "POST"),
        ("GET", "/v1/orders/ord_x/charge", "POST"),
        ("DELETE", "/v1/orders/ord_x/cancel", "POST"),
        ("DELETE", "/v1/orders/ord_x", "GET, PATCH"),
        ("POST", "/v1/customers/cus_x", "GET, PATCH, DELETE"),
        ("DELETE", "/v1/payment_methods", "GET, POST"),
    ],
)
def test_a_path_that_takes_other_methods_names_them(
    api: Api, method: str, path: str, allowed: str
) -> None:
    """Else a caller takes a wrong method for an unknown id."""
    answer = api.call(method, path, b"{}")

    assert refusal(answer, 405) == []
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    "path", ["/v1/prices", "/v1/prices/", "//v1/prices", "/v1//prices", "/v1/prices///"]
)
def test_slashes_too_many_lose_nobody_a_price(api: Api, path: str) -> None:
    made = api.call("POST", path, SEAT_PRICE)
    listed = api.get(path)

    assert made.status == 201
    assert [price["id"] for price in listed.body["data"]] == [made.body["id"]]


def test_a_body_that_the_gateway_encodes_is_read_all_the_same(api: Api) -> None:
    answer = api.call("POST", "/v1/prices", SEAT_PRICE, content_type="application/octet-stream")

    assert answer.status == 201


def test_a_body_that_is_not_what_its_encoding_says_is_refused(
    api: Api, functions: Functions, example_event: Callable[[str], dict[str, Any]]
) -> None:
    event = example_event("create_price") | {"isBase64Encoded": True}

    answer = functions.invoke("CreatePriceFunction", event | {"body": "no base64!"})
    twice = functions.invoke("CreatePriceFunction", event | {"body": b64encode(b"{").decode()})

    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (400, "invalid_encoding")
    assert (twice["statusCode"], json.loads(twice["body"])["code"]) == (400, "invalid_json")


def test_every_answer_names_its_request_and_is_never_cached(api: Api) -> None:
    answers = [
        api.post("/v1/products", {"name": "Seat"}),
        api.post("/v1/orders", {}),
        api.get("/v1/products"),
        api.get("/v1/products/prod_x"),
        api.get("/nowhere"),
        api.with_key("").get("/v1/products"),
        api.get("/health"),
    ]

    assert len({answer.headers["request-id"] for answer in answers}) == len(answers)
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert all(answer.headers["request-id"].startswith("req_") for answer in answers)


def test_text_in_any_script_comes_back_as_it_was_sent(api: Api) -> None:
    name = "Sitzplatz für 食べ物 🚀 «ωμέγα»"

    product = api.product(name=name)

    assert product["name"] == name
    assert api.get(f"/v1/products/{product['id']}").body["name"] == name


def test_numbers_in_metadata_come_back_exactly(api: Api) -> None:
    body = b'{"name": "Seat", "metadata": {"a": 0.10, "b": 1234567890.1234567, "c": 1e3, "d": -5}}'

    made = api.call("POST", "/v1/products", body)

    assert '"a":0.10,"b":1234567890.1234567,"c":1E+3,"d":-5' in made.text
    assert api.get(f"/v1/products/{made.body['id']}").text == made.text

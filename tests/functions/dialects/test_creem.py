"""Creem's language over the real functions: its SDK's calls, answered as its SDK reads them."""

from dataclasses import replace
from typing import Any

import pytest

from farebox import bootstrap
from farebox.dialects import creem
from farebox.handler import read_event
from farebox.problems import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidRequest,
    KeyReused,
    MalformedBody,
    MethodNotAllowed,
    NotFound,
    OtherDialect,
    Problem,
    StateChanged,
    TooLarge,
    Unauthenticated,
    Unavailable,
    ValueTaken,
)
from tests.client import Api
from tests.functions.dialects.creem_calls import (
    CHECKOUT,
    CUSTOMER,
    PRODUCT,
    REFUSAL,
    SALE,
    call,
    fields,
    get,
    made,
    product,
)


@pytest.fixture
def gold(api: Api) -> str:
    """A product that is paid once."""
    return str(product(api)["id"])


def test_a_checkout_answers_with_everything_that_creem_has(api: Api, gold: str) -> None:
    """Else code that reads a field of the answer meets a KeyError."""
    jane = made(api, "customers", {"email": "jane@example.com", "name": "Jane"})
    made(api, "discounts", SALE)

    checkout = made(
        api,
        "checkouts",
        {
            "product_id": gold,
            "units": 2,
            "custom_price": 2000,
            "discount_code": "SALE",
            "customer": {"id": jane["id"]},
            "request_id": "req_1",
            "metadata": {"tier": 2},
            "success_url": "https://example.com/return",
        },
    )

    assert checkout.keys() == CHECKOUT
    assert checkout["product"].keys() == PRODUCT
    assert checkout["customer"] == jane
    assert jane.keys() == CUSTOMER
    assert checkout["custom_price"] == 2000
    assert checkout["discount"]["discountCode"] == "SALE"
    assert checkout["metadata"] == {"tier": 2}
    assert get(api, f"checkouts?checkout_id={checkout['id']}") == checkout
    native = api.get(f"/v1/checkouts/{checkout['id']}").body
    assert (native["subtotal_amount"], native["total_amount"]) == (4000, 3600)


def test_what_a_checkout_has_not_is_left_out(api: Api, gold: str) -> None:
    """Else the npm package, which takes no null there, refuses the answer."""
    checkout = made(api, "checkouts", {"product_id": gold})

    absent = {"request_id", "custom_price", "customer", "discount"}
    assert checkout.keys() == CHECKOUT - absent
    assert [name for name, value in checkout.items() if value is None] == ["success_url"]


def test_both_spellings_of_custom_fields_ask_the_same(api: Api, gold: str) -> None:
    """Else a checkout of older code asks nothing."""
    asked = [{"type": "text", "key": "company", "label": "Company", "text": {"min_length": 1}}]

    now, then = (
        made(api, "checkouts", {"product_id": gold, name: asked})["custom_fields"]
        for name in ("custom_fields", "custom_field")
    )

    assert now == then
    assert now[0]["text"] == {"minimum_length": 1, "value": None}
    for name in ("custom_fields", "custom_field"):
        one = {"product_id": gold, "custom_field": None, "custom_fields": None, name: asked}
        assert made(api, "checkouts", one)["custom_fields"] == now
    both = {"product_id": gold, "custom_field": asked, "custom_fields": asked}
    assert fields(call(api, "checkouts", both)) == ["custom_field"]


def test_a_request_id_makes_one_checkout(api: Api, gold: str) -> None:
    """Else the SDK's retry makes a second one."""
    first = made(api, "checkouts", {"product_id": gold, "request_id": "req_1"})

    assert made(api, "checkouts", {"product_id": gold, "request_id": "req_1"}) == first
    other = call(api, "checkouts", {"product_id": gold, "request_id": "req_1", "units": 2})
    assert (other.status, other.body["error"]) == (409, "Conflict")


@pytest.mark.parametrize(
    ("name", "value", "param"),
    [
        ("product_id", None, "product_id"),
        ("product_id", 7, "product_id"),
        ("units", 0, "units"),
        ("units", 1.5, "units"),
        ("units", "2", "units"),
        ("custom_price", 99, "custom_price"),
        ("custom_price", 100_000_000, "custom_price"),
        ("custom_price", 150.5, "custom_price"),
        ("discount_code", "NONE", "discount_code"),
        ("customer", "cus_1", "customer"),
        ("customer", {"id": 1}, "customer.id"),
        ("customer", {"email": "nobody"}, "customer.email"),
        ("customer", {"name": "Jane"}, "customer.name"),
        ("customer", {"phone": "1"}, "customer.phone"),
        ("metadata", [{"tier": 2}], "metadata"),
        ("metadata", {"tier": []}, "metadata.tier"),
        ("success_url", "example.com", "success_url"),
        ("affiliate_code", "ada", "affiliate_code"),
        ("line_items", [], "line_items"),
        ("product", "prod_1", "product"),
        ("custom_fields", [{"type": "number", "key": "a", "label": "A"}], "custom_fields[0].type"),
    ],
)
def test_what_a_checkout_cannot_have_is_refused_by_its_name(
    api: Api, gold: str, name: str, value: Any, param: str
) -> None:
    """Else it is dropped, and the merchant learns of it from a customer."""
    answer = call(api, "checkouts", {"product_id": gold, name: value})

    assert (answer.status, fields(answer)) == (400, [param])


def test_a_customer_is_an_id_or_an_address(api: Api, gold: str) -> None:
    """Else the page is filled in for somebody else."""
    jane = made(api, "customers", {"email": "jane@example.com", "name": "Jane"})
    both = {"id": jane["id"], "email": "ada@example.com"}

    answer = call(api, "checkouts", {"product_id": gold, "customer": both})

    assert fields(answer) == ["customer.email"]


def test_a_recurring_product_cannot_be_checked_out_yet(api: Api) -> None:
    """Else a subscription is paid once and never again."""
    silver = product(api, billing_type="recurring", billing_period="every-month")

    answer = call(api, "checkouts", {"product_id": silver["id"]})

    assert (answer.status, fields(answer)) == (400, ["product_id"])


def test_unknown_and_foreign_products_answer_alike(api: Api, other: Api) -> None:
    """Else one organization learns what another one sells."""
    foreign = product(other)["id"]
    unknown = "prod_00000000000000000000000000"

    for id in (foreign, unknown):
        answer = call(api, "checkouts", {"product_id": id})
        assert (answer.status, answer.body["message"]) == (404, ["Product not found"])
        assert api.get(f"/creem/v1/products/{id}").status == 404


def test_a_checkout_made_natively_can_be_read(api: Api) -> None:
    """Else a page of a shop with two systems shows half of its checkouts."""
    line = {
        "price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Mug"}},
        "quantity": 2,
    }
    native = api.post("/v1/checkouts", {"line_items": [line]}).body

    shown = get(api, f"checkouts?checkout_id={native['id']}")

    assert (shown["product"], shown["units"]) == (native["line_items"][0]["id"], 2)
    assert "custom_price" not in shown


def test_live_mode_is_called_prod(live: Api) -> None:
    """Else the npm package refuses every answer of live mode."""
    assert product(live)["mode"] == "prod"


def test_keys_are_refused_as_creem_does(api: Api) -> None:
    """Else code that tells a missing key from a wrong one takes the other way."""
    bound = bootstrap.create_key(api.organization, livemode=False, dialect="polar")
    narrow = bootstrap.create_key(api.organization, livemode=False, scopes=("orders:read",))

    answers = [api.with_key(key).get("/creem/v1/products/search") for key in ("", "x", bound)]

    assert [answer.status for answer in answers] == [401, 403, 401]
    assert [answer.body["message"] for answer in answers] == [
        *(["Missing API key"], ["Invalid API key"]),
        ["Invalid API key"],
    ]
    assert api.with_key(narrow).get("/creem/v1/products/search").status == 403
    with_header = replace(api, key="").get("/creem/v1/products/search", x_api_key=api.key)
    assert with_header.status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/creem/v1/transactions/search"),
        ("POST", "/creem/v1/customers/billing"),
        ("POST", "/creem/v1/refunds"),
        ("GET", "/creem/v1/subscriptions"),
        ("PUT", "/creem/v1/checkouts"),
        ("GET", "/creem"),
    ],
)
def test_what_there_is_not_is_not_found(api: Api, method: str, path: str) -> None:
    """Else an SDK retries, or reads a refusal as an answer."""
    answer = api.call(method, path)

    assert (answer.status, answer.body["error"]) == (404, "Not Found")
    assert answer.body.keys() == REFUSAL


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (Problem(), 500),
        (InvalidRequest([FieldError("a", "required", "Needed")]), 400),
        (MalformedBody([FieldError("", "invalid_json", "No JSON")]), 400),
        (TooLarge([FieldError("", "body_too_large", "Too large")]), 413),
        (Unauthenticated(), 403),
        (OtherDialect(), 401),
        (Forbidden(), 403),
        (NotFound(), 404),
        (MethodNotAllowed(["GET"]), 404),
        (Conflict(), 409),
        (ValueTaken(), 400),
        (KeyReused(), 409),
        (StateChanged(), 409),
        (Unavailable(), 503),
    ],
)
def test_every_problem_has_creems_form(problem: Problem, status: int) -> None:
    """Else the SDK raises an error without a sentence."""
    request = read_event({"rawPath": "/creem/v1/products", "headers": {"x-api-key": "x"}})

    answer = creem.write_problem(problem, request)

    assert isinstance(answer.body, dict)
    assert (answer.status, answer.body["status"]) == (status, status)
    assert answer.body.keys() == REFUSAL
    assert answer.body["message"]
    assert ("retry-after" in answer.headers) == (status == 503)

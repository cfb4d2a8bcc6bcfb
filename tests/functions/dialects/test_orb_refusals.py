"""Orb's language says no: each refusal has the type by which its SDK picks the class."""

from typing import Any

import pytest

from farebox import bootstrap
from farebox.dialects import orb
from farebox.dialects.orb.requests import PRICE_FIELDS
from farebox.handler import Request
from farebox.pricing.models import MODELS
from farebox.problems import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidRequest,
    KeyReused,
    MalformedBody,
    MethodNotAllowed,
    NotFound,
    Problem,
    StateChanged,
    TooLarge,
    Unauthenticated,
    Unavailable,
    ValueTaken,
)
from tests.client import Api
from tests.functions.dialects.orb_calls import TYPES, UNIT, new_item, price, refused

HOSTILE: list[Any] = [
    None, True, 0, -1, 1.5, 10**30, "", " ", "\x00", "ü" * 5000, [], [[]], {}, {"a": None},
    {"unit_amount": "sNaN"}, {"unit_config": {"unit_amount": "sNaN"}}, [{"a": []}],
]  # fmt: skip

# Who asks, and what is not there


def test_ping_tells_whether_a_key_is_valid(api: Api) -> None:
    assert api.get("/orb/ping").body == {"response": "pong"}
    refused(api.with_key("").get("/orb/v1/ping"), 401, "401-authentication-error")


def test_a_key_of_another_language_is_no_key_here(api: Api) -> None:
    theirs = bootstrap.create_key(api.organization, livemode=False, dialect="stripe")
    ours = bootstrap.create_key(api.organization, livemode=False, dialect="orb")

    assert api.with_key(ours).get("/orb/v1/items").status == 200
    refused(api.with_key(theirs).get("/orb/v1/items"), 401, "401-authentication-error")


@pytest.mark.parametrize(
    ("method", "path", "noun"),
    [
        ("GET", "/prices/price_x", "price"),
        ("PUT", "/prices/price_x", "price"),
        ("GET", "/prices/external_price_id/a%2Fb", "price"),
        ("PUT", "/prices/external_price_id/x", "price"),
        ("GET", "/items/prod_x", "item"),
        ("PUT", "/items/prod_x", "item"),
        ("POST", "/items/prod_x/archive", "item"),
    ],
)
@pytest.mark.parametrize("version", ["", "/v1"])
def test_an_unknown_id_is_told_as_the_sdk_expects(
    api: Api, version: str, method: str, path: str, noun: str
) -> None:
    answer = api.call(method, f"/orb{version}{path}", b"" if method == "GET" else b"{}")

    assert refused(answer, 404, "404-resource-not-found") == f"There is no such {noun}"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/customers"),
        ("GET", "/plans/external_plan_id/x"),
        ("POST", "/ingest"),
        ("POST", "/metrics"),
        ("GET", "/subscriptions"),
        ("POST", "/prices/evaluate"),
        ("POST", "/prices/evaluate_preview_events"),
        ("POST", "/prices/price_x/evaluate"),
    ],
)
@pytest.mark.parametrize("version", ["", "/v1"])
def test_what_orb_has_and_farebox_has_not_is_told_apart_from_a_misspelt_url(
    api: Api, version: str, method: str, path: str
) -> None:
    refused(api.call(method, f"/orb{version}{path}", b"{}"), 404, "404-feature-not-available")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/orb"),
        ("GET", "/orb/v1"),
        ("GET", "/orb/v1x"),
        ("GET", "/orb/v1/prizes"),
        ("DELETE", "/orb/v1/items/prod_x"),
        ("GET", "/orb/v1/items/prod_x/archive"),
        ("GET", "/orb/v1/prices/price_x/archive"),
        ("PATCH", "/orb/v1/prices"),
    ],
)
def test_a_url_that_orb_has_not_either_is_told_as_one(api: Api, method: str, path: str) -> None:
    refused(api.call(method, path, b"{}"), 404, "404-url-not-found")


BROKEN = [FieldError("product", "required", "This field is required")]
ASKED = Request("POST", "/orb/v1/prices/price_x", {}, {}, "", False, "localhost", "req_x")


@pytest.mark.parametrize(
    ("problem", "status", "kind", "header"),
    [
        (Problem(), 500, "500-internal-server-error", None),
        (InvalidRequest(BROKEN), 400, "400-request-validation-errors", None),
        (MalformedBody(BROKEN), 400, "400-request-validation-errors", None),
        (TooLarge([FieldError("", "body_too_large", "x")]), 413, "413-request-too-large", None),
        (TooLarge([FieldError("", "record_too_large", "x")]), 413, "413-resource-too-large", None),
        (Unauthenticated(), 401, "401-authentication-error", ("www-authenticate", "Bearer")),
        (NotFound(), 404, "404-resource-not-found", None),
        (MethodNotAllowed(["GET"]), 404, "404-url-not-found", None),
        (Conflict(), 409, "409-resource-conflict", ("x-should-retry", "false")),
        (ValueTaken(), 400, "400-duplicate-resource-creation", None),
        (KeyReused(), 409, "409-resource-conflict", ("x-should-retry", "false")),
        # Worth another try, which the SDK makes by itself.
        (StateChanged(), 409, "409-resource-conflict", None),
        (Unavailable(), 503, "500-internal-server-error", ("retry-after", "1")),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Problem) else None,
)
def test_every_problem_has_the_type_by_which_the_sdk_picks_its_class(
    problem: Problem, status: int, kind: str, header: tuple[str, str] | None
) -> None:
    answer = orb.write_problem(problem, ASKED)

    assert isinstance(answer.body, dict)
    assert (answer.status, answer.body["type"]) == (status, TYPES + kind)
    assert dict(answer.headers) == (dict([header]) if header else {})
    if kind == "400-request-validation-errors":
        assert answer.body["validation_errors"] == ["item_id: This field is required"]


def test_a_key_that_may_not_is_told_by_the_status_alone() -> None:
    """Orb has no type for it; a made-up one would be taken for one of Orb's."""
    answer = orb.write_problem(Forbidden(), ASKED)

    assert isinstance(answer.body, dict)
    assert (answer.status, answer.body["type"]) == (403, "about:blank")


@pytest.mark.parametrize(
    "field", sorted(PRICE_FIELDS - {f"{model}_config" for model in MODELS if model != "unit"})
)
def test_no_body_is_our_fault(api: Api, field: str) -> None:
    """Else one odd client wakes whoever looks after the service."""
    item = new_item(api)
    whole = {**UNIT, "item_id": item, "conversion_rate": 1}
    for hostile in HOSTILE:
        answer = api.post("/orb/v1/prices", whole | {field: hostile})
        assert answer.status in (201, 400), f"{field}={hostile!r}: {answer.text}"


def test_a_flood_of_unknown_fields_is_not_echoed_in_full(api: Api) -> None:
    answer = api.post("/orb/v1/items", {f"f{place}": 1 for place in range(5000)})

    assert len(refused(answer, 400, "400-request-validation-errors")) == 100


def test_another_organizations_ids_answer_like_unknown_ones(api: Api, other: Api) -> None:
    """Else a competitor learns which prices exist."""
    item = new_item(other)
    theirs = price(other, item, external_price_id="gold")["id"]

    for path in (f"prices/{theirs}", "prices/external_price_id/gold", f"items/{item}"):
        unknown = path.rpartition("/")[0] + "/x"
        assert api.get(f"/orb/v1/{path}").text == api.get(f"/orb/v1/{unknown}").text
        put = [api.call("PUT", f"/orb/v1/{each}", {"metadata": {"a": "b"}}).text
               for each in (path, unknown)]  # fmt: skip
        assert put[0] == put[1]
    made = api.post("/orb/v1/prices", {**UNIT, "item_id": item})
    refused(made, 400, "400-constraint-violation")
    assert api.get("/orb/v1/prices").body["data"] == api.get("/orb/v1/items").body["data"] == []

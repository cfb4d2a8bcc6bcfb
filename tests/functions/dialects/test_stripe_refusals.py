"""What Stripe's language says no to, and how: the SDK picks its class by status and ``type``."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from farebox import bootstrap, problems
from farebox.dialects import stripe
from farebox.dialects.stripe import requests
from farebox.dialects.stripe.fields import Table
from farebox.handler import read_event
from farebox.operations.routes import stripe as routes
from farebox.problems import FieldError, InvalidRequest, Problem
from farebox.storage import connection
from farebox.storage.connection import DynamoDB, Write
from local.template import Stack
from tests.client import Api
from tests.functions.dialects.stripe_calls import (
    LINE,
    PRICE,
    SESSIONS,
    fetch,
    made,
    post_text,
    reason,
    refused,
    send,
)
from tests.tables import everything

EVENT = {
    "rawPath": "/stripe/v1/prices",
    "requestContext": {"http": {"method": "POST", "path": "/stripe/v1/prices"}},
}


def every_problem() -> Iterator[Problem]:
    """One of each class."""
    for kind in vars(problems).values():
        if not (isinstance(kind, type) and issubclass(kind, Problem)):
            continue
        if issubclass(kind, InvalidRequest):
            yield kind([FieldError("name", "required", "This field is required")])
        elif kind is problems.MethodNotAllowed:
            yield kind(["GET"])
        else:
            yield kind()


@pytest.mark.parametrize("problem", list(every_problem()), ids=lambda each: type(each).__name__)
def test_every_problem_has_a_body_that_the_sdk_can_read(problem: Problem) -> None:
    """Else the SDK dies with AttributeError, and the caller never hears what went wrong."""
    answer = stripe.speaking(read_event(EVENT)).write_problem(problem, read_event(EVENT))

    assert isinstance(answer.body, dict)
    assert answer.body["error"].keys() >= {"type", "message"}
    assert all(answer.body["error"].values())
    assert answer.status in (400, 401, 403, 404, 409, 429, 500, 503)
    # Retried by itself: 409 and what is 500 or more, unless a header says otherwise.
    if isinstance(problem, problems.Conflict) and not isinstance(problem, problems.StateChanged):
        assert answer.headers["stripe-should-retry"] == "false"


def test_an_unknown_outcome_is_not_tried_again_without_a_key(api: Api) -> None:
    """Else one click makes two prices."""

    class Lost(DynamoDB):
        def transact(self, writes: Sequence[Write], token: str) -> None:
            raise problems.OutcomeUnknown

    inner = connection.connection()
    assert isinstance(inner, DynamoDB)
    connection.use(Lost(inner._client))

    without = send(api, "/v1/prices", PRICE)
    with_key = send(api, "/v1/prices", PRICE, idempotency_key="price-1")

    assert refused(without, 503)["type"] == refused(with_key, 503)["type"] == "api_error"
    assert without.headers["stripe-should-retry"] == "false"
    assert with_key.headers["stripe-should-retry"] == "true"


# Keys


def test_no_key_and_a_strange_key_are_401(api: Api) -> None:
    """Else the SDK raises no AuthenticationError, and nobody looks at the key."""
    assert refused(fetch(api.with_key(""), "/v1/prices"), 401)
    strange = refused(fetch(api.with_key("sk_test_secret"), "/v1/prices"), 401)
    assert "secret" not in strange["message"]


def test_a_key_of_another_language_is_401(api: Api) -> None:
    """Else a key that leaked from one integration opens another."""
    key = bootstrap.create_key(api.organization, livemode=False, dialect="orb")

    assert refused(fetch(api.with_key(key), "/v1/prices"), 401)
    assert refused(send(api.with_key(key), "/v1/prices"), 401)


def test_a_key_of_this_language_works(api: Api) -> None:
    """Else a team that binds its keys locks itself out."""
    key = bootstrap.create_key(api.organization, livemode=False, dialect="stripe")

    made(send(api.with_key(key), "/v1/prices", PRICE))


def test_a_key_without_the_scope_is_403(api: Api) -> None:
    """Else the SDK raises no PermissionError."""
    key = bootstrap.create_key(api.organization, livemode=False, scopes=("prices:read",))

    answer = send(api.with_key(key), "/v1/prices", PRICE)

    assert refused(answer, 403)["code"] == "insufficient_scope"


def test_what_is_wrong_is_told_to_no_stranger(api: Api) -> None:
    """Else rules can be probed without a key."""
    stranger = replace(api, key="")

    assert refused(send(stranger, "/v1/prices", {"color": "red"}), 401)
    assert refused(fetch(stranger, "/v1/prices", {"color": "red"}), 401)


# Idempotency


def test_a_key_makes_one_session_however_often_it_is_sent(api: Api) -> None:
    """Else the SDK's own retry, which repeats its key, makes a second one."""
    fields = {"line_items": [LINE]}
    first = send(api, SESSIONS, fields, idempotency_key="cart-7")
    second = send(api, SESSIONS, fields, idempotency_key="cart-7")

    assert made(second) == made(first)
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"


def test_a_key_with_other_parameters_is_an_idempotency_error(api: Api) -> None:
    """Else the SDK retries what can never go well."""
    send(api, "/v1/prices", PRICE, idempotency_key="k")
    answer = send(api, "/v1/prices", {**PRICE, "unit_amount": 1}, idempotency_key="k")

    assert refused(answer)["type"] == "idempotency_error"
    assert answer.headers["stripe-should-retry"] == "false"


# Nothing there


@pytest.mark.parametrize(
    ("method", "path", "param"),
    [
        ("GET", "/v1/prices/{}", "price"),
        ("POST", "/v1/prices/{}", "price"),
        ("GET", "/v1/products/{}", "id"),
        ("POST", "/v1/products/{}", "id"),
        ("GET", "/v1/customers/{}", "id"),
        ("POST", "/v1/customers/{}", "id"),
        ("DELETE", "/v1/customers/{}", "id"),
        ("GET", "/v1/checkout/sessions/{}", "session"),
        ("POST", "/v1/checkout/sessions/{}/expire", "session"),
        ("GET", "/v1/checkout/sessions/{}/line_items", "session"),
    ],
)
def test_unknown_and_foreign_ids_answer_alike(
    api: Api, other: Api, method: str, path: str, param: str
) -> None:
    """Else an id of another organization can be found out."""
    foreign = {
        "prices": lambda: other.price()["id"],
        "products": lambda: other.product()["id"],
        "customers": lambda: other.customer()["id"],
        "checkout": lambda: made(send(other, SESSIONS, {"line_items": [LINE]}))["id"],
    }[path.split("/")[2]]()

    for id in (foreign, "x_none"):
        answer = api.call(method, f"/stripe{path.format(id)}")
        error = refused(answer, 404)
        assert (error["code"], error["param"]) == ("resource_missing", param)
        assert error["message"].endswith(f": '{id}'")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/prices/search"),
        ("POST", "/v1/payment_intents"),
        ("DELETE", "/v1/products/prod_1"),
        ("GET", "/v1/checkout"),
        ("GET", "/"),
        ("PATCH", "/v1/prices/price_1"),
    ],
)
def test_what_is_not_served_says_so(api: Api, method: str, path: str) -> None:
    """Else a caller takes a missing operation for a missing record."""
    error = refused(api.call(method, f"/stripe{path}"), 404)

    assert "Unrecognized request URL" in error["message"]
    assert "code" not in error


# Forms


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ("a[b", "parameter_unknown"),
        ("[a]=1", "parameter_unknown"),
        ("=1", "parameter_unknown"),
        ("a]b=1", "parameter_unknown"),
        ("a" + "[b]" * 8 + "=1", "parameter_unknown"),
        ("currency=usd&currency=eur", "duplicate_key"),
        ("metadata=1&metadata[a]=1", "parameter_invalid"),
        ("metadata[a]=1&metadata=1", "duplicate_key"),
        ("tiers[][up_to]=1", "parameter_invalid"),
        ("tiers[1][up_to]=1", "parameter_invalid_array"),
        ("tiers[0][up_to]=1&tiers[00][up_to]=2", "parameter_invalid_array"),
        ("tiers[x][up_to]=1", "parameter_invalid_array"),
        ("tiers=1", "parameter_invalid_array"),
        ("tiers[0]=1", "invalid_type"),
        ("recurring=month", "invalid_type"),
        ("currency_options=usd", "invalid_type"),
        ("currency[a]=usd", "invalid_type"),
        ("active=1", "parameter_invalid_boolean"),
        ("unit_amount=1e3", "parameter_invalid_integer"),
        ("unit_amount=" + "9" * 21, "parameter_invalid_integer"),
        ("unit_amount=%D9%A1", "parameter_invalid_integer"),
        ("nickname=%FF", "invalid_characters"),
        ("expand[0][a]=product", "parameter_invalid_array"),
        ("expand[0]=color", "parameter_invalid_expansion"),
        ("&".join(f"a{n}=1" for n in range(10_001)), "body_too_large"),
        ("a=" + "b" * 1_000_001, "body_too_large"),
        ("&".join(f"expand[{n}]=product" for n in range(21)), "parameter_invalid"),
    ],
)
def test_a_form_that_means_nothing_is_refused(api: Api, form: str, code: str) -> None:
    """Else it means one thing to the sender and another to us."""
    assert reason(post_text(api, "/v1/prices", form))[1] == code


def test_a_body_that_is_no_form_is_refused(api: Api) -> None:
    """Else JSON is read as one strange key, and everything is missing."""
    answer = api.post("/stripe/v1/prices", PRICE)

    assert "application/x-www-form-urlencoded" in refused(answer)["message"]


@pytest.mark.parametrize(
    ("metadata", "param"),
    [
        ({"k" * 41: "v"}, "metadata[" + "k" * 41 + "]"),
        ({"a.b": "v" * 501}, "metadata[a.b]"),
        ({"a": {"b": "c"}}, "metadata[a]"),
        ({f"k{n}": "v" for n in range(51)}, "metadata"),
    ],
)
def test_metadata_has_limits(api: Api, metadata: Any, param: str) -> None:
    """Else a record outgrows its place."""
    assert reason(send(api, "/v1/customers", {"metadata": metadata}))[0] == param


# Names


def paths(table: Table, wire: str = "", ours: str = "") -> Iterator[tuple[str, str]]:
    """Every field of a table by the form's path and by ours, tables within it included."""
    for name, field in table.fields.items():
        there = f"{wire}[{name}]" if wire else name
        here = f"{ours}.{field.ours or name}" if ours else field.ours or name
        if not field.kept:
            continue
        if isinstance(field.kind, Table):
            yield from paths(field.kind, there, here)
        yield there + field.kind.wire(()), here


@pytest.mark.parametrize("name", requests.TABLES)
def test_a_field_is_refused_under_the_name_that_was_sent(name: str) -> None:
    """Else a caller looks for a mistake in a field that the form does not have."""
    table = requests.TABLES[name]

    for there, here in paths(table):
        assert table.path(here) == there


def test_a_filter_looks_no_further_than_it_has_time(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one call of a large shop reads all of its records, and times out."""
    monkeypatch.setattr(routes, "LOOKED_THROUGH_AT_ONCE", 1)
    monkeypatch.setattr(routes, "LOOKS", 2)
    for _ in range(3):
        send(api, "/v1/prices", PRICE)

    assert reason(fetch(api, "/v1/prices", {"active": False})) == (None, "filter_too_wide")


@pytest.mark.parametrize("header", ["stripe_account", "stripe_context"])
def test_a_request_for_another_account_is_refused(api: Api, stack: Stack, header: str) -> None:
    """Else what a platform sells for a shop is kept, and charged, as its own."""
    before = everything(stack)
    for answer in (
        send(api, "/v1/prices", PRICE, **{header: "acct_1"}),
        api.get("/stripe/v1/prices", **{header: "acct_1"}),
        api.get("/stripe/v1/prices/price_1", **{header: "acct_1"}),
    ):
        assert reason(answer, 403) == (None, "account_invalid")
    assert everything(stack) == before
    assert send(api, "/v1/prices", PRICE, **{header: api.organization}).status == 200


@pytest.mark.parametrize("collection", ["prices", "products", "customers"])
def test_there_is_no_search(api: Api, collection: str) -> None:
    """Else a shop reads that its query is wrong, and goes on trying others."""
    answer = fetch(api, f"/v1/{collection}/search", {"query": "active:'true'"})

    assert refused(answer, 404)["message"].startswith("Unrecognized request URL")

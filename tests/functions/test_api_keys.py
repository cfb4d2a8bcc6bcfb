"""API keys: who may call, and what a caller without a good one learns, which is nothing."""

import base64
import string
from dataclasses import replace
from typing import Any

import pytest

from farebox import api_keys, bootstrap
from local.template import Stack
from tests.client import Answered, Api
from tests.clocks import StoppedClock
from tests.refusals import refusal
from tests.tables import everything, nothing_stored


def shape(answer: Answered) -> dict[str, object]:
    """A refusal without what differs between any two answers."""
    return {**answer.body, "request_id": ""}


def scoped(api: Api, *scopes: str) -> Api:
    return api.with_key(bootstrap.create_key(api.organization, livemode=False, scopes=scopes))


def unknown_key(api: Api) -> str:
    """A well-formed key of this organization that nobody made."""
    return api_keys.new(api.organization, livemode=False)


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def test_every_way_to_send_a_key_works(api: Api) -> None:
    bare = api.with_key("")

    answers = [
        bare.get("/v1/products", authorization=f"Bearer {api.key}"),
        bare.get("/v1/products", authorization=f"bearer   {api.key} "),
        bare.get("/v1/products", authorization=basic(api.key)),
        bare.get("/v1/products", x_api_key=api.key),
        bare.get("/v1/products", X_Api_Key=api.key),
    ]

    assert [answer.status for answer in answers] == [200] * 5


def test_every_bad_key_is_refused_in_the_same_words(api: Api, other: Api, live: Api) -> None:
    revoked = bootstrap.create_key(api.organization, livemode=False)
    bootstrap.revoke_key(revoked)
    mode_swapped = api.key.replace("fb_test_", "fb_live_")
    body = mode_swapped[: -len(api_keys.checksum(""))]
    bad = {
        "none": "",
        "garbage": "garbage",
        "unknown": unknown_key(api),
        "of an unknown organization": api_keys.new("org_" + "0" * 26, livemode=False),
        "revoked": revoked,
        "cut": api.key[:-1],
        "of the other mode": body + api_keys.checksum(body),
        "with another checksum": api.key[:-1] + ("0" if api.key[-1] != "0" else "1"),
        "in another case": api.key.swapcase(),
    }

    shapes = {name: shape(api.with_key(key).get("/v1/products")) for name, key in bad.items()}

    first = shapes["none"]
    assert (first["status"], first["code"]) == (401, "invalid_api_key")
    assert {name: found for name, found in shapes.items() if found != first} == {}


@pytest.mark.parametrize(
    "header",
    [
        *("Bearer", "Bearer ", "Token x", "Basic", "Basic !!", "Basic /w==", "Negotiate abc"),
        "Bearer fb_test_\u0660" + "0" * 75,
    ],
)
def test_a_header_that_is_no_key_is_refused_like_none(api: Api, header: str) -> None:
    answer = api.with_key("").get("/v1/products", authorization=header)

    assert refusal(answer, 401) == []
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/prices"),
        ("POST", "/v1/orders"),
        ("POST", "/v1/checkouts"),
        ("POST", "/v1/products"),
        ("POST", "/v1/quotes"),
        ("POST", "/v1/prices/price_x/quote"),
        ("POST", "/v1/payment_methods"),
        ("POST", "/v1/orders/ord_x/charge"),
        ("POST", "/v1/orders/ord_x/cancel"),
        ("GET", "/v1/events?limit=0"),
        ("PATCH", "/v1/products/prod_x"),
        ("GET", "/v1/products?limit=0"),
        ("GET", "/v1/products?cursor=x"),
    ],
)
@pytest.mark.parametrize("sent", [b"{", b'{"x": 1}', b"[" * 100])
def test_what_is_wrong_with_a_request_is_told_only_to_whom_a_key_proves(
    api: Api, stack: Stack, method: str, path: str, sent: bytes
) -> None:
    with nothing_stored(stack):
        unknown = api.with_key(unknown_key(api)).call(method, path, sent)
        missing = api.with_key("").call(method, path, sent)
        proved = api.call(method, path, sent)

    assert refusal(unknown, 401) == refusal(missing, 401) == []
    assert proved.status in (400, 422)


def test_a_revoked_key_stops_within_a_minute(api: Api, stopped: StoppedClock) -> None:
    key = bootstrap.create_key(api.organization, livemode=False)
    caller = api.with_key(key)
    assert caller.get("/v1/products").status == 200

    bootstrap.revoke_key(key)
    stopped.advance(seconds=60)

    assert caller.get("/v1/products").status == 401


def test_a_key_in_use_is_not_read_again_for_a_minute(api: Api, stopped: StoppedClock) -> None:
    key = bootstrap.create_key(api.organization, livemode=False)
    caller = api.with_key(key)
    assert caller.get("/v1/products").status == 200

    bootstrap.revoke_key(key)
    stopped.advance(seconds=59)

    assert caller.get("/v1/products").status == 200


def test_a_revoked_key_is_refused_at_once_where_it_was_not_used(api: Api) -> None:
    key = bootstrap.create_key(api.organization, livemode=False)

    bootstrap.revoke_key(key)

    assert api.with_key(key).post("/v1/products", {"name": "Seat"}).status == 401


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("prices:write", "POST", "/v1/prices"),
        ("orders:write", "POST", "/v1/orders"),
        ("checkouts:write", "POST", "/v1/checkouts"),
        ("products:write", "POST", "/v1/products"),
        ("products:write", "PATCH", "/v1/products/prod_x"),
        ("customers:read", "GET", "/v1/customers"),
        ("customers:read", "GET", "/v1/customers?email=a@b.co"),
        ("customers:write", "DELETE", "/v1/customers/cus_x"),
        ("orders:read", "GET", "/v1/orders/ord_x"),
        ("orders:write", "POST", "/v1/orders/ord_x/charge"),
        ("orders:write", "POST", "/v1/orders/ord_x/cancel"),
        ("payment_methods:read", "GET", "/v1/payment_methods"),
        ("payment_methods:write", "POST", "/v1/payment_methods"),
        ("payment_methods:write", "DELETE", "/v1/payment_methods/pm_x"),
        ("events:read", "GET", "/v1/events"),
        ("events:read", "GET", "/v1/events/evt_x"),
    ],
)
def test_a_key_does_only_what_its_scopes_say(
    api: Api, stack: Stack, scope: str, method: str, path: str
) -> None:
    inline = {"currency": "usd", "unit_amount": 100, "product_data": {"name": "Seat"}}
    lines = [{"price_data": inline, "quantity": 1}]
    customer = {"customer": api.customer()["id"]}
    bodies: dict[str, Any] = {
        "/v1/prices": inline,
        "/v1/orders": customer | {"line_items": lines},
        "/v1/checkouts": {"line_items": lines},
        "/v1/payment_methods": customer | {"test_card": "success"},
        "/v1/products": {"name": "Seat"},
        "/v1/products/prod_x": {"name": "Seat"},
    }
    body = bodies.get(path) if method in ("POST", "PATCH") else None
    elsewhere = scope.replace(scope.partition(":")[0], "refunds")
    without, with_it = scoped(api, elsewhere, "refunds:read"), scoped(api, scope)

    with nothing_stored(stack):
        refused = without.call(method, path, body)

    assert refusal(refused, 403) == []
    assert refused.body["code"] == "insufficient_scope"
    assert scope in refused.body["detail"]
    assert with_it.call(method, path, body).status in (200, 201, 404)


def test_a_test_key_never_sees_a_live_record(api: Api, live: Api) -> None:
    product = live.product(external_id="erp-1")

    assert product["livemode"] is True
    assert api.get(f"/v1/products/{product['id']}").status == 404
    assert api.get("/v1/products/external_id/erp-1").status == 404
    assert api.get("/v1/products").body["data"] == []
    assert api.product(external_id="erp-1")["livemode"] is False


def test_no_key_is_ever_stored(api: Api, live: Api, stack: Stack) -> None:
    api.get("/v1/products")

    kept = str(everything(stack))

    assert api.key not in kept
    assert live.key not in kept


def test_a_key_that_names_another_organization_proves_nothing_there(api: Api, other: Api) -> None:
    """The organization stands in clear in the key, so anybody can write another there."""
    mine = api.organization.removeprefix("org_")
    forged = api.key.replace(mine, other.organization.removeprefix("org_"))
    body = forged[: -len(api_keys.checksum(""))]
    other.product()

    answer = replace(api, key=body + api_keys.checksum(body)).get("/v1/products")

    assert refusal(answer, 401) == []


def test_a_key_is_made_of_what_a_secret_scanner_looks_for(api: Api) -> None:
    prefix, mode, organization, secret = api.key.split("_")

    assert (prefix, mode) == ("fb", "test")
    assert f"org_{organization}" == api.organization
    assert len(secret) == 49
    assert set(secret) <= set(string.ascii_letters + string.digits)

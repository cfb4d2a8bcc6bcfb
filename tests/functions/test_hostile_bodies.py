"""Bodies that no honest client sends: each is refused with a 4xx, and nothing at all is stored."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from farebox import clock
from farebox.instants import stamp
from local.template import Stack
from tests.client import Answered, Api
from tests.refusals import refusal
from tests.tables import nothing_stored

INLINE = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
GOOD: dict[str, dict[str, Any]] = {
    "prices": {
        **INLINE,
        "name": "Seat",
        "lookup_key": "seat",
        "active": True,
        "recurring": {"interval": "month", "interval_count": 1},
        "transform_quantity": {"divide_by": 10, "round": "up"},
        "metadata": {"plan": "team"},
    },
    "orders": {
        "customer": "cus_x",
        "line_items": [{"price_data": INLINE, "quantity": 1, "metadata": {"a": 1}}],
        "currency": "usd",
        "description": "Five",
        "billing_address": {"country": "DE"},
        "use_billing_address_for_shipping": True,
        "custom_field_data": {"engraving": "Ada"},
        "metadata": {"cart": 7},
        "collection": "scheduled",
    },
    "checkouts": {
        "line_items": [{"price_data": INLINE, "quantity": 1}],
        "customer_email": "ada@example.com",
        "custom_fields": [{"type": "text", "key": "team", "label": "Team", "text": {}}],
        "success_url": "https://example.com",
        "request_id": "cart-7",
        "metadata": {"cart": 7},
    },
    "products": {"name": "Seat", "external_id": "erp-1", "active": True, "metadata": {"a": 1}},
    "customers": {
        "email": "ada@example.com",
        "external_id": "crm-1",
        "billing_address": {"country": "DE"},
        "metadata": {"a": 1},
    },
    "payment_methods": {
        "customer": "cus_x",
        "test_card": "success",
        "default": False,
        "metadata": {"a": 1},
    },
    "discounts": {
        "name": "Spring",
        "type": "fixed",
        "amounts": {"usd": 500},
        "starts_at": "2026-01-01T00:00:00Z",
        "max_redemptions": 5,
        "metadata": {"a": 1},
    },
}
WRONG: list[Any] = [
    *(True, 0, -1, 1.5, 10**39, -(10**39), "", "x" * 600, "\x00", "\u202e", [], [[]], {}),
    *({"a": {"b": 1}}, [None], [1] * 2000, {"$ne": None}, "'; DROP TABLE", "../../etc/passwd"),
]

each_create = pytest.mark.parametrize("collection", list(GOOD))


def good_body(api: Api, collection: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(GOOD[collection]))
    if "customer" in body:
        body["customer"] = api.customer()["id"]
    if collection == "orders":
        body["charge_at"] = stamp(clock.now() + timedelta(days=1))
        body["payment_method"] = api.payment_method(body["customer"])["id"]
    return body


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a body: every field, every item, at every depth."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for name, item in inner:
        found.append((*path, name))
        if isinstance(item, dict | list):
            found += places(item, (*path, name))
    return found


def with_value(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = json.loads(json.dumps(body))
    spot = changed
    for name in path[:-1]:
        spot = spot[name]
    spot[path[-1]] = value
    return changed


def dotted(path: tuple[Any, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


@each_create
def test_the_honest_body_of_these_tests_is_taken(api: Api, collection: str) -> None:
    assert api.post(f"/v1/{collection}", good_body(api, collection)).status == 201


@each_create
def test_a_wrong_value_anywhere_is_refused_at_that_place_or_harmless(
    api: Api, collection: str
) -> None:
    """Every field takes every wrong value in turn: nothing but 201 and 4xx may come back."""
    body = good_body(api, collection)
    surprises = []
    for path in places(body):
        for value in WRONG:
            answer = api.post(f"/v1/{collection}", with_value(body, path, value))
            if answer.status in (201, 409) or answer.body["code"] == "idempotency_key_reused":
                continue
            named = [param or "" for param, _ in refusal(answer, answer.status)]
            fits = any(dotted(path[:1]).split("[")[0] in param for param in named)
            if not (400 <= answer.status < 500 and (fits or "" in named)):
                surprises.append((dotted(path), value, answer.status, named))

    assert surprises == []


@pytest.mark.parametrize("field", ["payment_method", "default_payment_method"])
def test_a_wrong_payment_method_is_refused_wherever_it_is_named(
    api: Api, stack: Stack, field: str
) -> None:
    customer = api.customer()["id"]
    order = api.order(customer=customer, line_items=GOOD["orders"]["line_items"])["id"]
    spots = {
        "payment_method": ("POST", f"/v1/orders/{order}/charge"),
        "default_payment_method": ("PATCH", f"/v1/customers/{customer}"),
    }

    with nothing_stored(stack):
        answers = [api.call(*spots[field], {field: value}) for value in WRONG]

    for answer in answers:
        assert answer.status in (400, 422)
        [(param, _)] = refusal(answer, answer.status)
        assert param in (field, None)


@each_create
def test_a_field_nobody_knows_is_refused_at_every_depth(
    api: Api, stack: Stack, collection: str
) -> None:
    body = good_body(api, collection)
    depths = [path for path in places(body) if isinstance(_at(body, path), dict)]
    open_maps = {"metadata", "custom_field_data", "amounts"}

    with nothing_stored(stack):
        for path in [(), *(path for path in depths if path[-1] not in open_maps)]:
            spot = (*path, "x_unknown")
            answer = api.post(f"/v1/{collection}", with_value(body, spot, 1))
            assert (dotted(spot), "unknown_field") in refusal(answer, 422)


def _at(body: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        body = body[name]
    return body


MALFORMED: dict[str, tuple[bytes, str]] = {
    "half an object": (b'{"name": "Seat"', "invalid_json"),
    "two objects": (b"{}{}", "invalid_json"),
    "a comma too many": (b'{"name": "Seat",}', "invalid_json"),
    "single quotes": (b"{'name': 'Seat'}", "invalid_json"),
    "a form": (b"name=Seat", "invalid_json"),
    "a list": (b"[]", "invalid_json"),
    "a text": (b'"Seat"', "invalid_json"),
    "null": (b"null", "invalid_json"),
    "a byte order mark": (b'\xef\xbb\xbf{"name": "Seat"}', "invalid_json"),
    "NaN": (b'{"name": NaN}', "invalid_json"),
    "infinity": (b'{"metadata": {"a": -Infinity}}', "invalid_json"),
    "a raw newline": (b'{"name": "a\nb"}', "invalid_json"),
    "a leading zero": (b'{"metadata": {"a": 01}}', "invalid_json"),
    "Latin-1": (b'{"name": "\xe9"}', "invalid_encoding"),
    "UTF-16": ('{"name": "Seat"}'.encode("utf-16"), "invalid_encoding"),
    "half a surrogate pair": (b'{"name": "\\ud800"}', "invalid_encoding"),
    "half a pair as a key": (b'{"metadata": {"\\udc00": 1}}', "invalid_encoding"),
    "a duplicate key": (b'{"name": "Seat", "name": "Desk"}', "duplicate_key"),
    "a duplicate key below": (b'{"metadata": {"a": 1, "a": 2}}', "duplicate_key"),
    "a huge integer": (b'{"metadata": {"a": ' + b"9" * 5000 + b"}}", "number_too_long"),
    "a huge exponent": (b'{"metadata": {"a": 1e999999999}}', "number_too_large"),
    "a tiny exponent": (b'{"metadata": {"a": 1e-999999999}}', "number_too_large"),
    "objects in objects": (b'{"a":' * 17 + b"1" + b"}" * 17, "nested_too_deep"),
    "a thousand lists": (b'{"a":' + b"[" * 1000 + b"]" * 1000 + b"}", "nested_too_deep"),
    "half a million lists": (b'{"a":' + b"[" * 499_990, "nested_too_deep"),
}


@pytest.mark.parametrize(("body", "code"), MALFORMED.values(), ids=list(MALFORMED))
def test_a_body_that_is_not_one_clear_object_is_refused(
    api: Api, stack: Stack, body: bytes, code: str
) -> None:
    # The gateway replaces what is no text; a body of another type reaches the function unchanged.
    types = ["application/octet-stream"]
    if body.isascii():
        types.append("application/json")

    with nothing_stored(stack):
        answers = [api.call("POST", "/v1/products", body, content_type=type_) for type_ in types]

    for answer in answers:
        [(_, told)] = refusal(answer, 400)
        assert told == code


def test_a_duplicate_key_is_named(api: Api) -> None:
    answer = api.call("POST", "/v1/products", b'{"name": "Seat", "active": true, "active": false}')

    assert refusal(answer, 400) == [("active", "duplicate_key")]


LARGE: dict[str, Callable[[], dict[str, Any]]] = {
    "a megabyte of metadata in one value": lambda: {"metadata": {"a": "x" * 1_000_000}},
    "a megabyte of metadata in many": lambda: {
        "metadata": {f"key{place}": "x" * 500 for place in range(1960)}
    },
    "a megabyte of names": lambda: {f"field{place}": 1 for place in range(60_000)},
    "a megabyte of text": lambda: {"description": "x" * 1_000_000},
    "a megabyte of space": lambda: {"name": " " * 1_000_000},
}


@pytest.mark.parametrize("body", LARGE.values(), ids=list(LARGE))
@pytest.mark.parametrize("collection", ["prices", "orders", "checkouts", "products"])
def test_a_megabyte_is_refused_with_a_short_answer(
    api: Api, stack: Stack, collection: str, body: Callable[[], dict[str, Any]]
) -> None:
    with nothing_stored(stack):
        over = api.post(f"/v1/{collection}", GOOD[collection] | body())
        smaller = json.dumps(GOOD[collection] | body())[:999_000].encode()
        under = api.call("POST", f"/v1/{collection}", smaller)

    assert over.status in (413, 422)
    assert 400 <= under.status < 500
    assert len(over.text) + len(under.text) < 100_000


def test_just_under_a_megabyte_is_judged_by_its_fields(api: Api, stack: Stack) -> None:
    metadata = {f"key{place}": "x" * 500 for place in range(1900)}

    with nothing_stored(stack):
        answer = api.post("/v1/products", {"name": "Seat", "metadata": metadata})

    assert refusal(answer, 422) == [("metadata", "too_long")]


def test_the_longest_metadata_that_is_allowed_is_kept_whole(api: Api) -> None:
    metadata = {f"{place:_>40}": "é" * 500 for place in range(50)}

    product = api.product(metadata=metadata)

    assert api.get(f"/v1/products/{product['id']}").body["metadata"] == metadata


@pytest.mark.parametrize(
    "text",
    [
        *("4242424242424242", "4242 4242 4242 4242", "5555-5555-5555-4444", "378282246310005"),
        *("card: 6011111111111117 exp 12/30", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"),
    ],
)
def test_a_card_number_is_never_stored(api: Api, stack: Stack, text: str) -> None:
    line = GOOD["orders"]["line_items"][0]
    customer = api.customer()["id"]

    with nothing_stored(stack):
        answers = [
            api.post("/v1/products", {"name": text}),
            api.post("/v1/products", {"name": "x", "description": text}),
            api.post("/v1/products", {"name": "x", "metadata": {"note": text}}),
            api.post("/v1/customers", {"name": text}),
            api.post("/v1/customers", {"billing_address": {"line2": text}}),
            api.post("/v1/prices", INLINE | {"lookup_key": text}),
            api.post(
                "/v1/orders", {"customer": customer, "line_items": [line | {"description": text}]}
            ),
            api.post("/v1/checkouts", {"line_items": [line], "request_id": text}),
            api.post("/v1/payment_methods", {"customer": customer, "test_card": text}),
        ]

    assert [_only_code(answer) for answer in answers] == ["card_number"] * len(answers)


def test_a_refusal_never_repeats_a_card_number(api: Api) -> None:
    answer = api.post("/v1/products", {"name": "4242424242424242", "metadata": {"a": [4242]}})

    assert "4242" not in answer.text


def _only_code(answer: Answered) -> str:
    [(_, code)] = refusal(answer, 422)
    return code

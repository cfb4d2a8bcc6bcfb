"""Bodies, queries and paths that no honest client sends: no language answers them with a 5xx."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.client import Answered, Api
from tests.functions.dialects.every_route import (
    CHANGES,
    DIALECTS,
    PLACES,
    Place,
    foreign_and_unknown,
    send,
)
from tests.functions.dialects.naming_bodies import FITTING, NAMING, NAMING_NONE, filled
from tests.functions.dialects.stripe_calls import FORM
from tests.functions.neighbours import Neighbour
from tests.functions.test_hostile_bodies import MALFORMED, places, with_value

WRONG: list[Any] = [
    *(True, -1, 1.5, 10**39, "", "x" * 600, "\x00", "\u202e\U0001f600", [], [[]], {}, None),
    *({"a": {"b": 1}}, [None], {"$ne": None}, "1e400", "NaN"),
]
TEXTS = (
    *("", "0", "-1", "1e3", "9" * 30, "x" * 3000, "%00", "%C3%A9", "%F0%9F%98%80", "'", "a,b"),
    *("cus_", "%5B%5D", "NaN", "true", "٣", "price_" + "z" * 26, "a%0Ab", "%25", "..%2F.."),
)
PARAMETERS = (
    *("limit", "cursor", "page", "page_size", "page_number", "starting_after", "ending_before"),
    *("customer", "customer_id", "account_id", "email", "external_id", "external_customer_id"),
    *(
        "order_id",
        "organization_id",
        "sorting",
        "code",
        "checkout_id",
        "discount_id",
        "discount_code",
    ),
    *("created", "created%5Bgte%5D", "lookup_keys%5B%5D", "ids%5B%5D", "lookup_keys%5B0%5D"),
    *("expand%5B%5D", "expand", "product", "active", "currency", "type", "status", "x%5B", "%5D"),
)
FORMS = (
    *(b"", b"=", b"&", b"a", b"[", b"a[", b"a]b", b"[a]=1", b"a[][]=1", b"a[b=1", b"a=1&a[b]=2"),
    *(b"a[b]=1&a=2", b"%", b"%FF=1", b"name=%FF", b"name=%00", b"metadata=1", b"metadata[]=1"),
    *(b"metadata[a][b]=1", b"metadata[]=1&metadata[]=2", b"line_items=", b"line_items[]=1"),
    *(b"line_items[x]=1", b"line_items[99999]=1", b"line_items[0]=1", b"line_items[0][price][a]=1"),
    *(b"expand=a", b"expand[]=product", b"expand[a][b]=c", b"a" + b"[b]" * 5000 + b"=1"),
    *(b"unit_amount=1e3", b"unit_amount=" + "٣".encode(), b"x=1&" * 20_000, b"name=" + b"x" * 5000),
    *(b"unit_amount_decimal=1e999999999", b"unit_amount_decimal=NaN", b"tiers[0][up_to]=inf"),
    *(b"currency_options[usd]=1", b"currency_options[usd][tiers][0]=", b"custom_unit_amount=1"),
)

# Every so many a text is tried with a parameter, another one on the next route.
EVERY = 10

each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.fixture
def own(api: Api) -> Neighbour:
    return Neighbour(api)


def of(dialect: str) -> list[Place]:
    """Each route once, of paths that are spelt in several ways."""
    return list({place.short: place for place in PLACES if place.dialect == dialect}.values())


def fails(answer: Answered) -> bool:
    """Whether an answer is our fault, or no JSON."""
    return answer.status >= 500 or (answer.text != "" and not isinstance(answer.body, Mapping))


@each_dialect
def test_a_wrong_value_anywhere_is_never_our_fault(api: Api, own: Neighbour, dialect: str) -> None:
    failing = []
    for place, path, body in _good_calls(own, dialect):
        for spot in places(body):
            for value in WRONG:
                answer = send(api, place, path, with_value(body, spot, value))
                if fails(answer):
                    failing.append((str(place), spot, value, answer.text))

    assert failing == []


@each_dialect
def test_a_body_that_is_no_object_is_never_our_fault(
    api: Api, own: Neighbour, dialect: str
) -> None:
    failing = []
    for place, path, _ in _good_calls(own, dialect):
        where = path if dialect == "farebox" else f"/{dialect}{path}"
        for name, (body, _) in MALFORMED.items():
            kind = "application/json" if body.isascii() else "application/octet-stream"
            answer = api.call(place.method, where, body, content_type=kind)
            unread = FITTING.get(place.short, body) is None
            if fails(answer) or (answer.status < 300 and not unread):
                failing.append((str(place), name, answer.status, answer.text))

    assert failing == []


def test_a_strange_form_is_never_our_fault(api: Api, own: Neighbour) -> None:
    failing = []
    for place, path, _ in _good_calls(own, "stripe"):
        for body in FORMS:
            answer = api.call(place.method, f"/stripe{path}", body, **FORM)
            if fails(answer):
                failing.append((str(place), body[:100], answer.text))

    assert failing == []


@each_dialect
def test_a_strange_query_is_never_our_fault(api: Api, own: Neighbour, dialect: str) -> None:
    failing = []
    for turn, place in enumerate(of(dialect)):
        if place.method != "GET":
            continue
        path = (
            place.at(foreign_and_unknown(own, place.named())[0]) if place.names_one else place.path
        )
        queries = [
            f"{name}={text}"
            for number, name in enumerate(PARAMETERS)
            for text in TEXTS[(number + turn) % EVERY :: EVERY]
        ]
        many = "&".join(f"lookup_keys%5B{number}%5D=key{number}" for number in range(100))
        for query in [*queries, many, many.replace("lookup_keys", "ids")]:
            answer = send(api, place, f"{path}?{query}")
            if fails(answer):
                failing.append((str(place), query[:100], answer.text))

    assert failing == []


@each_dialect
def test_a_strange_path_is_never_our_fault(api: Api, own: Neighbour, dialect: str) -> None:
    failing = []
    for place in of(dialect):
        if not place.names_one:
            continue
        for text in (*TEXTS, "%2F", "a%2Fb", "%3F", "<value>", "%ED%A0%80", "cus_" + "0" * 5000):
            path = place.at("@").replace("%40", text)
            answer = send(api, place, path, FITTING.get(place.short))
            if fails(answer):
                failing.append((str(place), text[:100], answer.text))

    assert failing == []


def _good_calls(own: Neighbour, dialect: str) -> list[tuple[Place, str, Any]]:
    """Each route that takes a body, with one that is good."""
    bodies: dict[str, Any] = {**NAMING_NONE, **FITTING}
    for route, named, body in NAMING:
        bodies.setdefault(route, filled(body, foreign_and_unknown(own, named)[0], own))
    found = []
    for place in of(dialect):
        if place.method in CHANGES:
            id = foreign_and_unknown(own, place.named())[0] if place.names_one else ""
            found.append((place, place.at(id) if id else place.path, bodies[place.short] or {}))
    return found

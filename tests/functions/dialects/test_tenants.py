"""Organizations and modes in every language: a route that is added is tried here by itself."""

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from farebox import bootstrap
from local.template import Stack
from tests.client import Api
from tests.functions.dialects.every_route import (
    CHANGES,
    DIALECTS,
    PLACES,
    Place,
    blurred,
    foreign_and_unknown,
    send,
)
from tests.functions.dialects.naming_bodies import FITTING, NAMING, NAMING_NONE, QUERIES, filled
from tests.functions.neighbours import SECRET, Neighbour
from tests.tables import nothing_stored

# Creem answers the orders of whoever it is: a list without any.
EMPTY_OF_NOBODY = ("creem GET /customers/<id>/orders",)
# The cards of these tests are kept, but no processor knows them.
DECLINED = 402

each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.fixture
def own(api: Api) -> Neighbour:
    return Neighbour(api)


def of(dialect: str) -> list[Place]:
    return [place for place in PLACES if place.dialect == dialect]


def test_no_route_is_left_out_here() -> None:
    changing = {place.short for place in PLACES if place.method in CHANGES and place.names_one}
    making = {place.short for place in PLACES if place.method in CHANGES and not place.names_one}

    assert changing == set(FITTING)
    assert making == {route for route, _, _ in NAMING if "OWN" not in route} | set(NAMING_NONE)


@each_dialect
def test_a_path_that_names_a_foreign_record_names_nothing(
    api: Api, stack: Stack, neighbour: Neighbour, dialect: str
) -> None:
    differing = []
    with nothing_stored(stack):
        for place in of(dialect):
            if not place.names_one:
                continue
            names = foreign_and_unknown(neighbour, place.named())
            good = FITTING.get(place.short)
            for body in (good, {}, {"x": 1}) if place.method in CHANGES else (None,):
                answers = [send(api, place, place.at(name), body) for name in names]
                foreign, unknown = [blurred(answer, *names) for answer in answers]
                expected = {200} if place.short in EMPTY_OF_NOBODY else {404}
                if body is not good:
                    expected = {400, 404, 422}
                told = SECRET in answers[0].text
                if foreign != unknown or told or foreign[0] not in expected:
                    differing.append((str(place), body, foreign, unknown))

    assert differing == []


@each_dialect
def test_a_body_that_names_a_foreign_record_is_refused_like_one_that_names_nothing(
    api: Api, stack: Stack, own: Neighbour, neighbour: Neighbour, dialect: str
) -> None:
    wrong = []
    with nothing_stored(stack):
        for route, named, body in NAMING:
            place, path = _called(route, own)
            if place.dialect != dialect:
                continue
            names = foreign_and_unknown(neighbour, named)
            if named == "code" or names[0] == api.organization:  # both have it
                continue
            answers = [send(api, place, path, filled(body, name, own)) for name in names]
            foreign, unknown = [blurred(answer, *names) for answer in answers]
            refused = foreign[0] in (400, 404, 422) and SECRET not in answers[0].text
            if foreign != unknown or not refused:
                wrong.append((route, body, foreign, unknown))

    assert wrong == []


@each_dialect
def test_a_foreign_code_takes_nothing_off(
    api: Api, stack: Stack, neighbour: Neighbour, dialect: str
) -> None:
    product = api.price()["product"]
    for route, named, body in NAMING:
        place, path = Place(*route.split(" ", 2)), f"/v1{route.split(' ', 2)[2]}"
        if named != "code" or place.dialect != dialect:
            continue
        if "product_id" in body:
            body = {**body, "product_id": product}
        names = foreign_and_unknown(neighbour, named)
        with nothing_stored(stack):
            answers = [send(api, place, path, _coded(body, name)) for name in names]
        foreign, unknown = [blurred(answer, *names) for answer in answers]
        assert foreign[0] in (400, 404, 422)
        assert foreign == unknown


@each_dialect
def test_the_bodies_of_these_tests_are_taken_with_ones_own_records(
    api: Api, own: Neighbour, dialect: str
) -> None:
    refused = []
    for route, named, body in (
        *NAMING,
        *((route, "", NAMING_NONE[route]) for route in NAMING_NONE),
    ):
        place, path = _called(route, own)
        if place.dialect == dialect:
            id = foreign_and_unknown(own, named)[0] if named else ""
            answer = send(api, place, path, filled(body, id, own))
            if answer.status >= 300 and answer.status != DECLINED:
                refused.append((route, body, answer.status, answer.text))

    assert refused == []


@each_dialect
def test_lists_show_only_ones_own(api: Api, neighbour: Neighbour, dialect: str) -> None:
    for place in of(dialect):
        if place.method == "GET" and not place.names_one:
            answer = send(api, place, place.path)
            assert answer.status < 500
            assert SECRET not in answer.text
            assert [id for id in neighbour.ids.values() if id in answer.text] == []


@pytest.mark.parametrize("whose", ["with records of one's own", "without"])
def test_a_query_that_names_a_foreign_record_finds_what_one_that_names_nothing_finds(
    api: Api, stack: Stack, neighbour: Neighbour, whose: str
) -> None:
    if whose != "without":
        api.order(customer=api.customer(email="me@example.com")["id"], line_items=_line())
    differing = []
    with nothing_stored(stack):
        for dialect, path, named in QUERIES:
            names = foreign_and_unknown(neighbour, named)
            if names[0] == api.organization:
                continue
            place = Place(dialect, "GET", path)
            answers = [send(api, place, path + name) for name in names]
            foreign, unknown = [blurred(answer, *names) for answer in answers]
            if foreign != unknown or foreign[0] >= 500 or SECRET in answers[0].text:
                differing.append((dialect, path, foreign, unknown))

    assert differing == []


def test_a_foreign_cursor_pages_through_ones_own(api: Api, other: Api, live: Api) -> None:
    """Cursors are positions: whoever gave them, what they lead to is the caller's."""
    mine = [api.price(name="mine")["id"] for _ in range(3)]
    for client in (other, live):
        theirs = [client.price(name=SECRET)["id"] for _ in range(3)]
        native = client.get("/v1/prices?limit=2").body["next_cursor"]
        orb = client.get("/orb/v1/prices?limit=2").body["pagination_metadata"]["next_cursor"]
        before = base64.urlsafe_b64encode(theirs[0].encode()).decode().rstrip("=")
        for path in (
            f"/v1/prices?cursor={native}",
            *(f"/orb/v1/prices?cursor={cursor}" for cursor in (orb, before)),
            *(
                f"/stripe/v1/prices?{side}={theirs[1]}"
                for side in ("starting_after", "ending_before")
            ),
        ):
            answer = api.get(path)
            assert answer.status == 200, answer.text
            assert SECRET not in answer.text
            assert {row["id"] for row in answer.body["data"]} <= set(mine)


@pytest.mark.parametrize("mount", DIALECTS)
def test_a_key_that_is_bound_to_one_language_is_no_key_in_another(
    api: Api, stack: Stack, own: Neighbour, mount: str
) -> None:
    keys = {
        dialect: bootstrap.create_key(api.organization, livemode=False, dialect=dialect)
        for dialect in DIALECTS
    }
    places = of(mount)
    taken = []
    with nothing_stored(stack):
        for number, place in enumerate(places):
            strangers = [dialect for dialect in DIALECTS if dialect != mount]
            stranger = api.with_key(keys[strangers[number % len(strangers)]])
            path = place.at(foreign_and_unknown(own, place.named())[0]) if place.names_one else ""
            body = _good(place, own)
            answer = send(stranger, place, path or place.path, body)
            if answer.status != 401:
                taken.append((str(place), answer.status, answer.text))
        listed = next(each for each in places if each.method == "GET" and not each.names_one)
        answers = {name: send(api.with_key(key), listed, listed.path) for name, key in keys.items()}

    assert taken == []
    assert answers.pop(mount).status in (200, 400)
    assert len({blurred(answer)[1] for answer in answers.values()}) == 1


def _good(place: Place, own: Neighbour) -> Any:
    if place.method not in CHANGES:
        return None
    bodies: dict[str, Any] = {**NAMING_NONE, **FITTING}
    for route, named, body in NAMING:
        bodies.setdefault(route, filled(body, foreign_and_unknown(own, named)[0], own))
    return bodies[place.short]


def _called(route: str, own: Neighbour) -> tuple[Place, str]:
    dialect, method, path = route.split(" ", 2)
    return Place(dialect, method, path), f"/v1{filled(path, '', own)}"


def _coded(body: Any, code: str) -> Any:
    if isinstance(body, Mapping):
        return {name: _coded(value, code) for name, value in body.items()}
    if isinstance(body, list):
        return [_coded(value, code) for value in body]
    return code if body == "ID" else body


def _line() -> list[Any]:
    inline = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
    return [{"price_data": inline, "quantity": 1}]

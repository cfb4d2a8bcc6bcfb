"""Lists: newest first, every record exactly once, whatever the page size and the shards."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from farebox.settings import settings
from tests.client import Api
from tests.clocks import StoppedClock
from tests.refusals import refusal

COLLECTIONS = [
    *("products", "prices", "customers", "discounts", "payment_methods", "orders", "checkouts"),
]


def make(api: Api, collection: str) -> str:
    inline = {"currency": "usd", "unit_amount": 100, "product_data": {"name": "Seat"}}
    lines = [{"price_data": inline, "quantity": 1}]
    bodies: dict[str, Callable[[], Any]] = {
        "products": lambda: {"name": "Seat"},
        "prices": lambda: inline,
        "customers": dict,
        "discounts": lambda: {"name": "Spring", "type": "percentage", "basis_points": 1},
        "payment_methods": lambda: {"customer": api.customer()["id"], "test_card": "success"},
        "orders": lambda: {"customer": api.customer()["id"], "line_items": lines},
        "checkouts": lambda: {"line_items": lines},
    }
    answer = api.post(f"/v1/{collection}", bodies[collection]())
    assert answer.status == 201, answer.text
    made: str = answer.body["id"]
    return made


def walk(api: Api, path: str, limit: int) -> list[list[str]]:
    """The ids of every page, until there is none after."""
    pages: list[list[str]] = []
    separator = "&" if "?" in path else "?"
    address = f"{path}{separator}limit={limit}"
    while True:
        page = api.get(address).body
        pages.append([record["id"] for record in page["data"]])
        assert page["has_more"] == (page["next_cursor"] is not None)
        if not page["has_more"]:
            return pages
        address = f"{path}{separator}limit={limit}&cursor={page['next_cursor']}"


def flat(pages: list[list[str]]) -> list[str]:
    return [id for page in pages for id in page]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_list_shows_whole_records_newest_first(
    api: Api, stopped: StoppedClock, collection: str
) -> None:
    made = []
    for _ in range(3):
        stopped.advance(seconds=1)
        made.append(make(api, collection))

    listed = api.get(f"/v1/{collection}").body

    assert [record["id"] for record in listed["data"]] == made[::-1]
    assert listed["data"][0] == api.get(f"/v1/{collection}/{made[-1]}").body


@pytest.mark.parametrize("shards", ["1", "4"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_neither_skip_nor_repeat(
    api: Api, monkeypatch: pytest.MonkeyPatch, stopped: StoppedClock, limit: int, shards: str
) -> None:
    monkeypatch.setenv("LIST_SHARDS", shards)
    settings.cache_clear()
    made = []
    for _ in range(7):
        stopped.advance(seconds=1)
        made.append(make(api, "products"))

    pages = walk(api, "/v1/products", limit)

    assert flat(pages) == made[::-1]
    assert all(len(page) == limit for page in pages[:-1])
    assert pages[-1]


def test_records_of_the_same_millisecond_are_each_listed_once(
    api: Api, stopped: StoppedClock
) -> None:
    made = {make(api, "products") for _ in range(5)}

    pages = walk(api, "/v1/products", 2)

    assert sorted(flat(pages)) == sorted(made)


def test_raising_the_number_of_shards_hides_nothing_that_was_kept_before(
    api: Api, monkeypatch: pytest.MonkeyPatch, stopped: StoppedClock
) -> None:
    made = []
    for shards in "1224":
        monkeypatch.setenv("LIST_SHARDS", shards)
        settings.cache_clear()
        stopped.advance(seconds=1)
        made.append(make(api, "products"))

    assert flat(walk(api, "/v1/products", 3)) == made[::-1]


def test_a_record_made_while_walking_does_not_shift_the_pages(
    api: Api, stopped: StoppedClock
) -> None:
    made = []
    for _ in range(4):
        stopped.advance(seconds=1)
        made.append(make(api, "products"))
    first = api.get("/v1/products?limit=2").body

    stopped.advance(seconds=1)
    make(api, "products")

    second = api.get(f"/v1/products?limit=2&cursor={first['next_cursor']}").body
    assert [record["id"] for record in second["data"]] == made[1::-1]


@pytest.mark.parametrize("collection", ["orders", "checkouts"])
def test_one_customers_records_can_be_listed(
    api: Api, stopped: StoppedClock, collection: str
) -> None:
    ada, bob = api.customer()["id"], api.customer()["id"]
    inline = {"currency": "usd", "unit_amount": 100, "product_data": {"name": "Seat"}}
    made: dict[str, list[str]] = {ada: [], bob: []}
    for customer in (ada, bob, ada, ada):
        stopped.advance(seconds=1)
        body = {"customer": customer, "line_items": [{"price_data": inline, "quantity": 1}]}
        made[customer].append(api.post(f"/v1/{collection}", body).body["id"])

    for customer, expected in made.items():
        pages = walk(api, f"/v1/{collection}?customer={customer}", 2)
        assert flat(pages) == expected[::-1]
    assert api.get(f"/v1/{collection}?customer=cus_unknown").body["data"] == []


@pytest.mark.parametrize(
    ("query", "broken"),
    [
        ("limit=0", ("limit", "out_of_range")),
        ("limit=101", ("limit", "out_of_range")),
        ("limit=-1", ("limit", "out_of_range")),
        ("limit=ten", ("limit", "out_of_range")),
        ("limit=", ("limit", "out_of_range")),
        ("limit=%C2%B2", ("limit", "out_of_range")),
        ("limit=1e1", ("limit", "out_of_range")),
        ("limit=5&limit=6", ("limit", "out_of_range")),
        ("limit=0000000059999", ("limit", "out_of_range")),
        ("limit=" + "9" * 5000, ("limit", "out_of_range")),
        ("page=2", ("page", "unknown_parameter")),
        ("email=a@b.co", ("email", "unknown_parameter")),
        ("customer=cus_x", ("customer", "unknown_parameter")),
    ],
)
def test_a_parameter_that_a_list_does_not_have_is_refused(
    api: Api, query: str, broken: tuple[str, str]
) -> None:
    answer = api.get(f"/v1/products?{query}")

    assert refusal(answer, 422) == [broken]


def test_all_bad_parameters_are_told_at_once(api: Api) -> None:
    answer = api.get("/v1/products?page=2&limit=0&offset=5")

    assert set(refusal(answer, 422)) == {
        ("page", "unknown_parameter"),
        ("limit", "out_of_range"),
        ("offset", "unknown_parameter"),
    }


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "%F0%9F%98%80",
        "x" * 5000,
        encoded("prod_"),
        encoded("O#org_x#live#PRO#prod_x"),
        encoded("prod_00000000000000000000000000#"),
        encoded("prod_0000000000000000000000000U"),
    ],
)
def test_a_cursor_that_was_tampered_with_is_refused(api: Api, cursor: str) -> None:
    make(api, "products")

    answer = api.get(f"/v1/products?cursor={cursor}")

    assert refusal(answer, 422) == [("cursor", "invalid_cursor")]


def test_a_cursor_of_another_list_is_refused_and_not_taken_for_the_end(
    api: Api, stopped: StoppedClock
) -> None:
    for _ in range(2):
        stopped.advance(seconds=1)
        make(api, "checkouts")
        make(api, "orders")
    cursor = api.get("/v1/checkouts?limit=1").body["next_cursor"]

    answer = api.get(f"/v1/orders?cursor={cursor}")

    assert refusal(answer, 422) == [("cursor", "invalid_cursor")]


def test_a_cursor_of_another_organization_shows_only_ones_own(api: Api, other: Api) -> None:
    own = {make(api, "products") for _ in range(2)}
    for _ in range(2):
        make(other, "products")
    cursor = other.get("/v1/products?limit=1").body["next_cursor"]

    listed = api.get(f"/v1/products?cursor={cursor}").body

    assert {record["id"] for record in listed["data"]} <= own

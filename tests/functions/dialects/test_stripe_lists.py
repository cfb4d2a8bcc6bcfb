"""Stripe's lists: walked as its SDK walks them, both ways, and filtered as far as that goes."""

from typing import Any

import pytest

from farebox.storage import listing
from tests.client import Api
from tests.functions.dialects.stripe_calls import (
    LINE,
    PRICE,
    SESSIONS,
    fetch,
    made,
    reason,
    send,
)


def prices(api: Api, number: int, **fields: Any) -> list[str]:
    """The ids of so many new prices, the newest first."""
    made_ids = [made(send(api, "/v1/prices", {**PRICE, **fields}))["id"] for _ in range(number)]
    return sorted(made_ids, reverse=True)


def ids(page: Any) -> list[str]:
    return [row["id"] for row in page["data"]]


def walked(api: Api, path: str, **filters: Any) -> list[str]:
    """All ids, page by page, as the SDK's automatic paging asks for them."""
    found: list[str] = []
    asked = dict(filters)
    while True:
        page = made(fetch(api, path, asked))
        assert page["url"] == path
        found += ids(page)
        if not page["has_more"]:
            return found
        asked["starting_after"] = found[-1]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_paging_gives_every_price_once(api: Api, limit: int) -> None:
    """Else an export misses prices, or bills by them twice."""
    wanted = prices(api, 3)

    assert walked(api, "/v1/prices", limit=limit) == wanted


def test_paging_back_gives_the_nearest_newer_ones(api: Api) -> None:
    """Else the page before is another one than was shown."""
    newest, newer, middle, oldest = prices(api, 4)

    page = made(fetch(api, "/v1/prices", {"ending_before": oldest, "limit": 2}))
    assert (ids(page), page["has_more"]) == ([newer, middle], True)
    page = made(fetch(api, "/v1/prices", {"ending_before": newer, "limit": 2}))
    assert (ids(page), page["has_more"]) == ([newest], False)


def test_paging_back_skips_none_where_a_page_is_cut_by_its_size(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the rows next to the cursor are on no page."""
    wanted = prices(api, 6)
    monkeypatch.setattr(listing, "MAXIMUM_PAGE_BYTES", 1200)

    found, more = wanted[-1:], True
    while more:
        page = made(fetch(api, "/v1/prices", {"ending_before": found[0], "limit": 5}))
        assert len(page["data"]) < 5
        found, more = ids(page) + found, page["has_more"]

    assert found == wanted


def test_ten_are_shown_unless_more_are_asked_for(api: Api) -> None:
    """Else the first page is not the one that Stripe's callers expect."""
    wanted = prices(api, 11)

    page = made(fetch(api, "/v1/prices"))

    assert (ids(page), page["has_more"]) == (wanted[:10], True)


def test_filters_hold_on_every_page_and_both_ways(api: Api) -> None:
    """Else a price of another product is put up for sale."""
    product = made(send(api, "/v1/products", {"name": "Desk"}))["id"]
    wanted = []
    for _ in range(3):
        prices(api, 1)
        wanted += prices(api, 1, product=product, product_data=None)
    wanted.reverse()

    assert walked(api, "/v1/prices", product=product, limit=2, active=True) == wanted
    back = {"product": product, "limit": 1, "ending_before": wanted[-1]}
    page = made(fetch(api, "/v1/prices", back))
    assert (ids(page), page["has_more"]) == ([wanted[1]], True)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"active": False}, ["euro"]),
        ({"currency": "eur"}, ["euro"]),
        ({"type": "recurring"}, ["monthly"]),
        ({"type": "one_time", "active": True}, ["plain"]),
        ({"created": {"gte": 1}}, ["monthly", "euro", "plain"]),
        ({"created": {"lt": 1}}, []),
        ({"created": 1}, []),
        ({"lookup_keys": ["plain", "nothing", "monthly"]}, ["monthly", "plain"]),
        ({"lookup_keys": ["plain", "euro"], "active": True}, ["plain"]),
        ({"lookup_keys": ["plain", "monthly"], "limit": 1}, ["monthly"]),
    ],
)
def test_each_filter_of_prices(api: Api, filters: Any, found: list[str]) -> None:
    """Else a shop offers what it has withdrawn."""
    send(api, "/v1/prices", {**PRICE, "lookup_key": "plain"})
    send(api, "/v1/prices", {**PRICE, "lookup_key": "euro", "currency": "eur", "active": False})
    send(api, "/v1/prices", {**PRICE, "lookup_key": "monthly", "recurring": {"interval": "month"}})

    page = made(fetch(api, "/v1/prices", filters))

    assert [row["lookup_key"] for row in page["data"]] == found


def test_lookup_keys_are_paged_like_any_list(api: Api) -> None:
    """Else the SDK's automatic paging never ends, or stops early."""
    for key in ("a", "b", "c"):
        send(api, "/v1/prices", {**PRICE, "lookup_key": key})

    assert len(walked(api, "/v1/prices", lookup_keys=["a", "b", "c"], limit=2)) == 3
    page = api.get("/stripe/v1/prices?lookup_keys[]=a&lookup_keys[]=b").body
    assert [row["lookup_key"] for row in page["data"]] == ["b", "a"]


def test_every_customer_of_an_address_is_found(api: Api) -> None:
    """Else a shop makes a third customer, as it believes that there is none."""
    for email in ("ada@example.com", "ADA@example.com", "grace@example.com"):
        send(api, "/v1/customers", {"email": email})

    found = walked(api, "/v1/customers", email="ada@example.com", limit=1)

    assert len(found) == 2
    assert found == sorted(found, reverse=True)


def test_sessions_of_a_customer_and_of_a_status(api: Api) -> None:
    """Else a customer is shown what another one left in the cart."""
    ada = made(send(api, "/v1/customers"))["id"]
    theirs = made(send(api, SESSIONS, {"customer": ada, "line_items": [LINE]}))["id"]
    other = made(send(api, SESSIONS, {"line_items": [LINE]}))["id"]
    send(api, f"{SESSIONS}/{theirs}/expire")

    assert walked(api, SESSIONS, customer=ada) == [theirs]
    assert walked(api, SESSIONS, customer=ada, status="open") == []
    assert walked(api, SESSIONS, status="open") == [other]


def test_lines_are_paged_in_their_order(api: Api) -> None:
    """Else a long cart shows its first ten lines only."""
    id = made(send(api, SESSIONS, {"line_items": [LINE] * 12}))["id"]
    path = f"{SESSIONS}/{id}/line_items"

    found = walked(api, path, limit=5)

    assert found == [f"oli_{id.partition('_')[2]}_{place + 1}" for place in range(12)]
    page = made(fetch(api, path, {"ending_before": found[7], "limit": 3}))
    assert (ids(page), page["has_more"]) == (found[4:7], True)
    page = made(fetch(api, path, {"ending_before": found[2]}))
    assert (ids(page), page["has_more"]) == (found[:2], False)


def test_products_by_their_ids(api: Api) -> None:
    """Else a cart of known products takes a call for each."""
    first, second, _ = (made(send(api, "/v1/products", {"name": n}))["id"] for n in "abc")

    page = made(fetch(api, "/v1/products", {"ids": [first, second, "prod_none"]}))

    assert ids(page) == [second, first]


@pytest.mark.parametrize(
    ("path", "asked", "why"),
    [
        ("/v1/prices", {"limit": 0}, ("limit", "parameter_invalid_integer")),
        ("/v1/prices", {"limit": 101}, ("limit", "parameter_invalid_integer")),
        ("/v1/prices", {"limit": "ten"}, ("limit", "parameter_invalid_integer")),
        ("/v1/prices", {"active": "yes"}, ("active", "parameter_invalid_boolean")),
        ("/v1/prices", {"recurring": {"interval": "month"}}, ("recurring", "parameter_unknown")),
        ("/v1/prices", {"created": {"after": 1}}, ("created[after]", "parameter_unknown")),
        ("/v1/prices", {"created": {"gte": ""}}, ("created[gte]", "parameter_invalid_empty")),
        ("/v1/prices", {"lookup_keys": "a"}, ("lookup_keys", "parameter_invalid_array")),
        ("/v1/prices", {"expand": ["product"]}, ("expand", "parameter_invalid_expansion")),
        ("/v1/prices", {"starting_after": "prod_1"}, ("starting_after", "resource_missing")),
        (
            "/v1/prices",
            {"starting_after": "price_1", "ending_before": "price_2"},
            ("ending_before", "parameters_exclusive"),
        ),
        (SESSIONS, {"payment_intent": "pi_1"}, ("payment_intent", "parameter_unknown")),
    ],
)
def test_what_a_list_cannot_do_is_refused(
    api: Api, path: str, asked: Any, why: tuple[str, str]
) -> None:
    """Else a filter that was overlooked gives everybody's records for one's own."""
    assert reason(fetch(api, path, asked)) == why


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/v1/prices", {"product": ""}),
        ("/v1/prices", {"type": "weekly"}),
        ("/v1/checkout/sessions", {"customer": ""}),
        ("/v1/checkout/sessions", {"status": "completed"}),
    ],
)
def test_a_filter_that_can_mean_nothing_is_refused(
    api: Api, path: str, wanted: dict[str, str]
) -> None:
    """Left out, it would show everything; taken, nothing: either is wrong."""
    api.price()

    answer = fetch(api, path, wanted)

    assert reason(answer)[0] == next(iter(wanted))


def test_a_currency_is_found_in_any_case(api: Api) -> None:
    price = api.price()["id"]

    assert [row["id"] for row in made(fetch(api, "/v1/prices", {"currency": "USD"}))["data"]] == [
        price
    ]


@pytest.mark.parametrize("field", ["lookup_keys", "ids"])
def test_as_many_names_as_are_allowed_are_read_with_a_key_not_seen_before(
    api: Api, field: str
) -> None:
    path = "/v1/prices" if field == "lookup_keys" else "/v1/products"

    answer = fetch(api, path, {field: [f"name-{number}" for number in range(98)]})

    assert made(answer)["data"] == []

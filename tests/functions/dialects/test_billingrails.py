"""Billingrails' language over the real functions: orders of accounts, charged off-session."""

from typing import Any

import pytest

from farebox.charging import invocation
from farebox.storage import connection
from tests.client import Api
from tests.faults import Fault, FaultyConnection, Mode
from tests.functions.dialects.billingrails_calls import (
    account,
    order,
    product,
    read,
    refused,
    states,
    wanted,
)
from tests.functions.shop import Away, Shop
from tests.tables import nothing_stored

# The keys of the accepted answers in the wire facts.
ORDER = {
    *("object", "id", "created_at", "number", "status", "payment_status", "fulfillment_status"),
    *("return_status", "currency", "subtotal_amount", "total_amount", "paid_amount"),
    *("outstanding_amount", "account_id", "line_items", "metadata"),
}
LINE = {
    *("object", "id", "product_name", "product_variant_name", "description", "quantity"),
    *("unit_amount", "subtotal_amount", "total_amount", "product_id", "product_variant_id"),
}


def test_an_order_has_every_key_that_the_sdk_names(api: Api) -> None:
    """Else ``order["outstanding_amount"]`` is a KeyError in a merchant's code."""
    answer = api.post("/billingrails/v1/orders", wanted(api, account(api)))

    assert (answer.status, answer.body.keys()) == (201, {"order", "meta"})
    assert answer.body["order"].keys() == ORDER
    assert answer.body["order"]["line_items"][0].keys() == LINE


@pytest.mark.parametrize(
    "path", ["/orders", "/orders/", "/v1/orders", "/seller/orders", "/v1//seller/orders"]
)
def test_every_base_address_of_both_sdks_works(api: Api, path: str) -> None:
    """Else a user who follows one SDK's README meets a 404."""
    body = wanted(api, account(api))

    shown = api.post(f"/billingrails{path}", body)

    assert shown.status == 201
    place = f"/billingrails{path.rstrip('/')}/{shown.body['order']['id']}"
    assert api.get(place).body == shown.body


def test_an_order_is_charged_at_once_where_the_account_has_a_card(shop: Shop) -> None:
    """Else goods go out for an order that nobody paid."""
    shown = order(shop.api, shop.customer())

    assert states(shown) == ("confirmed", "paid")
    assert (shown["paid_amount"], shown["outstanding_amount"]) == (5000, 0)
    assert shop.charged() == [shown["id"]]


def test_an_order_without_a_card_waits_and_is_paid_once_there_is_one(shop: Shop) -> None:
    """Else an order made before the card was is never paid."""
    of = shop.customer(test_card=None)
    shown = order(shop.api, of)
    assert (*states(shown), shown["outstanding_amount"]) == ("pending", "pending", 5000)

    shop.api.payment_method(of)
    shop.run_after(minutes=1)
    shop.run_after(minutes=1)

    assert states(read(shop.api, shown["id"])) == ("confirmed", "paid")


@pytest.mark.parametrize(
    ("test_card", "expected"),
    [
        ("lost_card", ("confirmed", "failed")),
        ("authentication_required", ("confirmed", "failed")),
        ("insufficient_funds", ("confirmed", "pending")),
        ("processing", ("confirmed", "pending")),
        ("timeout_without_effect", ("confirmed", "pending")),
    ],
)
def test_what_becomes_of_a_charge_is_told_truly(
    shop: Shop, test_card: str, expected: tuple[str, str]
) -> None:
    """Else a merchant gives up what is tried again, or waits for what never comes."""
    assert states(order(shop.api, shop.customer(test_card))) == expected


@pytest.mark.parametrize(
    ("test_card", "expected"), [("success", ("confirmed", "pending")), (None, ("pending",) * 2)]
)
def test_an_order_that_is_kept_answers_201_though_nobody_could_charge_it(
    shop: Shop, test_card: str | None, expected: tuple[str, str]
) -> None:
    """Else the SDK sends it again, without a key, and the account pays twice."""
    of = shop.customer(test_card)
    invocation.use(Away())

    shown = order(shop.api, of)

    assert states(shown) == expected
    assert states(read(shop.api, shown["id"])) == expected
    (listed,) = shop.api.get("/billingrails/orders").body["orders"]
    assert listed == shown
    invocation.use(shop.charging)
    shop.run_after(minutes=1)
    assert states(read(shop.api, shown["id"]))[1] == ("paid" if test_card else "pending")


@pytest.mark.parametrize(("key", "status"), [(None, 409), ("key-1", 503)])
@pytest.mark.parametrize("mode", [Mode.FAIL, Mode.LOSE_ANSWER])
def test_an_order_of_which_nothing_is_heard_is_not_sent_again_by_the_sdk(
    api: Api, key: str | None, status: int, mode: Mode
) -> None:
    """Its SDK repeats a 5xx: a second order would be charged beside the first."""
    body = wanted(api, account(api))
    inner = connection.connection()
    clean = FaultyConnection(inner)
    connection.use(clean)
    headers = {"idempotency_key": key} if key else {}
    api.post("/billingrails/v1/orders", body)
    place = clean.calls.index("transact")

    connection.use(FaultyConnection(inner, Fault(place, mode)))
    answer = api.post("/billingrails/v1/orders", body, **headers)

    assert refused(answer, status) == ("internal_server_error", [])


def test_a_server_error_means_that_nothing_was_kept(api: Api, shop: Shop) -> None:
    """The SDK repeats it at once, and must not make a second order."""
    body = wanted(api, account(api))
    connection.use(FaultyConnection(connection.connection(), Fault(0, Mode.FAIL)))

    with nothing_stored(shop.stack):
        answer = api.post("/billingrails/v1/orders", body)

    assert refused(answer, 503) == ("internal_server_error", [])
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"collection": "draft"}, ("draft", "pending")),
        (
            {"collection": "scheduled", "charge_at": "2026-03-01T12:00:00Z"},
            ("confirmed", "pending"),
        ),
    ],
)
def test_orders_of_other_languages_are_shown_too(
    shop: Shop, terms: dict[str, Any], expected: tuple[str, str]
) -> None:
    """Else a shop that uses two SDKs sees half of its orders in each."""
    id = shop.order(shop.customer(), **terms)

    shown = read(shop.api, id)

    assert shown.keys() == ORDER
    assert states(shown) == expected
    assert (shown["currency"], shown["line_items"][0]["product_id"]) == ("USD", None)


def test_an_order_that_is_fulfilled_says_so(shop: Shop) -> None:
    """Else it is sent a second time."""
    id = order(shop.api, shop.customer())["id"]

    shop.api.patch(f"/v1/orders/{id}", {"fulfillment_status": "fulfilled"})

    shown = read(shop.api, id)
    assert (shown["status"], shown["fulfillment_status"]) == ("fulfilled", "fulfilled")


def test_an_order_is_seen_through_our_own_language(shop: Shop) -> None:
    """Else the merchant's own back office does not find what the SDK made."""
    of = shop.customer()
    shown = order(shop.api, of, metadata={"channel": "web"})

    native = shop.read(shown["id"])

    assert (native["customer"], native["total_amount"], native["status"]) == (of, 5000, "paid")
    assert (native["metadata"], native["collection"]) == ({"channel": "web"}, "charge_now")
    assert native["line_items"][0]["price_data"]["unit_amount"] == 2500


def test_the_billing_address_wins_where_it_is_to_be_shipped_to(api: Api) -> None:
    """The sample of the public page sends both addresses, and the flag."""
    addresses = {"billing_address": {"city": "Lagos"}, "shipping_address": {"city": "Abuja"}}
    of = account(api)

    same = order(api, of, use_billing_address_for_shipping=True, **addresses)
    other = order(api, of, use_billing_address_for_shipping=False, **addresses)

    for shown, city in ((same, "Lagos"), (other, "Abuja")):
        native = api.get(f"/v1/orders/{shown['id']}").body
        assert (native["billing_address"]["city"], native["shipping_address"]["city"]) == (
            "Lagos",
            city,
        )


def test_a_total_below_the_smallest_charge_is_taken(shop: Shop) -> None:
    """The sample order is 5000 NGN, and Billingrails knows no smallest charge."""
    of, seat = shop.customer(), product(shop.api)
    line = {"product_id": seat, "quantity": 2, "unit_amount": 1}

    shown = order(shop.api, of, currency="ngn", line_items=[line])

    assert (shown["total_amount"], shown["currency"], *states(shown)) == (
        *(2, "NGN"),
        *("confirmed", "paid"),
    )


def test_an_order_for_nothing_is_paid(shop: Shop) -> None:
    """Else a free sample waits for a card that nobody needs."""
    of, seat = shop.customer(test_card=None), product(shop.api)

    shown = order(shop.api, of, line_items=[{"product_id": seat, "quantity": 1, "unit_amount": 0}])

    assert states(shown) == ("confirmed", "paid")


@pytest.mark.parametrize("metadata", [None, {}, {"gone": None}])
def test_no_metadata_reads_as_null(api: Api, metadata: Any) -> None:
    """Else ``if order["metadata"] is None`` is false for every order."""
    assert order(api, account(api), metadata=metadata)["metadata"] is None


def test_a_canceled_order_stays_unpaid(shop: Shop) -> None:
    """Else a customer pays for what was called off."""
    of = shop.customer(test_card=None)
    id = order(shop.api, of)["id"]

    answers = [shop.api.post(f"/billingrails/v1/orders/{id}/cancel", {}) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert states(answers[0].body["order"]) == ("canceled", "pending")
    shop.api.payment_method(of)
    shop.run_after(minutes=1)
    shop.run_after(minutes=1)
    assert shop.charged() == []


def test_pages_have_every_order_once(api: Api) -> None:
    """Else a merchant's export misses orders."""
    of = account(api)
    ids = [order(api, of)["id"] for _ in range(5)]

    pages = [
        api.get(f"/billingrails/v1/orders?page={page}&page_size=2").body for page in range(1, 5)
    ]

    seen = [each["id"] for page in pages for each in page["orders"]]
    assert sorted(seen) == sorted(ids)
    assert [len(page["orders"]) for page in pages] == [2, 2, 1, 0]
    assert pages[2]["meta"] == {"page": 3, "page_size": 2, "total_pages": 3, "total_count": 5}


def test_a_list_can_be_of_one_account(api: Api) -> None:
    """Else an account is shown what others ordered."""
    first, second = account(api), account(api)
    id = order(api, first)["id"]
    order(api, second)

    page = api.get(f"/billingrails/v1/orders?account_id={first}").body

    assert [each["id"] for each in page["orders"]] == [id]
    assert page["meta"]["total_count"] == 1


def test_a_flat_price_is_the_same_for_any_quantity(api: Api) -> None:
    """Else a set-up fee is taken for every seat."""
    flat = product(api, price={"currency": "USD", "model": "flat", "amount": 9900})

    shown = order(api, account(api), line_items=[{"product_id": flat, "quantity": 3}])

    assert shown["total_amount"] == 9900


def test_accounts_that_share_an_email_address_are_all_listed_by_it(api: Api) -> None:
    """Else a merchant takes the first for the only one, and makes it a second time."""
    older, younger = (account(api, email="ada@example.com") for _ in range(2))

    pages = [
        api.get(f"/billingrails/v1/accounts?email=ada@example.com&page_size=1&page={page}").body
        for page in (1, 2, 3)
    ]

    listed = [[each["id"] for each in page["accounts"]] for page in pages]
    assert listed == [[younger], [older], []]
    assert (pages[0]["meta"]["total_count"], pages[0]["meta"]["total_pages"]) == (2, 2)


@pytest.mark.parametrize(
    ("path", "name"), [("accounts?external_id=one", "accounts"), ("products?code=one", "products")]
)
def test_what_a_value_names_is_on_the_first_page_only(api: Api, path: str, name: str) -> None:
    """Else a loop that ends with an empty page never ends."""
    account(api, external_id="one")
    product(api, code="one")

    first, second = (api.get(f"/billingrails/v1/{path}&page={page}").body for page in (1, 2))

    assert (len(first[name]), second[name]) == (1, [])
    assert first["meta"]["total_count"] == second["meta"]["total_count"] == 1

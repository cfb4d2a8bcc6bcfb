"""What Billingrails' language refuses, in its own words, codes and statuses."""

from typing import Any

import pytest

from farebox import bootstrap
from tests.client import Api
from tests.functions.dialects.billingrails_calls import account, order, product, refused, wanted

NOBODY = "cus_01k00000000000000000000000"


def test_another_shop_s_ids_answer_like_ids_of_nothing(api: Api, other: Api) -> None:
    """Else one shop learns what another sells, and to whom."""
    of = account(other)
    id, seat = order(other, of)["id"], product(other)
    nothing = "01k00000000000000000000000"

    for path, unknown in (
        (f"/orders/{id}", f"/orders/ord_{nothing}"),
        (f"/accounts/{of}", f"/accounts/cus_{nothing}"),
        (f"/products/{seat}", f"/products/prod_{nothing}"),
    ):
        assert api.get(f"/billingrails{path}").text == api.get(f"/billingrails{unknown}").text
        assert refused(api.get(f"/billingrails{path}"), 404) == ("not_found", [])
    assert refused(api.post(f"/billingrails/orders/{id}/cancel", {}), 404)[0] == "not_found"
    body = wanted(api, of)
    body["line_items"][0]["product_id"] = seat
    assert refused(api.post("/billingrails/orders", body))[1] == [
        "account_id",
        "line_items[0].product_id",
    ]


def test_a_key_of_another_language_is_no_key_here(api: Api) -> None:
    """Else a key that was given to one integration does what another may."""
    made = bootstrap.create_key(api.organization, livemode=False, dialect="polar")
    bound = bootstrap.create_key(api.organization, livemode=False, dialect="billingrails")

    answer = api.with_key(made).get("/billingrails/v1/orders")

    assert refused(answer, 401) == ("unauthorized", [])
    assert api.with_key(bound).get("/billingrails/v1/orders").status == 200
    assert api.with_key(bound).get("/v1/orders").status == 401


def test_a_key_without_the_scope_is_told_so(api: Api) -> None:
    """Else a caller makes new keys of the same scopes in vain."""
    made = bootstrap.create_key(api.organization, livemode=False, scopes=("orders:read",))

    answer = api.with_key(made).post("/billingrails/v1/orders", wanted(api, account(api)))

    assert refused(answer, 403) == ("forbidden", [])
    assert answer.body["type"] == "authentication_error"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"account_id": 5}, "account_id"),
        ({"currency": "XXL"}, "currency"),
        ({"currency": None}, "currency"),
        ({"currency": 1}, "currency"),
        ({"line_items": []}, "line_items"),
        ({"line_items": "seat"}, "line_items"),
        ({"line_items": [None]}, "line_items[0]"),
        ({"metadata": {"a": {"b": 1}}}, "metadata.a"),
        ({"billing_address": {"country": "Narnia"}}, "billing_address.country"),
        ({"billing_address": {"planet": "Earth"}}, "billing_address.planet"),
        ({"use_billing_address_for_shipping": True}, "billing_address"),
        ({"use_billing_address_for_shipping": "yes"}, "use_billing_address_for_shipping"),
        ({"collection": "draft"}, "collection"),
        ({"customer": NOBODY}, "customer"),
        ({"account_id": NOBODY}, "account_id"),
    ],
)
def test_what_is_wrong_with_an_order_is_named_in_its_own_words(
    api: Api, fields: Any, field: str
) -> None:
    """Else a caller searches for a field that this language does not have."""
    answer = api.post("/billingrails/v1/orders", wanted(api, account(api), **fields))

    assert refused(answer) == ("validation_error", [field])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"product_id": None}, "product_id"),
        ({"product_id": 1}, "product_id"),
        ({"quantity": None}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"unit_amount": "2500"}, "unit_amount"),
        ({"unit_amount": -1}, "unit_amount"),
        ({"unit_amount": 10**15}, "unit_amount"),
        ({"description": "x" * 501}, "description"),
        ({"price": "price_1"}, "price"),
        ({"x" * 300: 1}, ("x" * 300)[:186]),
    ],
)
def test_what_is_wrong_with_a_line_is_named_in_its_own_words(
    api: Api, fields: Any, field: str
) -> None:
    body = wanted(api, account(api))
    body["line_items"][0] |= fields

    answer = api.post("/billingrails/v1/orders", body)

    assert refused(answer) == ("validation_error", [f"line_items[0].{field}"])


def test_a_live_order_without_a_processor_says_why(live: Api) -> None:
    """Else the caller is told of a field that this language does not have."""
    answer = live.post("/billingrails/v1/orders", wanted(live, account(live)))

    assert refused(answer) == ("validation_error", [])
    assert "no payment processor" in answer.body["message"]


@pytest.mark.parametrize("model", ["package", "volume", "graduated", "percentage", 7])
def test_a_price_that_is_none_of_ours_is_refused(api: Api, model: Any) -> None:
    """Else a product is sold at another price than was asked for."""
    price = {"currency": "USD", "model": model, "amount": 100}

    answer = api.post("/billingrails/v1/products", {"name": "Seat", "price": price})

    assert refused(answer) == ("validation_error", ["price.model"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", "/payments"), ("POST", "/payments"), ("GET", "/prices"), ("POST", "/invoices")),
        *(("GET", "/accounts/cus_1/balances"), ("POST", "/checkout-sessions")),
        *(("GET", "/seller/accounts"), ("GET", "/"), ("GET", ""), ("POST", "/orders/ord_1/charge")),
    ],
)
def test_what_is_not_offered_is_not_found(api: Api, method: str, path: str) -> None:
    """Else the SDK raises something that its users do not catch."""
    body: Any = {} if method == "POST" else None

    answer = api.call(method, f"/billingrails/v1{path}", body)

    assert refused(answer, 404) == ("invalid_request_url", [])

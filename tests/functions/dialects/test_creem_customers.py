"""Creem's customers, their orders and their discounts, over the real functions."""

from typing import Any

import pytest

from tests.client import Api
from tests.functions.dialects.creem_calls import (
    ORDER,
    SALE,
    call,
    fields,
    get,
    made,
    patched,
    product,
)


@pytest.fixture
def gold(api: Api) -> str:
    """A product that is paid once."""
    return str(product(api)["id"])


def test_a_customer_is_made_found_and_changed(api: Api) -> None:
    """Else a shop has two records of one person."""
    asked = {"email": "jane@example.com", "name": "Jane", "external_id": "u_1"}
    jane = made(api, "customers", {**asked, "metadata": {"tier": 2}})

    assert get(api, f"customers?customer_id={jane['id']}") == jane
    assert get(api, "customers?email=Jane@example.com") == jane
    assert get(api, "customers/list")["items"] == [jane]
    changes = {"name": "Jane Roe", "external_id": None, "metadata": None}
    changed = patched(api, "customers", {"customer_id": jane["id"], **changes})
    assert (changed["name"], changed["external_id"], changed["metadata"]) == ("Jane Roe", None, {})
    assert changed["email"] == "jane@example.com"


@pytest.mark.parametrize("query", ["", "?email=", "?customer_id=a&email=b", "?id=cus_1"])
def test_a_customer_is_named_in_one_way(api: Api, query: str) -> None:
    """Else one of two names counts, and nobody knows which."""
    assert api.get(f"/creem/v1/customers{query}").status == 400


@pytest.mark.parametrize(
    ("method", "body", "param"),
    [
        ("POST", {"name": "Jane"}, "email"),
        ("POST", {"email": "jane@example.com"}, "name"),
        ("POST", {"email": "jane", "name": "Jane"}, "email"),
        ("POST", {"email": "jane@example.com", "name": "Jane", "country": "US"}, "country"),
        ("PATCH", {"name": "Jane"}, "customer_id"),
    ],
)
def test_what_a_customer_cannot_be_is_refused_by_its_name(
    api: Api, method: str, body: Any, param: str
) -> None:
    """Else a customer is made who cannot be written to."""
    answer = api.call(method, "/creem/v1/customers", body)

    assert (answer.status, fields(answer)) == (400, [param])


def test_a_customers_orders_are_theirs_alone(api: Api, gold: str) -> None:
    """Else one customer's page shows what another one bought."""
    jane, ada = (api.customer(email=f"{name}@example.com")["id"] for name in ("jane", "ada"))
    line = {"product": gold, "quantity": 2}
    order = api.order(customer=jane, line_items=[line])

    page = get(api, f"customers/{jane}/orders?customer={ada}&page_size=5")

    (shown,) = page["items"]
    assert shown.keys() == ORDER
    assert (shown["id"], shown["customer"], shown["product"]) == (order["id"], jane, gold)
    assert (shown["amount"], shown["amount_due"], shown["status"]) == (3000, 3000, "pending")
    assert get(api, f"customers/{ada}/orders")["items"] == []


def test_a_discount_comes_off_its_own_products_only(api: Api, gold: str) -> None:
    """Else a code for one product makes every other one cheaper."""
    silver = product(api)["id"]
    discount = made(api, "discounts", {**SALE, "applies_to_products": [gold]})

    assert discount["applies_to_products"] == [gold]
    sold = made(api, "checkouts", {"product_id": gold, "discount_code": "sale"})
    assert sold["discount"]["id"] == discount["id"]
    refused = call(api, "checkouts", {"product_id": silver, "discount_code": "SALE"})
    assert fields(refused) == ["discount_code"]


def test_a_discount_without_a_code_gets_one(api: Api, gold: str) -> None:
    """Else nobody can use it."""
    fixed = {"type": "fixed", "amount": 500, "currency": "USD", "percentage": None, "code": None}
    discount = made(api, "discounts", {**SALE, **fixed})

    assert (discount["amount"], discount["currency"]) == (500, "USD")
    sold = made(api, "checkouts", {"product_id": gold, "discount_code": discount["code"]})
    assert (sold["discount"]["type"], sold["discount"]["amount"]) == ("fixed", 500)


def test_a_discount_says_what_it_was_made_with(api: Api) -> None:
    """Else a merchant's list of codes shows other terms than they set."""
    terms = {
        "percentage": 12.5,
        "duration": "repeating",
        "duration_in_months": 3,
        "expiry_date": "2100-01-01T00:00:00.000Z",
        "max_redemptions": 5,
    }
    discount = made(api, "discounts", {**SALE, **terms})

    assert {name: discount[name] for name in terms} == terms
    assert get(api, f"discounts?discount_id={discount['id']}") == discount
    assert get(api, "discounts?discount_code=sale") == discount
    assert get(api, "discounts/search")["items"] == [discount]


def test_a_deleted_discount_is_redeemed_no_more(api: Api, gold: str) -> None:
    """Else a leaked code cannot be stopped."""
    discount = made(api, "discounts", SALE)

    deleted = api.delete(f"/creem/v1/discounts/{discount['id']}/delete")

    assert (deleted.status, deleted.body["status"]) == (200, "deleted")
    answer = call(api, "checkouts", {"product_id": gold, "discount_code": "SALE"})
    assert fields(answer) == ["discount_code"]


def test_a_discount_is_scheduled_or_expired_by_the_clock(api: Api) -> None:
    """Else a code is advertised that takes nothing off."""
    terms = {"name": "Sale", "type": "percentage", "basis_points": 1000}
    for dates in ({"starts_at": "2100-01-01T00:00:00Z"}, {"ends_at": "2020-01-01T00:00:00Z"}):
        assert api.post("/v1/discounts", {**terms, **dates}).status == 201

    shown = [each["status"] for each in get(api, "discounts/search")["items"]]

    assert sorted(shown) == ["expired", "scheduled"]


@pytest.mark.parametrize(
    ("name", "value", "param"),
    [
        ("name", None, "name"),
        ("duration", None, "duration"),
        ("duration", "weekly", "duration"),
        ("duration_in_months", 3, "duration_in_months"),
        ("applies_to_products", None, "applies_to_products"),
        ("percentage", None, "percentage"),
        ("percentage", 12.345, "percentage"),
        ("percentage", 101, "percentage"),
        ("percentage", "10", "percentage"),
        ("amount", 500, "currency"),
        ("expiry_date", "tomorrow", "expiry_date"),
        ("code", "A B", "code"),
        ("metadata", {}, "metadata"),
    ],
)
def test_what_a_discount_cannot_be_is_refused_by_its_name(
    api: Api, name: str, value: Any, param: str
) -> None:
    """Else more comes off than was meant."""
    answer = call(api, "discounts", {**SALE, name: value})

    assert (answer.status, fields(answer)) == (400, [param])


def test_a_code_that_is_taken_is_a_bad_request(api: Api) -> None:
    """Else the SDK raises another class than for every other bad field."""
    made(api, "discounts", SALE)

    assert call(api, "discounts", SALE).status == 400

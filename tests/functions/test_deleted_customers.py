"""A customer who is deleted: forgotten, refused everywhere, and still the one of their orders."""

from typing import Any

import pytest

from local.template import Stack
from tests.client import Api
from tests.functions.shop import INLINE, Shop
from tests.functions.test_charges import conflict
from tests.refusals import refusal
from tests.tables import nothing_stored

ADA = {
    "email": "ada@example.com",
    "name": "Ada Lovelace",
    "phone": "+44 20 7946 0000",
    "description": "Countess",
    "external_id": "crm-1",
    "billing_address": {"country": "GB", "line1": "12 St James's Square"},
    "shipping_address": {"country": "GB", "city": "Nottingham"},
    "metadata": {"note": "first programmer"},
}


def deleted(api: Api) -> str:
    id: str = api.customer(**ADA)["id"]
    api.payment_method(id)
    assert api.delete(f"/v1/customers/{id}").status == 200
    return id


def test_nothing_is_left_of_who_they_are(shop: Shop) -> None:
    """Who has the right to be forgotten must be found nowhere among the customers."""
    id = deleted(shop.api)

    gone = shop.api.get(f"/v1/customers/{id}").body

    assert gone == {
        **dict.fromkeys(ADA),
        "id": id,
        "object": "customer",
        "livemode": False,
        "metadata": {},
        "created_at": "2026-01-31T12:00:00.000Z",
        "updated_at": "2026-01-31T12:00:00.000Z",
        "deleted_at": "2026-01-31T12:00:00.000Z",
        "default_payment_method": None,
    }
    assert shop.api.get("/v1/customers").body["data"] == [gone]
    assert shop.events(id)[-1] == "customer.deleted"


def test_their_names_lead_nowhere_and_are_free_again(api: Api) -> None:
    deleted(api)

    for field in ("external_id", "email"):
        assert api.get(f"/v1/customers/{field}/{ADA[field]}").status == 404
    again = api.customer(**ADA)
    assert api.get("/v1/customers/external_id/crm-1").body == again


def test_the_other_customer_of_an_address_is_found_by_it(api: Api) -> None:
    deleted_one = api.customer(email="ada@example.com")["id"]
    other = api.customer(email="Ada@Example.com")
    assert api.get("/v1/customers/email/ada@example.com").body["id"] == deleted_one

    api.delete(f"/v1/customers/{deleted_one}")

    assert api.get("/v1/customers/email/ada@example.com").body == other


def test_deleting_again_says_the_same_and_changes_nothing(api: Api, stack: Stack) -> None:
    id = api.customer()["id"]
    first = api.delete(f"/v1/customers/{id}")

    with nothing_stored(stack):
        again = api.delete(f"/v1/customers/{id}")

    assert (again.status, again.text) == (200, first.text)


@pytest.mark.parametrize("change", [{"name": "Ada"}, {"metadata": None}, {"email": "a@b.co"}])
def test_a_deleted_customer_is_not_brought_back_by_a_change(
    api: Api, stack: Stack, change: Any
) -> None:
    id = deleted(api)

    with nothing_stored(stack):
        assert conflict(api.patch(f"/v1/customers/{id}", change)) == "customer_deleted"


def test_a_deleted_customer_gets_no_new_default(api: Api, stack: Stack) -> None:
    id = api.customer()["id"]
    card = api.payment_method(id, default=False)["id"]
    api.delete(f"/v1/customers/{id}")

    with nothing_stored(stack):
        answer = api.patch(f"/v1/customers/{id}", {"default_payment_method": card})

    assert conflict(answer) == "customer_deleted"


@pytest.mark.parametrize("path", ["/v1/orders", "/v1/checkouts"])
@pytest.mark.parametrize("collection", ["draft", "charge_now"])
def test_nothing_new_is_sold_to_a_deleted_customer(
    api: Api, stack: Stack, path: str, collection: str
) -> None:
    body = {"customer": deleted(api), "line_items": [{"price_data": INLINE, "quantity": 1}]}
    extra = {"collection": collection} if path == "/v1/orders" else {}

    with nothing_stored(stack):
        answer = api.post(path, body | extra)

    assert refusal(answer, 422) == [("customer", "customer_deleted")]


def test_a_deleted_customers_orders_and_cards_can_still_be_looked_at(shop: Shop) -> None:
    """The tax office asks for years; the customer's right to be forgotten ends there."""
    customer = shop.customer()
    paid = shop.order(customer, "charge_now")
    before = shop.read(paid)

    shop.api.delete(f"/v1/customers/{customer}")

    assert shop.read(paid) == before
    assert len(shop.api.get(f"/v1/orders?customer={customer}").body["data"]) == 1
    [card] = shop.api.get(f"/v1/payment_methods?customer={customer}").body["data"]
    assert shop.api.delete(f"/v1/payment_methods/{card['id']}").status == 200


def test_a_charge_under_way_is_brought_to_its_end(shop: Shop) -> None:
    """The money may have moved already: somebody has to know."""
    customer = shop.customer("timeout_with_effect")
    id = shop.order(customer, "charge_now")

    shop.api.delete(f"/v1/customers/{customer}")
    shop.run_after(minutes=1)

    assert shop.read(id)["status"] == "paid"


def test_an_order_of_a_deleted_customer_can_be_canceled(shop: Shop) -> None:
    customer = shop.customer("declined_once")
    id = shop.order(customer, "charge_now")
    shop.api.delete(f"/v1/customers/{customer}")

    assert shop.cancel(id).body["status"] == "canceled"

"""Billingrails' first package, billingrails 0.1.0: ``client.seller.orders``, retried on any 4xx."""

from functools import cache

from published_billingrails import load_0_1
from requests import HTTPError
from scenario import (
    API_KEY,
    BASE_URL,
    NOT_A_KEY,
    bad_line,
    give_card,
    native,
    play,
    refused,
    unique,
)

Billingrails = load_0_1().Billingrails


@cache
def client(key=API_KEY, base_url=BASE_URL, retries=3):
    return Billingrails(key, base_url=f"{base_url}/billingrails", max_retries=retries)


def account():
    terms = {"name": "John Doe", "email": f"{unique('john')}@example.com"}
    made = client().accounts.create(terms)["account"]
    give_card(made["id"])
    return made["id"]


def product(**fields):
    terms = {"status": "active", "name": "Old", "currency": "USD", "amount": 900, **fields}
    return client().seller.products.create(terms)["product"]


def wanted(of, **fields):
    line = {"product_id": product()["id"], "quantity": 2, "unit_amount": 900, "description": "P"}
    return {"account_id": of, "currency": "USD", "line_items": [line], **fields}


def an_order_is_made_read_listed_changed_and_canceled():
    owner, orders = account(), client().seller.orders
    made = orders.create(wanted(owner))["order"]
    assert (made["status"], made["payment_status"], made["total_amount"]) == (
        "confirmed",
        "paid",
        1800,
    )
    assert orders.retrieve(made["id"])["order"] == made
    assert [row["id"] for row in orders.list(account_id=owner)["orders"]] == [made["id"]]
    changed = orders.update(made["id"], {"metadata": {"a": "b"}})["order"]
    assert changed["metadata"] == {"a": "b"}
    assert native("GET", f"/orders/{made['id']}")["status"] == "paid"


def products_are_kept():
    made = product()
    products = client().seller.products
    assert products.retrieve(made["id"])["product"] == made
    assert products.update(made["id"], {"name": "New"})["product"]["name"] == "New"
    assert products.list(page_size=1)["products"][0]["id"] == made["id"]


def what_is_refused_raises_its_status():
    for status, call in (
        (400, lambda: client(retries=1).seller.orders.create(wanted("cus_none"))),
        (404, lambda: client(retries=1).seller.orders.retrieve("ord_none")),
        (401, lambda: client(NOT_A_KEY, retries=1).seller.orders.list()),
    ):
        assert refused(HTTPError, call).response.status_code == status


def a_request_that_did_not_arrive_is_sent_again_and_makes_one_order():
    owner = account()
    terms = wanted(owner)
    with bad_line(2, reach=False) as line:
        made = client(base_url=line.base_url).seller.orders.create(terms)["order"]
    assert len(line.seen) == 3
    kept = native("GET", f"/orders?customer={owner}")["data"]
    assert [row["id"] for row in kept] == [made["id"]]


if __name__ == "__main__":
    play(globals())

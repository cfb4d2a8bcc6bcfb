"""Billingrails' own package, billingrails 0.2.2; orders by its plain ``client.request``."""

from functools import cache

from published_billingrails import load_0_2
from scenario import (
    API_KEY,
    BASE_URL,
    NATIVE_KEY,
    NOT_A_KEY,
    READING_KEY,
    bad_line,
    give_card,
    native,
    play,
    refused,
    unique,
)

billingrails = load_0_2()

PRICE = {"currency": "USD", "model": "per_unit", "amount": 1250}


@cache
def client(key=API_KEY, base_url=BASE_URL, mount="/billingrails/v1"):
    return billingrails.Billingrails(key, base_url=f"{base_url}{mount}")


def account(card="success", **fields):
    terms = {"name": "John Doe", "email": f"{unique('john')}@example.com", **fields}
    made = client().accounts.create(terms)["account"]
    if card:
        give_card(made["id"], card)
    return made


def product(**fields):
    return client().products.create({"name": "Seat", "price": PRICE, **fields})["product"]


def wanted(of, **fields):
    line = {"product_id": product()["id"], "quantity": 2, "unit_amount": 2500, "description": "P"}
    return {"account_id": of, "currency": "USD", "line_items": [line], **fields}


def place(of, through=None, **fields):
    return (through or client()).request("POST", "/orders", json=wanted(of, **fields))["order"]


def orders_of(customer):
    return native("GET", f"/orders?customer={customer}")["data"]


def an_order_is_made_charged_and_read_back():
    owner = account()["id"]
    made = place(owner, metadata={"channel": "web"}, billing_address={"country": "NG"})
    assert (made["object"], made["status"], made["payment_status"]) == (
        "order",
        "confirmed",
        "paid",
    )
    assert (made["total_amount"], made["paid_amount"], made["outstanding_amount"]) == (
        5000,
        5000,
        0,
    )
    assert client().request("GET", f"/orders/{made['id']}")["order"] == made
    assert native("GET", f"/orders/{made['id']}")["status"] == "paid"
    plain = client(mount="/billingrails").request("GET", f"/orders/{made['id']}")
    assert plain["order"] == made


def an_account_without_a_card_owes_what_it_ordered():
    made = place(account(None)["id"])
    assert (made["status"], made["payment_status"]) == ("pending", "pending")
    assert made["outstanding_amount"] == 5000


def a_declined_card_still_makes_the_order():
    made = place(account("insufficient_funds")["id"])
    assert made["payment_status"] in ("pending", "failed")
    assert made["outstanding_amount"] == 5000


def orders_are_listed_page_by_page():
    owner = account()["id"]
    made = [place(owner)["id"] for _ in range(3)]
    read, number, pages = [], 1, 1
    while number <= pages:
        params = {"page": number, "page_size": 2, "account_id": owner}
        page = client().request("GET", "/orders", params=params)
        read += [row["id"] for row in page["orders"]]
        number, pages = number + 1, page["meta"]["total_pages"]
    assert read == made[::-1]
    assert page["meta"]["total_count"] == 3


def an_order_changes_and_is_canceled():
    made = place(account(None)["id"], metadata={"a": "b"})
    changes = {"metadata": {"c": "d"}, "shipping_address": {"city": "Abuja"}}
    changed = client().request("PATCH", f"/orders/{made['id']}", json=changes)["order"]
    assert changed["metadata"] == {"a": "b", "c": "d"}
    assert native("GET", f"/orders/{made['id']}")["shipping_address"]["city"] == "Abuja"
    canceled = client().request("POST", f"/orders/{made['id']}/cancel", json={})["order"]
    assert canceled["status"] == "canceled"


def accounts_and_products_are_kept():
    john = account(None, country="US", default_currency="USD")
    assert client().accounts.retrieve(john["id"])["account"] == john
    assert client().accounts.update(john["id"], {"name": "Jane"})["account"]["name"] == "Jane"
    rows = client().accounts.list(page=1, page_size=1)
    assert [row["id"] for row in rows["accounts"]] == [john["id"]]
    code = unique("code")
    seat = product(code=code)
    assert client().products.retrieve(seat["id"])["product"] == seat
    assert client().products.update(seat["id"], {"name": "Desk"})["product"]["name"] == "Desk"
    assert client().products.list(code=code)["products"][0]["name"] == "Desk"


def what_is_wrong_is_said_by_field():
    owner = account(None)["id"]
    error = refused(
        billingrails.BillingrailsInvalidRequestError,
        lambda: client().request(
            "POST", "/orders", json={**wanted(owner), "colour": 1, "currency": "ZZZ"}
        ),
    )
    assert error.status == 400
    assert error.code == "validation_error"
    assert {each["field"] for each in error.details} == {"colour", "currency"}
    error = refused(
        billingrails.BillingrailsInvalidRequestError,
        lambda: client().products.create({"name": "Seat"}),
    )
    assert error.status == 400
    code = unique("taken")
    product(code=code)
    refused(billingrails.BillingrailsInvalidRequestError, lambda: product(code=code))


def what_is_not_there_is_not_found():
    for call in (
        lambda: client().request("GET", "/orders/ord_none"),
        lambda: client().accounts.retrieve("cus_none"),
        lambda: client().products.update("prod_none", {"name": "x"}),
        lambda: client().invoices.list(),
    ):
        assert refused(billingrails.BillingrailsNotFoundError, call).status == 404


def a_strange_key_is_refused():
    error = refused(
        billingrails.BillingrailsAuthenticationError,
        lambda: client(NOT_A_KEY).accounts.list(),
    )
    assert error.status == 401


def a_key_does_what_it_may_and_no_more():
    reading = client(READING_KEY)
    assert reading.accounts.list(page_size=1)["accounts"]
    error = refused(
        billingrails.BillingrailsApiError,
        lambda: reading.request("POST", "/orders", json=wanted(account(None)["id"])),
    )
    assert (error.status, error.code) == (403, "forbidden")
    refused(
        billingrails.BillingrailsAuthenticationError, lambda: client(NATIVE_KEY).accounts.list()
    )


def a_failure_of_ours_is_one():
    with bad_line(9, reach=False) as line:
        broken = client(base_url=line.base_url)
        refused(billingrails.BillingrailsServerError, lambda: broken.accounts.list())
    assert len(line.seen) == 3


def a_request_that_did_not_arrive_is_sent_again_and_makes_one_order():
    owner = account()["id"]
    with bad_line(reach=False, status=503) as line:
        made = place(owner, client(base_url=line.base_url))
    assert len(line.seen) == 2
    assert [row["id"] for row in orders_of(owner)] == [made["id"]]


def order(product, account, quantity):
    """Order a product of another system at its price."""
    line = {"product_id": product, "quantity": quantity}
    terms = {"account_id": account, "currency": "USD", "line_items": [line]}
    made = client().request("POST", "/orders", json=terms)["order"]
    return {"id": made["id"], "status": made["status"], "payment": made["payment_status"]}


if __name__ == "__main__":
    play(globals())

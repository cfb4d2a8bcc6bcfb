"""Creem's community package, creem 0.4.0: products, customers, discounts and checkouts."""

from functools import cache

from creem import Creem
from creem.errors import (
    CreemAPIError,
    CreemAuthError,
    CreemNotFoundError,
    CreemServerError,
    CreemValidationError,
)
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


@cache
def client(key=API_KEY, base_url=BASE_URL):
    return Creem(key, base_url=f"{base_url}/creem", backoff_base=0.01)


def product(**fields):
    terms = {
        "name": "Gold",
        "description": "Plan",
        "price": 1500,
        "currency": "USD",
        "billing_type": "onetime",
    }
    return client().products.create({**terms, **fields})


def a_checkout_is_made_and_read_back():
    sold = product()
    request = unique("request")
    made = client().checkouts.create(
        product_id=sold["id"],
        request_id=request,
        units=2,
        customer={"email": "ada@example.com"},
        success_url="https://shop.example/thanks",
        metadata={"cart": "a", "n": 2},
        custom_fields=[
            {"type": "text", "key": "seat", "label": "Seat", "text": {"min_length": 2}},
            {"type": "checkbox", "key": "gift", "label": "Gift", "optional": True},
        ],
    )
    assert (made["object"], made["status"], made["mode"]) == ("checkout", "pending", "test")
    assert (made["units"], made["request_id"]) == (2, request)
    assert made["checkout_url"] and made["metadata"] == {"cart": "a", "n": 2}
    assert [field["key"] for field in made["custom_fields"]] == ["seat", "gift"]
    read = client().checkouts.get(made["id"])
    assert (read["id"], read["units"]) == (made["id"], 2)
    assert native("GET", f"/checkouts/{made['id']}")["total_amount"] == 3000


def the_older_spelling_of_custom_fields_is_taken():
    made = client().checkouts.create(
        product_id=product()["id"],
        custom_field=[{"type": "text", "key": "seat", "label": "Seat"}],
    )
    assert made["custom_fields"][0]["key"] == "seat"


def a_price_of_its_own_and_a_discount_change_what_is_owed():
    sold = product()
    made = client().checkouts.create(product_id=sold["id"], custom_price=2000)
    assert made["custom_price"] == 2000
    assert native("GET", f"/checkouts/{made['id']}")["total_amount"] == 2000
    code = unique("S").upper().replace("-", "")
    cut = client().discounts.create(
        name="Sale",
        code=code,
        type="percentage",
        percentage=10,
        duration="once",
        applies_to_products=[sold["id"]],
    )
    made = client().checkouts.create(product_id=sold["id"], discount_code=code)
    assert native("GET", f"/checkouts/{made['id']}")["total_amount"] == 1350
    assert client().discounts.get(discount_code=code)["id"] == cut["id"]
    client().discounts.delete(cut["id"])
    refused(
        CreemValidationError,
        lambda: client().checkouts.create(product_id=sold["id"], discount_code=code),
    )


def products_are_kept_and_listed_page_by_page():
    sold = product(description="Shiny")
    assert client().products.get(sold["id"])["name"] == "Gold"
    changed = client().products.update(sold["id"], name="Silver", price=900)
    assert (changed["name"], changed["price"]) == ("Silver", 900)
    made = [product(name=unique("page"))["id"] for _ in range(5)]
    page = client().products.search(page_size=2)
    assert [row["id"] for row in page["items"]] == made[:-3:-1]
    assert page["pagination"]["next_page"] == 2
    read = [row["id"] for row in client().products.iter_all(page_size=2)]
    assert read[:5] == made[::-1] and sold["id"] in read
    assert client().products.archive(sold["id"])["status"] == "archived"


def customers_are_kept():
    email = f"{unique('ada')}@example.com"
    made = client().customers.create(email=email, name="Ada")
    assert client().customers.get(customer_id=made["id"])["email"] == email
    assert client().customers.get(email=email)["id"] == made["id"]
    changed = client().customers.update(customer_id=made["id"], name="Ada L.")
    assert changed["name"] == "Ada L."
    assert client().customers.list(page_size=1)["items"][0]["id"] == made["id"]
    give_card(made["id"])
    line = {"product": product()["id"], "quantity": 2}
    terms = {"customer": made["id"], "line_items": [line], "collection": "charge_now"}
    ordered = native("POST", "/orders", terms)["id"]
    [shown] = client().customers.orders(made["id"])["items"]
    assert (shown["id"], shown["status"], shown["amount_paid"]) == (ordered, "paid", 3000)


def what_is_wrong_is_said_by_field():
    sold = product()["id"]
    checkouts = client().checkouts
    error = refused(
        CreemValidationError, lambda: checkouts.create(product_id=sold, units="x", colour=1)
    )
    assert error.status == 400 and error.trace_id and error.error
    assert {text.partition(":")[0] for text in error.messages} == {"units", "colour"}
    both = {"id": "cus_1", "email": "a@b.c"}
    refused(CreemValidationError, lambda: checkouts.create(product_id=sold, customer=both))
    refused(CreemValidationError, lambda: product(currency="ZZZ"))


def what_is_not_there_is_not_found():
    for call in (
        lambda: client().checkouts.create(product_id="prod_none"),
        lambda: client().checkouts.get("chk_none"),
        lambda: client().products.get("prod_none"),
        lambda: client().customers.get(customer_id="cus_none"),
        lambda: client().transactions.get("tran_none"),
        lambda: client().stats.summary(currency="USD"),
    ):
        assert refused(CreemNotFoundError, call).status == 404


def a_strange_key_is_refused():
    error = refused(CreemAuthError, lambda: client(NOT_A_KEY).products.get("prod_none"))
    assert error.status in (401, 403)


def a_key_does_what_it_may_and_no_more():
    sold = product()["id"]
    assert client(READING_KEY).products.get(sold)["id"] == sold
    selling = client(READING_KEY).checkouts
    assert refused(CreemAuthError, lambda: selling.create(product_id=sold)).status == 403
    error = refused(CreemAuthError, lambda: client(NATIVE_KEY).products.get(sold))
    assert error.status == 401


def a_failure_of_ours_is_one():
    sold = product()["id"]
    with bad_line(reach=False) as line:
        selling = client(base_url=line.base_url).checkouts
        assert refused(CreemServerError, lambda: selling.create(product_id=sold)).status == 503


def the_same_request_id_makes_one_checkout():
    terms = {"product_id": product()["id"], "request_id": unique("request")}
    made = client().checkouts.create(terms)
    assert client().checkouts.create(terms)["id"] == made["id"]
    error = refused(CreemAPIError, lambda: client().checkouts.create(terms, units=5))
    assert error.status == 409


def a_lost_answer_is_asked_for_again_and_makes_one_checkout():
    sold, request = product()["id"], unique("request")
    with bad_line(2, reach=True) as line:
        made = client(base_url=line.base_url).checkouts.create(product_id=sold, request_id=request)
    assert len(line.seen) == 3
    kept = [
        row["id"]
        for row in native("GET", "/checkouts?limit=20")["data"]
        if row["line_items"][0]["product"] == sold
    ]
    assert kept == [made["id"]]


def a_product_is_made_once_for_its_key():
    name, key = unique("Once"), unique("key")
    with bad_line(1, reach=True) as line:
        terms = {
            "name": name,
            "description": "-",
            "price": 100,
            "currency": "USD",
            "billing_type": "onetime",
        }
        made = client(base_url=line.base_url).products.create(terms, idempotency_key=key)
    named = [row for row in native("GET", "/products?limit=20")["data"] if row["name"] == name]
    assert [row["id"] for row in named] == [made["id"]]


def sell(product, units):
    """Make a checkout of a product that another system made."""
    made = client().checkouts.create(product_id=product, units=units)
    return {"id": made["id"], "url": made["checkout_url"]}


def show(checkout):
    """Read a checkout that its customer has paid."""
    found = client().checkouts.get(checkout)
    return {"status": found["status"], "order": found["order"]["id"]}


if __name__ == "__main__":
    play(globals())

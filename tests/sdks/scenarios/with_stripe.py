"""Stripe's own package, 16.1.0: prices, products, customers and checkout sessions."""

from functools import cache

import stripe
from scenario import (
    API_KEY,
    BASE_URL,
    NATIVE_KEY,
    NOT_A_KEY,
    READING_KEY,
    bad_line,
    native,
    play,
    refused,
    unique,
)
from stripe import StripeClient

MOUNT = "/stripe"
SUCCESS = "https://shop.example/thanks"


@cache
def client(key: str = API_KEY, base_url: str = BASE_URL, mount: str = MOUNT, retries: int = 0):
    return StripeClient(
        key, base_addresses={"api": f"{base_url}{mount}"}, max_network_retries=retries
    )


def price(**fields):
    terms = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
    return client().v1.prices.create(params={**terms, **fields})


def session(**fields):
    terms = {"mode": "payment", "success_url": SUCCESS}
    return client().v1.checkout.sessions.create(params={**terms, **fields})


def a_price_is_made_and_read_back():
    made = price(nickname="Monthly", recurring={"interval": "month"}, metadata={"team": "a"})
    assert type(made) is stripe.Price
    assert (made.unit_amount, made.currency, made.type) == (1250, "usd", "recurring")
    assert made.recurring.interval == "month"
    assert made.metadata["team"] == "a"
    read = client().v1.prices.retrieve(made.id, params={"expand": ["product"]})
    assert read.product.name == "Seat"
    assert native("GET", f"/prices/{made.id}")["unit_amount"] == 1250


def a_fraction_of_a_cent_stays_exact():
    made = price(unit_amount=None, unit_amount_decimal="0.125")
    assert made.unit_amount is None
    assert str(client().v1.prices.retrieve(made.id).unit_amount_decimal) == "0.125"


def tiers_are_kept():
    tiers = [{"up_to": 10, "unit_amount": 500}, {"up_to": "inf", "unit_amount_decimal": "99.5"}]
    made = price(
        unit_amount=None,
        billing_scheme="tiered",
        tiers_mode="graduated",
        recurring={"interval": "month"},
        tiers=tiers,
        expand=["tiers"],
    )
    assert [tier.up_to for tier in made.tiers] == [10, None]
    assert str(made.tiers[1].unit_amount_decimal) == "99.5"


def prices_are_listed_page_by_page():
    key = unique("product")
    product = client().v1.products.create(params={"name": key})
    made = [price(product_data=None, product=product.id, unit_amount=n).id for n in (1, 2, 3, 4, 5)]
    first = client().v1.prices.list(params={"product": product.id, "limit": 2})
    assert [row.id for row in first.data] == made[:-3:-1]
    assert first.has_more
    assert [row.id for row in first.auto_paging_iter()] == made[::-1]


def a_price_changes():
    made = price(lookup_key=unique("old"))
    changed = client().v1.prices.update(
        made.id, params={"nickname": "New", "active": False, "metadata": {"a": "b"}}
    )
    assert (changed.nickname, changed.active, changed.metadata["a"]) == ("New", False, "b")
    cleared = client().v1.prices.update(made.id, params={"metadata": ""})
    assert cleared.metadata.to_dict() == {}


def products_and_customers_are_kept():
    products, customers = client().v1.products, client().v1.customers
    product = products.create(params={"name": "Seat", "metadata": {"a": "b"}})
    assert products.update(product.id, params={"description": "Soft"}).description == "Soft"
    assert products.retrieve(product.id).name == "Seat"
    email = f"{unique('ada')}@example.com"
    customer = customers.create(params={"email": email, "address": {"country": "DE"}})
    assert customer.address.country == "DE"
    assert [row.id for row in customers.list(params={"email": email}).data] == [customer.id]
    assert customers.update(customer.id, params={"name": "Ada"}).name == "Ada"
    assert customers.delete(customer.id).deleted
    assert customers.retrieve(customer.id).deleted


def a_session_is_made_listed_and_expired():
    sold = price()
    lines = [
        {"price": sold.id, "quantity": 2},
        {
            "price_data": {
                "currency": "usd",
                "unit_amount": 300,
                "product_data": {"name": "Sticker"},
            },
            "quantity": 1,
        },
    ]
    made = session(line_items=lines, client_reference_id="cart-1", expand=["line_items"])
    assert (made.amount_total, made.status, made.payment_status) == (2800, "open", "unpaid")
    assert made.url and made.client_reference_id == "cart-1"
    assert [line.amount_total for line in made.line_items.data] == [2500, 300]
    sessions = client().v1.checkout.sessions
    assert sessions.retrieve(made.id).amount_total == 2800
    listed = sessions.line_items.list(made.id, params={"limit": 1})
    assert [line.description for line in listed.auto_paging_iter()] == ["Seat", "Sticker"]
    assert made.id in [row.id for row in sessions.list(params={"status": "open"}).data]
    assert sessions.expire(made.id).status == "expired"
    assert refused(stripe.InvalidRequestError, lambda: sessions.expire(made.id)).http_status == 400


def what_is_wrong_is_said_by_field():
    error = refused(stripe.InvalidRequestError, lambda: price(currency="zzz"))
    assert (error.http_status, error.param) == (400, "currency")
    assert error.request_id
    error = refused(stripe.InvalidRequestError, lambda: price(unit_amount="much"))
    assert (error.param, error.code) == ("unit_amount", "parameter_invalid_integer")
    error = refused(stripe.InvalidRequestError, lambda: price(colour="red"))
    assert (error.param, error.code) == ("colour", "parameter_unknown")
    error = refused(
        stripe.InvalidRequestError, lambda: price(product_data=None, product="prod_none")
    )
    assert (error.http_status, error.code, error.param) == (400, "resource_missing", "product")


def what_is_not_there_is_not_found():
    for call in (
        lambda: client().v1.prices.retrieve("price_none"),
        lambda: client().v1.checkout.sessions.retrieve("cs_none"),
        lambda: client().v1.customers.update("cus_none", params={"name": "x"}),
    ):
        error = refused(stripe.InvalidRequestError, call)
        assert (error.http_status, error.code) == (404, "resource_missing")
    error = refused(stripe.InvalidRequestError, lambda: client().v1.payment_intents.list())
    assert error.http_status == 404


def a_strange_key_is_refused():
    error = refused(
        stripe.AuthenticationError, lambda: client(NOT_A_KEY).v1.prices.retrieve("price_none")
    )
    assert error.http_status == 401


def a_key_does_what_it_may_and_no_more():
    terms = {"currency": "usd", "unit_amount": 5, "product_data": {"name": "Seat"}}
    reading = client(READING_KEY).v1.prices
    assert reading.list(params={"limit": 1}).data
    error = refused(stripe.PermissionError, lambda: reading.create(params=terms))
    assert error.http_status == 403
    refused(stripe.AuthenticationError, lambda: client(NATIVE_KEY).v1.prices.list())
    options = {"stripe_account": "acct_1"}
    prices = client().v1.prices
    error = refused(stripe.PermissionError, lambda: prices.create(params=terms, options=options))
    assert error.error.code == "account_invalid"


def a_failure_of_ours_is_one():
    with bad_line(reach=False) as line:
        broken = client(base_url=line.base_url).v1.prices
        error = refused(stripe.APIError, lambda: broken.retrieve("price_none"))
    assert error.http_status == 503


def a_taken_lookup_key_is_refused():
    key = unique("key")
    price(lookup_key=key)
    error = refused(stripe.InvalidRequestError, lambda: price(lookup_key=key))
    assert (error.http_status, error.param) == (400, "lookup_key")


def the_same_idempotency_key_makes_one_price():
    terms = {"currency": "usd", "unit_amount": 5, "product_data": {"name": unique("Once")}}
    options = {"idempotency_key": unique("key")}
    prices = client().v1.prices
    made = prices.create(params=terms, options=options)
    again = prices.create(params=terms, options=options)
    assert again.id == made.id
    assert again.last_response.headers["idempotent-replayed"] == "true"
    other = {**terms, "unit_amount": 6}
    refused(stripe.IdempotencyError, lambda: prices.create(params=other, options=options))


def a_lost_answer_is_asked_for_again_and_makes_one_price():
    name = unique("Lost")
    terms = {"currency": "usd", "unit_amount": 5, "product_data": {"name": name}}
    with bad_line(reach=True, status=500) as line:
        made = client(base_url=line.base_url, retries=2).v1.prices.create(params=terms)
    keys = [headers["idempotency-key"] for _, headers in line.seen]
    assert len(keys) == 2 and len(set(keys)) == 1
    named = [row for row in native("GET", "/products?limit=20")["data"] if row["name"] == name]
    assert [row["id"] for row in named] == [made.product]


def the_older_way_of_calling_works_as_well():
    stripe.api_key, stripe.api_base = API_KEY, f"{BASE_URL}{MOUNT}/"
    made = stripe.Price.create(currency="usd", unit_amount=70, product_data={"name": "Seat"})
    assert stripe.Price.retrieve(made.id).unit_amount == 70
    made = stripe.checkout.Session.create(
        mode="payment", success_url=SUCCESS, line_items=[{"price": made.id, "quantity": 3}]
    )
    assert made.amount_total == 210


def sell(price, quantity):
    """Make a session of a price that another system made."""
    made = session(line_items=[{"price": price, "quantity": quantity}])
    return {"id": made.id, "total": made.amount_total, "url": made.url}


def show(session):
    """Read a session that its customer has paid."""
    found = client().v1.checkout.sessions.retrieve(session)
    return {"status": found.status, "paid": found.payment_status, "total": found.amount_total}


if __name__ == "__main__":
    play(globals())

"""Polar's older package, polar-sdk 0.32.0, which wants 201 for what is made, and checks types."""

from functools import cache

from polar_sdk import Polar, models
from scenario import (
    API_KEY,
    BASE_URL,
    NOT_A_KEY,
    READING_KEY,
    give_card,
    native,
    play,
    refused,
    unique,
)

FAILED = models.OrdersFinalizeResponse402OrdersFinalize
FIXED = {"amount_type": "fixed", "price_currency": "usd", "price_amount": 4900}


@cache
def client(key=API_KEY):
    return Polar(access_token=key, server_url=f"{BASE_URL}/polar")


def product(**fields):
    return client().products.create(request={"name": "Token pack", "prices": [FIXED], **fields})


def customer(card="success", **fields):
    email = f"{unique('ada')}@example.com"
    made = client().customers.create(request={"email": email, **fields})
    if card:
        give_card(made.id, card)
    return made


def draft(card="success", **fields):
    terms = {"customer_id": customer(card).id, "product_id": product().id}
    return client().orders.create(request={**terms, **fields})


def a_draft_is_made_and_read_back():
    made = draft(metadata={"cart": "a", "n": 2, "yes": True})
    assert type(made) is models.Order
    assert (made.status, made.total_amount, made.currency) == ("draft", 4900, "usd")
    assert made.metadata == {"cart": "a", "n": 2, "yes": True}
    assert client().orders.get(id=made.id) == made
    assert native("GET", f"/orders/{made.id}")["status"] == "draft"


def a_draft_is_finalized_and_paid():
    made = draft()
    paid = client().orders.finalize(id=made.id)
    assert (paid.status, paid.paid, paid.due_amount) == ("paid", True, 0)
    error = refused(models.OrderNotDraft, lambda: client().orders.finalize(id=made.id))
    assert error.status_code == 412
    [payment] = client().payments.list(order_id=made.id).result.items
    assert (payment.status, payment.amount) == ("succeeded", 4900)


def a_declined_card_says_so():
    made = draft("insufficient_funds")
    error = refused(FAILED, lambda: client().orders.finalize(id=made.id))
    assert (error.status_code, type(error.data)) == (402, models.PaymentFailedData)
    made = draft("authentication_required")
    error = refused(FAILED, lambda: client().orders.finalize(id=made.id))
    assert type(error.data) is models.PaymentActionRequiredData


def orders_are_listed_page_by_page():
    owner, sold = customer(), product()
    wanted = {"customer_id": owner.id, "product_id": sold.id}
    made = [client().orders.create(request=wanted).id for _ in range(5)]
    page = client().orders.list(customer_id=[owner.id], limit=2)
    assert page.result.pagination.total_count == 5
    read = []
    while page is not None:
        read += [row.id for row in page.result.items]
        page = page.next()
    assert read == made[::-1]


def an_order_changes():
    made = draft()
    changes = {"billing_name": "Ada", "billing_address": {"country": "DE"}}
    changed = client().orders.update(id=made.id, order_update=changes)
    assert (changed.billing_name, changed.billing_address.country) == ("Ada", "DE")


def products_and_customers_are_kept():
    sold = product(description="Soft")
    assert client().products.get(id=sold.id) == sold
    renamed = client().products.update(id=sold.id, product_update={"name": "Pack"})
    assert renamed.name == "Pack"
    external = unique("ext")
    ada = customer(external_id=external)
    assert client().customers.get_external(external_id=external).id == ada.id
    changed = client().customers.update(id=ada.id, customer_update={"name": "Ada"})
    assert changed.name == "Ada"


def what_is_wrong_is_said_by_field():
    error = refused(models.HTTPValidationError, lambda: draft(customer_id="cus_none"))
    assert error.data.detail[0].loc[-1] == "customer_id"
    error = refused(models.HTTPValidationError, lambda: draft(currency="zzz"))
    assert error.data.detail[0].loc[-1] == "currency"


def what_is_not_there_is_not_found():
    for call in (
        lambda: client().orders.get(id="ord_none"),
        lambda: client().orders.finalize(id="ord_none"),
        lambda: client().products.get(id="prod_none"),
        lambda: client().customers.get(id="cus_none"),
    ):
        assert refused(models.ResourceNotFound, call).status_code == 404


def a_key_that_may_not_charge_is_refused():
    made = draft()
    kind = models.OrdersFinalizeResponse403OrdersFinalize
    error = refused(kind, lambda: client(READING_KEY).orders.finalize(id=made.id))
    assert type(error.data) is models.OffSessionChargesNotEnabledData


def a_strange_key_is_refused():
    error = refused(models.SDKError, lambda: client(NOT_A_KEY).orders.get(id="ord_none"))
    assert error.status_code == 401


if __name__ == "__main__":
    play(globals())

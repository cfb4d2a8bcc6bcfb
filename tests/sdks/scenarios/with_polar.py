"""Polar's own package, polar-sdk 1.0.2, which checks every answer: drafts and what they need."""

from functools import cache

from polar.base import PolarClientError, PolarServerError
from polar.v2026_10 import Polar, errors, outputs
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

FIXED = {"amount_type": "fixed", "price_currency": "usd", "price_amount": 4900}


@cache
def client(key=API_KEY, base_url=BASE_URL):
    return Polar(key, base_url=f"{base_url}/polar")


def product(**fields):
    return client().products.create(**{"name": "Token pack", "prices": [FIXED], **fields})


def customer(card="success", **fields):
    made = client().customers.create(**{"email": f"{unique('ada')}@example.com", **fields})
    if card:
        give_card(made.id, card)
    return made


def draft(card="success", **fields):
    return client().orders.create(
        **{"customer_id": customer(card).id, "product_id": product().id, **fields}
    )


def a_draft_is_made_and_read_back():
    made = draft(metadata={"cart": "a", "n": 2, "x": 1.5, "yes": True}, description="Two packs")
    assert type(made) is outputs.Order
    assert (made.status, made.total_amount, made.currency, made.paid) == (
        "draft",
        4900,
        "usd",
        False,
    )
    assert made.metadata == {"cart": "a", "n": 2, "x": 1.5, "yes": True}
    assert made.customer.id == made.customer_id and made.product.name == "Token pack"
    assert client().orders.get(made.id) == made
    order = native("GET", f"/orders/{made.id}")
    assert (order["status"], order["total_amount"]) == ("draft", 4900)


def an_amount_or_units_change_what_is_owed():
    assert draft(amount=1000).total_amount == 1000
    made = draft(units=3)
    assert (made.total_amount, made.units) == (14700, 3)


def orders_are_listed_page_by_page():
    owner, sold = customer(), product()
    made = [client().orders.create(customer_id=owner.id, product_id=sold.id).id for _ in range(5)]
    page = client().orders.list(customer_id=[owner.id], page=1, limit=2)
    assert [row.id for row in page.items] == made[:-3:-1]
    assert (page.pagination.total_count, page.pagination.max_page) == (5, 3)
    read = client().orders.iter_list(customer_id=[owner.id], limit=2)
    assert [row.id for row in read] == made[::-1]


def an_order_changes():
    made = draft()
    address = {"country": "DE", "line1": "Unter den Linden 1", "city": "Berlin"}
    changed = client().orders.update(made.id, billing_name="Ada", billing_address=address)
    assert (changed.billing_name, changed.billing_address.country) == ("Ada", "DE")
    assert changed.modified_at


def a_draft_is_finalized_and_paid():
    made = draft()
    paid = client().orders.finalize(made.id)
    assert (paid.status, paid.paid, paid.due_amount) == ("paid", True, 0)
    assert paid.invoice_number
    [payment] = client().payments.list(order_id=made.id).items
    assert (payment.status, payment.amount) == ("succeeded", 4900)
    assert client().payments.get(payment.id).id == payment.id
    assert native("GET", f"/orders/{made.id}")["status"] == "paid"
    error = refused(errors.OrderNotDraft, lambda: client().orders.finalize(made.id))
    assert error.status_code == 412


def a_card_can_be_chosen():
    made = draft()
    chosen = give_card(made.customer_id)
    assert client().orders.finalize(made.id, payment_method_id=chosen).paid
    cards = client().customers.list_payment_methods(made.customer_id).items
    assert chosen in [card.id for card in cards]


def a_declined_card_says_so():
    for card in ("insufficient_funds", "expired_card"):
        made = draft(card)
        error = refused(
            errors.OrdersFinalize402Error, lambda made=made: client().orders.finalize(made.id)
        )
        assert error.error.error == "PaymentFailed", error.error
        assert client().orders.get(made.id).paid is False
        payments = client().payments.list(order_id=made.id).items
        assert [payment.status for payment in payments] == ["failed"]


def a_card_that_wants_its_owner_says_so():
    made = draft("authentication_required")
    error = refused(errors.OrdersFinalize402Error, lambda: client().orders.finalize(made.id))
    assert error.error.error == "PaymentActionRequired"
    assert client().orders.get(made.id).status == "draft"


def nothing_to_charge_is_a_failed_payment():
    made = draft(None)
    error = refused(errors.OrdersFinalize402Error, lambda: client().orders.finalize(made.id))
    assert error.error.error == "PaymentFailed"


def what_is_wrong_is_said_by_field():
    error = refused(errors.HTTPValidationError, lambda: draft(amount="much", colour="red"))
    assert error.status_code == 422
    assert {tuple(each.loc) for each in error.error.detail} == {
        ("body", "amount"),
        ("body", "colour"),
    }
    error = refused(errors.HTTPValidationError, lambda: draft(customer_id="cus_none"))
    assert error.error.detail[0].loc[-1] == "customer_id"
    error = refused(
        errors.HTTPValidationError, lambda: client().orders.update(draft().id, billing_name=5)
    )
    assert error.status_code == 422
    twice = customer().email
    error = refused(errors.HTTPValidationError, lambda: customer(email=twice))
    assert error.error.detail[0].loc[-1] == "email"


def what_is_not_there_is_not_found():
    for call in (
        lambda: client().orders.get("ord_none"),
        lambda: client().orders.update("ord_none", billing_name="x"),
        lambda: client().orders.finalize("ord_none"),
        lambda: client().products.get("prod_none"),
        lambda: client().customers.get("cus_none"),
        lambda: client().customers.get_external(unique("none")),
    ):
        error = refused(errors.ResourceNotFound, call)
        assert (error.status_code, error.error.error) == (404, "ResourceNotFound")


def a_strange_key_is_refused():
    error = refused(PolarClientError, lambda: client(NOT_A_KEY).orders.get("ord_none"))
    assert error.status_code == 401


def a_key_does_what_it_may_and_no_more():
    made = draft()
    reading = client(READING_KEY)
    assert reading.orders.get(made.id) == made
    error = refused(errors.OrdersFinalize403Error, lambda: reading.orders.finalize(made.id))
    assert error.error.error == "OffSessionChargesNotEnabled"
    again = {"customer_id": made.customer_id, "product_id": made.product_id}
    error = refused(PolarClientError, lambda: reading.orders.create(**again))
    assert error.status_code == 403
    error = refused(PolarClientError, lambda: client(NATIVE_KEY).orders.get(made.id))
    assert error.status_code == 401


def a_card_of_nobody_is_said_by_field():
    made = draft()
    error = refused(
        errors.HTTPValidationError,
        lambda: client().orders.finalize(made.id, payment_method_id="pm_none"),
    )
    assert error.error.detail[0].loc[-1] == "payment_method_id"
    assert client().orders.get(made.id).status == "draft"


def a_failure_of_ours_is_one():
    with bad_line(reach=False) as line:
        orders = client(base_url=line.base_url).orders
        error = refused(PolarServerError, lambda: orders.get("ord_none"))
    assert error.status_code == 503


def products_and_customers_are_kept():
    sold = product(description="Soft", metadata={"a": "b"})
    assert sold.prices[0].price_amount == 4900
    assert client().products.get(sold.id) == sold
    dearer = client().products.update(sold.id, prices=[{**FIXED, "price_amount": 5900}])
    assert dearer.prices[0].price_amount == 5900
    assert sold.id in [row.id for row in client().products.list(limit=100).items]
    external = unique("ext")
    ada = customer(external_id=external, name="Ada")
    assert client().customers.get_external(external).id == ada.id
    assert client().customers.update(ada.id, name="Ada L.").name == "Ada L."
    assert [row.id for row in client().customers.list(email=ada.email).items] == [ada.id]


def a_checkout_is_made_and_read_back():
    made = client().checkouts.create(products=[product().id], success_url="https://shop.example/t")
    assert (made.status, made.total_amount) == ("open", 4900)
    assert client().checkouts.get(made.id).id == made.id


def finalize_draft(product, customer):
    """Order a product of another system, and charge it."""
    made = client().orders.create(product_id=product, customer_id=customer)
    paid = client().orders.finalize(made.id)
    return {"id": made.id, "was": made.status, "is": paid.status, "total": paid.total_amount}


if __name__ == "__main__":
    play(globals())

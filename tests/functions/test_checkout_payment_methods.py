"""The card that a customer leaves on the checkout page: kept or not; and their bank's questions."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from farebox.instants import stamp
from tests.client import Api
from tests.functions.checkout_pages import (
    customer_of,
    discount,
    is_paid,
    said,
)
from tests.functions.shop import Shop


def test_a_kept_card_pays_what_falls_due_later(shop: Shop) -> None:
    """Else the loop from checkout to off-session charge is open."""
    customer = customer_of(shop)
    customer.pay(save_payment_method="on")
    buyer = customer.read()["customer"]
    (method,) = shop.api.get(f"/v1/payment_methods?customer={buyer}").body["data"]
    assert shop.api.get(f"/v1/customers/{buyer}").body["default_payment_method"] == method["id"]

    later = shop.order(buyer, charge_at=stamp(datetime(2026, 2, 3, tzinfo=UTC)))
    shop.run_after(days=3)

    assert shop.read(later)["status"] == "paid"
    assert shop.read(later)["attempts"][0]["payment_method"] == method["id"]
    assert shop.events(method["id"]) == ["payment_method.created"]


def test_a_card_that_nobody_asked_to_keep_pays_one_order_only(shop: Shop) -> None:
    """Else a customer is charged later on a card that they did not leave."""
    customer = customer_of(shop)
    customer.pay()
    order = customer.order()

    assert shop.api.get(f"/v1/payment_methods?customer={order['customer']}").body["data"] == []
    assert shop.api.get("/v1/payment_methods").body["data"] == []
    buyer = shop.api.get(f"/v1/customers/{order['customer']}").body
    assert buyer["default_payment_method"] is None
    lines = [
        {"price_data": {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "A"}}}
    ]
    lines[0]["quantity"] = 1  # type: ignore[assignment]
    named = {"payment_method": order["payment_method"], "customer": order["customer"]}
    refused = shop.api.post(
        "/v1/orders", {**named, "line_items": lines, "collection": "charge_now"}
    )
    assert refused.codes == [("payment_method", "payment_method_not_kept")]
    default = {"default_payment_method": order["payment_method"]}
    refused = shop.api.patch(f"/v1/customers/{order['customer']}", default)
    assert refused.codes == [("default_payment_method", "payment_method_not_kept")]


def test_a_merchant_may_require_the_card(shop: Shop) -> None:
    """Else what is to be charged later has nothing to be charged by."""
    customer = customer_of(shop, save_payment_method="required")
    customer.pay()

    buyer = shop.api.get(f"/v1/customers/{customer.read()['customer']}").body
    assert buyer["default_payment_method"] == customer.order()["payment_method"]


def test_a_known_customer_keeps_their_default(shop: Shop) -> None:
    """Else a gift that was paid by another card sets old orders going on it."""
    buyer = shop.customer("insufficient_funds")
    before = shop.api.get(f"/v1/customers/{buyer}").body["default_payment_method"]
    failed = shop.order(buyer, "charge_now")
    customer = customer_of(shop, customer=buyer)

    assert is_paid(customer.pay(save_payment_method="on"))

    assert shop.api.get(f"/v1/customers/{buyer}").body["default_payment_method"] == before
    assert len(shop.api.get(f"/v1/payment_methods?customer={buyer}").body["data"]) == 2
    shop.run_after(minutes=5)
    assert len(shop.read(failed)["attempts"]) == 1
    assert customer.order()["customer"] == buyer


def test_a_merchants_address_of_their_customer_is_not_the_visitors_to_change(shop: Shop) -> None:
    """Else what was bought for one account is delivered to another."""
    customer = customer_of(shop, customer_email="ada@example.com")
    customer.pay(email="eve@example.com")

    buyer = shop.api.get(f"/v1/customers/{customer.read()['customer']}").body
    assert buyer["email"] == "ada@example.com"


def test_what_the_page_does_not_ask_for_is_not_kept(shop: Shop) -> None:
    """Else a stranger's address is told as a known customer's, and an unknown card is an error."""
    known = customer_of(shop, customer=shop.customer())
    discount(shop, code="ALL", basis_points=10_000)
    free = customer_of(shop, discount_code="ALL")

    assert is_paid(known.pay(email="eve@example.com"))
    assert is_paid(free.pay("no_such_card", save_payment_method="on"))

    assert known.read()["customer_email"] is None
    assert free.order()["payment_method"] is None


def test_where_nobody_can_be_paid_the_page_says_so(shop: Shop, live: Api) -> None:
    """Else a live customer reads that nothing is to be paid, above a button with the amount."""
    customer = customer_of(replace(shop, api=live))

    page = said(customer.look())
    pressed = customer.pay()

    assert "no card is needed" not in page
    assert "Pay $25.00" not in page
    assert pressed.status == 422
    assert "no way to pay has been set up" in said(pressed)
    assert customer.read()["status"] == "open"


def test_a_deleted_customer_s_declined_order_says_why_it_takes_no_card(shop: Shop) -> None:
    """Else every card is refused for a reason that nobody is told."""
    customer = customer_of(shop)
    customer.pay("insufficient_funds")
    shop.api.delete(f"/v1/customers/{customer.read()['customer']}")

    refused = customer.pay()

    assert refused.status == 422
    assert "no longer exists" in said(refused)
    shop.run_after(hours=25)
    assert customer.read()["status"] == "expired"


def test_a_bank_s_question_is_answered_on_the_page(shop: Shop) -> None:
    """Else a card that asks for authentication can never pay."""
    customer = customer_of(shop)
    asked = customer.pay("authentication_required")
    order = customer.order()
    assert (order["status"], order["attempts"][0]["settled_at"]) == ("requires_action", None)
    assert not is_paid(asked)
    assert shop.charged() == []

    answered = customer.send("authenticate")

    assert is_paid(answered)
    order = customer.order()
    assert [each["status"] for each in order["attempts"]] == ["succeeded"]
    assert shop.charged() == [order["id"]]


def test_who_refuses_the_bank_s_question_may_pay_otherwise(shop: Shop) -> None:
    """Else a customer whose bank does not answer is stuck."""
    customer = customer_of(shop)
    customer.pay("authentication_required")

    refused = customer.send("refuse_authentication")

    assert not is_paid(refused)
    order = customer.order()
    assert (order["status"], order["attempts"][0]["status"]) == ("failed", "declined")
    assert order["last_failure"]["code"] == "payment_intent_authentication_failure"
    assert is_paid(customer.pay())


@pytest.mark.parametrize("action", ["authenticate", "refuse_authentication"])
def test_an_answer_to_an_older_question_is_not_the_one_to_this(shop: Shop, action: str) -> None:
    """Else a tab that was left open approves a card that it never showed."""
    customer = customer_of(shop)
    customer.pay("authentication_required")
    customer.send("refuse_authentication")
    customer.pay("authentication_required")

    late = customer.send(action, shown_attempts="1")

    assert not is_paid(late)
    assert customer.order()["status"] == "requires_action"
    assert is_paid(customer.send("authenticate"))


def test_an_answer_that_nobody_asked_for_does_nothing(shop: Shop) -> None:
    """Else a stranger approves what a bank has not asked."""
    customer = customer_of(shop)

    for action in ("authenticate", "refuse_authentication"):
        assert customer.send(action).status in (200, 303)
    customer.pay("insufficient_funds")
    assert not is_paid(customer.send("authenticate"))

    assert shop.charged() == []

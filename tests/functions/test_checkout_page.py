"""The checkout page, from a customer's click to a paid order."""

from collections.abc import Callable
from typing import Any

import pytest

from farebox.charging import invocation
from local.functions import Functions
from tests.functions.checkout_pages import (
    customer_of,
    discount,
    is_paid,
    nothing_stored_but_counts,
    product,
    returned,
)
from tests.functions.shop import Away, Shop

PAGE = "CheckoutPageFunction"


def test_the_example_event_shows_the_example_checkout(
    example_event: Callable[[str], dict[str, Any]], functions: Functions
) -> None:
    """``sam local invoke`` with this event is the first page that anybody sees."""
    answer = functions.invoke(PAGE, example_event("checkout_page"))

    assert answer["statusCode"] == 200
    assert "12.50" in answer["body"]


# Paying


def test_a_customer_pays_and_returns_to_the_merchant(shop: Shop) -> None:
    """Else a checkout is an address that leads nowhere."""
    customer = customer_of(shop)

    answer = customer.pay(email="ada@example.com")

    assert is_paid(answer)
    checkout, order = customer.read(), customer.order()
    at = "2026-01-31T12:00:00.000Z"
    assert (checkout["status"], checkout["confirmed_at"], checkout["completed_at"]) == (
        "completed",
        at,
        at,
    )
    assert (order["status"], order["paid_amount"], order["checkout"]) == (
        "paid",
        2500,
        checkout["id"],
    )
    assert (order["number"], order["collection"]) == ("ORD-001", "charge_now")
    assert [each["trigger"] for each in order["attempts"]] == ["checkout"]
    buyer = shop.api.get(f"/v1/customers/{order['customer']}").body
    assert (checkout["customer"], buyer["email"]) == (buyer["id"], "ada@example.com")
    assert shop.charged() == [order["id"]]
    assert shop.events(checkout["id"]) == [
        *("checkout.created", "checkout.updated", "checkout.updated", "checkout.completed"),
    ]
    assert shop.events(order["id"]) == ["order.created", "order.updated", "order.paid"]


def test_what_was_paid_is_shown_and_never_paid_again(shop: Shop) -> None:
    """Else the back button, a bookmark or a second tab charges once more."""
    customer = customer_of(shop)
    total = {"shown_total": "2500", "shown_attempts": "0", "email": "a@b.co"}
    assert is_paid(customer.pay())

    again = customer.send_exactly(action="pay", test_card="success", **total)

    assert is_paid(again)
    assert customer.look().status == 200
    assert len(shop.charged()) == 1


def test_a_second_click_of_a_declined_form_charges_no_card(shop: Shop) -> None:
    """Else a double click is two attempts, and card networks count both."""
    customer = customer_of(shop)
    form = {"shown_total": "2500", "shown_attempts": "0", "email": "a@b.co"}

    first = customer.send_exactly(action="pay", test_card="declined_once", **form)
    second = customer.send_exactly(action="pay", test_card="declined_once", **form)

    assert (first.status, second.status) == (303, 303)
    assert not is_paid(second)
    assert [each["status"] for each in customer.order()["attempts"]] == ["declined"]


def test_a_declined_card_is_not_retried_by_itself_and_another_pays_the_same_order(
    shop: Shop,
) -> None:
    """Else a customer who gave up is charged days later, or pays for two orders."""
    customer = customer_of(shop)

    declined = customer.pay("insufficient_funds")

    assert declined.headers["location"].endswith(customer.path)
    first = customer.order()
    assert (first["status"], first["next_attempt_at"]) == ("failed", None)
    assert customer.read()["status"] == "confirmed"
    shop.run_after(hours=3)
    assert len(customer.order()["attempts"]) == 1

    assert is_paid(customer.pay("success_mastercard"))
    order = customer.order()
    assert (order["id"], order["status"]) == (first["id"], "paid")
    assert [each["status"] for each in order["attempts"]] == ["declined", "succeeded"]


def test_a_merchant_cannot_charge_the_card_that_was_declined_on_the_page(shop: Shop) -> None:
    """The page said that nothing was charged; whoever has left it would find that they paid."""
    buyer = shop.customer(None)
    customer = customer_of(shop, customer=buyer)
    customer.pay("insufficient_funds")
    id = customer.order()["id"]

    refused = shop.charge(id)

    assert (refused.status, refused.body["code"]) == (409, "paid_on_checkout_page")
    assert len(customer.order()["attempts"]) == 1
    kept = shop.api.payment_method(buyer)["id"]
    assert shop.charge(id, {"payment_method": kept}).body["status"] == "paid"
    assert customer.read()["status"] == "completed"


def test_a_new_default_does_not_set_a_declined_checkout_going(shop: Shop) -> None:
    """Else a card that was stored for something else pays what its customer gave up."""
    buyer = shop.customer(None)
    customer = customer_of(shop, customer=buyer)
    customer.pay("insufficient_funds")

    shop.api.payment_method(buyer)
    shop.run_after(minutes=5)

    assert customer.order()["status"] == "failed"


def test_a_page_shows_no_more_attempts_than_card_networks_allow(shop: Shop) -> None:
    """Else a page is where stolen cards are tried."""
    customer = customer_of(shop)
    for _ in range(8):
        customer.pay("insufficient_funds")

    refused = customer.pay()

    assert refused.status == 200
    assert len(customer.order()["attempts"]) == 8


def test_a_total_of_nothing_needs_no_card(shop: Shop) -> None:
    """Else a gift asks for a card."""
    discount(shop, code="ALL", basis_points=10_000)
    customer = customer_of(shop, discount_code="ALL")

    answer = customer.send("pay", discount_code="ALL")

    assert is_paid(answer)
    assert (customer.order()["status"], customer.order()["attempts"]) == ("paid", [])
    assert shop.charged() == []


def test_a_price_that_changed_meanwhile_is_shown_before_it_is_charged(shop: Shop) -> None:
    """Else a customer pays another sum than they saw."""
    customer = customer_of(shop)

    stale = customer.pay(shown_total="2000")

    assert (stale.status, customer.read()["status"]) == (200, "open")
    assert shop.charged() == []


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"test_card": "gold"}, "test_card"),
        ({"shown_total": "1e3"}, "shown_total"),
        ({"custom_fields.x": "1", "email": "a@"}, "email"),
    ],
)
def test_a_form_that_breaks_a_rule_stores_nothing(
    shop: Shop, fields: dict[str, str], param: str
) -> None:
    """Else half a customer is charged."""
    customer = customer_of(shop)
    customer.pay(email="", test_card="gold")  # so that attempts are counted already

    with nothing_stored_but_counts(shop):
        answer = customer.pay(**fields)

    assert answer.status == 422
    assert customer.read()["status"] == "open"
    assert param in answer.text


def test_a_worker_that_does_not_answer_is_caught_up_by_the_tick(shop: Shop) -> None:
    """Else a customer who confirmed is never charged, and never told."""
    customer = customer_of(shop)
    invocation.use(Away())

    waiting = customer.pay()

    assert not is_paid(waiting)
    assert customer.look().headers["refresh"]
    invocation.use(shop.charging)
    shop.run_after(minutes=1)
    assert customer.read()["status"] == "completed"
    assert len(shop.charged()) == 1


def test_a_slow_processor_keeps_the_customer_waiting_and_charges_once(shop: Shop) -> None:
    """Else an impatient customer pays twice."""
    customer = customer_of(shop)
    customer.pay("timeout_with_effect")
    assert customer.order()["status"] == "charging"

    customer.send_exactly(
        action="pay", test_card="success", email="a@b.co", shown_total="2500", shown_attempts="1"
    )
    shop.run_after(minutes=10)

    assert customer.read()["status"] == "completed"
    assert len(shop.charged()) == 1


def test_a_customer_who_is_deleted_cannot_pay(shop: Shop) -> None:
    """Else an order is made that nobody may charge."""
    buyer = shop.customer(None)
    customer = customer_of(shop, customer=buyer)
    shop.api.delete(f"/v1/customers/{buyer}")

    assert customer.pay().status == 422
    assert customer.read()["status"] == "open"


def test_the_customer_returns_with_what_they_paid(shop: Shop) -> None:
    """Else the merchant's page cannot say what was bought."""
    sold = product(shop)
    customer = customer_of(shop, product=sold, request_id="cart-7")

    values = returned(customer.pay())

    assert values.pop("signature")
    assert values == {
        "from": "farebox",
        "checkout_id": customer.checkout,
        "order_id": customer.read()["order"],
        "customer_id": customer.read()["customer"],
        "product_id": sold,
        "request_id": "cart-7",
    }


def test_without_an_address_to_return_to_the_customer_sees_what_they_paid(shop: Shop) -> None:
    """Else they stand before a blank page."""
    customer = customer_of(shop, success_url=None)

    answer = customer.pay()

    assert answer.headers["location"].endswith(customer.path)
    assert customer.look().status == 200

"""How a checkout ends that nobody paid."""

import pytest

from tests.functions.checkout_pages import customer_of, discount, is_paid, redemptions
from tests.functions.shop import Shop, check_books, kept


def test_what_was_not_paid_in_time_reads_as_expired_and_takes_no_card(shop: Shop) -> None:
    """Else last year's price is paid today."""
    customer = customer_of(shop)
    shop.clock.advance(hours=24)

    assert customer.read()["status"] == "expired"
    assert shop.api.get("/v1/checkouts").body["data"][0]["status"] == "expired"
    customer.send_exactly(
        action="pay", test_card="success", email="a@b.co", shown_total="2500", shown_attempts="0"
    )
    assert (customer.read()["order"], shop.charged()) == (None, [])
    closed = shop.api.post(f"/v1/checkouts/{customer.checkout}/expire")
    assert (closed.status, closed.body["code"]) == (409, "checkout_not_open")


def test_a_declined_checkout_is_given_up_when_its_time_is_over(shop: Shop) -> None:
    """Else a discount stays used by somebody who never paid, and an order open for ever."""
    id = discount(shop, max_redemptions=1)
    customer = customer_of(shop, discount_code="TENTH")
    customer.pay("insufficient_funds", discount_code="TENTH")
    assert redemptions(shop, id) == 1

    shop.run_after(hours=24)

    assert (customer.read()["status"], customer.order()["status"]) == ("expired", "canceled")
    assert redemptions(shop, id) == 0
    assert shop.events(customer.checkout)[-1] == "checkout.expired"
    assert not is_paid(customer.pay())
    check_books(kept())


def test_a_question_that_nobody_answered_is_given_up_too(shop: Shop) -> None:
    """Else a bank's question from yesterday can be answered for ever."""
    customer = customer_of(shop)
    customer.pay("authentication_required")

    shop.run_after(hours=24)

    assert (customer.read()["status"], customer.order()["status"]) == ("expired", "canceled")


def test_what_is_still_processing_outlives_its_checkouts_time(shop: Shop) -> None:
    """Else money arrives for a checkout that is closed."""
    customer = customer_of(shop, expires_at="2026-01-31T12:30:00Z")
    customer.pay("processing")
    assert customer.order()["status"] == "processing"

    shop.run_after(minutes=31)
    shop.run_after(minutes=31)

    assert (customer.read()["status"], customer.order()["status"]) == ("completed", "paid")


def test_a_merchant_closes_a_checkout_that_was_declined(shop: Shop) -> None:
    """Else a customer pays what the merchant has taken back."""
    id = discount(shop)
    customer = customer_of(shop, discount_code="TENTH")
    customer.pay("insufficient_funds", discount_code="TENTH")

    closed = shop.api.post(f"/v1/checkouts/{customer.checkout}/expire")

    assert (closed.status, closed.body["status"]) == (200, "expired")
    assert (customer.order()["status"], redemptions(shop, id)) == ("canceled", 0)


@pytest.mark.parametrize(
    ("card", "code"), [("success", "order_paid"), ("processing", "charge_in_progress")]
)
def test_a_merchant_cannot_close_what_is_paid_or_being_paid(
    shop: Shop, card: str, code: str
) -> None:
    """Else money moves for a checkout that reads as expired."""
    customer = customer_of(shop)
    customer.pay(card)

    refused = shop.api.post(f"/v1/checkouts/{customer.checkout}/expire")

    assert refused.status == 409
    assert refused.body["code"] in (code, "checkout_not_open")
    assert customer.read()["status"] != "expired"


def test_a_merchant_who_cancels_the_order_closes_its_checkout(shop: Shop) -> None:
    """Else a page takes money for an order that is canceled."""
    customer = customer_of(shop)
    customer.pay("insufficient_funds")

    shop.cancel(customer.read()["order"])

    assert customer.read()["status"] == "expired"

"""A checkout that its customer has paid, or tries to, as each system's caller reads it."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.functions.checkout_pages import Customer, customer_of, is_paid, return_of
from tests.functions.shop import Shop


def product(shop: Shop) -> str:
    price = shop.api.price()
    shop.api.patch(f"/v1/products/{price['product']}", {"default_price": price["id"]})
    return str(price["product"])


def session(shop: Shop, id: str) -> Any:
    return shop.api.get(f"/stripe/v1/checkout/sessions/{id}").body


@pytest.mark.parametrize(
    ("card", "stripe", "creem", "polar"),
    [
        ("success", ("complete", "paid"), "completed", "succeeded"),
        ("insufficient_funds", ("open", "unpaid"), "processing", "confirmed"),
        ("authentication_required", ("open", "unpaid"), "processing", "confirmed"),
    ],
)
def test_each_system_reads_the_state_in_its_own_words(
    shop: Shop, card: str, stripe: tuple[str, str], creem: str, polar: str
) -> None:
    """Else a shop delivers what nobody paid, or not what somebody did."""
    customer = customer_of(shop, product=product(shop))
    customer.pay(card)

    read = session(shop, customer.checkout)
    assert (read["status"], read["payment_status"]) == stripe
    read = shop.api.get(f"/creem/v1/checkouts?checkout_id={customer.checkout}").body
    assert read["status"] == creem
    assert read["order"]["id"] == customer.read()["order"]
    read = shop.api.get(f"/polar/v1/checkouts/{customer.checkout}").body
    assert read["status"] == polar


def test_what_ran_out_reads_as_expired_everywhere(shop: Shop) -> None:
    """Else a caller waits for a customer who cannot pay any more."""
    customer = customer_of(shop, product=product(shop))
    shop.clock.advance(hours=24)

    assert session(shop, customer.checkout)["status"] == "expired"
    (listed,) = shop.api.get("/stripe/v1/checkout/sessions?status=expired").body["data"]
    assert (listed["id"], listed["url"]) == (customer.checkout, None)
    read = shop.api.get(f"/creem/v1/checkouts?checkout_id={customer.checkout}").body
    assert read["status"] == "expired"
    assert shop.api.get(f"/polar/v1/checkouts/{customer.checkout}").body["status"] == "expired"


def test_stripe_s_caller_says_when_it_ends_and_that_the_card_is_kept(shop: Shop) -> None:
    """Else a card that was to be charged off-session is gone after the first payment."""
    form = {
        "mode": "payment",
        "line_items[0][price]": shop.api.price()["id"],
        "line_items[0][quantity]": "1",
        "success_url": "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}",
        "expires_at": "1769864400",
        "payment_intent_data[setup_future_usage]": "off_session",
    }
    body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    type_of_body = "application/x-www-form-urlencoded"
    made = shop.api.call(
        "POST", "/stripe/v1/checkout/sessions", body, content_type=type_of_body
    ).body
    customer = Customer(shop, made["id"], urlsplit(made["url"]).path)

    assert made["expires_at"] == 1769864400
    paid = customer.pay()
    assert is_paid(paid)
    assert f"session={made['id']}" in return_of(paid)
    buyer = shop.api.get(f"/v1/customers/{customer.read()['customer']}").body
    assert buyer["default_payment_method"] is not None

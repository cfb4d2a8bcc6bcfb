"""From a checkout's address to a paid order, as a customer does it in a browser."""

import re
import time
from collections.abc import Callable

import pytest

from tests.browser.checked_page import CheckedPage
from tests.browser.shop import Shop

pytestmark = pytest.mark.browser

Opened = Callable[..., CheckedPage]
PATIENCE_SECONDS = 20
# In pixels, as WCAG 2.2 asks for.
LEAST_TARGET = 24


def until(holds: Callable[[], bool]) -> None:
    """Wait for what the stack does on its own schedule."""
    given_up_at = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < given_up_at, "It never came about"
        time.sleep(0.2)


def fill(page: CheckedPage, outcome: str = "Payment succeeds", last4: str = "4242") -> None:
    page.field("Email").fill("ada@example.com")
    page.choose(outcome, last4)


def test_pay(shop: Shop, opened: Opened) -> None:
    """Else a checkout is a link to nowhere."""
    checkout = shop.checkout()
    page = opened(checkout["checkout_url"])
    page.picture("open")

    fill(page)
    page.pay()

    page.wait_for("Thanks")
    back = shop.thanks.visit_of(checkout["id"])
    order = shop.order_of(checkout)
    assert order["status"] == "paid"
    assert order["total_amount"] == 3750
    assert back["checkout_id"] == checkout["id"]
    assert back["order_id"] == order["id"]
    assert len(back["signature"]) == 64
    assert shop.read(checkout)["status"] == "completed"


def test_a_shop_that_moved_gets_its_customers_back(shop: Shop, opened: Opened) -> None:
    """Else who paid stays before the form, since the merchant's server sends them on to www."""
    checkout = shop.checkout(success_url=shop.thanks.former_url)
    page = opened(checkout["checkout_url"])
    fill(page)

    page.pay()

    page.wait_for("Thanks")
    assert shop.thanks.visit_of(checkout["id"])["checkout_id"] == checkout["id"]


def test_a_declined_card_is_followed_by_another(shop: Shop, opened: Opened) -> None:
    """Else one declined card loses the sale."""
    checkout = shop.checkout()
    page = opened(checkout["checkout_url"])
    fill(page, "Declined: not enough funds", "9995")
    page.pay()

    page.wait_for("The payment did not go through")
    assert page.sees("it does not have enough funds")
    page.picture("failed")
    page.choose("Payment succeeds", "4242")
    page.press("Try again – pay $37.50")

    page.wait_for("Thanks")
    order = shop.order_of(checkout)
    assert order["status"] == "paid"
    assert shop.read(checkout)["order"] == order["id"]


def test_a_payment_that_the_bank_asks_about(shop: Shop, opened: Opened) -> None:
    """Else most European cards cannot be used."""
    checkout = shop.checkout()
    page = opened(checkout["checkout_url"])
    fill(page, "Bank asks for confirmation", "3184")
    page.pay()

    page.wait_for("Confirm your payment")
    page.picture("requires_action")
    page.press("Approve payment")

    page.wait_for("Thanks")
    assert shop.order_of(checkout)["status"] == "paid"


def test_a_payment_that_the_customer_refuses_at_the_bank(shop: Shop, opened: Opened) -> None:
    """Else a customer who says no is charged, or stuck."""
    checkout = shop.checkout()
    page = opened(checkout["checkout_url"])
    fill(page, "Bank asks for confirmation", "3184")
    page.pay()
    page.press("Refuse")

    page.wait_for("Your bank did not confirm the payment.")
    assert shop.order_of(checkout)["status"] == "failed"
    page.choose("Payment succeeds", "4242")
    page.press("Try again – pay $37.50")
    page.wait_for("Thanks")
    assert shop.order_of(checkout)["status"] == "paid"


def test_a_payment_in_progress_shows_its_end_by_itself(shop: Shop, opened: Opened) -> None:
    """Else a customer whose bank is slow pays again, or leaves not knowing."""
    checkout = shop.checkout()
    page = opened(checkout["checkout_url"])
    fill(page, "Takes its time, then succeeds", "0077")
    page.pay()

    page.wait_for("Your payment is being processed")
    page.picture("processing")
    until(lambda: shop.order_of(checkout)["status"] == "paid")
    page.wait_for("Thank you, you’re all set")
    page.picture("completed")
    page.page.get_by_role("link", name="Return to").click()
    page.wait_for("Thanks")


@pytest.mark.parametrize("last4", ["4242", "9995"])
def test_a_double_click_charges_once(shop: Shop, opened: Opened, last4: str) -> None:
    """Else an impatient customer pays twice."""
    outcome = "Payment succeeds" if last4 == "4242" else "Declined: not enough funds"
    checkout = shop.checkout()
    page = opened(checkout["checkout_url"])
    fill(page, outcome, last4)

    page.page.get_by_role("button", name="Pay $37.50").dblclick()

    page.wait_for("Thanks" if last4 == "4242" else "The payment did not go through")
    assert len(shop.order_of(checkout)["attempts"]) == 1


def test_two_tabs_make_one_order(shop: Shop, opened: Opened) -> None:
    """Else a forgotten tab charges a second time."""
    checkout = shop.checkout()
    first, second = opened(checkout["checkout_url"]), opened(checkout["checkout_url"])
    fill(first)
    fill(second)

    first.pay()
    first.wait_for("Thanks")
    order = shop.order_of(checkout)
    second.pay()

    second.wait_for("Thanks")
    assert shop.order_of(checkout) == order
    assert order["status"] == "paid"
    assert len(order["attempts"]) == 1


def test_two_tabs_that_pay_at_once_make_one_order(shop: Shop, opened: Opened) -> None:
    """Else whoever pays on two devices pays twice."""
    checkout = shop.checkout()
    tabs = [opened(checkout["checkout_url"]) for _ in range(2)]
    for tab in tabs:
        fill(tab)

    for tab in tabs:
        tab.page.evaluate("document.querySelector('button.pay').click()")

    for tab in tabs:
        # The later one may find the other's payment in progress, and looks again by itself.
        tab.page.get_by_text(re.compile("^Thank")).wait_for()
    order = shop.order_of(checkout)
    assert order["status"] == "paid"
    assert len(order["attempts"]) == 1
    orders = shop.get(f"/v1/orders?customer={order['customer']}")["data"]
    assert [each["id"] for each in orders] == [order["id"]]


def test_a_slow_processor_is_waited_for(shop: Shop, opened: Opened) -> None:
    """Else a customer of a slow bank is told nothing, and pays again."""
    checkout = shop.checkout()
    page = opened(checkout["checkout_url"])
    fill(page, "Succeeds slowly", "4242")

    page.pay()

    page.page.get_by_text(re.compile("^Thank")).wait_for()
    assert shop.order_of(checkout)["status"] == "paid"


def test_back_after_paying_shows_what_was_paid(shop: Shop, opened: Opened) -> None:
    """Else the back button leads to a form that asks for the money again."""
    checkout = shop.checkout()
    page = opened(checkout["checkout_url"])
    fill(page)
    page.pay()
    page.wait_for("Thanks")

    page.page.go_back()

    page.wait_for("Thank you, you’re all set")
    assert len(shop.order_of(checkout)["attempts"]) == 1


def test_nothing_to_pay_takes_no_card(shop: Shop, opened: Opened) -> None:
    """Else what is free cannot be had."""
    free = {"currency": "usd", "unit_amount": 0, "product_data": {"name": "Trial"}}
    checkout = shop.checkout(line_items=[{"price_data": free, "quantity": 1}])
    page = opened(checkout["checkout_url"])
    page.picture("free")

    page.field("Email").fill("ada@example.com")
    page.press("Complete order")

    page.wait_for("Thanks")
    assert shop.order_of(checkout)["status"] == "paid"


def test_an_expired_checkout_takes_no_payment(shop: Shop, opened: Opened) -> None:
    """Else an old link charges for what is sold no more."""
    checkout = shop.checkout(cancel_url=f"{shop.thanks.base_url}/cart")
    page = opened(checkout["checkout_url"])
    fill(page)
    shop.post(f"/v1/checkouts/{checkout['id']}/expire")

    page.pay()

    page.wait_for("This checkout has expired")
    page.picture("expired")
    assert shop.read(checkout)["order"] is None


def test_a_saved_card_is_charged_by_the_schedule(shop: Shop, opened: Opened) -> None:
    """Else the card that was stored here is of no use later."""
    checkout = shop.checkout()
    page = opened(checkout["checkout_url"])
    fill(page)
    page.page.get_by_label("Save this card for later payments").check()
    page.pay()
    page.wait_for("Thanks")

    customer = shop.order_of(checkout)["customer"]
    seat = {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Next month"}}
    later = shop.post(
        "/v1/orders",
        customer=customer,
        line_items=[{"price_data": seat, "quantity": 1}],
        collection="scheduled",
        charge_at=checkout["created_at"],
    )

    until(lambda: shop.get(f"/v1/orders/{later['id']}")["status"] == "paid")


def test_pay_without_javascript(shop: Shop, opened: Opened) -> None:
    """Else who blocks scripts cannot pay."""
    checkout = shop.checkout()
    page = opened(checkout["checkout_url"], java_script_enabled=False)
    fill(page)
    page.pay()

    page.wait_for("Thanks")
    assert shop.order_of(checkout)["status"] == "paid"


def test_pay_on_a_phone(shop: Shop, opened: Opened) -> None:
    """Else who buys on the way gives up."""
    checkout = shop.checkout()
    phone = {"width": 390, "height": 844}
    page = opened(checkout["checkout_url"], viewport=phone, is_mobile=True, has_touch=True)
    page.picture("open_phone")

    assert page.page.evaluate("document.documentElement.scrollWidth") == phone["width"]
    for button in page.page.locator("button:not(.unseen), .choice, .tick, summary").all():
        if button.is_visible():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= LEAST_TARGET, button
    fill(page)
    page.page.get_by_role("button", name="Pay $37.50").tap()
    page.wait_for("Thanks")
    assert shop.order_of(checkout)["status"] == "paid"


def test_pay_by_keyboard_alone(shop: Shop, opened: Opened) -> None:
    """Else who cannot use a mouse cannot pay."""
    product = shop.product()
    checkout = shop.checkout(product=product, units=3)
    page = opened(checkout["checkout_url"])
    keyboard = page.page.keyboard

    def tab_to(name: str) -> None:
        for _ in range(40):
            keyboard.press("Tab")
            focused = page.page.evaluate(
                "[document.activeElement.id, document.activeElement.value].join(' ')"
            )
            if name in focused.split():
                outline = page.page.evaluate(
                    """(() => { const found = document.activeElement;
                    const ringed = found.type === "radio" ? found.closest("label") : found;
                    return getComputedStyle(ringed).outlineStyle; })()"""
                )
                assert outline == "solid", f"{name} has the focus and does not show it"
                return
        raise AssertionError(f"No way to {name} by keyboard")

    tab_to("more_units")
    with page.page.expect_navigation():
        keyboard.press("Enter")
    page.wait_for("$50.00")
    tab_to("email")
    keyboard.type("ada@example.com")
    # Enter in a field updates the page and pays nothing.
    with page.page.expect_navigation():
        keyboard.press("Enter")
    assert page.field("Email").input_value() == "ada@example.com"
    assert shop.read(checkout)["status"] == "open"
    tab_to("test_card")
    keyboard.press("Space")
    tab_to("pay")
    keyboard.press("Enter")

    page.wait_for("Thanks")
    assert shop.order_of(checkout)["total_amount"] == 5000

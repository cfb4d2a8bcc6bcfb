"""What a customer can change and must answer before paying."""

from collections.abc import Callable

import pytest

from tests.browser.checked_page import CheckedPage
from tests.browser.shop import Shop

pytestmark = pytest.mark.browser

Opened = Callable[..., CheckedPage]
TIERS = {
    "billing_scheme": "tiered",
    "tiers_mode": "graduated",
    "tiers": [
        {"up_to": 10, "unit_amount": 500},
        {"up_to": 50, "unit_amount": 400, "flat_amount": 1000},
        {"up_to": "inf", "unit_amount": 300},
    ],
}
FIELDS = [
    {
        "type": "text",
        "key": "company",
        "label": "Company",
        "text": {"min_length": 2, "max_length": 80},
    },
    {"type": "text", "key": "reference", "label": "Your reference", "optional": True},
    {
        "type": "checkbox",
        "key": "terms",
        "label": "Terms",
        "checkbox": {"label": "I agree to the terms"},
    },
]


def test_a_discount_code(shop: Shop, opened: Opened) -> None:
    """Else a code that was promised does nothing, or cannot be taken away again."""
    shop.post("/v1/discounts", name="A fifth", code="FIFTH", type="percentage", basis_points=2000)
    checkout = shop.checkout()
    page = opened(checkout["checkout_url"])
    page.field("Email").fill("ada@example.com")

    page.page.get_by_text("Add a discount code").click()
    page.field("Discount code").fill("NOTHING")
    page.press("Apply")
    page.page.get_by_role("alert").get_by_text("There is no discount with this code").wait_for()
    page.picture("discount_unknown")

    page.field("Discount code").fill("fifth")
    page.field("Discount code").press("Enter")
    page.wait_for("$30.00")
    assert page.field("Email").input_value() == "ada@example.com"
    page.picture("discount")

    page.press("Remove discount code FIFTH")
    page.page.get_by_role("button", name="Pay $37.50").wait_for()

    page.page.get_by_text("Add a discount code").click()
    page.field("Discount code").fill("FIFTH")
    page.press("Apply")
    page.choose("Payment succeeds", "4242")
    page.pay("$30.00")
    page.wait_for("Thanks")
    assert shop.order_of(checkout)["total_amount"] == 3000


def test_units_and_the_tiers_they_cost(shop: Shop, opened: Opened) -> None:
    """Else a customer cannot buy the number they need, or see why it costs that."""
    checkout = shop.checkout(product=shop.product("Team plan", **TIERS), units=10)
    page = opened(checkout["checkout_url"])

    page.press("One more")
    page.wait_for("$64.00")
    page.press("One fewer")
    page.wait_for("Units 1 to 10")
    page.field("Quantity").fill("60")
    page.press("Update")
    page.wait_for("Units from 51")
    assert page.sees("40 × $4.00")
    assert page.sees("Fixed fee for units 11 to 50")
    page.picture("units")
    page.field("Quantity").fill("many")
    page.press("Update")
    page.page.get_by_role("alert").get_by_text("Enter a whole number, 1 or more").wait_for()

    page.field("Quantity").fill("60")
    page.press("Update")
    page.field("Email").fill("ada@example.com")
    page.choose("Payment succeeds", "4242")
    page.pay("$250.00")
    page.wait_for("Thanks")
    order = shop.order_of(checkout)
    assert order["total_amount"] == 25000
    assert order["line_items"][0]["quantity"] == 60


def test_units_changed_without_being_shown_charge_nothing(shop: Shop, opened: Opened) -> None:
    """Else a customer pays a total that they never saw."""
    checkout = shop.checkout(product=shop.product(), units=3)
    page = opened(checkout["checkout_url"])
    page.field("Email").fill("ada@example.com")
    page.choose("Payment succeeds", "4242")
    page.field("Quantity").fill("4")

    page.pay()

    page.wait_for("The total has changed since you saw it")
    page.picture("total_changed")
    assert shop.read(checkout)["status"] == "open"
    page.pay("$50.00")
    page.wait_for("Thanks")
    assert shop.order_of(checkout)["total_amount"] == 5000


def test_custom_fields(shop: Shop, opened: Opened) -> None:
    """Else a merchant's question goes unanswered, or an answer is lost by a missing tick."""
    checkout = shop.checkout(custom_fields=FIELDS)
    page = opened(checkout["checkout_url"])
    page.field("Company").fill("A")
    page.field("Your reference (optional)").fill("PO-7")

    page.pay()

    alert = page.page.get_by_role("alert")
    alert.get_by_text("Tick “Terms” to go on").wait_for()
    assert page.page.title() == "Error: Pay Sample shop"
    assert page.page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert page.field("Your reference (optional)").input_value() == "PO-7"
    page.picture("errors")
    alert.get_by_role("link", name="“Company” needs at least 2 characters").click()
    assert page.page.evaluate("document.activeElement.id") == "custom_fields.company"

    page.field("Company").fill("Analytical Engines")
    page.page.get_by_label("I agree to the terms").check()
    page.field("Email").fill("ada@example.com")
    page.choose("Payment succeeds", "4242")
    page.pay()
    page.wait_for("Thanks")
    assert shop.order_of(checkout)["custom_field_data"] == {
        "company": "Analytical Engines",
        "reference": "PO-7",
        "terms": True,
    }


def test_the_visitors_language(shop: Shop, opened: Opened) -> None:
    """Else a visitor reads a foreign language, and amounts that they may misread."""
    checkout = shop.checkout()
    for locale, pay in {
        "de-DE": "37,50\xa0$ zahlen",
        "fr-FR": "Payer 37,50\xa0$US",
        "es-ES": "Pagar 37,50\xa0US$",
        "pt-BR": "Pay $37.50",
    }.items():
        page = opened(checkout["checkout_url"], locale=locale)
        page.page.get_by_role("button", name=pay, exact=True).wait_for()
        page.picture(f"open_{locale}")

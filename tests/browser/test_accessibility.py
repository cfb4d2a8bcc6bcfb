"""Every state of the page, in light and dark, wide and narrow, without a barrier that axe finds."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.browser.checked_page import CheckedPage
from tests.browser.shop import Shop
from tests.browser.test_form import FIELDS, TIERS

pytestmark = pytest.mark.browser

Opened = Callable[..., CheckedPage]
PHONE = {"width": 390, "height": 844}
# What is left of a window of 1280 at four times the size, as WCAG's reflow asks for.
NARROWEST = {"width": 320, "height": 640}


def paying(outcome: str, last4: str) -> Callable[[CheckedPage], None]:
    def act(page: CheckedPage) -> None:
        page.field("Email").fill("ada@example.com")
        page.field("Company").fill("Analytical Engines")
        page.page.get_by_label("I agree to the terms").check()
        page.choose(outcome, last4)
        page.pay("$250.00")

    return act


def unfolding(page: CheckedPage) -> None:
    page.page.get_by_text("Add a discount code").click()
    page.page.get_by_text("More test cards").click()


def mistaken(page: CheckedPage) -> None:
    page.field("Email").fill("ada@")
    page.pay("$250.00")


def paid(page: CheckedPage) -> None:
    paying("Payment succeeds", "4242")(page)
    page.wait_for("Thanks")
    page.page.go_back()


STATES: Mapping[str, tuple[Callable[[CheckedPage], None], str]] = {
    "open": (unfolding, "More test cards"),
    "errors": (mistaken, "Please check the following"),
    "failed": (paying("Declined: not enough funds", "9995"), "The payment did not go through"),
    "requires_action": (paying("Bank asks for confirmation", "3184"), "Approve payment"),
    "processing": (paying("Takes its time, then succeeds", "0077"), "being processed"),
    "completed": (paid, "Thank you"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_no_state_keeps_anybody_out(shop: Shop, opened: Opened, state: str, scheme: str) -> None:
    """Else somebody who sees, hears or points differently cannot pay in that state."""
    product = shop.product("Team plan", **TIERS)
    checkout = shop.checkout(product=product, units=60, custom_fields=FIELDS)
    act, sign = STATES[state]
    page = opened(checkout["checkout_url"], color_scheme=scheme)
    act(page)
    page.wait_for(sign)

    assert page.barriers() == []
    page.picture(f"{state}_{scheme}")
    for narrow in (NARROWEST, PHONE):
        page.page.set_viewport_size(narrow)
        assert page.page.evaluate("document.documentElement.scrollWidth") == narrow["width"]
    assert page.barriers() == []
    page.picture(f"{state}_{scheme}_phone")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_without_a_checkout_keeps_anybody_out(
    shop: Shop, opened: Opened, scheme: str
) -> None:
    """Else who followed an old link does not learn what to do."""
    expired: Any = shop.checkout()
    shop.post(f"/v1/checkouts/{expired['id']}/expire")
    for name, url in {
        "expired": expired["checkout_url"],
        "not_found": f"{shop.base_url}/checkout/nothing",
    }.items():
        page = opened(url, color_scheme=scheme)
        assert page.barriers() == []
        page.picture(f"{name}_{scheme}")

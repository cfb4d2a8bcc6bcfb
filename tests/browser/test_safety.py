"""Nothing of a stranger's runs on the page, and nothing is asked of anybody else."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.browser.checked_page import CheckedPage
from tests.browser.shop import Shop

pytestmark = pytest.mark.browser

Opened = Callable[..., CheckedPage]
MOST_GUESSES = 300
# Of the stack's own, of which sixty pass in one of ours.
SOON_SECONDS = 180
HOSTILE = "</title><script>alert(1)</script><img src=//example.com onerror=alert(1)>\"'"


def test_hostile_names_and_answers_stay_text(shop: Shop, opened: Opened) -> None:
    """Else who can name a product, or type an answer, runs code where people pay."""
    item = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": HOSTILE}}
    checkout = shop.checkout(
        line_items=[{"price_data": item, "quantity": 3, "description": HOSTILE}],
        custom_fields=[
            {"type": "text", "key": "note", "label": HOSTILE[:50]},
            {"type": "checkbox", "key": "box", "label": "x", "checkbox": {"label": HOSTILE}},
        ],
    )
    page = opened(checkout["checkout_url"])

    page.field(HOSTILE[:50]).fill(HOSTILE)
    page.field("Email").fill(HOSTILE)
    page.page.get_by_text("Add a discount code").click()
    page.field("Discount code").fill(HOSTILE[:60])
    page.press("Apply")
    page.page.get_by_role("alert").wait_for()

    assert page.sees(HOSTILE)
    assert page.field(HOSTILE[:50]).input_value() == HOSTILE
    assert page.page.locator("script, img, iframe").count() == 0
    assert page.barriers() == []
    page.picture("hostile")


def test_nothing_is_fetched_from_anywhere_else(shop: Shop, opened: Opened) -> None:
    """Else a third party learns who pays whom, and can change what they see."""
    page = opened(shop.checkout()["checkout_url"])

    origins = {urlsplit(url).netloc for url in page.asked if not url.startswith("data:")}
    assert origins == {urlsplit(shop.base_url).netloc}


def test_the_policy_stops_scripts_styles_and_frames(shop: Shop, opened: Opened) -> None:
    """Else one escaping mistake is enough."""
    page = opened(shop.checkout()["checkout_url"])

    page.page.evaluate(
        """() => {
          const add = (tag, fields) =>
            document.body.append(Object.assign(document.createElement(tag), fields));
          add("script", {textContent: "complain('a script ran')"});
          add("style", {textContent: "body { display: none }"});
          add("iframe", {src: "https://example.com/"});
          add("img", {src: "/elsewhere.png"});
        }"""
    )

    page.page.wait_for_timeout(300)
    refused = {complaint.split()[0] for complaint in page.complaints() if " refused " in complaint}
    assert {"script-src-elem", "style-src-elem", "frame-src", "img-src"} <= refused
    assert "a script ran" not in page.complaints()
    page.complaints().clear()


@pytest.mark.parametrize(
    "path", ["/checkout/nothing", "/checkout/org_1.test.chk_1", "/checkout/%00"]
)
def test_what_is_no_checkout_says_so(shop: Shop, opened: Opened, path: str) -> None:
    """Else a mistyped link answers in JSON."""
    page = opened(shop.base_url + path)

    assert page.sees("This checkout is not here")


def test_who_guesses_codes_is_asked_to_wait(shop: Shop, opened: Opened) -> None:
    """Else codes, and stolen cards, are tried here by the thousand."""
    checkout = shop.checkout()
    page = opened(checkout["checkout_url"])
    page.page.get_by_text("Add a discount code").click()
    page.field("Discount code").fill("GUESS")

    for number in range(MOST_GUESSES):
        guess = {"action": "update", "discount_code": f"GUESS{number}", "shown_total": "3750"}
        answer = page.page.request.post(checkout["checkout_url"], form=guess)
        if answer.status == 429 and int(answer.headers["retry-after"]) > SOON_SECONDS:
            break
    page.press("Apply")

    page.wait_for("Too many attempts")
    assert page.barriers() == []
    page.picture("too_many_attempts")
    assert shop.read(checkout)["order"] is None

"""What a browser is told about the page: load nothing, post nowhere else, keep nothing."""

import pytest

from farebox.pages.headers import PROCESSING_REFRESH_SECONDS, headers, origin
from farebox.pages.views import RefusalView
from tests.unit.pages.built_views import view


def test_nothing_is_loaded_and_nothing_is_kept() -> None:
    """Else one escaping mistake is enough to run a stranger's code where people pay."""
    sent = headers(view(), "n0nce")

    assert sent["content-security-policy"] == (
        "default-src 'none'; style-src 'nonce-n0nce'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert sent["cache-control"] == "no-store"
    assert sent["x-content-type-options"] == "nosniff"
    assert sent["x-frame-options"] == "DENY"
    assert sent["referrer-policy"] == "no-referrer"
    assert "refresh" not in sent


def test_the_form_may_lead_to_where_a_paid_customer_returns() -> None:
    """Else Chromium stops the redirect after a payment, on a blank page."""
    shown = view(success_url="https://shop.example:8443/thanks?x={CHECKOUT_ID}; script-src *")

    policy = headers(shown, "n")["content-security-policy"]
    assert "form-action 'self' https://shop.example:8443;" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://shop.example/thanks", "https://shop.example"),
        ("http://localhost:3000/", "http://localhost:3000"),
        ("https://[::1]:8443/x", "https://[::1]:8443"),
        ("https://bücher.example/danke", "https://xn--bcher-kva.example"),
        ("https://SHOP.example", "https://shop.example"),
    ],
)
def test_an_origin_is_written_as_it_goes_over_the_wire(url: str, expected: str) -> None:
    """Else a shop with an umlaut in its name loses its customers after they paid."""
    assert origin(url) == expected


def test_a_payment_in_progress_looks_again_by_itself() -> None:
    """Else a customer stares at a spinner that never ends."""
    sent = headers(view(state="processing"), "n")

    assert sent["refresh"] == str(PROCESSING_REFRESH_SECONDS)


def test_who_tries_too_often_is_told_when_to_come_back() -> None:
    """Else a browser or a client tries on at once."""
    refused = RefusalView(kind="too_many_attempts", retry_after_seconds=60)

    assert headers(refused, "n")["retry-after"] == "60"

"""What a browser is told about the page: load nothing, post nowhere else, keep nothing."""

from farebox.pages.headers import PROCESSING_REFRESH_SECONDS, headers
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


def test_a_paid_customer_goes_on_without_a_redirect_of_the_form() -> None:
    """Else Chromium keeps them on the form once the merchant's server sends them on itself."""
    url = "https://shop.example:8443/thanks?x=1"
    shown = view(state="completed", success_url=url, returns=True)

    sent = headers(shown, "n")

    assert sent["refresh"] == f"0;url={url}"
    assert "form-action 'self';" in sent["content-security-policy"]
    assert "refresh" not in headers(view(state="completed", success_url=url), "n")


def test_a_payment_in_progress_looks_again_by_itself() -> None:
    """Else a customer stares at a spinner that never ends."""
    sent = headers(view(state="processing"), "n")

    assert sent["refresh"] == str(PROCESSING_REFRESH_SECONDS)


def test_who_tries_too_often_is_told_when_to_come_back() -> None:
    """Else a browser or a client tries on at once."""
    refused = RefusalView(kind="too_many_attempts", retry_after_seconds=60)

    assert headers(refused, "n")["retry-after"] == "60"

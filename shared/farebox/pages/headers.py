"""What a browser may do with the checkout page: next to nothing."""

from farebox.pages.views import CheckoutView, View

PROCESSING_REFRESH_SECONDS = 5


def headers(view: View, nonce: str) -> dict[str, str]:
    """The headers of ``view``'s answer, whose style element carries ``nonce``."""
    sent = {
        "content-security-policy": _content_security_policy(nonce),
        "cache-control": "no-store",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=63072000; includeSubDomains",
        "vary": "accept-language",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "x-robots-tag": "noindex, nofollow",
    }
    if isinstance(view, CheckoutView):
        if view.state == "processing":
            # A meta element would do the same, and count as a limit of the reader's time.
            sent["refresh"] = str(PROCESSING_REFRESH_SECONDS)
        elif view.returns and view.success_url is not None:
            sent["refresh"] = f"0;url={view.success_url}"
    elif view.retry_after_seconds is not None:
        sent["retry-after"] = str(view.retry_after_seconds)
    return sent


def _content_security_policy(nonce: str) -> str:
    """Nothing is loaded but the page's own style and its icon; forms post to where it came from.

    Chromium holds every redirect after a post to ``form-action``, those of the merchant's own
    server too: hence a paid customer returns by a header of the page, and not by a redirect.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'nonce-{nonce}'",
            "img-src data:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )

"""What a browser may do with the checkout page: next to nothing."""

from urllib.parse import urlsplit

from farebox.pages.views import CheckoutView, View

PROCESSING_REFRESH_SECONDS = 5


def headers(view: View, nonce: str) -> dict[str, str]:
    """The headers of ``view``'s answer, whose style element carries ``nonce``."""
    sent = {
        "content-security-policy": _content_security_policy(view, nonce),
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
    elif view.retry_after_seconds is not None:
        sent["retry-after"] = str(view.retry_after_seconds)
    return sent


def _content_security_policy(view: View, nonce: str) -> str:
    """Nothing is loaded but the page's own style and its icon; forms post to where it came from.

    Chromium holds the redirect after a post to ``form-action`` too: hence the origin of the
    address that a paying customer returns to.
    """
    targets = ["'self'"]
    if isinstance(view, CheckoutView) and view.success_url is not None:
        targets.append(origin(view.success_url))
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'nonce-{nonce}'",
            "img-src data:",
            f"form-action {' '.join(targets)}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def origin(url: str) -> str:
    """Scheme, host and port of a web address, the host as it goes over the wire."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode("ascii")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")

"""Where a customer returns to once they have paid: the merchant's address, with what was paid and a
signature."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from farebox import signing
from farebox.billing.checkouts import Checkout
from farebox.dialects.creem import return_url
from farebox.storage import secrets
from farebox.storage.keys import Tenant

# Ours, and Stripe's.
PLACEHOLDERS = ("{CHECKOUT_ID}", "{CHECKOUT_SESSION_ID}")
# What may stand in an address as it is, escapes included.
_SAFE = "!#$%&'()*+,/:;=?@[]~"


def return_address(tenant: Tenant, checkout: Checkout) -> str | None:
    """The address of a completed checkout; None where its merchant named none.

    One that was made in a language with a signature of its own is signed so, by the key that made
    it; every other one by the organization's return secret.
    """
    if checkout.success_url is None:
        return None
    kept = secrets.read(tenant)
    values = {
        "checkout_id": checkout.id,
        "order_id": checkout.order,
        "customer_id": checkout.customer,
        "product_id": checkout.product,
        "request_id": checkout.request_id,
    }
    api_key = kept.api_keys.get(checkout.signed_by or "")
    if api_key is not None:
        added = return_url.signed(values, api_key)
    elif kept.return_secret:
        added = signing.signed(values, kept.return_secret)
    else:
        added = {name: value for name, value in values.items() if value}
    url = checkout.success_url
    for placeholder in PLACEHOLDERS:
        url = url.replace(placeholder, checkout.id)
    parts = urlsplit(url)
    # ``checkout_id={CHECKOUT_ID}`` asks for what is added anyway: twice, it would be nobody's.
    own = [part for part in parts.query.split("&") if part and not _says(part, added)]
    query = "&".join((*own, urlencode(added)))
    host = (
        parts.netloc.encode("idna").decode("ascii") if not parts.netloc.isascii() else parts.netloc
    )
    address = urlunsplit((parts.scheme, host, parts.path, query, parts.fragment))
    return quote(address, safe=_SAFE)


def _says(part: str, added: Mapping[str, str]) -> bool:
    """Whether a part of a query is one of these parameters, with its very value."""
    return set(parse_qsl(part, keep_blank_values=True)) <= added.items()

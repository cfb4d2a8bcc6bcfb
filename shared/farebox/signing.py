"""The signature of the address that a customer returns to from the checkout page.

Nothing may be granted on it alone: it says that the page sent the customer, not that money moved
since. It is an HMAC-SHA256, in hexadecimal digits, keyed with the organization's return secret,
over all other parameters of ours, as ``name=value`` joined by ``&`` in the order of their names.
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

PARAMETERS = ("checkout_id", "customer_id", "order_id", "product_id", "request_id")
SIGNATURE = "signature"
# As ``secrets.token_hex`` makes it.
SECRET_BYTES = 32


def signature(values: Mapping[str, str], secret: str) -> str:
    """What signs these parameters."""
    pairs = sorted((name, values[name]) for name in PARAMETERS if name in values)
    text = "&".join(f"{name}={value}" for name, value in pairs)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def signed(values: Mapping[str, str | None], secret: str) -> dict[str, str]:
    """The parameters in their order, empty ones left out, and the signature over them."""
    given = {name: value for name in PARAMETERS if (value := values.get(name))}
    return {**given, SIGNATURE: signature(given, secret)}


def verify_return_url(url: str, secret: str) -> dict[str, str] | None:
    """The parameters that the checkout page put into an address, or None where it did not.

    Parameters of the address's own are not looked at; one of ours that stands twice is nobody's.
    """
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    ours = [(name, value) for name, value in pairs if name in (*PARAMETERS, SIGNATURE)]
    values = dict(ours)
    given = values.pop(SIGNATURE, "")
    if not secret or len(ours) != len(values) + 1:
        return None
    wanted = signature(values, secret)
    return values if hmac.compare_digest(wanted.encode(), given.encode()) else None

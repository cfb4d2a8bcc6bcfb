"""What Creem adds to the address that a customer returns to, and how it is signed.

The signature is a plain hash over the pairs in the order of the address, with the API key as the
last one. It is offered for those who check it already; nothing is granted on it.
"""

import hashlib
from collections.abc import Mapping

PARAMETERS = (
    *("checkout_id", "order_id", "customer_id", "subscription_id", "product_id", "request_id"),
)
SIGNATURE, SALT = "signature", "salt"


def signed(values: Mapping[str, str | None], api_key: str) -> dict[str, str]:
    """The parameters in their order, empty ones left out, and the signature over them."""
    given = {name: value for name in PARAMETERS if (value := values.get(name))}
    pairs = [f"{name}={value}" for name, value in {**given, SALT: api_key}.items()]
    return {**given, SIGNATURE: hashlib.sha256("|".join(pairs).encode()).hexdigest()}

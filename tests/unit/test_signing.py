"""The signature of the address that customers return to, and the one who checks it."""

import hashlib
import hmac
from urllib.parse import urlencode

import pytest

from farebox import signing

SECRET = "5" * 64
VALUES = {"checkout_id": "chk_1", "order_id": "ord_1", "customer_id": None, "request_id": "a b&c=d"}


def address(**changes: str) -> str:
    signed = signing.signed(VALUES, SECRET) | changes
    return f"https://shop.example/thanks?from=farebox&{urlencode(signed)}#end"


def test_the_signature_is_what_the_reference_says() -> None:
    """Else nobody who is not written in Python can check it."""
    text = "checkout_id=chk_1&order_id=ord_1&request_id=a b&c=d"
    expected = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()

    assert signing.signed(VALUES, SECRET)["signature"] == expected


def test_an_address_of_ours_tells_its_values() -> None:
    """Else a merchant reads them by hand, and forgets to check."""
    assert signing.verify_return_url(address(), SECRET) == {
        "checkout_id": "chk_1",
        "order_id": "ord_1",
        "request_id": "a b&c=d",
    }


@pytest.mark.parametrize(
    "url",
    [
        address(order_id="ord_2"),
        address(signature="0" * 64),
        address(signature=""),
        address(signature="é"),
        address().replace("#end", "&order_id=ord_1#end"),
        address().replace("#end", "&customer_id=cus_1#end"),
        "https://shop.example/thanks",
        "https://shop.example/thanks?checkout_id=chk_1",
    ],
)
def test_an_address_that_was_changed_is_nobodys(url: str) -> None:
    """Else whoever types an order's id is shown it as paid."""
    assert signing.verify_return_url(url, SECRET) is None


def test_another_secret_and_none_verify_nothing() -> None:
    """Else an empty setting accepts whatever comes."""
    assert signing.verify_return_url(address(), "6" * 64) is None
    assert signing.verify_return_url(address(), "") is None

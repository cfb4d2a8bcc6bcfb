"""Creem's signature on the address that a customer returns to."""

import hashlib

from farebox.dialects.creem.return_url import signed


def test_the_pairs_are_signed_in_the_order_of_the_address() -> None:
    """Else a shop that checks the signature turns away a customer who has paid."""
    values = {"request_id": "req_1", "checkout_id": "chk_1", "order_id": "ord_1"}

    parameters = signed(values, "fb_test_key")

    pairs = "checkout_id=chk_1|order_id=ord_1|request_id=req_1|salt=fb_test_key"
    assert parameters["signature"] == hashlib.sha256(pairs.encode()).hexdigest()
    assert list(parameters) == ["checkout_id", "order_id", "request_id", "signature"]


def test_what_is_empty_is_neither_signed_nor_sent() -> None:
    """Else a shop signs fewer pairs than we do."""
    values = {"checkout_id": "chk_1", "subscription_id": None, "customer_id": ""}

    assert signed(values, "key") == signed({"checkout_id": "chk_1"}, "key")


def test_the_key_itself_is_not_sent() -> None:
    """Else it stands in a browser's history."""
    assert "key" not in "".join(signed({"checkout_id": "chk_1"}, "key").values())

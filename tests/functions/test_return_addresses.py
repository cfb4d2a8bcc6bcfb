"""Where a customer returns to after paying: which addresses are taken, and how they are signed."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from farebox import bootstrap, signing
from farebox.__main__ import main
from farebox.dialects.creem import return_url
from farebox.storage import secrets
from farebox.storage.keys import Tenant
from tests.functions.checkout_pages import Customer, customer_of, return_of, returned
from tests.functions.shop import Shop, kept


def secret_of(shop: Shop) -> str:
    return secrets.read(Tenant(shop.api.organization, False)).return_secret


def test_the_merchant_can_check_who_sent_the_customer(shop: Shop) -> None:
    """Else anybody who knows the address comes back as having paid."""
    location = return_of(customer_of(shop).pay())

    values = signing.verify_return_url(location, secret_of(shop))

    assert values is not None
    assert values["checkout_id"] == returned_id(location)
    assert signing.verify_return_url(location.replace("ord_", "ord_0"), secret_of(shop)) is None


def returned_id(location: str) -> str:
    return location.partition("checkout_id=")[2].partition("&")[0]


def test_the_checkouts_id_stands_where_the_merchant_wants_it(shop: Shop) -> None:
    """Else a merchant who comes from Stripe reads a pair of braces."""
    customer = customer_of(shop, success_url="https://shop.example/o/{CHECKOUT_ID}?c={CHECKOUT_ID}")

    parts = urlsplit(return_of(customer.pay()))

    assert parts.path == f"/o/{customer.checkout}"
    assert parts.query.startswith(f"c={customer.checkout}&checkout_id=")


def test_a_merchants_own_parameter_for_the_checkouts_id_is_the_signed_one(shop: Shop) -> None:
    """Else the address that everybody writes first is one whose signature never holds."""
    url = "https://shop.example/o?a=&b&checkout_id={CHECKOUT_ID}&order_id=mine"
    customer = customer_of(shop, success_url=url.removesuffix("&order_id=mine"))

    location = return_of(customer.pay())

    values = signing.verify_return_url(location, secret_of(shop))
    assert values is not None
    assert values["checkout_id"] == customer.checkout
    assert "?a=&b&checkout_id=" in location
    assert "order_id=mine&" in return_of(customer_of(shop, success_url=url).pay())


def test_an_address_is_written_as_a_header_takes_it(shop: Shop) -> None:
    """Else an address with an umlaut in it is a broken answer, after the charge."""
    customer = customer_of(shop, success_url="https://shöp.example/dänke?a=ü#ende")

    location = return_of(customer.pay())

    assert location.isascii()
    assert location.startswith("https://xn--shp-tna.example/d%C3%A4nke?a=%C3%BC&checkout_id=")
    assert location.endswith("#ende")


@pytest.mark.parametrize(
    "url",
    [
        *("https://a..b/", f"https://{'a' * 64}.example/", "https://é..b/"),
        *("https://straße.example/", "https://a;script-src.example/", 'https://a"b.example/'),
    ],
)
def test_an_address_that_no_browser_finds_is_refused_at_once(shop: Shop, url: str) -> None:
    """Else the page fails once somebody opens it."""
    lines = [{"price": shop.api.price()["id"], "quantity": 1}]

    refused = shop.api.post("/v1/checkouts", {"line_items": lines, "success_url": url})

    assert refused.codes == [("success_url", "invalid_url")]


def test_what_creem_s_caller_made_is_signed_as_creem_signs(shop: Shop) -> None:
    """Else whoever moves from Creem changes how they check."""
    key = bootstrap.create_key(shop.api.organization, livemode=False, dialect="creem")
    price = shop.api.price()
    shop.api.patch(f"/v1/products/{price['product']}", {"default_price": price["id"]})
    creem = replace(shop.api, key=key)
    body = {"product_id": price["product"], "success_url": "https://shop.example/thanks"}
    made = creem.post("/creem/v1/checkouts", {**body, "request_id": "r1"}).body
    customer = Customer(shop, made["id"], urlsplit(made["checkout_url"]).path)

    values = returned(customer.pay())

    assert values == return_url.signed(values, key)
    bootstrap.revoke_key(key)
    assert returned(customer.pay())["signature"] != values["signature"]


def test_no_answer_and_no_event_shows_what_signs(shop: Shop) -> None:
    """Else a key that may only read orders can forge a return."""
    key = bootstrap.create_key(shop.api.organization, livemode=False, dialect="creem")
    customer_of(shop).pay()
    hidden = (secret_of(shop), key)

    shown: list[Any] = [shop.api.get(f"/v1/{name}").text for name in ("events", "checkouts")]
    elsewhere = [str(item) for place, item in kept().items() if not place.startswith("S#")]

    assert not any(secret in text for secret in hidden for text in (*shown, *elsewhere))


def test_a_new_secret_signs_from_now_on(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Else a secret that leaked is good for ever."""
    before = secret_of(shop)
    named = ("--organization", shop.api.organization, "--mode", "test")

    assert main(("organization", "return-secret", *named)) == 0

    secret = capsys.readouterr().out.splitlines()[0]
    assert secret == secret_of(shop) != before
    location = return_of(customer_of(shop).pay())
    assert signing.verify_return_url(location, secret) is not None


def test_an_organization_names_the_only_origins_that_customers_return_to(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else a stolen key sends customers who have just paid anywhere."""
    named = ("--organization", shop.api.organization, "--mode", "test")
    origins = (
        "--return-origin",
        "https://shop.example",
        "--return-origin",
        "http://localhost:3000",
    )
    assert main(("organization", "update", *named, *origins)) == 0
    assert "https://shop.example, http://localhost:3000" in capsys.readouterr().out
    from farebox.storage import load

    load.forget_callers()
    for good in ("https://shop.example/a", "https://SHOP.example:443/", "http://localhost:3000/"):
        customer_of(shop, success_url=good)
    for bad in ("https://shop.example.evil/", "https://shop.example:444/", "http://localhost/"):
        lines = [{"price": shop.api.price()["id"], "quantity": 1}]
        refused = shop.api.post("/v1/checkouts", {"line_items": lines, "cancel_url": bad})
        assert refused.codes == [("cancel_url", "origin_not_allowed")]

    assert main(("organization", "update", *named, "--return-origin", "")) == 0
    load.forget_callers()
    customer_of(shop, success_url="https://elsewhere.example/")


@pytest.mark.parametrize("origin", ["shop.example", "https://shop.example/", "ftp://a", "http://a"])
def test_what_is_no_origin_is_refused(shop: Shop, origin: str) -> None:
    """Else a list that matches nothing stops every checkout."""
    named = ("--organization", shop.api.organization, "--mode", "test")

    with pytest.raises(SystemExit):
        main(("organization", "update", *named, "--return-origin", origin))


@pytest.mark.parametrize(
    ("expires_at", "taken"),
    [
        ("2026-01-31T12:30:00Z", True),
        ("2026-02-01T12:00:00Z", True),
        ("2026-01-31T12:10:00Z", False),
        ("2026-02-02T12:00:00Z", False),
        ("2026-01-31T11:00:00Z", False),
    ],
)
def test_a_merchant_says_how_long_a_checkout_is_open(
    shop: Shop, expires_at: str, *, taken: bool
) -> None:
    """Else a checkout is open for a year, or over before it is seen."""
    lines = [{"price": shop.api.price()["id"], "quantity": 1}]

    made = shop.api.post("/v1/checkouts", {"line_items": lines, "expires_at": expires_at})

    assert (made.status == 201) == taken
    assert taken or made.codes == [("expires_at", "out_of_range")]

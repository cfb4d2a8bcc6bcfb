"""If these fail, a shop whose code uses one of these packages cannot move here unchanged."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request

import pytest

from local.emulator import DIRECT
from tests.price_forms import FORMS, as_json
from tests.sdks.shop import Shop, scenarios

pytestmark = pytest.mark.sdks

PACKAGES = (
    "stripe",
    "orb",
    "polar",
    "polar_0_32",
    "creem",
    "billingrails",
    "billingrails_0_1",
    "npm_polar",
    "npm_creem",
)


def played() -> Iterator[Any]:
    """Each scenario of each package."""
    for package in PACKAGES:
        for scenario in scenarios(package):
            yield pytest.param(package, scenario, id=f"{package}-{scenario}")


@pytest.mark.parametrize(("package", "scenario"), list(played()))
def test_a_package_finds_what_it_expects(shop: Shop, package: str, scenario: str) -> None:
    shop.play(package, scenario)


def test_all_models_of_orb_come_back_as_the_packages_own_types(shop: Shop) -> None:
    """Else a price is read as one of another model, and billed by that."""
    models = {
        name: (json.loads(as_json(form.config)), form.currency.upper())
        for name, form in FORMS.items()
        if not name.startswith("stripe_")
    }
    assert len(models) == 36

    shown = shop.play("orb", "keep_all_models", models=models)

    assert len(shown) == 36


def test_one_shop_is_walked_through_all_five(shop: Shop) -> None:
    """Else a shop that speaks two of the languages has two sets of books."""
    price = shop.play("orb", "add_price", unit_amount="12.50")
    product = price["item"]
    assert native(shop, f"/prices/{price['id']}")["product"] == product
    change(shop, f"/products/{product}", default_price=price["id"])

    session = shop.play("stripe", "sell", price=price["id"], quantity=2)
    read = native(shop, f"/checkouts/{session['id']}")
    assert (session["total"], read["total_amount"], read["status"]) == (2500, 2500, "open")
    assert read["line_items"][0]["price"] == price["id"]
    pay(session["url"], total=2500)
    shown = shop.play("stripe", "show", session=session["id"])
    assert shown == {"status": "complete", "paid": "paid", "total": 2500}

    checkout = shop.play("creem", "sell", product=product, units=3)
    read = native(shop, f"/checkouts/{checkout['id']}")
    assert (read["total_amount"], read["line_items"][0]["product"]) == (3750, product)
    pay(checkout["url"], total=3750)
    order = native(shop, f"/checkouts/{checkout['id']}")["order"]
    shown = shop.play("creem", "show", checkout=checkout["id"])
    assert shown == {"status": "completed", "order": order}
    assert native(shop, f"/orders/{order}")["status"] == "paid"

    ordered = shop.play("billingrails", "order", product=product, account=shop.customer, quantity=4)
    read = native(shop, f"/orders/{ordered['id']}")
    assert (read["status"], read["total_amount"], ordered["payment"]) == ("paid", 5000, "paid")
    assert read["customer"] == shop.customer

    finalized = shop.play("polar", "finalize_draft", product=product, customer=shop.customer)
    read = native(shop, f"/orders/{finalized['id']}")
    assert (finalized["was"], finalized["is"], finalized["total"]) == ("draft", "paid", 1250)
    assert (read["status"], read["paid_amount"]) == ("paid", 1250)

    listed = native(shop, f"/orders?customer={shop.customer}&limit=2")["data"]
    assert [row["id"] for row in listed] == [finalized["id"], ordered["id"]]


def pay(page: str, *, total: int) -> None:
    """Be the customer on a checkout's page, by a card that succeeds."""
    form = {"action": "pay", "email": "grace@example.com", "test_card": "success"}
    shown = {"shown_total": total, "shown_attempts": 0}
    with DIRECT.open(page, urlencode({**form, **shown}).encode()) as answer:
        assert answer.status == 200


def native(shop: Shop, path: str) -> Any:
    """Read something back through the native API."""
    return _send(shop, Request(f"{shop.base_url}/v1{path}"))


def change(shop: Shop, path: str, **fields: Any) -> Any:
    """Change something through the native API."""
    body = json.dumps(fields).encode()
    return _send(shop, Request(f"{shop.base_url}/v1{path}", body, method="PATCH"))


def _send(shop: Shop, request: Request) -> Any:
    request.add_header("Authorization", f"Bearer {shop.api_key}")
    request.add_header("Content-Type", "application/json")
    with DIRECT.open(request) as answer:
        return json.load(answer)

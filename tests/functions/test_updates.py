"""Orders and prices changed, checkouts closed: what follows, and what is left as it was."""

import json
from typing import Any

import pytest

from farebox.payments.processor import Intent
from farebox.payments.sandbox import Sandbox
from local.template import Stack
from tests.client import Api
from tests.clocks import StoppedClock
from tests.functions.shop import Shop
from tests.functions.test_charges import STATES, conflict, in_state
from tests.refusals import refusal
from tests.tables import everything, nothing_stored

ADDRESS = {"line1": "1 Sample Street", "city": "Berlin", "country": "DE"}


def default_price(api: Api, **fields: Any) -> Any:
    """A price that is its product's default."""
    price = api.price(**fields)
    chosen = api.patch(f"/v1/products/{price['product']}", {"default_price": price["id"]})
    assert chosen.status == 200, chosen.text
    return price


def test_a_change_of_an_order_leaves_what_it_does_not_name(api: Api, stopped: StoppedClock) -> None:
    price, customer = api.price(), api.customer()
    lines = [{"price": price["id"], "quantity": 2}]
    before = api.order(
        customer=customer["id"],
        line_items=lines,
        description="Seats",
        billing_name="Ada",
        shipping_address=ADDRESS,
        metadata={"crm": "a-1", "desk": 4},
    )
    stopped.advance(hours=1)

    answer = api.patch(
        f"/v1/orders/{before['id']}",
        {
            "billing_name": None,
            "billing_address": ADDRESS,
            "return_status": "requested",
            "metadata": {"desk": None, "floor": 2},
        },
    )

    assert answer.status == 200
    assert answer.body == before | {
        "billing_name": None,
        "billing_address": ADDRESS,
        "return_status": "requested",
        "metadata": {"crm": "a-1", "floor": 2},
        "updated_at": "2026-01-31T13:00:00.000Z",
    }
    assert api.get(f"/v1/orders/{before['id']}").text == answer.text


@pytest.mark.parametrize(
    "field",
    ["customer", "line_items", "currency", "amount", "collection", "charge_at", "payment_method"],
)
def test_nothing_that_has_to_do_with_money_changes(shop: Shop, field: str) -> None:
    """Else an order costs what nobody agreed to, or is charged when nobody expects it."""
    id = shop.order(shop.customer(), "draft")

    with nothing_stored(shop.stack):
        answer = shop.api.patch(f"/v1/orders/{id}", {field: "usd"})

    assert refusal(answer, 422) == [(field, "unknown_field")]


@pytest.mark.parametrize("status", STATES)
def test_an_order_takes_a_change_in_every_state_and_goes_on(shop: Shop, status: str) -> None:
    """Else a change of address makes an order forget that it is due, or charges it again."""
    id = in_state(shop, status)
    before, twin = shop.read(id), in_state(shop, status)

    answer = shop.api.patch(f"/v1/orders/{id}", {"billing_name": "Ada"})

    assert answer.body == before | {"billing_name": "Ada"}
    for _ in range(3):
        shop.run_after(days=3)
    assert shop.read(id)["status"] == shop.read(twin)["status"]
    assert shop.read(id)["billing_name"] == "Ada"


def test_a_change_during_a_charge_is_not_lost_and_neither_is_the_charge(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker holds the order as it was: what it writes must not undo the change."""
    id = shop.order(shop.customer(), "draft")
    confirm = Sandbox.confirm_intent

    def confirm_meanwhile(sandbox: Sandbox, intent: str, **how: Any) -> Intent:
        changed = shop.api.patch(f"/v1/orders/{id}", {"billing_name": "Ada"})
        assert (changed.status, changed.body["status"]) == (200, "charging")
        return confirm(sandbox, intent, **how)

    monkeypatch.setattr(Sandbox, "confirm_intent", confirm_meanwhile)

    shop.charge(id)

    monkeypatch.undo()
    shop.run_after(minutes=20)
    order = shop.read(id)
    assert (order["status"], order["billing_name"]) == ("paid", "Ada")
    assert shop.charged() == [id]


def test_a_product_costs_what_its_default_price_has_become(api: Api) -> None:
    """A line that names the product goes by the copy that the product holds."""
    price = default_price(api)
    path = f"/v1/prices/{price['id']}"

    changed = api.patch(path, {"name": "Seat 2027", "metadata": {"list": "2027"}})

    assert changed.body | {"name": "Seat 2027", "metadata": {"list": "2027"}} == changed.body
    assert api.get(path).text == changed.text
    product = api.get(f"/v1/products/{price['product']}").body
    assert product["default_price"] == price["id"]
    lines = [{"product": product["id"], "quantity": 1}]
    order = api.order(customer=api.customer()["id"], line_items=lines)
    assert order["line_items"][0]["description"] == "Seat"
    assert stored_default(api, product["id"])["name"] == "Seat 2027"


def test_a_default_price_is_not_archived(api: Api, stack: Stack) -> None:
    """Else its product is still for sale at a price that is not."""
    price = default_price(api)
    path = f"/v1/prices/{price['id']}"

    with nothing_stored(stack):
        answer = api.patch(path, {"active": False})

    assert refusal(answer, 409) == [("active", "default_price")]
    other = api.price(product=price["product"])
    api.patch(f"/v1/products/{price['product']}", {"default_price": other["id"]})
    assert api.patch(path, {"active": False}).body["active"] is False


def test_an_archived_price_is_not_sold(api: Api) -> None:
    price = api.price()
    api.patch(f"/v1/prices/{price['id']}", {"active": False})
    lines = [{"price": price["id"], "quantity": 1}]

    answer = api.post("/v1/orders", {"customer": api.customer()["id"], "line_items": lines})

    assert refusal(answer, 422) == [("line_items[0].price", "price_inactive")]


def test_a_lookup_key_goes_from_one_price_to_another(api: Api) -> None:
    """Whoever looks the price up finds the new one from one moment to the next."""
    former, other = api.price(lookup_key="seat"), api.price()
    path = f"/v1/prices/{other['id']}"
    asked = {"lookup_key": "seat", "transfer_lookup_key": True}

    taken = api.patch(path, {"lookup_key": "seat"})
    moved = api.patch(path, asked)

    assert refusal(taken, 409) == [("lookup_key", "lookup_key_taken")]
    assert moved.body["lookup_key"] == "seat"
    assert api.get("/v1/prices/lookup_key/seat").body == moved.body
    assert api.get(f"/v1/prices/{former['id']}").body["lookup_key"] is None
    assert api.patch(path, asked).body["lookup_key"] == "seat"
    assert refusal(api.patch(path, {"transfer_lookup_key": True}), 422) == [
        ("lookup_key", "required")
    ]


@pytest.mark.parametrize("way", ["to a new price", "to another price"])
@pytest.mark.parametrize("home", ["the same product", "another product"])
def test_a_default_price_that_gives_up_its_lookup_key_has_none_in_its_product_either(
    api: Api, way: str, home: str
) -> None:
    """Else whoever reads the product finds a name there that leads to another price."""
    former = default_price(api, lookup_key="seat")
    product = former["product"]
    elsewhere = {"product": product} if home == "the same product" else {}
    asked = {"lookup_key": "seat", "transfer_lookup_key": True}

    if way == "to a new price":
        api.price(**asked, **elsewhere)
    else:
        path = f"/v1/prices/{api.price(**elsewhere)['id']}"
        assert api.patch(path, asked).body["lookup_key"] == "seat"

    assert stored_default(api, product)["id"] == former["id"]
    assert stored_default(api, product).get("lookup_key") is None
    types = [event["type"] for event in api.get("/v1/events?limit=3").body["data"]]
    assert "product.updated" in types


def test_a_lookup_key_that_is_given_up_is_free(api: Api) -> None:
    price = api.price(lookup_key="seat")

    given_up = api.patch(f"/v1/prices/{price['id']}", {"lookup_key": None})

    assert given_up.body["lookup_key"] is None
    assert api.get("/v1/prices/lookup_key/seat").status == 404
    assert api.price(lookup_key="seat")["lookup_key"] == "seat"


@pytest.mark.parametrize("field", ["unit_amount", "currency", "product", "recurring"])
def test_what_a_price_costs_never_changes(api: Api, stack: Stack, field: str) -> None:
    price = api.price()

    with nothing_stored(stack):
        answer = api.patch(f"/v1/prices/{price['id']}", {field: 1})

    assert refusal(answer, 422) == [(field, "unknown_field")]


def test_a_checkout_is_closed_once(api: Api, stack: Stack, stopped: StoppedClock) -> None:
    """Its page must not be paid on after a merchant took the offer back."""
    lines = [{"price": api.price()["id"], "quantity": 1}]
    made = api.post("/v1/checkouts", {"line_items": lines}).body
    path = f"/v1/checkouts/{made['id']}"
    stopped.advance(hours=1)

    closed = api.post(f"{path}/expire")

    now = "2026-01-31T13:00:00.000Z"
    assert closed.status == 200
    assert closed.body == made | {"status": "expired", "expires_at": now, "updated_at": now}
    assert api.get(path).text == closed.text
    with nothing_stored(stack):
        assert conflict(api.post(f"{path}/expire")) == "checkout_not_open"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/v1/orders/ord_01kg9ys8f80000000000000005"),
        ("PATCH", "/v1/prices/price_01kg9ys8f80000000000000005"),
        ("POST", "/v1/checkouts/chk_01kg9ys8f80000000000000005/expire"),
    ],
)
def test_what_is_not_there_is_not_changed(api: Api, method: str, path: str) -> None:
    assert refusal(api.call(method, path, {}), 404) == []


def test_another_organizations_records_are_not_changed(api: Api, other: Api) -> None:
    """Else one shop archives the prices of another."""
    price = api.price()
    lines = [{"price": price["id"], "quantity": 1}]
    order = api.order(customer=api.customer()["id"], line_items=lines)
    checkout = api.post("/v1/checkouts", {"line_items": lines}).body

    answers = [
        other.patch(f"/v1/prices/{price['id']}", {"active": False}),
        other.patch(f"/v1/orders/{order['id']}", {"billing_name": "Eve"}),
        other.post(f"/v1/checkouts/{checkout['id']}/expire"),
    ]

    assert [answer.status for answer in answers] == [404, 404, 404]
    assert api.get(f"/v1/prices/{price['id']}").body == price
    assert api.get(f"/v1/orders/{order['id']}").body == order
    assert api.get(f"/v1/checkouts/{checkout['id']}").body == checkout


def stored_default(api: Api, product: str) -> Any:
    """The copy of its default price that a product holds."""
    (item,) = [item for item in everything(api.stack).values() if item.get("list_sk") == product]
    return json.loads(item["document"])["default_price"]

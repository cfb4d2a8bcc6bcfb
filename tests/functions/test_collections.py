"""When an order is charged by itself, what for, and by whom: frozen when it was made, but for what
the customer has taken back since."""

from typing import Any

import pytest

from tests.client import Api
from tests.clocks import StoppedClock
from tests.functions.shop import INLINE, Shop
from tests.refusals import refusal
from tests.tables import everything, families, nothing_stored

TOMORROW = "2026-02-01T12:00:00Z"
FREE = [{"price_data": INLINE | {"unit_amount": 0}, "quantity": 1}]


def test_a_scheduled_order_is_charged_at_its_time_and_not_before(shop: Shop) -> None:
    id = shop.order(shop.customer(), charge_at="2026-02-01T13:00:00+01:00")
    before = shop.read(id)

    assert (before["status"], before["collection"]) == ("scheduled", "scheduled")
    assert before["charge_at"] == before["next_attempt_at"] == "2026-02-01T12:00:00.000Z"
    shop.run_after(days=1, milliseconds=-1)
    assert shop.read(id) == before

    shop.run_after(milliseconds=1)
    after = shop.read(id)
    assert (after["status"], after["paid_at"]) == ("paid", "2026-02-01T12:00:00.000Z")
    assert after["charge_at"] == before["charge_at"]
    assert after["attempts"][0]["trigger"] == "schedule"


def test_an_order_that_is_charged_at_once_says_so_of_its_attempt(shop: Shop) -> None:
    order = shop.read(shop.order(shop.customer(), "charge_now"))

    assert (order["status"], order["collection"]) == ("paid", "charge_now")
    assert (order["charge_at"], order["attempts"][0]["trigger"]) == (None, "charge_now")


def test_a_draft_is_never_charged_by_itself(shop: Shop) -> None:
    id = shop.order(shop.customer(), "draft")
    before = shop.read(id)

    shop.run_after(days=400)

    assert shop.read(id) == before
    assert shop.charged() == []


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"collection": "scheduled"}, ("charge_at", "required")),
        ({"collection": "draft", "charge_at": TOMORROW}, ("charge_at", "excluded")),
        ({"charge_at": TOMORROW}, ("charge_at", "excluded")),
        ({"collection": "charge_now", "charge_at": TOMORROW}, ("charge_at", "excluded")),
        ({"collection": "scheduled", "charge_at": None}, ("charge_at", "required")),
        ({"collection": "later"}, ("collection", "literal_error")),
        ({"collection": None}, ("collection", "literal_error")),
    ]
    + [
        ({"collection": "scheduled", "charge_at": at}, ("charge_at", code))
        for at, code in [
            ("2026-01-31T11:54:59Z", "in_the_past"),
            ("1970-01-01T00:00:00Z", "in_the_past"),
            ("2031-02-05T12:00:00Z", "too_far_ahead"),
            ("9999-12-31T23:59:59Z", "too_far_ahead"),
            ("9999-12-31T23:59:59-12:00", "invalid_time"),
            ("0001-01-01T00:00:00+12:00", "invalid_time"),
            ("2026-02-01T12:00:00", "invalid_time"),
            ("2026-02-01", "invalid_time"),
            ("2026-02-30T12:00:00Z", "invalid_time"),
            ("tomorrow", "invalid_time"),
            ("", "invalid_time"),
            (1769860800, "invalid_type"),
        ]
    ],
)
def test_a_time_that_makes_no_sense_is_refused(
    shop: Shop, fields: dict[str, Any], broken: tuple[str, str]
) -> None:
    """A mistake in a date is a charge on the wrong day, or at once."""
    lines = [{"price_data": INLINE, "quantity": 1}]
    order = {"customer": shop.customer(), "line_items": lines}

    with nothing_stored(shop.stack):
        answer = shop.api.post("/v1/orders", order | fields)

    assert refusal(answer, 422) == [broken]


def test_a_clock_that_is_a_little_behind_is_forgiven(shop: Shop) -> None:
    id = shop.order(shop.customer(), charge_at="2026-01-31T11:55:00Z")

    shop.run_after(seconds=0)

    assert shop.read(id)["status"] == "paid"


@pytest.mark.parametrize("collection", ["draft", "scheduled", "charge_now"])
def test_what_costs_nothing_needs_no_card(shop: Shop, collection: str) -> None:
    id = shop.order(shop.customer(None), collection, amount=0)
    if collection == "draft":
        assert shop.charge(id).status == 200
    shop.run_after(seconds=0)

    order = shop.read(id)
    assert (order["status"], order["paid_amount"], order["attempts"]) == ("paid", 0, [])
    assert order["invoice_number"].endswith("-0001")
    assert shop.events(id)[-2:] == ["order.updated", "order.paid"]
    kept = families(everything(shop.stack, shop.api.organization))
    assert {"SBC", "SBI", "SBK"} & set(kept) == set()


def test_what_costs_nothing_needs_no_processor(live: Api, stopped: StoppedClock) -> None:
    draft = live.order(customer=live.customer()["id"], line_items=FREE)["id"]

    assert live.post(f"/v1/orders/{draft}/charge").status == 200


def test_a_deleted_customer_is_not_charged(shop: Shop) -> None:
    customer = shop.customer()
    id = shop.order(customer, charge_at=TOMORROW)
    shop.api.delete(f"/v1/customers/{customer}")

    shop.run_after(days=1)

    order = shop.read(id)
    assert (order["status"], order["attempts"]) == ("failed", [])
    assert order["last_failure"]["code"] == "customer_deleted"
    assert order["last_failure"]["category"] == "final"
    assert shop.events(id) == ["order.created", "order.updated", "order.payment_failed"]


def test_a_customer_who_is_deleted_between_two_attempts_is_not_charged_again(shop: Shop) -> None:
    customer = shop.customer("declined_once")
    id = shop.order(customer, "charge_now")
    shop.api.delete(f"/v1/customers/{customer}")

    for _ in range(10):
        shop.run_after(days=1)

    assert shop.read(id)["last_failure"]["code"] == "customer_deleted"
    assert shop.charged() == []


def test_a_named_card_of_a_deleted_customer_is_not_charged_either(shop: Shop) -> None:
    customer = shop.customer()
    card = shop.api.payment_method(customer)["id"]
    draft = shop.order(customer, "draft")
    shop.api.delete(f"/v1/customers/{customer}")

    order = shop.charge(draft, {"payment_method": card}).body

    assert (order["status"], order["last_failure"]["code"]) == ("failed", "customer_deleted")


def test_the_named_card_is_charged_and_not_the_default(shop: Shop) -> None:
    customer = shop.customer("lost_card")
    card = shop.api.payment_method(customer, "success")["id"]

    order = shop.read(shop.order(customer, "charge_now", payment_method=card))

    assert order["status"] == "paid"
    assert order["payment_method"] == order["attempts"][0]["payment_method"] == card


def test_a_named_card_that_was_detached_is_not_replaced_by_the_default(shop: Shop) -> None:
    """Somebody chose that card; another one is charged only when somebody chooses it."""
    customer = shop.customer()
    card = shop.api.payment_method(customer)["id"]
    id = shop.order(customer, charge_at=TOMORROW, payment_method=card)
    shop.api.delete(f"/v1/payment_methods/{card}")

    shop.run_after(days=1)

    order = shop.read(id)
    assert (order["status"], order["attempts"]) == ("failed", [])
    assert order["last_failure"]["code"] == "payment_method_detached"


def test_a_default_that_was_detached_is_not_charged(shop: Shop) -> None:
    customer = shop.customer()
    id = shop.order(customer, charge_at=TOMORROW)
    card = shop.api.get(f"/v1/customers/{customer}").body["default_payment_method"]
    shop.api.delete(f"/v1/payment_methods/{card}")

    shop.run_after(days=1)

    assert shop.read(id)["last_failure"]["code"] == "missing_payment_method"


def test_the_default_is_the_one_at_the_time_of_the_charge(shop: Shop) -> None:
    customer = shop.customer("lost_card")
    id = shop.order(customer, charge_at=TOMORROW)
    card = shop.api.payment_method(customer, default=True)["id"]

    shop.run_after(days=1)

    assert shop.read(id)["attempts"][0]["payment_method"] == card


def test_what_was_ordered_is_charged_as_it_was_agreed(shop: Shop) -> None:
    """A product that is archived, renamed or priced anew changes no order that was made."""
    price = shop.api.price()
    line = {"price": price["id"], "quantity": 2}
    made = shop.api.order(
        customer=shop.customer(), line_items=[line], collection="scheduled", charge_at=TOMORROW
    )
    product = f"/v1/products/{price['product']}"
    dearer = shop.api.price(product=price["product"], unit_amount=9900)["id"]
    changes = {"active": False, "name": "Bench", "default_price": dearer}
    assert shop.api.patch(product, changes).status == 200

    shop.run_after(days=1)

    order = shop.read(made["id"])
    assert (order["status"], order["paid_amount"]) == ("paid", 2500)
    assert order["line_items"] == made["line_items"]


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("jpy", 50), ("usd", 50), ("isk", 50000), ("kwd", 1250), ("huf", 20000)],
)
def test_the_ledger_has_the_very_amount_of_the_order(
    shop: Shop, currency: str, amount: int
) -> None:
    """Of currencies with none, two or three decimals: never a hundred times too much."""
    price = INLINE | {"currency": currency, "unit_amount": amount}
    lines = [{"price_data": price, "quantity": 3}]

    order = shop.api.order(customer=shop.customer(), line_items=lines, collection="charge_now")

    assert order["status"] == "paid"
    assert (order["paid_amount"], order["currency"]) == (3 * amount, currency)
    # The books say the same, which are checked at the end of each test.


def test_each_customers_invoices_are_numbered_without_a_gap(shop: Shop) -> None:
    """Tax offices ask where the missing one is: a decline, a draft or a doubt must leave none."""
    ada, bob = shop.customer(), shop.customer("declined_once")
    draft = shop.order(ada, "draft")
    retried = shop.order(bob, "charge_now")
    first, second = (shop.order(ada, "charge_now") for _ in range(2))
    shop.order(bob, "charge_now", payment_method=shop.api.payment_method(bob, "lost_card")["id"])
    shop.run_after(days=2)
    third = shop.order(ada, "charge_now", amount=0)

    numbers = [shop.read(id)["invoice_number"] for id in (first, second, third, retried, draft)]

    own, other = ada[-10:].upper(), bob[-10:].upper()
    assert own != other
    assert numbers[:3] == [f"INV-{own}-{number:04}" for number in (1, 2, 3)]
    assert numbers[3:] == [f"INV-{other}-0001", None]

"""Payment methods: kept once, charged for nobody else, and never by a card's number."""

from typing import Any

import pytest

from farebox.billing.sandbox_cards import CARDS
from local.template import Stack
from tests.client import Api
from tests.clocks import StoppedClock
from tests.functions.shop import INLINE, Shop
from tests.refusals import refusal
from tests.tables import everything, families, nothing_stored

LAST4 = {
    "success": "4242",
    "success_mastercard": "4444",
    "slow": "4242",
    "processing": "0077",
    "processing_declined": "0341",
    "timeout_with_effect": "0010",
    "timeout_without_effect": "0028",
    "declined_once": "0036",
    "declined_twice": "0044",
    "insufficient_funds": "9995",
    "generic_decline": "0002",
    "do_not_honor": "0051",
    "card_velocity_exceeded": "6975",
    "processing_error": "0119",
    "expired_card": "0069",
    "incorrect_cvc": "0127",
    "lost_card": "9987",
    "stolen_card": "9979",
    "fraudulent": "0101",
    "do_not_try_again": "0200",
    "confirm_card_data": "0218",
    "try_again_later": "0226",
    "authentication_required": "3184",
}
LINES = [{"price_data": INLINE, "quantity": 1}]


def default_of(api: Api, customer: str) -> str | None:
    found: str | None = api.get(f"/v1/customers/{customer}").body["default_payment_method"]
    return found


def test_these_are_the_cards_of_the_sandbox() -> None:
    """A card that is gone or renamed breaks the test suites of those who use it."""
    assert {name: card.last4 for name, card in CARDS.items()} == LAST4


@pytest.mark.parametrize("card", LAST4)
def test_each_test_card_can_be_kept(api: Api, stopped: StoppedClock, card: str) -> None:
    customer = api.customer()["id"]

    answer = api.post("/v1/payment_methods", {"customer": customer, "test_card": card})

    assert answer.status == 201
    method = answer.body
    assert method["id"].startswith("pm_")
    assert method == {
        "id": method["id"],
        "object": "payment_method",
        "livemode": False,
        "created_at": "2026-01-31T12:00:00.000Z",
        "updated_at": "2026-01-31T12:00:00.000Z",
        "metadata": {},
        "customer": customer,
        "processor": "sandbox",
        "type": "card",
        "brand": "mastercard" if card == "success_mastercard" else "visa",
        "last4": LAST4[card],
        "exp_month": 12,
        "exp_year": 2031,
        "test_card": card,
        "detached_at": None,
    }
    assert api.get(f"/v1/payment_methods/{method['id']}").body == method


def test_the_first_one_is_the_default_and_the_second_is_not(api: Api) -> None:
    customer = api.customer()["id"]

    first = api.payment_method(customer)["id"]
    api.payment_method(customer, "success_mastercard")

    assert default_of(api, customer) == first


def test_a_new_one_is_the_default_where_that_is_said(api: Api) -> None:
    customer = api.customer()["id"]
    api.payment_method(customer)

    second = api.payment_method(customer, default=True)["id"]

    assert default_of(api, customer) == second


def test_the_first_one_is_no_default_where_that_is_said(api: Api) -> None:
    customer = api.customer()["id"]

    first = api.payment_method(customer, default=False)["id"]
    assert default_of(api, customer) is None

    chosen = api.patch(f"/v1/customers/{customer}", {"default_payment_method": first})
    assert chosen.status == 200
    assert chosen.body["default_payment_method"] == first
    assert default_of(api, customer) == first


def test_a_customer_can_do_without_a_default(api: Api) -> None:
    customer = api.customer()["id"]
    api.payment_method(customer)

    answer = api.patch(f"/v1/customers/{customer}", {"default_payment_method": None})

    assert answer.body["default_payment_method"] is None
    assert api.patch(f"/v1/customers/{customer}", {"name": "Ada"}).status == 200
    assert default_of(api, customer) is None


def test_a_change_of_a_customer_leaves_the_default_alone(api: Api) -> None:
    customer = api.customer()["id"]
    first = api.payment_method(customer)["id"]

    api.patch(f"/v1/customers/{customer}", {"name": "Ada", "metadata": {"a": 1}})

    assert default_of(api, customer) == first


def test_what_becomes_of_a_payment_method_is_told(shop: Shop) -> None:
    customer = shop.api.customer()["id"]
    first = shop.api.payment_method(customer)["id"]
    second = shop.api.payment_method(customer)["id"]
    for id in (first, second):
        shop.api.delete(f"/v1/payment_methods/{id}")

    told = ["payment_method.created", "payment_method.detached"]
    assert shop.events(first) == shop.events(second) == told
    assert shop.events(customer) == ["customer.created", "customer.updated", "customer.updated"]


def test_a_detached_one_is_shown_and_is_of_no_more_use(shop: Shop) -> None:
    """Who withdraws a card must not be charged by it, in whatever way somebody names it."""
    api, customer = shop.api, shop.customer()
    id = default_of(api, customer)
    draft = shop.order(customer, "draft")

    detached = api.delete(f"/v1/payment_methods/{id}")

    assert detached.status == 200
    assert detached.body["detached_at"] == "2026-01-31T12:00:00.000Z"
    assert api.get(f"/v1/payment_methods/{id}").body == detached.body
    assert default_of(api, customer) is None
    order = {"customer": customer, "line_items": LINES, "payment_method": id}
    refused = {
        "payment_method": [
            api.post("/v1/orders", order),
            shop.charge(draft, {"payment_method": id}),
        ],
        "default_payment_method": [
            api.patch(f"/v1/customers/{customer}", {"default_payment_method": id})
        ],
    }
    for param, answers in refused.items():
        for answer in answers:
            assert refusal(answer, 422) == [(param, "payment_method_detached")]


def test_detaching_again_says_the_same_and_changes_nothing(api: Api, stack: Stack) -> None:
    id = api.payment_method(api.customer()["id"])["id"]
    first = api.delete(f"/v1/payment_methods/{id}")

    with nothing_stored(stack):
        again = api.delete(f"/v1/payment_methods/{id}")

    assert (again.status, again.text) == (200, first.text)


def test_detaching_another_one_leaves_the_default_alone(api: Api) -> None:
    customer = api.customer()["id"]
    first, second = (api.payment_method(customer)["id"] for _ in range(2))

    api.delete(f"/v1/payment_methods/{second}")

    assert default_of(api, customer) == first


def test_another_customers_payment_method_is_unknown(shop: Shop) -> None:
    """One customer would pay for another's orders."""
    api, bob = shop.api, shop.customer()
    theirs = default_of(api, shop.customer())
    draft = shop.order(bob, "draft")

    with nothing_stored(shop.stack):
        order = {"customer": bob, "line_items": LINES, "payment_method": theirs}
        answers = {
            "payment_method": [
                api.post("/v1/orders", order),
                api.post("/v1/orders", order | {"collection": "charge_now"}),
                shop.charge(draft, {"payment_method": theirs}),
            ],
            "default_payment_method": [
                api.patch(f"/v1/customers/{bob}", {"default_payment_method": theirs})
            ],
        }

    for param, refused in answers.items():
        for answer in refused:
            assert refusal(answer, 422) == [(param, "unknown_payment_method")]


def test_a_deleted_customer_gets_no_payment_method(api: Api, stack: Stack) -> None:
    customer = api.customer()["id"]
    api.delete(f"/v1/customers/{customer}")

    with nothing_stored(stack):
        answer = api.post("/v1/payment_methods", {"customer": customer, "test_card": "success"})

    assert refusal(answer, 422) == [("customer", "customer_deleted")]


def test_a_test_card_is_never_a_payment_method_in_live_mode(live: Api, stack: Stack) -> None:
    """An order would be paid, and no money had moved."""
    customer = live.customer()["id"]

    with nothing_stored(stack):
        answer = live.post("/v1/payment_methods", {"customer": customer, "test_card": "success"})

    assert refusal(answer, 422) == [("test_card", "not_in_the_sandbox")]


def test_metadata_is_kept_with_it_and_not_with_the_customer(api: Api) -> None:
    customer = api.customer(metadata={"crm": 7})["id"]

    method = api.payment_method(customer, metadata={"label": "office", "gone": None})

    assert method["metadata"] == {"label": "office"}
    assert api.get(f"/v1/customers/{customer}").body["metadata"] == {"crm": 7}


def test_a_payment_method_is_never_changed(api: Api, stack: Stack) -> None:
    id = api.payment_method(api.customer()["id"])["id"]

    with nothing_stored(stack):
        answer = api.patch(f"/v1/payment_methods/{id}", {"metadata": {}})

    assert refusal(answer, 405) == []
    assert answer.headers["allow"] == "GET, DELETE"


CARD = "4242 4242 4242 4242"


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"test_card": CARD}, "test_card"),
        ({"test_card": CARD.replace(" ", "")}, "test_card"),
        ({"metadata": {"note": CARD}}, "metadata.note"),
        ({"metadata": {"note": 4242424242424242}}, "metadata.note"),
        ({"number": CARD}, "number"),
        ({"cvc": "123"}, "cvc"),
        ({"card": {"number": CARD}}, "card"),
        ({"token": "success"}, "token"),
        ({"last4": "4242"}, "last4"),
        ({"processor": "sandbox"}, "processor"),
    ],
)
def test_a_card_number_is_refused_wherever_it_stands(
    api: Api, stack: Stack, fields: dict[str, Any], broken: str
) -> None:
    """Whoever keeps one has to prove to the card networks how well."""
    body = {"customer": api.customer()["id"], "test_card": "success"}

    with nothing_stored(stack):
        answer = api.post("/v1/payment_methods", body | fields)

    [(param, _)] = refusal(answer, 422)
    assert param == broken
    assert CARD not in answer.text
    assert CARD.replace(" ", "") not in answer.text


@pytest.mark.parametrize(
    "card", ["Success", "pm_card_visa", "success ' OR 1=1", "", None, 4242, ["success"]]
)
def test_a_card_that_the_sandbox_does_not_have_is_refused(
    api: Api, stack: Stack, card: Any
) -> None:
    customer = api.customer()["id"]

    with nothing_stored(stack):
        answer = api.post("/v1/payment_methods", {"customer": customer, "test_card": card})

    [(param, _)] = refusal(answer, 422)
    assert param == "test_card"


def test_who_is_refused_hears_of_everything_at_once(live: Api) -> None:
    answer = live.post("/v1/payment_methods", {"customer": "cus_x", "test_card": "success"})

    assert refusal(answer, 422) == [
        ("customer", "unknown_customer"),
        ("test_card", "not_in_the_sandbox"),
    ]


def test_the_processors_name_of_a_method_is_shown_to_nobody(shop: Shop) -> None:
    """With Stripe it will be what charges the card."""
    customer = shop.customer()
    order = shop.order(customer, "charge_now")

    answers = [
        shop.api.get(path).text
        for path in (
            *("/v1/payment_methods", "/v1/customers", "/v1/orders", "/v1/events?limit=100"),
            f"/v1/orders/{order}",
        )
    ]

    assert ['"token"' in text for text in answers] == [False] * 5


def test_nothing_is_kept_twice_by_a_request_sent_twice(api: Api, stack: Stack) -> None:
    body = {"customer": api.customer()["id"], "test_card": "success", "default": True}
    first = api.post("/v1/payment_methods", body, Idempotency_Key="key-1")

    with nothing_stored(stack):
        again = api.post("/v1/payment_methods", body, Idempotency_Key="key-1")

    assert (again.status, again.text) == (201, first.text)
    assert again.headers["idempotency-replayed"] == "true"
    assert families(everything(stack, api.organization)).count("PM") == 1


def test_one_customers_payment_methods_can_be_listed(api: Api, stopped: StoppedClock) -> None:
    ada, bob = api.customer()["id"], api.customer()["id"]
    made = []
    for customer in (ada, bob, ada):
        stopped.advance(seconds=1)
        made.append(api.payment_method(customer)["id"])
    api.delete(f"/v1/payment_methods/{made[0]}")

    listed = api.get(f"/v1/payment_methods?customer={ada}").body["data"]

    assert [each["id"] for each in listed] == [made[2], made[0]]
    assert [each["detached_at"] is None for each in listed] == [True, False]
    assert len(api.get("/v1/payment_methods").body["data"]) == 3

"""The checkout page, from a customer's click to a paid order and a card that is kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from farebox.charging import invocation
from farebox.instants import stamp
from farebox.storage import connection
from farebox.storage.attempt_limits import OF_A_CHECKOUT, OF_AN_ADDRESS, OF_CODES
from farebox.storage.connection import Reason, Refused
from local.functions import Functions
from tests.client import Api
from tests.faults import Fault, FaultyConnection, Mode
from tests.functions.checkout_pages import customer_of, is_paid, returned, said
from tests.functions.shop import Away, Shop, check_books, kept
from tests.tables import nothing_stored

PAGE = "CheckoutPageFunction"
TENTH = {"name": "Tenth", "type": "percentage", "basis_points": 1000, "code": "TENTH"}


def discount(shop: Shop, **fields: Any) -> str:
    made = shop.api.post("/v1/discounts", TENTH | fields)
    assert made.status == 201, made.text
    return str(made.body["id"])


def redemptions(shop: Shop, id: str) -> int:
    count: int = shop.api.get(f"/v1/discounts/{id}").body["redemptions"]
    return count


def product(shop: Shop, **terms: Any) -> str:
    price = shop.api.price(**terms)
    shop.api.patch(f"/v1/products/{price['product']}", {"default_price": price["id"]})
    return str(price["product"])


def test_the_example_event_shows_the_example_checkout(
    example_event: Callable[[str], dict[str, Any]], functions: Functions
) -> None:
    """``sam local invoke`` with this event is the first page that anybody sees."""
    answer = functions.invoke(PAGE, example_event("checkout_page"))

    assert answer["statusCode"] == 200
    assert "12.50" in answer["body"]


# Paying


def test_a_customer_pays_and_returns_to_the_merchant(shop: Shop) -> None:
    """Else a checkout is an address that leads nowhere."""
    customer = customer_of(shop)

    answer = customer.pay(email="ada@example.com")

    assert is_paid(answer)
    checkout, order = customer.read(), customer.order()
    at = "2026-01-31T12:00:00.000Z"
    assert (checkout["status"], checkout["confirmed_at"], checkout["completed_at"]) == (
        "completed",
        at,
        at,
    )
    assert (order["status"], order["paid_amount"], order["checkout"]) == (
        "paid",
        2500,
        checkout["id"],
    )
    assert (order["number"], order["collection"]) == ("ORD-001", "charge_now")
    assert [each["trigger"] for each in order["attempts"]] == ["checkout"]
    buyer = shop.api.get(f"/v1/customers/{order['customer']}").body
    assert (checkout["customer"], buyer["email"]) == (buyer["id"], "ada@example.com")
    assert shop.charged() == [order["id"]]
    assert shop.events(checkout["id"]) == [
        *("checkout.created", "checkout.updated", "checkout.updated", "checkout.completed"),
    ]
    assert shop.events(order["id"]) == ["order.created", "order.updated", "order.paid"]


def test_what_was_paid_is_shown_and_never_paid_again(shop: Shop) -> None:
    """Else the back button, a bookmark or a second tab charges once more."""
    customer = customer_of(shop)
    total = {"shown_total": "2500", "shown_attempts": "0", "email": "a@b.co"}
    assert is_paid(customer.pay())

    again = customer.send_exactly(action="pay", test_card="success", **total)

    assert is_paid(again)
    assert customer.look().status == 200
    assert len(shop.charged()) == 1


def test_a_second_click_of_a_declined_form_charges_no_card(shop: Shop) -> None:
    """Else a double click is two attempts, and card networks count both."""
    customer = customer_of(shop)
    form = {"shown_total": "2500", "shown_attempts": "0", "email": "a@b.co"}

    first = customer.send_exactly(action="pay", test_card="declined_once", **form)
    second = customer.send_exactly(action="pay", test_card="declined_once", **form)

    assert (first.status, second.status) == (303, 303)
    assert not is_paid(second)
    assert [each["status"] for each in customer.order()["attempts"]] == ["declined"]


def test_a_declined_card_is_not_retried_by_itself_and_another_pays_the_same_order(
    shop: Shop,
) -> None:
    """Else a customer who gave up is charged days later, or pays for two orders."""
    customer = customer_of(shop)

    declined = customer.pay("insufficient_funds")

    assert declined.headers["location"].endswith(customer.path)
    first = customer.order()
    assert (first["status"], first["next_attempt_at"]) == ("failed", None)
    assert customer.read()["status"] == "confirmed"
    shop.run_after(hours=3)
    assert len(customer.order()["attempts"]) == 1

    assert is_paid(customer.pay("success_mastercard"))
    order = customer.order()
    assert (order["id"], order["status"]) == (first["id"], "paid")
    assert [each["status"] for each in order["attempts"]] == ["declined", "succeeded"]


def test_a_merchant_cannot_charge_the_card_that_was_declined_on_the_page(shop: Shop) -> None:
    """The page said that nothing was charged; whoever has left it would find that they paid."""
    buyer = shop.customer(None)
    customer = customer_of(shop, customer=buyer)
    customer.pay("insufficient_funds")
    id = customer.order()["id"]

    refused = shop.charge(id)

    assert (refused.status, refused.body["code"]) == (409, "paid_on_checkout_page")
    assert len(customer.order()["attempts"]) == 1
    kept = shop.api.payment_method(buyer)["id"]
    assert shop.charge(id, {"payment_method": kept}).body["status"] == "paid"
    assert customer.read()["status"] == "completed"


def test_a_new_default_does_not_set_a_declined_checkout_going(shop: Shop) -> None:
    """Else a card that was stored for something else pays what its customer gave up."""
    buyer = shop.customer(None)
    customer = customer_of(shop, customer=buyer)
    customer.pay("insufficient_funds")

    shop.api.payment_method(buyer)
    shop.run_after(minutes=5)

    assert customer.order()["status"] == "failed"


def test_a_page_shows_no_more_attempts_than_card_networks_allow(shop: Shop) -> None:
    """Else a page is where stolen cards are tried."""
    customer = customer_of(shop)
    for _ in range(8):
        customer.pay("insufficient_funds")

    refused = customer.pay()

    assert refused.status == 200
    assert len(customer.order()["attempts"]) == 8


def test_a_total_of_nothing_needs_no_card(shop: Shop) -> None:
    """Else a gift asks for a card."""
    discount(shop, code="ALL", basis_points=10_000)
    customer = customer_of(shop, discount_code="ALL")

    answer = customer.send("pay", discount_code="ALL")

    assert is_paid(answer)
    assert (customer.order()["status"], customer.order()["attempts"]) == ("paid", [])
    assert shop.charged() == []


def test_a_price_that_changed_meanwhile_is_shown_before_it_is_charged(shop: Shop) -> None:
    """Else a customer pays another sum than they saw."""
    customer = customer_of(shop)

    stale = customer.pay(shown_total="2000")

    assert (stale.status, customer.read()["status"]) == (200, "open")
    assert shop.charged() == []


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"test_card": "gold"}, "test_card"),
        ({"shown_total": "1e3"}, "shown_total"),
        ({"custom_fields.x": "1", "email": "a@"}, "email"),
    ],
)
def test_a_form_that_breaks_a_rule_stores_nothing(
    shop: Shop, fields: dict[str, str], param: str
) -> None:
    """Else half a customer is charged."""
    customer = customer_of(shop)
    customer.pay(email="", test_card="gold")  # so that attempts are counted already

    with nothing_stored_but_counts(shop):
        answer = customer.pay(**fields)

    assert answer.status == 422
    assert customer.read()["status"] == "open"
    assert param in answer.text


def nothing_stored_but_counts(shop: Shop) -> Any:
    return _Unchanged(shop)


class _Unchanged:
    def __init__(self, shop: Shop) -> None:
        self._before = self._items()

    def _items(self) -> dict[str, Any]:
        return {key: item for key, item in kept().items() if "#RL#" not in key}

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        assert self._items() == self._before


# Who pays, and the card that is kept


def test_a_kept_card_pays_what_falls_due_later(shop: Shop) -> None:
    """Else the loop from checkout to off-session charge is open."""
    customer = customer_of(shop)
    customer.pay(save_payment_method="on")
    buyer = customer.read()["customer"]
    (method,) = shop.api.get(f"/v1/payment_methods?customer={buyer}").body["data"]
    assert shop.api.get(f"/v1/customers/{buyer}").body["default_payment_method"] == method["id"]

    later = shop.order(buyer, charge_at=stamp(datetime(2026, 2, 3, tzinfo=UTC)))
    shop.run_after(days=3)

    assert shop.read(later)["status"] == "paid"
    assert shop.read(later)["attempts"][0]["payment_method"] == method["id"]
    assert shop.events(method["id"]) == ["payment_method.created"]


def test_a_card_that_nobody_asked_to_keep_pays_one_order_only(shop: Shop) -> None:
    """Else a customer is charged later on a card that they did not leave."""
    customer = customer_of(shop)
    customer.pay()
    order = customer.order()

    assert shop.api.get(f"/v1/payment_methods?customer={order['customer']}").body["data"] == []
    assert shop.api.get("/v1/payment_methods").body["data"] == []
    buyer = shop.api.get(f"/v1/customers/{order['customer']}").body
    assert buyer["default_payment_method"] is None
    lines = [
        {"price_data": {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "A"}}}
    ]
    lines[0]["quantity"] = 1  # type: ignore[assignment]
    named = {"payment_method": order["payment_method"], "customer": order["customer"]}
    refused = shop.api.post(
        "/v1/orders", {**named, "line_items": lines, "collection": "charge_now"}
    )
    assert refused.codes == [("payment_method", "payment_method_not_kept")]
    default = {"default_payment_method": order["payment_method"]}
    refused = shop.api.patch(f"/v1/customers/{order['customer']}", default)
    assert refused.codes == [("default_payment_method", "payment_method_not_kept")]


def test_a_merchant_may_require_the_card(shop: Shop) -> None:
    """Else what is to be charged later has nothing to be charged by."""
    customer = customer_of(shop, save_payment_method="required")
    customer.pay()

    buyer = shop.api.get(f"/v1/customers/{customer.read()['customer']}").body
    assert buyer["default_payment_method"] == customer.order()["payment_method"]


def test_a_known_customer_keeps_their_default(shop: Shop) -> None:
    """Else a gift that was paid by another card sets old orders going on it."""
    buyer = shop.customer("insufficient_funds")
    before = shop.api.get(f"/v1/customers/{buyer}").body["default_payment_method"]
    failed = shop.order(buyer, "charge_now")
    customer = customer_of(shop, customer=buyer)

    assert is_paid(customer.pay(save_payment_method="on"))

    assert shop.api.get(f"/v1/customers/{buyer}").body["default_payment_method"] == before
    assert len(shop.api.get(f"/v1/payment_methods?customer={buyer}").body["data"]) == 2
    shop.run_after(minutes=5)
    assert len(shop.read(failed)["attempts"]) == 1
    assert customer.order()["customer"] == buyer


def test_a_merchants_address_of_their_customer_is_not_the_visitors_to_change(shop: Shop) -> None:
    """Else what was bought for one account is delivered to another."""
    customer = customer_of(shop, customer_email="ada@example.com")
    customer.pay(email="eve@example.com")

    buyer = shop.api.get(f"/v1/customers/{customer.read()['customer']}").body
    assert buyer["email"] == "ada@example.com"


def test_what_the_page_does_not_ask_for_is_not_kept(shop: Shop) -> None:
    """Else a stranger's address is told as a known customer's, and an unknown card is an error."""
    known = customer_of(shop, customer=shop.customer())
    discount(shop, code="ALL", basis_points=10_000)
    free = customer_of(shop, discount_code="ALL")

    assert is_paid(known.pay(email="eve@example.com"))
    assert is_paid(free.pay("no_such_card", save_payment_method="on"))

    assert known.read()["customer_email"] is None
    assert free.order()["payment_method"] is None


def test_where_nobody_can_be_paid_the_page_says_so(shop: Shop, live: Api) -> None:
    """Else a live customer reads that nothing is to be paid, above a button with the amount."""
    customer = customer_of(replace(shop, api=live))

    page = said(customer.look())
    pressed = customer.pay()

    assert "no card is needed" not in page
    assert "Pay $25.00" not in page
    assert pressed.status == 422
    assert "no way to pay has been set up" in said(pressed)
    assert customer.read()["status"] == "open"


def test_a_deleted_customer_s_declined_order_says_why_it_takes_no_card(shop: Shop) -> None:
    """Else every card is refused for a reason that nobody is told."""
    customer = customer_of(shop)
    customer.pay("insufficient_funds")
    shop.api.delete(f"/v1/customers/{customer.read()['customer']}")

    refused = customer.pay()

    assert refused.status == 422
    assert "no longer exists" in said(refused)
    shop.run_after(hours=25)
    assert customer.read()["status"] == "expired"


# Authentication


def test_a_bank_s_question_is_answered_on_the_page(shop: Shop) -> None:
    """Else a card that asks for authentication can never pay."""
    customer = customer_of(shop)
    asked = customer.pay("authentication_required")
    order = customer.order()
    assert (order["status"], order["attempts"][0]["settled_at"]) == ("requires_action", None)
    assert not is_paid(asked)
    assert shop.charged() == []

    answered = customer.send("authenticate")

    assert is_paid(answered)
    order = customer.order()
    assert [each["status"] for each in order["attempts"]] == ["succeeded"]
    assert shop.charged() == [order["id"]]


def test_who_refuses_the_bank_s_question_may_pay_otherwise(shop: Shop) -> None:
    """Else a customer whose bank does not answer is stuck."""
    customer = customer_of(shop)
    customer.pay("authentication_required")

    refused = customer.send("refuse_authentication")

    assert not is_paid(refused)
    order = customer.order()
    assert (order["status"], order["attempts"][0]["status"]) == ("failed", "declined")
    assert order["last_failure"]["code"] == "payment_intent_authentication_failure"
    assert is_paid(customer.pay())


@pytest.mark.parametrize("action", ["authenticate", "refuse_authentication"])
def test_an_answer_to_an_older_question_is_not_the_one_to_this(shop: Shop, action: str) -> None:
    """Else a tab that was left open approves a card that it never showed."""
    customer = customer_of(shop)
    customer.pay("authentication_required")
    customer.send("refuse_authentication")
    customer.pay("authentication_required")

    late = customer.send(action, shown_attempts="1")

    assert not is_paid(late)
    assert customer.order()["status"] == "requires_action"
    assert is_paid(customer.send("authenticate"))


def test_an_answer_that_nobody_asked_for_does_nothing(shop: Shop) -> None:
    """Else a stranger approves what a bank has not asked."""
    customer = customer_of(shop)

    for action in ("authenticate", "refuse_authentication"):
        assert customer.send(action).status in (200, 303)
    customer.pay("insufficient_funds")
    assert not is_paid(customer.send("authenticate"))

    assert shop.charged() == []


# Contents


def test_a_discount_is_shown_and_redeemed_once_it_is_confirmed(shop: Shop) -> None:
    """Else a code is good for as many as look at it, or for nobody."""
    id = discount(shop, max_redemptions=1)
    customer = customer_of(shop)

    shown = customer.send("update", discount_code="tenth")

    assert (shown.status, redemptions(shop, id)) == (200, 0)
    assert "22.50" in said(shown)
    assert is_paid(customer.pay(discount_code="tenth", shown_total="2250"))
    order = customer.order()
    assert (order["discount_amount"], order["total_amount"], order["discount"]) == (250, 2250, id)
    assert (redemptions(shop, id), customer.read()["discount_code"]) == (1, "TENTH")


def test_the_last_redemption_goes_to_one_of_two(shop: Shop) -> None:
    """Else a discount for one is given to everybody who is quick."""
    id = discount(shop, max_redemptions=1)
    one, other = customer_of(shop), customer_of(shop)
    for each in (one, other):
        assert "22.50" in said(each.send("update", discount_code="TENTH"))

    assert is_paid(one.pay(discount_code="TENTH", shown_total="2250"))
    late = other.pay(discount_code="TENTH", shown_total="2250")

    assert (late.status, other.read()["status"]) == (422, "open")
    assert redemptions(shop, id) == 1
    assert is_paid(other.pay(discount_code="", shown_total="2500"))


def test_a_count_that_is_full_is_refused_by_the_table_itself(shop: Shop) -> None:
    """Else two customers who confirm at the same moment share the last redemption."""
    id = discount(shop, max_redemptions=1)
    one, other = customer_of(shop), customer_of(shop)
    inner = connection.connection()

    class Between:
        """Another customer confirms after this one's read, right before their write."""

        done = False

        def __getattr__(self, name: str) -> Any:
            return getattr(inner, name)

        def transact(self, writes: Any, token: str) -> None:
            if not self.done:
                self.done = True
                connection.use(inner)
                assert is_paid(one.pay(discount_code="TENTH", shown_total="2250"))
                connection.use(self)
            inner.transact(writes, token)

    connection.use(Between())
    late = other.pay(discount_code="TENTH", shown_total="2250")
    connection.use(inner)

    assert (late.status, redemptions(shop, id)) == (422, 1)
    assert other.read()["status"] == "open"


def test_a_change_of_a_discount_forgets_no_redemption(shop: Shop) -> None:
    """Else whoever renames a discount gives it away anew."""
    id = discount(shop, max_redemptions=2)
    customer_of(shop, discount_code="TENTH").pay(discount_code="TENTH")

    shop.api.patch(f"/v1/discounts/{id}", {"name": "A tenth"})

    assert redemptions(shop, id) == 1
    assert shop.api.get("/v1/discounts").body["data"][0]["redemptions"] == 1


def test_units_are_the_customers_to_choose_where_a_product_is_sold(shop: Shop) -> None:
    """Else whoever needs three seats pays three checkouts."""
    tiers = [{"up_to": 2, "unit_amount": 1000}, {"up_to": "inf", "unit_amount": 500}]
    sold = product(shop, billing_scheme="tiered", tiers_mode="graduated", tiers=tiers)
    customer = customer_of(shop, product=sold, units=2)

    shown = customer.send("update", units=4)

    assert "30.00" in said(shown)
    assert is_paid(customer.pay(units=4, shown_total="3000"))
    order = customer.order()
    assert (order["line_items"][0]["quantity"], order["total_amount"]) == (4, 3000)
    assert customer.read()["units"] == 4


def test_units_of_line_items_are_the_merchants(shop: Shop) -> None:
    """Else a customer pays for one of the ten that they get."""
    customer = customer_of(shop)

    customer.pay(units=1)

    assert customer.order()["line_items"][0]["quantity"] == 2


def test_answers_to_questions_are_kept_with_the_order(shop: Shop) -> None:
    """Else the merchant asks again."""
    questions = [
        {"type": "text", "key": "team", "label": "Team", "text": {"min_length": 2}},
        {"type": "checkbox", "key": "terms", "label": "Terms"},
        {"type": "text", "key": "note", "label": "Note", "optional": True},
    ]
    customer = customer_of(shop, custom_fields=questions)

    short = customer.pay(custom_fields__team="A", custom_fields__terms="on")
    unticked = customer.pay(custom_fields__team="Ada")
    assert (short.status, unticked.status) == (422, 422)
    assert is_paid(customer.pay(custom_fields__team="Ada", custom_fields__terms="on"))

    given = {"team": "Ada", "terms": True}
    assert customer.order()["custom_field_data"] == given
    assert customer.read()["custom_field_data"] == given


# The end of a checkout


def test_what_was_not_paid_in_time_reads_as_expired_and_takes_no_card(shop: Shop) -> None:
    """Else last year's price is paid today."""
    customer = customer_of(shop)
    shop.clock.advance(hours=24)

    assert customer.read()["status"] == "expired"
    assert shop.api.get("/v1/checkouts").body["data"][0]["status"] == "expired"
    customer.send_exactly(
        action="pay", test_card="success", email="a@b.co", shown_total="2500", shown_attempts="0"
    )
    assert (customer.read()["order"], shop.charged()) == (None, [])
    closed = shop.api.post(f"/v1/checkouts/{customer.checkout}/expire")
    assert (closed.status, closed.body["code"]) == (409, "checkout_not_open")


def test_a_declined_checkout_is_given_up_when_its_time_is_over(shop: Shop) -> None:
    """Else a discount stays used by somebody who never paid, and an order open for ever."""
    id = discount(shop, max_redemptions=1)
    customer = customer_of(shop, discount_code="TENTH")
    customer.pay("insufficient_funds", discount_code="TENTH")
    assert redemptions(shop, id) == 1

    shop.run_after(hours=24)

    assert (customer.read()["status"], customer.order()["status"]) == ("expired", "canceled")
    assert redemptions(shop, id) == 0
    assert shop.events(customer.checkout)[-1] == "checkout.expired"
    assert not is_paid(customer.pay())
    check_books(kept())


def test_a_question_that_nobody_answered_is_given_up_too(shop: Shop) -> None:
    """Else a bank's question from yesterday can be answered for ever."""
    customer = customer_of(shop)
    customer.pay("authentication_required")

    shop.run_after(hours=24)

    assert (customer.read()["status"], customer.order()["status"]) == ("expired", "canceled")


def test_what_is_still_processing_outlives_its_checkouts_time(shop: Shop) -> None:
    """Else money arrives for a checkout that is closed."""
    customer = customer_of(shop, expires_at="2026-01-31T12:30:00Z")
    customer.pay("processing")
    assert customer.order()["status"] == "processing"

    shop.run_after(minutes=31)
    shop.run_after(minutes=31)

    assert (customer.read()["status"], customer.order()["status"]) == ("completed", "paid")


def test_a_merchant_closes_a_checkout_that_was_declined(shop: Shop) -> None:
    """Else a customer pays what the merchant has taken back."""
    id = discount(shop)
    customer = customer_of(shop, discount_code="TENTH")
    customer.pay("insufficient_funds", discount_code="TENTH")

    closed = shop.api.post(f"/v1/checkouts/{customer.checkout}/expire")

    assert (closed.status, closed.body["status"]) == (200, "expired")
    assert (customer.order()["status"], redemptions(shop, id)) == ("canceled", 0)


@pytest.mark.parametrize(
    ("card", "code"), [("success", "order_paid"), ("processing", "charge_in_progress")]
)
def test_a_merchant_cannot_close_what_is_paid_or_being_paid(
    shop: Shop, card: str, code: str
) -> None:
    """Else money moves for a checkout that reads as expired."""
    customer = customer_of(shop)
    customer.pay(card)

    refused = shop.api.post(f"/v1/checkouts/{customer.checkout}/expire")

    assert refused.status == 409
    assert refused.body["code"] in (code, "checkout_not_open")
    assert customer.read()["status"] != "expired"


def test_a_merchant_who_cancels_the_order_closes_its_checkout(shop: Shop) -> None:
    """Else a page takes money for an order that is canceled."""
    customer = customer_of(shop)
    customer.pay("insufficient_funds")

    shop.cancel(customer.read()["order"])

    assert customer.read()["status"] == "expired"


# Whatever breaks off


def test_a_worker_that_does_not_answer_is_caught_up_by_the_tick(shop: Shop) -> None:
    """Else a customer who confirmed is never charged, and never told."""
    customer = customer_of(shop)
    invocation.use(Away())

    waiting = customer.pay()

    assert not is_paid(waiting)
    assert customer.look().headers["refresh"]
    invocation.use(shop.charging)
    shop.run_after(minutes=1)
    assert customer.read()["status"] == "completed"
    assert len(shop.charged()) == 1


def test_a_slow_processor_keeps_the_customer_waiting_and_charges_once(shop: Shop) -> None:
    """Else an impatient customer pays twice."""
    customer = customer_of(shop)
    customer.pay("timeout_with_effect")
    assert customer.order()["status"] == "charging"

    customer.send_exactly(
        action="pay", test_card="success", email="a@b.co", shown_total="2500", shown_attempts="1"
    )
    shop.run_after(minutes=10)

    assert customer.read()["status"] == "completed"
    assert len(shop.charged()) == 1


# Who may look


@pytest.mark.parametrize("made_up", ["chk_x", "", "%00", "a" * 3000, "org_x.test.chk_y", "..%2f.."])
def test_what_is_no_checkout_is_one_and_the_same_page(shop: Shop, other: Api, made_up: str) -> None:
    """Else a stranger learns which checkouts there are."""
    customer = customer_of(shop)
    organization, mode, id = customer.path.removeprefix("/checkout/").split(".")
    paths = [
        f"/checkout/{other.organization}.{mode}.{id}",
        f"/checkout/{organization}.live.{id}",
        f"/checkout/{organization}.{mode}.chk_00000000000000000000000000",
        f"/checkout/org_00000000000000000000000000.{mode}.{id}",
    ]
    if made_up and "%" not in made_up:
        paths.append(f"/checkout/{made_up}")
    answers = [shop.api.with_key("").get(path) for path in paths]

    assert {answer.status for answer in answers} == {404}
    assert len({said(answer) for answer in answers}) == 1


def test_nothing_of_a_page_is_kept_or_framed(shop: Shop) -> None:
    """Else the address, which is a key, leaks by a cache, a frame or a referrer."""
    headers = customer_of(shop).look().headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_codes_cannot_be_guessed_without_end(shop: Shop) -> None:
    """Else every code there is can be found out on one page."""
    customer = customer_of(shop)
    for guess in range(OF_CODES.attempts):
        assert customer.send("update", discount_code=f"GUESS{guess}").status == 422

    stopped = customer.send("update", discount_code="TENTH")

    assert stopped.status == 429
    assert 0 < int(stopped.headers["retry-after"]) <= OF_CODES.seconds
    shop.clock.advance(seconds=OF_CODES.seconds)
    assert customer.send("update", discount_code="GUESS").status == 422


def test_cards_cannot_be_tried_on_one_checkout_after_another(shop: Shop) -> None:
    """Else whoever has a thousand stolen cards tries each on a checkout of its own."""
    each = OF_A_CHECKOUT.attempts
    for _ in range(OF_AN_ADDRESS.attempts // each):
        customer = customer_of(shop)
        for _ in range(each):
            customer.pay(email="")

    assert customer_of(shop).pay().status == 429


def test_looking_and_changing_units_is_no_attempt(shop: Shop) -> None:
    """Else a customer who hesitates is locked out."""
    customer = customer_of(shop, product=product(shop))

    for units in range(1, OF_A_CHECKOUT.attempts + 5):
        assert customer.send("update", units=units).status == 200


def test_changing_units_under_an_applied_code_leaves_the_card_its_attempts(shop: Shop) -> None:
    """Else a customer with a discount who presses + twenty times cannot pay for an hour."""
    discount(shop)
    customer = customer_of(shop, product=product(shop))

    for units in range(1, OF_A_CHECKOUT.attempts + 5):
        changed = customer.send("update", units=units, discount_code="TENTH")
        assert changed.status == 200

    assert is_paid(customer.pay(discount_code="TENTH", shown_total="1125"))


@pytest.mark.parametrize("body", [b"\xff", b"a=1&a=2", b"x" * 40_000, b"%ZZ=%"])
def test_what_is_no_form_is_refused_and_stores_nothing(shop: Shop, body: bytes) -> None:
    """Else a stranger's bytes end in a stack trace."""
    customer = customer_of(shop)

    with nothing_stored(shop.stack):
        answer = shop.api.with_key("").call(
            "POST", customer.path, body, content_type="application/x-www-form-urlencoded"
        )

    assert answer.status in (200, 400, 413, 422)


def test_a_database_that_does_not_answer_is_a_page_that_asks_to_come_again(shop: Shop) -> None:
    """Else a customer sees a machine's words, and takes them for the end of it."""
    customer = customer_of(shop)
    real = connection.connection()
    connection.use(FaultyConnection(real, Fault(0, Mode.THROTTLE)))

    answer = customer.look()

    connection.use(real)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["content-type"].startswith("text/html")
    assert is_paid(customer.pay())


def test_a_record_that_keeps_changing_is_no_missing_page(shop: Shop) -> None:
    """Else a customer is told that their checkout is gone."""
    customer = customer_of(shop)
    real = connection.connection()

    class Stale:
        """Whatever is written was changed by somebody else right before."""

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def transact(self, writes: Any, token: str) -> None:
            raise Refused([Reason("ConditionalCheckFailed") for _ in writes])

    connection.use(Stale())
    answer = customer.pay()

    connection.use(real)
    assert (answer.status, answer.headers["retry-after"]) == (409, "5")
    assert is_paid(customer.pay())


def test_a_customer_who_is_deleted_cannot_pay(shop: Shop) -> None:
    """Else an order is made that nobody may charge."""
    buyer = shop.customer(None)
    customer = customer_of(shop, customer=buyer)
    shop.api.delete(f"/v1/customers/{buyer}")

    assert customer.pay().status == 422
    assert customer.read()["status"] == "open"


def test_the_customer_returns_with_what_they_paid(shop: Shop) -> None:
    """Else the merchant's page cannot say what was bought."""
    sold = product(shop)
    customer = customer_of(shop, product=sold, request_id="cart-7")

    values = returned(customer.pay())

    assert values.pop("signature")
    assert values == {
        "from": "farebox",
        "checkout_id": customer.checkout,
        "order_id": customer.read()["order"],
        "customer_id": customer.read()["customer"],
        "product_id": sold,
        "request_id": "cart-7",
    }


def test_without_an_address_to_return_to_the_customer_sees_what_they_paid(shop: Shop) -> None:
    """Else they stand before a blank page."""
    customer = customer_of(shop, success_url=None)

    answer = customer.pay()

    assert answer.headers["location"].endswith(customer.path)
    assert customer.look().status == 200

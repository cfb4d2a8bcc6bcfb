"""Polar's language over the real functions: drafts, finalized one by one, off-session."""

from typing import Any

import pytest

from farebox import bootstrap
from farebox.charging import invocation
from tests.client import Answered, Api
from tests.functions.dialects.polar_calls import Polar
from tests.functions.shop import Away, Shop
from tests.tables import nothing_stored

# The keys of the accepted answers in the wire facts, all of which the strictest SDK asks for.
ORDER = """
    id created_at modified_at status paid subtotal_amount discount_amount net_amount tax_amount
    total_amount applied_balance_amount due_amount refunded_amount refunded_tax_amount currency
    billing_reason billing_name billing_address invoice_number is_invoice_generated receipt_number
    seats units customer_id product_id discount_id subscription_id checkout_id
    next_payment_attempt_at metadata custom_field_data platform_fee_amount platform_fee_currency
    customer product discount subscription items description refundable_amount
    refundable_tax_amount"""
CUSTOMER = """
    id created_at modified_at metadata external_id email email_verified type name billing_name
    billing_address tax_id locale organization_id default_payment_method_id deleted_at
    first_user_event_at avatar_url"""
PRODUCT = """metadata id created_at modified_at trial_interval trial_interval_count name description
    visibility recurring_interval recurring_interval_count meter_interval meter_interval_count
    is_recurring is_archived organization_id"""
ITEM = """
    created_at modified_at id label amount tax_amount proration product_price_id start_timestamp
    end_timestamp"""
SEEN_AS = {
    "draft": "draft",
    "scheduled": "pending",
    "charging": "pending",
    "processing": "pending",
    "retrying": "pending",
    "requires_action": "draft",
    "failed": "draft",
    "paid": "paid",
    "canceled": "void",
}
CARDS = {
    "charging": "timeout_with_effect",
    "processing": "processing",
    "retrying": "declined_once",
    "requires_action": "authentication_required",
    "failed": "lost_card",
    "paid": "success",
}
SEED = {
    "currency": "usd",
    "amount": 4900,
    "description": "5,000 tokens",
    "metadata": {"job": "nightly", "attempt": 1, "weight": 1.5, "manual": False},
    "custom_field_data": {"po_number": "PO-77", "seats": 3, "agreed": True, "note": None},
}


@pytest.fixture
def polar(shop: Shop) -> Polar:
    return Polar(shop.api)


def in_state(shop: Shop, status: str) -> str:
    """An order of our own that is in this state."""
    customer = shop.customer(CARDS.get(status, "success"))
    if status == "scheduled":
        return shop.order(customer, charge_at="2026-03-01T00:00:00Z")
    id = shop.order(customer, "charge_now" if status in CARDS else "draft")
    if status == "canceled":
        assert shop.cancel(id).status == 200
    assert shop.read(id)["status"] == status
    return id


def error(answer: Answered) -> tuple[int, str]:
    return answer.status, answer.body["error"]


def test_a_draft_has_every_key_that_the_sdk_asks_for(polar: Polar) -> None:
    """Else the SDK raises a deserialization error for an order that was kept."""
    draft = polar.draft(**SEED, organization_id=polar.api.organization)

    assert draft.keys() >= set(ORDER.split())
    assert draft["customer"].keys() >= set(CUSTOMER.split())
    assert draft["product"].keys() >= set(PRODUCT.split())
    assert all(item.keys() >= set(ITEM.split()) for item in draft["items"])
    sent = {name: draft[name] for name in SEED if name != "amount"}
    assert {**sent, "amount": draft["total_amount"]} == SEED
    assert draft["status"] == "draft"


def test_a_draft_is_an_order_like_any_other(polar: Polar) -> None:
    """Else what one program drafts, another one cannot see."""
    draft = polar.draft(**SEED)

    order = polar.api.get(f"/v1/orders/{draft['id']}").body

    assert (order["status"], order["collection"]) == ("draft", "draft")
    assert (order["total_amount"], order["currency"]) == (4900, "usd")
    assert order["line_items"][0]["product"] == draft["product_id"]
    assert order["line_items"][0]["description"] == "5,000 tokens"


@pytest.mark.parametrize("status", SEEN_AS)
def test_every_state_has_a_word_of_polars(shop: Shop, polar: Polar, status: str) -> None:
    """Else the SDK refuses the whole list for one order."""
    id = in_state(shop, status)

    (order,) = polar.api.get("/polar/v1/orders/").body["items"]

    assert (order["id"], order["status"]) == (id, SEEN_AS[status])
    assert order["paid"] == (status == "paid")
    assert order["due_amount"] == (0 if status in ("paid", "canceled") else 1250)


@pytest.mark.parametrize(
    ("status", "answer"),
    {
        "draft": (200, ""),
        "requires_action": (402, "PaymentActionRequired"),
        "failed": (402, "PaymentFailed"),
        "scheduled": (412, "OrderNotDraft"),
        "retrying": (412, "OrderNotDraft"),
        "charging": (409, "PaymentAlreadyInProgress"),
        "processing": (409, "PaymentAlreadyInProgress"),
        "paid": (412, "OrderNotDraft"),
        "canceled": (412, "OrderNotDraft"),
    }.items(),
)
def test_what_is_finalized_is_what_polar_shows_as_a_draft(
    shop: Shop, polar: Polar, status: str, answer: tuple[int, str]
) -> None:
    """Else an order that charges itself is charged at another moment, or twice."""
    id = in_state(shop, status)

    got = polar.finalize(id)

    assert (got.status, got.body.get("error", "")) == answer


def test_a_finalized_draft_is_paid_and_charged_once(shop: Shop, polar: Polar) -> None:
    """Else a client that gave up after five seconds and asks again pays twice."""
    draft = polar.draft()

    first, again = polar.finalize(draft["id"]), polar.finalize(draft["id"])

    assert first.status == 200
    assert (first.body["status"], first.body["paid"]) == ("paid", True)
    assert first.body["invoice_number"]
    assert error(again) == (412, "OrderNotDraft")
    assert shop.charged() == [draft["id"]]


def test_a_failed_draft_can_be_finalized_by_another_card(shop: Shop, polar: Polar) -> None:
    """Else one declined card ends the sale."""
    draft = polar.draft(card="lost_card")
    assert error(polar.finalize(draft["id"])) == (402, "PaymentFailed")
    other = shop.api.payment_method(draft["customer_id"])["id"]

    paid = polar.finalize(draft["id"], {"payment_method_id": other})

    assert (paid.status, paid.body["status"]) == (200, "paid")


def test_why_a_payment_failed_is_told(polar: Polar) -> None:
    """Else a merchant cannot tell who must act: Polar itself says no more than card_error."""
    answer = polar.finalize(polar.draft(card="insufficient_funds")["id"])

    assert error(answer) == (402, "PaymentFailed")
    assert answer.body["detail"] == "The card was declined"
    assert answer.body["reason"] == "card_error"
    assert answer.body["decline_code"] == "insufficient_funds"
    assert answer.body["retryable"] is True
    assert answer.body["next_payment_attempt_at"] is None


def test_an_outcome_that_is_not_known_in_time_is_neither_success_nor_failure(polar: Polar) -> None:
    """Else a time-out reads as a decline, and the customer is asked for another card."""
    draft = polar.draft()
    invocation.use(Away())

    unknown = polar.finalize(draft["id"])
    shown = polar.api.get(f"/polar/v1/orders/{draft['id']}").body

    assert error(unknown) == (409, "PaymentAlreadyInProgress")
    assert shown["status"] == "pending"


def test_a_finalize_that_was_not_heard_can_be_sent_again(shop: Shop, polar: Polar) -> None:
    """Else the draft waits for the schedule while the customer waits for the goods."""
    draft = polar.draft()
    invocation.use(Away())
    assert error(polar.finalize(draft["id"])) == (409, "PaymentAlreadyInProgress")
    invocation.use(shop.charging)

    assert polar.finalize(draft["id"]).body["status"] == "paid"


def test_the_same_key_again_tells_how_the_order_stands_now(polar: Polar) -> None:
    """Else a repeated finalize reports an order that was paid long ago as in progress."""
    draft = polar.draft()

    first, again = (polar.finalize(draft["id"], {}, idempotency_key="once") for _ in range(2))

    assert (again.status, again.body) == (200, first.body)


def test_attempts_by_hand_come_to_an_end(polar: Polar) -> None:
    """Else a loop in a merchant's program has card networks fine them."""
    draft = polar.draft(card="insufficient_funds")

    answers = [error(polar.finalize(draft["id"])) for _ in range(12)]

    assert answers[0] == (402, "PaymentFailed")
    assert answers[-1] == (429, "ManualRetryLimitExceeded")


def test_without_a_processor_the_organization_is_not_ready(live: Api) -> None:
    """Else the SDK has no class for the refusal, and hides its reason."""
    polar = Polar(live)

    answer = polar.finalize(polar.draft(card=None)["id"])

    assert error(answer) == (403, "OrganizationNotReadyForPayments")


def test_a_key_that_may_not_charge_is_told_so_in_words_that_the_sdk_knows(polar: Polar) -> None:
    """Else the SDK cannot read the 403 and raises an error without its status."""
    draft = polar.draft()
    reader = bootstrap.create_key(polar.api.organization, livemode=False, scopes=("orders:read",))

    answer = Polar(polar.api.with_key(reader)).finalize(draft["id"])

    assert error(answer) == (403, "OffSessionChargesNotEnabled")


def test_an_unspecified_currency_is_the_organizations_own(polar: Polar) -> None:
    """Else a product that is listed in euros first is charged in euros, where Polar has dollars."""
    prices = [
        {"amount_type": "fixed", "price_currency": "eur", "price_amount": 4500},
        {"amount_type": "fixed", "price_currency": "usd", "price_amount": 4900},
    ]
    product = polar.product(prices=prices)

    own, other = polar.draft(product=product), polar.draft(product=product, currency="eur")

    assert (own["currency"], own["total_amount"]) == ("usd", 4900)
    assert (other["currency"], other["total_amount"]) == ("eur", 4500)


def test_another_organizations_records_are_like_unknown_ones(polar: Polar, other: Api) -> None:
    """Else ids can be tried to learn what another shop has."""
    draft = polar.draft()
    stranger = Polar(other)

    for path in (f"orders/{draft['id']}", f"customers/{draft['customer_id']}"):
        unknown = other.get(f"/polar/v1/{path[:-1]}x")
        foreign = other.get(f"/polar/v1/{path}")
        assert (foreign.status, foreign.body) == (unknown.status, unknown.body)
    assert error(stranger.finalize(draft["id"])) == (404, "ResourceNotFound")
    refused = other.post(
        "/polar/v1/orders/",
        {"customer_id": draft["customer_id"], "product_id": draft["product_id"]},
    )
    assert refused.status == 422
    assert [each["loc"][-1] for each in refused.body["detail"]] == ["customer_id", "product_id"]


@pytest.mark.parametrize("dialect", ["stripe", "orb"])
def test_a_key_of_another_language_is_no_key_here(api: Api, dialect: str) -> None:
    """Else a key that was given to one program works in every other."""
    key = bootstrap.create_key(api.organization, livemode=False, dialect=dialect)

    assert error(api.with_key(key).get("/polar/v1/orders/")) == (401, "Unauthorized")


@pytest.mark.parametrize(
    "body",
    [
        {"seats": 2},
        {"collection": "charge_now"},
        {"organization_id": "org_00000000000000000000000000"},
        {"amount": 4900, "units": 2},
        {"metadata": {"note": None}},
        {"metadata": None},
        {"amount": 4900.5},
    ],
)
def test_what_cannot_be_expressed_is_refused(polar: Polar, body: Any) -> None:
    """Else a field that the merchant relies on is dropped without a word."""
    wanted = polar.wanted(**body)

    answer = polar.api.post("/polar/v1/orders/", wanted)

    assert answer.status == 422
    (broken,) = answer.body["detail"]
    assert broken["loc"][:2] == ["body", list(body)[-1]]
    assert polar.api.get("/v1/orders").body["data"] == []


def test_an_organization_in_the_header_must_be_the_keys_own(polar: Polar) -> None:
    """Else a client that was set up for another organization writes into this one."""
    wanted = polar.wanted()

    refused = polar.api.post("/polar/v1/orders/", wanted, polar_organization="org_other")
    own = polar.api.post("/polar/v1/orders/", wanted, polar_organization=polar.api.organization)

    assert (refused.status, own.status) == (422, 201)


def test_a_repeated_key_returns_the_first_draft(polar: Polar) -> None:
    """Else a client that is unsure makes two drafts of one sale."""
    wanted = polar.wanted()

    first, again = (
        polar.api.post("/polar/v1/orders/", wanted, idempotency_key="once") for _ in range(2)
    )

    assert (again.status, again.body) == (201, first.body)


def test_a_refused_draft_leaves_nothing(api: Api) -> None:
    """Else half of an order is found by who lists them."""
    with nothing_stored(api.stack):
        answer = api.post("/polar/v1/orders/", {"customer_id": "cus_0", "product_id": "prod_0"})

    assert answer.status == 422


@pytest.mark.parametrize(
    "filters",
    [
        "orders/?customer_id={0},{1}",
        "orders/?external_customer_id=crm-1,crm-2",
        "orders/?customer_id={0}&external_customer_id=crm-1",
        "checkouts/?customer_id={0},{1}",
        "payments/?order_id=ord_1,ord_2",
    ],
)
def test_a_list_of_more_than_one_at_a_time_is_refused(polar: Polar, filters: str) -> None:
    """Else whoever asks for the orders of two customers is told that they have none."""
    customers = [polar.customer(external_id=f"crm-{number}") for number in (1, 2)]

    answer = polar.api.get(f"/polar/v1/{filters.format(*customers)}")

    assert answer.status == 422, answer.text
    assert [each["type"] for each in answer.body["detail"]] == ["not_supported"]


def test_a_list_of_another_organization_is_refused(polar: Polar) -> None:
    """Else a caller takes the orders of one shop for those of another."""
    organization = polar.api.organization

    def listed(query: str = "", **headers: str) -> int:
        return polar.api.get(f"/polar/v1/orders/{query}", **headers).status

    assert listed(f"?organization_id={organization}", polar_organization=organization) == 200
    assert listed("?organization_id=org_other") == 422
    assert listed(polar_organization="org_other") == 422


def test_an_external_id_may_have_a_comma_of_its_own(polar: Polar) -> None:
    """Else this customer's orders cannot be listed at all."""
    customer = polar.customer(external_id="Lovelace, Ada")
    made = polar.draft(customer_id=customer)

    found = polar.api.get("/polar/v1/orders/?external_customer_id=Lovelace%2C%20Ada").body

    assert [row["id"] for row in found["items"]] == [made["id"]]

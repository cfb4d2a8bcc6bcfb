"""What stands around Polar's orders: products, customers, cards, payments, checkouts; and how it
says no."""

from typing import Any

import pytest

from farebox import problems
from farebox.dialects import polar as language
from farebox.handler import Request
from farebox.problems import FieldError, Problem
from tests.client import Answered, Api
from tests.functions.dialects.polar_calls import FIXED, Polar
from tests.functions.shop import Shop

# The keys of the accepted answers in the wire facts.
KEYS = {
    "product": """id created_at modified_at trial_interval trial_interval_count name description
        visibility recurring_interval recurring_interval_count meter_interval meter_interval_count
        is_recurring is_archived organization_id metadata is_deletable prices benefits medias
        attached_custom_fields""",
    "price": """created_at modified_at id source amount_type price_currency tax_behavior is_archived
        product_id price_amount""",
    "card": "id created_at modified_at processor customer_id type method_metadata is_default",
    "payment": """created_at modified_at id processor status amount currency method trigger
        decline_reason decline_message organization_id checkout_id order_id method_metadata""",
    "checkout": """id created_at modified_at payment_processor status client_secret url expires_at
        success_url return_url embed_origin amount units min_units max_units discount_amount
        net_amount tax_amount tax_behavior total_amount currency allow_trial active_trial_interval
        active_trial_interval_count trial_end organization_id product_id product_price_id
        discount_id allow_discount_codes require_billing_address is_discount_applicable
        is_free_product_price is_payment_required is_payment_setup_required
        is_payment_form_required customer_id is_business_customer customer_name customer_email
        customer_ip_address customer_billing_name customer_billing_address customer_tax_id
        payment_method_type payment_processor_metadata billing_address_fields trial_interval
        trial_interval_count metadata external_customer_id products product product_price prices
        discount subscription_id attached_custom_fields customer_metadata""",
}


@pytest.fixture
def polar(api: Api) -> Polar:
    return Polar(api)


def has_keys(document: Any, kind: str) -> bool:
    return bool(document.keys() >= set(KEYS[kind].split()))


def locations(answer: Answered) -> list[list[str | int]]:
    assert answer.status == 422, answer.text
    return [each["loc"] for each in answer.body["detail"]]


def test_a_product_has_a_price_at_once(polar: Polar) -> None:
    """Else it cannot be ordered: Polar has no other call that would give it one."""
    product = polar.made("products", {"name": "Token pack", "prices": [FIXED]})

    assert has_keys(product, "product")
    assert has_keys(product["prices"][0], "price")
    native = polar.api.get(f"/v1/products/{product['id']}").body
    assert native["default_price"] == product["prices"][0]["id"]


def test_a_free_product_is_finalized_without_a_card(polar: Polar) -> None:
    """Else nobody can be given anything who has not left a card."""
    product = polar.product(prices=[{"amount_type": "free"}])
    draft = polar.draft(card=None, product=product)

    assert polar.finalize(draft["id"]).body["status"] == "paid"


@pytest.mark.parametrize("kind", ["custom", "seat_based", "metered_unit", "unit_based", "x", 5])
def test_a_price_of_another_kind_is_refused_where_it_stands(polar: Polar, kind: Any) -> None:
    """Else a product is sold at a price that its merchant never gave."""
    body = {"name": "Token pack", "prices": [FIXED, {"amount_type": kind}]}

    answer = polar.api.post("/polar/v1/products/", body)

    assert locations(answer) == [["body", "prices", 1, "amount_type"]]


def test_a_new_price_is_for_new_orders_only(polar: Polar) -> None:
    """Else a customer is charged another amount than the draft showed."""
    product = polar.product()
    before = polar.draft(product=product)
    prices = [{"amount_type": "fixed", "price_currency": "usd", "price_amount": 5900}]

    changed = polar.api.patch(f"/polar/v1/products/{product}", {"prices": prices}).body

    assert changed["prices"][0]["price_amount"] == 5900
    assert polar.draft(product=product)["total_amount"] == 5900
    assert polar.finalize(before["id"]).body["total_amount"] == 4900


def test_prices_that_are_named_by_their_ids_stay(polar: Polar) -> None:
    """Else a merchant who renames a product is told that its price is gone."""
    euros = FIXED | {"price_currency": "eur", "price_amount": 4500}
    product = polar.made("products", {"name": "Token pack", "prices": [FIXED, euros]})
    ids = [{"id": price["id"]} for price in product["prices"]]
    path = f"/polar/v1/products/{product['id']}"

    changed = polar.api.patch(path, {"name": "Pack", "prices": ids}).body

    assert (changed["name"], changed["prices"]) == ("Pack", product["prices"])
    assert polar.api.patch(path, {"prices": ids}).body == changed


def test_a_price_of_another_product_cannot_be_kept(polar: Polar) -> None:
    """Else a merchant believes that a product got the price that they named."""
    product = polar.made("products", {"name": "Token pack", "prices": [FIXED]})
    others = polar.made("products", {"name": "Cap", "prices": [FIXED]})["prices"]
    path = f"/polar/v1/products/{product['id']}"

    for price in (others[0]["id"], "price_none", 5):
        prices = [{"id": product["prices"][0]["id"]}, {"id": price}]
        answer = polar.api.patch(path, {"name": "Pack", "prices": prices})
        assert locations(answer) == [["body", "prices", 1, "id"]]
    assert polar.api.get(path).body == product


def test_a_currency_of_a_price_cannot_be_left_out(polar: Polar) -> None:
    """Else a price goes on being charged that the merchant believes to be archived."""
    euros = FIXED | {"price_currency": "eur", "price_amount": 4500}
    product = polar.made("products", {"name": "Token pack", "prices": [FIXED, euros]})
    kept = [{"id": product["prices"][0]["id"]}]

    answer = polar.api.patch(f"/polar/v1/products/{product['id']}", {"prices": kept})

    assert locations(answer) == [["body", "prices"]]


@pytest.mark.parametrize("collection", ["products", "customers"])
def test_metadata_is_replaced_as_a_whole(polar: Polar, collection: str) -> None:
    """Else a key that the merchant left out stays for ever."""
    make = {"products": polar.product, "customers": polar.customer}[collection]
    id = make(metadata={"old": 1, "kept": 1})
    path = f"/polar/v1/{collection}/{id}"

    changed = polar.api.patch(path, {"metadata": {"kept": 2}}).body
    untouched = polar.api.patch(path, {}).body

    assert changed["metadata"] == untouched["metadata"] == {"kept": 2}


def test_two_customers_never_share_an_email_address(polar: Polar) -> None:
    """Else a merchant's sign-up makes a second customer, and the card is with the first."""
    ada = polar.made("customers", {"email": "ada@example.com"})["id"]
    eve = polar.made("customers", {"email": "eve@example.com"})["id"]

    made = polar.api.post("/polar/v1/customers/", {"email": "ADA@example.com"})
    changed = polar.api.patch(f"/polar/v1/customers/{eve}", {"email": "ada@example.com"})
    own = polar.api.patch(f"/polar/v1/customers/{ada}", {"email": "Ada@example.com", "name": "Ada"})

    assert locations(made) == locations(changed) == [["body", "email"]]
    assert (own.status, own.body["name"]) == (200, "Ada")


def test_a_customer_keeps_an_email_address_that_was_shared_natively(polar: Polar) -> None:
    """Else a merchant whose code sends the whole customer cannot even change the name."""
    polar.api.customer(email="ada@example.com")
    younger = polar.api.customer(email="ada@example.com")["id"]
    fields = {"email": "Ada@example.com", "name": "Ada"}

    changed = polar.api.patch(f"/polar/v1/customers/{younger}", fields)

    assert (changed.status, changed.body["name"]) == (200, "Ada")


def test_customers_who_share_an_email_address_are_all_listed_by_it(polar: Polar) -> None:
    """Else a merchant takes the first for the only one; or meets it again on every page."""
    older, younger = (polar.api.customer(email="ada@example.com")["id"] for _ in range(2))

    pages = [
        polar.api.get(f"/polar/v1/customers/?email=ADA@example.com&limit=1&page={page}").body
        for page in (1, 2, 3)
    ]

    listed = [[each["id"] for each in page["items"]] for page in pages]
    assert listed == [[younger], [older], []]
    assert pages[0]["pagination"] == {"total_count": 2, "max_page": 2}


def test_a_fraction_among_custom_fields_never_reaches_the_sdk(polar: Polar) -> None:
    """Its SDK reads whole numbers only: a paid finalize, and every list with the order in it, would
    raise an exception."""
    wanted = polar.wanted(custom_field_data={"weight": 1.5, "seats": 3})
    line = {"product": wanted["product_id"], "quantity": 1}
    native = polar.api.order(
        customer=wanted["customer_id"],
        line_items=[line],
        custom_field_data={"weight": 1.5, "whole": 2.0, "seats": 3, "note": None},
    )

    refused = polar.api.post("/polar/v1/orders/", wanted)
    (shown,) = polar.api.get("/polar/v1/orders/").body["items"]

    assert locations(refused) == [["body", "custom_field_data", "weight"]]
    assert shown["id"] == native["id"]
    assert shown["custom_field_data"] == {"weight": "1.5", "whole": "2.0", "seats": 3, "note": None}


def test_a_free_price_has_no_amount(polar: Polar) -> None:
    """Else what a merchant calls free is charged."""
    price = {"amount_type": "free", "price_currency": "usd", "price_amount": 500}

    refused = polar.api.post("/polar/v1/products/", {"name": "Sample", "prices": [price]})
    nothing = polar.made("products", {"name": "Sample", "prices": [{**price, "price_amount": 0}]})

    assert locations(refused) == [["body", "prices", 0, "price_amount"]]
    assert nothing["prices"][0]["price_amount"] == 0


def test_a_checkout_shows_the_price_that_it_is_made_at(polar: Polar) -> None:
    """Else a merchant shows 10 dollars beside a total of 9 euros, or a price of tomorrow."""
    euros = {"amount_type": "fixed", "price_currency": "eur", "price_amount": 900}
    product = polar.product(prices=[FIXED, euros])
    wanted = {"products": [product], "currency": "eur"}

    shown = polar.made("checkouts", wanted)
    order = polar.draft(product=product, currency="eur", card=None)
    price = [{**FIXED, "price_amount": 9900}]
    polar.api.patch(f"/polar/v1/products/{product}", {"prices": price})
    later = polar.api.get(f"/polar/v1/checkouts/{shown['id']}").body

    assert (shown["amount"], shown["product_price"]["price_amount"]) == (900, 900)
    assert shown["product_price"]["price_currency"] == "eur"
    assert shown["product_price_id"] == shown["product_price"]["id"]
    assert order["items"][0]["product_price_id"] == shown["product_price_id"]
    assert (later["amount"], later["product_price"]) == (900, None)


def test_the_same_key_again_returns_the_customer_it_made(polar: Polar) -> None:
    """Else a client that asks again is told that its own customer is in the way."""
    first, again = (
        polar.api.post("/polar/v1/customers/", {"email": "a@example.com"}, idempotency_key="once")
        for _ in range(2)
    )

    assert (again.status, again.body) == (201, first.body)


def test_a_customer_is_found_changed_and_deleted_by_its_external_id(polar: Polar) -> None:
    """Else a merchant must keep our ids beside their own."""
    id = polar.customer(external_id="usr 1")
    path = "/polar/v1/customers/external/usr%201"

    found = polar.api.get(path).body
    changed = polar.api.patch(path, {"name": "Ada"}).body
    cards = polar.api.get(f"{path}/payment-methods").body
    deleted = polar.api.delete(path)

    assert (found["id"], changed["name"]) == (id, "Ada")
    assert [card["customer_id"] for card in cards["items"]] == [id]
    assert (deleted.status, deleted.text) == (204, "")
    assert polar.api.get(path).status == 404


def test_an_order_survives_its_customer(polar: Polar) -> None:
    """Else one deleted customer makes a list of orders unreadable."""
    draft = polar.draft()
    assert polar.api.delete(f"/polar/v1/customers/{draft['customer_id']}").status == 204

    (order,) = polar.api.get("/polar/v1/orders/").body["items"]

    assert order["customer"]["deleted_at"] is not None
    assert polar.finalize(draft["id"]).body["error"] == "PaymentFailed"


def test_cards_say_which_one_is_charged(polar: Polar) -> None:
    """Else a merchant shows a customer another card than the one that pays."""
    id = polar.customer("success")
    gone, other = (polar.api.payment_method(id, "success_mastercard")["id"] for _ in range(2))
    assert polar.api.delete(f"/v1/payment_methods/{gone}").status == 200

    page = polar.api.get(f"/polar/v1/customers/{id}/payment-methods?limit=1&page=1").body
    second = polar.api.get(f"/polar/v1/customers/{id}/payment-methods?limit=1&page=2").body

    assert page["pagination"] == second["pagination"] == {"total_count": 2, "max_page": 2}
    assert has_keys(page["items"][0], "card")
    assert [page["items"][0]["id"], page["items"][0]["is_default"]] == [other, False]
    assert second["items"][0]["is_default"] is True


def test_pages_have_numbers_and_say_how_many_there_are(polar: Polar) -> None:
    """Else the SDK's iterator stops early, or never."""
    ids = [polar.draft()["id"] for _ in range(3)]

    pages = [polar.api.get(f"/polar/v1/orders/?page={n}&limit=2").body for n in (1, 2, 3)]

    assert sorted(each["id"] for page in pages for each in page["items"]) == sorted(ids)
    assert [len(page["items"]) for page in pages] == [2, 1, 0]
    assert all(page["pagination"] == {"total_count": 3, "max_page": 2} for page in pages)


def test_orders_are_filtered_by_customer(polar: Polar) -> None:
    """Else a customer sees what others ordered."""
    mine, other = polar.draft(), polar.draft()
    assert other["id"] != mine["id"]

    by_id = polar.api.get(f"/polar/v1/orders/?customer_id={mine['customer_id']}").body
    nobody = polar.api.get("/polar/v1/orders/?external_customer_id=nobody").body

    assert [each["id"] for each in by_id["items"]] == [mine["id"]]
    assert nobody == {"items": [], "pagination": {"total_count": 0, "max_page": 0}}


@pytest.mark.parametrize(
    "query",
    ["status=draft", "product_id=x", "metadata%5Bjob%5D=x", "sorting=amount", "page=0", "limit=-1"],
)
def test_a_filter_that_cannot_be_served_is_refused(polar: Polar, query: str) -> None:
    """Else a program that asks for drafts gets every order, and finalizes them."""
    (location,) = locations(polar.api.get(f"/polar/v1/orders/?{query}"))

    assert location[0] == "query"


def test_every_attempt_is_a_payment(shop: Shop) -> None:
    """Else a merchant cannot see how often, and on which card, a customer was charged."""
    polar = Polar(shop.api)
    draft = polar.draft(card="lost_card")
    polar.finalize(draft["id"])
    card = shop.api.payment_method(draft["customer_id"], "success_mastercard")["id"]
    polar.finalize(draft["id"], {"payment_method_id": card})

    page = shop.api.get(f"/polar/v1/payments/?order_id={draft['id']}").body

    assert [each["status"] for each in page["items"]] == ["succeeded", "failed"]
    assert [each["decline_reason"] for each in page["items"]] == [None, "lost_card"]
    assert page["items"][0]["method_metadata"] == {"brand": "mastercard", "last4": "4444"}
    assert all(has_keys(each, "payment") for each in page["items"])
    for each in page["items"]:
        assert shop.api.get(f"/polar/v1/payments/{each['id']}").body == each


@pytest.mark.parametrize("suffix", ["_0", "_2", "_x", ""])
def test_an_attempt_that_was_not_made_is_no_payment(polar: Polar, suffix: str) -> None:
    """Else a made-up id shows another attempt than the one it names."""
    draft = polar.draft()
    polar.finalize(draft["id"])

    answer = polar.api.get(f"/polar/v1/payments/pay_{draft['id'][4:]}{suffix}")

    assert (answer.status, answer.body["error"]) == (404, "ResourceNotFound")


def test_a_checkout_sells_one_product(polar: Polar) -> None:
    """Else the SDK cannot read what it made, or a page sells something else."""
    product, customer = polar.product(), polar.customer(None)

    made = polar.made("checkouts", {"products": [product], "customer_id": customer, "units": 2})

    assert has_keys(made, "checkout")
    assert (made["product_id"], made["units"], made["total_amount"]) == (product, 2, 9800)
    assert made["url"].endswith(f"/checkout/{polar.api.organization}.test.{made['id']}")
    assert polar.api.get(f"/polar/v1/checkouts/{made['id']}").body == made
    (listed,) = polar.api.get(f"/polar/v1/checkouts/?customer_id={customer}").body["items"]
    assert listed == made


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "orders/ord_0/invoice"),
        ("POST", "orders/ord_0/invoice"),
        ("GET", "orders/ord_0/receipt"),
        ("GET", "orders/export"),
        ("DELETE", "products/prod_0"),
        ("GET", "customers/cus_0/state"),
        ("PATCH", "checkouts/chk_0"),
        ("GET", "subscriptions/"),
        ("POST", "refunds/"),
    ],
)
def test_an_operation_that_does_not_exist_here_is_not_found(
    api: Api, method: str, path: str
) -> None:
    """Else the SDK cannot read the refusal and raises an error without its status."""
    answer = api.call(method, f"/polar/v1/{path}", {} if method in ("POST", "PATCH") else None)

    assert (answer.status, answer.body["error"]) == (404, "ResourceNotFound")
    assert answer.body["detail"]


def every(problem: type[Problem]) -> list[type[Problem]]:
    return [problem, *(each for kind in problem.__subclasses__() for each in every(kind))]


@pytest.mark.parametrize("kind", every(Problem), ids=lambda kind: kind.__name__)
def test_every_problem_has_a_body_that_the_sdk_reads(kind: Any) -> None:
    """Else a refusal that nobody thought of reaches the merchant as a bare JSON error."""
    if issubclass(kind, problems.InvalidRequest):
        problem = kind([FieldError("customer", "unknown_customer", "There is no such customer")])
    else:
        problem = kind(["GET"]) if kind is problems.MethodNotAllowed else kind()
    request = Request("POST", "/polar/v1/orders", {}, {}, "", False, "example.com", "req_1")

    answer: Any = language.write_problem(problem, request)

    assert answer.content_type == "application/json"
    assert isinstance(answer.body["error"], str)
    assert int(answer.headers.get("retry-after", "1")) == 1
    if answer.status == 422:
        assert all(each.keys() == {"loc", "msg", "type"} for each in answer.body["detail"])
    else:
        assert isinstance(answer.body["detail"], str)
        assert not isinstance(problem, problems.InvalidRequest)

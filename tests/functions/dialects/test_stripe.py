"""Stripe's language over the real functions: its SDK's calls, answered as its SDK reads them."""

from typing import Any

import pytest

from tests.client import Api
from tests.clocks import StoppedClock
from tests.functions.dialects.stripe_calls import (
    LINE,
    PRICE,
    SESSIONS,
    fetch,
    made,
    post_text,
    reason,
    send,
)

# The SDK raises AttributeError for a key that is not there, whatever its value would be.
PRICE_KEYS = {
    *("id", "object", "active", "billing_scheme", "created", "currency", "currency_options"),
    *("custom_unit_amount", "livemode", "lookup_key", "metadata", "nickname", "product"),
    *("recurring", "tax_behavior", "tiers_mode", "transform_quantity", "type", "unit_amount"),
    "unit_amount_decimal",
}
SESSION_KEYS = {
    *("id", "object", "adaptive_pricing", "after_expiration", "allow_promotion_codes"),
    *("amount_subtotal", "amount_total", "automatic_tax", "billing_address_collection"),
    *("cancel_url", "client_reference_id", "client_secret", "consent", "consent_collection"),
    *("created", "currency", "custom_fields", "custom_text", "customer", "customer_creation"),
    *("customer_details", "customer_email", "discounts", "expires_at", "invoice"),
    *("invoice_creation", "line_items", "livemode", "locale", "metadata", "mode"),
    *("payment_intent", "payment_link", "payment_method_collection", "payment_method_options"),
    *("payment_method_types", "payment_status", "phone_number_collection", "recovered_from"),
    *("return_url", "setup_intent", "shipping_address_collection", "shipping_cost"),
    *("shipping_options", "status", "submit_type", "subscription", "success_url"),
    *("total_details", "ui_mode", "url"),
}
LINE_KEYS = {
    *("id", "object", "adjustable_quantity", "amount_discount", "amount_subtotal", "amount_tax"),
    *("amount_total", "currency", "description", "metadata", "price", "quantity"),
}


def price(api: Api, **fields: Any) -> Any:
    return made(send(api, "/v1/prices", {**PRICE, **fields}))


def session(api: Api, **fields: Any) -> Any:
    return made(send(api, SESSIONS, {"line_items": [LINE], **fields}))


# Prices


def test_a_price_has_every_key_that_the_sdk_knows(api: Api) -> None:
    """Else reading one of them raises AttributeError in the caller's code."""
    assert price(api, expand=["currency_options"]).keys() >= PRICE_KEYS


def test_a_decimal_amount_is_kept_to_its_last_digit(api: Api) -> None:
    """Else a thousandth of a cent is lost on each of a billion calls."""
    exact = "0.000000000001"
    got = price(api, unit_amount=None, unit_amount_decimal=exact)

    assert (got["unit_amount"], got["unit_amount_decimal"]) == (None, exact)
    native = api.get(f"/v1/prices/{got['id']}").body
    assert native["unit_amount_decimal"] == exact


def test_a_whole_amount_shows_in_both_spellings(api: Api) -> None:
    """Else callers that read the integer see nothing of a price that was given as a decimal."""
    got = price(api, unit_amount=None, unit_amount_decimal="1250.00")

    assert (got["unit_amount"], got["unit_amount_decimal"]) == (1250, "1250")


def test_an_orb_price_shows_its_amount_in_minor_units(api: Api) -> None:
    """Else a shop sees 12.5 cents where the price is 12.50 dollars."""
    terms = {"model_type": "unit", "unit_config": {"unit_amount": "12.50"}}
    id = api.price(cadence="quarterly", **terms)["id"]

    got = made(fetch(api, f"/v1/prices/{id}"))

    assert (got["unit_amount"], got["unit_amount_decimal"]) == (1250, "1250")
    assert got["recurring"]["interval"] == "month"
    assert got["recurring"]["interval_count"] == 3
    assert got["type"] == "recurring"


def test_a_model_that_stripe_has_no_words_for_shows_no_amount(api: Api) -> None:
    """Else a caller multiplies by an amount that is only a part of the price."""
    config = {"package_amount": "5.00", "package_size": 10}
    id = api.price(model_type="package", package_config=config)["id"]

    got = made(fetch(api, f"/v1/prices/{id}", {"expand": ["tiers", "currency_options"]}))

    assert (got["billing_scheme"], got["tiers_mode"], got["tiers"]) == ("tiered", None, None)
    assert got["unit_amount_decimal"] is None


def test_tiers_in_other_currencies_show_where_both_are_asked_for(api: Api) -> None:
    """Else a tiered price looks free in every currency but its own."""
    tiers = [{"up_to": 5, "unit_amount": 100}, {"up_to": "inf", "flat_amount_decimal": "50"}]
    terms = {"billing_scheme": "tiered", "tiers_mode": "volume", "unit_amount": None}
    options = {"eur": {"tiers": [{"up_to": "inf", "unit_amount_decimal": "0.5"}]}}

    got = price(
        api, tiers=tiers, currency_options=options, expand=["tiers", "currency_options"], **terms
    )

    assert [tier["up_to"] for tier in got["tiers"]] == [5, None]
    (euro,) = got["currency_options"]["eur"]["tiers"]
    assert (euro["unit_amount"], euro["unit_amount_decimal"]) == (None, "0.5")


def test_what_is_not_asked_for_is_not_spelt_out(api: Api) -> None:
    """Else a page of prices with a thousand tiers each is too large to answer with."""
    got = price(api)

    assert got["product"].startswith("prod_")
    assert not {"tiers", "currency_options"} & got.keys()


def test_an_empty_text_unsets_in_an_update_and_says_nothing_in_a_create(api: Api) -> None:
    """Else a nickname can never be taken away, or a form with an empty field is refused."""
    got = price(api, nickname="", lookup_key="", metadata={"team": "core", "old": "1"})
    assert (got["nickname"], got["lookup_key"]) == (None, None)
    path = f"/v1/prices/{got['id']}"
    changed = {"nickname": "Gold", "lookup_key": "gold", "metadata": {"old": ""}}
    assert made(send(api, path, changed))["metadata"] == {"team": "core"}

    after = made(send(api, path, {"nickname": "", "lookup_key": "", "metadata": ""}))

    assert (after["nickname"], after["lookup_key"], after["metadata"]) == (None, None, {})


def test_what_must_have_a_value_cannot_be_unset(api: Api) -> None:
    """Else a product without a name is for sale."""
    id = made(send(api, "/v1/products", {"name": "Seat"}))["id"]

    answer = send(api, f"/v1/products/{id}", {"name": ""})

    assert reason(answer) == ("name", "parameter_invalid_empty")


@pytest.mark.parametrize("field", ["id", "object", "created", "livemode"])
def test_what_farebox_sets_is_refused_by_name(api: Api, field: str) -> None:
    """Else a caller believes that a price has the id that was sent."""
    assert reason(send(api, "/v1/prices", {**PRICE, field: "x"})) == (field, "parameter_unknown")
    line = {"price_data": {**PRICE, field: "x"}, "quantity": 1}
    where = f"line_items[0][price_data][{field}]"
    assert reason(send(api, SESSIONS, {"line_items": [line]})) == (where, "parameter_unknown")


def test_an_update_can_change_nothing_about_the_amount(api: Api) -> None:
    """Else what was agreed with a customer changes behind their back."""
    path = f"/v1/prices/{price(api)['id']}"

    assert reason(send(api, path, {"unit_amount": 1})) == ("unit_amount", "parameter_unknown")


# Sessions


def test_a_session_has_every_key_that_the_sdk_knows(api: Api) -> None:
    """Else reading one of them raises AttributeError in the caller's code."""
    got = session(api, expand=["line_items"])

    assert got.keys() >= SESSION_KEYS
    (line,) = got["line_items"]["data"]
    assert line.keys() == LINE_KEYS
    assert line["price"].keys() >= PRICE_KEYS - {"currency_options"}


def test_a_session_is_the_checkout_that_every_language_sees(api: Api) -> None:
    """Else an order paid through Stripe's language is missing in the shop's books."""
    urls = {"success_url": "https://example.com/ok", "cancel_url": "https://example.com/no"}
    got = session(api, client_reference_id="cart-7", customer_email="ada@example.com", **urls)

    native = api.get(f"/v1/checkouts/{got['id']}").body

    assert native["total_amount"] == got["amount_total"] == 2500
    assert native["cancel_url"] == got["cancel_url"] == urls["cancel_url"]
    assert native["client_reference_id"] == got["client_reference_id"] == "cart-7"
    assert native["checkout_url"] == got["url"]


def test_a_checkout_by_product_shows_as_a_session_of_one_line(api: Api) -> None:
    """Else a checkout made in another language cannot be read in Stripe's."""
    product = api.product()["id"]
    default = api.price(product=product)["id"]
    api.patch(f"/v1/products/{product}", {"default_price": default})
    id = api.post("/v1/checkouts", {"product": product, "units": 3}).body["id"]

    got = made(fetch(api, f"{SESSIONS}/{id}", {"expand": ["line_items.data.price.product"]}))

    (line,) = got["line_items"]["data"]
    assert (line["quantity"], line["price"]["id"]) == (3, default)
    assert line["price"]["product"]["name"] == "Seat"


def test_the_lines_share_the_whole_discount(api: Api) -> None:
    """Else the lines of a receipt do not add up to its total."""
    percent = {"name": "Third", "code": "THIRD", "type": "percentage", "basis_points": 3333}
    api.post("/v1/discounts", percent)
    lines = [{"price_data": {**PRICE, "unit_amount": n}, "quantity": 1} for n in (101, 99, 103)]

    got = session(api, line_items=lines, discounts=[{"coupon": "third"}], expand=["line_items"])

    rows = got["line_items"]["data"]
    assert sum(row["amount_discount"] for row in rows) == got["total_details"]["amount_discount"]
    assert sum(row["amount_total"] for row in rows) == got["amount_total"]
    assert got["discounts"] == [{"coupon": "THIRD", "promotion_code": None}]


def test_nothing_to_pay_is_not_unpaid(api: Api) -> None:
    """Else a shop waits for money that never comes."""
    free = {"price_data": {**PRICE, "unit_amount": 0}, "quantity": 1}

    assert session(api, line_items=[free])["payment_status"] == "no_payment_required"


def test_an_expired_session_cannot_be_opened(api: Api) -> None:
    """Else a link to a page that takes no money is sent to a customer."""
    path = f"{SESSIONS}/{session(api)['id']}/expire"

    assert made(send(api, path))["url"] is None
    assert reason(send(api, path)) == (None, "checkout_not_open")


def test_a_lost_answer_to_an_expiry_is_given_again(api: Api) -> None:
    """Else the SDK, which repeats by the same key, fails for what was done."""
    path = f"{SESSIONS}/{session(api)['id']}/expire"

    first = made(send(api, path, idempotency_key="close-1"))

    assert made(send(api, path, idempotency_key="close-1")) == first
    assert reason(send(api, path, idempotency_key="close-2")) == (None, "checkout_not_open")


def test_a_session_is_open_for_its_time_and_no_longer(api: Api, stopped: StoppedClock) -> None:
    """Else a link to a page that is over is sent to a customer."""
    id = session(api)["id"]

    def shown() -> tuple[str, bool, int]:
        read = made(fetch(api, f"{SESSIONS}/{id}"))
        listed = made(fetch(api, SESSIONS, {"status": "open"}))["data"]
        return read["status"], read["url"] is not None, len(listed)

    stopped.advance(hours=23.9)
    assert shown() == ("open", True, 1)
    stopped.advance(hours=0.1)
    assert shown() == ("expired", False, 0)
    assert api.get(f"/creem/v1/checkouts?checkout_id={id}").body["status"] == "expired"
    assert api.get(f"/polar/v1/checkouts/{id}").body["status"] == "expired"


def test_a_scaled_price_of_orbs_shows_what_a_unit_costs(api: Api) -> None:
    """Else a price of 50 cents for a thousand units reads as 50 cents for each."""
    terms = {"unit_amount": "0.50", "scaling_factor": 0.001}
    kept = api.price(model_type="unit", unit_config=terms)

    price = made(fetch(api, f"/v1/prices/{kept['id']}"))

    assert (price["unit_amount"], price["unit_amount_decimal"]) == (None, "0.05")


@pytest.mark.parametrize(
    ("field", "value", "param"),
    [
        ("mode", "subscription", "mode"),
        ("mode", "setup", "mode"),
        ("ui_mode", "embedded_page", "ui_mode"),
        ("payment_method_types", ["card", "paypal"], "payment_method_types[1]"),
        ("automatic_tax", {"enabled": True}, "automatic_tax[enabled]"),
        ("allow_promotion_codes", True, "allow_promotion_codes"),
        ("discounts", [{"promotion_code": "promo_1"}], "discounts[0][promotion_code]"),
        ("discounts", [{"coupon": "none"}], "discounts[0][coupon]"),
        ("payment_intent_data", {"description": "x"}, "payment_intent_data[description]"),
        ("return_url", "https://example.com", "return_url"),
        ("custom_fields", [{"type": "numeric"}], "custom_fields[0][type]"),
        ("cancel_url", "ftp://example.com", "cancel_url"),
        ("client_reference_id", "x" * 201, "client_reference_id"),
        ("customer", "cus_none", "customer"),
        ("line_items", [{**LINE, "tax_rates": ["txr_1"]}], "line_items[0][tax_rates]"),
        ("line_items", [{"price": "price_none", "quantity": 1}], "line_items[0][price]"),
        ("line_items", [{**LINE, "quantity": 0}], "line_items[0][quantity]"),
        (
            "line_items",
            [{"price_data": {**PRICE, "nickname": "x" * 251}, "quantity": 1}],
            "line_items[0][price_data][nickname]",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_where_it_stands(
    api: Api, field: str, value: Any, param: str
) -> None:
    """Else a field is dropped in silence, and the caller finds out from a customer."""
    answer = send(api, SESSIONS, {"line_items": [LINE], field: value})

    assert reason(answer)[0] == param


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mode", "payment"),
        ("ui_mode", "hosted_page"),
        ("payment_method_types", ["card"]),
        ("automatic_tax", {"enabled": False}),
        ("customer_creation", "always"),
        ("locale", "auto"),
    ],
)
def test_what_holds_here_anyway_may_be_said(api: Api, field: str, value: Any) -> None:
    """Else code that spells out Stripe's defaults must be changed to run here."""
    session(api, **{field: value})


def test_a_line_that_brings_its_price_shows_it_with_its_product(api: Api) -> None:
    """Else a caller cannot tell what was bought."""
    product = made(send(api, "/v1/products", {"name": "Desk"}))["id"]
    inline = {"currency": "usd", "unit_amount": 900, "product": product}
    got = session(
        api,
        line_items=[{"price_data": inline, "quantity": 1}],
        expand=["line_items.data.price.product"],
    )

    (line,) = got["line_items"]["data"]
    assert line["price"]["unit_amount"] == 900
    assert line["price"]["product"]["name"] == "Desk"


def test_what_an_inline_price_is_described_by_is_kept_with_the_line(api: Api) -> None:
    """Else a shop's own names and notes for what it sold are lost without a word."""
    said = {
        "nickname": "Gold",
        "lookup_key": "gold",
        "tax_behavior": "exclusive",
        "metadata": {"team": "core"},
    }
    product = {"name": "Plan", "description": "A plan", "metadata": {"sku": "G1"}}
    inline = {"currency": "usd", "unit_amount": 900, "product_data": product, **said}

    got = session(api, line_items=[{"price_data": inline, "quantity": 1}], expand=["line_items"])

    (line,) = got["line_items"]["data"]
    assert {name: line["price"][name] for name in said} == said
    (native,) = api.get(f"/v1/checkouts/{got['id']}").body["line_items"]
    assert native["price_data"]["product_data"] == {
        "description": "A plan",
        "metadata": {"sku": "G1"},
    }
    assert native["price_data"]["name"] == "Gold"
    assert native["product_name"] == "Plan"


# Customers and products


def test_a_deleted_customer_is_only_told_to_be_deleted(api: Api) -> None:
    """Else who asked to be forgotten is still shown."""
    ada = made(send(api, "/v1/customers", {"email": "ada@example.com", "name": "Ada"}))["id"]
    made(send(api, "/v1/customers", {"email": "grace@example.com"}))

    deleted = made(api.delete(f"/stripe/v1/customers/{ada}"))

    assert deleted == {"id": ada, "object": "customer", "deleted": True}
    assert made(fetch(api, f"/v1/customers/{ada}")) == deleted
    rows = made(fetch(api, "/v1/customers"))["data"]
    assert [row["email"] for row in rows] == ["grace@example.com"]
    assert made(fetch(api, "/v1/customers", {"email": "ada@example.com"}))["data"] == []


def test_a_customers_default_method_is_set_where_stripe_has_it(api: Api) -> None:
    """Else a renewed card is stored, and the old one is charged."""
    customer = api.customer()["id"]
    api.payment_method(customer)
    second = api.payment_method(customer, default=False)["id"]

    settings = {"invoice_settings": {"default_payment_method": second}}
    got = made(send(api, f"/v1/customers/{customer}", settings))

    assert got["invoice_settings"]["default_payment_method"] == second
    unknown = {"invoice_settings": {"default_payment_method": "pm_none"}}
    where = "invoice_settings[default_payment_method]"
    answer = send(api, f"/v1/customers/{customer}", unknown)
    assert reason(answer) == (where, "resource_missing")


def test_a_product_takes_one_picture(api: Api) -> None:
    """Else all but the first are lost without a word."""
    pictures = ["https://example.com/1.png", "https://example.com/2.png"]
    answer = send(api, "/v1/products", {"name": "Seat", "images": pictures})
    assert reason(answer) == ("images", "parameter_invalid_array")

    got = made(send(api, "/v1/products", {"name": "Seat", "images": pictures[:1]}))
    assert got["images"] == pictures[:1]
    bad = send(api, f"/v1/products/{got['id']}", {"images": ["http://example.com/1.png"]})
    assert reason(bad) == ("images[0]", "url_invalid")


def test_numbers_of_other_languages_show_as_texts(api: Api) -> None:
    """Else typed SDKs refuse metadata that is no text."""
    metadata = {"yes": True, "count": 7, "rate": 0.5}
    id = api.customer(metadata=metadata)["id"]

    got = made(fetch(api, f"/v1/customers/{id}"))

    assert got["metadata"] == {"yes": "true", "count": "7", "rate": "0.5"}


def test_a_form_without_a_content_type_is_read(api: Api) -> None:
    """Else a caller whose client sends none is told that everything is missing."""
    got = made(post_text(api, "/v1/products", "name=Seat+1", content_type=""))

    assert got["name"] == "Seat 1"

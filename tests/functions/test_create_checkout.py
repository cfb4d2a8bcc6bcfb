"""Create-checkout: what a customer is shown, from the gateway's event to the table and back."""

from collections.abc import Callable
from typing import Any

import pytest

from local.functions import Functions
from local.routing import find_route
from local.template import Stack
from tests.client import Api
from tests.clocks import StoppedClock
from tests.refusals import refusal
from tests.tables import everything, families, nothing_stored

INLINE = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
TWO_SEATS: dict[str, Any] = {"line_items": [{"price_data": INLINE, "quantity": 2}]}


def field(key: str, **other: Any) -> dict[str, Any]:
    return {"type": "text", "key": key, "label": "Team name"} | other


def page_id(api: Api, checkout: Any) -> str:
    return f"{api.organization}.test.{checkout['id']}"


def product_for_sale(api: Api, **terms: Any) -> str:
    price = api.price(**terms)
    product: str = price["product"]
    api.patch(f"/v1/products/{product}", {"default_price": price["id"]})
    return product


def test_the_example_event_makes_the_checkout_that_it_asks_for(
    example_event: Callable[[str], dict[str, Any]], stack: Stack, functions: Functions
) -> None:
    event = example_event("create_checkout")

    found = find_route(stack.routes, "POST", event["rawPath"])
    answer = functions.invoke("CreateCheckoutFunction", event)

    assert found is not None
    assert found[0].function == "CreateCheckoutFunction"
    assert answer["statusCode"] == 201
    assert '"total_amount":2500' in answer["body"]


def test_a_gateway_that_routes_past_the_function_loses_nobody_a_checkout(
    example_event: Callable[[str], dict[str, Any]], functions: Functions
) -> None:
    answer = functions.invoke("ApiFunction", example_event("create_checkout"))

    assert answer["statusCode"] == 201
    assert '"total_amount":2500' in answer["body"]


def test_a_checkout_reads_back_as_it_was_answered(api: Api, stopped: StoppedClock) -> None:
    price, customer = api.price(), api.customer()
    asked = {
        "currency": "usd",
        "customer": customer["id"],
        "success_url": "https://example.com/thanks?from=farebox",
        "request_id": "cart-7",
        "metadata": {"campaign": "spring", "visits": 3},
    }

    made = api.post(
        "/v1/checkouts", asked | {"line_items": [{"price": price["id"], "quantity": 2}]}
    )

    assert made.status == 201
    assert made.body | asked == made.body
    assert made.body["id"].startswith("chk_")
    assert made.body["object"] == "checkout"
    assert made.body["status"] == "open"
    assert made.body["livemode"] is False
    assert made.body["line_items"][0]["price"] == price["id"]
    assert (made.body["subtotal_amount"], made.body["total_amount"]) == (2500, 2500)
    assert made.body["created_at"] == "2026-01-31T12:00:00.000Z"
    assert made.body["expires_at"] == "2026-02-01T12:00:00.000Z"
    assert api.get(f"/v1/checkouts/{made.body['id']}").text == made.text


def test_the_customer_is_sent_to_this_deployments_own_page(api: Api) -> None:
    checkout = api.post("/v1/checkouts", TWO_SEATS).body

    assert checkout["checkout_url"] == f"https://api.example.com/checkout/{page_id(api, checkout)}"


def test_a_deployment_behind_a_domain_of_its_own_sends_customers_there(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from farebox.settings import settings

    monkeypatch.setenv("PUBLIC_URL", "https://pay.example.org/")
    settings.cache_clear()

    checkout = api.post("/v1/checkouts", TWO_SEATS).body

    assert checkout["checkout_url"] == f"https://pay.example.org/checkout/{page_id(api, checkout)}"


def test_a_product_and_units_are_a_checkout_of_one_line(api: Api) -> None:
    product = product_for_sale(api)

    checkout = api.post("/v1/checkouts", {"product": product, "units": 4}).body

    assert (checkout["product"], checkout["units"]) == (product, 4)
    assert checkout["total_amount"] == 4 * 1250
    assert checkout["line_items"][0]["product"] == product


def test_a_product_without_units_is_one_unit(api: Api) -> None:
    checkout = api.post("/v1/checkouts", {"product": product_for_sale(api)}).body

    assert (checkout["units"], checkout["total_amount"]) == (1, 1250)


def test_a_checkout_keeps_record_event_and_its_keys_and_makes_nothing_else(
    api: Api, stack: Stack
) -> None:
    before = everything(stack)

    api.post("/v1/checkouts", TWO_SEATS | {"request_id": "cart-7"}, Idempotency_Key="once")

    new = {pk: item for pk, item in everything(stack).items() if pk not in before}
    assert families(new) == ["CHK", "EV", "IK", "IK"]


def test_custom_fields_are_kept_in_their_order(api: Api) -> None:
    fields = [
        field("team", optional=True, text={"min_length": 2, "max_length": 80}),
        {
            "type": "checkbox",
            "key": "terms",
            "label": "Terms",
            "optional": False,
            "checkbox": {"label": "I agree"},
        },
        field("size", optional=False),
    ]

    checkout = api.post("/v1/checkouts", TWO_SEATS | {"custom_fields": fields}).body

    assert checkout["custom_fields"] == fields


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ([field("a"), field("b"), field("c"), field("d")], ("custom_fields", "too_long")),
        ([field("a"), field("a")], ("custom_fields[1].key", "duplicate_key")),
        ([field("a b")], ("custom_fields[0].key", "string_pattern_mismatch")),
        ([field("a", label="")], ("custom_fields[0].label", "string_too_short")),
        ([field("a", label="x" * 51)], ("custom_fields[0].label", "string_too_long")),
        ([field("a", type="date")], ("custom_fields[0].type", "literal_error")),
        ([field("a", checkbox={})], ("custom_fields[0].checkbox", "excluded")),
        (
            [field("a", text={"min_length": 9, "max_length": 3})],
            ("custom_fields[0].text.min_length", "invalid_bound"),
        ),
        ([field("a", optional="yes")], ("custom_fields[0].optional", "invalid_type")),
        ([field("a", label="4242424242424242")], ("custom_fields[0].label", "card_number")),
        ({"a": 1}, ("custom_fields", "invalid_type")),
    ],
)
def test_a_custom_field_that_no_page_could_show_is_refused(
    api: Api, stack: Stack, fields: Any, broken: Any
) -> None:
    with nothing_stored(stack):
        answer = api.post("/v1/checkouts", TWO_SEATS | {"custom_fields": fields})

    assert broken in refusal(answer, 422)


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"line_items": None}, ("line_items", "required")),
        ({"product": "prod_x"}, ("line_items", "excluded")),
        ({"line_items": None, "product": "prod_x"}, ("product", "unknown_product")),
        ({"units": 2}, ("units", "excluded")),
        ({"customer": "cus_x", "customer_email": "a@b.co"}, ("customer_email", "excluded")),
        ({"customer": "cus_x"}, ("customer", "unknown_customer")),
        ({"customer_email": "ada"}, ("customer_email", "invalid_email")),
        ({"success_url": "http://example.com"}, ("success_url", "invalid_url")),
        ({"success_url": "javascript:alert(1)"}, ("success_url", "invalid_url")),
        ({"success_url": "https://user:word@example.com"}, ("success_url", "invalid_url")),
        ({"success_url": "https://example.com/" + "x" * 2048}, ("success_url", "string_too_long")),
        ({"currency": "eur"}, ("line_items[0]", "currency_mismatch")),
        ({"discount_code": "NOPE"}, ("discount_code", "unknown_discount")),
        ({"discount_code": ""}, ("discount_code", "string_too_short")),
        ({"request_id": "x" * 201}, ("request_id", "string_too_long")),
        ({"metadata": {"x" * 41: 1}}, ("metadata." + "x" * 41, "string_too_long")),
        ({"status": "open"}, ("status", "read_only_field")),
        ({"tax": 1}, ("tax", "unknown_field")),
    ],
)
def test_a_broken_field_is_refused_by_name(
    api: Api, stack: Stack, fields: Any, broken: Any
) -> None:
    with nothing_stored(stack):
        answer = api.post("/v1/checkouts", TWO_SEATS | fields)

    assert broken in refusal(answer, 422)


def test_a_currency_that_a_product_is_not_sold_in_is_refused_at_a_field_that_was_sent(
    api: Api,
) -> None:
    product = product_for_sale(api)

    answer = api.post("/v1/checkouts", {"product": product, "currency": "eur"})

    [(param, code)] = refusal(answer, 422)
    assert code == "currency_mismatch"
    assert param in ("product", "currency")


def test_live_customers_are_only_sent_back_over_https(api: Api, live: Api) -> None:
    local = {"success_url": "http://localhost:8000/thanks"}

    assert api.post("/v1/checkouts", TWO_SEATS | local).status == 201
    assert refusal(live.post("/v1/checkouts", TWO_SEATS | local), 422) == [
        ("success_url", "invalid_url")
    ]


@pytest.mark.parametrize("lines", [1, 40])
def test_a_checkout_has_up_to_forty_lines(api: Api, lines: int) -> None:
    made = api.post("/v1/checkouts", {"line_items": TWO_SEATS["line_items"] * lines})
    refused = api.post("/v1/checkouts", {"line_items": TWO_SEATS["line_items"] * 41})

    assert made.body["total_amount"] == lines * 2500
    assert refusal(refused, 422) == [("line_items", "too_long")]


def test_a_checkout_too_large_for_the_table_is_refused_with_nothing_stored(
    api: Api, stack: Stack
) -> None:
    metadata = {f"key{place}": "x" * 500 for place in range(20)}
    line = TWO_SEATS["line_items"][0] | {"metadata": metadata}

    with nothing_stored(stack):
        answer = api.post("/v1/checkouts", {"line_items": [line] * 40})

    assert refusal(answer, 413) == [(None, "record_too_large")]


def test_all_bad_fields_are_told_at_once(api: Api) -> None:
    answer = api.post(
        "/v1/checkouts",
        {
            "line_items": [{"price": "p", "quantity": 0}, {"quantity": 1}],
            "currency": "nope",
            "customer_email": "ada",
            "success_url": "ftp://example.com",
            "custom_fields": [field("a b")],
            "metadata": {"note": "4242-4242-4242-4242"},
            "coupon": "SPRING",
        },
    )

    assert set(refusal(answer, 422)) == {
        ("line_items[0].quantity", "greater_than_equal"),
        ("line_items[1].price", "required"),
        ("currency", "unknown_currency"),
        ("customer_email", "invalid_email"),
        ("success_url", "invalid_url"),
        ("custom_fields[0].key", "string_pattern_mismatch"),
        ("metadata.note", "card_number"),
        ("coupon", "unknown_field"),
    }

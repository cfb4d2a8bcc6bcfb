"""Create-price: what a merchant charges, from the gateway's event to the table and back."""

from collections.abc import Callable
from typing import Any

import pytest

from local.functions import Functions
from local.routing import find_route
from local.template import Stack
from tests.client import Api
from tests.refusals import refusal
from tests.tables import everything, families, nothing_stored

SEAT = {"product_data": {"name": "Seat"}, "currency": "usd"}
PER_UNIT = SEAT | {"unit_amount": 1250}


def test_the_example_event_makes_the_price_that_it_asks_for(
    example_event: Callable[[str], dict[str, Any]], stack: Stack, functions: Functions
) -> None:
    event = example_event("create_price")

    found = find_route(stack.routes, "POST", event["rawPath"])
    answer = functions.invoke("CreatePriceFunction", event)

    assert found is not None
    assert found[0].function == "CreatePriceFunction"
    assert answer["statusCode"] == 201
    assert '"unit_amount":1250' in answer["body"]


def test_a_gateway_that_routes_past_the_function_loses_nobody_a_price(
    example_event: Callable[[str], dict[str, Any]], functions: Functions
) -> None:
    answer = functions.invoke("ApiFunction", example_event("create_price"))

    assert answer["statusCode"] == 201
    assert '"unit_amount":1250' in answer["body"]


def test_a_price_reads_back_as_it_was_answered(api: Api) -> None:
    product = api.product()

    made = api.post(
        "/v1/prices",
        {
            "product": product["id"],
            "currency": "USD",
            "name": "Seat, yearly",
            "billing_scheme": "per_unit",
            "unit_amount_decimal": "12.5",
            "recurring": {"interval": "year"},
            "type": "recurring",
            "lookup_key": "seat_yearly",
            "external_price_id": "erp-7",
            "metadata": {"plan": "team", "seats": 5, "share": 0.25, "trial": True},
        },
    )

    assert made.status == 201
    assert made.body["id"].startswith("price_")
    assert made.body["object"] == "price"
    assert made.body["livemode"] is False
    assert made.body["product"] == product["id"]
    assert made.body["currency"] == "usd"
    assert made.body["type"] == "recurring"
    assert made.body["unit_amount_decimal"] == "12.5"
    assert made.body["recurring"]["interval_count"] == 1
    assert made.body["metadata"] == {"plan": "team", "seats": 5, "share": 0.25, "trial": True}
    assert api.get(f"/v1/prices/{made.body['id']}").text == made.text


@pytest.mark.parametrize(
    "terms",
    [
        {"billing_scheme": "per_unit", "unit_amount": 0},
        {"billing_scheme": "per_unit", "unit_amount_decimal": "0.000000000001"},
        {
            "billing_scheme": "per_unit",
            "unit_amount": 900,
            "transform_quantity": {"divide_by": 10, "round": "up"},
        },
        {
            "billing_scheme": "tiered",
            "tiers_mode": "graduated",
            "tiers": [
                {"up_to": 10, "unit_amount": 100},
                {"up_to": "inf", "unit_amount_decimal": "7.5", "flat_amount": 20},
            ],
        },
        {
            "billing_scheme": "tiered",
            "tiers_mode": "volume",
            "tiers": [
                {"up_to": 5, "flat_amount_decimal": "50"},
                {"up_to": "inf", "unit_amount": 1},
            ],
        },
        {"model_type": "unit", "unit_config": {"unit_amount": "12.50", "scaling_factor": 1.5}},
        {
            "model_type": "tiered",
            "tiered_config": {
                "tiers": [
                    {"first_unit": 0, "last_unit": 10, "unit_amount": "1.00"},
                    {"first_unit": 10, "last_unit": None, "unit_amount": "0.50"},
                ]
            },
        },
        {
            "model_type": "bulk",
            "bulk_config": {
                "tiers": [
                    {"maximum_units": 10, "unit_amount": "1.00"},
                    {"maximum_units": None, "unit_amount": "0.50"},
                ]
            },
        },
        {"model_type": "package", "package_config": {"package_amount": "9", "package_size": 10}},
    ],
    ids=lambda terms: terms.get("model_type") or "+".join(sorted(terms)),
)
def test_a_price_answers_its_terms_in_the_words_that_made_it(api: Api, terms: Any) -> None:
    made = api.post("/v1/prices", SEAT | terms)

    assert made.status == 201, made.text
    assert made.body | terms == made.body


def test_a_product_named_inline_is_made_with_its_price(api: Api) -> None:
    asked = {"name": "Seat", "description": "One person", "unit_label": "seat"}

    made = api.post("/v1/prices", PER_UNIT | {"product_data": asked | {"metadata": {"a": "b"}}})

    product = api.get(f"/v1/products/{made.body['product']}")
    assert product.status == 200
    assert product.body | asked | {"metadata": {"a": "b"}} == product.body


def test_a_refused_price_makes_no_product_either(api: Api, stack: Stack) -> None:
    api.price(lookup_key="seat")

    with nothing_stored(stack):
        answer = api.post("/v1/prices", PER_UNIT | {"lookup_key": "seat"})

    assert answer.status == 409


@pytest.mark.parametrize("field", ["lookup_key", "external_price_id"])
def test_two_prices_never_share_a_name_that_finds_one(api: Api, field: str) -> None:
    api.price(**{field: "seat"})

    taken = api.post("/v1/prices", PER_UNIT | {field: "seat"})

    assert taken.status == 409
    assert taken.body["code"] == f"{field}_taken"
    assert taken.body["param"] == field


def test_a_refused_price_reserves_none_of_its_names(api: Api) -> None:
    api.price(external_price_id="erp-1")

    api.post("/v1/prices", PER_UNIT | {"lookup_key": "free", "external_price_id": "erp-1"})

    assert api.price(lookup_key="free")["lookup_key"] == "free"


def test_a_lookup_key_can_be_taken_over_by_a_new_price(api: Api) -> None:
    former = api.price(lookup_key="seat")

    made = api.price(lookup_key="seat", transfer_lookup_key=True, unit_amount=1500)

    assert api.get("/v1/prices/lookup_key/seat").body == made
    assert api.get(f"/v1/prices/{former['id']}").body["lookup_key"] is None
    assert api.price(lookup_key="desk", transfer_lookup_key=True)["lookup_key"] == "desk"


def test_a_price_keeps_record_event_and_names_and_nothing_else(api: Api, stack: Stack) -> None:
    product = api.product()
    before = everything(stack)

    body = {"product": product["id"], "currency": "usd", "unit_amount": 1}
    names = {"lookup_key": "seat", "external_price_id": "erp-1"}
    api.post("/v1/prices", body | names, Idempotency_Key="once")

    new = {pk: item for pk, item in everything(stack).items() if pk not in before}
    assert families(new) == [
        *("EV", "IK", "PRI", "UQ#price.external_price_id", "UQ#price.lookup_key")
    ]


def test_a_price_of_no_product_is_refused(api: Api) -> None:
    archived = api.product()["id"]
    api.patch(f"/v1/products/{archived}", {"active": False})

    def ask(**product: Any) -> list[tuple[str | None, str]]:
        return refusal(api.post("/v1/prices", {"currency": "usd", "unit_amount": 1} | product), 422)

    assert ask() == [("product", "required")]
    assert ask(product="prod_unknown") == [("product", "unknown_product")]
    assert ask(product=archived) == [("product", "product_inactive")]
    assert ask(product=archived, product_data={"name": "Seat"}) == [("product", "required")]


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"currency": "xxx"}, ("currency", "unknown_currency")),
        ({"unit_amount": -1}, ("unit_amount", "greater_than_equal")),
        ({"unit_amount": 1_000_000_000_000}, ("unit_amount", "less_than_equal")),
        ({"unit_amount": 12.5}, ("unit_amount", "invalid_type")),
        ({"unit_amount": "12"}, ("unit_amount", "invalid_type")),
        ({"unit_amount": True}, ("unit_amount", "invalid_type")),
        ({"unit_amount_decimal": "1"}, ("unit_amount_decimal", "excluded")),
        ({"unit_amount": None}, ("unit_amount", "required")),
        ({"lookup_key": "x" * 201}, ("lookup_key", "string_too_long")),
        ({"type": "recurring"}, ("type", "contradiction")),
        ({"cadence": "weekly"}, ("cadence", "literal_error")),
        (
            {"recurring": {"interval": "month", "interval_count": 37}},
            ("recurring.interval_count", "period_too_long"),
        ),
        ({"tiers": [{"up_to": "inf", "unit_amount": 1}]}, ("tiers", "excluded")),
        ({"billing_scheme": "tiered", "unit_amount": None}, ("tiers", "required")),
        ({"model_type": "unit"}, ("unit_config", "required")),
        ({"unit_config": {"unit_amount": 1}}, ("unit_config.unit_amount", "invalid_type")),
        ({"unit_config": {"unit_amount": "1e5"}}, ("unit_config.unit_amount", "invalid_decimal")),
        ({"name": "4242 4242 4242 4242"}, ("name", "card_number")),
        ({"nmae": "Seat"}, ("nmae", "unknown_field")),
    ],
)
def test_a_broken_rule_names_its_field_and_stores_nothing(
    api: Api, stack: Stack, fields: Any, broken: Any
) -> None:
    with nothing_stored(stack):
        answer = api.post("/v1/prices", PER_UNIT | fields)

    assert broken in refusal(answer, 422)


@pytest.mark.parametrize("field", ["id", "object", "created", "created_at", "livemode"])
def test_a_field_that_only_farebox_sets_is_refused_by_name(api: Api, field: str) -> None:
    answer = api.post("/v1/prices", PER_UNIT | {field: None})

    assert refusal(answer, 422) == [(field, "read_only_field")]


def test_tiers_that_leave_a_gap_or_an_end_are_refused_at_the_tier(api: Api) -> None:
    tiers = [
        {"up_to": 10, "unit_amount": 1},
        {"up_to": 10, "unit_amount": 1},
        {"up_to": 20},
        {"up_to": 30, "unit_amount": 1},
    ]

    answer = api.post(
        "/v1/prices", SEAT | {"billing_scheme": "tiered", "tiers_mode": "volume", "tiers": tiers}
    )

    assert ("tiers[2].unit_amount", "required") in refusal(answer, 422)
    tiers[2]["unit_amount"] = 1
    answer = api.post(
        "/v1/prices", SEAT | {"billing_scheme": "tiered", "tiers_mode": "volume", "tiers": tiers}
    )
    assert refusal(answer, 422) == [
        ("tiers[1].up_to", "invalid_bound"),
        ("tiers[3].up_to", "invalid_bound"),
    ]


def test_all_bad_fields_are_told_at_once(api: Api) -> None:
    answer = api.post(
        "/v1/prices",
        {
            "product_data": {"name": ""},
            "currency": "nope",
            "unit_amount": "free",
            "metadata": {"a[b]": 1, "c": []},
            "colour": "red",
        },
    )

    assert set(refusal(answer, 422)) == {
        ("product_data.name", "string_too_short"),
        ("currency", "unknown_currency"),
        ("unit_amount", "invalid_type"),
        ("metadata.a[b]", "brackets"),
        ("metadata.c", "invalid_metadata_value"),
        ("colour", "unknown_field"),
    }

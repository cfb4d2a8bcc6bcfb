"""Orb's language over the real functions: its SDK's calls, answered as its SDK reads them."""

from fractions import Fraction
from typing import Any

import pytest

from tests.client import Api
from tests.functions.dialects.orb_calls import UNIT, broken, new_item, price, refused
from tests.price_forms import FORMS, as_json, exact_amount, exactly

MODELS = sorted(name for name in FORMS if not name.startswith("stripe_"))
# What the SDK needs to know the class of a price, where it validates answers strictly.
STRICT = {
    *("id", "name", "price_type", "model_type", "created_at", "cadence", "currency", "item"),
    *("billing_cycle_configuration", "metadata", "billing_mode"),
}
FULL = STRICT | {
    *("external_price_id", "invoicing_cycle_configuration", "billable_metric"),
    *("fixed_price_quantity", "plan_phase_order", "conversion_rate", "conversion_rate_config"),
    *("credit_allocation", "discount", "minimum", "minimum_amount", "maximum", "maximum_amount"),
    *("invoice_grouping_key", "replaces_price_id", "dimensional_price_configuration"),
    *("composite_price_filters", "license_type"),
}
# All that the SDK can say at once; what is said twice is said alike.
EVERYTHING = UNIT | {
    "unit_config": {"unit_amount": "0.50", "prorated": False},
    "billable_metric_id": "bm_001",
    "billed_in_advance": False,
    "billing_cycle_configuration": {"duration": 1, "duration_unit": "month"},
    "conversion_rate": 1.0,
    "conversion_rate_config": {
        "conversion_rate_type": "unit",
        "unit_config": {"unit_amount": "1.0"},
    },
    "external_price_id": "my-price-1",
    "fixed_price_quantity": 1,
    "invoice_grouping_key": "region",
    "invoicing_cycle_configuration": {"duration": 1, "duration_unit": "month"},
    "license_type_id": "lic_1",
    "dimensional_price_configuration": {
        "dimension_values": ["eu"],
        "dimensional_price_group_id": "group_1",
    },
    "metadata": {"team": "core", "old": None},
}


@pytest.fixture
def item(api: Api) -> str:
    return new_item(api)


# Prices


@pytest.mark.parametrize("model", MODELS)
def test_every_model_comes_back_with_its_own_configuration(api: Api, item: str, model: str) -> None:
    """Else the SDK takes the price for one of another model, and prices usage by it."""
    config = FORMS[model].config
    asked = {**UNIT, "item_id": item, "model_type": model, f"{model}_config": config}
    asked = {name: asked[name] for name in asked if name != "unit_config" or model == "unit"}

    made = api.call("POST", "/orb/v1/prices", as_json(asked))

    assert made.status == 201, made.text
    shown = exactly(made.text)
    assert shown.keys() == FULL | {f"{model}_config"}
    kept = shown[f"{model}_config"]
    assert {name: kept[name] for name in config} == config
    assert shown["model_type"] == model
    assert api.get(f"/orb/v1/prices/{shown['id']}").text == made.text


def test_there_are_as_many_models_as_orb_has() -> None:
    assert len(MODELS) == 36


def test_all_that_the_sdk_can_say_at_once_is_kept(api: Api, item: str) -> None:
    made = price(api, item, **EVERYTHING)

    same = (
        *("name", "cadence", "currency", "billing_cycle_configuration", "conversion_rate"),
        *("conversion_rate_config", "external_price_id", "fixed_price_quantity"),
        *("invoice_grouping_key", "invoicing_cycle_configuration"),
        "dimensional_price_configuration",
    )
    assert {name: made[name] for name in same} == {name: EVERYTHING[name] for name in same}
    assert made["billable_metric"] == {"id": "bm_001"}
    assert made["license_type"]["id"] == "lic_1"
    assert made["item"] == {"id": item, "name": "API calls"}
    assert made["metadata"] == {"team": "core"}
    assert (made["price_type"], made["billing_mode"]) == ("usage_price", "in_arrear")


@pytest.mark.parametrize(
    ("name", "value", "param"),
    [
        ("billing_cycle_configuration", {"duration": 2, "duration_unit": "month"}, ""),
        ("billing_cycle_configuration", {"duration": 1, "duration_unit": "day"}, ""),
        ("conversion_rate", 2, "conversion_rate_config"),
        ("conversion_rate", True, ""),
        ("billed_in_advance", True, ""),
        ("unit_config", {"unit_amount": 0.5}, "unit_config.unit_amount"),
        ("unit_config", None, ""),
        ("tiered_config", {"tiers": [{"first_unit": 0, "unit_amount": "1"}]}, ""),
        ("dimensional_price_configuration", {"dimension_values": ["eu"]},
         "dimensional_price_configuration.dimensional_price_group_id"),
        ("metadata", {"seats": 5}, "metadata.seats"),
        ("metadata", {"trial": False}, "metadata.trial"),
        ("currency", "credits", ""),
        ("currency", None, ""),
        ("name", None, ""),
        ("item_id", None, ""),
        ("cadence", "weekly", ""),
        ("cadence", None, ""),
        ("model_type", "bps", ""),
        ("model_type", "stripe_per_unit", ""),
        ("model_type", None, ""),
        # Ours, which an Orb client cannot mean.
        ("product", "prod_1", ""),
        ("product_data", {"name": "Seat"}, ""),
        ("unit_amount", 50, ""),
        ("recurring", {"interval": "month"}, ""),
        ("lookup_key", "seat", ""),
        ("active", False, ""),
        ("is_allocation", True, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_its_name(
    api: Api, item: str, name: str, value: Any, param: str
) -> None:
    """Else a merchant learns from an invoice which of two words counted."""
    answer = api.post("/orb/v1/prices", {**EVERYTHING, "item_id": item, name: value})

    assert broken(answer) == [param or name]
    assert api.get("/orb/v1/prices").body["data"] == []


def test_everything_that_is_wrong_is_told_at_once(api: Api) -> None:
    assert broken(api.post("/orb/v1/prices", {"color": "red"})) == [
        *("color", "currency", "model_type", "item_id", "name", "cadence")
    ]


@pytest.mark.parametrize("currency", ["EUR", "eur", "eUr"])
def test_a_currency_is_shown_in_capitals(api: Api, item: str, currency: str) -> None:
    assert price(api, item, currency=currency)["currency"] == "EUR"


@pytest.mark.parametrize(
    ("cadence", "duration"),
    [("one_time", 1), ("monthly", 1), ("quarterly", 3), ("semi_annual", 6), ("annual", 12)],
)
def test_an_answer_may_be_sent_again_as_a_request(
    api: Api, item: str, cadence: str, duration: int
) -> None:
    """Else prices cannot be copied from one account to another."""
    first = price(api, item, cadence=cadence, conversion_rate=0.25)
    fields = (
        *("name", "cadence", "currency", "model_type", "unit_config", "metadata"),
        *("billing_cycle_configuration", "conversion_rate", "conversion_rate_config"),
    )

    second = price(api, item, **{name: first[name] for name in fields})

    assert first["billing_cycle_configuration"]["duration"] == duration
    assert {name: second[name] for name in fields} == {name: first[name] for name in fields}


@pytest.mark.parametrize(
    ("fields", "kind", "mode"),
    [
        ({}, "fixed_price", "in_arrear"),
        ({"billed_in_advance": True, "fixed_price_quantity": 2}, "fixed_price", "in_advance"),
        ({"billable_metric_id": "bm_1"}, "usage_price", "in_arrear"),
        ({"unit_config": None, **FORMS["grouped_allocation"].terms}, "usage_price", "in_arrear"),
        ({"unit_config": None, **FORMS["minimum_composite"].terms}, "composite_price",
         "in_arrear"),
    ],
)  # fmt: skip
def test_a_price_says_what_it_bills_and_when(
    api: Api, item: str, fields: Any, kind: str, mode: str
) -> None:
    if "unit_config" in fields:
        fields = {"model_type": next(iter(fields))} | fields
    body = as_json({**UNIT, "item_id": item, **fields})

    made = api.call("POST", "/orb/prices", body).body

    assert (made["price_type"], made["billing_mode"]) == (kind, mode)


def test_the_same_idempotency_key_makes_one_price(api: Api, item: str) -> None:
    """Else every retry of the SDK adds a price."""
    body = {**UNIT, "item_id": item, "external_price_id": "gold"}

    first = api.post("/orb/v1/prices", body, idempotency_key="stainless-python-retry-1")
    second = api.post("/orb/v1/prices", body, idempotency_key="stainless-python-retry-1")
    other = api.post("/orb/v1/prices", {**body, "name": "X"},
                     idempotency_key="stainless-python-retry-1")  # fmt: skip

    assert first.status == second.status == 201
    assert first.text == second.text
    refused(other, 409, "409-resource-conflict")
    assert other.headers["x-should-retry"] == "false"


def test_a_taken_alias_is_a_duplicate_that_is_not_sent_again(api: Api, item: str) -> None:
    price(api, item, external_price_id="gold")

    answer = api.post("/orb/v1/prices", {**UNIT, "item_id": item, "external_price_id": "gold"})

    assert "external_price_id" in refused(answer, 400, "400-duplicate-resource-creation")


@pytest.mark.parametrize("alias", ["gold", "team/api calls", "a/b/c", "50%", "100%25", "é:ü"])
def test_a_price_is_found_and_changed_by_its_alias(api: Api, item: str, alias: str) -> None:
    made = price(api, item, external_price_id=alias)
    path = "".join(f"%{byte:02X}" for byte in alias.encode())

    found = api.get(f"/orb/v1/prices/external_price_id/{path}")
    changed = api.call("PUT", f"/orb/prices/external_price_id/{path}", {"metadata": {"a": "b"}})

    assert found.body == made
    assert changed.body == made | {"metadata": {"a": "b"}}


def test_metadata_is_the_only_thing_that_changes(api: Api, item: str) -> None:
    id = price(api, item, metadata={"a": "1", "b": "2"})["id"]
    path = f"/orb/v1/prices/{id}"

    def put(body: Any) -> Any:
        return api.call("PUT", path, body).body["metadata"]

    assert put({"metadata": {"a": None, "c": "3"}}) == {"b": "2", "c": "3"}
    assert put({}) == {"b": "2", "c": "3"}
    assert broken(api.call("PUT", path, {"name": "X"})) == ["name"]
    assert broken(api.call("PUT", path, {"metadata": {"a": 1}})) == ["metadata.a"]
    assert put({"metadata": None}) == {}


def test_pages_follow_each_other_to_the_end(api: Api, item: str) -> None:
    ids = [price(api, item)["id"] for _ in range(5)]

    found, path = [], "/orb/v1/prices?limit=2"
    while path:
        page = api.get(path).body
        found += [each["id"] for each in page["data"]]
        cursor = page["pagination_metadata"]["next_cursor"]
        assert page["pagination_metadata"]["has_more"] == (cursor is not None)
        path = f"/orb/v1/prices?limit=2&cursor={cursor}" if cursor else ""

    assert sorted(found) == sorted(ids)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=two", "limit"),
        ("cursor=x", "cursor"),
        ("lookup_key=x", "lookup_key"),
        ("external_price_id=x", "external_price_id"),
    ],
)
def test_a_list_is_not_narrowed_by_words_it_does_not_know(api: Api, query: str, param: str) -> None:
    """Else a caller takes all prices for those that were asked for."""
    assert broken(api.get(f"/orb/v1/prices?{query}")) == [param]


# Prices of other languages


def test_a_price_of_orbs_is_a_price_of_ours(api: Api, item: str) -> None:
    made = price(api, item, external_price_id="gold")

    ours = api.get(f"/v1/prices/{made['id']}").body

    assert (ours["product"], ours["currency"]) == (item, "usd")
    assert ours["unit_config"] == {"unit_amount": "0.50"}
    assert api.get("/v1/prices/external_price_id/gold").body["id"] == made["id"]


@pytest.mark.parametrize(
    ("model", "config"),
    [
        ("stripe_per_unit", {"unit_amount": 1250}),
        ("stripe_per_unit", {"unit_amount_decimal": "0.0000000001"}),
        (
            "stripe_transform_quantity",
            {"unit_amount": 900, "transform_quantity": {"divide_by": 10, "round": "up"}},
        ),
        *(
            (
                f"stripe_{mode}",
                {
                    "billing_scheme": "tiered",
                    "tiers_mode": mode,
                    "tiers": [
                        {"up_to": 10, "unit_amount": 100, "flat_amount": 0},
                        {"up_to": 20, "unit_amount_decimal": "7.5"},
                        {"up_to": "inf", "flat_amount_decimal": "0"},
                    ],
                },
            )
            for mode in ("graduated", "volume")
        ),
    ],
)
def test_one_of_stripes_forms_costs_the_same_in_orbs_words(
    api: Api, model: str, config: Any
) -> None:
    """Else a customer is quoted one amount and charged another."""
    terms = {name: value for name, value in config.items() if name != "unit_amount"}
    made = api.price(**{**terms, **config})

    shown = api.get(f"/orb/v1/prices/{made['id']}").body
    name = shown["model_type"]

    for quantity in ("0", "1", "9", "10", "11", "20", "21", "1000"):
        in_major_units = exact_amount(name, shown[f"{name}_config"], quantity=quantity)
        assert in_major_units == exact_amount(model, config, quantity=quantity) / Fraction(100)


@pytest.mark.parametrize(
    "terms",
    [
        {"custom_unit_amount": {"enabled": True}},
        {"unit_amount": 900, "transform_quantity": {"divide_by": 10, "round": "down"}},
        {
            "billing_scheme": "tiered",
            "tiers_mode": "volume",
            "tiers": [{"up_to": "inf", "unit_amount": 1, "flat_amount": 500}],
        },
    ],
)
def test_what_no_model_of_orbs_says_is_not_shown_as_something_else(api: Api, terms: Any) -> None:
    body = {"currency": "usd", "product_data": {"name": "Seat"}, **terms}
    made = api.post("/v1/prices", body).body

    refused(api.get(f"/orb/v1/prices/{made['id']}"), 404, "404-feature-not-available")
    assert api.get("/orb/v1/prices").body["data"] == []


def test_a_page_that_orb_cannot_show_does_not_end_the_list(api: Api, item: str) -> None:
    """Else Orb's SDK, which stops at an empty page, never sees the prices behind it."""
    wanted = [price(api, item)["id"] for _ in range(3)]
    for _ in range(4):
        api.price(product=item, custom_unit_amount={"enabled": True}, unit_amount=None)

    found, path = [], "/orb/v1/prices?limit=2"
    while path:
        page = api.get(path).body
        assert page["data"]
        found += [each["id"] for each in page["data"]]
        cursor = page["pagination_metadata"]["next_cursor"]
        path = f"/orb/v1/prices?limit=2&cursor={cursor}" if cursor else ""

    assert found == wanted[::-1]

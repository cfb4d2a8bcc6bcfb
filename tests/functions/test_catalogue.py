"""Products, customers and discounts: made, read, changed and cleared."""

from typing import Any

import pytest

from local.template import Stack
from tests.client import Api
from tests.clocks import StoppedClock
from tests.refusals import refusal
from tests.tables import everything, families, nothing_stored

ADDRESS = {"line1": "1 Sample Street", "city": "Berlin", "country": "DE"}
FULL: dict[str, dict[str, Any]] = {
    "products": {
        "name": "Seat",
        "description": "One person",
        "unit_label": "seat",
        "image_url": "https://example.com/seat.png",
        "external_id": "erp-1",
        "active": True,
        "metadata": {"plan": "team"},
    },
    "customers": {
        "email": "Ada@Example.com",
        "name": "Ada Lovelace",
        "phone": "+44 20 7946 0000",
        "description": "Analyst",
        "external_id": "crm-1",
        "billing_address": ADDRESS,
        "shipping_address": {"city": "London", "country": "GB"},
        "metadata": {"tier": 1},
    },
    "discounts": {
        "name": "Spring",
        "code": "SPRING",
        "type": "fixed",
        "amounts": {"usd": 500, "jpy": 100},
        "starts_at": "2026-01-01T00:00:00.000Z",
        "ends_at": "2026-06-01T00:00:00.000Z",
        "max_redemptions": 10,
        "active": True,
        "metadata": {"campaign": "q1"},
    },
}
LEAST: dict[str, dict[str, Any]] = {
    "products": {"name": "Seat"},
    "customers": {},
    "discounts": {"name": "Spring", "type": "percentage", "basis_points": 1},
}
CLEARABLE = {
    "products": ["description", "unit_label", "image_url", "external_id"],
    "customers": [
        *("email", "name", "phone", "description", "external_id"),
        *("billing_address", "shipping_address"),
    ],
    "discounts": ["starts_at", "ends_at", "max_redemptions"],
}
UNIQUE = {"products": "external_id", "customers": "external_id", "discounts": "code"}

each_collection = pytest.mark.parametrize("collection", list(FULL))


def made(api: Api, collection: str, **fields: Any) -> Any:
    answer = api.post(f"/v1/{collection}", LEAST[collection] | fields)
    assert answer.status == 201, answer.text
    return answer.body


@each_collection
def test_a_record_with_every_field_reads_back_as_it_was_given(api: Api, collection: str) -> None:
    answer = api.post(f"/v1/{collection}", FULL[collection])

    assert answer.status == 201
    assert answer.body | FULL[collection] == answer.body
    assert answer.body["object"] == collection.removesuffix("s")
    assert api.get(f"/v1/{collection}/{answer.body['id']}").text == answer.text


@each_collection
def test_a_record_needs_no_more_than_it_must(api: Api, collection: str) -> None:
    record = made(api, collection)

    assert record | LEAST[collection] == record
    assert all(record[name] is None for name in CLEARABLE[collection])
    assert record["metadata"] == {}


@each_collection
def test_a_change_leaves_what_it_does_not_name(
    api: Api, collection: str, stopped: StoppedClock
) -> None:
    before = api.post(f"/v1/{collection}", FULL[collection]).body
    stopped.advance(hours=1)

    answer = api.patch(f"/v1/{collection}/{before['id']}", {"name": "Other"})

    assert answer.status == 200
    changed = {"name": "Other", "updated_at": "2026-01-31T13:00:00.000Z"}
    assert answer.body == before | changed
    assert api.get(f"/v1/{collection}/{before['id']}").text == answer.text


@each_collection
def test_null_clears_what_may_be_absent(api: Api, collection: str) -> None:
    record = api.post(f"/v1/{collection}", FULL[collection]).body
    cleared = dict.fromkeys(CLEARABLE[collection])

    answer = api.patch(f"/v1/{collection}/{record['id']}", cleared)

    assert answer.status == 200
    assert answer.body | cleared == answer.body
    assert api.get(f"/v1/{collection}/{record['id']}").body == answer.body


@pytest.mark.parametrize(
    ("collection", "field"),
    [
        *(("products", "name"), ("products", "active")),
        *(("discounts", "name"), ("discounts", "active")),
    ],
)
def test_null_never_clears_what_must_be_there(api: Api, collection: str, field: str) -> None:
    record = made(api, collection)

    answer = api.patch(f"/v1/{collection}/{record['id']}", {field: None})

    assert refusal(answer, 422) == [(field, "invalid_type")]


@each_collection
def test_metadata_merges_key_by_key_and_is_cleared_as_a_whole(api: Api, collection: str) -> None:
    record = made(api, collection, metadata={"a": 1, "b": "two", "c": True, "d": ""})
    address = f"/v1/{collection}/{record['id']}"

    assert record["metadata"] == {"a": 1, "b": "two", "c": True}
    merged = api.patch(address, {"metadata": {"a": 2, "b": None, "c": "", "e": 0.5}})
    assert merged.body["metadata"] == {"a": 2, "e": 0.5}
    assert api.patch(address, {"name": "x"}).body["metadata"] == {"a": 2, "e": 0.5}
    assert api.patch(address, {"metadata": None}).body["metadata"] == {}


def test_metadata_never_grows_over_its_limit_by_merging(api: Api) -> None:
    record = made(api, "products", metadata={f"a{place}": 1 for place in range(50)})
    more = {"metadata": {f"b{place}": 1 for place in range(50)}}

    answer = api.patch(f"/v1/products/{record['id']}", more)

    assert ("metadata", "too_long") in refusal(answer, 422)


@each_collection
def test_an_empty_change_changes_nothing(api: Api, stack: Stack, collection: str) -> None:
    record = api.post(f"/v1/{collection}", FULL[collection]).body

    with nothing_stored(stack):
        answer = api.patch(f"/v1/{collection}/{record['id']}", {})

    assert (answer.status, answer.body) == (200, record)


@each_collection
def test_a_change_keeps_the_record_an_event_and_nothing_else(
    api: Api, stack: Stack, collection: str
) -> None:
    record = api.post(f"/v1/{collection}", FULL[collection]).body
    before = everything(stack)

    api.patch(f"/v1/{collection}/{record['id']}", {"name": "Other"})

    after = everything(stack)
    assert families({pk: after[pk] for pk in after if pk not in before}) == ["EV"]
    assert len([pk for pk in before if after[pk] != before[pk]]) == 1


@each_collection
def test_a_unique_value_is_refused_to_a_second_record(
    api: Api, stack: Stack, collection: str
) -> None:
    field = UNIQUE[collection]
    made(api, collection, **{field: "taken"})

    with nothing_stored(stack):
        answer = api.post(f"/v1/{collection}", LEAST[collection] | {field: "taken"})

    assert answer.status == 409
    assert (answer.body["code"], answer.body["param"]) == (f"{field}_taken", field)


@pytest.mark.parametrize("collection", ["products", "customers"])
def test_a_unique_value_can_be_given_up_and_taken_by_another(api: Api, collection: str) -> None:
    first, second = made(api, collection, external_id="a"), made(api, collection, external_id="b")

    refused = api.patch(f"/v1/{collection}/{second['id']}", {"external_id": "a"})
    api.patch(f"/v1/{collection}/{first['id']}", {"external_id": "c"})
    taken = api.patch(f"/v1/{collection}/{second['id']}", {"external_id": "a"})

    assert (refused.status, refused.body["code"]) == (409, "external_id_taken")
    assert taken.status == 200
    assert api.get(f"/v1/{collection}/external_id/a").body["id"] == second["id"]
    assert api.get(f"/v1/{collection}/external_id/b").status == 404
    assert api.get(f"/v1/{collection}/external_id/c").body["id"] == first["id"]


@pytest.mark.parametrize("collection", ["products", "customers"])
def test_external_ids_that_differ_only_in_case_are_two(api: Api, collection: str) -> None:
    lower, upper = (made(api, collection, external_id=value) for value in ("xk3f", "xK3F"))

    assert api.get(f"/v1/{collection}/external_id/xk3f").body["id"] == lower["id"]
    assert api.get(f"/v1/{collection}/external_id/xK3F").body["id"] == upper["id"]


def test_a_default_price_must_be_one_of_the_products_own(api: Api, stack: Stack) -> None:
    price, product = api.price(), api.product()
    own, others = f"/v1/products/{price['product']}", f"/v1/products/{product['id']}"

    assert api.patch(own, {"default_price": price["id"]}).body["default_price"] == price["id"]
    with nothing_stored(stack):
        foreign = api.patch(others, {"default_price": price["id"]})
        unknown = api.patch(others, {"default_price": "price_x"})
    assert refusal(foreign, 422) == [("default_price", "price_of_another_product")]
    assert refusal(unknown, 422) == [("default_price", "unknown_price")]
    assert api.patch(own, {"default_price": None}).body["default_price"] is None


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"email": "ada"}, ("email", "invalid_email")),
        ({"email": "a@b.co" + "m" * 250}, ("email", "string_too_long")),
        ({"name": "x" * 251}, ("name", "string_too_long")),
        ({"phone": "4242 4242 4242 4242"}, ("phone", "card_number")),
        ({"billing_address": {"country": "XX"}}, ("billing_address.country", "unknown_country")),
        ({"billing_address": []}, ("billing_address", "invalid_type")),
        ({"metadata": []}, ("metadata", "invalid_type")),
        ({"metadata": {"": 1}}, ("metadata.", "string_too_short")),
        ({"metadata": {"a": 9007199254740993}}, ("metadata.a", "number_out_of_range")),
        ({"metadata": {"a": "x" * 501}}, ("metadata.a", "string_too_long")),
        ({"metadata": {"a": {"b": 1}}}, ("metadata.a", "invalid_metadata_value")),
        ({"created_at": None}, ("created_at", "read_only_field")),
    ],
)
def test_a_broken_field_is_refused_by_name_on_create_and_on_update(
    api: Api, stack: Stack, fields: Any, broken: Any
) -> None:
    record = made(api, "customers")

    with nothing_stored(stack):
        created = api.post("/v1/customers", fields)
        updated = api.patch(f"/v1/customers/{record['id']}", fields)

    assert refusal(created, 422) == refusal(updated, 422) == [broken]

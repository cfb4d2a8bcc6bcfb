"""Organizations and modes: another's id answers exactly like one that never was."""

from typing import Any

import pytest

from local.template import Stack
from tests.client import Api
from tests.functions.neighbours import SECRET, Neighbour, blurred, unknown_like
from tests.refusals import refusal
from tests.tables import nothing_stored

COLLECTIONS = (
    *("products", "prices", "customers", "discounts", "payment_methods", "orders", "checkouts"),
    "events",
)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_reading_by_a_foreign_id_is_reading_nothing(
    api: Api, neighbour: Neighbour, collection: str
) -> None:
    foreign = neighbour.ids[collection]

    answer = api.get(f"/v1/{collection}/{foreign}")
    unknown = api.get(f"/v1/{collection}/{unknown_like(foreign)}")

    assert refusal(answer, 404) == []
    assert blurred(answer) == blurred(unknown)
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/v1/prices/{}/quote", {"quantity": 1}), ("GET", "/v1/prices/{}/periods", None)],
)
def test_what_a_foreign_price_comes_to_is_not_told(
    api: Api, neighbour: Neighbour, method: str, path: str, body: Any
) -> None:
    foreign = neighbour.ids["prices"]

    answer = api.call(method, path.format(foreign), body)
    unknown = api.call(method, path.format(unknown_like(foreign)), body)

    assert refusal(answer, 404) == []
    assert blurred(answer) == blurred(unknown)


@pytest.mark.parametrize("collection", ["products", "customers", "discounts"])
@pytest.mark.parametrize("change", [{"name": "Mine"}, {"metadata": None}, {}, {"x": 1}])
def test_changing_by_a_foreign_id_changes_nothing(
    api: Api, stack: Stack, neighbour: Neighbour, collection: str, change: Any
) -> None:
    foreign = neighbour.ids[collection]

    with nothing_stored(stack):
        answer = api.patch(f"/v1/{collection}/{foreign}", change)
        unknown = api.patch(f"/v1/{collection}/{unknown_like(foreign)}", change)

    assert answer.status in (404, 422)
    assert blurred(answer) == blurred(unknown)


ID_FIELDS: list[tuple[str, str, Any]] = [
    ("prices", "products", {"product": "ID", "currency": "usd", "unit_amount": 100}),
    ("orders", "customers", {"customer": "ID", "line_items": "INLINE"}),
    ("orders", "prices", {"customer": "OWN", "line_items": [{"price": "ID", "quantity": 1}]}),
    ("orders", "products", {"customer": "OWN", "line_items": [{"product": "ID", "quantity": 1}]}),
    (
        "orders",
        "products",
        {"customer": "OWN", "line_items": [{"product": "ID", "quantity": 1}], "amount": 500},
    ),
    (
        "orders",
        "products",
        {
            "customer": "OWN",
            "line_items": [
                {
                    "price_data": {"product": "ID", "currency": "usd", "unit_amount": 100},
                    "quantity": 1,
                }
            ],
        },
    ),
    (
        "orders",
        "payment_methods",
        {"customer": "OWN", "line_items": "INLINE", "payment_method": "ID"},
    ),
    ("payment_methods", "customers", {"customer": "ID", "test_card": "success"}),
    ("checkouts", "customers", {"customer": "ID", "line_items": "INLINE"}),
    ("checkouts", "products", {"product": "ID", "units": 2}),
    ("checkouts", "prices", {"line_items": [{"price": "ID", "quantity": 1}]}),
    ("checkouts", "products", {"line_items": [{"product": "ID", "quantity": 1}]}),
]


def filled(body: Any, id: str, own_customer: str) -> Any:
    inline = {"currency": "usd", "unit_amount": 100, "product_data": {"name": "Seat"}}
    if isinstance(body, dict):
        return {name: filled(value, id, own_customer) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, id, own_customer) for value in body]
    filling = {"ID": id, "OWN": own_customer, "INLINE": [{"price_data": inline, "quantity": 1}]}
    return filling.get(body, body) if isinstance(body, str) else body


@pytest.mark.parametrize(("collection", "named", "body"), ID_FIELDS)
def test_a_create_that_names_a_foreign_record_is_refused_like_an_unknown_one(
    api: Api, stack: Stack, neighbour: Neighbour, collection: str, named: str, body: Any
) -> None:
    own, foreign = api.customer()["id"], neighbour.ids[named]

    with nothing_stored(stack):
        answer = api.post(f"/v1/{collection}", filled(body, foreign, own))
        unknown = api.post(f"/v1/{collection}", filled(body, unknown_like(foreign), own))

    [(_, code)] = refusal(answer, 422)
    assert code == f"unknown_{named.removesuffix('s')}"
    assert blurred(answer) == blurred(unknown)


def test_a_foreign_price_is_no_default_for_ones_own_product(
    api: Api, stack: Stack, neighbour: Neighbour
) -> None:
    product = f"/v1/products/{api.product()['id']}"
    foreign = neighbour.ids["prices"]

    with nothing_stored(stack):
        answer = api.patch(product, {"default_price": foreign})
        unknown = api.patch(product, {"default_price": unknown_like(foreign)})

    assert refusal(answer, 422) == [("default_price", "unknown_price")]
    assert blurred(answer) == blurred(unknown)


@pytest.mark.parametrize("action", ["charge", "cancel"])
@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "key-1"}])
def test_a_foreign_order_is_neither_charged_nor_canceled(
    api: Api, stack: Stack, neighbour: Neighbour, action: str, key: dict[str, str]
) -> None:
    foreign = neighbour.ids["orders"]

    with nothing_stored(stack):
        answer = api.post(f"/v1/orders/{foreign}/{action}", **key)
        unknown = api.post(f"/v1/orders/{unknown_like(foreign)}/{action}", **key)

    assert refusal(answer, 404) == []
    assert blurred(answer) == blurred(unknown)


@pytest.mark.parametrize("collection", ["customers", "payment_methods"])
def test_nothing_foreign_is_deleted(
    api: Api, stack: Stack, neighbour: Neighbour, collection: str
) -> None:
    foreign = neighbour.ids[collection]

    with nothing_stored(stack):
        answer = api.delete(f"/v1/{collection}/{foreign}")
        unknown = api.delete(f"/v1/{collection}/{unknown_like(foreign)}")

    assert refusal(answer, 404) == []
    assert blurred(answer) == blurred(unknown)


def test_a_foreign_card_pays_nothing(api: Api, stack: Stack, neighbour: Neighbour) -> None:
    customer, foreign = api.customer()["id"], neighbour.ids["payment_methods"]
    order = api.order(**filled({"customer": "OWN", "line_items": "INLINE"}, "", customer))["id"]
    spots = {
        "payment_method": ("POST", f"/v1/orders/{order}/charge"),
        "default_payment_method": ("PATCH", f"/v1/customers/{customer}"),
    }

    for field, (method, path) in spots.items():
        with nothing_stored(stack):
            answer = api.call(method, path, {field: foreign})
            unknown = api.call(method, path, {field: unknown_like(foreign)})
        assert refusal(answer, 422) == [(field, "unknown_payment_method")]
        assert blurred(answer) == blurred(unknown)


@pytest.mark.parametrize(
    ("collection", "field", "value"),
    [
        ("products", "external_id", "erp-1"),
        ("prices", "lookup_key", "seat"),
        ("prices", "external_price_id", "erp-1"),
        ("customers", "external_id", "crm-1"),
        ("customers", "email", "ada@example.com"),
        ("discounts", "code", "SPRING"),
    ],
)
def test_a_foreign_name_finds_nothing_and_is_free_to_take(
    api: Api, neighbour: Neighbour, collection: str, field: str, value: str
) -> None:
    least: dict[str, Any] = {
        "products": {"name": "Seat"},
        "prices": {"currency": "usd", "unit_amount": 1, "product_data": {"name": "Seat"}},
        "customers": {},
        "discounts": {"name": "Spring", "type": "percentage", "basis_points": 1},
    }

    assert api.get(f"/v1/{collection}/{field}/{value}").status == 404
    assert api.get(f"/v1/{collection}?{field}={value}").body["data"] == []
    mine = api.post(f"/v1/{collection}", least[collection] | {field: value})
    assert mine.status == 201
    assert api.get(f"/v1/{collection}/{field}/{value}").body == mine.body


def test_a_foreign_lookup_key_is_never_taken_over(
    api: Api, other: Api, live: Api, neighbour: Neighbour
) -> None:
    mine = api.price(lookup_key="seat", transfer_lookup_key=True)

    assert api.get("/v1/prices/lookup_key/seat").body == mine
    theirs = [client.get("/v1/prices/lookup_key/seat") for client in (other, live)]
    assert neighbour.ids["prices"] in [answer.body.get("id") for answer in theirs]


def test_a_foreign_discount_code_takes_nothing_off(api: Api, neighbour: Neighbour) -> None:
    inline = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
    lines = [{"price_data": inline, "quantity": 1}]

    answer = api.post("/v1/checkouts", {"line_items": lines, "discount_code": "SPRING"})

    assert refusal(answer, 422) == [("discount_code", "unknown_discount")]


def test_a_foreign_request_id_replays_nothing(api: Api, neighbour: Neighbour) -> None:
    inline = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
    lines = [{"price_data": inline, "quantity": 1}]

    answer = api.post("/v1/checkouts", {"line_items": lines, "request_id": "cart-7"})

    assert answer.status == 201
    assert "idempotency-replayed" not in answer.headers
    assert answer.body["id"] != neighbour.ids["checkouts"]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_lists_show_only_ones_own(api: Api, neighbour: Neighbour, collection: str) -> None:
    answer = api.get(f"/v1/{collection}")

    assert answer.body == {"data": [], "has_more": False, "next_cursor": None}


@pytest.mark.parametrize("collection", ["orders", "checkouts", "payment_methods"])
def test_a_foreign_customers_records_are_not_listed(
    api: Api, neighbour: Neighbour, collection: str
) -> None:
    foreign = neighbour.ids["customers"]

    answer = api.get(f"/v1/{collection}?customer={foreign}")
    unknown = api.get(f"/v1/{collection}?customer={unknown_like(foreign)}")

    assert answer.body["data"] == []
    assert answer.text == unknown.text


def test_an_id_of_another_kind_is_unknown_too(api: Api) -> None:
    product, customer = api.product()["id"], api.customer()["id"]

    assert api.get(f"/v1/customers/{product}").status == 404
    answer = api.post(
        "/v1/orders", {"customer": product, "line_items": [{"price": customer, "quantity": 1}]}
    )
    assert refusal(answer, 422) == [
        ("customer", "unknown_customer"),
        ("line_items[0].price", "unknown_price"),
    ]

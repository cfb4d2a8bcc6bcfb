"""Pages of large records, on an emulator that counts an index's own size as DynamoDB does."""

from tests.client import Api

LAMBDA_ANSWER_BYTES = 6 * 1024 * 1024
RECORDS = 18


def test_a_page_ends_before_its_answer_is_too_large_for_lambda(emulated_api: Api) -> None:
    price = {"currency": "usd", "unit_amount": 100, "product_data": {"name": "Seat"}}
    metadata = {f"key{place}": "x" * 500 for place in range(12)}
    lines = [{"price_data": price, "quantity": 1, "metadata": metadata}] * 37
    made = []
    for _ in range(RECORDS):
        answer = emulated_api.post("/v1/checkouts", {"line_items": lines})
        assert answer.status == 201, answer.text
        made.append(answer.body["id"])

    first = emulated_api.get("/v1/checkouts?limit=100")
    second = emulated_api.get(f"/v1/checkouts?limit=100&cursor={first.body['next_cursor']}")

    assert len(first.text.encode()) < LAMBDA_ANSWER_BYTES
    assert 1 < len(first.body["data"]) < RECORDS
    assert not second.body["has_more"]
    listed = [record["id"] for page in (first, second) for record in page.body["data"]]
    assert listed == sorted(made, reverse=True)


def test_an_absurdly_long_value_finds_nothing(emulated_api: Api) -> None:
    """DynamoDB takes no key over 2 KB; a caller who asks for one made no error of ours."""
    value = "x" * 3000

    answers = [
        emulated_api.get(f"/v1/products/{value}"),
        emulated_api.get(f"/v1/products/external_id/{value}"),
        emulated_api.get(f"/v1/products?external_id={value}"),
        emulated_api.get(f"/v1/orders?customer={value}"),
        emulated_api.patch(f"/v1/products/{value}", {"name": "Seat"}),
    ]

    assert all(answer.status in (200, 404, 422) for answer in answers), [
        (answer.status, answer.body.get("code")) for answer in answers
    ]

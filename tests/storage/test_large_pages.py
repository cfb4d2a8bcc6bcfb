"""Pages of large records, on an emulator that counts an index's own size as DynamoDB does."""

import json

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

    pages = [emulated_api.get("/v1/checkouts?limit=100")]
    while (cursor := pages[-1].body["next_cursor"]) is not None:
        pages.append(emulated_api.get(f"/v1/checkouts?limit=100&cursor={cursor}"))

    assert 1 < len(pages) < RECORDS
    assert all(len(json.dumps(page.text)) < LAMBDA_ANSWER_BYTES for page in pages)
    listed = [record["id"] for page in pages for record in page.body["data"]]
    assert listed == sorted(made, reverse=True)


def test_a_page_of_nothing_but_quotes_is_not_too_large_either(emulated_api: Api) -> None:
    """Lambda escapes each quote of an answer, so such a page nearly doubles on its way out."""
    quotes = {f"key{place}": '"' * 500 for place in range(50)}
    for _ in range(100):
        made = emulated_api.post(
            "/v1/products", {"name": "Seat", "description": '"' * 5000, "metadata": quotes}
        )
        assert made.status == 201, made.text

    page = emulated_api.get("/v1/products?limit=100")

    assert page.body["has_more"]
    assert len(json.dumps(page.text)) < LAMBDA_ANSWER_BYTES


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

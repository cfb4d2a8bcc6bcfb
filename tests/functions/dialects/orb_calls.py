"""What every test of Orb's language calls, and how its refusals are read."""

from typing import Any

from tests.client import Answered, Api

TYPES = "https://docs.withorb.com/reference/error-responses#"
UNIT = {
    "name": "API calls",
    "cadence": "monthly",
    "currency": "USD",
    "model_type": "unit",
    "unit_config": {"unit_amount": "0.50"},
}


def new_item(api: Api) -> str:
    """The id of an item."""
    answer = api.post("/orb/v1/items", {"name": "API calls"})
    assert answer.status == 201, answer.text
    return str(answer.body["id"])


def price(api: Api, item: str, **fields: Any) -> Any:
    """A price of an item, as it was answered."""
    answer = api.post("/orb/v1/prices", {**UNIT, "item_id": item, **fields})
    assert answer.status == 201, answer.text
    return answer.body


def refused(answer: Answered, status: int, kind: str) -> Any:
    """What was told, of a refusal whose type is the one by which the SDK picks its class."""
    assert answer.status == status, answer.text
    assert answer.body["type"] == TYPES + kind
    assert answer.body["status"] == status
    assert answer.body["title"]
    return answer.body.get("validation_errors", answer.body["detail"])


def broken(answer: Answered) -> Any:
    """The fields that were refused."""
    told = refused(answer, 400, "400-request-validation-errors")
    return [each.partition(": ")[0] for each in told]

"""Billingrails' calls as tests make them, and what every refusal has in common."""

from typing import Any

from tests.client import Answered, Api

ERROR = {"type", "code", "message", "details"}


def made(api: Api, path: str, body: Any) -> Any:
    """What a create answered, out of its envelope."""
    answer = api.post(f"/billingrails/v1{path}", body)
    assert answer.status == 201, answer.text
    (document,) = (value for name, value in answer.body.items() if name != "meta")
    return document


def account(api: Api, **fields: Any) -> str:
    return str(made(api, "/accounts", {"name": "John", "email": "j@example.com", **fields})["id"])


def product(api: Api, **fields: Any) -> str:
    price = {"currency": "USD", "model": "per_unit", "amount": 1250}
    return str(made(api, "/products", {"name": "Seat", "price": price, **fields})["id"])


def wanted(api: Api, of: str, **fields: Any) -> dict[str, Any]:
    line = {"product_id": product(api), "quantity": 2, "unit_amount": 2500, "description": "Plan"}
    return {"account_id": of, "currency": "USD", "line_items": [line], **fields}


def order(api: Api, of: str, **fields: Any) -> Any:
    return made(api, "/orders", wanted(api, of, **fields))


def read(api: Api, id: str) -> Any:
    return api.get(f"/billingrails/v1/orders/{id}").body["order"]


def states(shown: Any) -> tuple[str, str]:
    return shown["status"], shown["payment_status"]


def refused(answer: Answered, status: int = 400) -> tuple[str, list[str]]:
    """The code of a well-formed refusal, and the fields that it is about."""
    assert answer.status == status, answer.text
    assert answer.body.keys() == ERROR
    assert answer.body["message"]
    return answer.body["code"], [each["field"] for each in answer.body["details"]]

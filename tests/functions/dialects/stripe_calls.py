"""What every test of Stripe's language calls: forms as its SDK writes them."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

from tests.client import Answered, Api

FORM = {"content_type": "application/x-www-form-urlencoded"}
PRICE = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}
LINE = {"price_data": PRICE, "quantity": 2}
SESSIONS = "/v1/checkout/sessions"


def encoded(fields: Mapping[str, Any]) -> str:
    """Fields in brackets, lists by place, as the SDK sends them."""
    return "&".join(f"{key}={quote_plus(value)}" for key, value in _pairs(fields, ""))


def _pairs(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _pairs(inner, f"{key}[{name}]" if key else str(name))
    elif isinstance(value, bool):
        yield key, str(value).lower()
    elif value is not None:
        yield key, str(value)


def send(api: Api, path: str, fields: Mapping[str, Any] | None = None, **headers: str) -> Answered:
    """POST a form."""
    return post_text(api, path, encoded(fields or {}), **headers)


def post_text(api: Api, path: str, text: str, **headers: str) -> Answered:
    """POST a form as it is written."""
    return api.post(f"/stripe{path}", text.encode(), **{**FORM, **headers})


def fetch(api: Api, path: str, fields: Mapping[str, Any] | None = None) -> Answered:
    """GET by a query."""
    query = encoded(fields or {}).replace("[", "%5B").replace("]", "%5D")
    return api.get(f"/stripe{path}?{query}" if query else f"/stripe{path}")


def made(answer: Answered) -> Any:
    """What was answered, of a call that went well."""
    assert answer.status == 200, answer.text
    return answer.body


def refused(answer: Answered, status: int = 400) -> Any:
    """The error that the SDK reads."""
    assert answer.status == status, answer.text
    error = answer.body["error"]
    assert error["type"]
    assert error["message"]
    return error


def reason(answer: Answered, status: int = 400) -> tuple[str | None, str | None]:
    """The parameter that is wrong, and the code that says how."""
    error = refused(answer, status)
    return error.get("param"), error.get("code")

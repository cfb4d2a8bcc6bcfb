"""A client that speaks to the functions as the gateway does, in this process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from local.functions import Functions
from local.http_event import HttpRequest, build_event, read_answer
from local.routing import find_route
from local.template import Stack


@dataclass(frozen=True)
class Answered:
    """An answer, its JSON read."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def codes(self) -> list[tuple[str | None, str]]:
        """The broken rules: where, and which."""
        return [(error["param"], error["code"]) for error in self.body["errors"]]


@dataclass(frozen=True)
class Api:
    """One organization's view of the API."""

    stack: Stack
    functions: Functions
    key: str
    organization: str = ""

    def with_key(self, key: str) -> "Api":
        return replace(self, key=key)

    def post(self, path: str, body: Any = None, **headers: str) -> Answered:
        return self.call("POST", path, body, **headers)

    def get(self, path: str, **headers: str) -> Answered:
        return self.call("GET", path, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answered:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answered:
        return self.call("DELETE", path, **headers)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        """Header names are written with underscores; ``body`` may be bytes, sent as they are."""
        sent = {"host": "api.example.com", "content-type": "application/json"}
        if self.key:
            sent["authorization"] = f"Bearer {self.key}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = (
            b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        )
        request = HttpRequest(method, path, list(sent.items()), raw)
        found = find_route(self.stack.routes, method, request.path)
        assert found is not None, f"template.yaml routes {method} {path} nowhere"
        route, variables = found
        answer = read_answer(
            self.functions.invoke(route.function, build_event(request, route, variables))
        )
        return Answered(answer.status, dict(answer.headers), answer.body.decode())

    # What most tests need to exist

    def product(self, **fields: Any) -> Any:
        return self._made("/v1/products", {"name": "Seat", **fields})

    def price(self, **fields: Any) -> Any:
        terms: dict[str, Any] = {"currency": "usd", "unit_amount": 1250}
        if not {"product", "product_data"} & fields.keys():
            terms["product_data"] = {"name": "Seat"}
        if {"model_type", "tiers", "unit_amount_decimal"} & fields.keys():
            del terms["unit_amount"]
        return self._made("/v1/prices", terms | fields)

    def customer(self, **fields: Any) -> Any:
        return self._made("/v1/customers", {"email": "ada@example.com", **fields})

    def payment_method(self, customer: str, test_card: str = "success", **fields: Any) -> Any:
        terms = {"customer": customer, "test_card": test_card}
        return self._made("/v1/payment_methods", terms | fields)

    def order(self, **fields: Any) -> Any:
        return self._made("/v1/orders", fields)

    def _made(self, path: str, body: Any) -> Any:
        answer = self.post(path, body)
        assert answer.status == 201, answer.text
        return answer.body

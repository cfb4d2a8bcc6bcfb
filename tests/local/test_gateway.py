"""If these fail, a request is answered differently here than by the deployed API."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from local.gateway import PAYLOAD_LIMIT_BYTES, Gateway
from local.http_event import HttpRequest
from local.template import Route

ROUTES = [Route("POST", "/v1/orders", "create_order")]
ORDER = HttpRequest("POST", "/v1/orders", [("content-type", "application/json")], b"{}")


def gateway_to(answer: Any) -> Gateway:
    """A gateway whose functions give this answer, or raise it."""

    def invoke(function: str, event: Mapping[str, Any]) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Gateway(ROUTES, invoke)


def test_the_routes_function_gets_the_event_and_gives_the_answer() -> None:
    seen = []

    def invoke(function: str, event: Mapping[str, Any]) -> Any:
        seen.append((function, event["body"]))
        return {"statusCode": 201, "body": "made"}

    answer = Gateway(ROUTES, invoke).answer(ORDER)

    assert seen == [("create_order", "{}")]
    assert (answer.status, answer.body) == (201, b"made")
    assert "apigw-requestid" in dict(answer.headers)


def test_what_no_route_names_is_not_found() -> None:
    answer = gateway_to({"statusCode": 200}).answer(HttpRequest("GET", "/v1/orders", []))

    assert (answer.status, answer.body) == (404, b'{"message":"Not Found"}')


@pytest.mark.parametrize(
    "failure",
    [
        ValueError("secret"),
        {"statusCode": "many"},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "x" * (PAYLOAD_LIMIT_BYTES + 1)},
    ],
)
def test_a_function_that_fails_tells_the_caller_nothing_and_the_log_why(
    failure: Any, caplog: pytest.LogCaptureFixture
) -> None:
    answer = gateway_to(failure).answer(ORDER)

    assert (answer.status, answer.body) == (500, b'{"message":"Internal Server Error"}')
    assert "create_order" in caplog.text


def test_an_event_larger_than_lambda_takes_is_refused() -> None:
    body = b"x" * (PAYLOAD_LIMIT_BYTES * 4 // 5)
    request = HttpRequest("POST", "/v1/orders", [("content-type", "image/png")], body)

    assert gateway_to({"statusCode": 200}).answer(request).status == 413


def test_each_request_leaves_a_line_that_programs_can_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "local.gateway"):
        answer = gateway_to({"statusCode": 201}).answer(ORDER)

    line = json.loads(caplog.messages[-1])
    assert (line["method"], line["path"], line["status"]) == ("POST", "/v1/orders", 201)
    assert line["request_id"] == dict(answer.headers)["apigw-requestid"]

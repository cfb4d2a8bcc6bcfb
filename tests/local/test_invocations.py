"""If these fail, an order that is charged at once waits for the schedule on a laptop."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from farebox.charging.invocation import Lambda
from farebox.problems import Unavailable
from local.cloudformation import ACCOUNT, REGION
from local.http_event import HttpAnswer, HttpRequest
from local.invocations import Invocations
from local.server import bound_server
from local.template import Function

NAME = "local-ChargeFunction"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}"
CHARGE = Function("ChargeFunction", NAME, "charge.handler", Path(), (), {}, 120, 128)
SECONDS = 5


def charge(function: str, event: Mapping[str, Any]) -> Any:
    """Answer with what arrived; an order without an id cannot be charged."""
    if "id" not in event:
        raise KeyError("id")
    return {"function": function, "charged": event["id"]}


def invoke(name: str, body: bytes = b"{}", **headers: str) -> HttpAnswer:
    """Ask as an SDK does, which writes colons as escapes."""
    target = f"/2015-03-31/functions/{name.replace(':', '%3A')}/invocations"
    sent = [(header.replace("_", "-"), value) for header, value in headers.items()]
    return Invocations([CHARGE], charge).answer(HttpRequest("POST", target, sent, body))


@pytest.mark.parametrize(
    "name", [NAME, ARN, f"{ACCOUNT}:function:{NAME}", f"{NAME}:$LATEST", f"{ARN}:$LATEST"]
)
def test_a_function_is_found_by_every_name_that_lambda_takes(name: str) -> None:
    answer = invoke(name, b'{"id": "ord_1"}')

    assert answer.status == 200
    assert json.loads(answer.body) == {"function": "ChargeFunction", "charged": "ord_1"}
    assert "x-amz-function-error" not in dict(answer.headers)


def test_a_function_that_fails_is_told_apart_from_one_that_answers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = invoke(NAME)

    assert (answer.status, dict(answer.headers)["x-amz-function-error"]) == (200, "Unhandled")
    failure = json.loads(answer.body)
    assert (failure["errorType"], failure["errorMessage"]) == ("KeyError", "'id'")
    assert "ChargeFunction failed" in caplog.text


@pytest.mark.parametrize(
    ("name", "body", "headers", "status", "code"),
    [
        ("local-Other", b"{}", {}, 404, "ResourceNotFoundException"),
        (NAME, b"{", {}, 400, "InvalidRequestContentException"),
        (NAME, b"\xff", {}, 400, "InvalidRequestContentException"),
        (NAME, b"{}", {"X_Amz_Invocation_Type": "Event"}, 400, "InvalidParameterValueException"),
    ],
)
def test_what_cannot_be_invoked_is_refused_by_its_code(
    name: str, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = invoke(name, body, **headers)

    assert (answer.status, dict(answer.headers)["x-amzn-errortype"]) == (status, code)
    assert json.loads(answer.body)["Message"]


def test_there_is_no_other_call() -> None:
    request = HttpRequest("GET", "/2015-03-31/functions", [])

    assert Invocations([CHARGE], charge).answer(request).status == 404


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that invokes, where the functions' own client looks for it."""
    with bound_server(0) as server:
        server.listen()
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", server.base_url)
        with server.serving(Invocations([CHARGE], charge), lambda line: None):
            yield server.base_url


def test_the_functions_own_client_is_answered(endpoint: str) -> None:
    Lambda(ARN).invoke({"id": "ord_1"}, SECONDS)

    with pytest.raises(Unavailable):
        Lambda(ARN).invoke({}, SECONDS)
    with pytest.raises(Unavailable):
        Lambda("local-Other").invoke({"id": "ord_1"}, SECONDS)

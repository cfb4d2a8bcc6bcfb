"""The call by which one function invokes another, as Lambda's own API answers it."""

import json
import logging
import re
import traceback
import uuid
from collections.abc import Iterable
from typing import Any

from local.functions import Invoke
from local.http_event import HttpAnswer, HttpRequest, json_answer
from local.template import Function

# A function is named by its name, its ARN or the end of it, with a version or without.
PATH = re.compile(
    r"/2015-03-31/functions/(?:arn:aws:lambda:[^:/]+:)?(?:\d{12}:)?(?:function:)?"
    r"(?P<name>[\w-]+)(?::[\w$-]+)?/invocations"
)
SYNCHRONOUS = "RequestResponse"

log = logging.getLogger("local.invocations")


class Invocations:
    """Answers Lambda's Invoke for the functions of this stack, synchronously only."""

    def __init__(self, functions: Iterable[Function], invoke: Invoke) -> None:
        self._logical_ids = {function.name: function.logical_id for function in functions}
        self._invoke = invoke

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one call; a function that fails is answered with 200 as well, and told apart."""
        found = PATH.fullmatch(request.path)
        if request.method != "POST" or found is None:
            return _refusal(404, "UnknownOperationException", f"No call at {request.path}")
        headers = {name.lower(): value for name, value in request.headers}
        kind = headers.get("x-amz-invocation-type", SYNCHRONOUS)
        if kind != SYNCHRONOUS:
            message = f"The local stack invokes synchronously only, not as {kind}"
            return _refusal(400, "InvalidParameterValueException", message)
        name = found["name"]
        if name not in self._logical_ids:
            return _refusal(404, "ResourceNotFoundException", f"Function not found: {name}")
        try:
            event = json.loads(request.body or b"{}")
        except ValueError as error:
            message = f"Could not parse request body into json: {error}"
            return _refusal(400, "InvalidRequestContentException", message)
        return self._result(self._logical_ids[name], event)

    def _result(self, logical_id: str, event: Any) -> HttpAnswer:
        failure: list[tuple[str, str]] = []
        request_id = str(uuid.uuid4())
        try:
            payload = self._invoke(logical_id, event)
        except Exception as error:
            log.exception("%s failed", logical_id)
            failure = [("x-amz-function-error", "Unhandled")]
            payload = {
                "errorMessage": str(error),
                "errorType": type(error).__name__,
                "requestId": request_id,
                "stackTrace": traceback.format_tb(error.__traceback__),
            }
        answer = json_answer(200, payload)
        executed = [("x-amz-executed-version", "$LATEST"), ("x-amzn-requestid", request_id)]
        return HttpAnswer(answer.status, [*answer.headers, *executed, *failure], answer.body)


def _refusal(status: int, code: str, message: str) -> HttpAnswer:
    answer = json_answer(status, {"Type": "User", "Message": message})
    return HttpAnswer(status, [*answer.headers, ("x-amzn-errortype", code)], answer.body)

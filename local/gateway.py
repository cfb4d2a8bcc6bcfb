"""The HTTP API: a request goes to the function that the template's routes name, in this process."""

import json
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from local.functions import Invoke
from local.http_event import HttpAnswer, HttpRequest, build_event, json_answer, read_answer
from local.routing import find_route
from local.template import Route

# The gateway's limit for a body, and Lambda's for an event or an answer.
BODY_LIMIT_BYTES = 10 * 1024 * 1024
PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024

NOT_FOUND = json_answer(404, {"message": "Not Found"})
TOO_LARGE = json_answer(413, {"message": "Request Entity Too Large"})
FAILED = json_answer(500, {"message": "Internal Server Error"})

log = logging.getLogger("local.gateway")


class Gateway:
    """Answers requests as the deployed HTTP API would."""

    def __init__(self, routes: Sequence[Route], invoke: Invoke) -> None:
        self._routes = routes
        self._invoke = invoke

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request, and write the line that an access log would have."""
        started = time.monotonic()
        found = find_route(self._routes, request.method, request.path)
        if found is None:
            return NOT_FOUND
        event = build_event(request, *found)
        answer = self._ask(found[0], event)
        context = event["requestContext"]
        entry = {
            "time": context["time"],
            "request_id": context["requestId"],
            "route": found[0].key,
            "method": request.method,
            "path": event["rawPath"],
            "status": answer.status,
            "milliseconds": round((time.monotonic() - started) * 1000),
        }
        log.info(json.dumps(entry))
        return HttpAnswer(
            answer.status,
            [*answer.headers, ("apigw-requestid", context["requestId"])],
            answer.body,
        )

    def _ask(self, route: Route, event: Mapping[str, Any]) -> HttpAnswer:
        """Call the function; whatever it raises, the caller learns only that it failed."""
        if len(json.dumps(event)) > PAYLOAD_LIMIT_BYTES:
            return TOO_LARGE
        try:
            result = self._invoke(route.function, event)
            # Lambda counts the answer as JSON, with every quote in its body escaped.
            if len(json.dumps(result)) > PAYLOAD_LIMIT_BYTES:
                log.error("%s answered with more than Lambda passes on", route.function)
                return FAILED
            return read_answer(result)
        except Exception:
            log.exception("%s failed", route.function)
            return FAILED

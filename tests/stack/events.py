"""Events for deployed functions, made from the examples in events/."""

import json
from typing import Any

from tests.naming import operation_of
from tests.sam import ROOT


def example_event(logical_id: str) -> dict[str, Any]:
    """The event that `sam local invoke` is shown with."""
    event: dict[str, Any] = json.loads(
        (ROOT / "events" / f"{operation_of(logical_id)}.json").read_text()
    )
    return event


def request_event(
    method: str, path: str, body: Any = None, *, function: str = "ApiFunction"
) -> dict[str, Any]:
    """A function's example, asking for something else with the same key."""
    event = example_event(function)
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["requestContext"]["http"]["method"] = method
    event["headers"]["content-type"] = "application/json"
    event["body"] = None if body is None else json.dumps(body)
    return event

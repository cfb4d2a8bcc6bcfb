"""HTTP as API Gateway's HTTP API hands it to a function (payload format 2.0), and back.

What AWS does not document (which bodies are text, what becomes of an escaped path, which
parts are left out when empty) follows captures of the real gateway that others published.
"""

import base64
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from local.cloudformation import ACCOUNT
from local.template import DEFAULT_ROUTE, Route

TEXT_TYPES = ("application/json", "application/javascript", "application/xml")
API_ID = "local"

# Between this hop's two ends only; the gateway passes none of them on.
HOP_HEADERS = {"connection", "expect", "keep-alive", "te", "transfer-encoding", "upgrade"}

ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
ESCAPED_PERCENT = re.compile(r"(%25)")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it came: `target` is the undecoded path with its query."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: bytes = b""
    source_ip: str = "127.0.0.1"

    @property
    def path(self) -> str:
        """The path as the gateway routes it and writes it in `rawPath`."""
        return decode_path(self.target.partition("?")[0])


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer, ready to be sent."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


def decode_path(path: str) -> str:
    """Decode a path as HTTP APIs do: every escape but %25, and nothing from an escaped ? on."""
    decoded = ESCAPES.sub(lambda run: _decode_escapes(run[0]), path)
    return decoded.partition("?")[0]


def _decode_escapes(escapes: str) -> str:
    return "".join(
        part if part == "%25" else bytes.fromhex(part.replace("%", "")).decode(errors="replace")
        for part in ESCAPED_PERCENT.split(escapes)
    )


def build_event(
    request: HttpRequest, route: Route, path_variables: Mapping[str, str]
) -> dict[str, Any]:
    """Build the event that the gateway would invoke the function with."""
    headers, cookies = _join_headers(request)
    query = request.target.partition("?")[2]
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": request.path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": _request_context(request, route, headers),
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if query:
        event["queryStringParameters"] = _join_query(query)
    if path_variables:
        event["pathParameters"] = dict(path_variables)
    if request.body:
        as_text = _is_text(headers.get("content-type", ""))
        event["isBase64Encoded"] = not as_text
        event["body"] = (
            request.body.decode(errors="replace")
            if as_text
            else base64.b64encode(request.body).decode()
        )
    return event


def _request_context(
    request: HttpRequest, route: Route, headers: Mapping[str, str]
) -> dict[str, Any]:
    now = datetime.now(UTC)
    domain = re.sub(r":\d+$", "", headers.get("host", "localhost"))
    return {
        "accountId": ACCOUNT,
        "apiId": API_ID,
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": str(uuid.uuid4()),
        "routeKey": route.key,
        "stage": DEFAULT_ROUTE,
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * 1000),
    }


def _join_headers(request: HttpRequest) -> tuple[dict[str, str], list[str]]:
    """Lower-case names, join repeated headers by a comma, and take the cookies out."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in request.headers:
        lower = name.lower()
        if lower == "cookie":
            cookies += [cookie.strip() for cookie in value.split(";") if cookie.strip()]
        elif lower not in HOP_HEADERS:
            headers[lower] = f"{headers[lower]},{value}" if lower in headers else value
    if request.body:
        headers["content-length"] = str(len(request.body))
    return headers, cookies


def _join_query(query: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _is_text(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type.startswith("text/") or media_type in TEXT_TYPES


def read_answer(result: Any) -> HttpAnswer:
    """Read what a function returned; anything without a statusCode is itself a JSON body."""
    if not isinstance(result, dict) or "statusCode" not in result:
        return json_answer(200, result)
    headers = {name.lower(): str(value) for name, value in (result.get("headers") or {}).items()}
    headers.setdefault("content-type", "text/plain; charset=utf-8")
    cookies = [("set-cookie", str(cookie)) for cookie in result.get("cookies") or ()]
    body = result.get("body") or ""
    if not isinstance(body, str):
        raise TypeError(f"a function's body must be text, not {type(body).__name__}")
    return HttpAnswer(
        status=int(result["statusCode"]),
        headers=[*headers.items(), *cookies],
        body=base64.b64decode(body) if result.get("isBase64Encoded") else body.encode(),
    )


def json_answer(status: int, content: Any) -> HttpAnswer:
    """Answer with JSON, as the gateway itself does."""
    body = json.dumps(content, separators=(",", ":")).encode()
    return HttpAnswer(status, [("content-type", "application/json")], body)

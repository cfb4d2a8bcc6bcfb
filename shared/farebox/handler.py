"""The wrapper round every HTTP function: event in, answer out, and the only place that catches all.

A function decorated with ``endpoint`` is a straight line of read, load, decide, commit, answer.
"""

import base64
import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import quote

import simplejson

from farebox import api_keys, deadline, ids, mounts, telemetry
from farebox.api_keys import Credential
from farebox.problems import FieldError, InvalidRequest, MalformedBody, Problem, StateChanged
from farebox.settings import settings

PASSES = 3
RETRY_AFTER_SECONDS = 1
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """An HTTP request as the gateway gave it; ``path`` has no doubled or trailing slash."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw_body: str
    is_base64: bool
    domain: str
    request_id: str
    source_address: str = ""

    @cached_property
    def dialect(self) -> str:
        """The name of the language that is spoken at this path."""
        return mounts.split(self.path)[0]

    @cached_property
    def route(self) -> str:
        """The path in that language."""
        return mounts.split(self.path)[1]

    def as_event(self) -> dict[str, Any]:
        """As much of a gateway event as a router needs; its path is escaped throughout."""
        path = quote(self.route)
        context = {"stage": "$default", "http": {"method": self.method, "path": path}}
        return {"version": "2.0", "rawPath": path, "requestContext": context}

    @cached_property
    def credential(self) -> Credential:
        """The key that came with the request. Raises ``Unauthenticated``."""
        return api_keys.read(self.headers)

    def signer(self, dialects: Sequence[str]) -> str | None:
        """What names the key that came with the request, where it spoke one of these dialects."""
        return api_keys.name_of(self.credential.digest) if self.dialect in dialects else None

    @property
    def base_url(self) -> str:
        """Where this deployment is reached: PUBLIC_URL, or the gateway's own domain."""
        return settings().public_url or f"https://{self.domain}"

    @cached_property
    def body(self) -> bytes:
        if not self.is_base64:
            return self.raw_body.encode("utf-8", "surrogatepass")
        try:
            return base64.b64decode(self.raw_body, validate=True)
        except ValueError:
            raise MalformedBody([FieldError("", "invalid_encoding", "Not base64")]) from None

    @cached_property
    def fingerprint(self) -> str:
        """What tells a repeated request from another one that reuses its idempotency key."""
        return hashlib.sha256(self.body).hexdigest()

    @cached_property
    def idempotency_key(self) -> str | None:
        """The Idempotency-Key, 1 to 255 printable characters. Raises ``MalformedBody``."""
        value = self.headers.get("idempotency-key")
        if value is not None and not _IDEMPOTENCY_KEY.fullmatch(value):
            message = "Idempotency-Key has 1 to 255 printable ASCII characters"
            raise MalformedBody([FieldError("Idempotency-Key", "invalid_idempotency_key", message)])
        return value


@dataclass(frozen=True)
class Answer:
    """What goes back: a document as JSON, or a text of another type."""

    status: int
    body: Json | str
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    @property
    def text(self) -> str:
        if isinstance(self.body, str):
            return self.body
        text: str = simplejson.dumps(
            self.body, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        return text

    def as_event(self, request_id: str) -> dict[str, Any]:
        """The gateway's terms, payload version 2.0."""
        headers = {
            "content-type": self.content_type,
            "cache-control": "no-store",
            "request-id": request_id,
            **self.headers,
        }
        return {
            "statusCode": self.status,
            "headers": headers,
            "body": self.text,
            "isBase64Encoded": False,
        }


class Voice(Protocol):
    """The part of a dialect that the wrapper needs: how it says no."""

    def write_problem(self, problem: Problem, request: Request) -> Answer: ...


Line = Callable[..., Answer]
"""A function from ``Request``, and what the path names, to ``Answer``."""


@dataclass(frozen=True)
class Endpoint:
    """A Lambda handler made of a ``line`` from request to answer."""

    line: Line
    speaks: Callable[[Request], Voice]
    authenticate: Callable[[Request], object]

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        telemetry.start()
        started = time.perf_counter()
        request = read_event(event)
        error: Exception | None = None
        code = ""
        try:
            with deadline.of(context):
                answer = self._walk(request)
        except Problem as problem:
            answer, code = self._refuse(problem, request), problem.code
        except Exception as unforeseen:
            error, code = unforeseen, Problem.code
            answer = self._refuse(Problem(), request)
        fields = {
            "status": answer.status,
            "code": code,
            "method": request.method,
            "request_id": request.request_id,
            "milliseconds": round((time.perf_counter() - started) * 1000, 1),
        }
        # What was kept is answered, whatever becomes of the line that tells of it.
        with suppress(Exception):
            telemetry.finish(self.line.__module__.rpartition(".")[2], fields, error)
        return answer.as_event(request.request_id)

    def _walk(self, request: Request) -> Answer:
        for _ in range(PASSES - 1):
            try:
                return self.line(request)
            except StateChanged:
                continue
            except InvalidRequest:
                self.authenticate(request)
                raise
        return self.line(request)

    def _refuse(self, problem: Problem, request: Request) -> Answer:
        return self.speaks(request).write_problem(problem, request)


def endpoint(
    speaks: Callable[[Request], Voice], authenticate: Callable[[Request], object]
) -> Callable[[Line], Endpoint]:
    """Make a Lambda handler of a function from ``Request`` to ``Answer``.

    ``speaks`` finds the caller's dialect. A broken rule is told only to a caller whose key
    ``authenticate`` has proved. A line that met ``StateChanged`` is walked again.
    """
    return lambda line: Endpoint(line, speaks, authenticate)


def read_event(event: Mapping[str, Any]) -> Request:
    """An API Gateway HTTP API event, payload version 2.0."""
    context = event.get("requestContext", {})
    http = context.get("http", {})
    # The gateway has decoded every escape of the path but this one.
    path = re.sub("/{2,}", "/", event.get("rawPath", "/")).replace("%25", "%")
    return Request(
        method=http.get("method", "GET"),
        path=path.rstrip("/") or "/",
        query=event.get("queryStringParameters") or {},
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        raw_body=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
        domain=context.get("domainName", "localhost"),
        request_id=ids.new("req"),
        source_address=http.get("sourceIp", ""),
    )

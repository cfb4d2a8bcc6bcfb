"""What every scenario starts from: the stack's address and key, the native API, a bad line."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

BASE_URL = os.environ["BASE_URL"]
API_KEY = os.environ["API_KEY"]
# One that may change nothing, and one that speaks no language but Farebox's own.
READING_KEY = os.environ["READING_KEY"]
NATIVE_KEY = os.environ["NATIVE_KEY"]

NOT_A_KEY = "fb_test_nobody"

_DIRECT = build_opener(ProxyHandler({}))


def native(method: str, path: str, body: Any = None) -> Any:
    """Call the native API, and give what it answers; a refusal is an exception."""
    content = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
    with _DIRECT.open(Request(f"{BASE_URL}/v1{path}", content, headers, method=method)) as answer:
        return json.load(answer)


def give_card(customer: str, test_card: str = "success") -> str:
    """The id of a new payment method of a customer; the five systems have no call for it."""
    made = native("POST", "/payment_methods", {"customer": customer, "test_card": test_card})
    return str(made["id"])


def unique(word: str) -> str:
    """A word that no other scenario has."""
    return f"{word}-{uuid4().hex[:12]}"


def refused(kind: type[Exception], call: Callable[[], Any]) -> Any:
    """The exception of exactly this class that a call raises."""
    try:
        answer = call()
    except Exception as error:
        if type(error) is not kind:
            raise
        return error
    raise AssertionError(f"{kind.__name__} was not raised; answered {answer!r}")


class Line:
    """A bad line to the stack: of the first ``bad`` requests the answers are lost.

    ``reach`` says whether these requests reach the stack before that.
    """

    def __init__(self, bad: int, *, reach: bool, status: int) -> None:
        self.bad, self.reach, self.status = bad, reach, status
        self.base_url = ""
        self.seen: list[tuple[str, Mapping[str, str]]] = []

    def answer(self, request: Request) -> tuple[int, HTTPMessage | None, bytes]:
        """The stack's answer, or what a gateway says when there is none."""
        self.seen.append((request.get_method(), {k.lower(): v for k, v in request.header_items()}))
        bad = len(self.seen) <= self.bad
        if bad and not self.reach:
            return self.status, None, b'{"message": "Service Unavailable"}'
        try:
            with _DIRECT.open(request) as answer:
                reached = answer.status, answer.headers, answer.read()
        except HTTPError as error:
            reached = error.code, error.headers, error.read()
        return (self.status, None, b'{"message": "Bad Gateway"}') if bad else reached


@contextmanager
def bad_line(bad: int = 1, *, reach: bool, status: int = 503) -> Iterator[Line]:
    """Serve a bad line while this lasts."""
    line = Line(bad, reach=reach, status=status)

    class Relay(BaseHTTPRequestHandler):
        def relay(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0)) or None
            kept = {
                k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")
            }
            kept["Accept-Encoding"] = "identity"
            request = Request(f"{BASE_URL}{self.path}", content, kept, method=self.command)
            status, headers, body = line.answer(request)
            self.send_response(status)
            if headers is None:
                self.send_header("content-type", "application/json")
            for name, value in (headers or {}).items():
                if name.lower() not in ("content-length", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = relay  # noqa: N815

        def log_message(self, *said: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as server:
        line.base_url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield line
        finally:
            server.shutdown()


def play(functions: Mapping[str, Any]) -> None:
    """Run the scenario that the command line names, with arguments as JSON; print its result."""
    arguments = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    print(json.dumps(functions[sys.argv[1]](**arguments)))

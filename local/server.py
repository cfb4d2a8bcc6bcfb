"""HTTP/1.1 on loopback, in front of the gateway or of whatever else answers requests."""

import logging
import re
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from local.errors import PortError
from local.gateway import BODY_LIMIT_BYTES, TOO_LARGE
from local.http_event import HOP_HEADERS, HttpAnswer, HttpRequest, json_answer

HOST = "127.0.0.1"
IDLE_SECONDS = 60
# What is under way when the server ends gets this long to be answered.
DRAIN_SECONDS = 3
# How soon the accepting thread notices that it shall end.
STOP_POLL_SECONDS = 0.05
READ_BYTES = 64 * 1024
CHUNK_SIZE_LINE_BYTES = 1024
HEXADECIMAL = re.compile(rb"[0-9A-Fa-f]{1,16}")

BAD_REQUEST = json_answer(400, {"message": "Bad Request"})

log = logging.getLogger("local.server")


class BodyRefusedError(Exception):
    """The body cannot be taken; the connection ends with this answer."""

    def __init__(self, answer: HttpAnswer) -> None:
        self.answer = answer


class Answerer(Protocol):
    """What answers requests."""

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request, whatever it is."""


class RequestHandler(BaseHTTPRequestHandler):
    """One connection: reads requests, asks for answers, writes them."""

    protocol_version = "HTTP/1.1"
    error_message_format = '{"message":"%(message)s"}'
    error_content_type = "application/json"
    timeout = IDLE_SECONDS
    # An answer leaves in one piece and at once.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: "LocalServer"

    def serve(self) -> None:
        """Answer one request, then say so in one line."""
        started = time.monotonic()
        # The request line has the target as it was sent; self.path may be shortened already.
        target = self.requestline.split()[1]
        with self.server.request_under_way():
            answer = self._answer(target)
            self._send(answer)
        milliseconds = round((time.monotonic() - started) * 1000)
        shown = target.encode("unicode_escape").decode()
        self.server.report(f"{self.command:<6} {shown}  {answer.status}  {milliseconds} ms")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve  # noqa: N815

    def handle_expect_100(self) -> bool:
        """Ask for the announced body, unless it will be refused."""
        with suppress(BodyRefusedError):
            if self._declared_bytes() <= BODY_LIMIT_BYTES:
                super().handle_expect_100()
                self.wfile.flush()
        return True

    def version_string(self) -> str:
        """Name the server without the versions of what it is made of."""
        return "farebox"

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Leave this to the gateway, which knows more about the request."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log what the parent class has to say; the terminal has a line of its own."""
        log.info(format, *args)

    def _answer(self, target: str) -> HttpAnswer:
        try:
            body = self._read_body()
        except BodyRefusedError as refused:
            self.close_connection = True
            return refused.answer
        request = HttpRequest(
            self.command, target, self.headers.items(), body, self.client_address[0]
        )
        return self.server.answerer.answer(request)

    def _declared_bytes(self) -> int:
        declared = self.headers.get("content-length", "0")
        if not declared.isascii() or not declared.isdigit():
            raise BodyRefusedError(BAD_REQUEST)
        return int(declared)

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return self._read_chunks()
        size = self._declared_bytes()
        if size <= BODY_LIMIT_BYTES:
            return self._read(size)
        if "expect" not in self.headers:
            self._discard(size)
        raise BodyRefusedError(TOO_LARGE)

    def _read_chunks(self) -> bytes:
        body, length = b"", 0
        while size := self._read_chunk_size():
            length += size
            if length > BODY_LIMIT_BYTES:
                self._discard(size)
            else:
                body += self._read(size)
            self._read(len(b"\r\n"))
        while self.rfile.readline(CHUNK_SIZE_LINE_BYTES).strip():
            pass  # A trailer, which the gateway does not pass on either.
        if length > BODY_LIMIT_BYTES:
            raise BodyRefusedError(TOO_LARGE)
        return body

    def _read_chunk_size(self) -> int:
        line = self.rfile.readline(CHUNK_SIZE_LINE_BYTES)
        size = line.partition(b";")[0].strip()
        if not HEXADECIMAL.fullmatch(size):
            raise BodyRefusedError(BAD_REQUEST)
        return int(size, 16)

    def _read(self, size: int) -> bytes:
        data = self.rfile.read(size)
        if len(data) < size:
            raise BodyRefusedError(BAD_REQUEST)
        return data

    def _discard(self, size: int) -> None:
        """Read past what is refused: who still sends would miss the answer in a reset."""
        for start in range(0, size, READ_BYTES):
            self._read(min(READ_BYTES, size - start))

    def _send(self, answer: HttpAnswer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            if name not in HOP_HEADERS and name != "content-length":
                self.send_header(name, value)
        if answer.status != HTTPStatus.NO_CONTENT:
            self.send_header("content-length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()


class LocalServer(ThreadingHTTPServer):
    """Holds the port from the start, and listens once somebody is there to answer."""

    daemon_threads = True
    request_queue_size = 128
    answerer: Answerer
    report: Callable[[str], None]

    def __init__(self, port: int) -> None:
        super().__init__((HOST, port), RequestHandler, bind_and_activate=False)
        self._under_way = 0
        self._changed = threading.Condition()

    @property
    def base_url(self) -> str:
        """The server's address, without a slash at its end."""
        return f"http://{HOST}:{self.server_address[1]}"

    def server_bind(self) -> None:
        """Bind, without the parent's look-up of a host name that nobody asks for."""
        socketserver.TCPServer.server_bind(self)

    def listen(self) -> None:
        """Accept connections; who connects waits until requests are answered."""
        with _port_errors(self.server_address[1]):
            self.server_activate()

    @contextmanager
    def serving(self, answerer: Answerer, report: Callable[[str], None]) -> Iterator[None]:
        """Answer requests meanwhile, from other threads; `report` gets a line for each."""
        self.answerer, self.report = answerer, report
        thread = threading.Thread(target=self.serve_forever, args=(STOP_POLL_SECONDS,))
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            thread.join()
            self._drain()

    @contextmanager
    def request_under_way(self) -> Iterator[None]:
        """Count a request while it is worked on."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _drain(self) -> None:
        """Wait, not for ever, until no request is under way."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way, DRAIN_SECONDS)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what went wrong on a connection, which is often just that it was closed."""
        log.warning("A connection failed.", exc_info=True)

    def _count(self, change: int) -> None:
        with self._changed:
            self._under_way += change
            self._changed.notify_all()


@contextmanager
def bound_server(port: int) -> Iterator[LocalServer]:
    """Take the port, 0 for any free one, and give it back afterwards."""
    server = LocalServer(port)
    try:
        with _port_errors(port):
            server.server_bind()
        yield server
    finally:
        server.server_close()


@contextmanager
def _port_errors(port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PortError(
            f"Port {port} cannot be used ({error.strerror}). "
            f"Another one can: PORT={port + 1} make run"
        ) from error


def read_port(text: str) -> int:
    """Read a port number as a person writes it."""
    with suppress(ValueError):
        if 0 <= int(text) <= 65535:
            return int(text)
    raise PortError(f"PORT is {text!r}, which is not a port number.")

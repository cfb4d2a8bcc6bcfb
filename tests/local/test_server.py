"""If these fail, an HTTP client that works with the deployed API does not work with `make run`."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from local.errors import PortError
from local.gateway import BODY_LIMIT_BYTES, Gateway
from local.server import HOST, LocalServer, bound_server, read_port
from local.template import Route

TIMEOUT_SECONDS = 10


def echo(function: str, event: Mapping[str, Any]) -> Any:
    """Answer with what arrived."""
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(event),
    }


@pytest.fixture
def reported() -> list[str]:
    return []


@pytest.fixture
def server(reported: list[str]) -> Iterator[LocalServer]:
    """A server on a free port that echoes every event."""
    gateway = Gateway([Route("ANY", "$default", "echo")], echo)
    with bound_server(0) as server:
        server.listen()
        with server.serving(gateway, reported.append):
            yield server


@contextmanager
def connection_to(server: LocalServer) -> Iterator[http.client.HTTPConnection]:
    """One connection to the server."""
    connection = http.client.HTTPConnection(HOST, server.server_address[1], timeout=TIMEOUT_SECONDS)
    try:
        yield connection
    finally:
        connection.close()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_reaches_the_function(server: LocalServer, method: str) -> None:
    with connection_to(server) as connection:
        connection.request(method, "//v1/a%20b?x=1", body=b"text", headers={"X-A": "b"})
        event = json.load(connection.getresponse())

    assert event["requestContext"]["http"]["method"] == method
    assert (event["rawPath"], event["rawQueryString"]) == ("//v1/a b", "x=1")
    assert event["headers"]["x-a"] == "b"


def test_several_requests_share_a_connection(server: LocalServer) -> None:
    with connection_to(server) as connection:
        for number in range(3):
            connection.request("GET", f"/{number}")
            assert json.load(connection.getresponse())["rawPath"] == f"/{number}"


def test_head_has_the_headers_only(server: LocalServer) -> None:
    with connection_to(server) as connection:
        connection.request("HEAD", "/")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
        assert int(answer.headers["content-length"]) > 0
        connection.request("GET", "/next")
        assert connection.getresponse().status == 200


def test_a_body_in_chunks_arrives_whole(server: LocalServer) -> None:
    chunks = iter([b'{"a":', b' "b"}'])
    with connection_to(server) as connection:
        connection.request("POST", "/", chunks, {"Content-Type": "application/json"})
        event = json.load(connection.getresponse())

    assert event["body"] == '{"a": "b"}'


def test_a_client_that_asks_first_is_told_to_send(server: LocalServer) -> None:
    with connection_to(server) as connection:
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", "2")
        connection.putheader("Content-Type", "text/plain")
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        assert connection.sock
        assert connection.sock.recv(1024).startswith(b"HTTP/1.1 100 ")
        connection.send(b"ok")

        assert json.load(connection.getresponse())["body"] == "ok"


def test_a_body_over_the_limit_is_refused_before_it_is_read(server: LocalServer) -> None:
    with connection_to(server) as connection:
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", str(BODY_LIMIT_BYTES + 1))
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        answer = connection.getresponse()

        assert (answer.status, json.load(answer)) == (413, {"message": "Request Entity Too Large"})


@pytest.mark.parametrize("in_chunks", [False, True])
def test_a_body_over_the_limit_is_refused_when_it_is_sent(
    server: LocalServer, in_chunks: bool
) -> None:
    body = b"x" * (BODY_LIMIT_BYTES + 1)
    with connection_to(server) as connection:
        connection.request("POST", "/", iter([body]) if in_chunks else body)

        assert connection.getresponse().status == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "-5"},
        {"Content-Length": "-5", "Expect": "100-continue"},
        {"Content-Length": "\u00b2"},
        {"Content-Length": "5 5"},
    ],
)
def test_a_length_that_is_no_number_is_refused(
    server: LocalServer, headers: dict[str, str]
) -> None:
    with connection_to(server) as connection:
        connection.request("POST", "/", headers=headers)

        assert connection.getresponse().status == 400


@pytest.mark.parametrize("chunks", [b"-5\r\nabc", b"0x5\r\nabcde\r\n", b"\r\n", b"5\r\nab"])
def test_chunks_that_are_none_are_refused(server: LocalServer, chunks: bytes) -> None:
    with connection_to(server) as connection:
        connection.putrequest("POST", "/")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders(chunks)
        assert connection.sock
        connection.sock.shutdown(socket.SHUT_WR)

        assert connection.getresponse().status == 400


def test_each_request_is_one_line_for_the_terminal(
    server: LocalServer, reported: list[str]
) -> None:
    with connection_to(server) as connection:
        connection.request("GET", "/v1/orders?limit=1")
        connection.getresponse().read()
        connection.request("GET", "/")
        connection.getresponse().read()

    assert reported[0].startswith("GET    /v1/orders?limit=1  200  ")


def test_the_server_is_reachable_from_this_machine_only(server: LocalServer) -> None:
    assert server.socket.getsockname()[0] == HOST == "127.0.0.1"


def test_a_port_in_use_is_said_in_one_sentence(server: LocalServer) -> None:
    port = server.server_address[1]

    with pytest.raises(PortError, match=f"Port {port} cannot be used"), bound_server(port):
        pass


def test_the_port_is_free_again_afterwards() -> None:
    gateway = Gateway([Route("ANY", "$default", "echo")], echo)
    with bound_server(0) as server:
        server.listen()
        with server.serving(gateway, lambda line: None):
            address = server.server_address[:2]

    with socket.socket() as client:
        assert client.connect_ex(address) != 0


@pytest.mark.parametrize("text", ["", "web", "-1", "65536", "3000.5"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(PortError, match="not a port"):
        read_port(text)

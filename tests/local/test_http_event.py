"""If these fail, a function that works locally gets other events deployed."""

import base64
from typing import Any

import pytest

from local.http_event import HttpRequest, build_event, decode_path, read_answer
from local.template import Route

ROUTE = Route("POST", "/v1/orders", "create_order")


def event_of(
    target: str = "/v1/orders", *headers: tuple[str, str], body: bytes = b""
) -> dict[str, Any]:
    """Build the event of a request to ROUTE."""
    return build_event(HttpRequest("POST", target, headers, body, "127.0.0.9"), ROUTE, {})


@pytest.mark.parametrize(
    ("content_type", "body", "as_text"),
    [
        ("application/json", b'{"a": "\xc3\xa9"}', True),
        ("application/json; charset=utf-8", b"{}", True),
        ("Application/JSON", b"{}", True),
        ("text/plain", b"a", True),
        ("text/csv", b"a,b", True),
        ("application/xml", b"<a/>", True),
        ("application/javascript", b"1", True),
        ("application/x-www-form-urlencoded", b"amount=100&currency=usd", False),
        ("application/problem+json", b"{}", False),
        ("application/octet-stream", b"\x00\xff", False),
        ("multipart/form-data; boundary=x", b"--x--", False),
        ("image/png", b"\x89PNG", False),
        (None, b"{}", False),
    ],
)
def test_only_text_arrives_as_text(content_type: str | None, body: bytes, as_text: bool) -> None:
    headers = [("Content-Type", content_type)] if content_type else []

    event = event_of("/", *headers, body=body)

    assert event["isBase64Encoded"] is not as_text
    assert event["body"] == (body.decode() if as_text else base64.b64encode(body).decode())
    assert event["headers"]["content-length"] == str(len(body))


def test_a_request_without_a_body_has_none_of_the_optional_parts() -> None:
    event = event_of()

    assert event["isBase64Encoded"] is False
    assert not event.keys() & {"body", "cookies", "queryStringParameters", "pathParameters"}
    assert event["rawQueryString"] == ""


def test_header_names_are_lower_case_and_repeated_ones_are_joined() -> None:
    event = event_of("/", ("X-Tag", "a"), ("X-Other", "1"), ("x-tag", "b, c"))

    assert event["headers"] == {"x-tag": "a,b, c", "x-other": "1"}


def test_cookies_have_a_place_of_their_own() -> None:
    event = event_of("/", ("Cookie", "a=1; b=2"), ("cookie", "c=3"))

    assert event["cookies"] == ["a=1", "b=2", "c=3"]
    assert event["headers"] == {}


def test_headers_of_the_connection_stay_there() -> None:
    event = event_of("/", ("Connection", "keep-alive"), ("Transfer-Encoding", "chunked"))

    assert event["headers"] == {}


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("limit=10", {"limit": "10"}),
        ("status=draft&status=paid", {"status": "draft,paid"}),
        ("expand%5B%5D=a&expand[]=b", {"expand[]": "a,b"}),
        ("name=Ada%20L+B", {"name": "Ada L B"}),
        ("empty=&flag", {"empty": "", "flag": ""}),
        ("at=a%3Fb%26c?d", {"at": "a?b&c?d"}),
    ],
)
def test_a_query_arrives_raw_and_decoded(query: str, parameters: dict[str, str]) -> None:
    event = event_of(f"/v1/orders?{query}")

    assert event["rawQueryString"] == query
    assert event["queryStringParameters"] == parameters
    assert event["rawPath"] == "/v1/orders"


@pytest.mark.parametrize(
    ("sent", "raw_path"),
    [
        ("/v1/customers/a%20b", "/v1/customers/a b"),
        ("/v1/customers/a+b", "/v1/customers/a+b"),
        ("/v1/customers/a%2Fb", "/v1/customers/a/b"),
        ("/v1/customers/%C3%A9%E2%82%AC", "/v1/customers/é€"),
        ("/v1/customers/a%252Fb", "/v1/customers/a%252Fb"),
        ("/v1/customers/%41%25%42", "/v1/customers/A%25B"),
        ("/v1/customers/a%3Fb%20c", "/v1/customers/a"),
        ("/v1/customers/100%", "/v1/customers/100%"),
        ("/v1/customers/%ff", "/v1/customers/\N{REPLACEMENT CHARACTER}"),
        ("//v1/orders/", "//v1/orders/"),
    ],
)
def test_a_path_is_decoded_as_the_gateway_decodes_it(sent: str, raw_path: str) -> None:
    assert decode_path(sent) == raw_path
    event = event_of(sent)
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == raw_path


def test_the_context_says_who_asked_for_what() -> None:
    event = event_of("/v1/orders", ("Host", "localhost:3000"), ("User-Agent", "curl/8"))

    context = event["requestContext"]
    assert context["http"] == {
        "method": "POST",
        "path": "/v1/orders",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.9",
        "userAgent": "curl/8",
    }
    assert (context["domainName"], context["stage"]) == ("localhost", "$default")
    assert event["routeKey"] == context["routeKey"] == "POST /v1/orders"
    assert context["timeEpoch"] > 0
    assert context["requestId"] != event_of()["requestContext"]["requestId"]


def test_path_variables_are_handed_over() -> None:
    request = HttpRequest("GET", "/v1/orders/ord_1", [])

    event = build_event(request, ROUTE, {"id": "ord_1"})

    assert event["pathParameters"] == {"id": "ord_1"}


def test_an_answer_is_read_with_its_cookies_and_its_bytes() -> None:
    answer = read_answer(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "image/png", "X-Count": 3},
            "cookies": ["a=1", "b=2"],
            "body": base64.b64encode(b"\x89PNG").decode(),
            "isBase64Encoded": True,
        }
    )

    assert (answer.status, answer.body) == (201, b"\x89PNG")
    assert answer.headers == [
        ("content-type", "image/png"),
        ("x-count", "3"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    ]


@pytest.mark.parametrize(
    ("returned", "status", "content_type", "body"),
    [
        ({"statusCode": 204}, 204, "text/plain; charset=utf-8", b""),
        ({"ok": True}, 200, "application/json", b'{"ok":true}'),
        ("done", 200, "application/json", b'"done"'),
        (None, 200, "application/json", b"null"),
    ],
)
def test_an_answer_without_all_its_parts_gets_the_gateways(
    returned: Any, status: int, content_type: str, body: bytes
) -> None:
    answer = read_answer(returned)

    assert (answer.status, answer.body) == (status, body)
    assert dict(answer.headers)["content-type"] == content_type

"""Every other route, and what a gateway routes past the three creates."""

from functools import partial
from typing import Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

import create_checkout
import create_order
import create_price
from farebox import dialects
from farebox.handler import Answer, Line, Request, endpoint
from farebox.operations import catalogue, pages, periods, quotes, reads
from farebox.problems import NotFound
from farebox.storage.load import authenticate

ROUTES: list[tuple[str, str, Any]] = [
    ("GET", "/health", pages.health),
    ("HEAD", "/health", pages.health),
    ("GET", "/checkout/<id>", pages.checkout),
    ("POST", "/v1/prices", create_price.handler.line),
    ("POST", "/v1/orders", create_order.handler.line),
    ("POST", "/v1/checkouts", create_checkout.handler.line),
    ("POST", "/v1/quotes", quotes.create),
]
for name, kind in reads.KINDS.items():
    ROUTES += [
        ("GET", f"/v1/{name}", partial(reads.list_newest_first, collection=name)),
        ("GET", f"/v1/{name}/<value>", partial(reads.get, collection=name)),
    ]
    for field in reads.names_of(kind):
        line = partial(reads.get, collection=name, by=field)
        ROUTES.append(("GET", f"/v1/{name}/{field}/<value>", line))
for name in catalogue.RESOURCES:
    ROUTES += [
        ("POST", f"/v1/{name}", partial(catalogue.create, collection=name)),
        ("PATCH", f"/v1/{name}/<id>", partial(catalogue.update, collection=name)),
    ]
ROUTES += [
    ("POST", "/v1/prices/<id>/quote", quotes.of_price),
    ("GET", "/v1/prices/<id>/periods", periods.of_price),
]

router = APIGatewayHttpResolver()


def _register(method: str, path: str, line: Line) -> None:
    def respond(**parameters: str) -> Response[str]:
        decoded = {name: unquote(value) for name, value in parameters.items()}
        answer = line(router.context["request"], **decoded)
        return Response(answer.status, answer.content_type, answer.text, dict(answer.headers))

    router.route(path, method=[method])(respond)


for route in ROUTES:
    _register(*route)


@router.not_found
def nothing_here(error: Any) -> Response[str]:
    raise NotFound


@endpoint(dialects.of, authenticate)
def handler(request: Request) -> Answer:
    router.append_context(request=request)  # type: ignore[no-untyped-call]
    answered = router.resolve(request.as_event(), None)  # type: ignore[arg-type]
    return Answer.of_event(answered)

"""Every other route, and what a gateway routes past the three creates."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from threading import Lock
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

import create_checkout
import create_order
import create_price
from farebox import dialects
from farebox.handler import Answer, Line, Request, endpoint
from farebox.operations.routes import routes
from farebox.problems import MethodNotAllowed, NotFound
from farebox.storage.load import authenticate

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CREATES = {"prices": create_price, "orders": create_order, "checkouts": create_checkout}

# The resolver keeps the request in one place for the whole process, so it only finds the line:
# the line is walked outside of it.
finding = Lock()
found: list[Callable[[Request], Answer]] = []


@cache
def router(dialect: str) -> APIGatewayHttpResolver:
    made = APIGatewayHttpResolver()
    for method, path, line in routes(dialect, {n: m.handler.line for n, m in CREATES.items()}):
        made.route(path, method=[method])(_finds(line))
    return made


def _finds(line: Line) -> Callable[..., Response[str]]:
    def find(**parameters: str) -> Response[str]:
        decoded = {name: unquote(value) for name, value in parameters.items()}
        found.append(partial(line, **decoded))
        return Response(200)

    return find


def _line(request: Request) -> Callable[[Request], Answer] | None:
    with finding:
        found.clear()  # a resolver that failed half-way must not leave its line to the next caller
        router(request.dialect).resolve(request.as_event(), None)  # type: ignore[arg-type]
        return found.pop() if found else None


@endpoint(dialects.of, authenticate)
def handler(request: Request) -> Answer:
    line = _line(request)
    if line is not None:
        return line(request)
    others = [replace(request, method=method) for method in METHODS]
    allowed = [other.method for other in others if _line(other) is not None]
    raise MethodNotAllowed(allowed) if allowed else NotFound

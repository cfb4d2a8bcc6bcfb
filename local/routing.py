"""Which route answers a request, by the gateway's rules."""

import re
from collections.abc import Iterable, Mapping

from local.template import DEFAULT_ROUTE, Route

VARIABLE = re.compile(r"\{([^}+]+)(\+?)\}")


def find_route(
    routes: Iterable[Route], method: str, path: str
) -> tuple[Route, Mapping[str, str]] | None:
    """Pick the most specific route, `$default` last; with it the values of its path variables."""
    found = [
        (route, variables)
        for route in routes
        if (variables := _match(route, method, path)) is not None
    ]
    return max(found, key=lambda candidate: _specificity(candidate[0]), default=None)


def _match(route: Route, method: str, path: str) -> Mapping[str, str] | None:
    """Match a route; the gateway takes several leading slashes of a path for one."""
    if route.method not in (method, "ANY"):
        return None
    if route.path == DEFAULT_ROUTE:
        return {}
    names, pattern, end = [], "", 0
    for variable in VARIABLE.finditer(route.path):
        name, greedy = variable.groups()
        names.append(name)
        pattern += re.escape(route.path[end : variable.start()]) + ("(.+)" if greedy else "([^/]+)")
        end = variable.end()
    match = re.fullmatch(pattern + re.escape(route.path[end:]), f"/{path.lstrip('/')}", re.DOTALL)
    return dict(zip(names, match.groups(), strict=True)) if match else None


def _specificity(route: Route) -> tuple[bool, bool, int, bool]:
    """Order routes: full matches before {name+}, then by literal segments, ANY last."""
    literals = [part for part in route.path.split("/") if part and not VARIABLE.fullmatch(part)]
    return (
        route.path != DEFAULT_ROUTE,
        "+}" not in route.path,
        len(literals),
        route.method != "ANY",
    )

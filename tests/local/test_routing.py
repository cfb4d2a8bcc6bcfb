"""If these fail, a request reaches another function locally than it does deployed."""

import pytest

from local.routing import find_route
from local.template import Route

ROUTES = [
    Route("ANY", "$default", "everything_else"),
    Route("POST", "/v1/orders", "create_order"),
    Route("ANY", "/v1/orders", "other_on_orders"),
    Route("GET", "/v1/orders/{id}", "read_order"),
    Route("GET", "/v1/orders/latest", "read_latest"),
    Route("GET", "/v1/{kind}/{id}", "read_anything"),
    Route("ANY", "/v1/{proxy+}", "proxy"),
]


@pytest.mark.parametrize(
    ("method", "path", "function", "variables"),
    [
        ("POST", "/v1/orders", "create_order", {}),
        ("PUT", "/v1/orders", "other_on_orders", {}),
        ("GET", "/v1/orders/ord_1", "read_order", {"id": "ord_1"}),
        ("GET", "/v1/orders/latest", "read_latest", {}),
        ("GET", "/v1/prices/a b", "read_anything", {"kind": "prices", "id": "a b"}),
        ("DELETE", "/v1/prices/x", "proxy", {"proxy": "prices/x"}),
        ("GET", "/v1/a/b/c", "proxy", {"proxy": "a/b/c"}),
        ("POST", "/v1/orders/", "proxy", {"proxy": "orders/"}),
        ("POST", "//v1/orders", "create_order", {}),
        ("GET", "/v1/", "everything_else", {}),
        ("GET", "/", "everything_else", {}),
        ("POST", "/V1/orders", "everything_else", {}),
        ("POST", "/v1.orders", "everything_else", {}),
    ],
)
def test_the_most_specific_route_answers(
    method: str, path: str, function: str, variables: dict[str, str]
) -> None:
    found = find_route(ROUTES, method, path)

    assert found is not None
    assert (found[0].function, found[1]) == (function, variables)


def test_without_a_default_route_what_is_not_wired_is_not_found() -> None:
    assert find_route(ROUTES[1:2], "GET", "/v1/orders") is None

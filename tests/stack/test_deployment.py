"""The deployed stack: what `sam deploy` makes answers, within what its roles allow."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

import pytest

from local.emulator import DIRECT
from local.template import Route, read_stack
from tests.sam import TEMPLATE
from tests.stack.conftest import Deployed
from tests.stack.events import example_event, request_event

pytestmark = pytest.mark.stack

REQUEST_SECONDS = 30
CREATES = ["CreatePriceFunction", "CreateOrderFunction", "CreateCheckoutFunction"]


def test_the_account_refuses_what_a_role_does_not_allow(deployed: Deployed) -> None:
    """Else the tests below pass with any permissions, and the first real deployment fails."""
    with DIRECT.open(f"{deployed.account['AWS_ENDPOINT_URL']}/_ministack/health") as answer:
        assert json.load(answer)["auth"] == "enabled"


@pytest.mark.parametrize("logical_id", CREATES)
def test_a_created_record_is_read_back(logical_id: str, deployed: Deployed) -> None:
    """Else what a user deploys does not do what ran on the laptop."""
    event = example_event(logical_id)

    created = deployed.invoke(logical_id, event)
    assert created["status"] == 201, created
    read = deployed.invoke(
        "ApiFunction", request_event("GET", f"{event['rawPath']}/{created['body']['id']}")
    )
    assert read == {"status": 200, "body": created["body"]}


@pytest.mark.parametrize("logical_id", CREATES)
def test_api_serves_a_create_that_the_gateway_routes_past(
    logical_id: str, deployed: Deployed
) -> None:
    """Else a path with a slash too many is refused for lack of rights, not served."""
    created = deployed.invoke("ApiFunction", example_event(logical_id))

    assert created["status"] == 201, created


@pytest.mark.parametrize("logical_id", CREATES)
def test_a_repeated_key_replays_with_the_rights_it_has(logical_id: str, deployed: Deployed) -> None:
    """Else a caller's retry after a lost answer ends with a refusal of ours."""
    event = example_event(logical_id)
    event["headers"]["idempotency-key"] = f"deployed-{logical_id}"

    first, again = deployed.invoke(logical_id, event), deployed.invoke(logical_id, event)
    assert first["status"] == 201, first
    assert again == first


def test_a_list_is_read_through_the_index(deployed: Deployed) -> None:
    """Else every list ends with a refusal: an index needs a right of its own."""
    listed = deployed.invoke("ApiFunction", request_event("GET", "/v1/orders"))

    assert listed["status"] == 200, listed


def test_a_first_key_made_by_the_command_sells_something_over_http(deployed: Deployed) -> None:
    """Else the way that the README shows after `sam deploy` ends before the first order."""
    key = deployed.create_organization()
    connect_routes(deployed)

    product = post(deployed, key, "/v1/products", {"name": "Seat"})
    terms = {"product": product["id"], "currency": "usd", "unit_amount": 1250}
    price = post(
        deployed, key, "/v1/prices", {**terms, "name": "Seat", "billing_scheme": "per_unit"}
    )
    customer = post(deployed, key, "/v1/customers", {"email": "ada@example.com"})
    lines = [{"price": price["id"], "quantity": 3}]
    order = post(
        deployed,
        key,
        "/v1/orders",
        {"customer": customer["id"], "currency": "usd", "line_items": lines},
    )

    assert order["total_amount"] == 3 * 1250


def connect_routes(deployed: Deployed) -> None:
    """Give the API its routes: the emulator does not read them out of what SAM writes."""
    gateway = deployed.client("apigatewayv2")
    api = deployed.physical_ids["HttpApi"]
    assert gateway.get_routes(ApiId=api)["Items"] == [], "the emulator can; take this away"
    for route in read_stack(TEMPLATE).routes:
        gateway.create_route(ApiId=api, RouteKey=route.key, Target=integration(deployed, route))


def integration(deployed: Deployed, route: Route) -> str:
    function = deployed.client("lambda").get_function(
        FunctionName=deployed.physical_ids[route.function]
    )
    made = deployed.client("apigatewayv2").create_integration(
        ApiId=deployed.physical_ids["HttpApi"],
        IntegrationType="AWS_PROXY",
        IntegrationUri=function["Configuration"]["FunctionArn"],
        PayloadFormatVersion="2.0",
    )
    return f"integrations/{made['IntegrationId']}"


def post(deployed: Deployed, key: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """POST to the deployed API; its name resolves nowhere, so it travels in the Host header."""
    request = Request(
        f"{deployed.account['AWS_ENDPOINT_URL']}{path}",
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Host": urlsplit(deployed.outputs["ApiUrl"]).netloc,
        },
        method="POST",
    )
    with DIRECT.open(request, timeout=REQUEST_SECONDS) as answer:
        assert answer.status == 201
        created: dict[str, Any] = json.load(answer)
        return created

"""A shop to try things on, created through the API itself, so that it proves the stack."""

import json
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.errors import SampleShopError
from local.gateway import Gateway
from local.http_event import HttpRequest

ORGANIZATION = "Sample shop"
CURRENCY = "usd"
UNIT_AMOUNT = 1250
CUSTOMER_EMAIL = "ada@example.com"
TEAM = {"type": "text", "key": "team", "label": "Team name", "optional": True}


@dataclass(frozen=True, slots=True)
class SampleShop:
    """What scripts need to use the shop."""

    base_url: str
    api_key: str
    product: str
    price: str
    customer: str
    payment_method: str
    checkout_url: str

    @property
    def text(self) -> str:
        """The shop as JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"

    def order_command(self, **more: str) -> str:
        """A command line that orders three seats."""
        order = {
            "customer": self.customer,
            "currency": CURRENCY,
            "line_items": [{"price": self.price, "quantity": 3}],
            **more,
        }
        return shlex.join(
            [
                "curl",
                f"{self.base_url}/v1/orders",
                "-H",
                f"Authorization: Bearer {self.api_key}",
                "-H",
                "Content-Type: application/json",
                "-d",
                json.dumps(order, separators=(",", ":")),
            ]
        )

    def welcome(self, log_path: Path, clock_speed: float) -> str:
        """What the terminal shows once the stack is ready."""
        clock = f"\n  Clock      {clock_speed:g} times as fast as yours" if clock_speed != 1 else ""
        return f"""
Farebox is ready. Ctrl-C stops it, and what it stored is gone.

  Base URL   {self.base_url}
  Test key   {self.api_key}
  Shop       product "Seat" at 12.50 USD, customer {CUSTOMER_EMAIL} with a test card
  Checkout   {self.checkout_url}
             (and others by POST {self.base_url}/v1/checkouts)
  Logs       {log_path}{clock}

Order three seats:

  {self.order_command()}

Order them, and charge the customer's card at once:

  {self.order_command(collection="charge_now")}
"""


def create_sample_shop(gateway: Gateway, base_url: str) -> SampleShop:
    """Create an organization with the local test key, then what it sells and who pays."""
    # The package comes with the functions' layer, so it is there only once they are loaded.
    from farebox.bootstrap import LOCAL_TEST_KEY, create_organization

    create_organization(name=ORGANIZATION, default_currency=CURRENCY, test_key=LOCAL_TEST_KEY)

    def create(path: str, **content: Any) -> str:
        return str(_send(gateway, LOCAL_TEST_KEY, "POST", path, content)["id"])

    product = create("/v1/products", name="Seat")
    price = create(
        "/v1/prices",
        product=product,
        currency=CURRENCY,
        name="Seat",
        billing_scheme="per_unit",
        unit_amount=UNIT_AMOUNT,
    )
    _send(gateway, LOCAL_TEST_KEY, "PATCH", f"/v1/products/{product}", {"default_price": price})
    customer = create("/v1/customers", email=CUSTOMER_EMAIL)
    payment_method = create("/v1/payment_methods", customer=customer, test_card="success")
    checkout = {"product": product, "units": 2, "custom_fields": [TEAM]}
    checkout_url = _send(gateway, LOCAL_TEST_KEY, "POST", "/v1/checkouts", checkout)["checkout_url"]
    return SampleShop(
        base_url, LOCAL_TEST_KEY, product, price, customer, payment_method, str(checkout_url)
    )


def _send(gateway: Gateway, api_key: str, method: str, path: str, content: dict[str, Any]) -> Any:
    """Create or change something through the API and give it."""
    headers = [("authorization", f"Bearer {api_key}"), ("content-type", "application/json")]
    answer = gateway.answer(HttpRequest(method, path, headers, json.dumps(content).encode()))
    if answer.status not in (200, 201):
        raise SampleShopError(
            f"The sample shop cannot be created: {method} {path} answered {answer.status}: "
            f"{answer.body.decode()}"
        )
    return json.loads(answer.body)

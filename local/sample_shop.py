"""A shop to try things on, created through the API itself, so that it proves the stack."""

import json
import shlex
import tempfile
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


@dataclass(frozen=True, slots=True)
class SampleShop:
    """What scripts need to use the shop."""

    base_url: str
    api_key: str
    product: str
    price: str
    customer: str

    def write(self, path: Path) -> None:
        """Write the shop as JSON; a reader sees the old file or the new one, never half of it."""
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            json.dump(asdict(self), file, indent=2)
            file.write("\n")
        Path(file.name).replace(path)

    def forget(self, path: Path) -> None:
        """Remove the file again, unless another stack has written its own since."""
        if path.exists() and json.loads(path.read_text()) == asdict(self):
            path.unlink()

    def order_command(self) -> str:
        """A command line that orders three seats."""
        order = {
            "customer": self.customer,
            "currency": CURRENCY,
            "line_items": [{"price": self.price, "quantity": 3}],
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

    def welcome(self, log_path: Path) -> str:
        """What the terminal shows once the stack is ready."""
        return f"""
Farebox is ready. Ctrl-C stops it, and what it stored is gone.

  Base URL   {self.base_url}
  Test key   {self.api_key}
  Shop       product "Seat" at 12.50 USD, customer {CUSTOMER_EMAIL}
  Checkout   POST {self.base_url}/v1/checkouts
  Logs       {log_path}

Order three seats:

  {self.order_command()}
"""


def create_sample_shop(gateway: Gateway, base_url: str) -> SampleShop:
    """Create an organization with the local test key, then its product, price and customer."""
    # The package comes with the functions' layer, so it is there only once they are loaded.
    from farebox.bootstrap import LOCAL_TEST_KEY, create_organization

    create_organization(name=ORGANIZATION, default_currency=CURRENCY, test_key=LOCAL_TEST_KEY)

    def create(path: str, **content: Any) -> str:
        return _send(gateway, LOCAL_TEST_KEY, "POST", path, content)

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
    return SampleShop(base_url, LOCAL_TEST_KEY, product, price, customer)


def _send(gateway: Gateway, api_key: str, method: str, path: str, content: dict[str, Any]) -> str:
    """Create or change something through the API and give its id."""
    headers = [("authorization", f"Bearer {api_key}"), ("content-type", "application/json")]
    answer = gateway.answer(HttpRequest(method, path, headers, json.dumps(content).encode()))
    if answer.status not in (200, 201):
        raise SampleShopError(
            f"The sample shop cannot be created: {method} {path} answered {answer.status}: "
            f"{answer.body.decode()}"
        )
    return str(json.loads(answer.body)["id"])

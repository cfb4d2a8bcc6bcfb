"""What Polar's SDK sends, in a few words."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.client import Answered, Api

_emails = count(1)
FIXED = {"amount_type": "fixed", "price_currency": "usd", "price_amount": 4900}


@dataclass(frozen=True)
class Polar:
    """One organization's view of the API in Polar's language."""

    api: Api

    def product(self, **fields: Any) -> str:
        """The id of a new product, of 49 dollars if nothing else is said."""
        return str(self.made("products", {"name": "Token pack", "prices": [FIXED], **fields})["id"])

    def customer(self, card: str | None = "success", **fields: Any) -> str:
        """The id of a new customer, with a card where one is named."""
        email = f"ada+{next(_emails)}@example.com"
        id = str(self.made("customers", {"email": email, **fields})["id"])
        if card is not None:
            self.api.payment_method(id, card)
        return id

    def wanted(
        self, card: str | None = "success", product: str | None = None, **fields: Any
    ) -> dict[str, Any]:
        """The body of a draft, for a customer of its own."""
        own = {"customer_id": self.customer(card), "product_id": product or self.product()}
        return {**own, **fields}

    def draft(self, **fields: Any) -> Any:
        """A new draft."""
        return self.made("orders", self.wanted(**fields))

    def finalize(self, order: str, body: Any = None, **headers: str) -> Answered:
        return self.api.post(f"/polar/v1/orders/{order}/finalize", body, **headers)

    def made(self, collection: str, body: Any) -> Any:
        """What a create answered."""
        answer = self.api.post(f"/polar/v1/{collection}/", body)
        assert answer.status == 201, answer.text
        return answer.body

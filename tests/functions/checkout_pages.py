"""A customer before the checkout page: what their browser sends, and what comes back."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.client import Answered
from tests.functions.shop import INLINE, Shop, kept

FORM = "application/x-www-form-urlencoded"
SUCCESS_URL = "https://shop.example/thanks?from=farebox"
TENTH = {"name": "Tenth", "type": "percentage", "basis_points": 1000, "code": "TENTH"}


@dataclass
class Customer:
    """Somebody with the address of a checkout; every form carries what their page last showed."""

    shop: Shop
    checkout: str
    path: str
    address: str = "203.0.113.7"

    def look(self, **headers: str) -> Answered:
        return self.shop.api.with_key("").get(self.path, **headers)

    def send(self, action: str, **fields: Any) -> Answered:
        """Press a button; what is not said is filled in as a browser would."""
        page = self.look().text
        shown = {"shown_total": _hidden(page, "total"), "shown_attempts": _hidden(page, "attempts")}
        typed = {"email": "grace@example.com"} if action == "pay" else {}
        return self.send_exactly(**{**shown, **typed, "action": action, **fields})

    def send_exactly(self, **fields: Any) -> Answered:
        form = {name.replace("__", "."): str(value) for name, value in fields.items()}
        return self.shop.api.with_key("").call(
            "POST", self.path, urlencode(form).encode(), content_type=FORM
        )

    def pay(self, test_card: str = "success", **fields: Any) -> Answered:
        return self.send("pay", test_card=test_card, **fields)

    def read(self) -> Any:
        return self.shop.api.get(f"/v1/checkouts/{self.checkout}").body

    def order(self) -> Any:
        return self.shop.read(self.read()["order"])


def customer_of(shop: Shop, **fields: Any) -> Customer:
    """A customer with the address of a new checkout: two seats, if nothing else is said."""
    body: dict[str, Any] = {"success_url": SUCCESS_URL, **fields}
    if not {"product", "line_items"} & body.keys():
        body["line_items"] = [{"price_data": INLINE, "quantity": 2}]
    made = shop.api.post("/v1/checkouts", body)
    assert made.status == 201, made.text
    return Customer(shop, made.body["id"], urlsplit(made.body["checkout_url"]).path)


def is_paid(answer: Answered) -> bool:
    """Whether the answer sends the customer back to the merchant, as only a paid one does."""
    return answer.status == 200 and return_of(answer).startswith("https://shop.example/")


def return_of(answer: Answered) -> str:
    """The address that the browser goes on to by itself, if it does."""
    return answer.headers.get("refresh", "").partition("0;url=")[2]


def returned(answer: Answered) -> dict[str, str]:
    """The parameters of the address that the customer was sent to."""
    return dict(parse_qsl(urlsplit(return_of(answer)).query))


def said(answer: Answered) -> str:
    """The text of a page."""
    body = re.sub(r"<(style|title)[^>]*>.*?</\1>", "", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="shown_{name}"[^>]*value="(\d+)"', page)
    return found[1] if found else "0"


def discount(shop: Shop, **fields: Any) -> str:
    made = shop.api.post("/v1/discounts", TENTH | fields)
    assert made.status == 201, made.text
    return str(made.body["id"])


def redemptions(shop: Shop, id: str) -> int:
    count: int = shop.api.get(f"/v1/discounts/{id}").body["redemptions"]
    return count


def product(shop: Shop, **terms: Any) -> str:
    price = shop.api.price(**terms)
    shop.api.patch(f"/v1/products/{price['product']}", {"default_price": price["id"]})
    return str(price["product"])


def nothing_stored_but_counts(shop: Shop) -> Any:
    return _Unchanged(shop)


class _Unchanged:
    def __init__(self, shop: Shop) -> None:
        self._before = self._items()

    def _items(self) -> dict[str, Any]:
        return {key: item for key, item in kept().items() if "#RL#" not in key}

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        assert self._items() == self._before

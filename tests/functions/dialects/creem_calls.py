"""What every test of Creem's language calls, and the fields that its SDKs look for."""

from typing import Any

from tests.client import Answered, Api

# What the npm package needs, and what it may find beside that.
PRODUCT = {
    *("id", "mode", "object", "name", "description", "price", "currency", "billing_type"),
    *("billing_period", "status", "tax_mode", "tax_category", "created_at", "updated_at"),
    *("image_url", "image_urls", "features", "default_success_url", "custom_fields"),
}
CHECKOUT = {
    *("id", "mode", "object", "status", "request_id", "product", "units", "custom_price"),
    *("customer", "custom_fields", "checkout_url", "success_url", "license_keys", "metadata"),
    "discount",
}
CUSTOMER = {
    *("id", "mode", "object", "email", "name", "metadata", "country", "external_id"),
    *("created_at", "updated_at"),
}
ORDER = {
    *("id", "mode", "object", "customer", "product", "transaction", "discount", "amount"),
    *("sub_total", "tax_amount", "discount_amount", "amount_due", "amount_paid", "currency"),
    *("fx_amount", "fx_currency", "fx_rate", "status", "type", "affiliate"),
    *("created_at", "updated_at"),
}
REFUSAL = {"trace_id", "status", "error", "message", "timestamp"}

GOLD = {
    "name": "Gold",
    "description": "Gold plan",
    "price": 1500,
    "currency": "USD",
    "billing_type": "onetime",
    "image_url": "https://example.com/p.png",
}
SALE = {
    "name": "Sale",
    "code": "SALE",
    "type": "percentage",
    "percentage": 10,
    "duration": "once",
    "applies_to_products": [],
}


def product(api: Api, **terms: Any) -> Any:
    """A product that was made."""
    return made(api, "products", GOLD | terms)


def made(api: Api, path: str, body: Any) -> Any:
    """What a POST makes; Creem answers 200."""
    return good(call(api, path, body))


def call(api: Api, path: str, body: Any) -> Answered:
    """A POST."""
    return api.post(f"/creem/v1/{path}", body)


def patched(api: Api, path: str, body: Any) -> Any:
    """What a PATCH leaves."""
    return good(api.patch(f"/creem/v1/{path}", body))


def get(api: Api, path: str) -> Any:
    """What there is."""
    return good(api.get(f"/creem/v1/{path}"))


def good(answer: Answered) -> Any:
    """The body of an answer that is no refusal."""
    assert answer.status == 200, answer.text
    return answer.body


def fields(answer: Answered) -> list[str]:
    """The fields that a refusal names."""
    return [sentence.partition(": ")[0] for sentence in answer.body["message"]]

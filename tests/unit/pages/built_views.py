"""Views of checkouts, as the page gets them: with lines priced as a checkout's are."""

from typing import Any

from farebox.billing import line_items
from farebox.billing.line_items import LineItem
from farebox.pages.views import CheckoutView
from farebox.pricing.money import currencies
from farebox.problems import FieldErrors
from farebox.validation.check import check
from farebox.validation.orders import LineItem as AskedLine
from tests.unit.builders import known

GRADUATED: dict[str, Any] = {
    "billing_scheme": "tiered",
    "tiers_mode": "graduated",
    "tiers": [
        {"up_to": 10, "unit_amount": 500},
        {"up_to": 50, "unit_amount": 400, "flat_amount": 1000},
        {"up_to": "inf", "unit_amount": 300},
    ],
}
CARDS = (
    *("success", "success_mastercard", "insufficient_funds", "authentication_required"),
    *("generic_decline", "expired_card", "processing"),
)
FIELDS: tuple[dict[str, Any], ...] = (
    {
        "type": "text",
        "key": "company",
        "label": "Company",
        "text": {"min_length": 2, "max_length": 80},
    },
    {"type": "text", "key": "reference", "label": "Your reference", "optional": True},
    {
        "type": "checkbox",
        "key": "terms",
        "label": "Terms",
        "checkbox": {"label": "I agree to the terms of the shop"},
    },
)


def line(
    quantity: int = 1, currency: str = "usd", name: str = "Seat", **price_data: Any
) -> LineItem:
    """12.50 a unit, unless ``price_data`` says something else."""
    terms = {"currency": currency, "product_data": {"name": name}, **price_data}
    if len(terms) == 2:
        terms["unit_amount"] = 1250
    asked = [check(AskedLine, {"price_data": terms, "quantity": quantity})]
    errors = FieldErrors()
    found = line_items.terms(asked, known(), errors)
    errors.raise_if_any()
    return line_items.price(asked, found, currencies()[currency], owner="chk_1")[0]


def view(*lines: LineItem, currency: str = "usd", off: int = 0, **fields: Any) -> CheckoutView:
    """An open checkout in test mode, unless ``fields`` say something else."""
    lines = lines or (line(3, currency),)
    subtotal = sum(each.total_amount for each in lines)
    terms: dict[str, Any] = {
        "state": "open",
        "merchant": "Sample shop",
        "livemode": False,
        "currency": currencies()[currency],
        "lines": lines,
        "subtotal_amount": subtotal,
        "discount_amount": off,
        "total_amount": subtotal - off,
        "cards": CARDS,
        "cancel_url": "https://shop.example/cart",
    }
    return CheckoutView(**(terms | fields))

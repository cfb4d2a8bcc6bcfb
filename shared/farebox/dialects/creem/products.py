"""Creem's products: each has one price, and is paid once or again every period."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from farebox.dialects.creem.body import Body
from farebox.dialects.creem.entities import dates, head
from farebox.pricing.billed import Billed
from farebox.pricing.models import MODELS
from farebox.pricing.money import currencies
from farebox.pricing.quote import quote
from farebox.validation.fields import MAXIMUM_AMOUNT

if TYPE_CHECKING:
    from farebox.billing.catalogue import Price, Product
    from farebox.billing.known import Known

LEAST_PRICE = 100
TAX_CATEGORIES = ("saas", "digital-goods-service", "ebooks")
TAX_MODES = ("inclusive", "exclusive")
TAX_CATEGORY = "tax_category"
"""Creem's products have no metadata of their own, so what only Creem knows is kept there."""

ONCE, CUSTOM = "once", "custom"
PERIODS: Mapping[str, tuple[str, int]] = {
    "every-day": ("day", 1),
    "every-month": ("month", 1),
    "every-three-months": ("month", 3),
    "every-six-months": ("month", 6),
    "every-year": ("year", 1),
}
INTERVALS = ("day", "week", "month", "year")
MOST_INTERVALS = 365

PARAMS: Mapping[str, str] = {
    "product_data": "",
    "product": "",
    "price.unit_amount": "price",
    "price.tax_behavior": "tax_mode",
    "price.recurring": "billing_period",
    "price": "",
    "unit_amount": "price",
    "tax_behavior": "tax_mode",
    "recurring": "billing_period",
}

_NEITHER_OF_THESE = (
    *("business_net_pricing", "pay_what_you_want", "trial_period_days", "trial_price"),
    *("default_success_url", "usage_prices", "features"),
)


def read_new(body: Body) -> dict[str, Any]:
    """A product to make, as the price that it is made with."""
    body.require("name", "description", "price", "currency", "billing_type")
    category = body.take_one_of(TAX_CATEGORY, TAX_CATEGORIES)
    described = body.take_all({"name": "name", "description": "description"})
    product = {**described, **_image(body)}
    if category is not None:
        product["metadata"] = {TAX_CATEGORY: category}
    terms = _terms(body)
    body.refuse("custom_fields", "custom_field", "abandoned_cart_recovery_enabled")
    return {**terms, "product_data": product}


def read_changes(body: Body) -> dict[str, Any]:
    """Changes to a product, and the terms of its new price where any is named."""
    product = {**body.take_all({"name": "name", "description": "description"}), **_image(body)}
    terms = _terms(body)
    return {"product": product} | ({"price": terms} if terms else {})


def write(product: "Product", known: "Known") -> dict[str, Any]:
    """A product; what it costs is what one unit of it costs."""
    price = product.default_price
    currency = price.currency if price else known.organization.default_currency
    inclusive = price is not None and price.tax_behavior == "inclusive"
    category = product.metadata.get(TAX_CATEGORY)
    return {
        **head(product),
        "name": product.name,
        "description": product.description or "",
        **({"image_url": product.image_url} if product.image_url else {}),
        "image_urls": [product.image_url] if product.image_url else [],
        "features": [],
        "price": _unit_price(price) if price else 0,
        "currency": currency.upper(),
        **_period(price),
        "status": "active" if product.active else "archived",
        "tax_mode": "inclusive" if inclusive else "exclusive",
        "tax_category": category if category in TAX_CATEGORIES else TAX_CATEGORIES[0],
        "default_success_url": None,
        "custom_fields": [],
        **dates(product),
    }


def _image(body: Body) -> dict[str, Any]:
    """The one image that a product has; of a list, the first is it."""
    if not body.has("image_urls"):
        return body.take_all({"image_url": "image_url"})
    body.take("image_url")
    urls = body.take("image_urls") or []
    if not isinstance(urls, list) or len(urls) > 1:
        body.wrong("image_urls", "unsupported", "A list of one image at most")
        return {}
    return {"image_url": urls[0] if urls else None}


def _terms(body: Body) -> dict[str, Any]:
    """What of a price the body names."""
    terms = body.take_all({"currency": "currency"})
    amount = body.take_whole_number("price", 0, MAXIMUM_AMOUNT)
    if amount is not None:
        terms["unit_amount"] = amount
        if 0 < amount < LEAST_PRICE:
            body.wrong("price", "out_of_range", f"0, or at least {LEAST_PRICE}")
    tax_mode = body.take_one_of("tax_mode", TAX_MODES)
    if tax_mode is not None:
        terms["tax_behavior"] = tax_mode
    body.refuse(*_NEITHER_OF_THESE)
    body.take("suggested_price")  # goes with pay_what_you_want and means nothing without it
    return {**terms, **_recurring(body)}


def _recurring(body: Body) -> dict[str, Any]:
    kind = body.take_one_of("billing_type", ("recurring", "onetime"))
    period = body.take_one_of("billing_period", (ONCE, CUSTOM, *PERIODS))
    interval = body.take_one_of("recurring_interval", INTERVALS)
    count = body.take_whole_number("recurring_interval_count", 1, MOST_INTERVALS)
    if period != CUSTOM:
        given = {"recurring_interval": interval, "recurring_interval_count": count}
        for name in (name for name, value in given.items() if value is not None):
            body.wrong(name, "excluded", "It goes with billing_period custom only")
    if kind is None and period is None:
        return {}
    is_once = period == ONCE or (period is None and kind == "onetime")
    if (kind == "onetime" and not is_once) or (kind == "recurring" and is_once):
        message = f"billing_type {kind} contradicts it"
        body.wrong("billing_period", "contradiction", message)
    if is_once:
        return {"recurring": None}
    if period is None:
        body.wrong("billing_period", "required", "A recurring product needs a period")
        return {}
    if period != CUSTOM:
        interval, count = PERIODS[period]
    elif interval is None or count is None:
        message = "A custom period needs recurring_interval and recurring_interval_count"
        body.wrong("recurring_interval", "required", message)
    return {"recurring": {"interval": interval, "interval_count": count}}


def _period(price: "Price | None") -> dict[str, Any]:
    cycle = price.cycle() if price else None
    if price is None or cycle is None:
        return {"billing_type": "onetime", "billing_period": ONCE}
    own = price.recurring or {}
    interval, count = ("month", cycle.months) if cycle.months else ("day", cycle.days)
    interval, count = own.get("interval", interval), own.get("interval_count", count)
    if (interval, count) == ("month", 12):
        interval, count = "year", 1
    for name, period in PERIODS.items():
        if period == (interval, count):
            return {"billing_type": "recurring", "billing_period": name}
    return {
        "billing_type": "recurring",
        "billing_period": CUSTOM,
        "recurring_interval": interval,
        "recurring_interval_count": count,
    }


def _unit_price(price: "Price") -> int:
    """What one unit costs, in minor units: 0 where the payer says, or no unit is counted."""
    custom = price.config.get("custom_unit_amount")
    if custom is not None:
        return int(custom.get("preset") or custom.get("minimum") or 0)
    if MODELS[price.model].takes != "quantity":
        return 0
    one = Billed(quantity=Fraction(1))
    return quote(price.model, price.config, one, currencies()[price.currency]).amount

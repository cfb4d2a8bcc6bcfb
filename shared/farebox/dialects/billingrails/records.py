"""Records as Billingrails shows them: every key of its types, null where there is nothing to say.

An order is ``pending`` until somebody can be charged for it, then ``confirmed``. Its
``payment_status`` is ``failed`` only once nothing more is tried by itself.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farebox.billing.catalogue import Price, Product
    from farebox.billing.known import Known
    from farebox.billing.line_items import LineItem
    from farebox.billing.orders import Order
    from farebox.billing.payers import Customer
    from farebox.billing.records import Record

ADDRESS = ("line1", "line2", "city", "state", "region", "postal_code", "country")
NO_METHOD = "missing_payment_method"


def document(record: "Record", known: "Known") -> dict[str, Any]:
    """An order, an account or a product."""
    shown: Any = record
    if record.kind == "order":
        return _order(shown, known)
    return _account(shown) if record.kind == "customer" else _product(shown)


def depends_on_account(order: "Order") -> bool:
    """Whether it takes the account to tell if there is anything to charge."""
    waits = order.status == "scheduled" and not order.attempts
    return waits and order.payment_method is None


def _order(order: "Order", known: "Known") -> dict[str, Any]:
    return {
        "object": "order",
        "id": order.id,
        "created_at": order.created_at,
        "number": order.number,
        "status": _status(order, known),
        "payment_status": _payment_status(order),
        "fulfillment_status": order.fulfillment_status,
        "return_status": order.return_status,
        "currency": order.currency.upper(),
        "subtotal_amount": order.subtotal_amount,
        "total_amount": order.total_amount,
        "paid_amount": order.paid_amount,
        "outstanding_amount": order.outstanding_amount,
        "account_id": order.customer,
        "line_items": [_line(line) for line in order.line_items],
        "metadata": order.metadata or None,
    }


def _status(order: "Order", known: "Known") -> str:
    if order.status in ("draft", "canceled"):
        return order.status
    if order.attempts or order.status == "paid" or _can_be_charged(order, known):
        return "fulfilled" if order.fulfillment_status == "fulfilled" else "confirmed"
    return "pending"


def _can_be_charged(order: "Order", known: "Known") -> bool:
    """Whether an order that nothing was tried for has somebody to be charged."""
    if order.status != "scheduled":
        return False
    if not depends_on_account(order):
        return True
    account = _account_of(order, known)
    return account is not None and account.default_payment_method is not None


def _account_of(order: "Order", known: "Known") -> "Customer | None":
    from farebox.billing.payers import Customer

    return known.found_as(Customer, order.customer)


def _payment_status(order: "Order") -> str:
    if order.status == "paid":
        return "paid"
    failure = order.last_failure
    if failure is None or order.status not in ("failed", "requires_action", "canceled"):
        return "pending"
    return "pending" if failure.code == NO_METHOD and not order.attempts else "failed"


def _line(line: "LineItem") -> dict[str, Any]:
    return {
        "object": "order_line_item",
        "id": line.id,
        "product_name": line.product_name,
        "product_variant_name": None,
        "description": line.description,
        "quantity": line.quantity,
        "unit_amount": _unit_amount(line),
        "subtotal_amount": line.total_amount,
        "total_amount": line.total_amount,
        "product_id": line.product,
        "product_variant_id": None,
    }


def _unit_amount(line: "LineItem") -> int | None:
    """What each unit costs, where all cost the same whole amount."""
    if not line.quantity or line.total_amount % line.quantity:
        return None
    return line.total_amount // line.quantity


def _account(account: "Customer") -> dict[str, Any]:
    billing = account.billing_address or {}
    currency = account.default_currency
    return {
        "object": "account",
        "id": account.id,
        "type": account.type,
        "name": account.name,
        "email": account.email,
        "country": account.country or billing.get("country"),
        "created_at": account.created_at,
        "default_currency": currency.upper() if currency else None,
        "external_id": account.external_id,
        "timezone": account.timezone,
        "shipping_address": _address(account.shipping_address),
        "billing_address": _address(account.billing_address),
        "invoice_settings": None,
        "metadata": account.metadata or None,
    }


def _address(address: "Mapping[str, Any] | None") -> dict[str, Any] | None:
    return {part: address.get(part) for part in ADDRESS} if address else None


def _product(product: "Product") -> dict[str, Any]:
    """The newer SDK's product, with the fields of the older one's beside them."""
    price = _price(product.default_price) if product.default_price else None
    return {
        "object": "product",
        "id": product.id,
        "name": product.name,
        "code": product.external_id,
        "status": "active" if product.active else "archived",
        "description": product.description,
        "invoice_name": product.invoice_name,
        "created_at": product.created_at,
        "interval": price["interval"] if price else None,
        "price": price,
        "amount": price["amount"] if price else None,
        "currency": price["currency"] if price else None,
        "image_url": product.image_url,
        "model": product.model,
        "sku": product.sku,
        "vendor": None,
    }


def _price(price: "Price") -> dict[str, Any]:
    model, amount = _model(price)
    recurring = price.recurring
    interval = None
    if recurring:
        interval = {"frequency": recurring["interval_count"], "unit": recurring["interval"]}
    return {
        "object": "price",
        "id": price.id,
        "code": price.external_price_id,
        "amount": amount,
        "currency": price.currency.upper(),
        "model": model,
        "flat_amount": None,
        "package_size": None,
        "percentage_rate": None,
        "tiers": None,
        "interval": interval,
        "bill_timing": None,
        "free_units": None,
        "free_events": None,
        "free_units_per_event": None,
        "meter_id": None,
        "meter_profile_id": None,
        "benefits": None,
        "created_at": price.created_at,
    }


def _model(price: "Price") -> tuple[str | None, int | Decimal | None]:
    """The model and the amount of a price that can be told in this language."""
    config = price.config
    if price.model == "stripe_per_unit" and config.get("unit_amount") is not None:
        return "per_unit", int(config["unit_amount"])
    if price.model == "stripe_per_unit" and "unit_amount_decimal" in config:
        return "per_unit", Decimal(config["unit_amount_decimal"])
    if price.model == "stripe_volume" and len(config["tiers"]) == 1:
        (tier,) = config["tiers"]
        if not tier.get("unit_amount") and "unit_amount_decimal" not in tier:
            return "flat", tier.get("flat_amount")
    return None, None

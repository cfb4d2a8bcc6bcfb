"""What stands behind an order, as Polar shows it: products, prices, customers, cards, checkouts."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from farebox.billing.catalogue import Price, Product
from farebox.billing.checkouts import Checkout
from farebox.billing.known import Known, Reference
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Record

# The only one that Polar's SDK knows by name.
PROCESSOR = "stripe"

_ADDRESS = ("line1", "line2", "postal_code", "city", "state", "country")
_INTERVALS: Mapping[str, tuple[str, int]] = {
    "monthly": ("month", 1),
    "quarterly": ("month", 3),
    "semi_annual": ("month", 6),
    "annual": ("year", 1),
}


def expands(record: Record) -> Iterable[Reference]:
    """Whose default a payment method may be, and what a checkout sells."""
    if isinstance(record, PaymentMethod):
        yield Reference(Customer, record.customer)
    if isinstance(record, Checkout) and record.product is not None:
        yield Reference(Product, record.product)


def stamps(record: Record) -> dict[str, Any]:
    """What every object of Polar's begins with; what never changed was never modified."""
    modified_at = record.updated_at if record.version > 1 else None
    return {"id": record.id, "created_at": record.created_at, "modified_at": modified_at}


def address(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """An address; one without a country is none in Polar."""
    if given is None or given.get("country") is None:
        return None
    parts = {name: given.get(name) for name in _ADDRESS}
    return {**parts, "state": parts["state"] or given.get("region")}


def customer(payer: Customer, known: Known) -> dict[str, Any]:
    """A customer; Polar knows none without an e-mail address."""
    default = payer.default_payment_method
    return {
        **stamps(payer),
        "metadata": payer.metadata,
        "external_id": payer.external_id,
        "email": payer.email or "",
        "email_verified": False,
        "type": "individual",
        "name": payer.name,
        "billing_name": None,
        "billing_address": address(payer.billing_address),
        "tax_id": None,
        "locale": None,
        "organization_id": known.organization.id,
        "default_payment_method_id": default.id if default else None,
        "deleted_at": payer.deleted_at,
        "first_user_event_at": None,
        "avatar_url": None,
    }


def product_alone(product: Product, known: Known) -> dict[str, Any]:
    """A product without its prices."""
    interval, count = _interval(product.default_price)
    return {
        "metadata": product.metadata,
        **stamps(product),
        "trial_interval": None,
        "trial_interval_count": None,
        "name": product.name,
        "description": product.description,
        "visibility": "public",
        "recurring_interval": interval,
        "recurring_interval_count": count,
        "meter_interval": None,
        "meter_interval_count": None,
        "is_recurring": interval is not None,
        "is_archived": not product.active,
        "organization_id": known.organization.id,
    }


def _product(product: Product, known: Known) -> dict[str, Any]:
    return {
        **product_alone(product, known),
        "is_deletable": False,
        "prices": prices(product),
        "benefits": [],
        "medias": [],
        "attached_custom_fields": [],
    }


def prices(product: Product) -> list[dict[str, Any]]:
    """The default price in each of its currencies, if Polar has a word for its form."""
    price = product.default_price
    if price is None or price.model != "stripe_per_unit":
        return []
    found = []
    for currency, config in price.configs().items():
        terms = _terms(config)
        if terms is not None:
            own = currency == price.currency
            id = price.id if own else f"{price.id}_{currency}"
            found.append({**_price(price), "id": id, "price_currency": currency, **terms})
    return found


def price_at(product: Product | None, id: str | None, currency: str) -> dict[str, Any] | None:
    """The price with this id in one of its currencies, while it is its product's default."""
    if product is None or product.default_price is None or product.default_price.id != id:
        return None
    return next((row for row in prices(product) if row["price_currency"] == currency), None)


def price_id(product: Product | None, id: str | None, currency: str) -> str | None:
    """What the price with this id is called in a currency, as far as that is known."""
    price = price_at(product, id, currency)
    return str(price["id"]) if price else id


def _price(price: Price) -> dict[str, Any]:
    known = price.tax_behavior in ("inclusive", "exclusive")
    return {
        **stamps(price),
        "source": "catalog",
        "tax_behavior": price.tax_behavior if known else None,
        "is_archived": not price.active,
        "product_id": price.product,
    }


def _terms(config: Mapping[str, Any]) -> dict[str, Any] | None:
    custom = config.get("custom_unit_amount")
    if custom is not None:
        return {
            "amount_type": "custom",
            "minimum_amount": custom.get("minimum") or 0,
            "maximum_amount": custom.get("maximum"),
            "preset_amount": custom.get("preset"),
        }
    if config.get("unit_amount") is None:
        return None
    return {"amount_type": "fixed", "price_amount": config["unit_amount"]}


def _interval(price: Price | None) -> tuple[str | None, int | None]:
    if price is None or not price.is_recurring:
        return None, None
    if price.recurring is not None:
        return price.recurring["interval"], price.recurring["interval_count"]
    custom = price.billing_cycle_configuration
    if price.cadence == "custom" and custom is not None:
        return custom["duration_unit"], custom["duration"]
    return _INTERVALS[price.cadence or ""]


def _payment_method(method: PaymentMethod, known: Known) -> dict[str, Any]:
    owner = known.found_as(Customer, method.customer)
    default = owner.default_payment_method if owner else None
    return {
        **stamps(method),
        "processor": PROCESSOR,
        "customer_id": method.customer,
        "type": "card",
        "method_metadata": {
            "brand": method.brand,
            "last4": method.last4,
            "exp_month": method.exp_month,
            "exp_year": method.exp_year,
        },
        "is_default": default is not None and default.id == method.id,
    }


def _checkout(checkout: Checkout, known: Known) -> dict[str, Any]:
    sold = known.found_as(Product, checkout.product) if checkout.product else None
    product = _product(sold, known) if sold else None
    priced = product["prices"] if product else []
    price, currency = checkout.line_items[0].price if product else None, checkout.currency
    return {
        **stamps(checkout),
        "payment_processor": PROCESSOR,
        "status": _CHECKOUT_STATES.get(checkout.status, checkout.status),
        "client_secret": checkout.id,
        "url": checkout.checkout_url,
        "expires_at": checkout.expires_at,
        "success_url": checkout.success_url or checkout.checkout_url,
        **dict.fromkeys(_NOT_IN_A_CHECKOUT),
        "units": checkout.units if checkout.units != 1 else None,
        "amount": checkout.subtotal_amount,
        "discount_amount": checkout.discount_amount,
        "net_amount": checkout.subtotal_amount - checkout.discount_amount,
        "tax_amount": checkout.tax_amount,
        "total_amount": checkout.total_amount,
        "currency": checkout.currency,
        "organization_id": known.organization.id,
        "product_id": checkout.product,
        "product_price_id": price_id(sold, price, currency),
        "discount_id": checkout.discount,
        "allow_discount_codes": True,
        "require_billing_address": False,
        "is_discount_applicable": True,
        "is_free_product_price": checkout.subtotal_amount == 0,
        "is_payment_required": checkout.total_amount > 0,
        "is_payment_setup_required": False,
        "is_payment_form_required": checkout.total_amount > 0,
        "customer_id": checkout.customer,
        "is_business_customer": False,
        "customer_email": checkout.customer_email,
        "payment_processor_metadata": {},
        "billing_address_fields": dict.fromkeys(_ADDRESS_FIELDS, "disabled"),
        "metadata": checkout.metadata,
        "products": [product] if product else [],
        "product": product,
        "product_price": price_at(sold, price, currency),
        "prices": {product["id"]: priced} if product else None,
        "attached_custom_fields": [],
        "customer_metadata": {},
        "custom_field_data": {},
    }


_CHECKOUT_STATES: Mapping[str, str] = {"completed": "succeeded"}
_ADDRESS_FIELDS = ("country", "state", "city", "postal_code", "line1", "line2")
_NOT_IN_A_CHECKOUT = (
    *("return_url", "embed_origin", "min_units", "max_units", "tax_behavior", "allow_trial"),
    *("active_trial_interval", "active_trial_interval_count", "trial_end", "customer_name"),
    *("customer_ip_address", "customer_billing_name", "customer_billing_address"),
    *("customer_tax_id", "payment_method_type", "trial_interval", "trial_interval_count"),
    *("external_customer_id", "discount", "subscription_id", "locale"),
    *("seats", "min_seats", "max_seats"),
)

WRITERS: Mapping[str, Callable[[Any, Known], dict[str, Any]]] = {
    "product": _product,
    "customer": customer,
    "payment_method": _payment_method,
    "checkout": _checkout,
}
"""How each kind of record is written, but for orders."""

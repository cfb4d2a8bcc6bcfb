"""Checkouts as Stripe shows them: sessions that are paid once, and their lines."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from farebox.billing.catalogue import Price
from farebox.billing.discounts import Discount
from farebox.billing.payers import Customer
from farebox.dialects.stripe import expansions, values
from farebox.dialects.stripe.customers import customer_document
from farebox.dialects.stripe.prices import inline_document, price_document

if TYPE_CHECKING:
    from farebox.billing.checkouts import Checkout
    from farebox.billing.known import Known
    from farebox.billing.line_items import LineItem

PATH = "/v1/checkout/sessions"
CUSTOM_TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
# What a session of ours never has.
ABSENT = (
    *("adaptive_pricing", "after_expiration", "allow_promotion_codes"),
    *("billing_address_collection", "client_secret", "collected_information", "consent"),
    *("consent_collection", "currency_conversion", "invoice", "invoice_creation", "locale"),
    *("optional_items", "origin_context", "payment_intent", "payment_link", "permissions"),
    *("payment_method_configuration_details", "presentment_details", "recovered_from"),
    *("return_url", "saved_payment_method_options", "setup_intent"),
    *("shipping_address_collection", "shipping_cost", "submit_type", "subscription"),
    *("tax_id_collection", "wallet_options", "allowed_payment_method_types"),
    *("branding_settings", "customer_account", "excluded_payment_method_types"),
    *("integration_identifier", "managed_payments", "name_collection", "redirect_on_completion"),
)


def session_document(
    checkout: "Checkout", expanded: frozenset[str], known: "Known"
) -> dict[str, Any]:
    """A session; its lines only where they are asked for."""
    status = values.session_status(checkout.status)
    document = {
        "id": checkout.id,
        "object": "checkout.session",
        **dict.fromkeys(ABSENT),
        "amount_subtotal": checkout.subtotal_amount,
        "amount_total": checkout.total_amount,
        "automatic_tax": dict.fromkeys(("liability", "provider", "status")) | {"enabled": False},
        "cancel_url": checkout.cancel_url,
        "client_reference_id": checkout.client_reference_id,
        "created": values.epoch(checkout.created_at),
        "currency": checkout.currency,
        "custom_fields": [_custom_field(checkout, each) for each in checkout.custom_fields],
        "custom_text": dict.fromkeys(CUSTOM_TEXTS),
        "customer": _customer(checkout, expanded, known),
        "customer_creation": None if checkout.customer else "always",
        "customer_details": _customer_details(checkout),
        "customer_email": checkout.customer_email,
        "discounts": _discounts(checkout),
        "expires_at": values.epoch(checkout.expires_at),
        "livemode": checkout.livemode,
        "metadata": values.metadata(checkout.metadata),
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": _payment_status(checkout, status),
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": status,
        "success_url": checkout.success_url,
        "total_details": {
            "amount_discount": checkout.discount_amount,
            "amount_shipping": 0,
            "amount_tax": checkout.tax_amount,
        },
        "ui_mode": "hosted_page",
        "url": checkout.checkout_url if status == "open" else None,
    }
    if expansions.shows_lines(expanded):
        url = f"{PATH}/{checkout.id}/line_items"
        lines = line_documents(checkout, expanded, known)
        document["line_items"] = values.listed(lines, False, url)
    return document


def line_documents(
    checkout: "Checkout", expanded: frozenset[str], known: "Known"
) -> list[dict[str, Any]]:
    """The lines of a session, each with its part of the discount."""
    return [
        {
            "id": line.id,
            "object": "item",
            "adjustable_quantity": None,
            "amount_discount": off,
            "amount_subtotal": line.total_amount,
            "amount_tax": 0,
            "amount_total": line.total_amount - off,
            "currency": checkout.currency,
            "description": line.description,
            "metadata": values.metadata(line.metadata),
            "price": _price(line, checkout, expanded, known),
            "quantity": line.quantity,
        }
        for line, off in zip(checkout.line_items, _parts_of_discount(checkout, known), strict=True)
    ]


def _parts_of_discount(checkout: "Checkout", known: "Known") -> Sequence[int]:
    """The discount by lines in proportion to their amounts: whole, and together all of it."""
    discount = known.found_as(Discount, checkout.discount or "")
    amounts = [
        line.total_amount if discount is None or discount.is_for(line.product) else 0
        for line in checkout.line_items
    ]
    of_all = sum(amounts) or 1
    cuts = [
        checkout.discount_amount * so_far // of_all for so_far in accumulate(amounts, initial=0)
    ]
    return [after - before for before, after in pairwise(cuts)]


def _price(
    line: "LineItem", checkout: "Checkout", expanded: frozenset[str], known: "Known"
) -> dict[str, Any]:
    spelled_out = expansions.PRODUCT_OF_LINES in expanded
    price = None if line.price is None else known.found_as(Price, line.price)
    if price is not None:
        return price_document(price, frozenset(("product",) if spelled_out else ()), known)
    created = values.epoch(checkout.created_at)
    return inline_document(line, checkout.livemode, created, spelled_out, known)


def _customer(checkout: "Checkout", expanded: frozenset[str], known: "Known") -> Any:
    if checkout.customer is None or "customer" not in expanded:
        return checkout.customer
    customer = known.found_as(Customer, checkout.customer)
    return checkout.customer if customer is None else customer_document(customer)


def _customer_details(checkout: "Checkout") -> dict[str, Any] | None:
    if checkout.customer_email is None:
        return None
    absent = dict.fromkeys(("address", "business_name", "individual_name", "name", "phone"))
    return {**absent, "email": checkout.customer_email, "tax_exempt": "none", "tax_ids": []}


def _discounts(checkout: "Checkout") -> list[dict[str, Any]]:
    """A discount stands where Stripe has a coupon, named by its code."""
    if checkout.discount is None:
        return []
    return [{"coupon": checkout.discount_code or checkout.discount, "promotion_code": None}]


def _payment_status(checkout: "Checkout", status: str) -> str:
    if checkout.total_amount == 0:
        return "no_payment_required"
    return "paid" if status == "complete" else "unpaid"


def _custom_field(checkout: "Checkout", field: Any) -> dict[str, Any]:
    """A question; one that Stripe has no type for keeps our own."""
    document: dict[str, Any] = {
        "key": field["key"],
        "type": field["type"],
        "label": {"custom": field["label"], "type": "custom"},
        "optional": field["optional"],
        "dropdown": None,
        "numeric": None,
        "text": None,
    }
    if field["type"] == "text":
        bounds = field.get("text") or {}
        document["text"] = {
            "default_value": None,
            "maximum_length": bounds.get("max_length"),
            "minimum_length": bounds.get("min_length"),
            "value": checkout.custom_field_data.get(field["key"]),
        }
    return document

"""Customers as Stripe shows them; of a deleted one, that it is."""

from typing import TYPE_CHECKING, Any

from farebox.dialects.stripe import values

if TYPE_CHECKING:
    from farebox.billing.payers import Customer


def customer_document(customer: "Customer") -> dict[str, Any]:
    """A customer."""
    if customer.deleted_at is not None:
        return {"id": customer.id, "object": "customer", "deleted": True}
    method = customer.default_payment_method
    shipping = values.address(customer.shipping_address)
    return {
        "id": customer.id,
        "object": "customer",
        "address": values.address(customer.billing_address),
        "balance": 0,
        "business_name": None,
        "created": values.epoch(customer.created_at),
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": None,
        "description": customer.description,
        "discount": None,
        "email": customer.email,
        "individual_name": None,
        "invoice_prefix": None,
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": method.id if method else None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": customer.livemode,
        "metadata": values.metadata(customer.metadata),
        "name": customer.name,
        "next_invoice_sequence": None,
        "phone": customer.phone,
        "preferred_locales": [],
        "shipping": shipping
        and {"address": shipping, "name": customer.name, "phone": customer.phone},
        "tax_exempt": "none",
        "test_clock": None,
    }

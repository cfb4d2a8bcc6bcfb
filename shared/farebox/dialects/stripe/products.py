"""Products as Stripe shows them."""

from typing import TYPE_CHECKING, Any

from farebox.dialects.stripe import values

if TYPE_CHECKING:
    from farebox.billing.catalogue import Product


def product_document(product: "Product") -> dict[str, Any]:
    """A product, its default price by id."""
    return {
        "id": product.id,
        "object": "product",
        "active": product.active,
        "created": values.epoch(product.created_at),
        "default_price": product.default_price.id if product.default_price else None,
        "description": product.description,
        "images": [product.image_url] if product.image_url else [],
        "livemode": product.livemode,
        "marketing_features": [],
        "metadata": values.metadata(product.metadata),
        "name": product.name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "tax_details": None,
        "type": "service",
        "unit_label": product.unit_label,
        "updated": values.epoch(product.updated_at),
        "url": None,
    }

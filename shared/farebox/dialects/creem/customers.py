"""Creem's customers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from farebox.dialects.creem.body import Body
from farebox.dialects.creem.entities import dates, head

if TYPE_CHECKING:
    from farebox.billing.known import Known
    from farebox.billing.payers import Customer

PARAMS: Mapping[str, str] = {}

_FIELDS = {"email": "email", "name": "name", "metadata": "metadata", "external_id": "external_id"}


def read_new(body: Body) -> dict[str, Any]:
    """A customer to make."""
    body.require("email", "name")
    return body.take_all(_FIELDS)


def read_changes(body: Body) -> dict[str, Any]:
    """Changes to the customer whom ``customer_id`` names; metadata and external_id can go."""
    body.take("customer_id")
    always = {"email": "email", "name": "name"}
    cleared = {"metadata": "metadata", "external_id": "external_id"}
    return {**body.take_all(always), **body.take_changes(cleared)}


def write(customer: "Customer", known: "Known") -> dict[str, Any]:
    """A customer; the country is that of the billing address."""
    return {
        **head(customer),
        "email": customer.email or "",
        "name": customer.name,
        "metadata": customer.metadata,
        "country": (customer.billing_address or {}).get("country") or customer.country,
        "external_id": customer.external_id,
        **dates(customer),
    }

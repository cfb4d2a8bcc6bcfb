"""Creem's orders: what was bought once, paid or not."""

from typing import TYPE_CHECKING, Any

from farebox.billing.order_states import PAID
from farebox.dialects.creem.entities import dates, head

if TYPE_CHECKING:
    from farebox.billing.known import Known
    from farebox.billing.orders import Order


def write(order: "Order", known: "Known") -> dict[str, Any]:
    """An order, of whose lines Creem shows the first one's product."""
    first = order.line_items[0]
    return {
        **head(order),
        "customer": order.customer,
        "product": first.product or first.id,
        "transaction": None,
        "discount": None,
        "amount": order.total_amount,
        "sub_total": order.subtotal_amount,
        "tax_amount": order.tax_amount,
        "discount_amount": order.discount_amount,
        "amount_due": order.outstanding_amount,
        "amount_paid": order.paid_amount,
        "currency": order.currency.upper(),
        "fx_amount": None,
        "fx_currency": None,
        "fx_rate": None,
        "status": "paid" if order.status == PAID else "pending",
        "type": "onetime",
        "affiliate": None,
        **dates(order),
    }

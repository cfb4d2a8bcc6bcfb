"""Numbers of orders and invoices, per customer: one single-item ADD each, so that none is ever
given twice; whatever fails afterwards leaves a gap."""

from dataclasses import replace

from farebox.billing.order_states import PAID
from farebox.billing.orders import Order
from farebox.billing.records import Change
from farebox.settings import settings
from farebox.storage import items, keys
from farebox.storage.connection import connection
from farebox.storage.keys import Tenant
from farebox.storage.load import Loaded

SMALLEST_WIDTH = 3
INVOICE_WIDTH = 4
# Of a customer's id: enough that no two customers of a shop share them.
CUSTOMER_CHARACTERS = 10


def numbered(loaded: Loaded, change: Change) -> Change:
    """The order with its number, ``ORD-001``.

    Raises ``TooLarge`` before a number is spent.
    """
    assert isinstance(change.record, Order)
    items.text_of(change.record)
    key = keys.counter(loaded.tenant, f"order_number#{change.record.customer}")
    number = connection().count_up(settings().core_table, key)
    return replace(change, record=replace(change.record, number=f"ORD-{number:0{SMALLEST_WIDTH}d}"))


def invoiced(tenant: Tenant, change: Change) -> Change:
    """The order with its invoice number, ``INV-<customer>-0001``, where it is paid by this."""
    order = change.record
    assert isinstance(order, Order)
    if order.status != PAID or order.invoice_number is not None:
        return change
    key = keys.counter(tenant, f"invoice_number#{order.customer}")
    number = connection().count_up(settings().core_table, key)
    owner = order.customer[-CUSTOMER_CHARACTERS:].upper()
    invoice_number = f"INV-{owner}-{number:0{INVOICE_WIDTH}d}"
    return replace(change, record=replace(order, invoice_number=invoice_number))

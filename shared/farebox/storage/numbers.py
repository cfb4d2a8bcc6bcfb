"""Order numbers, per customer: one single-item ADD each, so that none is ever given twice."""

from dataclasses import replace

from farebox.billing.orders import Order
from farebox.billing.records import Change
from farebox.settings import settings
from farebox.storage import items, keys
from farebox.storage.connection import connection
from farebox.storage.load import Loaded

SMALLEST_WIDTH = 3


def numbered(loaded: Loaded, change: Change) -> Change:
    """The order with its number, ``ORD-001``; a create that fails afterwards leaves a gap.

    Raises ``TooLarge`` before a number is spent.
    """
    assert isinstance(change.record, Order)
    items.text_of(change.record)
    key = keys.counter(loaded.tenant, f"order_number#{change.record.customer}")
    number = connection().count_up(settings().core_table, key)
    return replace(change, record=replace(change.record, number=f"ORD-{number:0{SMALLEST_WIDTH}d}"))

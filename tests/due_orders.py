"""Many orders that are due, and the queue's messages about them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from farebox import ids
from farebox.billing.order_states import SCHEDULED
from farebox.billing.orders import Order
from farebox.instants import stamp
from farebox.settings import settings
from farebox.storage import items
from farebox.storage.commit import ABSENT
from farebox.storage.connection import Put, connection
from farebox.storage.keys import Tenant

BATCH = 10
AMOUNT = 1250
LARGEST_TRANSACTION = 50


def keep_due_orders(organization: str, customer: str, count: int) -> list[str]:
    """Orders that fell due a moment ago, kept as a create keeps them."""
    tenant, now = Tenant(organization, False), stamp(datetime.now(UTC))
    orders = [
        Order(
            id=ids.new("ord"),
            livemode=False,
            created_at=now,
            updated_at=now,
            customer=customer,
            currency="usd",
            line_items=(),
            subtotal_amount=AMOUNT,
            total_amount=AMOUNT,
            status=SCHEDULED,
            collection="scheduled",
            charge_at=now,
            due_at=now,
        )
        for _ in range(count)
    ]
    table = settings().core_table
    for first in range(0, count, LARGEST_TRANSACTION):
        chunk = orders[first : first + LARGEST_TRANSACTION]
        puts = [Put(table, items.record_item(tenant, order, ""), ABSENT) for order in chunk]
        connection().transact(puts, ids.entropy(16).hex())
    return [order.id for order in orders]


def batches(texts: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The queue's events, of ten messages each."""
    for first in range(0, len(texts), BATCH):
        chunk = texts[first : first + BATCH]
        records = [{"messageId": str(place), "body": text} for place, text in enumerate(chunk)]
        yield {"Records": records}

"""Charge or cancel while a caller waits: ask the worker now, and answer with what became of it.

What was asked for is kept before. Where the worker does not answer in time, the order is shown as
it stands, and the schedule finishes it.
"""

from contextlib import suppress

from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.billing.records import Kept, Record
from farebox.charging import invocation
from farebox.charging.messages import CANCEL, CHARGE, Message
from farebox.problems import Unavailable
from farebox.storage.keys import Tenant
from farebox.storage.load import load_for_worker


def charged(tenant: Tenant, kept: Kept) -> Kept:
    """An order that was just made due, after the worker has looked at it, or as it stands."""
    if kept.replayed:
        return kept
    with suppress(Unavailable):
        ask(tenant, kept.record.id, CHARGE)
    try:
        return Kept(_read(tenant, kept.record))
    except Unavailable:
        return kept


def canceled(tenant: Tenant, order: Order) -> Order:
    """An order after the worker was told to cancel it. Raises ``Unavailable``."""
    ask(tenant, order.id, CANCEL)
    return _read(tenant, order)


def ask(tenant: Tenant, order: str, command: str) -> None:
    """Have the worker do something about an order, and wait for it. Raises ``Unavailable``."""
    message = Message(tenant.organization, tenant.livemode, order, command=command)
    invocation.invoke(message.as_event())


def _read(tenant: Tenant, order: Record) -> Order:
    known = load_for_worker(tenant, [Reference(Order, order.id)]).known
    found = known.found_as(Order, order.id)
    assert found is not None
    return found

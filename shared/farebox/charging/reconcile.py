"""Resolve what is in doubt now, rather than when its time comes."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

from farebox import clock
from farebox.billing import charges
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.charging import invocation
from farebox.charging.messages import ORDER, RECONCILE, Message
from farebox.problems import Unavailable
from farebox.settings import settings
from farebox.storage import due
from farebox.storage.due import DueEntry
from farebox.storage.load import load_for_worker

# What is in doubt is looked at again within this time, so its entry is not further ahead.
HORIZON = timedelta(seconds=charges.SLOWEST_SECONDS)
NO_ANSWER = "the worker did not answer"
NOT_READ = "the database did not answer"


def reconcile() -> Iterator[tuple[str, str]]:
    """Ask the worker about every order in doubt; gives each id with the status that it has then,
    or with why that is not known."""
    until = clock.now() + HORIZON
    for shard in range(settings().due_shards):
        # All of them first: what is asked about in vain comes back further behind.
        for entry in list(chain.from_iterable(due.pages(shard, until))):
            if entry.kind == ORDER:
                yield from _looked_at(entry)


def _looked_at(entry: DueEntry) -> Iterator[tuple[str, str]]:
    try:
        if not charges.is_in_doubt(_read(entry), clock.now()):
            return
        told = _resolve(entry)
    except Unavailable:
        told = NOT_READ
    yield entry.id, told


def _resolve(entry: DueEntry) -> str:
    tenant = entry.tenant
    message = Message(tenant.organization, tenant.livemode, entry.id, command=RECONCILE)
    try:
        invocation.invoke(message.as_event())
    except Unavailable:
        return NO_ANSWER
    return _read(entry).status


def _read(entry: DueEntry) -> Order:
    this = Reference(Order, entry.id)
    order = load_for_worker(entry.tenant, [this]).known.found_as(Order, entry.id)
    assert order is not None
    return order

"""Charge an order off-session now, and cancel one; each waits for the charge worker's word."""

from farebox import clock, dialects
from farebox.billing import charge_requests, order_states
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.billing.records import Kept
from farebox.charging import requests
from farebox.dialects import Dialect
from farebox.handler import Answer, Request
from farebox.limits import MAXIMUM_REFERENCE
from farebox.problems import NotFound
from farebox.storage.commit import commit
from farebox.storage.load import Loaded, load, load_more
from farebox.validation.orders import CancelOrder, ChargeOrder

SCOPE = "orders:write"


def charge(request: Request, id: str) -> Answer:
    """POST that an order be charged now; answers with the order as it stands then."""
    dialect = dialects.of(request)
    asked = dialect.read_optional(ChargeOrder, request)
    operation = f"orders:charge#{id[:MAXIMUM_REFERENCE]}"
    wanted = [Reference(Order, id), *charge_requests.references(asked)]
    loaded = load(request, SCOPE, wanted, creates=Order, operation=operation)
    if loaded.first is not None:
        return _done(dialect, loaded, loaded.first)
    order = loaded.known.found_as(Order, id)
    if order is None:
        raise NotFound("There is no such order")
    change = charge_requests.charge(order, asked, loaded.known, now=clock.now())
    return _done(dialect, loaded, requests.charged(loaded.tenant, commit(loaded, change)))


def cancel(request: Request, id: str) -> Answer:
    """POST that an order be canceled; what is canceled already answers the same."""
    dialect = dialects.of(request)
    dialect.read_optional(CancelOrder, request)
    loaded = load(request, SCOPE, [Reference(Order, id)])
    order = loaded.known.found_as(Order, id)
    if order is None:
        raise NotFound("There is no such order")
    canceling = charge_requests.is_being_canceled(order)
    if order.status != order_states.CANCELED and not canceling:
        charge_requests.check_open(order)
        order = requests.canceled(loaded.tenant, order)
        charge_requests.check_canceled(order)
    return _done(dialect, loaded, Kept(order))


def _done(dialect: Dialect, loaded: Loaded, kept: Kept) -> Answer:
    return dialect.write_done(kept, load_more(loaded, dialect.expands([kept.record])))

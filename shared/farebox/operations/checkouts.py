"""Close a checkout before its time: at once while it is open, with its order once there is one."""

from farebox import clock, dialects
from farebox.billing import charge_requests, checkouts
from farebox.billing.checkouts import CONFIRMED, EXPIRED, Checkout
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.billing.records import Kept
from farebox.charging import requests
from farebox.dialects import Dialect
from farebox.handler import Answer, Request
from farebox.limits import MAXIMUM_REFERENCE
from farebox.problems import Conflict, NotFound
from farebox.storage.commit import commit
from farebox.storage.load import Loaded, load, load_for_worker, load_more


def expire(request: Request, id: str) -> Answer:
    """POST that a checkout be closed: nobody can pay it any more. The same again by the same
    idempotency key, where nobody had begun to pay."""
    dialect, this = dialects.of(request), Reference(Checkout, id)
    operation = f"checkouts:expire#{id[:MAXIMUM_REFERENCE]}"
    loaded = load(request, "checkouts:write", [this], creates=Checkout, operation=operation)
    if loaded.first is not None:
        return _done(dialect, loaded, loaded.first)
    before = loaded.known.found_as(Checkout, id)
    if before is None:
        raise NotFound
    if before.status == CONFIRMED:
        return _done(dialect, loaded, Kept(_with_its_order(loaded, before)))
    return _done(dialect, loaded, commit(loaded, checkouts.expire(before, now=clock.now())))


def _done(dialect: Dialect, loaded: Loaded, kept: Kept) -> Answer:
    return dialect.write_done(kept, load_more(loaded, dialect.expands([kept.record])))


def _with_its_order(loaded: Loaded, before: Checkout) -> Checkout:
    """A checkout that its customer is paying expires with its order, which only the charge worker
    can cancel. Raises ``Conflict`` where that is being charged or is paid."""
    orders = load_more(loaded, [Reference(Order, before.order or "")])
    order = orders.found_as(Order, before.order or "")
    assert order is not None
    charge_requests.check_open(order)
    charge_requests.check_canceled(requests.canceled(loaded.tenant, order))
    this = Reference(Checkout, before.id)
    after = load_for_worker(loaded.tenant, [this]).known.found_as(Checkout, before.id)
    assert after is not None
    if after.status != EXPIRED:
        raise Conflict("This checkout is being closed; ask again", code="checkout_not_open")
    return after

"""Close a checkout before its time: at once while it is open, with its order once there is one."""

from farebox import clock, dialects
from farebox.billing import charge_requests, checkouts
from farebox.billing.checkouts import CONFIRMED, EXPIRED, Checkout
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.billing.records import Record
from farebox.charging import requests
from farebox.handler import Answer, Request
from farebox.problems import Conflict, NotFound
from farebox.storage.commit import commit
from farebox.storage.load import Loaded, load, load_for_worker, load_more


def expire(request: Request, id: str) -> Answer:
    """POST that a checkout be closed: nobody can pay it any more."""
    dialect, this = dialects.of(request), Reference(Checkout, id)
    loaded = load(request, "checkouts:write", [this])
    before = loaded.known.found_as(Checkout, id)
    if before is None:
        raise NotFound
    expired: Record
    if before.status == CONFIRMED:
        expired = _with_its_order(loaded, before)
    else:
        expired = commit(loaded, checkouts.expire(before, now=clock.now())).record
    return dialect.write(expired, load_more(loaded, dialect.expands([expired])))


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

"""Give a customer's stopped orders another try, on the payment method that is the default now."""

from contextlib import suppress

from farebox import clock
from farebox.billing import charge_requests, charges
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.billing.payers import Customer
from farebox.charging.messages import Message
from farebox.paging import Paging
from farebox.problems import NotFound, StateChanged
from farebox.storage.commit import commit
from farebox.storage.listing import page
from farebox.storage.load import Loaded, load_for_worker

PAGE = 100
CHANGE_PASSES = 3


def rearm_orders(message: Message) -> int:
    """Look at one page of a due customer's orders, newest first; answers with how many it armed.

    The customer stays due until the last page was looked at for the last time, so that whatever
    breaks off is taken up again.
    Raises ``StateChanged`` where an order changed again and again.
    """
    loaded = load_for_worker(message.tenant, [Reference(Customer, message.id)])
    customer = loaded.known.found_as(Customer, message.id)
    if customer is None:
        raise NotFound("There is no such customer")
    if not charges.is_due(customer, clock.now()):
        return 0
    paging = Paging(PAGE, older_than=customer.rearmed_to)
    found = page(loaded.tenant, Order, paging, customer.id)
    armed = sum(_rearm(loaded, customer, order) for order in found.rows)
    last = found.rows[-1].id if found.more else None
    # Where another worker or a merchant changed the customer meanwhile, what is due still is.
    with suppress(StateChanged):
        commit(loaded, charge_requests.rearmed(customer, last, now=clock.now()))
    return armed


def _rearm(loaded: Loaded, customer: Customer, listed: Order) -> bool:
    order: Order | None = listed
    policy = loaded.known.organization.retry_policy
    for _ in range(CHANGE_PASSES):
        assert order is not None
        change = charge_requests.rearm(order, customer, policy, now=clock.now())
        if change is None:
            return False
        try:
            commit(loaded, change)
        except StateChanged:  # a worker had it; the others on this page need not wait for that
            known = load_for_worker(loaded.tenant, [Reference(Order, order.id)]).known
            order = known.found_as(Order, order.id)
        else:
            return True
    raise StateChanged

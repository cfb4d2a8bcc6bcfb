"""What becomes of a checkout with its order, and of one that nobody has paid in time."""

from farebox import clock
from farebox.billing import charges, checkout_orders
from farebox.billing.checkouts import CONFIRMED, Checkout
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.billing.records import Change
from farebox.charging.messages import CANCEL, Message
from farebox.problems import NotFound
from farebox.storage.keys import Tenant
from farebox.storage.load import load_for_worker


def with_checkout(tenant: Tenant, change: Change) -> Change:
    """The change of an order and, where it ends the order, of the checkout that it was made on."""
    assert isinstance(change.record, Order)
    wanted = list(checkout_orders.references(change.record))
    if not wanted:
        return change
    known = load_for_worker(tenant, wanted).known
    return checkout_orders.with_checkout(change, known, now=clock.now())


def order_to_cancel(message: Message) -> Message | None:
    """The cancellation of the order of a checkout that was confirmed, never paid, and is due or
    closed by its merchant; the checkout expires with it. None where there is nothing to do."""
    this = Reference(Checkout, message.id)
    checkout = load_for_worker(message.tenant, [this]).known.found_as(Checkout, message.id)
    if checkout is None:
        raise NotFound("There is no such checkout")
    wanted = message.command == CANCEL or charges.is_due(checkout, clock.now())
    if checkout.status != CONFIRMED or checkout.order is None or not wanted:
        return None
    return Message(message.organization, message.livemode, checkout.order, command=CANCEL)

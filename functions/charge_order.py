"""The queue's worker: charge an order that is due, set a customer's stopped orders going, or close
a checkout that was not paid in time."""

from typing import Any

from farebox.charging import messages
from farebox.charging.charge import NOTHING, charge_order
from farebox.charging.checkouts import order_to_cancel
from farebox.charging.rearm import rearm_orders
from farebox.worker import each_message

LONGEST_CHARGE_SECONDS = 45


@each_message(LONGEST_CHARGE_SECONDS)
def handler(given: Any) -> str:
    message = messages.read(given)
    if message.kind == messages.CUSTOMER:
        return f"armed {rearm_orders(message)}"
    if message.kind == messages.CHECKOUT:
        cancellation = order_to_cancel(message)
        return charge_order(cancellation) if cancellation else NOTHING
    return charge_order(message)

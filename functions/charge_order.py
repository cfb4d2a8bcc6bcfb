"""The queue's worker: charge an order that is due, or set a customer's stopped orders going."""

from typing import Any

from farebox.charging import messages
from farebox.charging.charge import charge_order
from farebox.charging.rearm import rearm_orders
from farebox.worker import each_message

LONGEST_CHARGE_SECONDS = 45


@each_message(LONGEST_CHARGE_SECONDS)
def handler(given: Any) -> str:
    message = messages.read(given)
    if message.kind == messages.CUSTOMER:
        return f"armed {rearm_orders(message)}"
    return charge_order(message)

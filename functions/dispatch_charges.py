"""The schedule's tick: hand out what is due to the queue."""

from farebox.charging.dispatch import dispatch_charges
from farebox.worker import each_tick


@each_tick
def handler() -> int:
    return dispatch_charges()

"""The states of an order's payment: which follows which, what is told of it, which are due.

    draft ──▶ scheduled ◀──────────────┬──────────────┐
                  │                    │              │
                  ▼                    │              │
    ┌───────▶ charging ──▶ failed ─────┤   requires_action
    │             │   └──────────────────────▲        │
    │             ├──▶ processing ──▶ (paid, failed, retrying, requires_action)
    └─ retrying ◀─┤
                  └──▶ paid

Whatever is not charging, processing or paid can be canceled; so can what charges for the sake of
a cancellation. A scheduled order may be settled without a charge: nothing to pay, nobody to charge.
"""

from collections.abc import Mapping

DRAFT = "draft"
SCHEDULED = "scheduled"
CHARGING = "charging"
PROCESSING = "processing"
RETRYING = "retrying"
REQUIRES_ACTION = "requires_action"
FAILED = "failed"
PAID = "paid"
CANCELED = "canceled"

DUE = frozenset((SCHEDULED, CHARGING, PROCESSING, RETRYING))
"""An order has an entry in the due index if and only if its state is one of these."""

_OUTCOMES = (PAID, PROCESSING, RETRYING, REQUIRES_ACTION, FAILED)

NEXT: Mapping[str, frozenset[str]] = {
    DRAFT: frozenset((SCHEDULED, CANCELED)),
    SCHEDULED: frozenset((SCHEDULED, CHARGING, PAID, FAILED, RETRYING, CANCELED)),
    CHARGING: frozenset((CANCELED, *_OUTCOMES)),
    PROCESSING: frozenset((CANCELED, *_OUTCOMES)),
    RETRYING: frozenset((SCHEDULED, CHARGING, FAILED, CANCELED)),
    REQUIRES_ACTION: frozenset((SCHEDULED, CHARGING, CANCELED)),
    FAILED: frozenset((SCHEDULED, CHARGING, CANCELED)),
    PAID: frozenset(),
    CANCELED: frozenset(),
}

EVENTS: Mapping[str, tuple[str, ...]] = {
    SCHEDULED: ("order.updated",),
    CHARGING: (),
    PROCESSING: ("order.updated",),
    RETRYING: ("order.updated", "order.payment_failed"),
    REQUIRES_ACTION: ("order.updated", "order.payment_action_required"),
    FAILED: ("order.updated", "order.payment_failed"),
    PAID: ("order.updated", "order.paid"),
    CANCELED: ("order.updated", "order.canceled"),
}
"""What a change to a state tells; that a worker holds an order is told to nobody."""

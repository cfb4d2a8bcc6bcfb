"""Runs of one order or two, in which every call, and every pair of calls, is made to go wrong."""

from collections.abc import Mapping
from dataclasses import replace

from tests.simulation.plans import (
    APPROVE,
    CANCEL,
    CHARGE,
    CLOSE,
    DETACH,
    FORGETFUL_SECONDS,
    NEW_METHOD,
    PAY,
    REFUSE,
    Plan,
    PlannedCheckout,
    PlannedOrder,
    Step,
)
from tests.simulation.schedule import DAY, HOUR, MINUTE
from tests.simulation.world import Conditions

# The first tick is a minute after the order; its charge is under way then.
DURING_THE_CHARGE = 60.3


def _plan(*orders: PlannedOrder) -> Plan:
    conditions = Conditions(seed="scenario", settling_seconds=HOUR, key_seconds=FORGETFUL_SECONDS)
    return Plan(conditions, orders)


def _one(card: str, *steps: Step, collection: str = "scheduled", charge_in: float = 1.0) -> Plan:
    in_ = charge_in if collection == "scheduled" else 0.0
    return _plan(PlannedOrder(0, card=card, collection=collection, charge_in=in_, steps=steps))


def _bought(*steps: Step, tabs: int = 1) -> Plan:
    checkout = PlannedCheckout(0, discounted=True, open_seconds=30 * MINUTE, tabs=tabs, steps=steps)
    return replace(_plan(), checkouts=(checkout,))


SCENARIOS: Mapping[str, Plan] = {
    "success": _one("success"),
    "charge now": _one("success", collection="charge_now"),
    "declined, then paid": _one("declined_once"),
    "declined for good": _one("lost_card"),
    "needs action": _one("authentication_required"),
    "unknown, with effect": _one("timeout_with_effect"),
    "unknown, without effect": _one("timeout_without_effect"),
    "processing": _one("processing"),
    "processing, then declined": _one("processing_declined", Step(DAY, CANCEL)),
    "canceled before it is due": _one("success", Step(1.0, CANCEL), charge_in=HOUR),
    "canceled during the charge": _one("success", Step(DURING_THE_CHARGE, CANCEL)),
    "canceled between two attempts": _one("declined_once", Step(DAY, CANCEL)),
    "canceled after a decline": _one("lost_card", Step(HOUR, CANCEL)),
    "new method after a decline": _one("lost_card", Step(HOUR, NEW_METHOD, "success")),
    "new method after a question": _one(
        "authentication_required", Step(HOUR, NEW_METHOD, "success")
    ),
    "new method during the charge": _one(
        "lost_card", Step(DURING_THE_CHARGE, NEW_METHOD, "success")
    ),
    "no method, then one": _one(
        "success", Step(1.0, DETACH), Step(DAY, NEW_METHOD, "success"), charge_in=HOUR
    ),
    "charged by hand": _one(
        "declined_once", Step(1.0, CHARGE), Step(HOUR, CHARGE), collection="draft"
    ),
    "charged by hand between two attempts": _one("declined_once", Step(DAY, CHARGE)),
    "two orders of one customer": _plan(
        PlannedOrder(0, card="declined_once"), PlannedOrder(1, card="declined_once", copies=2)
    ),
    "bought twice at once": _bought(Step(1.0, PAY, "success"), tabs=2),
    "bought after a decline": _bought(
        Step(1.0, PAY, "insufficient_funds"), Step(10 * MINUTE, PAY, "success")
    ),
    "bought after a question": _bought(
        Step(1.0, PAY, "authentication_required"), Step(10 * MINUTE, APPROVE)
    ),
    "a question refused": _bought(
        Step(1.0, PAY, "authentication_required"), Step(10 * MINUTE, REFUSE)
    ),
    "closed while it is paid": _bought(Step(1.0, PAY, "lost_card"), Step(0.2, CLOSE), tabs=2),
    "paid as its time is over": _bought(
        Step(1.0, PAY, "lost_card"), Step(30 * MINUTE - 2.0, PAY, "success"), tabs=2
    ),
    "processing as its time is over": _bought(Step(1.0, PAY, "processing")),
}
PAIRED = ("success", "declined, then paid")

"""Charge one order that is due: claim it, charge its intent, settle what came of it.

    read order ─▶ read payer ─▶ claim ─▶ create intent ─▶ keep its id ─▶ update ─▶ confirm ─▶ settle
       │                          │          (or read the intent that is kept, and go on from it)
       └─ not due: nothing        └─ another worker was first: nothing

Whatever breaks off after the claim is taken up by the next worker once the lease is over.
"""

from collections.abc import Callable
from datetime import datetime

from farebox import clock, payments, telemetry
from farebox.billing import attempts, charge_requests, charges, declines
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Change
from farebox.charging import steps
from farebox.charging.checkouts import with_checkout
from farebox.charging.messages import CANCEL, RECONCILE, Message
from farebox.charging.steps import Step
from farebox.payments.processor import Intent, OutcomeUnknown, Processor, Rejected
from farebox.problems import Conflict, NotFound, StateChanged
from farebox.storage.commit import commit
from farebox.storage.load import Loaded, load_for_worker
from farebox.storage.numbers import invoiced

# Create, keep, update, confirm; or cancel, replace, and all of it again.
MAXIMUM_STEPS = 8
CHANGE_PASSES = 3

NOTHING = "nothing"

Decision = Callable[[Order], Change]


class LeaseLost(Exception):
    """Another worker has this order now, and this one must not touch it any more."""


def charge_order(message: Message) -> str:
    """Do what is due about an order, or what the message commands; answers with its status.

    Raises ``NotFound``, and ``Unavailable`` where it is not known what was done: the order stays
    due until somebody does.
    """
    for _ in range(CHANGE_PASSES):
        loaded = load_for_worker(message.tenant, [Reference(Order, message.id)])
        order = loaded.known.found_as(Order, message.id)
        if order is None:
            raise NotFound("There is no such order")
        change = _claim(loaded, order, message.command, clock.now())
        if change is None:
            return NOTHING
        try:
            hold = _Hold(loaded, _keep(loaded, change))
            return hold.pursue() if hold.order.held_until is not None else hold.order.status
        except StateChanged:
            continue  # it changed meanwhile: claimed by another worker, or by who it belongs to
        except LeaseLost:
            break
    return NOTHING


def _claim(loaded: Loaded, order: Order, command: str, now: datetime) -> Change | None:
    if command == CANCEL:
        try:
            charge_requests.check_open(order)
        except Conflict:
            return None  # who asked reads the order, and says so
        return charges.claim_to_cancel(order, now)
    if command in steps.ANSWERS:
        return charges.claim_to_answer(order, command, now)
    doubted = command == RECONCILE and charges.is_in_doubt(order, now)
    if not charges.is_due(order, now) and not doubted:
        return None
    wanted = [Reference(Customer, order.customer)]
    if order.payment_method is not None:
        wanted.append(Reference(PaymentMethod, order.payment_method))
    known = load_for_worker(loaded.tenant, wanted).known
    payer = charges.Payer(
        known.found_as(Customer, order.customer),
        known.found_as(PaymentMethod, order.payment_method or ""),
    )
    return charges.claim(order, payer, now)


def _keep(loaded: Loaded, change: Change) -> Order:
    """Commit a change of an order, with an invoice number where it is paid by it, and with what
    becomes of its checkout."""
    kept = commit(loaded, with_checkout(loaded.tenant, invoiced(loaded.tenant, change))).record
    assert isinstance(kept, Order)
    return kept


class _Hold:
    """One worker's hold on an order that it has claimed."""

    def __init__(self, loaded: Loaded, order: Order) -> None:
        self.order = order
        self._loaded = loaded
        self._policy = loaded.known.organization.retry_policy

    def pursue(self) -> str:
        """Charge or cancel the intent as far as it goes, and settle the order."""
        if charges.is_slow(self.order):
            telemetry.count("ChargesInDoubt", operation="charge_order")
        now = clock.now
        try:
            intent = self._walk()
        except OutcomeUnknown:
            self._change(lambda order: charges.in_doubt(order, now()))
        except Rejected as rejected:
            failure = declines.failure(rejected.code, rejected.message)
            self._change(lambda order: charges.failed(order, failure, self._policy, now()))
        else:
            self._change(lambda order: steps.settled(order, intent, self._policy, now()))
        return self.order.status

    @property
    def _processor(self) -> Processor:
        """Who has the order's intent, or is to make it."""
        attempt = self.order.open_attempt
        name = self.order.processor or (attempt.processor if attempt else "")
        return payments.of(name, self._loaded.tenant)

    def _walk(self) -> Intent:
        """Step by step to an intent that is decided."""
        intent = None
        if self.order.intent is not None:
            intent = self._processor.read_intent(self.order.intent)
        for _ in range(MAXIMUM_STEPS):
            step = steps.next_step(self.order, intent)
            if step is Step.SETTLE and intent is not None:
                return intent
            intent = self._take(step)
        raise OutcomeUnknown("The intent came to no decision")

    def _take(self, step: Step) -> Intent | None:
        if step is Step.CREATE:
            created = self._processor.create_intent(
                order=self.order.id,
                amount=self.order.total_amount,
                currency=self.order.currency,
                key=steps.intent_key(self.order),
            )
            # Before anything is confirmed: no money can move that nobody would find.
            self._change(lambda order: charges.with_intent(order, created.id, clock.now()))
            return created
        if step is Step.REPLACE:
            self._change(lambda order: charges.without_intent(order, clock.now()))
            return None
        id, attempt = self.order.intent, self.order.open_attempt
        assert id is not None
        if step is Step.CANCEL:
            return self._processor.cancel_intent(id)
        if step is Step.AUTHENTICATE:
            approved = self.order.command == charges.AUTHENTICATE
            intent = self._processor.authenticate_intent(id, approved=approved)
            self._change(lambda order: charges.answered(order, clock.now()))
            return intent
        assert attempt is not None
        key = steps.attempt_key(self.order, attempt)
        if step is Step.UPDATE:
            token = attempt.token
            return self._processor.update_intent(
                id, attempt=attempt.number, payment_method=token, key=f"{key}/update"
            )
        present = attempt.trigger == attempts.CHECKOUT
        return self._processor.confirm_intent(id, key=key, present=present)

    def _change(self, decide: Decision) -> None:
        """Keep a decision about the order, anew where it changed while this worker held it.

        Raises ``LeaseLost`` where another worker has claimed it.
        """
        for _ in range(CHANGE_PASSES):
            try:
                self.order = _keep(self._loaded, decide(self.order))
                return
            except StateChanged:
                self.order = self._still_held()
        raise LeaseLost

    def _still_held(self) -> Order:
        this = Reference(Order, self.order.id)
        order = load_for_worker(self._loaded.tenant, [this]).known.found_as(Order, this.value)
        if order is None or order.epoch != self.order.epoch or order.held_until is None:
            raise LeaseLost
        return order

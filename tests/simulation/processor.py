"""A payment processor with a ledger of its own: what it says was charged is what was charged.

Keys work as Stripe's do (docs.stripe.com/api/idempotent_requests): a key answers again with what it
answered first, an error included, for 24 hours; other parameters are refused; while a call is at
work, its key and its intent are locked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from farebox.billing.attempts import Failure
from farebox.billing.sandbox_cards import (
    CARDS,
    NOT_AUTHENTICATED,
    PROCESSING,
    SLOW,
    UNKNOWN_WITH_EFFECT,
    UNKNOWN_WITHOUT_EFFECT,
    asks_for_authentication,
)
from farebox.payments import processor
from farebox.payments.processor import Intent, OutcomeUnknown, Rejected

SLOW_SECONDS = 40.0

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Capture:
    """Money that moved."""

    order: str
    intent: str
    amount: int
    currency: str
    at: float


@dataclass(frozen=True, slots=True)
class Execution:
    """One time that an attempt reached the customer's bank."""

    order: str
    intent: str
    attempt: int | None
    method: str
    at: float


@dataclass(slots=True)
class Kept:
    """An intent as the processor keeps it."""

    id: str
    order: str
    amount: int
    currency: str
    status: str = processor.REQUIRES_PAYMENT_METHOD
    attempt: int | None = None
    method: str | None = None
    failure: Failure | None = None
    failed_attempt: int | None = None
    locked: bool = False
    lost: bool = False

    @property
    def shown(self) -> Intent:
        return Intent(
            id=self.id,
            status=self.status,
            amount=self.amount,
            currency=self.currency,
            attempt=self.attempt,
            failure=self.failure,
            failed_attempt=self.failed_attempt,
        )


@dataclass(slots=True)
class _Saved:
    """What a key was used for; ``answer`` is None while the call is at work."""

    parameters: Mapping[str, Any]
    at: float
    answer: Intent | Exception | None = None


@dataclass(slots=True)
class Confirmation:
    """A charge at work; ``answer`` is there once it is over."""

    seconds: float = 0.0
    answer: Intent | Exception | None = None

    def result(self) -> Intent:
        if isinstance(self.answer, Exception):
            raise self.answer
        assert self.answer is not None
        return self.answer


@dataclass(slots=True)
class Processor:
    """Intents, keys and the ledger; ``after`` does something so many seconds later.

    ``seconds`` says how long an order's charge takes, ``settling`` a slow payment; keys are
    remembered for ``key_seconds``. An empty key is none. ``forgotten`` are orders that got another
    intent with a key that was too old.
    """

    now: Callable[[], float]
    after: Callable[[float, Callable[[], None]], None]
    seconds: Callable[[str], float] = lambda order: 1.0
    settling: Callable[[str], float] = lambda order: 3600.0
    key_seconds: float = 24 * 3600.0
    intents: dict[str, Kept] = field(default_factory=dict)
    captures: list[Capture] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)
    misused_keys: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    _saved: dict[str, _Saved] = field(default_factory=dict)

    def create_intent(self, *, order: str, amount: int, currency: str, key: str) -> Intent:
        parameters = {"order": order, "amount": amount, "currency": currency}

        def create() -> Intent:
            if amount <= 0:
                raise Rejected("amount_too_small", "There is nothing to charge")
            id = f"pi_{len(self.intents) + 1}"
            self.intents[id] = Kept(id, order, amount, currency)
            return self.intents[id].shown

        return self._once(key, parameters, create)

    def update_intent(self, id: str, *, attempt: int, payment_method: str, key: str) -> Intent:
        kept = self.intents[id]

        def update() -> Intent:
            if payment_method not in CARDS:
                raise Rejected("resource_missing", "There is no such payment method")
            if not self._is_open(kept):
                raise OutcomeUnknown(f"The intent is {kept.status}")
            kept.attempt, kept.method = attempt, payment_method
            kept.status = processor.REQUIRES_CONFIRMATION
            return kept.shown

        parameters = {"id": id, "attempt": attempt, "payment_method": payment_method}
        self._check_unlocked(kept)
        return self._once(key, parameters, update)

    def confirm_intent(self, id: str, *, key: str, present: bool = False) -> Confirmation:
        """Begin to charge; it is over some seconds later, whoever still waits for it."""
        kept = self.intents[id]
        saved = self._known(key, {"id": id})
        if saved is not None:
            return Confirmation(answer=saved)
        self._check_unlocked(kept)
        if kept.status != processor.REQUIRES_CONFIRMATION:
            return Confirmation(answer=self._save(key, OutcomeUnknown(kept.status)))
        confirmation = Confirmation(self.seconds(kept.order))
        if CARDS[kept.method or ""].behavior == SLOW:
            confirmation.seconds += SLOW_SECONDS
        if key:
            self._saved[key] = _Saved({"id": id}, self.now())
        kept.locked = True

        def finish() -> None:
            kept.locked = False
            confirmation.answer = self._save(key, self._charge(kept, key, present))

        self.after(confirmation.seconds, finish)
        return confirmation

    def authenticate_intent(self, id: str, *, approved: bool) -> Intent:
        """What the customer answered; only an intent that waits takes an answer."""
        kept = self.intents[id]
        self._check_unlocked(kept)
        if kept.status == processor.REQUIRES_ACTION:
            self._settle(kept, not approved, NOT_AUTHENTICATED)
        return kept.shown

    def read_intent(self, id: str) -> Intent:
        return self.intents[id].shown

    def cancel_intent(self, id: str) -> Intent:
        kept = self.intents[id]
        self._check_unlocked(kept)
        if self._is_open(kept):
            kept.status = processor.CANCELED
        return kept.shown

    def meddle(self, order: str, status: str) -> None:
        """Put an order's open intents into another state, unasked."""
        for kept in self.intents.values():
            if kept.order == order and self._is_open(kept) and not kept.locked:
                kept.status = status

    def break_down(self, key: str, parameters: Mapping[str, Any]) -> None:
        """Save an error of its own under a key, whose call has been at work or never was."""
        if key:
            saved = self._saved.setdefault(key, _Saved(parameters, self.now()))
            saved.answer = OutcomeUnknown("500, replayed")

    def _charge(self, kept: Kept, key: str, present: bool) -> Intent | Exception:
        """What the customer's bank says: each refusal that a card has in store is said once."""
        card = CARDS[kept.method or ""]
        if card.behavior == UNKNOWN_WITHOUT_EFFECT and not kept.lost:
            kept.lost = True
            self._saved.pop(key, None)
            return OutcomeUnknown("no answer, without effect")
        refused = sum(execution.order == kept.order for execution in self.executions)
        self.executions.append(
            Execution(kept.order, kept.id, kept.attempt, kept.method or "", self.now())
        )
        if present and asks_for_authentication(card):
            kept.status = processor.REQUIRES_ACTION
            return kept.shown
        declines = card.failure is not None and (card.failures is None or refused < card.failures)
        if card.behavior == PROCESSING:
            kept.status = processor.PROCESSING
            self.after(self.settling(kept.order), lambda: self._settle(kept, declines))
            return kept.shown
        self._settle(kept, declines)
        if card.behavior == UNKNOWN_WITH_EFFECT:
            return OutcomeUnknown("no answer, with effect")
        return kept.shown

    def _settle(self, kept: Kept, declines: bool, why: Failure | None = None) -> None:
        if declines:
            kept.status = processor.REQUIRES_PAYMENT_METHOD
            kept.failure = why or CARDS[kept.method or ""].failure
            kept.failed_attempt = kept.attempt
        else:
            kept.status = processor.SUCCEEDED
            self.captures.append(
                Capture(kept.order, kept.id, kept.amount, kept.currency, self.now())
            )

    def _once(
        self, key: str, parameters: Mapping[str, Any], effect: Callable[[], Intent]
    ) -> Intent:
        answer = self._known(key, parameters)
        if answer is None:
            if key:
                self._saved[key] = _Saved(parameters, self.now())
            try:
                answer = self._save(key, effect())
            except (OutcomeUnknown, Rejected) as error:
                answer = self._save(key, error)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _known(self, key: str, parameters: Mapping[str, Any]) -> Intent | Exception | None:
        """What a key answered before. Raises ``OutcomeUnknown`` while its first call is at work."""
        saved = self._saved.get(key)
        if saved is None:
            return None
        if self.now() - saved.at >= self.key_seconds:
            self.forgotten.append(str(saved.parameters.get("order")))
            return None
        if saved.parameters != parameters:
            self.misused_keys.append(f"{key}: {dict(saved.parameters)}, then {dict(parameters)}")
            raise Rejected("idempotency_error", "This key was used with other parameters")
        if saved.answer is None:
            raise OutcomeUnknown("409: the first call with this key is at work")
        return saved.answer

    def _save(self, key: str, answer: Intent | Exception) -> Intent | Exception:
        saved = self._saved.get(key)
        if saved is not None and saved.answer is None:
            saved.answer = answer
        return answer

    @staticmethod
    def _is_open(kept: Kept) -> bool:
        return kept.status in (
            processor.REQUIRES_PAYMENT_METHOD,
            processor.REQUIRES_CONFIRMATION,
            processor.REQUIRES_ACTION,
        )

    @staticmethod
    def _check_unlocked(kept: Kept) -> None:
        if kept.locked:
            raise OutcomeUnknown("429: another call is at work on this intent")

"""The sandbox: a processor that moves no money, and goes wrong in every way that a real one does.

It keeps its books in the organization's own tables, and obeys the rules of the real ones: an intent
is charged at most once, a key that comes again gets its first answer for 24 hours, an answer can be
lost with or without effect.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from farebox import clock, ids
from farebox.billing.attempts import Failure
from farebox.billing.sandbox_cards import (
    CARDS,
    NOT_AUTHENTICATED,
    PROCESSING,
    SLOW,
    UNKNOWN_WITH_EFFECT,
    UNKNOWN_WITHOUT_EFFECT,
    SandboxCard,
    asks_for_authentication,
)
from farebox.instants import instant, stamp
from farebox.payments import processor
from farebox.payments.processor import Intent, OutcomeUnknown, Rejected
from farebox.problems import Unavailable
from farebox.storage import items, sandbox_books
from farebox.storage.keys import Tenant
from farebox.storage.sandbox_books import Changed

PASSES = 5
# Longer than a caller of the API is kept waiting, shorter than the worker may take.
SLOW_SECONDS = 8
PROCESSING_TIME = timedelta(minutes=10)

_OPEN = (processor.REQUIRES_PAYMENT_METHOD, processor.REQUIRES_CONFIRMATION)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """An intent in the books. ``lost`` is set once an answer was lost without effect."""

    id: str
    order: str
    amount: int
    currency: str
    status: str = processor.REQUIRES_PAYMENT_METHOD
    token: str | None = None
    attempt: int | None = None
    failure: Failure | None = None
    failed_attempt: int | None = None
    failures: int = 0
    lost: bool = False
    processing_until: str | None = None

    @property
    def card(self) -> SandboxCard:
        return CARDS[self.token or ""]

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


@dataclass(frozen=True, slots=True)
class _Charge:
    """A line of the ledger: money that would have moved."""

    order: str
    amount: int
    currency: str
    attempt: int | None
    charged_at: str


Decision = Callable[[_Account], _Account]


class Sandbox:
    """The sandbox of one organization in one mode."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def create_intent(self, *, order: str, amount: int, currency: str, key: str) -> Intent:
        new = _Account(id=ids.new("pi"), order=order, amount=amount, currency=currency)

        def create() -> Intent:
            answer = sandbox_books.opened(self._tenant, "", key).answer
            if answer is None:
                self._keep(new, 0, key)
                return new.shown()
            made = items.read(_Account, answer)
            if (made.order, made.amount, made.currency) != (order, amount, currency):
                raise Rejected("idempotency_error", "This key made another intent")
            return made.shown()

        return _persistently(create)

    def update_intent(self, id: str, *, attempt: int, payment_method: str, key: str) -> Intent:
        if payment_method not in CARDS:
            raise Rejected("resource_missing", "The sandbox has no such card")

        def prepare(account: _Account) -> _Account:
            if account.status not in _OPEN:
                return account
            status = processor.REQUIRES_CONFIRMATION
            return replace(account, status=status, token=payment_method, attempt=attempt)

        return self._change(id, prepare)

    def confirm_intent(self, id: str, *, key: str, present: bool = False) -> Intent:
        return self._change(id, _confirmed_by_customer if present else _confirmed, key)

    def authenticate_intent(self, id: str, *, approved: bool) -> Intent:
        return self._change(id, _approved if approved else _not_approved)

    def read_intent(self, id: str) -> Intent:
        return self._change(id, lambda account: account)

    def cancel_intent(self, id: str) -> Intent:
        def cancel(account: _Account) -> _Account:
            can = account.status not in (processor.SUCCEEDED, processor.PROCESSING)
            return replace(account, status=processor.CANCELED) if can else account

        return self._change(id, cancel)

    def _change(self, id: str, decide: Decision, key: str = "") -> Intent:
        """Carry out a decision about an intent, once for each key."""

        def change() -> Intent:
            opened = sandbox_books.opened(self._tenant, id, key)
            if opened.answer is not None:
                return items.read(_Account, opened.answer).shown()
            if opened.intent is None:
                raise OutcomeUnknown("The sandbox has no such intent")
            kept = items.read(_Account, opened.intent)
            account = decide(_processed(kept))
            lost = account.lost and not kept.lost
            if account != kept:
                self._keep(account, opened.version, "" if lost else key)
            if lost or (account.status != kept.status and _loses_its_answer(account, key)):
                raise OutcomeUnknown("The sandbox lost this answer, as this card asks it to")
            return account.shown()

        return _persistently(change)

    def _keep(self, account: _Account, version: int, key: str) -> None:
        charge = ""
        if account.status == processor.SUCCEEDED:
            line = _Charge(
                account.order, account.amount, account.currency, account.attempt, stamp(clock.now())
            )
            charge = items.text_of(line)
        sandbox_books.keep(
            self._tenant, account.id, items.text_of(account), version, key=key, charge=charge
        )


def _confirmed(account: _Account) -> _Account:
    if account.status != processor.REQUIRES_CONFIRMATION:
        return account
    card = account.card
    if card.behavior == SLOW:
        clock.pause(SLOW_SECONDS)
    if card.behavior == UNKNOWN_WITHOUT_EFFECT and not account.lost:
        return replace(account, lost=True)
    if card.behavior == PROCESSING:
        until = stamp(clock.now() + PROCESSING_TIME)
        return replace(account, status=processor.PROCESSING, processing_until=until)
    return _decided(account, card)


def _confirmed_by_customer(account: _Account) -> _Account:
    """A card that asks for authentication waits for the customer's answer."""
    confirmed = account.status == processor.REQUIRES_CONFIRMATION
    if confirmed and asks_for_authentication(account.card):
        return replace(account, status=processor.REQUIRES_ACTION)
    return _confirmed(account)


def _approved(account: _Account) -> _Account:
    if account.status != processor.REQUIRES_ACTION:
        return account
    return replace(account, status=processor.SUCCEEDED, failure=None, failed_attempt=None)


def _not_approved(account: _Account) -> _Account:
    if account.status != processor.REQUIRES_ACTION:
        return account
    return replace(
        account,
        status=processor.REQUIRES_PAYMENT_METHOD,
        failure=NOT_AUTHENTICATED,
        failed_attempt=account.attempt,
    )


def _processed(account: _Account) -> _Account:
    """An intent whose processing time is over is decided as soon as anybody looks."""
    until = account.processing_until
    over = account.status == processor.PROCESSING and until and instant(until) <= clock.now()
    return _decided(account, account.card) if over else account


def _decided(account: _Account, card: SandboxCard) -> _Account:
    refuses = card.failures is None or account.failures < card.failures
    if card.failure is None or not refuses:
        return replace(account, status=processor.SUCCEEDED, failure=None, failed_attempt=None)
    return replace(
        account,
        status=processor.REQUIRES_PAYMENT_METHOD,
        failure=card.failure,
        failed_attempt=account.attempt,
        failures=account.failures + 1,
    )


def _loses_its_answer(account: _Account, key: str) -> bool:
    paid = account.status == processor.SUCCEEDED
    return bool(key) and paid and account.card.behavior == UNKNOWN_WITH_EFFECT


def _persistently(call: Callable[[], Result]) -> Result:
    """Again where the books changed meanwhile; a database that does not answer is an unknown."""
    for _ in range(PASSES):
        try:
            return call()
        except Changed:
            continue
        except Unavailable as error:
            raise OutcomeUnknown("The sandbox's books did not answer") from error
    raise OutcomeUnknown("The sandbox's books kept changing")

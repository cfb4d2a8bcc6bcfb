"""What a payment processor must do: intents, each of which is charged at most once.

An intent is what Stripe calls a PaymentIntent. Every call that may move money carries a key, so
that sending it again does nothing again; the intent itself says what became of it.
"""

from dataclasses import dataclass
from typing import Protocol

from farebox.billing.attempts import Failure

REQUIRES_PAYMENT_METHOD = "requires_payment_method"
REQUIRES_CONFIRMATION = "requires_confirmation"
REQUIRES_ACTION = "requires_action"
PROCESSING = "processing"
SUCCEEDED = "succeeded"
CANCELED = "canceled"
STATUSES = (
    *(REQUIRES_PAYMENT_METHOD, REQUIRES_CONFIRMATION, REQUIRES_ACTION),
    *(PROCESSING, SUCCEEDED, CANCELED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An intent as the processor shows it.

    ``attempt`` is the attempt that it was last prepared for. ``failure`` is the last refusal, and
    ``failed_attempt`` the attempt that was refused: the one before may still stand there while the
    next is under way.
    """

    id: str
    status: str
    amount: int
    currency: str
    attempt: int | None = None
    failure: Failure | None = None
    failed_attempt: int | None = None


class OutcomeUnknown(Exception):
    """No answer, or one that says nothing: it may have happened or not. Read the intent."""


class Rejected(Exception):
    """The processor will not do this at all, and has not; ``code`` says why."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message or code


class Processor(Protocol):
    """Any call may raise ``OutcomeUnknown``; those that name a method may raise ``Rejected``."""

    def create_intent(self, *, order: str, amount: int, currency: str, key: str) -> Intent:
        """An intent that is not confirmed: no money can move yet."""

    def update_intent(self, id: str, *, attempt: int, payment_method: str, key: str) -> Intent:
        """Prepare the intent for an attempt: its number, and the processor's name of the method."""

    def confirm_intent(self, id: str, *, key: str, present: bool = False) -> Intent:
        """Charge it. A decline is no exception: the intent tells of it.

        Where the customer is ``present``, the intent of a method that asks for authentication waits
        for them. Otherwise it is charged off-session and never waits: what asks for authentication
        is a failure with the code ``authentication_required``.
        """

    def authenticate_intent(self, id: str, *, approved: bool) -> Intent:
        """Tell an intent that waits what its customer answered; again, it changes nothing.

        Where the processor asks its question itself, in the customer's browser, this only reads.
        """

    def read_intent(self, id: str) -> Intent:
        """The intent as it is now, strongly consistent."""

    def cancel_intent(self, id: str) -> Intent:
        """Cancel it where that is still possible; answers with the intent as it is then."""

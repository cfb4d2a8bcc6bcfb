"""Attempts to charge an order, and why one failed."""

from dataclasses import dataclass

OPEN = "open"
PROCESSING = "processing"
SUCCEEDED = "succeeded"
DECLINED = "declined"
REQUIRES_ACTION = "requires_action"
ABANDONED = "abandoned"

CHECKOUT = "checkout"
SCHEDULE = "schedule"
CHARGE_NOW = "charge_now"
MANUAL = "manual"
RETRY = "retry"
PAYMENT_METHOD_UPDATE = "payment_method_update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why money did not move; codes as Stripe names them.

    ``category`` says what can help (``billing.declines``); ``advice_code`` is the card network's.
    """

    code: str
    message: str
    category: str
    decline_code: str | None = None
    advice_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to charge. What it asks for never changes, and once settled nothing does.

    ``token`` is the processor's own name of the payment method.
    ``status``: ``open``, ``processing``; settled: ``succeeded``, ``declined``, ``requires_action``,
    or ``abandoned`` where the intent was decided without it. One that was made on the checkout page
    (``trigger``) is not settled while it ``requires_action``: the customer is there to act.
    """

    number: int
    trigger: str
    payment_method: str
    token: str
    processor: str
    amount: int
    currency: str
    started_at: str
    status: str = OPEN
    settled_at: str | None = None
    failure: Failure | None = None

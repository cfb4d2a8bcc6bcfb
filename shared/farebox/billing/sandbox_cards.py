"""The cards of the sandbox, by name: what each does when it is charged off-session.

Codes as Stripe's own test cards give them (docs.stripe.com/testing).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from farebox.billing.attempts import Failure
from farebox.billing.declines import AUTHENTICATION, failure

UNKNOWN_WITH_EFFECT = "unknown_with_effect"
UNKNOWN_WITHOUT_EFFECT = "unknown_without_effect"
PROCESSING = "processing"
SLOW = "slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxCard:
    """``failure`` is given to the first ``failures`` attempts of an order, or to all of them; one
    that asks for authentication is only given where the customer is not there to answer.

    ``behavior`` is how the answer comes: at once, or in one of the ways named here.
    """

    last4: str
    brand: str = "visa"
    failure: Failure | None = None
    failures: int | None = None
    behavior: str | None = None


def _declined(last4: str, decline_code: str, advice_code: str | None = None) -> SandboxCard:
    message = "The card was declined"
    return SandboxCard(
        last4=last4, failure=failure("card_declined", message, decline_code, advice_code)
    )


def _refused(last4: str, code: str, message: str) -> SandboxCard:
    return SandboxCard(last4=last4, failure=failure(code, message))


_SOFT = failure("card_declined", "The card was declined", "insufficient_funds")

NOT_AUTHENTICATED = failure(
    "payment_intent_authentication_failure", "The customer did not authenticate this payment"
)

CARDS: Mapping[str, SandboxCard] = {
    "success": SandboxCard(last4="4242"),
    "success_mastercard": SandboxCard(last4="4444", brand="mastercard"),
    "slow": SandboxCard(last4="4242", behavior=SLOW),
    "processing": SandboxCard(last4="0077", behavior=PROCESSING),
    "processing_declined": SandboxCard(last4="0341", behavior=PROCESSING, failure=_SOFT),
    "timeout_with_effect": SandboxCard(last4="0010", behavior=UNKNOWN_WITH_EFFECT),
    "timeout_without_effect": SandboxCard(last4="0028", behavior=UNKNOWN_WITHOUT_EFFECT),
    "declined_once": SandboxCard(last4="0036", failure=_SOFT, failures=1),
    "declined_twice": SandboxCard(last4="0044", failure=_SOFT, failures=2),
    "insufficient_funds": SandboxCard(last4="9995", failure=_SOFT),
    "generic_decline": _declined("0002", "generic_decline"),
    "do_not_honor": _declined("0051", "do_not_honor"),
    "card_velocity_exceeded": _declined("6975", "card_velocity_exceeded"),
    "processing_error": _refused("0119", "processing_error", "The card could not be processed"),
    "expired_card": _refused("0069", "expired_card", "The card has expired"),
    "incorrect_cvc": _refused("0127", "incorrect_cvc", "The card's security code is wrong"),
    "lost_card": _declined("9987", "lost_card"),
    "stolen_card": _declined("9979", "stolen_card"),
    "fraudulent": _declined("0101", "fraudulent"),
    "do_not_try_again": _declined("0200", "generic_decline", "do_not_try_again"),
    "confirm_card_data": _declined("0218", "generic_decline", "confirm_card_data"),
    "try_again_later": _declined("0226", "generic_decline", "try_again_later"),
    "authentication_required": _refused(
        "3184", "authentication_required", "The customer must authenticate this payment"
    ),
}


def asks_for_authentication(card: SandboxCard) -> bool:
    """Whether a customer who is there is asked by their bank."""
    return card.failure is not None and card.failure.category == AUTHENTICATION

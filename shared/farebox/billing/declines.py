"""What a decline means for the next attempt.

Codes and classes: docs.stripe.com/declines/codes, and the codes that Stripe's own retries stop at
(docs.stripe.com/billing/revenue-recovery/smart-retries). A network's advice outranks the table.
"""

from collections.abc import Mapping

from farebox.billing.attempts import Failure

TEMPORARY = "temporary"
AUTHENTICATION = "authentication"
NEW_PAYMENT_METHOD = "new_payment_method"
FINAL = "final"

# In bytes, so that an order has room for every attempt that it may take.
MAXIMUM_MESSAGE = 500
MAXIMUM_CODE = 100

_CODES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("authentication_required", "authentication_not_handled"),
            "payment_intent_authentication_failure",
        ),
        AUTHENTICATION,
    ),
    **dict.fromkeys(
        (
            *(
                "expired_card",
                "incorrect_cvc",
                "incorrect_number",
                "incorrect_pin",
                "incorrect_zip",
            ),
            *("invalid_account", "invalid_amount", "invalid_cvc", "invalid_expiry_month"),
            *("invalid_expiry_year", "invalid_number", "invalid_pin", "pin_try_exceeded"),
            *("new_account_information_available", "card_not_supported", "currency_not_supported"),
            *("not_permitted", "restricted_card", "live_mode_test_card", "testmode_decline"),
            *("duplicate_transaction", "missing_payment_method", "payment_method_detached"),
            *("resource_missing", "payment_method_customer_decline"),
        ),
        NEW_PAYMENT_METHOD,
    ),
    **dict.fromkeys(
        (
            *("lost_card", "stolen_card", "pickup_card", "fraudulent", "merchant_blacklist"),
            *("highest_risk_level", "revocation_of_authorization", "transaction_not_allowed"),
            *("revocation_of_all_authorizations", "stop_payment_order", "security_violation"),
            *("do_not_try_again", "previously_declined_do_not_retry", "blocklist"),
            *("customer_deleted", "amount_too_small", "amount_too_large", "idempotency_error"),
        ),
        FINAL,
    ),
}
_ADVICE: Mapping[str, str] = {
    "do_not_try_again": FINAL,
    "confirm_card_data": NEW_PAYMENT_METHOD,
}


def failure(
    code: str, message: str, decline_code: str | None = None, advice_code: str | None = None
) -> Failure:
    """A failure with its category; a code that nobody knows is taken for temporary."""
    by_code = _CODES.get(decline_code or code) or _CODES.get(code, TEMPORARY)
    return Failure(
        code=_cut(code, MAXIMUM_CODE),
        message=_cut(message, MAXIMUM_MESSAGE),
        category=_ADVICE.get(advice_code or "", by_code),
        decline_code=None if decline_code is None else _cut(decline_code, MAXIMUM_CODE),
        advice_code=None if advice_code is None else _cut(advice_code, MAXIMUM_CODE),
    )


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")

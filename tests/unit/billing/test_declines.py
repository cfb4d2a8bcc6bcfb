"""What a decline means: which codes may be tried again, and what outranks them.

The classes are those of docs.stripe.com/declines/codes and of Stripe's own retries.
"""

import pytest

from farebox.billing import declines
from farebox.billing.sandbox_cards import CARDS

TEMPORARY = (
    *("insufficient_funds", "card_velocity_exceeded", "withdrawal_count_limit_exceeded"),
    *("issuer_not_available", "processing_error", "reenter_transaction", "approve_with_id"),
    *("try_again_later", "generic_decline", "do_not_honor", "call_issuer", "no_action_taken"),
    *("service_not_allowed", "card_declined", "a_code_of_next_year"),
)
AUTHENTICATION = ("authentication_required", "authentication_not_handled")
NEW_PAYMENT_METHOD = (
    *("expired_card", "incorrect_cvc", "incorrect_number", "invalid_account", "invalid_amount"),
    *("invalid_cvc", "invalid_expiry_month", "invalid_expiry_year", "invalid_number"),
    *("new_account_information_available", "card_not_supported", "currency_not_supported"),
    *("not_permitted", "restricted_card", "duplicate_transaction", "missing_payment_method"),
    *("payment_method_detached", "live_mode_test_card"),
)
FINAL = (
    *("lost_card", "stolen_card", "pickup_card", "fraudulent", "merchant_blacklist"),
    *("highest_risk_level", "revocation_of_authorization", "revocation_of_all_authorizations"),
    *("stop_payment_order", "security_violation", "transaction_not_allowed", "do_not_try_again"),
    *("previously_declined_do_not_retry", "blocklist", "customer_deleted", "amount_too_small"),
)
CATEGORIES = (
    *[(code, declines.TEMPORARY) for code in TEMPORARY],
    *[(code, declines.AUTHENTICATION) for code in AUTHENTICATION],
    *[(code, declines.NEW_PAYMENT_METHOD) for code in NEW_PAYMENT_METHOD],
    *[(code, declines.FINAL) for code in FINAL],
)


@pytest.mark.parametrize(("code", "category"), CATEGORIES)
def test_a_code_says_what_can_help(code: str, category: str) -> None:
    """Else a stolen card is charged again, or a card that was empty for a day never again."""
    assert declines.failure(code, "No").category == category
    assert declines.failure("card_declined", "No", code).category == category


def test_the_bank_s_own_code_is_more_exact_than_the_processor_s() -> None:
    """Else every decline is the same ``card_declined``, and is retried."""
    assert declines.failure("card_declined", "No", "lost_card").category == declines.FINAL
    generic = declines.failure("expired_card", "No", "generic_decline")
    assert generic.category == declines.NEW_PAYMENT_METHOD


@pytest.mark.parametrize(
    "code", ["insufficient_funds", "authentication_required", "expired_card", "lost_card"]
)
@pytest.mark.parametrize(
    ("advice", "category"),
    [
        ("do_not_try_again", declines.FINAL),
        ("confirm_card_data", declines.NEW_PAYMENT_METHOD),
    ],
)
def test_a_network_s_advice_outranks_the_code(code: str, advice: str, category: str) -> None:
    """Else a card is tried again against the network's word, which costs a fee each time."""
    failure = declines.failure("card_declined", "No", code, advice)

    assert (failure.category, failure.advice_code) == (category, advice)


@pytest.mark.parametrize(("code", "category"), CATEGORIES)
@pytest.mark.parametrize("advice", ["try_again_later", "advice_of_next_year", None])
def test_advice_to_try_again_makes_no_hard_decline_soft(
    code: str, category: str, advice: str | None
) -> None:
    """Else a stolen card is charged again because its network said "later"."""
    assert declines.failure("card_declined", "No", code, advice).category == category


def test_a_failure_keeps_what_the_processor_said() -> None:
    """Else a merchant cannot tell a customer, or their bank, why."""
    failure = declines.failure("card_declined", "The card was declined", "lost_card", "later")

    assert (failure.code, failure.message) == ("card_declined", "The card was declined")
    assert (failure.decline_code, failure.advice_code) == ("lost_card", "later")


@pytest.mark.parametrize(
    ("card", "category"),
    [
        ("insufficient_funds", declines.TEMPORARY),
        ("generic_decline", declines.TEMPORARY),
        ("do_not_honor", declines.TEMPORARY),
        ("card_velocity_exceeded", declines.TEMPORARY),
        ("processing_error", declines.TEMPORARY),
        ("try_again_later", declines.TEMPORARY),
        ("declined_once", declines.TEMPORARY),
        ("declined_twice", declines.TEMPORARY),
        ("processing_declined", declines.TEMPORARY),
        ("expired_card", declines.NEW_PAYMENT_METHOD),
        ("incorrect_cvc", declines.NEW_PAYMENT_METHOD),
        ("confirm_card_data", declines.NEW_PAYMENT_METHOD),
        ("lost_card", declines.FINAL),
        ("stolen_card", declines.FINAL),
        ("fraudulent", declines.FINAL),
        ("do_not_try_again", declines.FINAL),
        ("authentication_required", declines.AUTHENTICATION),
        *[(name, None) for name in ("success", "success_mastercard", "slow", "processing")],
        *[(name, None) for name in ("timeout_with_effect", "timeout_without_effect")],
    ],
)
def test_a_card_of_the_sandbox_fails_as_its_name_says(card: str, category: str | None) -> None:
    """Else a merchant tests against a card that does something else in live mode."""
    failure = CARDS[card].failure

    assert (failure.category if failure else None) == category


def test_every_card_of_the_sandbox_can_be_told_from_the_others_by_what_it_does() -> None:
    """Else two names are one card, and one of the cases cannot be tested."""
    behaviors = [
        (card.brand, card.failure, card.failures, card.behavior) for card in CARDS.values()
    ]

    assert all(card.last4.isdigit() and len(card.last4) == 4 for card in CARDS.values())
    assert len(behaviors) == len(set(behaviors))


def test_what_a_bank_says_is_cut_to_what_an_order_has_room_for() -> None:
    """Else an order of many attempts grows beyond what can be stored, and is never settled."""
    said = declines.failure("x" * 300, "\u5361" * 500, "y" * 300, "z" * 300)

    assert len(said.message.encode()) <= declines.MAXIMUM_MESSAGE
    assert said.message == "\u5361" * (declines.MAXIMUM_MESSAGE // 3)
    codes = (said.code, said.decline_code, said.advice_code)
    assert {len(str(code)) for code in codes} == {declines.MAXIMUM_CODE}

"""How orders are charged: cards, an order's answer, its states, declines, charge and cancel."""

from collections.abc import Iterator, Mapping

from farebox.billing import attempts, charge_requests, charges, declines, order_states
from farebox.billing.retry_policy import MAXIMUM_ATTEMPTS, RetryPolicy
from farebox.billing.sandbox_cards import (
    CARDS,
    PROCESSING,
    SLOW,
    UNKNOWN_WITH_EFFECT,
    UNKNOWN_WITHOUT_EFFECT,
    SandboxCard,
)
from farebox.payments.sandbox import SLOW_SECONDS
from farebox.validation.orders import CreateOrder
from tests.reference import examples
from tests.reference.codes import conflict_codes
from tests.reference.shared_sections import Lines, fenced, filled, table
from tests.reference.words import listed

MEANS: Mapping[str, str] = {
    order_states.DRAFT: "waits to be charged by hand; never expires",
    order_states.SCHEDULED: "charged at `next_attempt_at`",
    order_states.CHARGING: "a charge is under way, or its outcome is not known: `in_doubt`",
    order_states.PROCESSING: "the processor has it, and will say what came of it",
    order_states.RETRYING: "declined, and charged again at `next_attempt_at`",
    order_states.REQUIRES_ACTION: "the customer must authenticate the payment",
    order_states.FAILED: "not charged, `last_failure` says why; not tried again by itself",
    order_states.PAID: "charged, once; or there was nothing to pay",
    order_states.CANCELED: "never charged",
}
THEN: Mapping[str, str] = {
    declines.TEMPORARY: "`retrying`; `failed` after the last retry",
    declines.AUTHENTICATION: "`requires_action`",
    declines.NEW_PAYMENT_METHOD: "`failed`: another payment method may do",
    declines.FINAL: "`failed`: the same again is of no use",
}
AMOUNTS = (
    *("subtotal_amount", "discount_amount", "tax_amount", "total_amount", "paid_amount"),
    "outstanding_amount",
)
# An order's fields that no request has; those of one line are told together.
ANSWERED: Mapping[tuple[str, ...], str] = {
    ("status",): "one of the [states](#states)",
    ("number",): "`ORD-001`, counted per customer",
    AMOUNTS: (
        "minor units; discount and tax are 0 so far; what is outstanding is the total less what "
        "is paid"
    ),
    ("attempts",): "every try to charge it, the first one first",
    ("last_failure",): "why it was not charged, until it is paid",
    ("next_attempt_at",): "when it is charged next, of `scheduled` and `retrying` orders",
    ("in_doubt",): (
        "`true` while the processor's answer is lost: looked up until it is known, after a minute "
        "at first"
    ),
    ("processor", "intent"): "who charges it, and the one payment intent that it is charged by",
    ("invoice_number",): "`INV-<customer>-0001`, counted per customer, once it is paid",
    ("paid_at", "canceled_at"): "when that was",
    ("checkout", "discount"): "of one that a customer pays on the checkout page",
    ("fulfillment_status", "return_status"): "how far it has come: as you last said",
}
ATTEMPT: Mapping[tuple[str, ...], str] = {
    ("number",): "1, 2, 3 …",
    ("trigger",): listed(
        (
            attempts.SCHEDULE,
            attempts.CHARGE_NOW,
            attempts.CHECKOUT,
            attempts.MANUAL,
            attempts.RETRY,
            attempts.PAYMENT_METHOD_UPDATE,
        )
    ),
    ("payment_method", "processor", "amount", "currency"): "what was asked for",
    ("status",): (
        f"{listed((attempts.OPEN, attempts.PROCESSING))}; settled: "
        f"{listed((attempts.SUCCEEDED, attempts.DECLINED, attempts.REQUIRES_ACTION))}, or "
        f"`{attempts.ABANDONED}` where it was decided without it"
    ),
    ("started_at", "settled_at"): "from when to when",
    ("failure",): "as in `last_failure`",
}
FAILURE: Mapping[tuple[str, ...], str] = {
    ("code", "decline_code", "advice_code"): (
        "as [Stripe names them](https://docs.stripe.com/declines/codes); the advice is the card "
        "network's"
    ),
    ("message",): "a sentence for you",
    ("category",): "one of those [below](#declines-and-retries)",
}
# Whom each conflict meets: a charge, a cancellation, or both.
CONFLICTS: Mapping[str, tuple[str, str]] = {
    "charge_in_progress": ("charge, cancel", "`charging` or `processing`: wait for its outcome"),
    "order_paid": ("charge, cancel", "paid"),
    "order_canceled": ("charge", "canceled"),
    "paid_on_checkout_page": (
        "charge",
        "its customer pays it on its [page](#checkouts), unless `payment_method` names a kept one",
    ),
    "attempt_limit": ("charge", "tried as often as it may be"),
    "no_processor": ("charge", "nobody charges this organization's customers in this mode"),
}
# An order with a failed attempt: the example of what an order answers.
DECLINED = "charge_order_before_its_time"
WAYS: Mapping[str | None, str] = {
    None: "{outcome}",
    SLOW: f"{{outcome}} after {SLOW_SECONDS} s, longer than an answer waits",
    PROCESSING: "is `processing` for {minutes} minutes, then {outcome}",
    UNKNOWN_WITH_EFFECT: "{outcome}, and the answer is lost: `in_doubt` until it is looked up",
    UNKNOWN_WITHOUT_EFFECT: "no answer: `in_doubt` until it is looked up, then {outcome}",
}
TIMES = ("once", "twice")


def cards() -> Lines:
    """The cards of the sandbox."""
    yield "### Sandbox cards"
    yield filled("""
        What comes of charging each; once and twice are counted for each order, and a `category`
        [leads](#declines-and-retries) to what follows.
    """)
    codes = ("code", "decline_code", "advice_code", "category")
    rows = [["`test_card`", "the charge", *(f"`{each}`" for each in codes)]]
    for name, card in CARDS.items():
        told = [getattr(card.failure, each, None) or "" for each in codes]
        rows.append([f"`{name}`", _outcome(card), *(f"`{code}`" if code else "" for code in told)])
    yield table(rows)


def order() -> Lines:
    """What an order answers beside what it was sent."""
    yield "### What an order answers"
    answered = examples.body(DECLINED)
    own = {*answered} - {"id", *examples.IN_EVERY_RECORD, *CreateOrder.model_fields}
    yield table([["field", "holds"], *_told(ANSWERED, own)])
    yield table([["of an attempt", "holds"], *_told(ATTEMPT, {*answered["attempts"][0]})])
    yield table([["of a failure", "holds"], *_told(FAILURE, {*answered["last_failure"]})])
    yield "Numbers of orders and of invoices may have gaps; none is ever given twice."


def charging() -> Lines:
    """When an order is charged and what becomes of it."""
    yield from _states()
    yield from _declines()
    yield from _requests()


def _states() -> Lines:
    yield "### States"
    yield filled("""
        What is due is charged within a minute or two, and once at most: by the payment method that
        the order names, else by its customer's default at that time. It fails without an attempt
        where the customer was deleted (`customer_deleted`), the method that it names was detached
        (`payment_method_detached`), or there is no default (`missing_payment_method`). An order of
        0 needs none of them.
    """)
    rows = [["`status`", "means", "may become", "[events](#events)"]]
    for state, following in order_states.NEXT.items():
        becomes = [each for each in order_states.NEXT if each in following and each != state]
        events = order_states.EVENTS.get(state, ())
        rows.append([f"`{state}`", MEANS[state], listed(becomes), listed(events)])
    yield table(rows)


def _declines() -> Lines:
    policy = RetryPolicy()
    *days, last = policy.delay_days
    yield "### Declines and retries"
    rows = [["`category`", "the order is then", "codes"]]
    for category, then in THEN.items():
        codes = [code for code, its in declines._CODES.items() if its == category]
        rows.append([f"`{category}`", then, listed(codes) or "all others"])
    yield table(rows)
    outranking = (f"`{advice}` is `{its}`" for advice, its in declines._ADVICE.items())
    yield filled(f"""
        The decline code counts before the code, and the network's advice before both:
        {", ".join(outranking)}. Retries come {", ".join(map(str, days))} and {last} days after the
        decline before, unless the organization has others (`python -m farebox organization
        update`). An order is tried {policy.maximum_in_30_days} times in 30 days at most, by
        whatever cause, and {MAXIMUM_ATTEMPTS} times in all. A draft that was charged by hand is
        never retried.
    """)
    yield filled("""
        A new default payment method sets its customer's `failed`, `requires_action` and `retrying`
        orders going again, with all their retries: not drafts that were charged by hand, not
        orders that name their payment method, not those last tried on this very one, and not those
        tried as often as they may be.
    """)


def _requests() -> Lines:
    yield "### Charge and cancel"
    yield filled("""
        `charge` charges an order now, and answers with what came of it, or with the order as it
        stands where that takes longer than a few seconds. It needs no body; a `payment_method` in
        one is the order's from then on. An automatic attempt that was to come stays where it was,
        unless this one succeeds or is declined for more than a `temporary` reason. `cancel` needs
        no body either, and may be repeated, as it must be after a 503. Both are refused with 409
        in some states:
    """)
    rows = [["`code`", "of", "the order is"]]
    rows += [[f"`{code}`", *CONFLICTS[code]] for code in conflict_codes(charge_requests)]
    yield table(rows)
    yield "Before its time, declined, and still charged when it is due; its lines are left out:"
    answer = examples.answer(DECLINED, without=("line_items",))
    yield fenced(f"{examples.request(DECLINED)}\n{answer}")


def _told(words: Mapping[tuple[str, ...], str], names: set[str]) -> Iterator[list[str]]:
    """A row for each group of fields. Together they must be exactly what is answered."""
    told = [name for group in words for name in group]
    assert sorted(told) == sorted(names), set(told) ^ names
    for group, text in words.items():
        yield [listed(group), text]


def _outcome(card: SandboxCard) -> str:
    """What comes of charging a card."""
    outcome = "succeeds"
    if card.failure is not None:
        asks = card.failure.category == declines.AUTHENTICATION
        outcome = "asks for authentication" if asks else "is declined"
    if card.failures is not None:
        outcome = f"is declined {TIMES[card.failures - 1]}, then succeeds"
    minutes = int(charges.SHORTEST_PROCESSING.total_seconds() // 60)
    return WAYS[card.behavior].format(outcome=outcome, minutes=minutes)

"""Payment methods: what a customer left with us to be charged later, without being there.

The first one becomes the customer's default. A new default gives every order that stopped for want
of a payment method another try.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from farebox.billing.known import Known, Reference
from farebox.billing.payers import Customer, PaymentMethod, find_customer
from farebox.billing.records import Change, kept_metadata
from farebox.billing.sandbox_cards import CARDS
from farebox.instants import stamp
from farebox.problems import FieldErrors

if TYPE_CHECKING:
    from farebox.validation.catalogue import CreatePaymentMethod

SANDBOX = "sandbox"
# Long enough never to matter in a test.
SANDBOX_YEARS = 5
# How often a customer's stopped orders are looked through for a new default.
REARMS = 2


def references(asked: "CreatePaymentMethod") -> Iterable[Reference]:
    """What must be read before a payment method can be made."""
    yield Reference(Customer, asked.customer)


def create(asked: "CreatePaymentMethod", known: Known, *, id: str, now: datetime) -> Change:
    """A card of the sandbox, which stands for one that a customer typed in on the hosted page."""
    errors = FieldErrors()
    customer = find_customer(known, asked.customer, "customer", errors)
    card = CARDS.get(asked.test_card)
    if card is None:
        message = f"The sandbox has the cards {', '.join(CARDS)}"
        errors.add("test_card", "unknown_test_card", message)
    elif known.organization.processor != SANDBOX:
        message = "Test cards are for organizations that are charged by the sandbox, in test mode"
        errors.add("test_card", "not_in_the_sandbox", message)
    errors.raise_if_any()
    assert customer is not None and card is not None
    made = sandbox_method(
        asked.test_card, id=id, customer=customer.id, livemode=known.livemode, now=now
    )
    method = replace(made, metadata=kept_metadata(asked.metadata))
    wanted = asked.default
    is_default = customer.default_payment_method is None if wanted is None else wanted
    alongside = (_customer_change(customer, with_default(customer, method, now)),)
    return Change(
        record=method,
        events=("payment_method.created",),
        alongside=alongside if is_default else (),
    )


def sandbox_method(
    test_card: str, *, id: str, customer: str, livemode: bool, now: datetime
) -> PaymentMethod:
    """One of the sandbox's cards in the hands of a customer."""
    card = CARDS[test_card]
    return PaymentMethod(
        id=id,
        livemode=livemode,
        created_at=stamp(now),
        updated_at=stamp(now),
        customer=customer,
        processor=SANDBOX,
        token=test_card,
        brand=card.brand,
        last4=card.last4,
        exp_month=12,
        exp_year=now.year + SANDBOX_YEARS,
        test_card=test_card,
    )


def detach(method: PaymentMethod, customer: Customer | None, *, now: datetime) -> Change:
    """The method, of no more use; a customer whose default it was has none then.

    Orders that name it fail with ``payment_method_detached`` when they fall due.
    """
    detached = replace(
        method, detached_at=stamp(now), version=method.version + 1, updated_at=stamp(now)
    )
    default = customer.default_payment_method if customer else None
    alongside: tuple[Change, ...] = ()
    if customer is not None and default is not None and default.id == method.id:
        alongside = (_customer_change(customer, with_default(customer, None, now)),)
    return Change(
        record=detached,
        events=("payment_method.detached",),
        before=method,
        alongside=alongside,
    )


def with_default(customer: Customer, method: PaymentMethod | None, now: datetime) -> Customer:
    """The customer with another default; a new one sets stopped orders going again."""
    before = customer.default_payment_method
    changed = method is not None and (before is None or before.id != method.id)
    return replace(
        customer,
        default_payment_method=replace(method, metadata={}) if method else None,
        due_at=stamp(now) if changed else customer.due_at,
        rearmed_to=None if changed else customer.rearmed_to,
        rearms_left=REARMS if changed else customer.rearms_left,
        version=customer.version + 1,
        updated_at=stamp(now),
    )


def _customer_change(before: Customer, after: Customer) -> Change:
    return Change(record=after, events=("customer.updated",), before=before)

"""Payment methods: whose they are, which is the default, and what a new default sets going."""

from dataclasses import replace
from typing import Any

import pytest

from farebox.billing import payment_methods
from farebox.billing.known import Known, Reference
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Change
from farebox.billing.sandbox_cards import CARDS
from farebox.instants import stamp
from farebox.validation.catalogue import CreatePaymentMethod
from tests.unit.builders import LATER, NOW, asked, broken_rules, customer, known, payment_method

BUYER = customer()
CARD = payment_method(BUYER, id="pm_1")
PAYING = replace(BUYER, default_payment_method=CARD)


def create(what_is_known: Known, **fields: Any) -> Change:
    request = asked(
        CreatePaymentMethod, **({"customer": BUYER.id, "test_card": "success"} | fields)
    )
    return payment_methods.create(request, what_is_known, id="pm_2", now=LATER)


def customers(change: Change) -> list[Customer]:
    """The customers that a change of a payment method changes with it."""
    return [each.record for each in change.alongside if isinstance(each.record, Customer)]


@pytest.mark.parametrize("test_card", CARDS)
def test_a_card_of_the_sandbox_can_be_kept(test_card: str) -> None:
    """Else a merchant cannot try out what happens to their customers."""
    change = create(known(BUYER), test_card=test_card, metadata={"a": 1, "b": None})

    method = change.record
    assert isinstance(method, PaymentMethod)
    assert (method.id, method.customer, method.type) == ("pm_2", BUYER.id, "card")
    assert (method.token, method.test_card) == (test_card, test_card)
    assert (method.brand, method.last4) == (CARDS[test_card].brand, CARDS[test_card].last4)
    assert (method.processor, method.exp_month, method.exp_year) == ("sandbox", 12, 2031)
    assert (method.detached_at, method.metadata) == (None, {"a": 1})
    assert change.events == ("payment_method.created",)


@pytest.mark.parametrize(
    ("before", "default", "is_default"),
    [
        (BUYER, None, True),
        (BUYER, True, True),
        (BUYER, False, False),
        (PAYING, None, False),
        (PAYING, True, True),
        (PAYING, False, False),
    ],
)
def test_the_first_method_is_the_default_unless_it_is_said_otherwise(
    before: Customer, default: bool | None, is_default: bool
) -> None:
    """Else a customer has a card, and their orders fail for want of one."""
    change = create(known(before), default=default)

    if is_default:
        (after,) = customers(change)
        assert after.default_payment_method == change.record
        assert (after.due_at, after.version) == (stamp(LATER), before.version + 1)
        assert change.alongside[0].events == ("customer.updated",)
        assert change.alongside[0].before == before
    else:
        assert change.alongside == ()


def test_a_default_is_kept_without_its_notes() -> None:
    """Else a customer's record grows with every note on a card."""
    (after,) = customers(create(known(BUYER), metadata={"note": "x" * 500}))

    assert after.default_payment_method is not None
    assert after.default_payment_method.metadata == {}


@pytest.mark.parametrize(
    ("what_is_known", "fields", "rules"),
    [
        (known(), {}, [("customer", "unknown_customer")]),
        (
            known(replace(BUYER, deleted_at=stamp(NOW))),
            {},
            [("customer", "customer_deleted")],
        ),
        (known(BUYER), {"test_card": "gold"}, [("test_card", "unknown_test_card")]),
        (known(BUYER, processor=None), {}, [("test_card", "not_in_the_sandbox")]),
        (known(BUYER, processor="stripe"), {}, [("test_card", "not_in_the_sandbox")]),
        (
            known(),
            {"test_card": "gold"},
            [("customer", "unknown_customer"), ("test_card", "unknown_test_card")],
        ),
    ],
)
def test_a_test_card_needs_a_customer_and_the_sandbox(
    what_is_known: Known, fields: dict[str, Any], rules: list[tuple[str, str]]
) -> None:
    """Else test money pays a real order."""
    assert broken_rules(lambda: create(what_is_known, **fields)) == rules


def test_what_must_be_read_is_the_customer() -> None:
    """Else a customer who is there is called unknown."""
    request = asked(CreatePaymentMethod, customer="cus_1", test_card="success")

    assert list(payment_methods.references(request)) == [Reference(Customer, "cus_1")]


def test_a_method_that_is_given_up_is_nobody_s_default() -> None:
    """Else a card that a customer took away is charged again."""
    change = payment_methods.detach(CARD, PAYING, now=LATER)

    (after,) = customers(change)
    assert isinstance(change.record, PaymentMethod)
    assert (change.record.detached_at, change.record.version) == (stamp(LATER), 2)
    assert (change.events, change.before) == (("payment_method.detached",), CARD)
    assert (after.default_payment_method, after.due_at) == (None, None)
    assert (change.alongside[0].events, change.alongside[0].before) == (
        ("customer.updated",),
        PAYING,
    )


@pytest.mark.parametrize("owner", [BUYER, None, replace(PAYING, default_payment_method=None)])
def test_another_default_stays_when_a_method_is_given_up(owner: Customer | None) -> None:
    """Else a customer who tidies up their old cards loses the good one."""
    other = payment_method(BUYER, id="pm_9")
    owner = replace(owner, default_payment_method=other) if owner else None

    assert payment_methods.detach(CARD, owner, now=LATER).alongside == ()


def test_only_another_default_sets_stopped_orders_going() -> None:
    """Else each save of a customer's form charges a card that was declined a minute ago."""
    other = payment_method(BUYER, id="pm_9")

    same = payment_methods.with_default(PAYING, CARD, LATER)
    none = payment_methods.with_default(PAYING, None, LATER)
    new = payment_methods.with_default(PAYING, other, LATER)

    assert [each.due_at for each in (same, none, new)] == [None, None, stamp(LATER)]


def test_a_newer_default_starts_from_the_newest_order() -> None:
    """Else the orders that the card before was tried on are never tried on this one."""
    half_way = replace(PAYING, due_at=stamp(NOW), rearmed_to="ord_7")
    other = payment_method(BUYER, id="pm_9")

    same = payment_methods.with_default(half_way, CARD, LATER)
    new = payment_methods.with_default(half_way, other, LATER)

    assert (same.due_at, same.rearmed_to) == (stamp(NOW), "ord_7")
    assert (new.due_at, new.rearmed_to) == (stamp(LATER), None)

"""Customers: made, changed one named field at a time, and forgotten."""

from dataclasses import replace
from typing import Any

import pytest

from farebox.billing import customers
from farebox.billing.known import Reference
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Record
from farebox.problems import Conflict
from farebox.validation.catalogue import CreateCustomer, UpdateCustomer
from tests.unit.builders import LATER, asked, broken_rules, customer, known, payment_method

MOST_PAIRS = 50
ADDRESS = {"line1": "1 Sample Street", "city": "Berlin", "country": "de"}


def changed(before: Customer, *found: Record, **fields: Any) -> Customer:
    change = customers.update(before, asked(UpdateCustomer, **fields), known(*found), now=LATER)
    assert isinstance(change.record, Customer)
    return change.record


def test_a_customer_needs_nothing() -> None:
    """Else a till that knows no e-mail address cannot sell."""
    made = customer(email=None)

    assert (made.email, made.name, made.billing_address) == (None, None, None)


def test_an_address_is_kept_without_its_empty_parts() -> None:
    """Else an invoice shows ``None`` in place of a street."""
    made = customer(billing_address=ADDRESS | {"line2": "", "state": None})

    assert made.billing_address == ADDRESS | {"country": "DE"}


def test_only_the_named_fields_change() -> None:
    """Else a new telephone number takes the address away."""
    before = customer(name="Ada", billing_address=ADDRESS)

    after = changed(before, phone="+49 30 123456")

    assert after == replace(
        before, phone="+49 30 123456", version=2, updated_at="2026-02-01T12:00:00.000Z"
    )


@pytest.mark.parametrize("field", ["email", "name", "phone", "external_id", "billing_address"])
def test_null_clears_a_field(field: str) -> None:
    """Else what a customer asks us to forget is never forgotten."""
    before = customer(name="Ada", phone="1", external_id="x", billing_address=ADDRESS)

    assert getattr(changed(before, **{field: None}), field) is None


def test_an_address_is_replaced_whole() -> None:
    """Else a customer lives in the old street of a new town."""
    assert changed(
        customer(billing_address=ADDRESS), billing_address={"city": "Bonn"}
    ).billing_address == {"city": "Bonn"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"b": 3, "c": 4}, {"a": 1, "b": 3, "c": 4}),
        ({"a": None}, {"b": 2}),
        ({"a": ""}, {"b": 2}),
        ({"unknown": None}, {"a": 1, "b": 2}),
        ({}, {"a": 1, "b": 2}),
        (None, {}),
        ("", {}),
    ],
)
def test_metadata_is_merged_and_null_or_empty_removes(given: Any, kept: dict[str, int]) -> None:
    """Else one system's update wipes out another's notes."""
    before = customer(metadata={"a": 1, "b": 2})

    assert changed(before, metadata=given).metadata == kept


def test_metadata_that_is_not_named_stays() -> None:
    """Else every update wipes it out."""
    assert changed(customer(metadata={"a": 1}), name="Ada").metadata == {"a": 1}


def test_metadata_does_not_grow_past_its_limit_by_updates() -> None:
    """Else a record grows until no answer, and no other system, can hold it."""
    before = customer(metadata={f"old {place}": 1 for place in range(MOST_PAIRS)})

    rules = broken_rules(lambda: changed(before, metadata={"one more": 1}))

    assert [param for param, _ in rules] == ["metadata"]


def test_a_full_metadata_can_still_be_exchanged() -> None:
    """Else a record that is full can never be changed again."""
    before = customer(metadata={f"old {place}": 1 for place in range(MOST_PAIRS)})

    after = changed(before, metadata={"old 0": None, "new": 2})

    assert len(after.metadata) == MOST_PAIRS
    assert after.metadata["new"] == 2


def with_cards() -> tuple[Customer, PaymentMethod, PaymentMethod]:
    """A customer, the card that is their default, and another one."""
    before = customer()
    one, other = payment_method(before), payment_method(before)
    return replace(before, default_payment_method=one), one, other


def test_another_method_becomes_the_default() -> None:
    """Else a customer's new card is never charged, and stopped orders stay unpaid."""
    before, _, other = with_cards()

    after = changed(before, other, default_payment_method=other.id, name="Ada")

    assert (after.default_payment_method, after.name) == (other, "Ada")
    assert (after.version, after.due_at) == (2, "2026-02-01T12:00:00.000Z")


def test_null_leaves_a_customer_without_a_default() -> None:
    """Else a customer who takes their card away is charged all the same."""
    before, _, _ = with_cards()

    after = changed(before, default_payment_method=None)

    assert (after.default_payment_method, after.due_at) == (None, None)


def test_the_default_stays_where_it_is_not_named() -> None:
    """Else a new telephone number takes the card away."""
    before, one, _ = with_cards()

    assert changed(before, phone="1").default_payment_method == one
    assert changed(before, one, default_payment_method=one.id).due_at is None


@pytest.mark.parametrize(
    ("method", "code"),
    [
        (None, "unknown_payment_method"),
        (payment_method(customer(), id="pm_9"), "unknown_payment_method"),
        ("detached", "payment_method_detached"),
    ],
)
def test_only_a_customer_s_own_method_becomes_their_default(method: Any, code: str) -> None:
    """Else one customer pays with another's card, or with one that was given up."""
    before, _, other = with_cards()
    if method == "detached":
        method = replace(other, id="pm_9", detached_at="2026-01-31T12:00:00.000Z")
    found = [method] if method else []

    assert broken_rules(lambda: changed(before, *found, default_payment_method="pm_9")) == [
        ("default_payment_method", code)
    ]


def test_what_must_be_read_is_the_default_that_is_named() -> None:
    """Else a method that is there is called unknown, or a read is paid for nothing."""
    named = asked(UpdateCustomer, default_payment_method="pm_1")

    assert list(customers.references(named)) == [Reference(PaymentMethod, "pm_1")]
    assert list(customers.references(asked(UpdateCustomer, default_payment_method=None))) == []
    assert list(customers.references(asked(CreateCustomer))) == []


def test_of_a_deleted_customer_nothing_is_kept_that_tells_who_they_are() -> None:
    """Else a customer who asked to be forgotten is not, and is charged again."""
    before, one, _ = with_cards()
    told = {"name": "Ada", "phone": "1", "description": "x", "billing_address": ADDRESS}
    before = changed(before, external_id="x", shipping_address=ADDRESS, metadata={"a": 1}, **told)
    before = replace(before, due_at="2026-01-31T12:00:00.000Z", rearmed_to="ord_1")

    change = customers.delete(before, now=LATER)

    deleted_at = "2026-02-01T12:00:00.000Z"
    assert change.record == Customer(
        id=before.id,
        livemode=before.livemode,
        created_at=before.created_at,
        updated_at=deleted_at,
        version=before.version + 1,
        deleted_at=deleted_at,
    )
    assert (change.events, change.before) == (("customer.deleted",), before)
    assert before.default_payment_method == one


def test_a_deleted_customer_stays_as_they_are() -> None:
    """Else who was forgotten is made known again, piece by piece."""
    gone = customers.delete(customer(), now=LATER).record
    assert isinstance(gone, Customer)

    for decide in (lambda: changed(gone, name="Ada"), lambda: customers.delete(gone, now=LATER)):
        with pytest.raises(Conflict) as refused:
            decide()
        assert refused.value.code == "customer_deleted"

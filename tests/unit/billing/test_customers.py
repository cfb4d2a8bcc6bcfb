"""Customers: made and changed, one named field at a time."""

from dataclasses import replace
from typing import Any

import pytest

from farebox.billing import customers
from farebox.billing.customers import Customer
from farebox.validation.catalogue import UpdateCustomer
from tests.unit.builders import LATER, asked, broken_rules, customer, known

MOST_PAIRS = 50
ADDRESS = {"line1": "1 Sample Street", "city": "Berlin", "country": "de"}


def changed(before: Customer, **fields: Any) -> Customer:
    change = customers.update(before, asked(UpdateCustomer, **fields), known(), now=LATER)
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

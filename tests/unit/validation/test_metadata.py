"""Metadata by the union of five systems' rules, so that every one of them can be spoken to."""

from decimal import Decimal
from typing import Any

import pytest

from farebox.validation import fields
from farebox.validation.fields import (
    MAXIMUM_METADATA_DIGITS,
    MAXIMUM_METADATA_KEY,
    MAXIMUM_METADATA_TEXT,
    MAXIMUM_SAFE_INTEGER,
)
from tests.unit.validation.shapes import accepted, refusals


@pytest.mark.parametrize(
    "value",
    [
        "text",
        "Ω" * MAXIMUM_METADATA_TEXT,
        0,
        -5,
        MAXIMUM_SAFE_INTEGER,
        -MAXIMUM_SAFE_INTEGER,
        Decimal("0.1"),
        Decimal("1E+3"),
        Decimal("1." + "1" * (MAXIMUM_METADATA_DIGITS - 1)),
        True,
        False,
    ],
)
def test_text_numbers_and_booleans_are_kept_as_they_are(value: Any) -> None:
    """Else a merchant gets back another value than the one that was stored."""
    kept = accepted(fields.Metadata, {"key": value})["key"]

    assert (kept, type(kept)) == (value, type(value))


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_or_empty_removes_a_key_and_is_let_in(nothing: Any) -> None:
    """Else a key can never be removed again."""
    assert accepted(fields.Metadata, {"key": nothing}) == {"key": nothing}


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_or_empty_for_the_whole_is_no_metadata(nothing: Any) -> None:
    """Else metadata can never be cleared."""
    assert accepted(fields.Metadata, nothing) == {}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("x" * (MAXIMUM_METADATA_TEXT + 1), "string_too_long"),
        (MAXIMUM_SAFE_INTEGER + 1, "number_out_of_range"),
        (-MAXIMUM_SAFE_INTEGER - 1, "number_out_of_range"),
        (10**39, "number_out_of_range"),
        (Decimal("1e17"), "number_out_of_range"),
        (Decimal("1." + "1" * MAXIMUM_METADATA_DIGITS), "number_out_of_range"),
        ({}, "invalid_metadata_value"),
        ({"nested": 1}, "invalid_metadata_value"),
        ([], "invalid_metadata_value"),
        (["x"], "invalid_metadata_value"),
        ("a\x00b", "control_character"),
        ("4242 4242 4242 4242", "card_number"),
        (4242424242424242, "card_number"),
    ],
)
def test_what_another_system_cannot_hold_is_refused_at_its_key(value: Any, code: str) -> None:
    """Else metadata is accepted here and lost on its way to a processor."""
    assert refusals(fields.Metadata, {"good": 1, "bad": value}) == [("field.bad", code)]


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "string_too_short"),
        ("x" * (MAXIMUM_METADATA_KEY + 1), "string_too_long"),
        ("a[b]", "brackets"),
        ("a]", "brackets"),
        ("a\x1bb", "control_character"),
        ("4242424242424242", "card_number"),
    ],
)
def test_a_key_that_a_form_cannot_carry_is_refused(key: str, code: str) -> None:
    """Else ``metadata[a[b]]`` is one thing here and another in a form-encoded body."""
    assert [found for _, found in refusals(fields.Metadata, {key: "x"})] == [code]


def test_a_key_is_as_long_as_its_limit_in_characters() -> None:
    """Else a key in Greek may only be half as long as one in English."""
    key = "Ω" * MAXIMUM_METADATA_KEY

    assert accepted(fields.Metadata, {key: 1}) == {key: 1}


def test_there_are_at_most_fifty_pairs() -> None:
    """Else a record that we keep cannot be sent on."""
    pairs = {f"key {place}": place for place in range(50)}

    assert accepted(fields.Metadata, pairs) == pairs
    assert refusals(fields.Metadata, pairs | {"one more": 1}) == [("field", "too_long")]


@pytest.mark.parametrize("value", ["text", 1, True, [], [["a", "b"]]])
def test_only_an_object_is_metadata(value: Any) -> None:
    """Else pairs are guessed."""
    assert refusals(fields.Metadata, value) == [("field", "invalid_type")]

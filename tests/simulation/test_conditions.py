"""Expressions as this code writes them; any other is refused rather than guessed."""

import pytest

from farebox.storage.connection import Condition, Item
from tests.simulation.conditions import UnknownExpression, holds

ITEM: Item = {"pk": "a", "version": 3, "due_sk": "2026"}


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        ("attribute_exists(pk)", {}, True),
        ("attribute_not_exists(pk)", {}, False),
        ("attribute_not_exists(gone)", {}, True),
        ("version = :v", {":v": 3}, True),
        ("version = :v", {":v": 4}, False),
        ("version = :v", {":v": "3"}, False),
        ("gone = :v", {":v": 3}, False),
        ("version >= :v", {":v": 3}, True),
        ("due_sk < :v", {":v": "2027"}, True),
        ("NOT version = :v", {":v": 4}, True),
        ("attribute_not_exists(pk) OR version = :v", {":v": 3}, True),
        ("attribute_exists(pk) AND version < :v", {":v": 3}, False),
        ("attribute_exists(pk) AND (version = :v OR due_sk = :d)", {":v": 1, ":d": "2026"}, True),
    ],
)
def test_an_expression_of_this_code(expression: str, values: Item, expected: bool) -> None:
    assert holds(Condition(expression, values), ITEM) is expected


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("size(pk) > :v", {":v": 3}),
        ("begins_with(pk, :v)", {":v": "a"}),
        ("version <> :v", {":v": 3}),
        ("version = due_sk", {}),
        ("version = :v", {}),
        ("version = :v", {":v": 3, ":w": 4}),
        ("version = :v)", {":v": 3}),
        ("#version = :v", {":v": 3}),
        ("attribute_exists(pk) AND", {}),
    ],
)
def test_an_expression_that_nobody_writes(expression: str, values: Item) -> None:
    with pytest.raises(UnknownExpression):
        holds(Condition(expression, values), ITEM)


def test_of_nothing_only_what_is_not_there_holds() -> None:
    assert holds(Condition("attribute_not_exists(pk)"), None)
    assert not holds(Condition("version = :v", {":v": 1}), None)

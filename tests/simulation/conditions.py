"""Condition expressions, as far as this code uses them; anything else fails loudly."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from farebox.storage.connection import Condition, Item

Holds = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]

_TOKEN = re.compile(r"\s*(:?[A-Za-z_][A-Za-z0-9_]*|[()]|<=|>=|=|<|>)")
_COMPARES: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class UnknownExpression(Exception):
    """An expression that this store does not understand: teach it, or write another one."""


def holds(condition: Condition, item: Item | None) -> bool:
    """Whether a condition holds for what stands at a key; None is nothing."""
    names = set(re.findall(r":\w+", condition.expression))
    if names != condition.values.keys():
        raise UnknownExpression(f"{condition} leaves a value unused or undefined")
    return _compiled(condition.expression)(item or {}, condition.values)


@cache
def _compiled(expression: str) -> Holds:
    parser = _Parser(expression)
    compiled = parser.disjunction()
    if parser.tokens:
        raise UnknownExpression(expression)
    return compiled


class _Parser:
    """By descent: a or b, a and b, not a, (a), function(attribute), attribute sign :value."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.tokens = _split(expression)

    def disjunction(self) -> Holds:
        left = self._conjunction()
        while self._take("OR"):
            left = _either(left, self._conjunction())
        return left

    def _conjunction(self) -> Holds:
        left = self._negation()
        while self._take("AND"):
            left = _both(left, self._negation())
        return left

    def _negation(self) -> Holds:
        if self._take("NOT"):
            inner = self._negation()
            return lambda item, values: not inner(item, values)
        if self._take("("):
            inner = self.disjunction()
            self._expect(")")
            return inner
        return self._predicate()

    def _predicate(self) -> Holds:
        name = self._next()
        if name in ("attribute_exists", "attribute_not_exists"):
            self._expect("(")
            attribute = self._attribute(self._next())
            self._expect(")")
            there = name == "attribute_exists"
            return lambda item, values: (attribute in item) is there
        sign, value = self._next(), self._next()
        if sign not in _COMPARES or not value.startswith(":"):
            raise UnknownExpression(self.expression)
        return _comparison(self._attribute(name), sign, value)

    def _attribute(self, token: str) -> str:
        if not token.isidentifier() or token in ("AND", "OR", "NOT"):
            raise UnknownExpression(self.expression)
        return token

    def _next(self) -> str:
        if not self.tokens:
            raise UnknownExpression(self.expression)
        return self.tokens.pop(0)

    def _take(self, token: str) -> bool:
        if self.tokens and self.tokens[0] == token:
            del self.tokens[0]
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise UnknownExpression(self.expression)


def _split(expression: str) -> list[str]:
    tokens, end = [], 0
    for found in _TOKEN.finditer(expression):
        if found.start() != end:
            break
        tokens.append(found[1])
        end = found.end()
    if expression[end:].strip():
        raise UnknownExpression(expression)
    return tokens


def _either(left: Holds, right: Holds) -> Holds:
    return lambda item, values: left(item, values) or right(item, values)


def _both(left: Holds, right: Holds) -> Holds:
    return lambda item, values: left(item, values) and right(item, values)


def _comparison(attribute: str, sign: str, value: str) -> Holds:
    """What is not there, or of another type, compares as false."""
    compare = _COMPARES[sign]

    def holds(item: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
        left, right = item.get(attribute), values[value]
        return type(left) is type(right) and compare(left, right)

    return holds

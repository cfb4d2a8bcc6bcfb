"""One field type at a time, checked as a request's field is."""

from functools import cache
from typing import Any

from pydantic import create_model

from farebox.problems import InvalidRequest
from farebox.validation.check import Input, check


@cache
def _shape(type_: Any) -> type[Input]:
    return create_model("Shape", __base__=Input, field=(type_, ...))


def accepted(type_: Any, value: Any) -> Any:
    """What a field of this type keeps of ``value``."""
    return getattr(check(_shape(type_), {"field": value}), "field")  # noqa: B009


def refusals(type_: Any, value: Any) -> list[tuple[str, str]]:
    """Where and why a field of this type refuses ``value``; nothing when it does not."""
    try:
        accepted(type_, value)
    except InvalidRequest as refused:
        return [(error.param, error.code) for error in refused.errors]
    return []

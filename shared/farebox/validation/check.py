"""The one place that turns a document into a typed request, and pydantic's errors into ours."""

from collections.abc import Mapping, Sequence
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from farebox.problems import FieldError, InvalidRequest

MAXIMUM_ERRORS = 100
MAXIMUM_PARAM = 200
READ_ONLY = frozenset(
    ("id", "object", "created", "created_at", "updated_at", "livemode", "status", "number")
)
_CODES = {"missing": "required", "extra_forbidden": "unknown_field"}
_MESSAGES = {
    "missing": "This field is required",
    "extra_forbidden": "There is no such field here",
    "read_only_field": "This field is set by Farebox",
    "int_type": "Must be a whole number; an amount counts minor units: 12.50 USD is 1250",
    "string_type": 'Must be a text; a rate is a decimal text such as "1.50"',
    "bool_type": "Must be true or false",
    "list_type": "Must be a list",
    "dict_type": "Must be an object",
    "model_type": "Must be an object",
    "model_attributes_type": "Must be an object",
    "too_short": "Must have at least {min_length}",
    "too_long": "Must have at most {max_length}",
    "string_too_short": "Must have at least {min_length} characters",
    "string_too_long": "Must have at most {max_length} characters",
    "greater_than_equal": "Must be {ge} or more",
    "less_than_equal": "Must be {le} or less",
    "literal_error": "Must be {expected}",
    "string_pattern_mismatch": "Has characters that this field does not take",
}

Shape = TypeVar("Shape", bound="Input")


class Input(BaseModel):
    """What every request is: strict, frozen, and without unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="after")
    def _hold(self) -> Self:
        rules = Rules()
        self.check(rules)
        rules.raise_if_any()
        return self

    def check(self, rules: "Rules") -> None:
        """The rules between this request's fields, each noted where it is broken."""

    def changes(self) -> dict[str, Any]:
        """The fields that the caller named, for an update; a null among them clears."""
        return {name: getattr(self, name) for name in type(self).model_fields if self.names(name)}

    def names(self, field: str) -> bool:
        """Whether the caller sent this field."""
        return field in self.model_fields_set


class Rules:
    """Rules between fields: collects what is broken and where, for a validator to raise."""

    def __init__(self) -> None:
        self._errors: list[InitErrorDetails] = []

    def broken(self, code: str, message: str, *location: str | int) -> None:
        error = PydanticCustomError(code, "{message}", {"message": message})
        self._errors.append(InitErrorDetails(type=error, loc=location, input=None))

    def take(self, other: "Rules", *location: str | int) -> None:
        """What ``other`` found broken, under ``location``."""
        for error in other._errors:
            located = (*location, *error.get("loc", ()))
            self._errors.append(InitErrorDetails(type=error["type"], loc=located, input=None))

    def raise_if_any(self) -> None:
        if self._errors:
            raise ValidationError.from_exception_data("rules", self._errors)


def check(shape: type[Shape], document: Mapping[str, Any]) -> Shape:
    """``document`` as a ``shape``; raises ``InvalidRequest`` with every bad field."""
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        known = list(shape.model_fields)
        raise InvalidRequest(
            _field_error(each, known) for each in details[:MAXIMUM_ERRORS]
        ) from None


def _field_error(details: ErrorDetails, known: Sequence[str]) -> FieldError:
    location, kind = list(details["loc"]), details["type"]
    if len(location) > 2 and location[-1] == "[key]":  # pydantic's mark for a bad key
        del location[-1]
    if kind == "extra_forbidden" and location[-1] in READ_ONLY:
        kind = "read_only_field"
    wrong_type = kind.endswith("_type") and not kind.startswith("unknown_")
    code = "invalid_type" if wrong_type else _CODES.get(kind, kind)
    try:
        message = _MESSAGES[kind].format(**details.get("ctx", {}))
    except KeyError:  # one of our own rules, with its own sentence
        message = details["msg"]
    if kind == "extra_forbidden" and len(location) == 1:
        message += _suggestion(str(location[0]), known)
    return FieldError(path(location), code, message)


def _suggestion(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # for who misspelt only

    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def path(location: list[str | int]) -> str:
    """``["line_items", 0, "quantity"]`` as ``line_items[0].quantity``."""
    text = ""
    for part in location:
        separator = "." if text else ""
        text += f"[{part}]" if isinstance(part, int) else f"{separator}{part}"
    return text[:MAXIMUM_PARAM]

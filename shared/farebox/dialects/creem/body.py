"""A body in Creem's words, taken apart field by field: what nobody takes is refused."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from farebox.problems import FieldErrors

MAXIMUM_PARAM = 100
# What stands before the name of a field that is in Creem's words already.
TOLD = "creem:"


def told(name: str) -> str:
    """A field's name in Creem's words, told apart from ours, which may be spelt alike."""
    return TOLD + name[:MAXIMUM_PARAM]


class Body:
    """The fields of a request. A null is a field that is not there, unless it may clear one.

    What is wrong is collected, under Creem's names, and raised by ``finish``.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._left = dict(document)
        self._within = ""
        self._parts: list[Body] = []
        self._errors = FieldErrors()

    def wrong(self, name: str, code: str, message: str) -> None:
        """Note that a field breaks a rule."""
        self._errors.add(told(f"{self._within}{name}"), code, message)

    def has(self, name: str) -> bool:
        """Whether the caller sent this field, be it null."""
        return name in self._left

    def take(self, name: str) -> Any:
        """A field's value, or None."""
        return self._left.pop(name, None)

    def take_all(self, names: Mapping[str, str]) -> dict[str, Any]:
        """The fields with a value, each by our name for it."""
        taken = {ours: self.take(theirs) for theirs, ours in names.items()}
        return {name: value for name, value in taken.items() if value is not None}

    def take_changes(self, names: Mapping[str, str]) -> dict[str, Any]:
        """The fields that were sent, each by our name for it; a null clears."""
        return {ours: self.take(theirs) for theirs, ours in names.items() if self.has(theirs)}

    def take_one_of(self, name: str, values: Collection[str]) -> str | None:
        """A text out of these."""
        value = self.take(name)
        if value is not None and value not in values:
            self.wrong(name, "literal_error", f"Must be one of {', '.join(values)}")
            return None
        return value  # type: ignore[no-any-return]

    def take_number(self, name: str) -> int | Decimal | None:
        """A number; one without a fraction is an integer, however it is written."""
        value = self.take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.wrong(name, "invalid_type", "Must be a number")
            return None
        return int(value) if value == int(value) else value

    def take_whole_number(self, name: str, least: int, most: int) -> int | None:
        """An integer within bounds."""
        value = self.take_number(name)
        if value is not None and not (isinstance(value, int) and least <= value <= most):
            self.wrong(name, "out_of_range", f"A whole number from {least} to {most}")
            return None
        return value

    def take_object(self, name: str) -> "Body":
        """An object with fields of its own, empty where it is not there."""
        value = self.take(name)
        part = Body(value if isinstance(value, dict) else {})
        if value is not None and not isinstance(value, dict):
            self.wrong(name, "invalid_type", "Must be an object")
        part._within, part._errors = f"{self._within}{name}.", self._errors
        self._parts.append(part)
        return part

    def require(self, *names: str) -> None:
        """Note each of these that has no value."""
        for name in names:
            if self._left.get(name) is None:
                self.wrong(name, "required", "This field is required")

    def refuse(self, *names: str) -> None:
        """Note each of these that asks for something which cannot be expressed here."""
        for name in names:
            if self.take(name):
                self.wrong(name, "unsupported", "This is not supported here")

    def finish(self) -> None:
        """Raise ``InvalidRequest`` for all that is wrong, and for every field that is left."""
        for part in (self, *self._parts):
            for name in part._left:
                part.wrong(name, "unknown_field", "There is no such field here")
        self._errors.raise_if_any()

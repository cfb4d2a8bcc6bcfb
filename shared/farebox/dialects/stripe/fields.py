"""What a form's texts are to become: kinds of fields, and tables that name them in both languages.

A table reads a form into our own words, and turns a path in our words back into the form's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from farebox.dialects.stripe.forms import Parts
from farebox.instants import stamp
from farebox.problems import FieldErrors
from farebox.validation.check import READ_ONLY

_INTEGER = re.compile("-?[0-9]{1,20}", re.ASCII)
_SECONDS = re.compile("[0-9]{1,10}", re.ASCII)
_NUMBER = re.compile("[0-9]{1,4}", re.ASCII)
_PATH = re.compile(r"[^.\[\]]+")


class Kind(Protocol):
    """What may stand at a field."""

    def read(self, given: str | Parts, where: str, errors: FieldErrors) -> Any:
        """The value; what is wrong with it is noted at ``where``."""

    def wire(self, path: tuple[str, ...]) -> str:
        """The rest of a path in our words, as the form writes it."""


@dataclass(frozen=True)
class Single:
    """A field that holds one text."""

    def wire(self, path: tuple[str, ...]) -> str:
        return "".join(f"[{part}]" for part in path)

    def read(self, given: str | Parts, where: str, errors: FieldErrors) -> Any:
        if isinstance(given, str):
            return self.convert(given, where, errors)
        errors.add(where, "invalid_type", f"Invalid string: {where} has parts")
        return None

    def convert(self, text: str, where: str, errors: FieldErrors) -> Any:
        """The text as what it stands for."""
        return text


@dataclass(frozen=True)
class Epoch(Single):
    """An instant in whole seconds."""

    def convert(self, text: str, where: str, errors: FieldErrors) -> Any:
        if not _SECONDS.fullmatch(text):
            errors.add(where, "parameter_invalid_integer", f"Invalid integer: {text[:40]}")
            return None
        return stamp(datetime.fromtimestamp(int(text), UTC))


@dataclass(frozen=True)
class Meaning(Single):
    """One of these texts, each of which means something in our words."""

    ours: Mapping[str, str]

    def convert(self, text: str, where: str, errors: FieldErrors) -> Any:
        if text not in self.ours:
            message = f"Invalid {where}: must be one of {', '.join(self.ours)}"
            errors.add(where, "parameter_invalid_enum", message)
        return self.ours.get(text)


@dataclass(frozen=True)
class Integer(Single):
    """A whole number; ``or_text`` may stand in its place."""

    or_text: str = ""

    def convert(self, text: str, where: str, errors: FieldErrors) -> Any:
        if self.or_text and text == self.or_text:
            return text
        if not _INTEGER.fullmatch(text):
            errors.add(where, "parameter_invalid_integer", f"Invalid integer: {text[:40]}")
            return None
        return int(text)


@dataclass(frozen=True)
class Boolean(Single):
    """``true`` or ``false``."""

    def convert(self, text: str, where: str, errors: FieldErrors) -> Any:
        if text not in ("true", "false"):
            errors.add(where, "parameter_invalid_boolean", f"Invalid boolean: {text[:40]}")
        return text == "true"


@dataclass(frozen=True)
class Only(Single):
    """A field that may say only what holds here anyway."""

    values: tuple[str, ...] = ()

    def convert(self, text: str, where: str, errors: FieldErrors) -> Any:
        if text not in self.values:
            message = f"Invalid {where}: Farebox has only {' or '.join(self.values)} here"
            errors.add(where, "parameter_not_available", message)
        return None


@dataclass(frozen=True)
class Metadata:
    """Texts by key; an empty one takes the key away."""

    def wire(self, path: tuple[str, ...]) -> str:
        return f"[{'.'.join(path)}]" if path else ""

    def read(self, given: str | Parts, where: str, errors: FieldErrors) -> Any:
        return given


@dataclass(frozen=True)
class Named:
    """Values of one kind by names that are the caller's."""

    kind: Kind

    def wire(self, path: tuple[str, ...]) -> str:
        return f"[{path[0]}]{self.kind.wire(path[1:])}" if path else ""

    def read(self, given: str | Parts, where: str, errors: FieldErrors) -> Any:
        if isinstance(given, str):
            errors.add(where, "invalid_type", "Invalid hash")
            return {}
        return {
            name: self.kind.read(value, f"{where}[{name}]", errors) for name, value in given.items()
        }


@dataclass(frozen=True)
class Rows:
    """A list, its places numbered from 0."""

    kind: Kind

    def wire(self, path: tuple[str, ...]) -> str:
        return f"[{path[0]}]{self.kind.wire(path[1:])}" if path else ""

    def read(self, given: str | Parts, where: str, errors: FieldErrors) -> Any:
        if given == "":
            return []
        if isinstance(given, str) or not all(_NUMBER.fullmatch(place) for place in given):
            errors.add(where, "parameter_invalid_array", "Invalid array")
            return []
        rows = {int(place): row for place, row in given.items()}
        if len(rows) != len(given) or sorted(rows) != list(range(len(rows))):
            message = "Invalid array: its places are numbered from 0, each once"
            errors.add(where, "parameter_invalid_array", message)
            return []
        return [
            self.kind.read(rows[place], f"{where}[{place}]", errors) for place in range(len(rows))
        ]


@dataclass(frozen=True)
class First:
    """A list that can hold one only, which is a single field of ours."""

    kind: Kind

    def wire(self, path: tuple[str, ...]) -> str:
        return f"[0]{self.kind.wire(path)}"

    def read(self, given: str | Parts, where: str, errors: FieldErrors) -> Any:
        found = Rows(self.kind).read(given, where, errors)
        if len(found) > 1:
            errors.add(where, "parameter_invalid_array", "Farebox takes one here, not more")
        return found[0] if found else None


@dataclass(frozen=True)
class Field:
    """``ours`` is our name for it where that differs; ``clears`` says that an update may unset it,
    ``kept`` that it has a field of ours at all."""

    kind: Kind = Single()
    ours: str = ""
    clears: bool = False
    kept: bool = True


@dataclass(frozen=True)
class Table:
    """Fields by the form's names; in one that ``updates``, an empty text unsets a field."""

    fields: Mapping[str, Field]
    updates: bool = False

    def wire(self, path: tuple[str, ...]) -> str:
        if not path:
            return ""
        name, kind = self._named(path[0])
        return f"[{name}]{kind.wire(path[1:])}"

    def path(self, param: str) -> str:
        """A path in our words (``line_items[0].price``) as the form writes it."""
        names = tuple(_PATH.findall(param))
        if not names:
            return ""
        name, kind = self._named(names[0])
        return f"{name}{kind.wire(names[1:])}"

    def read(self, given: str | Parts, where: str, errors: FieldErrors) -> Any:
        if isinstance(given, str):
            errors.add(where, "invalid_type", "Invalid hash")
            return {}
        found: dict[str, Any] = {}
        for name, value in given.items():
            param = f"{where}[{name}]" if where else name
            field = self.fields.get(name)
            if field is None:
                errors.add(param, "parameter_unknown", _unknown(param, name))
                continue
            ours = field.ours or name
            if value == "" and not isinstance(field.kind, Metadata):
                if self.updates and field.clears:
                    found[ours] = None
                elif self.updates:
                    message = f"You passed an empty string for '{param}', which cannot be unset."
                    errors.add(param, "parameter_invalid_empty", message)
                continue
            read = field.kind.read(value, param, errors)
            if field.kept:
                found[ours] = read
        return found

    def _named(self, ours: str) -> tuple[str, Kind]:
        for name, field in self.fields.items():
            if (field.ours or name) == ours and field.kept:
                return name, field.kind
        return ours, Single()


@dataclass(frozen=True)
class Inner:
    """A table of which one field is a field of ours."""

    table: Table
    name: str

    def wire(self, path: tuple[str, ...]) -> str:
        return f"[{self.name}]"

    def read(self, given: str | Parts, where: str, errors: FieldErrors) -> Any:
        return self.table.read(given, where, errors).get(self.name)


def _unknown(param: str, name: str) -> str:
    if name in READ_ONLY:
        return f"Received unknown parameter: {param}. It is set by Farebox."
    return f"Received unknown parameter: {param}. Farebox has no such parameter here."

"""What a decision may know: the caller and the records that the request refers to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from farebox.billing.organizations import Organization
from farebox.billing.records import Record
from farebox.problems import FieldErrors

Kind = TypeVar("Kind", bound=Record)


@dataclass(frozen=True, slots=True)
class Reference:
    """A record by its id, or by a value that names it (``by`` a unique or shared field)."""

    kind: type[Record]
    value: str
    by: str = "id"


@dataclass(frozen=True, slots=True)
class Known:
    """The organization, the mode, and what was found for each reference."""

    organization: Organization
    livemode: bool
    found: Mapping[Reference, Record | None]

    def find(
        self,
        kind: type[Kind],
        value: str,
        param: str,
        errors: FieldErrors,
        by: str = "id",
    ) -> Kind | None:
        """The record meant, or None after noting at ``param`` that there is none."""
        record = self.found_as(kind, value, by)
        if record is None:
            noun = kind.kind.replace("_", " ")
            errors.add(param, f"unknown_{kind.kind}", f"There is no such {noun}")
        return record

    def found_as(self, kind: type[Kind], value: str, by: str = "id") -> Kind | None:
        """The record meant, where there is one."""
        record = self.found.get(Reference(kind, value, by))
        return record if isinstance(record, kind) else None

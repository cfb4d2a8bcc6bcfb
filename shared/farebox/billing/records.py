"""What every kept record has, and how one decision changes records.

Records are frozen; a change replaces one. Their fields carry the wire's names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from farebox.limits import MAXIMUM_METADATA_PAIRS
from farebox.problems import FieldError, InvalidRequest

Metadata = Mapping[str, str | int | Decimal | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """``version`` counts changes; a write names the version that it replaces.

    ``unique`` fields belong to one record of their kind in an organization and mode; the first
    record to carry a ``shared`` value is the one found by it. ``caseless`` ones ignore case.
    ``counted`` fields are numbers that transactions may add to without having read the record.
    ``growth_bytes`` is what changes may add to a new record's limit.
    """

    kind: ClassVar[str]
    prefix: ClassVar[str]
    unique: ClassVar[tuple[str, ...]] = ()
    shared: ClassVar[tuple[str, ...]] = ()
    caseless: ClassVar[tuple[str, ...]] = ()
    counted: ClassVar[tuple[str, ...]] = ()
    growth_bytes: ClassVar[int] = 0

    id: str
    livemode: bool
    created_at: str
    updated_at: str
    version: int = 1
    metadata: Metadata = field(default_factory=dict)

    @property
    def is_listed(self) -> bool:
        """Whether it stands in the lists of its kind."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """So many more of a ``counted`` field, which never comes to more than ``most`` by it."""

    kind: type[Record]
    id: str
    field: str
    by: int
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A record as it shall stand, the events that tell of it, and what changes and is counted with
    it."""

    record: Record
    events: tuple[str, ...]
    before: Record | None = None
    alongside: tuple["Change", ...] = ()
    countings: tuple[Counting, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as it was kept; ``replayed`` when an earlier request with the same key made it."""

    record: Record
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, with the record as it was right after."""

    id: str
    type: str
    livemode: bool
    created_at: str
    record: Record


def plain(asked: Any) -> Any:
    """A part of a request as it is kept: the fields that were given."""
    return asked.model_dump(exclude_none=True) if hasattr(asked, "model_dump") else asked


def kept_metadata(given: Mapping[str, Any]) -> Metadata:
    """Metadata of a new record: null and empty values are left out."""
    return {key: value for key, value in given.items() if value is not None and value != ""}


def merged_metadata(before: Metadata, given: Mapping[str, Any] | None) -> Metadata:
    """Metadata after an update: null or "" removes a key, None removes all.

    Raises ``InvalidRequest`` where more pairs would be left than a record may have.
    """
    merged = {} if given is None else kept_metadata({**before, **given})
    if len(merged) > MAXIMUM_METADATA_PAIRS:
        message = f"{len(merged)} pairs would be left; the limit is {MAXIMUM_METADATA_PAIRS}"
        raise InvalidRequest([FieldError("metadata", "too_long", message)])
    return merged

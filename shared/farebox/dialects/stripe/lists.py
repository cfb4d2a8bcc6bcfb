"""What a list is asked for: which rows, which page of them, found how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from farebox.billing.checkouts import Checkout
from farebox.dialects.stripe import requests, values
from farebox.dialects.stripe.fields import Boolean, Field, Integer, Kind, Rows, Single, Table
from farebox.dialects.stripe.forms import Parts, refused
from farebox.paging import Paging
from farebox.problems import FieldErrors

if TYPE_CHECKING:
    from farebox.billing.records import Record

DEFAULT_PAGE = 10
MAXIMUM_PAGE = 100
# The key and its organization are read with them, a hundred items at once.
MAXIMUM_NAMED = 98
MAXIMUM_TEXT = 200

PAGING = {
    "limit": Field(Integer()),
    "starting_after": Field(ours="older_than"),
    "ending_before": Field(ours="newer_than"),
}
_WHOLE = Field(Integer())


@dataclass(frozen=True)
class Moment:
    """An instant in seconds, or bounds of one."""

    def wire(self, path: tuple[str, ...]) -> str:
        return ""

    def read(self, given: "str | Parts", where: str, errors: FieldErrors) -> Any:
        if isinstance(given, str):
            exactly = Integer().read(given, where, errors)
            return {"gte": exactly, "lte": exactly}
        # As in an update, an empty text is refused: it would leave the bound out.
        bounds = Table(dict.fromkeys(("gt", "gte", "lt", "lte"), _WHOLE), updates=True)
        return bounds.read(given, where, errors)


_CREATED: Mapping[str, Field] = {"created": Field(Moment())}
_TEXTS: Kind = Rows(Single())
FILTERS: Mapping[str, Table] = {
    "prices": Table(
        {
            **PAGING,
            **_CREATED,
            "lookup_keys": Field(_TEXTS),
            "product": Field(),
            "active": Field(Boolean()),
            "currency": Field(),
            "type": Field(),
        }
    ),
    "products": Table({**PAGING, **_CREATED, "ids": Field(_TEXTS), "active": Field(Boolean())}),
    "customers": Table({**PAGING, **_CREATED, "email": Field()}),
    "checkouts": Table({**PAGING, **_CREATED, "customer": Field(), "status": Field()}),
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "type": ("one_time", "recurring"),
    "status": ("open", "complete", "expired"),
}
_NAMED = {"lookup_keys": "lookup_key", "ids": "id"}


@dataclass(frozen=True)
class Wanted:
    """A page of the records that ``matches`` lets through; ``names`` are values of the field
    ``by``, where the caller named records; ``customer`` whose records, ``email`` whom."""

    paging: Paging
    matches: Callable[["Record"], bool]
    filtered: bool
    by: str = "id"
    names: tuple[str, ...] | None = None
    customer: str | None = None
    email: str | None = None


def page(given: Parts, prefix: str) -> Paging:
    """Only the paging of a list. Raises ``InvalidAsSent``."""
    return _paging(requests.read(Table(PAGING), given), prefix)


def wanted(given: Parts, collection: str, prefix: str) -> Wanted:
    """All that a list is asked for. Raises ``InvalidAsSent``."""
    for name, value in given.items():
        if value == "":
            raise refused(
                name, "parameter_invalid_empty", f"You passed an empty string for '{name}'"
            )
    found = requests.read(FILTERS[collection], given)
    for name, values_of in CHOICES.items():
        if name in found and found[name] not in values_of:
            message = f"Invalid {name}: must be one of {', '.join(values_of)}"
            raise refused(name, "parameter_invalid_enum", message)
    if "currency" in found:
        found["currency"] = found["currency"].lower()
    if len(found.get("customer", "")) > MAXIMUM_TEXT:
        raise refused("customer", "resource_missing", "No such customer")
    paging = _paging(found, prefix)
    field = next((name for name in _NAMED if name in found), None)
    names = tuple(dict.fromkeys(found[field])) if field is not None else None
    if names is not None and len(names) > MAXIMUM_NAMED:
        message = f"At most {MAXIMUM_NAMED} at a time"
        raise refused(str(field), "parameter_invalid_array", message)
    wants: dict[str, Any] = {
        name: found[name]
        for name in ("product", "active", "currency", "type", "status", "created")
        if name in found
    }
    return Wanted(
        paging,
        lambda record: _matches(record, wants),
        filtered=bool(wants) or collection == "customers",
        by=_NAMED.get(field or "", "id"),
        names=names,
        customer=found.get("customer"),
        email=found.get("email"),
    )


def _paging(found: Mapping[str, Any], prefix: str) -> Paging:
    limit = found.get("limit", DEFAULT_PAGE)
    if not 1 <= limit <= MAXIMUM_PAGE:
        message = f"This value must be between 1 and {MAXIMUM_PAGE}"
        raise refused("limit", "parameter_invalid_integer", message)
    older, newer = found.get("older_than"), found.get("newer_than")
    if older is not None and newer is not None:
        message = "Give either starting_after or ending_before"
        raise refused("ending_before", "parameters_exclusive", message)
    for name, id in (("starting_after", older), ("ending_before", newer)):
        if id is not None and (len(id) > MAXIMUM_TEXT or not id.startswith(f"{prefix}_")):
            raise refused(name, "resource_missing", f"No such {prefix}: '{id[:MAXIMUM_TEXT]}'")
    return Paging(limit, older, newer)


def _matches(record: "Record", wants: Mapping[str, Any]) -> bool:
    if getattr(record, "deleted_at", None) is not None:
        return False
    created = values.epoch(record.created_at)
    for bound, limit in wants.get("created", {}).items():
        if not _BOUNDS[bound](created, limit):
            return False
    if "type" in wants and (wants["type"] == "recurring") != getattr(record, "is_recurring", False):
        return False
    if "status" in wants:
        assert isinstance(record, Checkout)
        if wants["status"] != values.session_status(record.status):
            return False
    return all(
        getattr(record, name) == value
        for name, value in wants.items()
        if name not in ("created", "type", "status")
    )


_BOUNDS: Mapping[str, Callable[[int, int], bool]] = {
    "gt": lambda created, limit: created > limit,
    "gte": lambda created, limit: created >= limit,
    "lt": lambda created, limit: created < limit,
    "lte": lambda created, limit: created <= limit,
}

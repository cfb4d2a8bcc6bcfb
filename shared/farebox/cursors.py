"""Lists that go by ``limit`` and ``cursor``: how a page is asked for, and where the next begins."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from farebox import ids
from farebox.paging import Page, Paging
from farebox.problems import FieldError, InvalidRequest

MAXIMUM_PAGE = 100
DEFAULT_PAGE = 20

_LIMIT = re.compile("[0-9]{1,3}")


class Named(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> str: ...


def read_page(query: Mapping[str, str], filters: Sequence[str], prefix: str) -> Paging:
    """Which rows are wanted of a list whose ids begin with ``prefix``.

    Raises ``InvalidRequest``; for parameters that the list does not have, too.
    """
    errors = [
        FieldError(name[:MAXIMUM_PAGE], "unknown_parameter", "This list has no such parameter")
        for name in query
        if name not in ("limit", "cursor", *filters)
    ]
    limit = query.get("limit", str(DEFAULT_PAGE))
    if not _LIMIT.fullmatch(limit) or not 1 <= int(limit) <= MAXIMUM_PAGE:
        errors.append(FieldError("limit", "out_of_range", f"One whole number, 1 to {MAXIMUM_PAGE}"))
    if errors:
        raise InvalidRequest(errors)
    cursor = query.get("cursor")
    return Paging(int(limit), older_than=_last_id(cursor, prefix) if cursor else None)


def next_cursor(page: Page[Named]) -> str | None:
    """The last id, in letters that say that it is not to be made up; None on the last page."""
    if not page.more:
        return None
    return base64.urlsafe_b64encode(page.rows[-1].id.encode()).decode().rstrip("=")


def _last_id(cursor: str, prefix: str) -> str:
    try:
        id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        id = ""
    if not ids.PATTERN.fullmatch(id) or not id.startswith(f"{prefix}_"):
        message = "Not a cursor of this list: use next_cursor as it came"
        raise InvalidRequest([FieldError("cursor", "invalid_cursor", message)])
    return id

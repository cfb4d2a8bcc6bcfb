"""Lists by the page, in whatever way a language asks for them. Newest first, always."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row", covariant=True)


@dataclass(frozen=True, slots=True)
class Paging:
    """Which rows are wanted: ``limit`` of them, older or newer than one by its id, or those of the
    page with this ``number``, from 1."""

    limit: int
    older_than: str | None = None
    newer_than: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows, and whether there are ``more`` in the direction asked for.

    ``total`` counts all rows of the list, up to a limit, where a page was asked for by number.
    """

    rows: Sequence[Row]
    more: bool = False
    total: int | None = None

"""Wire languages: each turns its own requests into ours and our records into its own answers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from farebox.handler import Answer, Json, Request
from farebox.problems import Problem

if TYPE_CHECKING:
    from farebox.billing.records import Event, Kept, Record
    from farebox.pricing.quote import Quote
    from farebox.validation.check import Input

Shape = TypeVar("Shape", bound="Input")


class Dialect(Protocol):
    """What a language must be able to say; every one of them is a module."""

    def read(self, shape: type[Shape], request: Request) -> Shape:
        """The body as one of our own requests. Raises ``InvalidRequest``."""

    def read_optional(self, shape: type[Shape], request: Request) -> Shape:
        """The same, where no body at all is an empty one."""

    def read_page(self, request: Request, filters: Sequence[str]) -> tuple[int, str | None]:
        """How many records of a list are wanted, after which cursor. Raises ``InvalidRequest``."""

    def write_created(self, kept: "Kept") -> Answer:
        """A record that was just made, or made before by the same idempotency key."""

    def write(self, record: "Record") -> Answer:
        """A record."""

    def write_done(self, kept: "Kept") -> Answer:
        """A record after something was done with it, or done before by the same key."""

    def write_event(self, event: "Event") -> Answer:
        """Something that happened."""

    def write_events(self, events: "Sequence[Event]", next_cursor: str | None) -> Answer:
        """A page of what happened."""

    def write_page(self, records: "Sequence[Record]", next_cursor: str | None) -> Answer:
        """A page of a list."""

    def write_list(self, rows: Sequence[Json]) -> Answer:
        """Rows that are worked out and not kept, all of them."""

    def write_quote(self, quote: "Quote", currency: str, formatted: str | None) -> Answer:
        """An amount that was worked out and not kept."""

    def write_problem(self, problem: Problem, request_id: str) -> Answer:
        """A refusal."""


def of(request: Request) -> Dialect:
    """The language of a request, by its path."""
    from farebox.dialects import farebox

    return farebox

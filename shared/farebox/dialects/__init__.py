"""Wire languages: each turns its own requests into ours and our records into its own answers."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from farebox.handler import Answer, Request
from farebox.paging import Page, Paging
from farebox.problems import Problem

if TYPE_CHECKING:
    from farebox.billing.known import Known, Reference
    from farebox.billing.records import Kept, Record
    from farebox.validation.check import Input

Shape = TypeVar("Shape", bound="Input")


class Dialect(Protocol):
    """What a language must be able to say; every one of them is a module, or what a module's
    ``speaking`` makes for one request.

    ``known`` has the records that ``expands`` names, where they exist.
    """

    def read(self, shape: type[Shape], request: Request) -> Shape:
        """The body as one of our own requests. Raises ``InvalidRequest``."""

    def read_optional(self, shape: type[Shape], request: Request) -> Shape:
        """The same, where no body at all is an empty one."""

    def read_page(self, request: Request, filters: Sequence[str], prefix: str) -> Paging:
        """Which rows of a list are wanted, whose ids have a prefix. Raises ``InvalidRequest``."""

    def expands(self, records: "Sequence[Record]") -> "Iterable[Reference]":
        """What an answer shows beside these records themselves."""

    def write_created(self, kept: "Kept", known: "Known") -> Answer:
        """A record that was just made, or made before by the same idempotency key."""

    def write_done(self, kept: "Kept", known: "Known") -> Answer:
        """A record after something was done with it, or done before by the same key."""

    def write(self, record: "Record", known: "Known") -> Answer:
        """A record."""

    def write_page(self, page: "Page[Record]", request: Request, known: "Known") -> Answer:
        """A page of a list."""

    def write_problem(self, problem: Problem, request: Request) -> Answer:
        """A refusal."""


def of(request: Request) -> Dialect:
    """The language of a request, by its path."""
    module: Any = import_module(f"farebox.dialects.{request.dialect}")
    dialect: Dialect = module.speaking(request) if hasattr(module, "speaking") else module
    return dialect

"""Billingrails' language: an order of an account is confirmed, and charged at once if it can be.

Its SDKs send a POST again after a 5xx, and with no key: a 5xx says that nothing was kept.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from farebox.dialects.billingrails import bodies, records, refusals
from farebox.handler import Answer, Request
from farebox.paging import Page, Paging
from farebox.problems import FieldError, InvalidRequest, Problem
from farebox.validation.check import Input

if TYPE_CHECKING:
    from farebox.billing.known import Known, Reference
    from farebox.billing.records import Kept, Record

MAXIMUM_PAGE_SIZE = 100
DEFAULT_PAGE_SIZE = 20

Shape = TypeVar("Shape", bound=Input)

_PAGE = re.compile("[0-9]{1,6}")


def read(shape: type[Shape], request: Request) -> Shape:
    """The body as a ``shape``. Raises ``InvalidRequest``."""
    return bodies.read(shape, request)


def read_optional(shape: type[Shape], request: Request) -> Shape:
    """The same: no body at all is an empty one."""
    return bodies.read(shape, request)


def read_page(request: Request, filters: Sequence[str], prefix: str) -> Paging:
    """``page`` and ``page_size``; the routes have seen to what else a list may be asked."""
    number, size = _number(request, "page", 1), _number(request, "page_size", DEFAULT_PAGE_SIZE)
    errors = []
    if number is None:
        errors.append(FieldError("page", "out_of_range", "One whole number, from 1"))
    if size is None or size > MAXIMUM_PAGE_SIZE:
        message = f"One whole number, 1 to {MAXIMUM_PAGE_SIZE}"
        errors.append(FieldError("page_size", "out_of_range", message))
    if errors or number is None or size is None:
        raise InvalidRequest(errors)
    return Paging(size, number=number)


def expands(found: Sequence["Record"]) -> Iterable["Reference"]:
    """The accounts of orders that wait for a payment method, or for their first attempt."""
    from farebox.billing.known import Reference
    from farebox.billing.payers import Customer

    for record in found:
        order: Any = record
        if record.kind == "order" and records.depends_on_account(order):
            yield Reference(Customer, order.customer)


def write_created(kept: "Kept", known: "Known") -> Answer:
    """201 with the record in its envelope."""
    return Answer(201, _enveloped(kept.record, known))


def write_done(kept: "Kept", known: "Known") -> Answer:
    """200 with the record in its envelope."""
    return Answer(200, _enveloped(kept.record, known))


def write(record: "Record", known: "Known") -> Answer:
    """200 with the record in its envelope."""
    return Answer(200, _enveloped(record, known))


def write_page(page: "Page[Record]", request: Request, known: "Known") -> Answer:
    """200 with records under their plural, and where in the list they stand."""
    size = _number(request, "page_size", DEFAULT_PAGE_SIZE) or DEFAULT_PAGE_SIZE
    total = len(page.rows) if page.total is None else page.total
    meta = {
        "page": _number(request, "page", 1),
        "page_size": size,
        "total_pages": -(-total // size),
        "total_count": total,
    }
    rows = [records.document(record, known) for record in page.rows]
    return Answer(200, {refusals.resource(request): rows, "meta": meta})


def write_problem(problem: Problem, request: Request) -> Answer:
    """``type``, one of the published codes, a sentence, and the fields that break a rule."""
    return refusals.answer(problem, request)


def _enveloped(record: "Record", known: "Known") -> dict[str, Any]:
    document = records.document(record, known)
    return {str(document["object"]): document, "meta": {}}


def _number(request: Request, name: str, default: int) -> int | None:
    """A number of a list's query, from 1; None where it is something else."""
    text = request.query.get(name, str(default))
    return int(text) if _PAGE.fullmatch(text) and int(text) else None

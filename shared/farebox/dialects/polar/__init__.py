"""Polar's language: orders are drafts that wait to be finalized, lists go by page number."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.dialects.polar import catalogue, orders
from farebox.dialects.polar.refusals import write_problem
from farebox.dialects.polar.requests import check_kept_prices, read
from farebox.handler import Answer, Request
from farebox.paging import Page, Paging
from farebox.problems import FieldError, InvalidAsSent
from farebox.validation.check import Input

if TYPE_CHECKING:
    from farebox.billing.attempts import Attempt
    from farebox.billing.known import Known
    from farebox.billing.records import Kept, Record

__all__ = [
    "check_kept_prices",
    "expands",
    "read",
    "read_optional",
    "read_page",
    "write",
    "write_created",
    "write_done",
    "write_page",
    "write_payment",
    "write_payments",
    "write_problem",
]

MAXIMUM_PAGE = 100
DEFAULT_PAGE = 10
NEWEST_FIRST = "-created_at"

Shape = TypeVar("Shape", bound=Input)

_NUMBER = re.compile("[0-9]{1,6}")


def read_optional(shape: type[Shape], request: Request) -> Shape:
    """The body as a ``shape``, where no body at all is an empty one."""
    return read(shape, request)


def read_page(request: Request, filters: Sequence[str], prefix: str) -> Paging:
    """``page`` and ``limit`` of a list; a filter that cannot be served is refused, not ignored."""
    own = request.credential.organization
    errors = [
        FieldError(name[:MAXIMUM_PAGE], "not_supported", "This list cannot be filtered by that")
        for name in request.query
        if name not in ("page", "limit", "sorting", "organization_id", *filters)
    ]
    for name in ("page", "limit"):
        given = request.query.get(name, "1")
        if not _NUMBER.fullmatch(given) or int(given) < 1:
            errors.append(FieldError(name, "greater_than", "A whole number above 0"))
    if request.query.get("sorting", NEWEST_FIRST) != NEWEST_FIRST:
        errors.append(FieldError("sorting", "not_supported", f"Lists are sorted {NEWEST_FIRST}"))
    named = (request.query.get("organization_id"), request.headers.get("polar-organization"))
    if any(each not in (None, own) for each in named):
        errors.append(FieldError("organization_id", "value_error", "Organization does not exist."))
    if errors:
        raise InvalidAsSent(errors)
    return Paging(_limit(request), number=int(request.query.get("page", "1")))


def expands(records: Sequence["Record"]) -> Iterable[Reference]:
    """Whoever pays an order, what it is for, and whose default a payment method may be."""
    for record in records:
        if isinstance(record, Order):
            yield from orders.expands(record)
        else:
            yield from catalogue.expands(record)


def write_created(kept: "Kept", known: "Known") -> Answer:
    """201 with the record, bare."""
    return Answer(201, _document(kept.record, known))


def write_done(kept: "Kept", known: "Known") -> Answer:
    """A draft after it was to be charged: 200 with the order if it is paid."""
    assert isinstance(kept.record, Order)
    return orders.finalized(kept.record, known)


def write(record: "Record", known: "Known") -> Answer:
    """200 with the record, bare."""
    return Answer(200, _document(record, known))


def write_page(page: Page["Record"], request: Request, known: "Known") -> Answer:
    """200 with the records of a page, and how many pages there are."""
    total = len(page.rows) if page.total is None else page.total
    return _page([_document(record, known) for record in page.rows], total, request)


def write_payment(order: Order, attempt: "Attempt", known: "Known") -> Answer:
    """200 with an attempt to charge an order, which is what Polar calls a payment."""
    return Answer(200, orders.payment(order, attempt, known))


def write_payments(
    order: Order | None, page: Page["Attempt"], request: Request, known: "Known"
) -> Answer:
    """200 with attempts to charge one order."""
    rows = [orders.payment(order, attempt, known) for attempt in page.rows] if order else []
    return _page(rows, page.total or 0, request)


def _page(rows: Sequence[Mapping[str, object]], total: int, request: Request) -> Answer:
    pagination = {"total_count": total, "max_page": -(-total // _limit(request))}
    return Answer(200, {"items": rows, "pagination": pagination})


def _limit(request: Request) -> int:
    return min(int(request.query.get("limit", DEFAULT_PAGE)), MAXIMUM_PAGE)


def _document(record: "Record", known: "Known") -> Mapping[str, object]:
    if isinstance(record, Order):
        return orders.document(record, known)
    return catalogue.WRITERS[record.kind](record, known)

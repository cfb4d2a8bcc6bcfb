"""Creem's language: products with one price each, checkouts of one product; always 200."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from farebox.billing.checkouts import Checkout
from farebox.dialects.creem import checkouts, customers, discounts, orders, products
from farebox.dialects.creem.body import Body, told
from farebox.dialects.creem.refusals import write_problem
from farebox.handler import Answer, Request
from farebox.paging import Page, Paging
from farebox.problems import FieldError, InvalidRequest
from farebox.validation import documents
from farebox.validation.check import Input, check

if TYPE_CHECKING:
    from farebox.billing.known import Known, Reference
    from farebox.billing.records import Kept, Record

__all__ = ["write_problem"]

MAXIMUM_PAGE = 100
DEFAULT_PAGE = 10
LAST_PAGE = 999_999
OWNER = "customer"
OK = 200

Shape = TypeVar("Shape", bound=Input)

# By name: a create function builds no shape that it does not read.
READS: Mapping[str, Callable[[Body], dict[str, Any]]] = {
    "CreateCheckout": checkouts.read_new,
    "CreateCustomer": customers.read_new,
    "UpdateCustomer": customers.read_changes,
    "CreateDiscount": discounts.read_new,
    "CreatePrice": products.read_new,
    "UpdatePricedProduct": products.read_changes,
}

WRITES: Mapping[str, Callable[[Any, "Known"], dict[str, Any]]] = {
    "checkout": checkouts.write,
    "customer": customers.write,
    "discount": discounts.write,
    "order": orders.write,
    "product": products.write,
}

_NUMBER = re.compile("[0-9]{1,6}")


def read(shape: type[Shape], request: Request) -> Shape:
    """The body in our words. What Creem deletes is switched off, and has no body."""
    if request.method == "DELETE":
        return check(shape, {"active": False})
    body = Body(documents.read(request.body))
    document = READS[shape.__name__](body)
    body.finish()
    return check(shape, document)


def read_optional(shape: type[Shape], request: Request) -> Shape:
    """The same as ``read``: an empty body is an empty object."""
    return read(shape, request)


def read_page(request: Request, filters: Sequence[str], prefix: str) -> Paging:
    """``page_number`` and ``page_size``; of whose orders a list is, its path says."""
    known = ("page_number", "page_size", *(name for name in filters if name == OWNER))
    errors = _unknown(request, known)
    number = _number(request, "page_number", 1, LAST_PAGE, errors)
    size = _number(request, "page_size", DEFAULT_PAGE, MAXIMUM_PAGE, errors)
    if errors:
        raise InvalidRequest(errors)
    return Paging(size, number=number)


def read_name(request: Request, names: Sequence[str]) -> tuple[str, str]:
    """The one of these parameters that says which record is meant, and its value."""
    errors = _unknown(request, names)
    given = [name for name in names if request.query.get(name)]
    if len(given) != 1:
        message = f"Give {' or '.join(names)}" + (", not both" if given else "")
        errors.append(FieldError(told(given[-1] if given else names[0]), "required", message))
    if errors:
        raise InvalidRequest(errors)
    return given[0], request.query[given[0]]


def read_customer_id(request: Request) -> str:
    """Which customer a change is meant for; its body says so."""
    id = documents.read(request.body).get("customer_id")
    if not isinstance(id, str) or not id:
        raise InvalidRequest(
            [FieldError(told("customer_id"), "required", "This field is required")]
        )
    return id


def expands(records: Sequence["Record"]) -> Iterable["Reference"]:
    """What checkouts show in full; all else is named by its id."""
    for record in records:
        if isinstance(record, Checkout):
            yield from checkouts.expands(record)


def write_created(kept: "Kept", known: "Known") -> Answer:
    """The record; Creem says of nothing that it is new."""
    return write(kept.record, known)


def write_done(kept: "Kept", known: "Known") -> Answer:
    """The record as it stands."""
    return write(kept.record, known)


def write(record: "Record", known: "Known") -> Answer:
    """A record."""
    return Answer(OK, WRITES[record.kind](record, known))


def write_page(page: "Page[Record]", request: Request, known: "Known") -> Answer:
    """A page, with how many there are and the numbers of its neighbours."""
    items = [WRITES[record.kind](record, known) for record in page.rows]
    number = int(request.query.get("page_number", "1"))
    size = int(request.query.get("page_size", str(DEFAULT_PAGE)))
    total = page.total or 0
    pagination = {
        "total_records": total,
        "total_pages": -(-total // size),
        "current_page": number,
        "next_page": number + 1 if page.more else None,
        "prev_page": number - 1 if number > 1 else None,
    }
    return Answer(OK, {"items": items, "pagination": pagination})


def _number(
    request: Request, name: str, otherwise: int, most: int, errors: list[FieldError]
) -> int:
    text = request.query.get(name, str(otherwise))
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        errors.append(FieldError(told(name), "out_of_range", f"One whole number, 1 to {most}"))
        return otherwise
    return int(text)


def _unknown(request: Request, known: Sequence[str]) -> list[FieldError]:
    return [
        FieldError(told(name), "unknown_field", "There is no such parameter here")
        for name in request.query
        if name not in known
    ]

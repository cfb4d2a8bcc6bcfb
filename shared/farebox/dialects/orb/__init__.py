"""Orb's language: add-on prices of all its models, and the items that they are prices of."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from farebox import cursors
from farebox.billing.catalogue import Price, Product
from farebox.billing.known import Reference
from farebox.dialects.orb.prices import can_show, write_item, write_price
from farebox.dialects.orb.refusals import NOT_SHOWN, write_problem
from farebox.dialects.orb.requests import read
from farebox.handler import Answer, Request
from farebox.paging import Page, Paging
from farebox.problems import NotFound
from farebox.validation.check import Input

if TYPE_CHECKING:
    from farebox.billing.known import Known
    from farebox.billing.records import Kept, Record

__all__ = ["can_show", "read", "write_problem"]


Shape = TypeVar("Shape", bound=Input)


def read_optional(shape: type[Shape], request: Request) -> Shape:
    """The same as ``read``: an empty body is an empty object."""
    return read(shape, request)


def read_page(request: Request, filters: Sequence[str], prefix: str) -> Paging:
    """``limit`` and ``cursor``; Orb's lists of prices and items have no filters."""
    return cursors.read_page(request.query, (), prefix)


def expands(records: "Sequence[Record]") -> Iterable[Reference]:
    """The item of a price, which is shown by its name."""
    return [Reference(Product, each.product) for each in records if isinstance(each, Price)]


def write_created(kept: "Kept", known: "Known") -> Answer:
    """201 with the record."""
    return Answer(201, _written(kept.record, known))


def write_done(kept: "Kept", known: "Known") -> Answer:
    """200 with the record."""
    return Answer(200, _written(kept.record, known))


def write(record: "Record", known: "Known") -> Answer:
    """200 with the record. Raises ``NotFound`` for a price that Orb has no model for."""
    if isinstance(record, Price) and not can_show(record):
        message = "None of Orb's models says what this price says"
        raise NotFound(message, code=NOT_SHOWN)
    return Answer(200, _written(record, known))


def write_page(page: "Page[Record]", request: Request, known: "Known") -> Answer:
    """200 with records, but for prices that Orb has no model for."""
    shown = [each for each in page.rows if not isinstance(each, Price) or can_show(each)]
    cursor = cursors.next_cursor(page)
    return Answer(
        200,
        {
            "data": [_written(each, known) for each in shown],
            "pagination_metadata": {"has_more": cursor is not None, "next_cursor": cursor},
        },
    )


def _written(record: "Record", known: "Known") -> dict[str, Any]:
    if isinstance(record, Product):
        return write_item(record)
    assert isinstance(record, Price)
    product = known.found_as(Product, record.product)
    return write_price(record, product.name if product else record.product_name)

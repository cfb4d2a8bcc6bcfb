"""Get one record, by its id or by a value that names it, and list them."""

from collections.abc import Mapping
from dataclasses import replace

from farebox import clock, dialects
from farebox.billing.catalogue import Price, Product
from farebox.billing.checkouts import Checkout, as_of
from farebox.billing.discounts import Discount
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Record
from farebox.handler import Answer, Request
from farebox.limits import MAXIMUM_REFERENCE
from farebox.paging import Page, Paging
from farebox.problems import FieldErrors, NotFound
from farebox.storage.listing import page, page_of_shared
from farebox.storage.load import load, load_more

KINDS: Mapping[str, type[Record]] = {
    "products": Product,
    "prices": Price,
    "customers": Customer,
    "discounts": Discount,
    "payment_methods": PaymentMethod,
    "orders": Order,
    "checkouts": Checkout,
}
LISTED_BY_CUSTOMER = (Order, Checkout, PaymentMethod)


def get(request: Request, collection: str, value: str, by: str = "id") -> Answer:
    """GET one of a collection. Raises ``NotFound``, for another organization's likewise."""
    kind = KINDS[collection]
    this = Reference(kind, value, by)
    loaded = load(request, f"{collection}:read", [this])
    record = loaded.known.found.get(this)
    if record is None:
        raise NotFound(f"There is no such {kind.kind.replace('_', ' ')}")
    dialect, record = dialects.of(request), as_of_now(record)
    return dialect.write(record, load_more(loaded, dialect.expands([record])))


def list_newest_first(request: Request, collection: str) -> Answer:
    """GET a page of a collection, of one customer's, or of what a value names: one record, or in
    lists that go by page number all that share it."""
    dialect, kind = dialects.of(request), KINDS[collection]
    customer_filter = ("customer",) if kind in LISTED_BY_CUSTOMER else ()
    paging = dialect.read_page(request, (*names_of(kind), *customer_filter), kind.prefix)
    named = [name for name in (*names_of(kind), *customer_filter) if name in request.query]
    errors = FieldErrors()
    for name in named[1:]:
        errors.add(name, "excluded", f"Not together with {named[0]}")
    for name in named:
        if len(request.query[name]) > MAXIMUM_REFERENCE:
            errors.add(name, "string_too_long", f"At most {MAXIMUM_REFERENCE} characters")
    errors.raise_if_any()
    by = next((name for name in named if name != "customer"), None)
    if by is None:
        loaded = load(request, f"{collection}:read")
        found = page(loaded.tenant, kind, paging, request.query.get("customer"))
    elif by in kind.shared and paging.number is not None:
        loaded = load(request, f"{collection}:read")
        found = page_of_shared(loaded.tenant, kind, by, request.query[by], paging)
    else:
        this = Reference(kind, request.query[by], by)
        loaded = load(request, f"{collection}:read", [this])
        found = _page_of_one(loaded.known.found.get(this), paging)
    shown = replace(found, rows=[as_of_now(record) for record in found.rows])
    return dialect.write_page(shown, request, load_more(loaded, dialect.expands(shown.rows)))


def as_of_now(record: Record) -> Record:
    """A checkout that nobody has paid in time reads as expired, though nobody wrote that down."""
    return as_of(record, clock.now()) if isinstance(record, Checkout) else record


def _page_of_one(record: Record | None, paging: Paging) -> Page[Record]:
    """The one record that a value names, which stands on the first page and on no other."""
    rows = [] if record is None else [record]
    return Page(rows if paging.number in (None, 1) else [], total=len(rows))


def names_of(kind: type[Record]) -> tuple[str, ...]:
    """The fields by whose value a record of this kind can be found."""
    return kind.unique + kind.shared

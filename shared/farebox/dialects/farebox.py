"""Our own language: the union of what five billing systems can express, in one vocabulary."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from farebox import cursors
from farebox.handler import RETRY_AFTER_SECONDS, Answer, Json, Request
from farebox.paging import Page, Paging
from farebox.problems import (
    FieldError,
    MethodNotAllowed,
    Problem,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from farebox.validation import documents
from farebox.validation.check import Input, check

if TYPE_CHECKING:
    from farebox.billing.catalogue import Price, Product
    from farebox.billing.known import Known, Reference
    from farebox.billing.orders import Order
    from farebox.billing.payers import Customer, PaymentMethod
    from farebox.billing.records import Event, Kept, Record
    from farebox.pricing.quote import Quote

PROBLEM_TYPES = "urn:farebox:problem:"

Shape = TypeVar("Shape", bound=Input)


def read(shape: type[Shape], request: Request) -> Shape:
    """The body of a request as a ``shape``. Raises ``InvalidRequest``."""
    return check(shape, documents.read(request.body))


def read_optional(shape: type[Shape], request: Request) -> Shape:
    """The same, where no body at all is an empty one."""
    return read(shape, request) if request.body else check(shape, {})


def read_page(request: Request, filters: Sequence[str], prefix: str) -> Paging:
    """``limit`` and ``cursor`` of a list; refuses parameters that the list does not have."""
    return cursors.read_page(request.query, filters, prefix)


def expands(records: Sequence["Record"]) -> Iterable["Reference"]:
    """Nothing: what an answer refers to is named by its id."""
    return ()


def write_created(kept: "Kept", known: "Known") -> Answer:
    """201 with the record; a replay of an earlier answer says so in a header."""
    return Answer(201, document(kept.record), _replayed(kept))


def write(record: "Record", known: "Known") -> Answer:
    """200 with the record."""
    return Answer(200, document(record))


def write_done(kept: "Kept", known: "Known") -> Answer:
    """200 with the record; a replay of an earlier answer says so in a header."""
    return Answer(200, document(kept.record), _replayed(kept))


def write_event(event: "Event") -> Answer:
    """200 with the event."""
    return Answer(200, _event(event))


def write_events(page: "Page[Event]") -> Answer:
    """200 with events, and the cursor of the next page where there is one."""
    return _page([_event(event) for event in page.rows], cursors.next_cursor(page))


def write_page(page: "Page[Record]", request: Request, known: "Known") -> Answer:
    """200 with records, and the cursor of the next page where there is one."""
    return _page([document(record) for record in page.rows], cursors.next_cursor(page))


def write_list(rows: Sequence[Json]) -> Answer:
    """Rows that are worked out and not kept, all of them."""
    return _page(rows, None)


def write_quote(quote: "Quote", currency: str, formatted: str | None) -> Answer:
    """An amount that was worked out and not kept."""
    shown = {} if formatted is None else {"formatted_amount": formatted}
    return Answer(200, {"object": "quote", "currency": currency, **_fields(quote), **shown})


def write_problem(problem: Problem, request: Request) -> Answer:
    """RFC 9457, with ``code`` and ``param`` of the first broken rule and all of them in
    ``errors``."""
    headers = {}
    if isinstance(problem, Unavailable):
        headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    if isinstance(problem, RateLimited):
        headers["retry-after"] = str(problem.retry_after_seconds)
    if isinstance(problem, Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    if isinstance(problem, MethodNotAllowed):
        headers["allow"] = ", ".join(problem.allowed)
    body = {
        "type": PROBLEM_TYPES + problem.code,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "param": problem.param or None,
        "request_id": request.request_id,
        "errors": [
            {"param": error.param or None, "code": error.code, "message": error.message}
            for error in problem.errors or _named(problem)
        ],
    }
    return Answer(problem.status, body, headers, "application/problem+json")


def _page(rows: Sequence[Json], next_cursor: str | None) -> Answer:
    page = {"data": rows, "has_more": next_cursor is not None, "next_cursor": next_cursor}
    return Answer(200, page)


def _replayed(kept: "Kept") -> dict[str, str]:
    return {"idempotency-replayed": "true"} if kept.replayed else {}


def _event(event: "Event") -> dict[str, Any]:
    return {
        "id": event.id,
        "object": "event",
        "type": event.type,
        "livemode": event.livemode,
        "created_at": event.created_at,
        "data": document(event.record),
    }


def _named(problem: Problem) -> Sequence[FieldError]:
    """The field that a problem is about, where it names one."""
    if not problem.param:
        return ()
    return (FieldError(problem.param, problem.code, problem.detail),)


def document(record: "Record") -> dict[str, Any]:
    """A record in our own words: its fields, under the names that requests use."""
    document = {"id": record.id, "object": record.kind, **_fields(record)}
    document.pop("version")
    write_own = _OWN.get(record.kind)
    return write_own(document, record) if write_own else document


def _fields(record: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(record, field.name)) for field in fields(record)}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _fields(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _product(document: dict[str, Any], product: "Product") -> dict[str, Any]:
    for name in ("invoice_name", "sku", "model"):
        del document[name]
    default_price = product.default_price.id if product.default_price else None
    return {**document, "default_price": default_price}


def _price(document: dict[str, Any], price: "Price") -> dict[str, Any]:
    for name in ("model", "config", "currency_options"):
        del document[name]
    options = {"currency_options": price.currency_options} if price.currency_options else {}
    kind = "recurring" if price.is_recurring else "one_time"
    return {**document, "type": kind, **_terms(price.model, price.config), **options}


def _order(document: dict[str, Any], order: "Order") -> dict[str, Any]:
    for name in _ORDER_INTERNALS:
        del document[name]
    for attempt in document["attempts"]:
        del attempt["token"]
    return {
        **_lines(document, order),
        "outstanding_amount": order.outstanding_amount,
        "next_attempt_at": order.next_attempt_at,
        "in_doubt": order.in_doubt,
    }


def _customer(document: dict[str, Any], customer: "Customer") -> dict[str, Any]:
    kept_back = ("due_at", "rearmed_to", "rearms_left")
    said_elsewhere = ("type", "country", "default_currency", "timezone")
    for name in (*kept_back, *said_elsewhere):
        del document[name]
    default = customer.default_payment_method
    return {**document, "default_payment_method": default.id if default else None}


def _checkout(document: dict[str, Any], checkout: Any) -> dict[str, Any]:
    for name in ("due_at", "signed_by"):
        del document[name]
    named = {"checkout_url" if name == "page" else name: document[name] for name in document}
    return _lines(named | {"checkout_url": checkout.checkout_url}, checkout)


def _payment_method(document: dict[str, Any], method: "PaymentMethod") -> dict[str, Any]:
    for name in ("token", "only_for", "kept_once_paid"):
        del document[name]
    return document


def _lines(document: dict[str, Any], record: Any) -> dict[str, Any]:
    for written, line in zip(document["line_items"], record.line_items, strict=True):
        written["object"] = "line_item"
        del written["described"]
        if line.price_data is not None:
            inline = dict(line.price_data)
            currency, model = inline.pop("currency"), inline.pop("model")
            terms = _terms(model, inline)
            written["price_data"] = {"currency": currency, **terms, **line.described}
    return document


def _terms(model: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """A price's terms as they came: one of Orb's models, or one of Stripe's forms."""
    if not model.startswith("stripe_"):
        return {"model_type": model, f"{model}_config": config}
    scheme = "tiered" if "tiers" in config else "per_unit"
    return {"billing_scheme": scheme, **config}


# What only the charge worker goes by.
_ORDER_INTERNALS = (
    *("intent_generation", "due_at", "held_until", "epoch", "unresolved_claims", "command"),
    *("trigger", "retries", "resume_at", "rearm"),
)

_OWN: Mapping[str, Any] = {
    "product": _product,
    "price": _price,
    "order": _order,
    "customer": _customer,
    "payment_method": _payment_method,
    "checkout": _checkout,
}

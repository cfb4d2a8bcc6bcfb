"""How Polar says no: a status and an ``error`` per cause, and broken rules as FastAPI lists them.

Polar's SDK knows only some statuses of each operation, and checks their ``error`` to the letter.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from farebox.handler import RETRY_AFTER_SECONDS, Answer, Request
from farebox.problems import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidAsSent,
    InvalidRequest,
    KeyReused,
    MalformedBody,
    MethodNotAllowed,
    NotFound,
    Problem,
    TooLarge,
    Unauthenticated,
    Unavailable,
    ValueTaken,
)


def theirs(errors: Iterable[FieldError], request: Request) -> list[FieldError]:
    """Broken rules under Polar's names of the fields, one for each field."""
    names = (*_NAMES.get(_collection(request), ()), *_NAMES[""])
    found: dict[str, FieldError] = {}
    for error in errors:
        param = _translated(error.param, names)
        found.setdefault(param, FieldError(param, error.code, error.message))
    return list(found.values())


def write_problem(problem: Problem, request: Request) -> Answer:
    """The answer to a request that was refused."""
    if isinstance(problem, InvalidRequest):
        as_sent = isinstance(problem, InvalidAsSent | MalformedBody | TooLarge)
        errors = problem.errors if as_sent else theirs(problem.errors, request)
        return _broken_rules(errors, request)
    if isinstance(problem, ValueTaken):
        taken = FieldError(problem.param, "value_error", problem.detail)
        return _broken_rules(theirs([taken], request), request)
    if isinstance(problem, KeyReused):
        reused = FieldError("Idempotency-Key", "value_error", problem.detail)
        return _broken_rules([reused], request)
    if isinstance(problem, NotFound | MethodNotAllowed):
        return refusal(404, "ResourceNotFound", problem.detail)
    if isinstance(problem, Conflict):
        status, error = _CONFLICTS.get(problem.code, (409, "Conflict"))
        return refusal(status, error, problem.detail)
    if isinstance(problem, Unauthenticated):
        return refusal(401, "Unauthorized", problem.detail, {"www-authenticate": "Bearer"})
    if isinstance(problem, Forbidden):
        finalizes = request.route.endswith("/finalize")
        error = "OffSessionChargesNotEnabled" if finalizes else "NotPermitted"
        return refusal(403, error, problem.detail)
    if isinstance(problem, Unavailable):
        headers = {"retry-after": str(RETRY_AFTER_SECONDS)}
        return refusal(503, "ServiceUnavailable", problem.detail, headers)
    return refusal(500, "InternalServerError", problem.detail)


def refusal(
    status: int, error: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Answer:
    """Polar's body of every error but broken rules."""
    return Answer(status, {"error": error, "detail": detail, **more}, headers or {})


def _broken_rules(errors: Iterable[FieldError], request: Request) -> Answer:
    detail = [
        {"type": error.code, "loc": _location(error.param, request), "msg": error.message}
        for error in errors
    ]
    return Answer(422, {"error": "RequestValidationError", "detail": detail})


def _location(param: str, request: Request) -> list[str | int]:
    if param == "Idempotency-Key":
        return ["header", "idempotency-key"]
    start = "query" if request.method == "GET" else "body"
    free, dot, key = param.partition(".")
    if dot and free in ("metadata", "custom_field_data"):
        return [start, free, key]
    parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", param)
    return [start, *(int(place) if place else name for place, name in parts)]


def _collection(request: Request) -> str:
    """``orders`` of ``/v1/orders/…``."""
    return request.route.removeprefix("/v1/").partition("/")[0]


def _translated(param: str, names: Iterable[tuple[str, str]]) -> str:
    for pattern, name in names:
        if re.fullmatch(pattern, param):
            return re.sub(pattern, name, param)
    return param


# Ours, as patterns, and Polar's; of two that match, the earlier one holds.
_NAMES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "orders": (
        (r"line_items\[0\]\.quantity", "units"),
        (r"line_items\[0\]\.description", "description"),
        (r"line_items.*", "product_id"),
    ),
    "products": (
        (r"product_data\.(.*)", r"\1"),
        (r"product\.active", "is_archived"),
        (r"product\.(.*)", r"\1"),
        (r"active", "is_archived"),
        (r"(price\.)?unit_amount", "prices[0].price_amount"),
        (r"(price\.)?currency", "prices[0].price_currency"),
        (r"currency_options.*|price|default_price", "prices"),
    ),
    "checkouts": ((r"product", "products[0]"), (r"line_items.*", "products")),
    "": ((r"customer", "customer_id"), (r"payment_method", "payment_method_id")),
}

_CONFLICTS: Mapping[str, tuple[int, str]] = {
    "charge_in_progress": (409, "PaymentAlreadyInProgress"),
    "order_not_draft": (412, "OrderNotDraft"),
    "order_paid": (412, "OrderNotDraft"),
    "order_canceled": (412, "OrderNotDraft"),
    "paid_on_checkout_page": (412, "OrderNotDraft"),
    "attempt_limit": (429, "ManualRetryLimitExceeded"),
    "no_processor": (403, "OrganizationNotReadyForPayments"),
    "customer_deleted": (404, "ResourceNotFound"),
}

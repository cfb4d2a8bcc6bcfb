"""Refusals in Orb's form. Its SDK goes by ``type`` first, then by the status.

request breaks a rule     400  request validation, all broken rules in ``validation_errors``
item unknown or archived  400  constraint violation
value taken               400  duplicate
no valid key              401  authentication error
nothing there             404  resource, URL, or an operation of Orb's that Farebox has not
conflict                  409  resource conflict; sent again only where that can help
too large                 413  request, or what would be kept of it
our fault                 500  internal server error; 503 where the same request may yet succeed
"""

import re
from dataclasses import dataclass

from farebox.dialects.orb.requests import OURS
from farebox.handler import RETRY_AFTER_SECONDS, Answer, Request
from farebox.problems import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    Problem,
    StateChanged,
    TooLarge,
    Unauthenticated,
    Unavailable,
    ValueTaken,
)
from farebox.validation.check import MAXIMUM_PARAM

TYPES = "https://docs.withorb.com/reference/error-responses#"
# RFC 9457's for an answer that its status explains: Orb has no type for this one.
NO_TYPE = "about:blank"
NOT_SHOWN = "not_expressible"

# What a decision finds wrong, in the words of a caller who knows items, not products.
_CONSTRAINTS = {
    "unknown_product": "There is no such item",
    "product_inactive": "This item is archived",
}
_THEIRS = {ours: theirs for theirs, ours in OURS.items()}
_RECORD = re.compile(
    r"/(price)s/(?:external_price_id/.+|[^/]+)|/(item)s/[^/]+(?:/archive)?", re.DOTALL
)
_EVALUATION = re.compile(r"/prices/(?:[^/]+/)?evaluate(?:_preview_events)?")
_NOT_HERE = frozenset(
    (
        *("alerts", "beta", "coupons", "credit_blocks", "credit_notes", "customers"),
        *("dimensional_price_groups", "events", "ingest", "invoice_line_items", "invoices"),
        *("license_types", "licenses", "metrics", "plans", "subscription_changes"),
        *("subscriptions", "webhook_endpoints"),
    )
)


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    type: str
    title: str
    detail: str | None


def write_problem(problem: Problem, request: Request) -> Answer:
    """A problem as Orb tells it; ``detail`` is null where ``validation_errors`` has it all."""
    refusal = _refusal(problem, request)
    kind = refusal.type if refusal.type == NO_TYPE else TYPES + refusal.type
    body = {
        "status": refusal.status,
        "type": kind,
        "title": refusal.title,
        "detail": refusal.detail,
    }
    if refusal.detail is None:
        body["validation_errors"] = [_told(error) for error in problem.errors]
    return Answer(refusal.status, body, _headers(problem, refusal))


def _headers(problem: Problem, refusal: _Refusal) -> dict[str, str]:
    if isinstance(problem, Unauthenticated):
        return {"www-authenticate": "Bearer"}
    if isinstance(problem, Unavailable):
        return {"retry-after": str(RETRY_AFTER_SECONDS)}
    if refusal.status == Conflict.status and not isinstance(problem, StateChanged):
        return {"x-should-retry": "false"}
    return {}


def _refusal(problem: Problem, request: Request) -> _Refusal:
    if isinstance(problem, InvalidRequest):
        return _broken(problem)
    if isinstance(problem, NotFound | MethodNotAllowed):
        return _missing(problem, request)
    detail = problem.detail
    if isinstance(problem, Unauthenticated):
        return _Refusal(401, "401-authentication-error", "Authentication error", detail)
    if isinstance(problem, Forbidden):
        return _Refusal(403, NO_TYPE, "Forbidden", detail)
    if isinstance(problem, ValueTaken):
        return _Refusal(400, "400-duplicate-resource-creation", "Duplicate", detail)
    if isinstance(problem, Conflict):
        return _Refusal(409, "409-resource-conflict", "Conflict", detail)
    return _Refusal(problem.status, "500-internal-server-error", "Server error", detail)


def _broken(problem: InvalidRequest) -> _Refusal:
    if isinstance(problem, TooLarge):
        what = "resource" if problem.code == "record_too_large" else "request"
        return _Refusal(413, f"413-{what}-too-large", "Too large", problem.detail)
    if problem.code in _CONSTRAINTS:
        told = _told(problem.errors[0])
        return _Refusal(400, "400-constraint-violation", "Constraint violation", told)
    return _Refusal(400, "400-request-validation-errors", "Request validation error", None)


def _missing(problem: Problem, request: Request) -> _Refusal:
    path = re.sub("^/v1(?=/|$)", "", request.route) or "/"
    if problem.code == NOT_SHOWN:
        return _Refusal(404, "404-feature-not-available", "Not available", problem.detail)
    if path.split("/")[1] in _NOT_HERE or _EVALUATION.fullmatch(path):
        detail = f"Farebox has no {request.method} {path[:MAXIMUM_PARAM]}"
        return _Refusal(404, "404-feature-not-available", "Not available", detail)
    record = _RECORD.fullmatch(path)
    if record is None or isinstance(problem, MethodNotAllowed):
        return _Refusal(404, "404-url-not-found", "Not found", "There is no such URL")
    detail = f"There is no such {record[1] or record[2]}"
    return _Refusal(404, "404-resource-not-found", "Not found", detail)


def _told(error: FieldError) -> str:
    """A broken rule under the name that the caller gave the field."""
    message = _CONSTRAINTS.get(error.code, error.message)
    param = error.param if error.code == "unknown_field" else _THEIRS.get(error.param, error.param)
    return f"{param}: {message}" if param else message

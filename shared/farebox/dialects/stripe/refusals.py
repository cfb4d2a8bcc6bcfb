"""Refusals in Stripe's words: an ``error`` object with a type, a code and the form's own names."""

import re
from collections.abc import Mapping
from typing import Any

from farebox.dialects.stripe import forms, requests
from farebox.handler import RETRY_AFTER_SECONDS, Answer, Request
from farebox.problems import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidAsSent,
    InvalidRequest,
    KeyReused,
    MethodNotAllowed,
    NotFound,
    OutcomeUnknown,
    Problem,
    StateChanged,
    Unauthenticated,
    Unavailable,
)

BAD_REQUEST = 400
INVALID = "invalid_request_error"
SHOULD_RETRY = "stripe-should-retry"

# Ours, where Stripe has a word for the same; every other code stays.
CODES: Mapping[str, str] = {
    "required": "parameter_missing",
    "unknown_field": "parameter_unknown",
    "read_only_field": "parameter_unknown",
    "unknown_parameter": "parameter_unknown",
    "excluded": "parameters_exclusive",
    "invalid_url": "url_invalid",
    "invalid_email": "email_invalid",
    "control_character": "invalid_characters",
    "string_too_short": "parameter_invalid_empty",
}
_MISSING = re.compile("unknown_(price|product|customer|discount|payment_method|checkout)")
_NOUNS = {"discount": "coupon", "payment_method": "PaymentMethod"}
_RECORDS = (
    (re.compile("/v1/prices/(?!search$)([^/]+)"), "price", "price"),
    (re.compile("/v1/products/(?!search$)([^/]+)"), "product", "id"),
    (re.compile("/v1/customers/(?!search$)([^/]+)"), "customer", "id"),
    (
        re.compile("/v1/checkout/sessions/([^/]+)(?:/expire|/line_items)?"),
        "checkout.session",
        "session",
    ),
)
MAXIMUM_VALUE = 100


def write(problem: Problem, request: Request) -> Answer:
    """The status, body and headers by which Stripe's SDKs know this class of problem."""
    if isinstance(problem, KeyReused):
        message = "Keys for idempotent requests can only be used with the same parameters."
        return _final(_error("idempotency_error", message))
    if isinstance(problem, InvalidRequest):
        return _final(_invalid(problem, request))
    if isinstance(problem, Unauthenticated):
        message = f"Invalid API Key provided. {problem.detail}"
        return Answer(401, _error(INVALID, message), {"www-authenticate": "Bearer"})
    if isinstance(problem, Forbidden):
        return Answer(403, _error(INVALID, problem.detail, problem.code))
    if isinstance(problem, NotFound | MethodNotAllowed):
        return Answer(404, _not_found(problem, request))
    if isinstance(problem, StateChanged):
        return _again(409, _error(INVALID, problem.detail, "lock_timeout"))
    if isinstance(problem, Conflict):
        taken = problem.code.endswith("_taken")
        code = "resource_already_exists" if taken else problem.code
        param = requests.at(request.route).path(problem.param) or None
        return _final(_error(INVALID, problem.detail, code, param))
    if isinstance(problem, Unavailable):
        error = _error("api_error", problem.detail, problem.code)
        known = not isinstance(problem, OutcomeUnknown) or "idempotency-key" in request.headers
        return _again(503, error) if known else Answer(503, error, {SHOULD_RETRY: "false"})
    return Answer(problem.status, _error("api_error", problem.detail, problem.code))


def _invalid(problem: InvalidRequest, request: Request) -> dict[str, Any]:
    """The first broken rule, as Stripe tells of one at a time."""
    (error, *_) = problem.errors
    if isinstance(problem, InvalidAsSent):
        return _error(INVALID, error.message, _code(error), error.param or None)
    param = requests.at(request.route).path(error.param)
    message = error.message
    # Of product and product_data exactly one is required: what is wrong may be that both are there.
    if error.code == "required" and not error.param.endswith("product"):
        message = f"Missing required param: {param}."
    missing = _MISSING.fullmatch(error.code)
    if missing:
        noun = _NOUNS.get(missing[1], missing[1])
        value = forms.sent(request).get(param, "")[:MAXIMUM_VALUE]
        message = f"No such {noun}: '{value}'"
    return _error(INVALID, message, _code(error), param or None)


def _code(error: FieldError) -> str:
    missing = _MISSING.fullmatch(error.code)
    return "resource_missing" if missing else CODES.get(error.code, error.code)


def _not_found(problem: Problem, request: Request) -> dict[str, Any]:
    if isinstance(problem, NotFound):
        for path, noun, param in _RECORDS:
            found = path.fullmatch(request.route)
            if found:
                message = f"No such {noun}: '{found[1][:MAXIMUM_VALUE]}'"
                return _error(INVALID, message, "resource_missing", param)
    url = f"{request.method}: {request.route[:MAXIMUM_VALUE]}"
    return _error(INVALID, f"Unrecognized request URL ({url}).")


def _error(
    kind: str, message: str, code: str | None = None, param: str | None = None
) -> dict[str, Any]:
    error = {"type": kind, "message": message, "code": code, "param": param}
    return {"error": {name: value for name, value in error.items() if value is not None}}


def _final(body: Mapping[str, Any]) -> Answer:
    """400, of which the same request would get another."""
    return Answer(BAD_REQUEST, body, {SHOULD_RETRY: "false"})


def _again(status: int, body: Mapping[str, Any]) -> Answer:
    """Nothing was kept, or is kept once: the same request may do better."""
    return Answer(status, body, {SHOULD_RETRY: "true", "retry-after": str(RETRY_AFTER_SECONDS)})

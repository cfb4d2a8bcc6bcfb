"""Refusals in Creem's form: a trace, a status with its name, and sentences.

request breaks a rule       400  every broken rule is a sentence; so is a value that is taken
no key                      401  and a key of another system, here
no valid key                403  and one that may not do that
nothing there               404  also for products and customers named in a request, and methods
conflict                    409  also a request_id that was used for something else
too large                   413
our fault                   500  503 where the same request may yet succeed
"""

import re
from collections.abc import Iterator, Mapping

from farebox import clock
from farebox.dialects.creem import checkouts, customers, discounts, products
from farebox.dialects.creem.body import TOLD
from farebox.handler import RETRY_AFTER_SECONDS, Answer, Request
from farebox.problems import (
    Conflict,
    FieldError,
    InvalidRequest,
    KeyReused,
    MethodNotAllowed,
    NotFound,
    OtherDialect,
    Problem,
    TooLarge,
    Unauthenticated,
    Unavailable,
    ValueTaken,
)

NAMES: Mapping[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Payload Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
NOT_FOUND: Mapping[str, str] = {
    "unknown_product": "Product not found",
    "unknown_customer": "Customer not found",
}
PARAMS: Mapping[str, Mapping[str, str]] = {
    "checkouts": checkouts.PARAMS,
    "customers": customers.PARAMS,
    "discounts": discounts.PARAMS,
    "products": products.PARAMS,
}

_CREDENTIALS = ("x-api-key", "authorization")


def write_problem(problem: Problem, request: Request) -> Answer:
    """The refusal that Creem's SDKs know by its status."""
    status = _status(problem, request)
    body = {
        "trace_id": request.request_id,
        "status": status,
        "error": NAMES[status],
        "message": list(_sentences(problem, request)),
        "timestamp": int(clock.now().timestamp() * 1000),
    }
    retry = {"retry-after": str(RETRY_AFTER_SECONDS)} if isinstance(problem, Unavailable) else {}
    return Answer(status, body, retry)


def _status(problem: Problem, request: Request) -> int:
    if isinstance(problem, Unauthenticated):
        other = isinstance(problem, OtherDialect)
        return 403 if _has_key(request) and not other else 401
    if isinstance(problem, NotFound | MethodNotAllowed) or _missing(problem):
        return 404
    if isinstance(problem, ValueTaken):
        return 400
    if isinstance(problem, Conflict):
        return 409
    if isinstance(problem, InvalidRequest) and not isinstance(problem, TooLarge):
        return 400
    return problem.status


def _sentences(problem: Problem, request: Request) -> Iterator[str]:
    missing = _missing(problem)
    if missing:
        yield from missing
    elif isinstance(problem, Unauthenticated):
        yield "Invalid API key" if _has_key(request) else "Missing API key"
    elif isinstance(problem, MethodNotAllowed):
        yield f"Cannot {request.method} {request.route}"
    elif isinstance(problem, KeyReused):
        yield "This request_id or Idempotency-Key was used before for another request"
    elif not problem.errors:
        yield problem.detail
    for error in () if missing else problem.errors:
        param = _param(error, request)
        yield f"{param}: {error.message}" if param else error.message


def _missing(problem: Problem) -> list[str]:
    """What a request names and nobody has, where that is all that is wrong with it."""
    if not problem.errors or any(error.code not in NOT_FOUND for error in problem.errors):
        return []
    return [NOT_FOUND[error.code] for error in problem.errors]


def _has_key(request: Request) -> bool:
    return any(request.headers.get(name, "").strip() for name in _CREDENTIALS)


def _param(error: FieldError, request: Request) -> str:
    """Creem's name for a field of ours; of what an object of ours holds, where it has none."""
    if error.param.startswith(TOLD):
        return error.param.removeprefix(TOLD)
    collection = (request.route.split("/") + [""] * 3)[2]
    for ours, theirs in PARAMS.get(collection, {}).items():
        if re.match(rf"{re.escape(ours)}(?![a-z_])", error.param):
            return theirs or error.param[len(ours) :].lstrip(".")
    return error.param

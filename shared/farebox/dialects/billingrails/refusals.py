"""Refusals: one of the eight codes that are published, and fields by the names callers know.

400 validation_error       whatever is wrong with a request or with what it is asked of
401 unauthorized           403 forbidden
404 not_found              invalid_request_url where nothing is ever found
405 method_not_allowed     503 and 500 internal_server_error, with nothing kept
409 internal_server_error  it is not known whether what was sent is kept: no SDK repeats it
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from farebox.handler import RETRY_AFTER_SECONDS, Answer, Request
from farebox.problems import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidRequest,
    MalformedBody,
    MethodNotAllowed,
    NotFound,
    OutcomeUnknown,
    Problem,
    StateChanged,
    Unauthenticated,
    Unavailable,
    ValueTaken,
)

INVALID = "invalid_request_error"
AUTHENTICATION = "authentication_error"
OURS = "api_error"

_PREFIX = re.compile(r"^(/v1)?(/seller(?=/(orders|products)))?(?=/)")
_ONE = re.compile(r"/(orders|accounts|products)/[^/]+(/(cancel|archive|unarchive))?")
_NOUNS = {"orders": "order", "accounts": "account", "products": "product"}

Names = Sequence[tuple[re.Pattern[str], str]]


@dataclass(frozen=True, slots=True)
class Spoken(FieldError):
    """A broken rule whose field is named in this language already."""


def path(request: Request) -> str:
    """The path behind ``/v1`` and ``/seller``, which may be there."""
    return _PREFIX.sub("", request.route)


def resource(request: Request) -> str:
    """What a path is about: ``orders``, ``accounts``, ``products`` or something unknown."""
    return path(request).split("/")[1]


def answer(problem: Problem, request: Request) -> Answer:
    """A refusal, whatever its cause."""
    if isinstance(problem, InvalidRequest | Conflict) and not isinstance(problem, StateChanged):
        return _invalid(problem, request)
    if isinstance(problem, Unauthenticated):
        headers = {"www-authenticate": "Bearer"}
        return _answer(401, AUTHENTICATION, "unauthorized", "Invalid API key", headers)
    if isinstance(problem, Forbidden):
        return _answer(403, AUTHENTICATION, "forbidden", problem.detail)
    if isinstance(problem, NotFound):
        return _not_found(request)
    if isinstance(problem, MethodNotAllowed):
        headers = {"allow": ", ".join(problem.allowed)}
        return _answer(405, INVALID, "method_not_allowed", problem.detail, headers)
    if isinstance(problem, OutcomeUnknown) and _would_be_repeated(request):
        message = "It is not known whether this was kept: look before you send it again"
        return _answer(409, OURS, "internal_server_error", message)
    if isinstance(problem, Unavailable | StateChanged):
        headers = {"retry-after": str(RETRY_AFTER_SECONDS)}
        message = "There was no answer in time; try again"
        return _answer(503, OURS, "internal_server_error", message, headers)
    return _answer(500, OURS, "internal_server_error", problem.detail)


def _would_be_repeated(request: Request) -> bool:
    """Whether the same request once more could make a second record."""
    return request.method == "POST" and "idempotency-key" not in request.headers


def _not_found(request: Request) -> Answer:
    if _ONE.fullmatch(path(request)):
        noun = _NOUNS[resource(request)]
        return _answer(404, INVALID, "not_found", f"There is no such {noun}")
    return _answer(404, INVALID, "invalid_request_url", "There is nothing at this URL")


def _invalid(problem: Problem, request: Request) -> Answer:
    details: dict[tuple[str, str], dict[str, str]] = {}
    for error in problem.errors or _named(problem):
        field, message = error.param, error.message
        if not isinstance(error, Spoken) and not isinstance(problem, MalformedBody):
            field, message = _translated(field, request), _said(message)
        if isinstance(problem, ValueTaken):
            noun = _NOUNS.get(resource(request), "record")
            message = f"This {field} belongs to another {noun}"
        details.setdefault((field, error.code), {"field": field, "message": message})
    fields = [each for each in details.values() if each["field"]]
    first = next(iter(details.values()), {"field": "", "message": _said(problem.detail)})
    told = f"{first['field']}: {first['message']}" if first["field"] else first["message"]
    message = told if isinstance(problem, Conflict) else f"Validation failed: {told}"
    return _answer(400, INVALID, "validation_error", message, details=fields)


def _named(problem: Problem) -> Sequence[FieldError]:
    if not problem.param:
        return ()
    return (FieldError(problem.param, problem.code, problem.detail),)


def _translated(param: str, request: Request) -> str:
    """One of our fields as this language names it."""
    for pattern, name in _NAMES.get(resource(request), ()):
        if pattern.search(param):
            param = pattern.sub(name, param, count=1)
            break
    # The older SDK's products have their amount beside their name, not in a price.
    return param.removeprefix("price.") if "/seller/" in request.route else param


def _said(message: str) -> str:
    return message.replace("customer", "account")


def _answer(
    status: int,
    kind: str,
    code: str,
    message: str,
    headers: Mapping[str, str] | None = None,
    details: Sequence[Any] = (),
) -> Answer:
    body = {"type": kind, "code": code, "message": message, "details": details}
    return Answer(status, body, headers or {})


def _names(*pairs: tuple[str, str]) -> Names:
    return [(re.compile(pattern), name) for pattern, name in pairs]


_NAMES: Mapping[str, Names] = {
    "orders": _names(
        (r"^customer$", "account_id"),
        (r"^line_items\[\d+\]\.price_data\.currency$", "currency"),
        (r"\.(price_data\.)?product$", ".product_id"),
        (r"\.price_data\b.*$", ".unit_amount"),
        # Whether and when to charge is not for the caller to say.
        (r"^(collection|payment_method)$", ""),
    ),
    "products": _names(
        (r"^(product_data\.)?external_id$", "code"),
        (r"^(product_data\.)?active$", "status"),
        (r"^currency$", "price.currency"),
        (r"^(unit_amount|unit_amount_decimal|tiers)\b.*$", "price.amount"),
        (r"^product_data\.", ""),
    ),
}

"""Every error that Farebox answers with.

    Problem                    code, status, a sentence for the caller
    ├── InvalidRequest   422   fields that break a rule, all of them at once
    │   ├── InvalidAsSent 422  its fields go by the names that the caller's language has for them
    │   ├── MalformedBody 400  the body cannot be read at all
    │   └── TooLarge     413   body or record over its limit
    ├── Unauthenticated  401   no key, or none that is valid
    │   └── OtherDialect 401   the key is bound to another language
    ├── Forbidden        403   the key lacks the scope
    ├── NotFound         404   unknown, or another organization's
    ├── MethodNotAllowed 405   the path is there, for other methods
    ├── Conflict         409
    │   ├── ValueTaken   409   a unique value belongs to another record
    │   ├── KeyReused    422   Idempotency-Key seen before with another body
    │   └── StateChanged 409   the record changed while this request ran; run again
    ├── RateLimited      429   too many attempts in a while
    └── Unavailable      503   the database did not answer, or not clearly
        └── OutcomeUnknown    nor is it known whether it kept what it was given

A problem is recognised by its class and told to callers by its ``code``, never by its text.
No message carries a key, a stack or another organization's data.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that breaks one rule: ``param`` is its path (``line_items[0].quantity``)."""

    param: str
    code: str
    message: str


class Problem(Exception):
    """An answer that is not the one the caller hoped for."""

    status = 500
    code = "internal_error"
    title = "Something went wrong on our side"

    def __init__(self, detail: str = "", *, code: str = "", param: str = "") -> None:
        super().__init__(detail)
        self.detail = detail or self.title
        self.code = code or self.code
        self.param = param
        self.errors: tuple[FieldError, ...] = ()


class InvalidRequest(Problem):
    status = 422
    code = "invalid_request"
    title = "The request breaks one or more rules"

    def __init__(self, errors: Iterable[FieldError]) -> None:
        errors = tuple(errors)
        first = errors[0]
        super().__init__(first.message, code=first.code, param=first.param)
        self.errors = errors

    def under(self, param: str) -> "InvalidRequest":
        """The same rules, of fields inside ``param``."""
        return InvalidRequest(
            FieldError(f"{param}.{error.param}", error.code, error.message) for error in self.errors
        )


class InvalidAsSent(InvalidRequest):
    """Told apart by languages that else turn our names of fields into their own."""


class MalformedBody(InvalidRequest):
    status = 400
    title = "The body cannot be read"


class TooLarge(InvalidRequest):
    status = 413
    title = "Too large"


class Unauthenticated(Problem):
    status = 401
    code = "invalid_api_key"
    title = "A valid API key is needed: Authorization: Bearer fb_test_… or x-api-key"


class OtherDialect(Unauthenticated):
    """Told apart by languages in which an invalid key has another status than a missing one."""


class Forbidden(Problem):
    status = 403
    code = "insufficient_scope"
    title = "This API key may not do that"


class NotFound(Problem):
    status = 404
    code = "not_found"
    title = "There is nothing here"


class MethodNotAllowed(Problem):
    status = 405
    code = "method_not_allowed"
    title = "This path does not take that method"

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = tuple(allowed)
        super().__init__(f"This path takes {', '.join(self.allowed)}")


class Conflict(Problem):
    status = 409
    code = "conflict"
    title = "The request conflicts with what is stored"


class ValueTaken(Conflict):
    code = "value_taken"
    title = "This value must be unique and belongs to another record"


class KeyReused(Conflict):
    status = 422
    code = "idempotency_key_reused"
    title = "This idempotency key was used before with another request"


class StateChanged(Conflict):
    code = "state_changed"
    title = "The record changed while this request ran; send it again"


class RateLimited(Problem):
    status = 429
    code = "too_many_attempts"
    title = "Too many attempts; try again later"

    def __init__(self, retry_after_seconds: int = 60) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class Unavailable(Problem):
    status = 503
    code = "unavailable"
    title = "Try again; with an Idempotency-Key nothing happens twice"


class OutcomeUnknown(Unavailable):
    """A caller who sends it again without an Idempotency-Key may make a second one."""


class FieldErrors:
    """Collects broken rules, so that a caller hears of all of them in one answer."""

    def __init__(self) -> None:
        self._errors: list[FieldError] = []

    def add(self, param: str, code: str, message: str) -> None:
        self._errors.append(FieldError(param, code, message))

    @property
    def found(self) -> tuple[FieldError, ...]:
        """Everything collected so far."""
        return tuple(self._errors)

    def raise_if_any(self) -> None:
        """Raise ``InvalidRequest`` with everything collected so far."""
        if self._errors:
            raise InvalidRequest(self._errors)

"""A body's bytes as JSON, exactly: decimals stay decimal, and what is ambiguous is refused.

A duplicate key, NaN, a number of absurd size, a lone surrogate or nesting without end would each
mean something different to the next reader, so none is let in.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from farebox.problems import FieldError, MalformedBody, TooLarge

MAXIMUM_BODY_BYTES = 1_000_000
MAXIMUM_DEPTH = 16
MAXIMUM_NUMBER_LENGTH = 40
MAXIMUM_PARAM = 200


def read(body: bytes) -> dict[str, Any]:
    """The object in ``body``; an empty body is an empty object.

    Raises ``TooLarge`` over ``MAXIMUM_BODY_BYTES``, ``MalformedBody`` for anything but one object.
    """
    if len(body) > MAXIMUM_BODY_BYTES:
        message = f"The body has {len(body)} bytes; the limit is {MAXIMUM_BODY_BYTES}"
        raise TooLarge([FieldError("", "body_too_large", message)])
    if not body.strip():
        return {}
    try:
        document = json.loads(
            body.decode("utf-8"),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        raise _malformed("invalid_encoding", "The body is not UTF-8") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise _malformed("invalid_json", f"The body is not JSON: {error.msg} at {place}") from None
    except RecursionError:
        raise _too_deep() from None
    if not isinstance(document, dict):
        raise _malformed("invalid_json", "The body must be a JSON object")
    _refuse_depth_and_surrogates(document, MAXIMUM_DEPTH)
    return document


def _refuse_depth_and_surrogates(value: Any, depth: int) -> None:
    if isinstance(value, dict):
        if depth == 0:
            raise _too_deep()
        for key, item in value.items():
            _refuse_depth_and_surrogates(key, depth)
            _refuse_depth_and_surrogates(item, depth - 1)
    elif isinstance(value, list):
        if depth == 0:
            raise _too_deep()
        for item in value:
            _refuse_depth_and_surrogates(item, depth - 1)
    elif isinstance(value, str) and not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            message = "The body holds half of a surrogate pair"
            raise _malformed("invalid_encoding", message) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        param = twice[:MAXIMUM_PARAM].encode("utf-8", "replace").decode()
        raise _malformed("duplicate_key", f"The key {param!r} stands twice", param)
    return document


def _integer(text: str) -> int:
    if len(text) > MAXIMUM_NUMBER_LENGTH:
        raise _malformed("number_too_long", f"A number has {len(text)} characters")
    return int(text)


def _decimal(text: str) -> Decimal:
    if len(text) > MAXIMUM_NUMBER_LENGTH:
        raise _malformed("number_too_long", f"A number has {len(text)} characters")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _malformed("number_too_large", f"The number {text} is out of range") from None
    if abs(number.adjusted()) > MAXIMUM_NUMBER_LENGTH:
        raise _malformed("number_too_large", f"The number {text} is out of range")
    return number


def _constant(name: str) -> Any:
    raise _malformed("invalid_json", f"{name} is not a JSON number")


def _too_deep() -> MalformedBody:
    return _malformed("nested_too_deep", f"The body nests over {MAXIMUM_DEPTH} levels deep")


def _malformed(code: str, message: str, param: str = "") -> MalformedBody:
    return MalformedBody([FieldError(param, code, message)])

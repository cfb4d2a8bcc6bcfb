"""Form bodies and queries whose keys stand in brackets: a text, or parts by name, at every place.

``line_items[0][price]=price_1`` reads as ``{"line_items": {"0": {"price": "price_1"}}}``: what is a
list, a number or a text is not told by a form, only by who reads it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl

from farebox.handler import Request
from farebox.problems import FieldError, InvalidAsSent, InvalidRequest
from farebox.validation.documents import MAXIMUM_BODY_BYTES

MAXIMUM_FIELDS = 10_000
MAXIMUM_PARTS = 8
MAXIMUM_PARAM = 200
CONTENT_TYPE = "application/x-www-form-urlencoded"

Given = "str | Parts"
Parts = dict[str, "str | Parts"]

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


def refused(param: str, code: str, message: str) -> InvalidAsSent:
    """One field that cannot be taken."""
    return InvalidAsSent([FieldError(param[:MAXIMUM_PARAM], code, message)])


def body(request: Request) -> Parts:
    """The fields of a request's body. Raises ``InvalidAsSent``."""
    return _nested(_pairs(request))


def query(request: Request) -> Parts:
    """The fields of a request's query; the gateway has joined what was repeated by commas."""
    return _nested(_repeated(request.query))


def sent(request: Request) -> Mapping[str, str]:
    """Each field by its whole key, where the body can be read."""
    try:
        return dict(_pairs(request))
    except InvalidRequest:
        return {}


def _pairs(request: Request) -> list[tuple[str, str]]:
    if not request.body:
        return []
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("", CONTENT_TYPE):
        message = f"Invalid request (check that your POST content type is {CONTENT_TYPE})."
        raise refused("", "invalid_content_type", message)
    if len(request.body) > MAXIMUM_BODY_BYTES:
        message = f"The body has {len(request.body)} bytes; the limit is {MAXIMUM_BODY_BYTES}."
        raise refused("", "body_too_large", message)
    try:
        return parse_qsl(
            request.body.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAXIMUM_FIELDS,
        )
    except UnicodeDecodeError:
        raise refused("", "invalid_characters", "The body is not UTF-8.") from None
    except ValueError:
        raise refused("", "body_too_large", f"At most {MAXIMUM_FIELDS} parameters.") from None


def _repeated(query: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in query.items():
        for each in value.split(",") if key.endswith("[]") else (value,):
            yield key, each


def _nested(pairs: Iterable[tuple[str, str]]) -> Parts:
    found: Parts = {}
    for key, value in pairs:
        names = _names(key)
        place = found
        for name in names[:-1]:
            inner = place.setdefault(name, {})
            if not name or isinstance(inner, str):
                raise refused(key, "parameter_invalid", f"Invalid parameter: {_short(key)}.")
            place = inner
        last = names[-1] or str(len(place))
        if last in place:
            message = f"The parameter {_short(key)} stands twice."
            raise refused(key, "duplicate_key", message)
        place[last] = value
    return found


def _names(key: str) -> list[str]:
    """``a[b][]`` as ``["a", "b", ""]``."""
    form = _KEY.fullmatch(key)
    names = [form[1], *_PART.findall(form[2])] if form else []
    if not names or len(names) > MAXIMUM_PARTS:
        raise refused(key, "parameter_unknown", f"Received unknown parameter: {_short(key)}")
    return names


def _short(key: str) -> str:
    return key[:MAXIMUM_PARAM]

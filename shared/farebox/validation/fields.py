"""Field types with their limits: the words that every request is made of.

Metadata follows the union of five systems' rules: at most 50 pairs, keys of 1 to 40 characters
without brackets, values text of up to 500, finite number or boolean; null or "" removes a key.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from farebox.instants import stamp
from farebox.limits import MAXIMUM_METADATA_PAIRS
from farebox.pricing.money import currencies
from farebox.validation.card_numbers import looks_like_a_card_number
from farebox.validation.countries import COUNTRIES

MAXIMUM_NAME = 250
MAXIMUM_DESCRIPTION = 500
MAXIMUM_LONG_TEXT = 5000
MAXIMUM_EXTERNAL = 200
MAXIMUM_ID = 100
MAXIMUM_URL = 2048
MAXIMUM_EMAIL = 254
MAXIMUM_METADATA_KEY = 40
MAXIMUM_METADATA_TEXT = 500
MAXIMUM_METADATA_DIGITS = 17
MAXIMUM_SAFE_INTEGER = 2**53
MAXIMUM_QUANTITY = 10_000_000_000
MAXIMUM_AMOUNT = 999_999_999_999
RATE_WHOLE_DIGITS = 15
RATE_DECIMALS = 12
MAXIMUM_BASIS_POINTS = 10_000

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\.]+(\.[^@\s<>,;:\"()\[\]\\.]+)+")
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_RATE = re.compile(rf"\d{{1,{RATE_WHOLE_DIGITS}}}(\.\d{{1,{RATE_DECIMALS}}})?", re.ASCII)


def _free_text(text: str) -> str:
    if _CONTROL.search(text):
        raise PydanticCustomError("control_character", "Control characters are not allowed")
    if looks_like_a_card_number(text):
        message = "This looks like a card number; card numbers must not be stored here"
        raise PydanticCustomError("card_number", message)
    return text


def _none_if_blank(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _currency(code: str) -> str:
    if code.lower() not in currencies():
        raise PydanticCustomError("unknown_currency", "Not a currency that can be charged")
    return code.lower()


def each_currency_once(value: Any) -> Any:
    """Refuse amounts by currency in which two spellings name one currency."""
    if isinstance(value, dict) and len({str(code).lower() for code in value}) != len(value):
        raise PydanticCustomError("duplicate_key", "A currency stands twice")
    return value


def _country(code: str) -> str:
    if not code.isascii() or code.upper() not in COUNTRIES:
        raise PydanticCustomError("unknown_country", "Not an ISO 3166-1 alpha-2 country code")
    return code.upper()


def _instant(text: str) -> str:
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError
        return stamp(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError):
        message = "Not an RFC 3339 time with a zone, such as 2026-01-31T12:00:00Z"
        raise PydanticCustomError("invalid_time", message) from None


def _url(text: str) -> str:
    """An https address, or http on this machine; the mode is checked where it is known."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
        parts = urlsplit("")
    local = parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1")
    if (parts.scheme != "https" and not local) or not host or re.search(r"[\s\x00-\x1f\\]", text):
        message = "Must be an https address (http for localhost in test mode)"
        raise PydanticCustomError("invalid_url", message)
    if "@" in parts.netloc:
        raise PydanticCustomError("invalid_url", "Must not carry a user name or password")
    return text


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise PydanticCustomError("invalid_email", "Not an e-mail address")
    return text


def _metadata_key(key: str) -> str:
    if "[" in key or "]" in key:
        raise PydanticCustomError("brackets", "Keys must not hold square brackets")
    return key


def _metadata_value(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if len(value) > MAXIMUM_METADATA_TEXT:
            message = f"Text has at most {MAXIMUM_METADATA_TEXT} characters"
            raise PydanticCustomError("string_too_long", message)
        return _free_text(value)
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        digits = len(number.as_tuple().digits)
        if abs(number) > MAXIMUM_SAFE_INTEGER or digits > MAXIMUM_METADATA_DIGITS:
            message = "Numbers lie within ±2^53 and have at most 17 digits"
            raise PydanticCustomError("number_out_of_range", message)
        _free_text(str(value))
        return value
    message = "Values are text, numbers or booleans; null or an empty text removes a key"
    raise PydanticCustomError("invalid_metadata_value", message)


def _whole_metadata(value: Any) -> Any:
    return {} if value is None or value == "" else value


def _whole_changes(value: Any) -> Any:
    return None if value == "" else value


def _rate(value: str) -> str:
    if not _RATE.fullmatch(value):
        message = (
            f"Not a decimal text of at most {RATE_WHOLE_DIGITS} digits "
            f"and {RATE_DECIMALS} decimals, such as 0.05"
        )
        raise PydanticCustomError("invalid_decimal", message)
    return value


def _text(minimum: int, maximum: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=minimum, max_length=maximum)


FreeText = AfterValidator(_free_text)
BlankIsNone = BeforeValidator(_none_if_blank)

Name = Annotated[str, _text(1, MAXIMUM_NAME), FreeText]
Description = Annotated[str, _text(1, MAXIMUM_DESCRIPTION), FreeText]
LongText = Annotated[str, _text(1, MAXIMUM_LONG_TEXT), FreeText]
Id = Annotated[str, _text(1, MAXIMUM_ID)]
ForeignId = Annotated[str, _text(1, MAXIMUM_ID), FreeText]
External = Annotated[str, _text(1, MAXIMUM_EXTERNAL), FreeText]
Quantity = Annotated[int, Field(ge=1, le=MAXIMUM_QUANTITY)]
Amount = Annotated[int, Field(ge=0, le=MAXIMUM_AMOUNT)]
Rate = Annotated[str, AfterValidator(_rate)]
BasisPoints = Annotated[int, Field(ge=1, le=MAXIMUM_BASIS_POINTS)]
CurrencyCode = Annotated[str, AfterValidator(_currency)]
Country = Annotated[str, AfterValidator(_country)]
Instant = Annotated[str, AfterValidator(_instant)]
Url = Annotated[str, _text(1, MAXIMUM_URL), AfterValidator(_url), FreeText]
Email = Annotated[str, _text(3, MAXIMUM_EMAIL), AfterValidator(_email), FreeText]
MetadataKey = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAXIMUM_METADATA_KEY),
    AfterValidator(_metadata_key),
    FreeText,
]
MetadataValue = Annotated[str | int | Decimal | bool | None, PlainValidator(_metadata_value)]
Metadata = Annotated[
    dict[MetadataKey, MetadataValue],
    Field(max_length=MAXIMUM_METADATA_PAIRS),
    BeforeValidator(_whole_metadata),
]
MetadataChanges = Annotated[
    Annotated[dict[MetadataKey, MetadataValue], Field(max_length=MAXIMUM_METADATA_PAIRS)] | None,
    BeforeValidator(_whole_changes),
]

"""The form of the checkout page: what a browser posts, and what must be in it to pay."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from farebox.problems import FieldError, InvalidRequest, MalformedBody, TooLarge
from farebox.validation.check import Input, check
from farebox.validation.checkouts import DiscountCode
from farebox.validation.fields import (
    MAXIMUM_QUANTITY,
    Amount,
    BlankIsNone,
    Email,
    FreeText,
    MetadataValue,
    Quantity,
)

MAXIMUM_FORM_BYTES = 32 * 1024
MAXIMUM_FORM_FIELDS = 50
TICKED = "on"
# A custom field's input is named so, with its key.
CUSTOM_FIELD = "custom_fields."
FIELDS = frozenset(
    (
        *("action", "email", "units", "discount_code", "test_card"),
        *("save_payment_method", "shown_total", "shown_attempts"),
    )
)
# Buttons that are an update with one field changed.
MORE_UNITS, FEWER_UNITS, REMOVE_DISCOUNT = "more_units", "fewer_units", "remove_discount"
_DIGITS = re.compile(r"\d{1,12}", re.ASCII)

Document = Mapping[str, Any]
"""The form's texts by field, those of custom fields by key under ``custom_fields``."""


def _whole_number(value: Any) -> Any:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    raise PydanticCustomError("invalid_number", "Must be a whole number")


def _ticked(value: Any) -> bool:
    return bool(value == TICKED)


class CheckoutForm(Input):
    """What the customer asks for. ``custom_fields`` are answers: texts, and true for a tick.

    ``shown_total`` is the total that the customer saw, minor units: nothing else may be charged;
    ``shown_attempts`` is how often the order had been charged by then.
    """

    action: Literal["update", "pay", "authenticate", "refuse_authentication"]
    email: Annotated[Email | None, BlankIsNone] = None
    units: Annotated[Quantity, BeforeValidator(_whole_number)] | None = None
    discount_code: Annotated[Annotated[DiscountCode, FreeText] | None, BlankIsNone] = None
    custom_fields: dict[str, MetadataValue] = Field(default_factory=dict)
    test_card: Annotated[str, Field(max_length=100)] | None = None
    save_payment_method: Annotated[bool, BeforeValidator(_ticked)] = False
    shown_total: Annotated[Amount, BeforeValidator(_whole_number)] | None = None
    shown_attempts: Annotated[Amount, BeforeValidator(_whole_number)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """What the page asks for: an email, one of these cards (none where nothing is due), and the
    checkout's custom fields."""

    email: bool
    cards: Collection[str]
    custom_fields: Sequence[Mapping[str, Any]]


def read_form(body: bytes) -> dict[str, Any]:
    """An urlencoded body as a document of texts, without leading and trailing blanks.

    A browser's extension may add fields: unknown ones are left out. Raises ``MalformedBody`` or
    ``TooLarge``.
    """
    if len(body) > MAXIMUM_FORM_BYTES:
        message = f"A form has at most {MAXIMUM_FORM_BYTES} bytes"
        raise TooLarge([FieldError("", "body_too_large", message)])
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MAXIMUM_FORM_FIELDS,
        )
    except ValueError:
        message = "Not application/x-www-form-urlencoded in UTF-8"
        raise MalformedBody([FieldError("", "invalid_form", message)]) from None
    texts = dict(pairs)
    if len(texts) != len(pairs):
        raise MalformedBody([FieldError("", "duplicate_field", "A field stands twice")])
    document: dict[str, Any] = {
        name: text.strip() for name, text in texts.items() if name in FIELDS
    }
    document["custom_fields"] = {
        name.removeprefix(CUSTOM_FIELD): text.strip()
        for name, text in texts.items()
        if name.startswith(CUSTOM_FIELD)
    }
    return _as_update(document)


def check_form(document: Document, asks: Asks) -> CheckoutForm:
    """``document`` as the form of a page that ``asks``; raises ``InvalidRequest`` with every bad
    field. Only to pay must it be complete; what was not asked for is left out."""
    if document.get("action") != "pay":
        return check(CheckoutForm, _without_payer(document))
    errors: list[FieldError] = []
    asked = {field["key"]: field for field in asks.custom_fields}
    answers = {key: text for key, text in document["custom_fields"].items() if key in asked}
    typed = {key: _answer(asked[key], text) for key, text in answers.items()}
    try:
        form = check(CheckoutForm, {**_asked_for(document, asks), "custom_fields": typed})
    except InvalidRequest as refusal:
        errors.extend(refusal.errors)
    known = {error.param for error in errors}
    errors.extend(error for error in _missing(document, asks) if error.param not in known)
    if errors:
        raise InvalidRequest(errors)
    return form


def _as_update(document: dict[str, Any]) -> dict[str, Any]:
    """The buttons beside a field, as an update of that field."""
    action, units = document.get("action"), document.get("units", "")
    if action == REMOVE_DISCOUNT:
        document |= {"action": "update", "discount_code": ""}
    elif action in (MORE_UNITS, FEWER_UNITS):
        document["action"] = "update"
        if _DIGITS.fullmatch(units):
            changed = int(units) + (1 if action == MORE_UNITS else -1)
            document["units"] = str(max(1, min(changed, MAXIMUM_QUANTITY)))
    return document


def _without_payer(document: Document) -> Document:
    """The part that other actions than paying look at: half an email does not stop an update."""
    needed = ("action", "units", "discount_code", "shown_total", "shown_attempts")
    return {name: document[name] for name in needed if name in document}


def _asked_for(document: Document, asks: Asks) -> dict[str, Any]:
    unasked = set() if asks.email else {"email"}
    if not asks.cards:
        unasked |= {"test_card", "save_payment_method"}
    return {name: text for name, text in document.items() if name not in unasked}


def _answer(field: Mapping[str, Any], text: str) -> str | bool:
    return text == TICKED if field["type"] == "checkbox" else text


def _missing(document: Document, asks: Asks) -> list[FieldError]:
    errors: list[FieldError] = []

    def note(param: str, code: str, message: str) -> None:
        errors.append(FieldError(param, code, message))

    if not document.get("shown_total"):
        note("shown_total", "required", "This field is required")
    if asks.email and not document.get("email"):
        note("email", "required", "This field is required")
    if asks.cards and not document.get("test_card"):
        note("test_card", "required", "Choose a card")
    elif asks.cards and document["test_card"] not in asks.cards:
        note("test_card", "unknown_card", "There is no such card here")
    for field in asks.custom_fields:
        param = f"custom_fields.{field['key']}"
        text = document["custom_fields"].get(field["key"], "")
        if field["type"] == "checkbox":
            if text != TICKED and not field.get("optional"):
                note(param, "required", "This box must be ticked")
        elif text:
            errors.extend(_length(field.get("text") or {}, text, param))
        elif not field.get("optional"):
            note(param, "required", "This field is required")
    return errors


def _length(bounds: Mapping[str, Any], text: str, param: str) -> Iterator[FieldError]:
    shortest, longest = bounds.get("min_length") or 0, bounds.get("max_length")
    if len(text) < shortest:
        yield FieldError(param, "string_too_short", f"Must have at least {shortest} characters")
    elif longest is not None and len(text) > longest:
        yield FieldError(param, "string_too_long", f"Must have at most {longest} characters")

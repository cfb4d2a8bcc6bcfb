"""Records as items and back: a head of attributes that conditions and indexes need, and the
record itself as exact JSON in ``document``."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import simplejson

from farebox.billing.records import Event, Record
from farebox.problems import FieldError, TooLarge
from farebox.storage import keys
from farebox.storage.connection import Item
from farebox.storage.keys import Tenant

MAXIMUM_DOCUMENT_BYTES = 256 * 1024

Kept = TypeVar("Kept")


def record_item(tenant: Tenant, record: Record, write_id: str) -> Item:
    """A record's item. Raises ``TooLarge``.

    The limit is ``MAXIMUM_DOCUMENT_BYTES``, and after its creation what the record may grow by.
    """
    growth = record.growth_bytes if record.version > 1 else 0
    item: dict[str, str | int | bool] = {
        **keys.record(tenant, type(record), record.id),
        "version": record.version,
        "write_id": write_id,
        "document": text_of(record, MAXIMUM_DOCUMENT_BYTES + growth),
        **{name: getattr(record, name) for name in record.counted},
    }
    if record.is_listed:
        item |= _places_in_lists(tenant, record)
    due_at = getattr(record, "due_at", None)
    if due_at is not None:
        item |= keys.due(tenant, type(record), record.id, due_at)
    return item


def _places_in_lists(tenant: Tenant, record: Record) -> Item:
    places = {
        "list_pk": keys.listing(tenant, type(record), keys.shard(record.id)),
        "list_sk": record.id,
    }
    customer = getattr(record, "customer", None)
    if customer is not None:
        places["customer_list_pk"] = keys.listing_by_customer(tenant, type(record), customer)
    return places


def event_item(tenant: Tenant, event: Event, write_id: str, expires_at: int) -> Item:
    """An event's item: the record as it was right after."""
    return {
        **keys.event(tenant, event.id),
        "type": event.type,
        "created_at": event.created_at,
        "write_id": write_id,
        "document": text_of(event.record, MAXIMUM_DOCUMENT_BYTES + event.record.growth_bytes),
        "expires_at": expires_at,
    }


def record_of(kind: type[Kept], item: Item) -> Kept:
    """The record, or whatever else of ``kind``, that an item holds.

    What is counted stands in the head: the document does not change with it.
    """
    found = read(kind, str(item["document"]))
    counted = getattr(kind, "counted", ())
    if not counted:
        return found
    head = {name: item[name] for name in ("version", *counted) if name in item}
    return dataclasses.replace(found, **head)  # type: ignore[type-var]


def text_of(record: Any, maximum: int = MAXIMUM_DOCUMENT_BYTES) -> str:
    """A record as exact JSON text without what is empty. Raises ``TooLarge``."""
    text: str = simplejson.dumps(
        document(record), separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    size = len(text.encode())
    if size > maximum:
        message = f"This record would have {size} bytes; the limit is {maximum}"
        raise TooLarge([FieldError("", "record_too_large", message)])
    return text


def read(kind: type[Kept], text: str) -> Kept:
    """The dataclass that ``text_of`` wrote; fields of a newer version are passed over."""
    built: Kept = _build(kind, simplejson.loads(text, use_decimal=True))
    return built


def document(record: Any) -> dict[str, Any]:
    """A dataclass as plain data, without fields that hold their default."""
    return {
        field.name: _plain(value)
        for field in dataclasses.fields(record)
        if not _is_default(field, value := getattr(record, field.name))
    }


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return document(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _is_default(field: dataclasses.Field[Any], value: Any) -> bool:
    if field.default_factory is not dataclasses.MISSING:
        return bool(value == field.default_factory())
    return value is field.default or (value == field.default and type(value) is type(field.default))


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


def _build(kind: Any, data: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    names = {field.name for field in dataclasses.fields(kind)}
    return kind(**{name: _value(hints[name], data[name]) for name in data if name in names})


def _value(hint: Any, value: Any) -> Any:
    if isinstance(hint, types.UnionType):
        hint = next(part for part in hint.__args__ if part is not types.NoneType)
    if dataclasses.is_dataclass(hint) and isinstance(value, Mapping):
        return _build(hint, value)
    if typing.get_origin(hint) is tuple:
        return tuple(_value(typing.get_args(hint)[0], item) for item in value)
    return value

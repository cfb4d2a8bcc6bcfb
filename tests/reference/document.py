"""The document: a section for each resource, then what all of them share."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from api import CREATES
from farebox.handler import Line
from farebox.operations import (
    catalogue,
    charges,
    checkouts,
    events,
    pages,
    periods,
    quotes,
    reads,
)
from farebox.operations.routes.farebox import routes
from farebox.validation.check import Input
from farebox.validation.fields import MAXIMUM_EXTERNAL, RATE_DECIMALS, RATE_WHOLE_DIGITS
from farebox.validation.orders import LineItem
from farebox.validation.price_configs import CONFIGS
from farebox.validation.price_rows import MAXIMUM_ROWS
from tests.reference import charging, examples, outbox, shared_sections
from tests.reference.resources import SECTIONS, Section
from tests.reference.shared_sections import Lines, fenced, filled, table
from tests.reference.words import (
    field_words,
    hints,
    label,
    listed,
    nested,
    spaced,
    takes_null,
    terse_fields,
)

DOES: Mapping[Any, str] = {
    catalogue.create: "create",
    catalogue.update: "change",
    catalogue.delete_customer: "delete",
    catalogue.detach_payment_method: "detach",
    checkouts.expire: "close before its time",
    charges.charge: "charge",
    charges.cancel: "cancel",
    events.list_newest_first: "list",
    events.get: "read",
    reads.list_newest_first: "list",
    reads.get: "read",
    quotes.create: "of new terms",
    quotes.of_price: "of a price",
    periods.of_price: "billing periods",
    pages.health: "200 while the API answers",
}

PAGE = (
    "the customer's page, HTML, at a checkout's `checkout_url` `GET /checkout/{page id}` · its\n"
    "form `POST /checkout/{page id}`"
)


def document() -> str:
    """docs/api.md, whole."""
    blocks = [*shared_sections.opening()]
    for section in SECTIONS:
        blocks += _section(section)
        if section.collection == "prices":
            blocks += _models()
        if section.collection == "payment_methods":
            blocks += charging.cards()
        if section.collection == "orders":
            blocks += [*_line_items(), *charging.order(), *charging.charging()]
    blocks += ["## Events", _routes("events"), *outbox.events()]
    blocks += _objects()
    for shared in ("lists", "idempotency", "metadata", "errors", "keys"):
        blocks += getattr(shared_sections, shared)()
    blocks += ["## Without a key", _routes(""), PAGE]
    return "\n\n".join(blocks) + "\n"


def _section(section: Section) -> Lines:
    yield f"## {section.collection.capitalize().replace('_', ' ')}"
    yield _routes(section.collection)
    *rules, last = section.rules
    yield from map(_paragraph, rules)
    yield filled(f"{last} {_unique(section.collection)}")
    yield _fields(section)
    pairs = (f"{examples.request(pair)}\n{examples.answer(pair)}" for pair in section.examples)
    yield fenced("\n\n".join(pairs))


def _paragraph(text: str) -> str:
    return text if text.startswith("- ") else filled(text)


def _routes(collection: str) -> str:
    """The routes of a collection in a line, or those that belong to none."""
    told = []
    if collection in CREATES:
        told.append(_route("POST", f"/v1/{collection}", DOES[catalogue.create]))
    for method, path, line in routes({}):
        if _collection(path, line) == collection:
            function = line.func if isinstance(line, partial) else line
            by = line.keywords.get("by") if isinstance(line, partial) else None
            does = f"by `{by}`" if by else DOES[function]
            told.append(_route(method, path.replace("<value>", f"<{by or 'id'}>"), does))
    return filled(" · ".join(told))


def _collection(path: str, line: Line) -> str:
    if line is quotes.of_price:
        return "quotes"
    return path.split("/")[2] if path.startswith("/v1/") else ""


def _route(method: str, path: str, does: str) -> str:
    shown = path.replace("<", "{").replace(">", "}")
    return f"{does} `{method} {shown}`"


def _unique(collection: str) -> str:
    kind = reads.KINDS.get(collection)
    if kind is None or not kind.unique:
        return ""
    return f"Of one record only, in an organization and mode: {listed(kind.unique)}."


def _fields(section: Section) -> str:
    creates, updates = section.creates, section.updates
    changed = updates or creates
    names = dict.fromkeys((*creates.model_fields, *changed.model_fields))
    heads = ["field", "takes", "default", *(["change"] if updates else [])]
    rows = [heads]
    for name in names:
        group = next((group for group in section.together if name in group), (name,))
        if name != group[0]:
            continue
        if group in section.together:
            row = [*section.together[group], "`null`"]
        else:
            shape = creates if name in creates.model_fields else changed
            row = [f"`{name}`", field_words(shape, name), _default(creates, name)]
        if updates is not None:
            row.append(_changes(updates, name))
        rows.append(row)
    return table(rows)


def _default(shape: type[Input], name: str) -> str:
    field = shape.model_fields.get(name)
    if field is None:
        return ""
    if field.is_required():
        return "required"
    return f"`{json.dumps(field.get_default(call_default_factory=True))}`"


def _changes(shape: type[Input], name: str) -> str:
    if name not in shape.model_fields:
        return ""
    return "yes, or `null`" if takes_null(hints(shape)[name]) else "yes"


def _models() -> Lines:
    yield "### Price models"
    yield filled(f"""
        What each computes, and which input it takes: [pricing.md](pricing.md#the-forms). `?` marks
        what may be left out. A `rate` is a decimal text in major units, {RATE_WHOLE_DIGITS} digits
        and {RATE_DECIMALS} decimals at most; a `text` has 1 to {MAXIMUM_EXTERNAL} characters; a
        list has at most {spaced(MAXIMUM_ROWS)} rows, whose bounds rise.
    """)
    rows = [["`model_type`", "fields of its config"]]
    rows += [[f"`{model}`", f"`{terse_fields(shape)}`"] for model, shape in CONFIGS.items()]
    yield table(rows)


def _line_items() -> Lines:
    yield "### Line items"
    yield filled("""
        One of `price`, `price_data`, `product`, and one input: the one that the price's form
        [takes](pricing.md#the-forms), with `proration` only where the price is prorated. Recurring
        prices cannot be ordered yet.
    """)
    rows = [["field", "takes", "default"]]
    for name in LineItem.model_fields:
        rows.append([f"`{name}`", field_words(LineItem, name), _default(LineItem, name)])
    yield table(rows)


def _objects() -> Lines:
    yield "## Objects"
    yield "`?` marks what may be left out, `=` its default where that is not `null`."
    yield table([["object", "fields"], *map(_object, _nested_objects())])


def _nested_objects() -> Iterator[type[Input]]:
    """Every object inside a request that has no section of its own, once."""
    found: dict[type[Input], None] = {}
    waiting: list[type[Input]] = [LineItem, *(section.creates for section in SECTIONS)]
    described = set(waiting)
    while waiting:
        shape = waiting.pop(0)
        for hint in hints(shape).values():
            for inner in nested(hint):
                if inner not in found and inner not in described:
                    found[inner] = None
                    waiting.append(inner)
    return iter(sorted(found, key=label))


def _object(shape: type[Input]) -> list[str]:
    told = []
    for name, field in shape.model_fields.items():
        text = f"`{name}{'' if field.is_required() else '?'}` {field_words(shape, name)}"
        default = _default(shape, name)
        told.append(text if default in ("required", "`null`", "`{}`") else f"{text} = {default}")
    sentence = " ".join((shape.__dict__.get("__doc__") or "").replace("``", "`").split())
    return [label(shape), f"{sentence} {'; '.join(told)}".strip()]

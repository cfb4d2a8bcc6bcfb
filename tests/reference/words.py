"""What a field takes, in human words: a name for each type of validation/fields.py, and limits."""

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from farebox.validation import catalogue, fields, orders, price_forms, price_rows, quotes
from farebox.validation.check import Input
from farebox.validation.stripe_forms import StripeTier

Rules = tuple[Any, ...]

_RATE = f"decimal text, {fields.RATE_DECIMALS} decimals at most"
# The type, its words, and one word for where there is little room. {limits} are the type's own.
NAMES: tuple[tuple[Any, str, str], ...] = (
    (fields.Id, "id", "id"),
    (fields.Amount, "integer, minor units, {limits}", "amount"),
    (fields.BasisPoints, "integer, hundredths of a percent, {limits}", "integer"),
    (fields.Rate, _RATE, "rate"),
    (fields.CurrencyCode, "currency code", "currency"),
    (fields.Country, "country code of two letters", "country"),
    (fields.Instant, "time such as `2026-01-31T12:00:00Z`", "time"),
    (fields.Url, "https address, {limits}", "address"),
    (fields.Email, "e-mail address, {limits}", "e-mail"),
    (fields.Metadata, "[metadata](#metadata)", "metadata"),
    (fields.MetadataChanges, "[metadata](#metadata)", "metadata"),
    (fields.MetadataValue, "value as in [metadata](#metadata)", "value"),
    (price_rows.Number, "number, 0 or more", "number"),
    (price_rows.PositiveNumber, "number above 0", "number"),
    (price_rows.PositiveRate, f"{_RATE}, above 0", "rate"),
    (price_rows.Percentage, f"{_RATE}, 0 to 100", "rate"),
    (quotes.DecimalText, "number or decimal text, 0 or more", "decimal"),
    (quotes.Day, "date such as `2026-01-31`", "date"),
    (orders.InlinePrice, "[price data](#prices)", "price data"),
    (price_forms.ModelType, "one of the [models](#price-models)", "model"),
)
# Types that only one field has.
OWN: Mapping[tuple[type[Input], str], str] = {
    (StripeTier, "up_to"): 'integer, or `"inf"`',
    (catalogue.CreatePaymentMethod, "test_card"): "one of the [sandbox's cards](#sandbox-cards)",
}
PLAIN: Mapping[Any, str] = {str: "text", int: "integer", bool: "`true` or `false`"}
SECTIONS: Mapping[type[Input], str] = {orders.LineItem: "line-items"}


def hints(shape: type[Input]) -> dict[str, Any]:
    """The type of each field as it is written, a line's inputs as a quote takes them."""
    found = get_type_hints(shape, include_extras=True)
    if shape is orders.LineItem:
        inputs = hints(quotes.BilledInputs)
        lazy = [name for name in found if found[name] == orders.OtherInput]
        found.update({name: inputs[name] for name in lazy})
    return {name: found[name] for name in shape.model_fields}


def words(hint: Any) -> str:
    """What a field of this type takes."""
    plain, rules = parts(hint)
    blank = ", or blank" if fields.BlankIsNone in rules else ""
    limits, pattern = _limits(rules), _pattern(rules)
    if named := _named(plain, rules):
        return named[1].format(limits=limits) + blank
    if get_origin(plain) is Literal:
        values = [f"`{str(value).lower()}`" for value in get_args(plain)]
        return f"one of {', '.join(values)}" if len(values) > 1 else f"{values[0]} only"
    if get_origin(plain) is list:
        return _list(get_args(plain)[0], limits)
    if get_origin(plain) is dict:
        key, value = map(words, get_args(plain))
        return f"object of {limits} entries, {key} → {value}"
    if isinstance(plain, type) and issubclass(plain, Input):
        return f"[{label(plain)}]({_anchor(plain)})"
    return PLAIN[plain] + pattern + (f", {limits}" if limits else "") + blank


def field_words(shape: type[Input], name: str) -> str:
    """What one field of a request takes."""
    return OWN.get((shape, name)) or words(hints(shape)[name])


def terse(hint: Any) -> str:
    """The same in a word, with the fields of what is nested spelt out."""
    plain, rules = parts(hint)
    if named := _named(plain, rules):
        return named[2]
    if get_origin(plain) is list:
        return f"[{terse(get_args(plain)[0])}]"
    if isinstance(plain, type) and issubclass(plain, Input):
        return f"{{{terse_fields(plain)}}}"
    return "boolean" if plain is bool else PLAIN[plain]


def terse_fields(shape: type[Input]) -> str:
    """The fields of a request in a line; ``?`` marks those that may be left out."""
    return ", ".join(
        f"{name}{'' if shape.model_fields[name].is_required() else '?'}: {terse(hint)}"
        for name, hint in hints(shape).items()
    )


def takes_null(hint: Any) -> bool:
    """Whether null may stand in place of a value."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return type(None) in get_args(hint)


def nested(hint: Any) -> Iterator[type[Input]]:
    """The requests inside a type."""
    plain, _ = parts(hint)
    if isinstance(plain, type) and issubclass(plain, Input):
        yield plain
    for inner in get_args(plain) if get_origin(plain) in (list, dict) else ():
        yield from nested(inner)


def label(shape: type[Input]) -> str:
    """CycleConfiguration as ``cycle configuration``."""
    return " ".join(re.findall(r"[A-Z][a-z]+", shape.__name__)).lower()


def parts(hint: Any) -> tuple[Any, Rules]:
    """A type without its null, and the rules that it is annotated with, innermost first."""
    rules: Rules = ()
    while True:
        if get_origin(hint) is Annotated:
            hint, *outer = get_args(hint)
            rules = (*outer, *rules)
            continue
        options = [each for each in get_args(hint) if each is not type(None)]
        if get_origin(hint) not in (Union, types.UnionType) or len(options) != 1:
            return hint, rules
        hint = options[0]


def _named(plain: Any, rules: Rules) -> tuple[Any, str, str] | None:
    """The closest named type: the one that shares the most rules."""
    found = None
    longest = 0
    for name in NAMES:
        own, its = parts(name[0])
        if own == plain and rules[: len(its)] == its and len(its) > longest:
            found, longest = name, len(its)
    return found


def _list(item: Any, limits: str) -> str:
    many = f"list of {limits}"
    shape, _ = parts(item)
    if isinstance(shape, type) and issubclass(shape, Input):
        return f"{many} [{label(shape)}s]({_anchor(shape)})"
    return f"{many}, each {words(item)}"


def _anchor(shape: type[Input]) -> str:
    return f"#{SECTIONS.get(shape, 'objects')}"


def _bounds(rules: Rules) -> dict[str, Any]:
    """The limits in rules; of two of a kind, the outer one."""
    found = {}
    for rule in rules:
        for part in getattr(rule, "metadata", [rule]):
            for name in ("ge", "le", "min_length", "max_length", "pattern"):
                if getattr(part, name, None) is not None:
                    found[name] = getattr(part, name)
    return found


def _limits(rules: Rules) -> str:
    bounds = _bounds(rules)
    low = bounds.get("ge", bounds.get("min_length"))
    high = bounds.get("le", bounds.get("max_length"))
    if high is None:
        return "" if low is None else f"{spaced(low)} or more"
    return f"at most {spaced(high)}" if low is None else f"{spaced(low)} to {spaced(high)}"


def _pattern(rules: Rules) -> str:
    pattern = _bounds(rules).get("pattern")
    return f" like `{pattern}`" if pattern else ""


def listed(names: Iterable[str]) -> str:
    """Fields, one after the other."""
    return ", ".join(f"`{name}`" for name in names)


def spaced(number: int) -> str:
    """A number with its thousands apart."""
    return f"{number:,}".replace(",", " ")

"""What is wrong with a form, each in the visitor's words and beside its field."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from farebox.pages.languages import Language
from farebox.pages.views import CheckoutView
from farebox.problems import FieldError

CUSTOM_FIELDS = "custom_fields."
# In the order in which the page asks.
_BEFORE, _AFTER = ("units", "discount_code", "email"), ("test_card",)


@dataclass(frozen=True, slots=True)
class ShownError:
    """``field`` is the id of the input to go to; none where the page has none."""

    field: str | None
    text: str


def shown(view: CheckoutView, language: Language) -> tuple[ShownError, ...]:
    """One sentence for each field, in the page's order; the rest is one sentence."""
    custom = {f"{CUSTOM_FIELDS}{field['key']}": field for field in view.custom_fields}
    places = [name for name in (*_BEFORE, *custom, *_AFTER) if name in _asked(view, custom)]
    first: dict[str | None, FieldError] = {}
    for error in view.errors:
        first.setdefault(error.param if error.param in places else None, error)
    ordered = [name for name in (*places, None) if name in first]
    return tuple(
        ShownError(name, _sentence(name, first[name].code, custom.get(name or ""), language))
        for name in ordered
    )


def _asked(view: CheckoutView, custom: Iterable[str]) -> Iterator[str]:
    """The fields that the page of this view has."""
    if view.cards:
        yield "test_card"
    if view.state != "open":
        return
    yield "discount_code"
    yield from custom
    if view.units is not None:
        yield "units"
    if view.asks_email:
        yield "email"


def _sentence(
    name: str | None, code: str, custom: Mapping[str, Any] | None, language: Language
) -> str:
    """The text of this rule at this field, else of the rule, else of the field."""
    field = custom["type"] if custom else name or "form"
    keys = (f"error.{field}.{code}", f"error.{code}", f"error.{field}")
    key = next(key for key in keys if language.has(key))
    if custom is None:
        return language.say(key)
    bounds = custom.get("text") or {}
    return language.say(
        key,
        label=custom["label"],
        min=language.number(bounds.get("min_length") or 0),
        max=language.number(bounds.get("max_length") or 0),
    )

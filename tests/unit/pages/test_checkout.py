"""The page as a document: every state in every language, and nothing of a stranger's as HTML."""

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any, get_args

import pytest

from farebox.billing import checkout_page
from farebox.billing.sandbox_cards import CARDS
from farebox.pages.checkout import render
from farebox.pages.languages import LANGUAGES
from farebox.pages.views import CheckoutView, RefusalView, View
from farebox.problems import FieldError
from tests.unit.pages.built_views import FIELDS, GRADUATED, line, view

HOSTILE = """</title><script>alert(1)</script><img src=x onerror=alert(1)>"'{{ 1111*1111 }}"""
VOID = {"meta", "link", "input", "br", "img", "path", "circle", "rect"}
REFUSALS: tuple[RefusalView, ...] = (
    RefusalView(kind="not_found"),
    RefusalView(kind="too_many_attempts", retry_after_seconds=840),
    RefusalView(kind="unavailable"),
)


class Document(HTMLParser):
    """Elements with their attributes, and the texts; refuses what is not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), (tag, attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str, **attributes: str) -> list[Mapping[str, str | None]]:
        return [
            found
            for name, found in self.elements
            if name == tag and attributes.items() <= found.items()
        ]


def states() -> Iterator[View]:
    for state in get_args(checkout_page.State):
        yield view(
            line(60, **GRADUATED),
            line(2),
            state=state,
            off=100,
            discount_code="TENTH",
            units=60,
            custom_fields=FIELDS,
            email="ada@example.com",
            order_number="ORD-001",
            card_brand="visa",
            card_last4="4242",
            failure="insufficient_funds",
            success_url="https://shop.example/thanks?a=1&b=2",
        )
    yield from REFUSALS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "shown", list(states()), ids=lambda each: getattr(each, "state", "refusal")
)
def test_every_state_renders_in_every_language(shown: View, language: str) -> None:
    """Else a customer in that state, in that language, sees an error page."""
    document = Document(render(shown, language, "n0nce"))

    assert document.all("html", lang=language)
    assert document.all("style", nonce="n0nce")
    assert len(document.all("h1")) == 1
    assert len(document.all("main")) == 1
    assert not document.all("script")
    assert all("style" not in attributes for _, attributes in document.elements)


@pytest.mark.parametrize(
    "shown", list(states()), ids=lambda each: getattr(each, "state", "refusal")
)
def test_every_input_has_a_label_and_every_reference_a_target(shown: View) -> None:
    """Else a screen reader reads out a field without its name, or its error to nobody."""
    document = Document(render(shown, "en", "n"))
    ids = [found["id"] for _, found in document.elements if "id" in found]

    assert len(set(ids)) == len(ids)
    labels = {found.get("for") for found in document.all("label")}
    for field in document.all("input"):
        if field.get("type") not in ("hidden", "radio", "checkbox"):
            assert field["id"] in labels
    for _, found in document.elements:
        for name in ("aria-describedby", "aria-labelledby", "for"):
            assert set((found.get(name) or "").split()) <= set(ids)


def hostile_view(**fields: Any) -> CheckoutView:
    """A checkout of which every text that a merchant or a customer can set is hostile."""
    asked = (
        {"type": "text", "key": "note", "label": HOSTILE},
        {"type": "checkbox", "key": "terms", "label": HOSTILE, "checkbox": {"label": HOSTILE}},
    )
    terms: dict[str, Any] = {
        "merchant": HOSTILE,
        "custom_fields": asked,
        "discount_code": HOSTILE,
        "off": 1,
        "email": HOSTILE,
        "order_number": HOSTILE,
        "card_brand": HOSTILE,
        "card_last4": HOSTILE,
        "failure": HOSTILE,
        "cancel_url": f"https://shop.example/{HOSTILE}",
        "success_url": f"https://shop.example/{HOSTILE}",
        "units": 3,
        "typed": {
            "email": HOSTILE,
            "units": HOSTILE,
            "test_card": HOSTILE,
            "custom_fields": {"note": HOSTILE, "terms": HOSTILE},
        },
        "errors": tuple(
            FieldError(param, HOSTILE, HOSTILE)
            for param in ("email", "units", "custom_fields.note", "custom_fields.terms", HOSTILE)
        ),
    }
    return view(line(60, name=HOSTILE[:200], **GRADUATED), **(terms | fields))


@pytest.mark.parametrize("state", get_args(checkout_page.State))
def test_whatever_is_typed_or_named_stays_text(state: str) -> None:
    """Else a product's name runs as code on the page that takes the payment."""
    document = Document(render(hostile_view(state=state), "en", "n"))

    assert not document.all("script")
    assert not document.all("img")
    assert len(document.all("title")) == 1
    for _, found in document.elements:
        assert not any(name.startswith("on") for name in found), found
    if state != "expired":
        assert HOSTILE[:200] in "".join(document.texts)
    assert "1234321" not in document.text


def test_what_was_typed_is_kept() -> None:
    """Else one missing tick makes a customer type everything again."""
    typed = {
        "email": "ada@",
        "test_card": "expired_card",
        "save_payment_method": "on",
        "custom_fields": {"company": "A", "terms": "on"},
    }
    errors = (FieldError("email", "invalid_email", ""),)
    document = Document(render(view(custom_fields=FIELDS, typed=typed, errors=errors), "en", "n"))

    assert document.all("input", name="email", value="ada@")
    assert document.all("input", name="custom_fields.company", value="A")
    assert "checked" in document.all("input", name="custom_fields.terms")[0]
    assert "checked" in document.all("input", name="save_payment_method")[0]
    chosen = [field for field in document.all("input", type="radio") if "checked" in field]
    assert [field["value"] for field in chosen] == ["expired_card"]
    # Of the details that are folded away, the one with the choice is open.
    assert "open" in document.all("details", **{"class": "more-cards"})[0]


def test_errors_are_told_above_and_at_their_fields_in_the_pages_order() -> None:
    """Else a customer looks for what is wrong, and by keyboard never finds it."""
    errors = (
        FieldError("test_card", "required", ""),
        FieldError("custom_fields.company", "string_too_short", ""),
        FieldError("email", "required", ""),
        FieldError("", "invalid_form", ""),
    )
    document = Document(render(view(custom_fields=FIELDS, errors=errors), "en", "n"))

    links = [str(found["href"]) for found in document.all("a") if str(found["href"])[0] == "#"]
    assert links == ["#email", "#custom_fields.company", "#test_card"]
    ids = {found.get("id") for _, found in document.elements}
    assert {link[1:] for link in links} <= ids
    assert document.all("input", name="email")[0]["aria-invalid"] == "true"
    assert "email-error" in str(document.all("input", name="email")[0]["aria-describedby"])
    assert "“Company” needs at least 2 characters" in document.text
    assert "This form could not be read" in document.text
    assert document.text.startswith("Error: Pay Sample shop")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_of_every_field_is_said_in_the_visitors_words(language: str) -> None:
    """Else an error appears in the API's English, or not at all."""
    for field in ("email", "units", "discount_code", "test_card", "custom_fields.company", "other"):
        for code in ("required", "card_number", "control_character", "never_heard_of"):
            errors = (FieldError(field, code, "ENGLISH"),)
            text = render(view(units=3, custom_fields=FIELDS, errors=errors), language, "n")
            assert "ENGLISH" not in text
            assert 'role="alert"' in text


def test_cards_are_named_outcomes_never_a_number_to_type() -> None:
    """Else somebody types a card's number into a page that must never see one."""
    document = Document(render(view(cards=tuple(CARDS)), "en", "n"))

    assert {field["value"] for field in document.all("input", type="radio")} == set(CARDS)
    named = {field.get("autocomplete") or "" for field in document.all("input")}
    assert not any(name.startswith("cc-") for name in named)


def test_nothing_to_pay_asks_for_no_card() -> None:
    """Else a customer must hand over a card to get something that is free."""
    document = Document(render(view(off=3750, discount_code="ALL", cards=()), "en", "n"))

    assert not document.all("input", type="radio")
    assert not document.all("input", name="save_payment_method")
    assert "Complete order" in document.text


def test_contents_are_frozen_once_an_order_is_there() -> None:
    """Else a customer changes what is already being charged."""
    shown = view(state="failed", units=3, email="ada@example.com", custom_fields=FIELDS, attempts=2)
    document = Document(render(shown, "en", "n"))

    names = {field["name"] for field in document.all("input")}
    assert names == {"shown_total", "shown_attempts", "test_card", "save_payment_method"}
    assert document.all("input", name="shown_attempts", value="2")
    assert {field["value"] for field in document.all("button") if "disabled" not in field} == {
        "pay"
    }


def test_live_pages_have_no_word_of_a_test() -> None:
    """Else a paying customer believes that no money moves."""
    assert "Test mode" not in render(view(livemode=True), "en", "n")
    assert "No real money" not in render(view(livemode=True), "en", "n")

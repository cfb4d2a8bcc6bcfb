"""The page's texts: all of them, in every language, with the same places for values."""

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from farebox.billing import checkout_page
from farebox.billing.sandbox_cards import CARDS
from farebox.pages import languages, views
from farebox.pages.languages import DEFAULT, LANGUAGES, texts

PAGES = Path(views.__file__).parent
TEMPLATE = (PAGES / "checkout.html.jinja").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_text_is_in_every_language(code: str) -> None:
    """Else a French page has English sentences in it."""
    assert list(texts(code)) == list(texts(DEFAULT))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_text_names_the_same_values(code: str) -> None:
    """Else an amount or a name is missing from a sentence, or the page breaks in one language."""
    for key, text in texts(code).items():
        assert _places(text) == _places(texts(DEFAULT)[key]), key


def test_there_are_no_other_languages() -> None:
    """Else a file is kept up that nobody is shown."""
    assert {path.stem for path in (PAGES / "texts").iterdir()} == set(LANGUAGES)


def test_every_text_that_the_template_says_is_there() -> None:
    """Else a state that is rarely seen breaks when a customer is in it."""
    said = set(re.findall(r'say\("([a-z_.]+)"', TEMPLATE))

    assert said
    assert {key for key in said if not key.endswith(".")} <= set(texts(DEFAULT))


def test_every_state_notice_and_card_has_its_text() -> None:
    """Else the page breaks in that state, or for that card."""
    expected = {f"card.{name}" for name in CARDS}
    expected |= {f"notice.{code}" for code in get_args(checkout_page.Notice)}
    expected |= {f"title.{state}" for state in get_args(checkout_page.State)}

    assert expected <= set(texts(DEFAULT))


def test_a_missing_text_is_said_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a language that lags behind loses the whole page."""
    german = {"pay": "{amount} zahlen"}
    monkeypatch.setattr(languages, "texts", lambda code: german if code == "de" else texts(DEFAULT))

    assert languages.choose("de").say("email") == "Email"


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

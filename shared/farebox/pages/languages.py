"""The page's languages: texts by key, one file for each; amounts and numbers by locale."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal, format_percent

from farebox.formatting import major
from farebox.pricing.money import Currency, as_text

LANGUAGES = ("en", "de", "fr", "es")
DEFAULT = "en"
MAXIMUM_ASKED = 20
# Of rates that no decimal ends, such as a third, so many decimals are shown.
MAXIMUM_DECIMALS = 12
SHOWN_DECIMALS = 6
_WEIGHT = re.compile(r"[qQ]=([01](?:\.\d{0,3})?)", re.ASCII)
# A currency without a symbol is written as its code, and codes do not touch figures.
_BETWEEN_LETTER_AND_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_TEXTS = Path(__file__).with_name("texts")


@dataclass(frozen=True, slots=True)
class Language:
    """How the page speaks: ``code`` names its texts, ``locale`` writes its numbers."""

    code: str
    locale: Locale

    def say(self, key: str, **values: object) -> str:
        """The text of ``key`` with its ``values``, as text: whoever draws it escapes it."""
        text = texts(self.code).get(key) or texts(DEFAULT)[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        return key in texts(DEFAULT)

    def money(self, amount: int, currency: Currency) -> str:
        """An amount in minor units."""
        return self._amount(Decimal(amount).scaleb(-currency.charge_exponent), currency)

    def rate(self, amount: Fraction, currency: Currency) -> str:
        """An exact amount in major units, with every decimal it has."""
        shown, mark = _decimal(amount)
        exponent = shown.normalize().as_tuple().exponent
        decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        return mark + self._amount(shown, currency, decimals)

    def number(self, number: Fraction | int) -> str:
        shown, mark = _decimal(Fraction(number))
        return mark + format_decimal(shown, locale=self.locale, decimal_quantization=False)

    def percentage(self, part: Fraction) -> str:
        """``1/2`` as ``50%`` or ``50 %``."""
        shown, mark = _decimal(part)
        return mark + format_percent(shown, locale=self.locale, decimal_quantization=False)

    def _amount(self, amount: Decimal, currency: Currency, decimals: int = 0) -> str:
        text = major(amount, currency, self.locale, decimals)
        return _BETWEEN_LETTER_AND_DIGIT.sub("\xa0", text)


def choose(accept_language: str) -> Language:
    """The first language of an Accept-Language header that the page speaks, else English."""
    for asked in _asked(accept_language):
        code = asked.partition("-")[0].lower()
        if code in LANGUAGES:
            return Language(code, _locale(asked, code))
    return Language(DEFAULT, _locale(DEFAULT, DEFAULT))


@cache
def texts(code: str) -> Mapping[str, str]:
    """Every text of a language by its key."""
    found: dict[str, str] = json.loads((_TEXTS / f"{code}.json").read_text(encoding="utf-8"))
    return found


def _asked(accept_language: str) -> Iterator[str]:
    """The languages named, most wanted first; what is no weight counts as 1."""
    weighed: list[tuple[Decimal, int, str]] = []
    for place, part in enumerate(accept_language.split(",")[:MAXIMUM_ASKED]):
        name, _, parameter = part.strip().partition(";")
        weight = _WEIGHT.fullmatch(parameter.strip())
        wanted = Decimal(weight[1]) if weight else Decimal(1)
        if wanted:
            weighed.append((-wanted, place, name.strip()))
    return (name for _, _, name in sorted(weighed))


def _locale(asked: str, code: str) -> Locale:
    try:
        return Locale.parse(asked.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return Locale.parse(code)


def _decimal(amount: Fraction) -> tuple[Decimal, str]:
    """An exact decimal, or a near one and a mark that it is near."""
    text = as_text(amount)
    if "/" not in text and len(text.partition(".")[2]) <= MAXIMUM_DECIMALS:
        return Decimal(text), ""
    scaled = round(amount * 10**SHOWN_DECIMALS)
    return Decimal(scaled).scaleb(-SHOWN_DECIMALS), "≈\xa0"

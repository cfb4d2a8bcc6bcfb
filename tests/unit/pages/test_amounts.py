"""What the page shows is what is charged: amounts and numbers by currency and by locale."""

from fractions import Fraction

import pytest

from farebox.formatting import money
from farebox.pages import languages
from farebox.pricing.money import currencies

NO_BREAK = "\xa0"


@pytest.mark.parametrize(
    ("code", "amount", "locale", "shown"),
    [
        ("usd", 1250, "en-US", "$12.50"),
        ("usd", 1250, "de-DE", f"12,50{NO_BREAK}$"),
        ("jpy", 1250, "en", "¥1,250"),
        ("isk", 50000, "en", f"ISK{NO_BREAK}500"),
        ("ugx", 200000, "en", f"UGX{NO_BREAK}2,000"),
        ("kwd", 12500, "en", f"KWD{NO_BREAK}12.500"),
        ("mga", 3000, "en", f"MGA{NO_BREAK}3,000"),
        ("eur", 123456789, "fr-FR", f"1\u202f234\u202f567,89{NO_BREAK}€"),
        ("chf", 123450, "de-CH", f"CHF{NO_BREAK}1’234.50"),
    ],
)
def test_an_amount_has_its_currencys_decimals(
    code: str, amount: int, locale: str, shown: str
) -> None:
    """Else a customer agrees to a hundredfold, or a tenth, of what is charged."""
    assert languages.choose(locale).money(amount, currencies()[code]) == shown


@pytest.mark.parametrize("code", ["rsd", "all", "afn", "lak", "lbp", "mmk", "sos", "yer"])
def test_decimals_that_are_charged_are_shown(code: str) -> None:
    """Else 12.50 dinars are shown as 12 and charged as 12.50: locale data gives these none."""
    assert money(1250, currencies()[code], "en_US").endswith("12.50")


def test_every_currency_shows_its_whole_amount() -> None:
    """Else some currency's totals are cut where nobody looks."""
    for code, currency in currencies().items():
        amount = 123_457 * currency.charge_step
        shown = money(amount, currency, "en")
        digits = "".join(
            character for character in shown if character.isdigit() or character == "."
        )
        assert Fraction(digits.strip(".")) == currency.to_major(amount), code


def test_a_rate_has_every_decimal_it_has() -> None:
    """Else a rate of 0.0005 dollars reads as free."""
    language = languages.choose("en")
    usd = currencies()["usd"]

    assert language.rate(Fraction("0.0005"), usd) == "$0.0005"
    assert language.rate(Fraction(5), usd) == "$5.00"
    assert language.rate(Fraction(1, 3), usd) == f"≈{NO_BREAK}$0.333333"
    assert language.percentage(Fraction(-1, 8)) == "-12.5%"


@pytest.mark.parametrize(
    ("header", "code", "locale"),
    [
        ("", "en", "en"),
        ("de", "de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de", "de_AT"),
        ("pt-BR,pt;q=0.9,fr;q=0.5", "fr", "fr"),
        ("en;q=0.3, es-419;q=0.7", "es", "es_419"),
        ("de;q=0, fr;q=0.1", "fr", "fr"),
        ("*", "en", "en"),
        ("zh-CN", "en", "en"),
        ("de-../../etc/passwd", "de", "de"),
        ("en;q=nan,fr;q=1", "en", "en"),
        (";;;,,,=", "en", "en"),
        ("de-" * 5000, "de", "de"),
    ],
)
def test_the_first_language_that_the_page_speaks(header: str, code: str, locale: str) -> None:
    """Else a visitor reads, or a hostile header breaks, the page in a language not asked for."""
    chosen = languages.choose(header)

    assert (chosen.code, str(chosen.locale)) == (code, locale)

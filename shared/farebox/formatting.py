"""Amounts as people read them, by locale: for the edge, nothing is computed with them."""

from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency

from farebox.pricing.money import Currency
from farebox.problems import FieldError, InvalidRequest


def money(amount: int, currency: Currency, locale: str) -> str:
    """``1250`` US cents as ``$12.50`` or ``12,50 $``. Raises ``InvalidRequest`` for no locale."""
    try:
        chosen = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        message = "Not a locale such as en_US"
        raise InvalidRequest([FieldError("locale", "unknown_locale", message)]) from None
    major = Decimal(amount).scaleb(-currency.charge_exponent)
    return format_currency(major, currency.code.upper(), locale=chosen)

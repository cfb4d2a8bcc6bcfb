"""Amounts as people read them, by locale: for the edge, nothing is computed with them."""

from copy import copy
from decimal import Decimal

from babel import Locale, UnknownLocaleError

from farebox.pricing.money import Currency
from farebox.problems import FieldError, InvalidRequest


def money(amount: int, currency: Currency, locale: str) -> str:
    """``1250`` US cents as ``$12.50`` or ``12,50 $``. Raises ``InvalidRequest`` for no locale."""
    try:
        chosen = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        message = "Not a locale such as en_US"
        raise InvalidRequest([FieldError("locale", "unknown_locale", message)]) from None
    return major(Decimal(amount).scaleb(-currency.charge_exponent), currency, chosen)


def major(amount: Decimal, currency: Currency, locale: Locale, decimals: int = 0) -> str:
    """An amount in major units, with at least as many ``decimals`` and as the currency has.

    Locale data gives eight currencies (RSD among them) no decimals although they are charged with
    two: an amount would be shown that is not the one charged.
    """
    pattern = copy(locale.currency_formats["standard"])
    decimals = max(decimals, min(currency.exponent, currency.charge_exponent))
    pattern.frac_prec = (decimals, decimals)
    text: str = pattern.apply(amount, locale, currency=currency.code.upper(), currency_digits=False)
    return text

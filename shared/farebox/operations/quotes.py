"""Work out an amount and show how it comes about; nothing is kept."""

from typing import Any

from farebox.billing.catalogue import Price
from farebox.billing.known import Reference
from farebox.billing.line_items import check_input
from farebox.dialects import farebox
from farebox.handler import Answer, Request
from farebox.pricing.money import currencies
from farebox.pricing.quote import quote
from farebox.problems import FieldError, FieldErrors, InvalidRequest, NotFound
from farebox.storage.load import load
from farebox.validation.quotes import BilledInputs, CreateQuote, QuotePrice, billed

SCOPE = "prices:read"


def create(request: Request) -> Answer:
    """POST the terms of a price and what is billed."""
    asked = farebox.read(CreateQuote, request)
    load(request, SCOPE)
    model, config = asked.terms()
    return _answer(request, asked, model, config, asked.currency)


def of_price(request: Request, id: str) -> Answer:
    """POST what is billed, to be priced by a price that is kept."""
    asked = farebox.read(QuotePrice, request)
    this = Reference(Price, id)
    price = load(request, SCOPE, [this]).known.found.get(this)
    if not isinstance(price, Price):
        raise NotFound("There is no such price")
    currency, configs = asked.currency or price.currency, price.configs()
    if currency not in configs:
        message = f"This price has amounts in {', '.join(configs)}, not in {currency}"
        raise InvalidRequest([FieldError("currency", "currency_mismatch", message)])
    return _answer(request, asked, price.model, configs[currency], currency)


def _answer(
    request: Request, asked: BilledInputs, model: str, config: Any, currency: str
) -> Answer:
    errors = FieldErrors()
    check_input(model, config, asked, "", errors)
    errors.raise_if_any()
    found = quote(model, config, billed(dict(asked)), currencies()[currency], to_iso=True)
    formatted = None
    if asked.locale is not None:
        from farebox.formatting import money  # brings Babel, which no other answer needs

        formatted = money(found.amount, currencies()[currency], asked.locale)
    return farebox.write_quote(found, currency, formatted)

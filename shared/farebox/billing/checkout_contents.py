"""What a checkout is about while its customer may still change it: units, discount, and the total
that follows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from farebox.billing import checkouts, discounts, line_items
from farebox.billing.catalogue import Price
from farebox.billing.checkouts import Checkout
from farebox.billing.discounts import Discount
from farebox.billing.known import Known, Reference
from farebox.billing.line_items import LineItem
from farebox.instants import stamp
from farebox.pricing.billed import Billed
from farebox.pricing.money import Currency, currencies
from farebox.pricing.quote import quote
from farebox.problems import FieldErrors, InvalidRequest

LONGEST_CODE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Lines, discount and amounts (minor units); ``units`` where the checkout has any."""

    lines: tuple[LineItem, ...]
    units: int | None
    subtotal_amount: int
    discount_amount: int
    total_amount: int
    discount: Discount | None = None
    discount_code: str | None = None


def of(checkout: Checkout) -> Contents:
    """The contents as they are kept."""
    return Contents(
        lines=checkout.line_items,
        units=checkout.units,
        subtotal_amount=checkout.subtotal_amount,
        discount_amount=checkout.discount_amount,
        total_amount=checkout.total_amount,
        discount_code=checkout.discount_code,
    )


def is_adjustable(checkout: Checkout) -> bool:
    """Whether the customer may change how many units it is about: those of a product are theirs to
    choose, line items are the merchant's."""
    line = checkout.line_items[0]
    return checkout.product is not None and line.quantity is not None and line.quote is not None


def references(
    checkout: Checkout, units: int | None, discount_code: str | None
) -> Iterable[Reference]:
    """What must be read before the contents can be worked out."""
    price = checkout.line_items[0].price
    if units is not None and units != checkout.units and price is not None:
        yield Reference(Price, price)
    if discount_code is not None:
        yield Reference(Discount, discount_code, by="code")


def adjusted(
    checkout: Checkout,
    units: int | None,
    discount_code: str | None,
    known: Known,
    errors: FieldErrors,
    *,
    now: datetime,
) -> Contents:
    """The contents with so many units and this discount, or none.

    What is wrong is noted at ``units`` or ``discount_code``, and left as it was, or left out.
    """
    currency = currencies()[checkout.currency]
    lines = checkout.line_items
    wanted = units if units is not None and is_adjustable(checkout) else checkout.units
    if wanted is not None and wanted != checkout.units:
        line = _requoted(lines[0], wanted, currency, known, errors)
        lines, wanted = ((line,), wanted) if line else (lines, checkout.units)
    subtotal = sum(line.total_amount for line in lines)
    discount, off = None, 0
    if discount_code is not None:
        discount, off = _discounted(discount_code, lines, currency, known, errors, now)
    param = "discount_code" if discount and wanted == checkout.units else "units"
    line_items.check_total(subtotal - off, currency, param, errors)
    return Contents(
        lines=lines,
        units=wanted,
        subtotal_amount=subtotal,
        discount_amount=off,
        total_amount=subtotal - off,
        discount=discount,
        discount_code=discount.code if discount else None,
    )


def _requoted(
    line: LineItem, units: int, currency: Currency, known: Known, errors: FieldErrors
) -> LineItem | None:
    """The line for so many units, at the very price that it was offered at: its terms never
    change."""
    if line.price_data is not None:
        model, config = line.price_data["model"], line.price_data
    else:
        price = known.found_as(Price, line.price or "")
        if price is None:
            errors.add("units", "unknown_price", "This price is gone")
            return None
        model, config = price.model, price.configs()[currency.code]
    config = {name: value for name, value in config.items() if name not in ("currency", "model")}
    billed = Billed(quantity=Fraction(units))
    try:
        explained = quote(model, config, billed, currency, most_steps=line_items.MAXIMUM_STEPS)
    except InvalidRequest as refusal:
        for error in refusal.errors:
            errors.add("units", error.code, error.message)
        return None
    return replace(line, quantity=units, total_amount=explained.amount, quote=explained)


def _discounted(
    code: str,
    lines: tuple[LineItem, ...],
    currency: Currency,
    known: Known,
    errors: FieldErrors,
    now: datetime,
) -> tuple[Discount | None, int]:
    own = FieldErrors()
    discount = known.find(Discount, code, "discount_code", own, by="code")
    off = 0
    if discount is not None:
        discounts.check_redeemable(discount, currency, stamp(now), "discount_code", own)
        off = checkouts.amount_off(discount, lines, currency, own)
    for error in own.found:
        errors.add(error.param, error.code, error.message)
    return (None, 0) if own.found else (discount, off)

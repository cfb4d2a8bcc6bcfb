"""Creem's discounts, which have a code always."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from farebox import clock, ids
from farebox.dialects.creem.body import Body
from farebox.dialects.creem.entities import head
from farebox.instants import stamp

if TYPE_CHECKING:
    from farebox.billing.discounts import Discount
    from farebox.billing.known import Known

BASIS_POINTS_IN_A_PERCENT = 100
BASIS_POINTS_IN_ALL = 10_000
CODE_LENGTH = 10
MOST_MONTHS = 120
DURATION, MONTHS = "duration", "duration_in_months"
"""Creem's discounts have no metadata of their own, so what only Creem knows is kept there."""

DURATIONS = ("forever", "once", "repeating")
PARAMS: Mapping[str, str] = {
    "basis_points": "percentage",
    "amounts": "amount",
    "ends_at": "expiry_date",
    "products": "applies_to_products",
}

_FIELDS = {
    "name": "name",
    "code": "code",
    "type": "type",
    "expiry_date": "ends_at",
    "max_redemptions": "max_redemptions",
    "applies_to_products": "products",
}


def read_new(body: Body) -> dict[str, Any]:
    """A discount to make; without a code, one is made up."""
    body.require("name", "type", DURATION, "applies_to_products")
    document = {"code": ids.new("code")[-CODE_LENGTH:].upper(), **body.take_all(_FIELDS)}
    document |= _percentage_off(body) | _amount_off(body)
    duration = body.take_one_of(DURATION, DURATIONS)
    months = body.take_whole_number(MONTHS, 1, MOST_MONTHS)
    if months is not None and duration != "repeating":
        body.wrong(MONTHS, "excluded", "Goes with duration repeating")
    lasts = {DURATION: duration, MONTHS: months}
    return document | {"metadata": {name: value for name, value in lasts.items() if value}}


def write(discount: "Discount", known: "Known") -> dict[str, Any]:
    """A discount; a fixed one in the first of its currencies."""
    written = {
        **head(discount),
        "status": _status(discount),
        "name": discount.name,
        "code": discount.code or "",
        "type": discount.type,
        **_lasting(discount, MONTHS),
        "applies_to_products": list(discount.products),
        "redeem_count": discount.redemptions,
    }
    if discount.type == "percentage":
        written["percentage"] = _percentage(discount)
    for currency, amount in list((discount.amounts or {}).items())[:1]:
        written |= {"amount": amount, "currency": currency.upper()}
    if discount.ends_at is not None:
        written["expiry_date"] = discount.ends_at
    if discount.max_redemptions is not None:
        written["max_redemptions"] = discount.max_redemptions
    return written


def write_applied(discount: "Discount", currency: str) -> dict[str, Any]:
    """A discount inside a checkout, under the names that it has there."""
    fixed = (discount.amounts or {}).get(currency, 0)
    return {
        "id": discount.id,
        **({"discountCode": discount.code} if discount.code else {}),
        "name": discount.name,
        "type": discount.type,
        "amount": fixed if discount.type == "fixed" else _percentage(discount),
        **_lasting(discount, "durationInMonths"),
    }


def _percentage_off(body: Body) -> dict[str, Any]:
    percentage = body.take_number("percentage")
    if percentage is None:
        return {}
    points = percentage * BASIS_POINTS_IN_A_PERCENT
    if points != int(points) or not 1 <= points <= BASIS_POINTS_IN_ALL:
        body.wrong("percentage", "out_of_range", "From 0.01 to 100, two decimals at most")
    return {"basis_points": int(points)}


def _amount_off(body: Body) -> dict[str, Any]:
    amount, currency = body.take("amount"), body.take("currency")
    if amount is None:
        return {}
    if not isinstance(currency, str):
        body.wrong("currency", "required", "An amount needs its currency")
        return {}
    return {"amounts": {currency: amount}}


def _percentage(discount: "Discount") -> int | Decimal:
    whole, rest = divmod(discount.basis_points or 0, BASIS_POINTS_IN_A_PERCENT)
    exact = Decimal(discount.basis_points or 0) / BASIS_POINTS_IN_A_PERCENT
    return exact if rest else whole


def _lasting(discount: "Discount", months_name: str) -> dict[str, Any]:
    duration, months = discount.metadata.get(DURATION), discount.metadata.get(MONTHS)
    written: dict[str, Any] = {"duration": duration if duration in DURATIONS else "once"}
    return written | ({months_name: months} if isinstance(months, int) else {})


def _status(discount: "Discount") -> str:
    now = stamp(clock.now())
    if not discount.active:
        return "deleted"
    if discount.ends_at and discount.ends_at <= now:
        return "expired"
    return "scheduled" if discount.starts_at and now < discount.starts_at else "active"

"""When a price is billed: its periods from a first day on, and their invoices."""

from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import Any

from farebox import clock
from farebox.billing.catalogue import Price
from farebox.billing.known import Reference
from farebox.dialects import farebox
from farebox.handler import Answer, Request
from farebox.pricing.cadence import Period, cycle_of_configuration, invoicing_periods, periods
from farebox.problems import FieldErrors, NotFound
from farebox.storage.load import load

MAXIMUM_YEAR = 2200


def of_price(request: Request, id: str) -> Answer:
    """GET the next periods of a recurring price: ``anchor`` is the first day, ``limit`` how many.

    Each period has the date of its invoice, or of each where its cycle is cut into several.
    """
    limit = farebox.read_page(request, ("anchor",), Price.prefix).limit
    anchor = _anchor(request)
    this = Reference(Price, id)
    price = load(request, "prices:read", [this]).known.found.get(this)
    if not isinstance(price, Price):
        raise NotFound("There is no such price")
    cycle = price.cycle()
    if cycle is None:
        return farebox.write_list([])
    configuration = price.invoicing_cycle_configuration
    invoicing = cycle_of_configuration(configuration) if configuration else None
    return farebox.write_list(
        [
            _shown(period, price, invoicing_periods(anchor, cycle, place, invoicing))
            for place, period in enumerate(islice(periods(anchor, cycle), limit))
        ]
    )


def _shown(period: Period, price: Price, cuts: Iterable[Period]) -> Any:
    return {
        "object": "period",
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "days": period.days,
        "invoice_dates": [
            (cut.start if price.billed_in_advance else cut.end).isoformat() for cut in cuts
        ],
    }


def _anchor(request: Request) -> date:
    text = request.query.get("anchor")
    if text is None:
        return clock.now().date()
    errors = FieldErrors()
    try:
        anchor = date.fromisoformat(text)
        if anchor.year > MAXIMUM_YEAR:
            raise ValueError
    except ValueError:
        anchor = date.min
        errors.add("anchor", "invalid_date", "Not a date such as 2026-01-31")
    errors.raise_if_any()
    return anchor

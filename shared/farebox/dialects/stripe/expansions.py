"""``expand``: what an answer spells out that it would otherwise name by an id, or leave out."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from farebox.billing.catalogue import Price, Product
from farebox.billing.checkouts import Checkout
from farebox.billing.discounts import Discount
from farebox.billing.known import Reference
from farebox.billing.payers import Customer
from farebox.dialects.stripe.forms import Parts, refused

if TYPE_CHECKING:
    from farebox.billing.records import Record

MAXIMUM_EXPANSIONS = 20

LINES = "line_items"
PRODUCT_OF_LINES = "line_items.data.price.product"
# What a record of ours never has can be spelt out, too: it stays null.
_OF_SESSIONS = frozenset(
    (LINES, PRODUCT_OF_LINES, "line_items.data.price", "customer")
    + ("payment_intent", "subscription", "invoice", "setup_intent")
)
_OF_LINES = "line_items."
_AT: tuple[tuple[re.Pattern[str], str, frozenset[str]], ...] = (
    (re.compile("/v1/prices(/[^/]+)?"), "", frozenset(("product", "currency_options", "tiers"))),
    (re.compile("/v1/products(/[^/]+)?"), "", frozenset(("default_price",))),
    (re.compile("/v1/checkout/sessions(/[^/]+(/expire)?)?"), "", _OF_SESSIONS),
    (re.compile("/v1/checkout/sessions/[^/]+/line_items"), _OF_LINES, _OF_SESSIONS),
)
_LISTS = re.compile("/v1/[a-z]+|/v1/checkout/sessions(/[^/]+/line_items)?")


def read(asked: str | Parts, method: str, route: str) -> frozenset[str]:
    """What a request to ``route`` wants spelt out, by paths from a single record.

    Raises ``InvalidAsSent``.
    """
    paths = [asked] if isinstance(asked, str) else list(asked.values())
    if len(paths) > MAXIMUM_EXPANSIONS:
        raise refused("expand", "parameter_invalid", f"At most {MAXIMUM_EXPANSIONS} expansions.")
    under, allowed = _allowed(route)
    listed = method == "GET" and _LISTS.fullmatch(route) is not None
    found = set()
    for path in paths:
        if not isinstance(path, str):
            raise refused("expand", "parameter_invalid_array", "Invalid array")
        short = f"{under}{path}" if under else path.removeprefix("data." if listed else "")
        if short not in allowed or (listed and not path.startswith("data.")):
            message = f"This property cannot be expanded ({path[:100]})."
            raise refused("expand", "parameter_invalid_expansion", message)
        found.add(short)
    return frozenset(found)


def _allowed(route: str) -> tuple[str, frozenset[str]]:
    for path, under, allowed in _AT:
        if path.fullmatch(route):
            return under, allowed
    return "", frozenset()


def references(records: Iterable["Record"], expanded: frozenset[str]) -> Iterator[Reference]:
    """What answers about ``records`` spell out."""
    for record in records:
        if isinstance(record, Price) and "product" in expanded:
            yield Reference(Product, record.product)
        if isinstance(record, Checkout):
            if record.customer is not None and "customer" in expanded:
                yield Reference(Customer, record.customer)
            if shows_lines(expanded):
                yield from of_lines(record, expanded)


def shows_lines(expanded: frozenset[str]) -> bool:
    """Whether sessions are to show what they sell."""
    return any(path.startswith(LINES) for path in expanded)


def of_lines(checkout: Checkout, expanded: frozenset[str]) -> Iterator[Reference]:
    """What the lines of a session need: their prices, and what the discount is for."""
    if checkout.discount is not None:
        yield Reference(Discount, checkout.discount)
    for line in checkout.line_items:
        if line.price is not None:
            yield Reference(Price, line.price)
        if line.product is not None and PRODUCT_OF_LINES in expanded:
            yield Reference(Product, line.product)

"""What the checkout page shows: everything that the template needs, decided before it is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from farebox.billing.checkout_page import Notice, State
from farebox.billing.line_items import LineItem
from farebox.pricing.money import Currency
from farebox.problems import FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutView:
    """A checkout as its customer sees it. Amounts are minor units of ``currency``.

    In the state ``failed`` the contents are frozen and another card is asked for, in
    ``requires_action`` the bank's question, and ``processing`` looks again by itself. With a
    ``notice`` nothing was charged.

    ``units`` is their number where the customer may change it, else none. ``cards`` names the
    sandbox's cards to choose from, in this order; none where the total is 0. ``typed`` is the form
    as ``validation.checkout_page.read_form`` gave it, where the page answers one; ``errors`` are
    that form's, their params ``email``, ``units``, ``discount_code``, ``test_card`` and
    ``custom_fields.<key>``. ``failure`` is the code of what went wrong in the state ``failed``:
    the decline code where there is one. ``attempts`` is how often the order had been charged when
    the page was drawn: the form brings it back, so that no second click charges again. With
    ``returns`` the browser goes on to ``success_url`` by itself.
    """

    state: State
    merchant: str
    livemode: bool
    currency: Currency
    lines: tuple[LineItem, ...]
    subtotal_amount: int
    discount_amount: int
    total_amount: int
    discount_code: str | None = None
    units: int | None = None
    email: str | None = None
    asks_email: bool = True
    custom_fields: tuple[Mapping[str, Any], ...] = ()
    cards: tuple[str, ...] = ()
    saving: Literal["optional", "required"] = "optional"
    success_url: str | None = None
    cancel_url: str | None = None
    order_number: str | None = None
    card_brand: str | None = None
    card_last4: str | None = None
    failure: str | None = None
    typed: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    notice: Notice | None = None
    attempts: int = 0
    returns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalView:
    """A page in place of a checkout: there is none, or not now."""

    kind: Literal["not_found", "too_many_attempts", "unavailable"]
    retry_after_seconds: int | None = None


View = CheckoutView | RefusalView

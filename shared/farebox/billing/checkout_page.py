"""What a customer may do on the page of their checkout, and what comes of it.

open ──▶ processing ──▶ completed
           │   ▲ └────▶ requires_action ──▶ (processing, failed)
           ▼   │
          failed        open, failed and requires_action end with the checkout's time: expired
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from farebox.billing import charges, checkout_contents, checkout_orders, checkouts, order_states
from farebox.billing.checkout_contents import Contents
from farebox.billing.checkout_orders import NewIds
from farebox.billing.checkouts import Checkout
from farebox.billing.known import Known, Reference
from farebox.billing.orders import Order
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.payment_methods import SANDBOX
from farebox.billing.records import Change
from farebox.billing.sandbox_cards import CARDS
from farebox.problems import FieldError, FieldErrors, InvalidRequest

if TYPE_CHECKING:
    from farebox.validation.checkout_page import Asks, CheckoutForm, Document

State = Literal["open", "failed", "requires_action", "processing", "completed", "expired"]
Notice = Literal["total_changed", "attempt_limit"]

# Of units: no product has more.
MOST_DIGITS = 12
_BY_ORDER: Mapping[str, State] = {
    order_states.FAILED: "failed",
    order_states.REQUIRES_ACTION: "requires_action",
    order_states.PAID: "completed",
    order_states.CANCELED: "expired",
}
_WAITS_FOR_ITS_CUSTOMER = ("open", "failed", "requires_action")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A checkout as its page was asked for it, with what is known beside it; ``document`` is the
    form that came, if one did."""

    checkout: Checkout
    known: Known
    now: datetime
    document: "Document | None" = None

    @property
    def order(self) -> Order | None:
        return self.known.found_as(Order, self.checkout.order or "")

    @property
    def state(self) -> State:
        """What the page shows: what its order says, where there is one."""
        state: State = "open"
        if self.checkout.status == checkouts.EXPIRED:
            state = "expired"
        elif self.order is not None:
            state = _BY_ORDER.get(self.order.status, "processing")
        over = checkouts.is_over(self.checkout, self.now)
        return "expired" if over and state in _WAITS_FOR_ITS_CUSTOMER else state

    @property
    def typed_discount_code(self) -> str | None:
        """The code in the form, as far as it can be one; without a form the checkout's."""
        if self.document is None or "discount_code" not in self.document:
            return self.checkout.discount_code
        text: str = self.document["discount_code"]
        return text if 0 < len(text) <= checkout_contents.LONGEST_CODE else None

    @property
    def tries_a_card(self) -> bool:
        """Whether somebody tries a card, which nobody may do without end."""
        return self.document is not None and self.document.get("action") not in (None, "update")

    @property
    def tries_a_code(self) -> bool:
        """Whether somebody tries a discount code: nor may that be done without end."""
        code = None if self.document is None else self.typed_discount_code
        return code is not None and code != self.checkout.discount_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be kept, what the charge worker is to do then, and what the customer is to know.

    Where ``errors`` or a ``notice`` are there nothing else is.
    """

    change: Change | None = None
    command: str | None = None
    contents: Contents | None = None
    errors: tuple[FieldError, ...] = ()
    notice: Notice | None = None


def references(visit: Visit) -> Iterable[Reference]:
    """What must be read, beside the checkout, before its page can be shown or its form decided."""
    checkout = visit.checkout
    if checkout.order is not None:
        yield Reference(Order, checkout.order)
    if checkout.customer is not None:
        yield Reference(Customer, checkout.customer)
    if checkout.status == checkouts.OPEN:
        yield from checkout_contents.references(
            checkout, _typed_units(visit), visit.typed_discount_code
        )


def method_of(visit: Visit) -> Iterable[Reference]:
    """The card that the order is paid by, or was tried by last."""
    if visit.order is not None and visit.order.payment_method is not None:
        yield Reference(PaymentMethod, visit.order.payment_method)


def decide(visit: Visit, *, ids: NewIds) -> Decision:
    """What becomes of a form, or, without one, what the page has to say of itself."""
    action = None if visit.document is None else visit.document.get("action")
    if visit.state == "open":
        return _of_open(visit, action, ids)
    if visit.state == "failed" and action == "pay":
        return _again(visit, ids)
    if visit.state == "requires_action" and action in _ANSWERS and _is_latest(visit):
        return Decision(command=action)
    return Decision()


_ANSWERS = (charges.AUTHENTICATE, charges.REFUSE_AUTHENTICATION)


def asks(visit: Visit, total_amount: int) -> "Asks":
    """What the page asks for before it is paid."""
    from farebox.validation.checkout_page import Asks

    first = visit.state == "open"
    return Asks(
        email=first and asks_email(visit),
        cards=cards(visit, total_amount),
        custom_fields=visit.checkout.custom_fields if first else (),
    )


def asks_email(visit: Visit) -> bool:
    """A customer who is known is not asked who they are, nor one whom the merchant named."""
    return visit.checkout.customer is None and visit.checkout.customer_email is None


def cards(visit: Visit, total_amount: int) -> tuple[str, ...]:
    """The sandbox's cards to choose from, where there is something to pay by them."""
    sandbox = visit.known.organization.processor == SANDBOX
    return tuple(CARDS) if sandbox and total_amount else ()


def _of_open(visit: Visit, action: str | None, ids: NewIds) -> Decision:
    errors = FieldErrors()
    contents = checkout_contents.adjusted(
        visit.checkout,
        _typed_units(visit),
        visit.typed_discount_code,
        visit.known,
        errors,
        now=visit.now,
    )
    if visit.document is None:
        return Decision(contents=contents, errors=errors.found)
    form, wrong = _checked(visit, contents)
    found = (*wrong, *(each for each in errors.found if each.param not in _params(wrong)))
    if found or form is None or action != "pay":
        return Decision(contents=contents, errors=found)
    missing = _missing_payer(visit, contents)
    if missing is not None:
        return Decision(contents=contents, errors=(missing,))
    if form.shown_total != contents.total_amount:
        return Decision(contents=contents, notice="total_changed")
    change = checkout_orders.confirm(
        visit.checkout, form, contents, livemode=visit.known.livemode, ids=ids, now=visit.now
    )
    return Decision(contents=contents, change=change, command="charge")


def _missing_payer(visit: Visit, contents: Contents) -> FieldError | None:
    """Why nobody can pay, if nobody can."""
    if contents.total_amount and not cards(visit, contents.total_amount):
        message = "Nothing can be charged yet: this organization has no payment processor here"
        return FieldError("", "no_processor", message)
    customer = visit.known.found_as(Customer, visit.checkout.customer or "")
    if customer is not None and customer.deleted_at is not None:
        return FieldError("", "customer_deleted", "This customer was deleted")
    return None


def _again(visit: Visit, ids: NewIds) -> Decision:
    """Another card for an order that was declined; its contents stay. A form that is older than the
    decline is a second click: it shows what became of the first."""
    order, contents = visit.order, checkout_contents.of(visit.checkout)
    assert order is not None
    if not _is_latest(visit):
        return Decision()
    form, wrong = _checked(visit, contents)
    if form is None:
        return Decision(contents=contents, errors=wrong)
    missing = _missing_payer(visit, contents)
    if missing is not None:
        return Decision(contents=contents, errors=(missing,))
    if form.shown_total != order.total_amount:
        return Decision(contents=contents, notice="total_changed")
    if not visit.known.organization.retry_policy.allows(order.attempts, visit.now):
        return Decision(contents=contents, notice="attempt_limit")
    change = checkout_orders.pay_again(order, visit.checkout, form, ids=ids, now=visit.now)
    return Decision(change=change, command="charge")


def _is_latest(visit: Visit) -> bool:
    """Whether the form is of a page that showed the order's last attempt."""
    assert visit.order is not None and visit.document is not None
    return bool(visit.document.get("shown_attempts") == str(len(visit.order.attempts)))


def _checked(
    visit: Visit, contents: Contents
) -> tuple["CheckoutForm | None", tuple[FieldError, ...]]:
    from farebox.validation.checkout_page import check_form

    assert visit.document is not None
    try:
        return check_form(visit.document, asks(visit, contents.total_amount)), ()
    except InvalidRequest as refusal:
        return None, refusal.errors


def _params(errors: Iterable[FieldError]) -> set[str]:
    return {error.param for error in errors}


def _typed_units(visit: Visit) -> int | None:
    """The units that the form carries, as far as they are a number; the form says what is wrong."""
    text = "" if visit.document is None else visit.document.get("units", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) or None if is_number else None

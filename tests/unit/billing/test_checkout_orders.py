"""A checkout from its customer's confirmation to its end, as decisions about records."""

from dataclasses import replace
from typing import Any

import pytest

from farebox.billing import attempts, checkout_contents, checkout_orders, checkouts, order_states
from farebox.billing.checkout_orders import NewIds
from farebox.billing.checkouts import Checkout
from farebox.billing.known import Known
from farebox.billing.orders import Order
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Change
from farebox.instants import instant, stamp
from farebox.problems import FieldErrors
from farebox.validation.checkout_page import CheckoutForm
from farebox.validation.checkouts import CreateCheckout
from tests.unit.builders import NOW, asked, customer, discount, known, price, product

ID = "chk_01j00000000000000000000000"
IDS = NewIds(order="ord_01j0", customer="cus_01j0", payment_method="pm_01j0")
FORM = {"action": "pay", "email": "ada@example.com", "test_card": "success", "shown_total": "2250"}


def opened(*records: Any, **fields: Any) -> Checkout:
    request = asked(CreateCheckout, **fields)
    url = f"https://pay.example.com/checkout/{ID}"
    made = checkouts.create(request, known(*records), id=ID, url=url, now=NOW).record
    assert isinstance(made, Checkout)
    return made


def confirmed(what_is_known: Known, checkout: Checkout, **fields: str) -> Change:
    errors = FieldErrors()
    contents = checkout_contents.adjusted(
        checkout, None, checkout.discount_code, what_is_known, errors, now=NOW
    )
    errors.raise_if_any()
    form = asked(CheckoutForm, **{**FORM, **fields})
    return checkout_orders.confirm(checkout, form, contents, livemode=False, ids=IDS, now=NOW)


def sold() -> tuple[Known, Checkout]:
    seat, tenth = product(price()), discount(max_redemptions=3)
    what_is_known = known(seat, tenth)
    return what_is_known, opened(seat, tenth, product=seat.id, units=2, discount_code="TENTH")


def part(change: Change, kind: type) -> Any:
    (found,) = (
        each.record for each in (change, *change.alongside) if isinstance(each.record, kind)
    )
    return found


def paid(change: Change) -> Change:
    """The change by which a worker settles the order as paid by its card."""
    order = part(change, Order)
    attempt = attempts.Attempt(
        number=1,
        trigger=attempts.CHECKOUT,
        payment_method=order.payment_method,
        token="success",  # noqa: S106
        processor="sandbox",
        amount=order.total_amount,
        currency="usd",
        started_at=stamp(NOW),
        settled_at=stamp(NOW),
        status=attempts.SUCCEEDED,
    )
    after = replace(order, status=order_states.PAID, due_at=None, attempts=(attempt,))
    return Change(record=after, events=("order.paid",), before=order)


def test_what_is_confirmed_is_one_transaction_of_everything() -> None:
    """Else a crash leaves an order without its checkout, or a redemption without an order."""
    change = confirmed(*sold())

    order, checkout = part(change, Order), part(change, Checkout)
    method, buyer = part(change, PaymentMethod), part(change, Customer)
    assert (order.status, order.due_at, order.trigger) == ("scheduled", stamp(NOW), "checkout")
    assert (order.subtotal_amount, order.discount_amount, order.total_amount) == (2500, 250, 2250)
    assert (order.checkout, checkout.order, order.customer) == (ID, order.id, buyer.id)
    assert (checkout.status, checkout.due_at) == ("confirmed", checkout.expires_at)
    assert (method.id, method.only_for, method.is_listed) == (order.payment_method, order.id, False)
    (counted,) = change.countings
    assert (counted.field, counted.by, counted.most) == ("redemptions", 1, 3)
    assert [each.events for each in (change, *change.alongside)] == [
        *(("order.created",), ("checkout.updated",), ("customer.created",), ()),
    ]


def test_a_line_is_named_after_its_order() -> None:
    """Else two records have lines of the same id."""
    order = part(confirmed(*sold()), Order)

    assert [line.id for line in order.line_items] == ["oli_01j0_1"]


def test_a_payment_completes_its_checkout_and_keeps_the_card_that_was_asked_for() -> None:
    """Else what was paid stays open, or a card is gone that was to be charged later."""
    made = confirmed(*sold(), save_payment_method="on")
    settled = paid(made)
    what_is_known = known(part(made, Checkout), part(made, Customer), part(made, PaymentMethod))

    change = checkout_orders.with_checkout(settled, what_is_known, now=NOW)

    checkout, method, buyer = (part(change, each) for each in (Checkout, PaymentMethod, Customer))
    assert (checkout.status, checkout.due_at) == ("completed", None)
    assert (method.only_for, method.is_listed) == (None, True)
    assert buyer.default_payment_method.id == method.id
    assert change.countings == ()


def test_a_cancellation_gives_its_discount_back() -> None:
    """Else a discount is used up by those who never paid."""
    made = confirmed(*sold())
    order = replace(part(made, Order), status=order_states.CANCELED, due_at=None)
    canceled = Change(record=order, events=("order.canceled",), before=part(made, Order))

    change = checkout_orders.with_checkout(canceled, known(part(made, Checkout)), now=NOW)

    assert part(change, Checkout).status == "expired"
    assert [(each.field, each.by) for each in change.countings] == [("redemptions", -1)]


def test_an_order_without_a_checkout_has_nothing_to_be_read_with() -> None:
    """Else every charge pays for a read."""
    order = part(confirmed(*sold()), Order)

    assert list(checkout_orders.references(order)) == []
    settled = replace(order, status=order_states.PAID, checkout=None)
    assert list(checkout_orders.references(settled)) == []


@pytest.mark.parametrize(("seconds", "status"), [(-1, "open"), (0, "expired"), (1, "expired")])
def test_an_open_checkout_reads_as_expired_from_its_last_second_on(
    seconds: int, status: str
) -> None:
    """Else what the list shows as open cannot be paid."""
    _, checkout = sold()
    at = instant(checkout.expires_at).timestamp() + seconds

    now = NOW.fromtimestamp(at, NOW.tzinfo)

    assert checkouts.as_of(checkout, now).status == status
    later = replace(checkout, status=checkouts.COMPLETED)
    assert checkouts.as_of(later, now).status == "completed"


def test_nothing_follows_the_end_of_a_checkout() -> None:
    """Else what was paid expires."""
    _, checkout = sold()

    for before, following in checkouts.NEXT.items():
        for after in (*checkouts.NEXT, "paid"):
            due_at = checkout.expires_at if after == checkouts.CONFIRMED else None
            standing = replace(checkout, status=before)
            if after in following:
                change = checkouts.moved(standing, after, NOW, due_at=due_at)
                assert change.events == checkouts.EVENTS[after]
            else:
                with pytest.raises(AssertionError):
                    checkouts.moved(standing, after, NOW, due_at=due_at)


def test_a_customer_who_is_known_is_not_made_again() -> None:
    """Else a returning customer is a stranger at every checkout."""
    seat, buyer = product(price()), customer()
    checkout = opened(seat, buyer, product=seat.id, customer=buyer.id)

    change = confirmed(known(seat, buyer), checkout, shown_total="1250")

    assert part(change, Order).customer == buyer.id
    assert not any(isinstance(each.record, Customer) for each in change.alongside)

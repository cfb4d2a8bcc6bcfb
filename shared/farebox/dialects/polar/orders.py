"""Orders as Polar shows them, the attempts to charge them, and what became of a finalize."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from farebox.billing import attempts, declines, order_states
from farebox.billing.attempts import Attempt, Failure
from farebox.billing.catalogue import Product
from farebox.billing.known import Known, Reference
from farebox.billing.line_items import LineItem
from farebox.billing.orders import Order
from farebox.billing.payers import Customer, PaymentMethod
from farebox.dialects.polar import catalogue
from farebox.dialects.polar.refusals import refusal
from farebox.handler import Answer

PAYMENT = "pay"
MISSING_METHOD = "missing_payment_method"

_STATES: Mapping[str, str] = {
    **dict.fromkeys((order_states.SCHEDULED, order_states.RETRYING), "pending"),
    **dict.fromkeys((order_states.CHARGING, order_states.PROCESSING), "pending"),
    **dict.fromkeys((order_states.FAILED, order_states.REQUIRES_ACTION), "draft"),
    order_states.DRAFT: "draft",
    order_states.PAID: "paid",
    order_states.CANCELED: "void",
}
_STOPPED = (order_states.FAILED, order_states.REQUIRES_ACTION, order_states.RETRYING)
_PAYMENTS: Mapping[str, str] = {
    **dict.fromkeys((attempts.OPEN, attempts.PROCESSING, attempts.REQUIRES_ACTION), "pending"),
    **dict.fromkeys((attempts.DECLINED, attempts.ABANDONED), "failed"),
    attempts.SUCCEEDED: "succeeded",
}
_TRIGGERS: Mapping[str, str] = {
    attempts.RETRY: "retry_dunning",
    attempts.PAYMENT_METHOD_UPDATE: "retry_payment_method_update",
}


def expands(order: Order) -> Iterable[Reference]:
    """The customer and the product, which stand whole in an order."""
    yield Reference(Customer, order.customer)
    product = _product_id(order)
    if product is not None:
        yield Reference(Product, product)


def document(order: Order, known: Known) -> dict[str, Any]:
    """An order; without taxes and refunds, and with nothing for the platform."""
    paid = order.status == order_states.PAID
    canceled = order.status == order_states.CANCELED
    net = order.subtotal_amount - order.discount_amount
    customer = known.found_as(Customer, order.customer)
    assert customer is not None
    product_id = _product_id(order)
    product = known.found_as(Product, product_id) if product_id else None
    quantity = order.line_items[0].quantity if product_id else None
    return {
        **catalogue.stamps(order),
        "status": _STATES[order.status],
        "paid": paid,
        "subtotal_amount": order.subtotal_amount,
        "discount_amount": order.discount_amount,
        "net_amount": net,
        "tax_amount": order.tax_amount,
        "total_amount": order.total_amount,
        "applied_balance_amount": 0,
        "due_amount": 0 if canceled else order.outstanding_amount,
        "refunded_amount": 0,
        "refunded_tax_amount": 0,
        "currency": order.currency,
        "billing_reason": "purchase",
        "billing_name": order.billing_name,
        "billing_address": catalogue.address(order.billing_address or customer.billing_address),
        "invoice_number": order.invoice_number,
        "is_invoice_generated": False,
        "receipt_number": None,
        "seats": None,
        "units": quantity if quantity != 1 else None,
        "customer_id": order.customer,
        "product_id": product_id,
        "discount_id": order.discount,
        "subscription_id": None,
        "checkout_id": order.checkout,
        "next_payment_attempt_at": order.next_attempt_at,
        "metadata": order.metadata,
        "custom_field_data": _custom_fields(order.custom_field_data),
        "platform_fee_amount": 0,
        "platform_fee_currency": None,
        "customer": {**catalogue.customer(customer, known), "email": customer.email},
        "product": catalogue.product_alone(product, known) if product else None,
        "discount": None,
        "subscription": None,
        "items": [_item(order, line, product) for line in order.line_items],
        "description": order.description or order.line_items[0].description,
        "refundable_amount": net if paid else 0,
        "refundable_tax_amount": 0,
    }


def finalized(order: Order, known: Known) -> Answer:
    """The answer to a finalize: the order if it is paid, else why it is not."""
    if order.status == order_states.PAID:
        return Answer(200, document(order, known))
    if order.status == order_states.CANCELED:
        return refusal(412, "OrderNotDraft", "This order is canceled")
    failure = order.last_failure
    if order.status not in _STOPPED or failure is None:
        message = "This order is being charged; its outcome is not known yet"
        return refusal(409, "PaymentAlreadyInProgress", message)
    needs_customer = order.status == order_states.REQUIRES_ACTION
    error = "PaymentActionRequired" if needs_customer else "PaymentFailed"
    return refusal(402, error, failure.message, **_why(order, failure))


def _why(order: Order, failure: Failure) -> dict[str, Any]:
    """What Polar knows and keeps to itself: the decline, and whether another try can help."""
    return {
        "reason": MISSING_METHOD if failure.code == MISSING_METHOD else "card_error",
        "decline_code": failure.decline_code,
        "advice_code": failure.advice_code,
        "retryable": failure.category == declines.TEMPORARY,
        "next_payment_attempt_at": order.next_attempt_at,
    }


def payment(order: Order, attempt: Attempt, known: Known) -> dict[str, Any]:
    """An attempt; Polar's SDK knows one processor, whichever it was."""
    method = known.found_as(PaymentMethod, attempt.payment_method)
    failure = attempt.failure
    return {
        "created_at": attempt.started_at,
        "modified_at": attempt.settled_at,
        "id": f"{PAYMENT}_{order.id.partition('_')[2]}_{attempt.number}",
        "processor": catalogue.PROCESSOR,
        "status": _PAYMENTS[attempt.status],
        "amount": attempt.amount,
        "currency": attempt.currency,
        "method": "card",
        "trigger": _TRIGGERS.get(attempt.trigger, "purchase"),
        "decline_reason": (failure.decline_code or failure.code) if failure else None,
        "decline_message": failure.message if failure else None,
        "organization_id": known.organization.id,
        "checkout_id": order.checkout,
        "order_id": order.id,
        "method_metadata": {
            "brand": method.brand if method else "",
            "last4": method.last4 if method else "",
        },
    }


def _product_id(order: Order) -> str | None:
    """Polar's order is for one product; one of ours with more lines is for none in particular."""
    return order.line_items[0].product if len(order.line_items) == 1 else None


def _custom_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Custom field data; a fraction, which only other languages take, as text: else Polar's SDK
    could not read the order, nor any list that it is in."""
    return {
        name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in given.items()
    }


def _item(order: Order, line: LineItem, product: Product | None) -> dict[str, Any]:
    return {
        "created_at": order.created_at,
        "modified_at": None,
        "id": line.id,
        "label": line.description,
        "amount": line.total_amount,
        "tax_amount": 0,
        "proration": False,
        "product_price_id": catalogue.price_id(product, line.price, order.currency),
        "start_timestamp": None,
        "end_timestamp": None,
    }

"""Who pays: customers, and the payment methods of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from farebox.billing.known import Known
from farebox.billing.records import Record
from farebox.problems import FieldErrors


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod(Record):
    """``token`` is the processor's own name of the method; it charges nothing without its key.

    While ``only_for`` names an order, nothing else may be charged by it, and no list has it;
    ``kept_once_paid`` says that its customer wants it kept when that order is paid.
    """

    kind: ClassVar[str] = "payment_method"
    prefix: ClassVar[str] = "pm"

    customer: str
    processor: str
    token: str
    type: str = "card"
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    test_card: str | None = None
    detached_at: str | None = None
    only_for: str | None = None
    kept_once_paid: bool = False

    @property
    def is_listed(self) -> bool:
        """Not while it is one order's only."""
        return self.only_for is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer(Record):
    """Two customers may share an e-mail address; the older one is found by it.

    ``default_payment_method`` is kept whole, so that a charge reads one record. While ``due_at``
    is set, orders that stopped for want of a payment method wait to be tried on the new one;
    ``rearmed_to`` is the last of them that was looked at, and ``rearms_left`` how often all of
    them are still to be looked at. ``type`` and what follows it is only said in other languages.
    """

    kind: ClassVar[str] = "customer"
    prefix: ClassVar[str] = "cus"
    unique: ClassVar[tuple[str, ...]] = ("external_id",)
    shared: ClassVar[tuple[str, ...]] = ("email",)
    caseless: ClassVar[tuple[str, ...]] = ("email",)

    email: str | None = None
    name: str | None = None
    phone: str | None = None
    description: str | None = None
    external_id: str | None = None
    billing_address: Mapping[str, Any] | None = None
    shipping_address: Mapping[str, Any] | None = None
    default_payment_method: PaymentMethod | None = None
    deleted_at: str | None = None
    due_at: str | None = None
    rearmed_to: str | None = None
    rearms_left: int = 0
    type: str | None = None
    country: str | None = None
    default_currency: str | None = None
    timezone: str | None = None


def find_customer(known: Known, id: str, param: str, errors: FieldErrors) -> Customer | None:
    """The customer meant, or None after noting at ``param`` that there is none."""
    customer = known.find(Customer, id, param, errors)
    if customer is not None and customer.deleted_at is not None:
        errors.add(param, "customer_deleted", "This customer was deleted")
        return None
    return customer


def find_payment_method(
    known: Known, id: str, customer: str, param: str, errors: FieldErrors
) -> PaymentMethod | None:
    """The customer's payment method, or None after noting at ``param`` what is wrong with it."""
    method = known.found_as(PaymentMethod, id)
    if method is None or method.customer != customer:
        message = "This customer has no such payment method"
        errors.add(param, "unknown_payment_method", message)
        return None
    if method.only_for is not None:
        message = "Its customer did not ask to have this payment method kept"
        errors.add(param, "payment_method_not_kept", message)
        return None
    if method.detached_at is not None:
        errors.add(param, "payment_method_detached", "This payment method was detached")
        return None
    return method

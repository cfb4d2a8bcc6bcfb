"""What charging keeps: attempts, payment methods, and the index of what is due."""

from dataclasses import replace

import pytest

from farebox.billing.orders import Order
from farebox.billing.organizations import Organization
from farebox.billing.payers import Customer
from farebox.billing.records import Record
from farebox.billing.retry_policy import RetryPolicy
from farebox.instants import stamp
from farebox.storage import items
from farebox.storage.keys import Tenant
from tests.unit.builders import LATER, NOW, known
from tests.unit.charged_orders import (
    AUTHENTICATION,
    BUYER,
    CARD,
    HARD,
    PAYING,
    canceled,
    charged_by_hand,
    claimed,
    confirmed,
    declined,
    draft,
    due,
    paid,
    processing,
)

TENANT = Tenant("org_00000000000000000000000000", False)
WAITING = {
    "scheduled": due(),
    "charging": claimed(),
    "with its intent": confirmed(declined(), now=LATER),
    "processing": processing(),
    "retrying": declined(),
    "by hand": charged_by_hand(declined(), LATER),
}
AT_REST = {
    "draft": draft(),
    "requires_action": declined(failure=AUTHENTICATION),
    "failed": declined(failure=HARD),
    "paid": paid(confirmed(declined(), now=LATER), LATER),
    "canceled": canceled(declined()),
}
ORDERS = WAITING | AT_REST


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
def test_an_order_comes_back_with_every_attempt(order: Order) -> None:
    """Else a worker that takes over does not know what the one before has charged."""
    assert items.read(Order, items.text_of(order)) == order


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
def test_an_order_is_in_the_index_of_what_is_due_while_it_waits(order: Order) -> None:
    """Else it is never charged, or looked at each minute for ever."""
    item = items.record_item(TENANT, order, "write")

    if order in WAITING.values():
        assert item["due_sk"] == f"{order.due_at}#{TENANT.organization}#test#order#{order.id}"
        assert str(item["due_pk"]).startswith("DUE#")
    else:
        assert not {"due_pk", "due_sk"} & item.keys()


@pytest.mark.parametrize("record", [CARD, replace(CARD, detached_at=stamp(NOW)), BUYER, PAYING])
def test_a_customer_comes_back_with_the_card_they_pay_by(record: Record) -> None:
    """Else a customer who has a card is told that they have none."""
    assert items.read(type(record), items.text_of(record)) == record


def test_a_customer_is_due_while_orders_wait_for_their_new_card() -> None:
    """Else a customer gives us a new card, and nobody tries it."""
    armed = replace(PAYING, due_at=stamp(NOW), rearmed_to="ord_1")

    item = items.record_item(TENANT, armed, "write")

    assert item["due_sk"] == f"{stamp(NOW)}#{TENANT.organization}#test#customer#{armed.id}"
    assert "due_sk" not in items.record_item(TENANT, PAYING, "write")
    assert items.read(Customer, items.text_of(armed)) == armed


@pytest.mark.parametrize(
    "policy",
    [RetryPolicy(), RetryPolicy(delay_days=()), RetryPolicy(delay_days=(1,), maximum_in_30_days=3)],
)
def test_an_organization_comes_back_with_its_retry_policy(policy: RetryPolicy) -> None:
    """Else a merchant who wants no retries gets four."""
    organization = known(retry_policy=policy).organization

    assert items.read(Organization, items.text_of(organization)) == organization

"""Discount codes on checkouts: what comes off, and when a code is no good any more."""

from typing import Any

import pytest

from farebox.settings import settings
from local.template import Stack
from tests.client import Api
from tests.clocks import StoppedClock
from tests.refusals import refusal
from tests.tables import nothing_stored

PERCENTAGE = {"name": "Spring", "code": "SPRING", "type": "percentage", "basis_points": 2000}


def checkout_with(code: str, amount: int = 1250, currency: str = "usd") -> dict[str, Any]:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Seat"}}
    return {"line_items": [{"price_data": price, "quantity": 1}], "discount_code": code}


def made(api: Api, **fields: Any) -> Any:
    answer = api.post("/v1/discounts", PERCENTAGE | fields)
    assert answer.status == 201, answer.text
    return answer.body


def test_a_percentage_comes_off_the_total(api: Api) -> None:
    discount = made(api)

    checkout = api.post("/v1/checkouts", checkout_with("SPRING")).body

    assert (checkout["discount"], checkout["discount_code"]) == (discount["id"], "SPRING")
    assert checkout["subtotal_amount"] == 1250
    assert checkout["discount_amount"] == 250
    assert checkout["total_amount"] == 1000


@pytest.mark.parametrize(
    ("basis_points", "amount", "currency", "off"),
    [
        (3333, 1250, "usd", 417),  # 416.625
        (5000, 1251, "usd", 626),  # 625.5: half up
        (1000, 10_050, "kwd", 1010),  # 1005 is between two steps of 10
        (1000, 50_500, "isk", 5_100),  # 5050 is between two steps of 100
        (10_000, 1250, "usd", 1250),
    ],
)
def test_a_percentage_is_rounded_once_half_up_to_what_can_be_charged(
    api: Api, basis_points: int, amount: int, currency: str, off: int
) -> None:
    made(api, basis_points=basis_points)

    checkout = api.post("/v1/checkouts", checkout_with("SPRING", amount, currency)).body

    assert checkout["discount_amount"] == off


def test_a_fixed_amount_comes_off_in_its_currencies_and_never_more_than_all(api: Api) -> None:
    made(api, type="fixed", basis_points=None, amounts={"usd": 500, "eur": 400})

    dollars = api.post("/v1/checkouts", checkout_with("SPRING")).body
    euros = api.post("/v1/checkouts", checkout_with("SPRING", 399, "eur")).body
    yen = api.post("/v1/checkouts", checkout_with("SPRING", 5000, "jpy"))

    assert (dollars["discount_amount"], dollars["total_amount"]) == (500, 750)
    assert (euros["discount_amount"], euros["total_amount"]) == (399, 0)
    assert refusal(yen, 422) == [("discount_code", "currency_mismatch")]


@pytest.mark.parametrize("typed", ["SPRING", "spring", "sPrInG"])
def test_a_code_works_however_a_customer_types_it(api: Api, typed: str) -> None:
    discount = made(api, code="Spring")

    checkout = api.post("/v1/checkouts", checkout_with(typed)).body

    assert (checkout["discount"], checkout["discount_code"]) == (discount["id"], "Spring")


def test_a_code_works_from_its_start_to_just_before_its_end(
    api: Api, stopped: StoppedClock
) -> None:
    made(api, starts_at="2026-01-31T13:00:00Z", ends_at="2026-01-31T15:00:00+01:00")

    def broken_after(hours: float) -> list[tuple[str | None, str]]:
        stopped.advance(hours=hours)
        answer = api.post("/v1/checkouts", checkout_with("SPRING"))
        return [] if answer.status == 201 else refusal(answer, 422)

    assert broken_after(hours=0) == [("discount_code", "discount_not_started")]
    assert broken_after(hours=1) == []
    assert broken_after(hours=0.9) == []
    assert broken_after(hours=0.1) == [("discount_code", "discount_ended")]


def test_a_code_that_was_switched_off_is_refused(api: Api, stack: Stack) -> None:
    discount = made(api)
    api.patch(f"/v1/discounts/{discount['id']}", {"active": False})

    with nothing_stored(stack):
        answer = api.post("/v1/checkouts", checkout_with("SPRING"))

    assert refusal(answer, 422) == [("discount_code", "discount_inactive")]


def test_a_code_that_was_used_as_often_as_it_may_be_is_refused(api: Api, stack: Stack) -> None:
    discount = made(api, max_redemptions=1)
    assert api.post("/v1/checkouts", checkout_with("SPRING")).status == 201
    _count_a_redemption(api, discount["id"])

    with nothing_stored(stack):
        answer = api.post("/v1/checkouts", checkout_with("SPRING"))

    assert refusal(answer, 422) == [("discount_code", "discount_used_up")]


def test_a_discount_that_leaves_less_than_can_be_charged_is_refused(api: Api) -> None:
    made(api, basis_points=9900)

    answer = api.post("/v1/checkouts", checkout_with("SPRING"))

    assert refusal(answer, 422) == [("line_items", "amount_too_small")]


def test_everything_that_is_wrong_with_a_code_is_told_at_once(
    api: Api, stopped: StoppedClock
) -> None:
    made(
        api,
        type="fixed",
        basis_points=None,
        amounts={"eur": 100},
        ends_at="2026-01-31T12:00:01Z",
        active=False,
    )
    stopped.advance(hours=1)

    answer = api.post("/v1/checkouts", checkout_with("SPRING") | {"customer": "cus_x"})

    assert set(refusal(answer, 422)) == {
        ("customer", "unknown_customer"),
        ("discount_code", "discount_inactive"),
        ("discount_code", "discount_ended"),
        ("discount_code", "currency_mismatch"),
    }


def _count_a_redemption(api: Api, discount: str) -> None:
    """As the transaction that pays will, once there is one: the record is written by hand."""
    from dataclasses import replace

    from farebox.billing.discounts import Discount
    from farebox.storage import items, keys
    from farebox.storage.commit import version_is
    from farebox.storage.connection import Put, connection

    tenant = keys.Tenant(api.organization, livemode=False)
    table = settings().core_table
    [item] = connection().read({table: [keys.record(tenant, Discount, discount)]})[table]
    kept = items.record_of(Discount, item)
    used = replace(kept, redemptions=kept.redemptions + 1)
    put = Put(table, items.record_item(tenant, used, ""), version_is(kept.version))
    connection().transact([put], "redeemed")

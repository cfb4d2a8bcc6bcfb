"""Discounts: what comes off, when, and what of them can still change."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farebox.billing import discounts
from farebox.billing.discounts import Discount
from farebox.pricing.money import Currency, currencies
from farebox.problems import FieldErrors
from farebox.validation.catalogue import UpdateDiscount
from tests.unit.builders import LATER, asked, broken_rules, discount, known

CURRENCIES = st.sampled_from(list(currencies().values()))
TENTH = discount()


def changed(before: Discount, **fields: Any) -> Discount:
    change = discounts.update(before, asked(UpdateDiscount, **fields), known(), now=LATER)
    assert isinstance(change.record, Discount)
    return change.record


@given(CURRENCIES, st.integers(0, 10**7), st.integers(1, 10_000))
def test_a_percentage_takes_at_most_everything_in_whole_steps(
    currency: Currency, steps: int, basis_points: int
) -> None:
    """Else a customer is owed money, or the rest cannot be charged."""
    total = steps * currency.charge_step

    off = replace(TENTH, basis_points=basis_points).amount_off(total, currency)

    assert 0 <= off <= total
    assert off % currency.charge_step == 0
    assert abs(off - total * basis_points / 10_000) <= currency.charge_step / 2 + 0.001


@given(CURRENCIES, st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_fixed_amount_takes_at_most_everything(
    currency: Currency, steps: int, amount: int
) -> None:
    """Else a voucher of 20 on a purchase of 15 pays out 5."""
    total, off = steps * currency.charge_step, amount * currency.charge_step
    voucher = discount(amounts={currency.code: off})

    assert voucher.amount_off(total, currency) == min(off, total)


@given(CURRENCIES, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10_000))
def test_a_larger_purchase_never_gets_a_smaller_discount(
    currency: Currency, one: int, other: int, basis_points: int
) -> None:
    """Else it pays to buy less."""
    small, large = sorted((one * currency.charge_step, other * currency.charge_step))
    sale = replace(TENTH, basis_points=basis_points)

    assert sale.amount_off(small, currency) <= sale.amount_off(large, currency)


@pytest.mark.parametrize(
    ("code", "basis_points", "total", "off"),
    [
        ("usd", 1000, 2500, 250),
        ("usd", 5000, 5, 3),
        ("usd", 3333, 100, 33),
        ("usd", 10_000, 99_999_999, 99_999_999),
        ("isk", 1000, 50_500, 5_100),
        ("bhd", 5000, 1010, 510),
    ],
)
def test_a_percentage_is_rounded_once_half_up_to_a_step(
    code: str, basis_points: int, total: int, off: int
) -> None:
    """Else half of 5 cents is 2 in one place and 3 in another."""
    sale = replace(TENTH, basis_points=basis_points)

    assert sale.amount_off(total, currencies()[code]) == off


def test_a_fixed_amount_takes_nothing_in_a_currency_that_it_does_not_name() -> None:
    """Else ten dollars off are ten yen off, or the other way round."""
    assert discount(amounts={"usd": 1000}).amount_off(5000, currencies()["eur"]) == 0


@pytest.mark.parametrize(("code", "amount"), [("isk", 150), ("bhd", 105), ("ugx", 1)])
def test_a_fixed_amount_is_a_whole_number_of_steps(code: str, amount: int) -> None:
    """Else what remains after it cannot be charged."""
    assert broken_rules(lambda: discount(amounts={code: amount, "usd": 5})) == [
        (f"amounts.{code}", "invalid_step")
    ]


def test_every_bad_amount_is_told_at_once() -> None:
    """Else a caller repairs one currency per request."""
    assert len(broken_rules(lambda: discount(amounts={"isk": 150, "bhd": 105}))) == 2


def test_a_discount_is_made_active_and_unused() -> None:
    """Else nobody can redeem it."""
    sale = discount(code="SALE", metadata={"kept": "x", "gone": None})

    assert (sale.active, sale.redemptions, sale.version) == (True, 0, 1)
    assert sale.metadata == {"kept": "x"}


def test_only_the_named_fields_change() -> None:
    """Else a new name opens a discount again that was switched off."""
    before = replace(TENTH, active=False, redemptions=7)

    after = changed(before, name="A tenth, still")

    assert after == replace(
        before, name="A tenth, still", version=2, updated_at="2026-02-01T12:00:00.000Z"
    )


def test_what_a_discount_takes_off_cannot_be_changed() -> None:
    """Else a code on a printed card is worth something else than it says."""
    for field, value in (("basis_points", 1), ("amounts", {"usd": 1}), ("code", "X")):
        assert broken_rules(lambda f=field, v=value: changed(TENTH, **{f: v}))  # type: ignore[misc]


def test_an_end_before_the_start_that_is_already_kept_is_refused() -> None:
    """Else a discount ends before it starts, because they were changed one after the other."""
    before = discount(starts_at="2026-03-01T00:00:00Z")

    assert broken_rules(lambda: changed(before, ends_at="2026-02-01T00:00:00Z")) == [
        ("ends_at", "invalid_period")
    ]
    assert changed(before, starts_at=None, ends_at="2026-02-01T00:00:00Z").starts_at is None


@pytest.mark.parametrize(
    ("fields", "now", "codes"),
    [
        ({}, "2026-01-31T12:00:00.000Z", []),
        ({"starts_at": "2026-02-01T00:00:00.000Z"}, "2026-02-01T00:00:00.000Z", []),
        ({"starts_at": "2026-02-01T00:00:00.000Z"}, "2026-01-31T23:59:59.999Z", ["not_started"]),
        ({"ends_at": "2026-02-01T00:00:00.000Z"}, "2026-01-31T23:59:59.999Z", []),
        ({"ends_at": "2026-02-01T00:00:00.000Z"}, "2026-02-01T00:00:00.000Z", ["ended"]),
        ({"max_redemptions": 3, "redemptions": 2}, "2026-02-01T00:00:00.000Z", []),
        ({"max_redemptions": 3, "redemptions": 3}, "2026-02-01T00:00:00.000Z", ["used_up"]),
        (
            {"active": False, "max_redemptions": 1, "redemptions": 1},
            "2026-02-01T00:00:00.000Z",
            ["inactive", "used_up"],
        ),
    ],
)
def test_a_discount_holds_from_its_start_until_its_end_and_for_so_many(
    fields: dict[str, Any], now: str, codes: list[str]
) -> None:
    """Else a sale starts a moment late, never ends, or is given to one too many."""
    errors = FieldErrors()

    discounts.check_redeemable(
        replace(TENTH, **fields), currencies()["usd"], now, "discount_code", errors
    )

    if codes:
        rules = broken_rules(errors.raise_if_any)
        assert rules == [("discount_code", f"discount_{code}") for code in codes]
    else:
        errors.raise_if_any()

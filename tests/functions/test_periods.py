"""When a recurring price is billed: each period is invoiced once, whatever day it begins on."""

from typing import Any

import pytest

from tests.client import Api

INLINE = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Seat"}}


def periods(api: Api, anchor: str, **terms: Any) -> list[Any]:
    price = api.post("/v1/prices", INLINE | terms).body["id"]
    data: list[Any] = api.get(f"/v1/prices/{price}/periods?anchor={anchor}&limit=14").body["data"]
    return data


@pytest.mark.parametrize("anchor", ["2026-01-15", "2026-01-29", "2026-01-31", "2024-02-29"])
@pytest.mark.parametrize(
    "terms",
    [
        {"recurring": {"interval": "month"}},
        {"recurring": {"interval": "month", "interval_count": 3}},
        {"recurring": {"interval": "year"}},
        {"cadence": "monthly"},
    ],
    ids=["monthly", "quarterly", "yearly", "cadence"],
)
def test_each_period_is_invoiced_once_and_the_next_begins_where_it_ends(
    api: Api, terms: Any, anchor: str
) -> None:
    found = periods(api, anchor, **terms)

    assert len(found) == 14
    assert found[0]["start"] == anchor
    assert [period["start"] for period in found[1:]] == [period["end"] for period in found[:-1]]
    assert {len(period["invoice_dates"]) for period in found} == {1}


def test_a_price_that_is_paid_once_has_no_periods(api: Api) -> None:
    assert periods(api, "2026-01-31") == []

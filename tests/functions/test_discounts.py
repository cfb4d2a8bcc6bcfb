"""Discounts: what one takes off is clear when it is made, and stays."""

from typing import Any

import pytest

from local.template import Stack
from tests.client import Api
from tests.refusals import refusal
from tests.tables import nothing_stored

LEAST = {"name": "Spring", "type": "percentage", "basis_points": 1}


def made(api: Api, **fields: Any) -> Any:
    answer = api.post("/v1/discounts", LEAST | fields)
    assert answer.status == 201, answer.text
    return answer.body


def test_codes_that_differ_only_in_case_are_one(api: Api) -> None:
    made(api, code="SPRING")

    answer = api.post("/v1/discounts", LEAST | {"code": "spring"})

    assert (answer.status, answer.body["code"]) == (409, "code_taken")


@pytest.mark.parametrize("field", ["code", "type", "basis_points", "amounts", "redemptions"])
def test_what_a_discount_takes_off_never_changes(api: Api, field: str) -> None:
    record = made(api)

    answer = api.patch(f"/v1/discounts/{record['id']}", {field: record.get(field)})

    assert refusal(answer, 422) == [(field, "unknown_field")]


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"basis_points": 0}, [("basis_points", "greater_than_equal")]),
        ({"basis_points": 10_001}, [("basis_points", "less_than_equal")]),
        ({"basis_points": None}, [("basis_points", "required")]),
        ({"amounts": {"usd": 1}}, [("amounts", "excluded")]),
        ({"type": "fixed"}, [("amounts", "required"), ("basis_points", "excluded")]),
        ({"code": "no spaces"}, [("code", "string_pattern_mismatch")]),
        ({"starts_at": "tomorrow"}, [("starts_at", "invalid_time")]),
        ({"starts_at": "2026-01-01T00:00:00"}, [("starts_at", "invalid_time")]),
        (
            {"starts_at": "2026-02-01T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"},
            [("ends_at", "invalid_period")],
        ),
        ({"max_redemptions": 0}, [("max_redemptions", "greater_than_equal")]),
    ],
)
def test_a_discount_that_means_two_things_or_none_is_refused(
    api: Api, stack: Stack, fields: Any, broken: Any
) -> None:
    with nothing_stored(stack):
        answer = api.post("/v1/discounts", LEAST | fields)

    assert refusal(answer, 422) == broken


@pytest.mark.parametrize(
    ("amounts", "broken"),
    [
        ({}, ("amounts", "too_short")),
        ({"usd": 0}, ("amounts.usd", "greater_than_equal")),
        ({"zzz": 1}, ("amounts.zzz", "unknown_currency")),
        ({"kwd": 1005}, ("amounts.kwd", "invalid_step")),
        ({"usd": "5"}, ("amounts.usd", "invalid_type")),
    ],
)
def test_a_fixed_amount_that_cannot_be_taken_off_is_refused(
    api: Api, stack: Stack, amounts: Any, broken: Any
) -> None:
    with nothing_stored(stack):
        answer = api.post("/v1/discounts", {"name": "x", "type": "fixed", "amounts": amounts})

    assert refusal(answer, 422) == [broken]


def test_a_discount_never_comes_to_end_before_it_starts(api: Api) -> None:
    record = made(api, starts_at="2026-03-01T00:00:00Z")

    answer = api.patch(f"/v1/discounts/{record['id']}", {"ends_at": "2026-02-01T00:00:00Z"})

    assert refusal(answer, 422) == [("ends_at", "invalid_period")]

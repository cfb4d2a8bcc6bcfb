"""Quotes, and prices of every form over HTTP: what a merchant is told an amount is made of must be
what a customer is charged."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from farebox import bootstrap
from farebox.pricing.models import MODELS
from farebox.pricing.money import currencies
from local.template import Stack
from tests.client import Answered, Api
from tests.price_forms import FORMS, PriceForm, as_json, exactly, model_terms
from tests.refusals import refusal
from tests.tables import everything, families, nothing_stored

SEAT = {"product_data": {"name": "Seat"}}
INPUTS = ("quantity", "groups", "cells", "usage", "events", "days", "component_subtotal")
ANY_INPUT: Mapping[str, Any] = {
    "quantity": "1",
    "groups": [{"group": "a", "quantity": "1"}],
    "cells": [{"dimension_values": ["a"], "quantity": "1"}],
    "usage": [{"properties": {"region": "eu"}, "quantity": "1"}],
    "events": [{"quantity": "1"}],
    "days": [{"event_day": "2026-01-01", "cells": []}],
    "component_subtotal": "1",
}
OTHER_THAN_QUANTITY = [form for form in FORMS.values() if MODELS[form.name].takes != "quantity"]

every_form = pytest.mark.parametrize("form", FORMS.values(), ids=str)


def made(api: Api, path: str, document: Any, status: int = 201) -> Any:
    """What the API answers, its numbers exact."""
    answer = api.post(path, as_json(document))
    assert answer.status == status, answer.text
    return exactly(answer.text)


def price_of(api: Api, form: PriceForm, **fields: Any) -> Any:
    return made(api, "/v1/prices", {"currency": form.currency, **SEAT, **form.terms, **fields})


def check_quote(quote: Mapping[str, Any], form: PriceForm) -> None:
    """The amount of the worked example, rounded once, and steps that add up to it."""
    currency = currencies()[form.currency]
    steps = quote["steps"]
    assert quote["object"] == "quote"
    assert (quote["model"], quote["currency"]) == (form.name, form.currency)
    assert Fraction(quote["exact_amount"]) == form.amount
    assert quote["amount"] == currency.from_major(form.amount, currency.iso_step)
    assert steps
    assert sum(Fraction(step["subtotal"]) for step in steps) == form.amount
    for step in steps:
        assert Fraction(step["units"]) * Fraction(step["rate"]) == Fraction(step["subtotal"])


@every_form
def test_a_price_of_each_form_is_made_read_back_and_quoted(api: Api, form: PriceForm) -> None:
    price = price_of(api, form)
    read_back = exactly(api.get(f"/v1/prices/{price['id']}").text)
    quote = made(api, f"/v1/prices/{price['id']}/quote", form.billed, 200)

    assert {name: price[name] for name in form.terms} == form.terms
    assert read_back == price
    check_quote(quote, form)


@every_form
def test_each_form_is_quoted_without_being_kept(api: Api, stack: Stack, form: PriceForm) -> None:
    with nothing_stored(stack):
        quote = made(
            api, "/v1/quotes", {"currency": form.currency, **form.terms, **form.billed}, 200
        )

    check_quote(quote, form)


@every_form
def test_a_form_billed_by_something_else_says_what_it_is_billed_by(
    api: Api, form: PriceForm
) -> None:
    takes = MODELS[form.name].takes
    price = price_of(api, form)

    for given in INPUTS:
        if given != takes:
            asked = {given: ANY_INPUT[given]}
            answer = api.post(f"/v1/prices/{price['id']}/quote", asked)
            assert refusal(answer, 422) == [(takes, "required")]
            assert takes in answer.body["errors"][0]["message"]


def test_a_quote_shows_every_tier_its_bounds_units_rate_and_subtotal(api: Api) -> None:
    form = FORMS["stripe_graduated"]

    quote = made(api, "/v1/quotes", {"currency": "usd", **form.terms, "quantity": "1500"}, 200)

    # 1 000 × 0.01 + 200 and 500 × 0.02 + 300, in dollars
    assert quote == {
        "object": "quote",
        "currency": "usd",
        "model": "stripe_graduated",
        "amount": 52000,
        "exact_amount": "520",
        "rounding_step": "0.01",
        "steps": [
            step("tier", "1000", "0.01", "10", "0", "1000"),
            step("flat", "1", "200", "200", "0", "1000"),
            step("tier", "500", "0.02", "10", "1000", "10000"),
            step("flat", "1", "300", "300", "1000", "10000"),
        ],
    }


def step(
    kind: str, units: str, rate: str, subtotal: str, over: str | None, up_to: str | None
) -> dict[str, Any]:
    return {
        "kind": kind,
        "units": units,
        "rate": rate,
        "subtotal": subtotal,
        "part": [],
        "over": over,
        "up_to": up_to,
    }


def test_an_amount_without_an_end_is_told_as_a_fraction(api: Api) -> None:
    form = FORMS["unit_with_proration"]

    quote = made(api, "/v1/quotes", {"currency": "usd", **form.terms, **form.billed}, 200)

    assert (quote["exact_amount"], quote["amount"]) == ("10500/31", 33871)


def test_the_part_of_a_period_can_be_told_by_its_dates(api: Api) -> None:
    form = FORMS["unit_with_proration"]
    dates = {
        "service": {"start": "2026-01-11", "end": "2026-02-01"},
        "period": {"start": "2026-01-01", "end": "2026-02-01"},
    }

    quote = made(
        api,
        "/v1/quotes",
        {"currency": "usd", **form.terms, "quantity": "25", "proration": dates},
        200,
    )

    assert quote["exact_amount"] == "10500/31"


@pytest.mark.parametrize("quantity", ["2.5", 2.5])
def test_a_quantity_may_be_a_number_or_its_text(api: Api, quantity: Any) -> None:
    asked = {"currency": "usd", "unit_amount_decimal": "0.1", "quantity": quantity}

    quote = made(api, "/v1/quotes", asked, 200)

    assert (quote["exact_amount"], quote["amount"]) == ("0.0025", 0)


@pytest.mark.parametrize(
    ("currency", "charged"),
    [("usd", 1235), ("jpy", 12), ("isk", 1200), ("ugx", 1200), ("mga", 12), ("bhd", 12345)],
)
def test_an_amount_is_in_what_the_currency_charges(api: Api, currency: str, charged: int) -> None:
    terms = model_terms("unit", {"unit_amount": "12.345"})

    quote = made(api, "/v1/quotes", {"currency": currency, **terms, "quantity": "1"}, 200)

    assert (quote["amount"], quote["exact_amount"]) == (charged, "12.345")


@pytest.mark.parametrize(
    ("locale", "currency", "formatted"),
    [
        ("en_US", "usd", "$1,234.50"),
        ("en-US", "usd", "$1,234.50"),
        ("de_DE", "eur", "1.234,50\xa0€"),
        ("ja_JP", "jpy", "￥1,235"),
        ("is_IS", "isk", "1.235\xa0kr."),
        ("en_US", "bhd", "BHD1,234.500"),
    ],
)
def test_an_amount_is_written_as_its_reader_writes_it(
    api: Api, locale: str, currency: str, formatted: str
) -> None:
    terms = model_terms("unit", {"unit_amount": "1234.5"})

    quote = made(
        api, "/v1/quotes", {"currency": currency, **terms, "quantity": "1", "locale": locale}, 200
    )

    assert quote["formatted_amount"] == formatted


@pytest.mark.parametrize(
    "locale", ["xx_XX", "english", "en_", "../../etc/passwd", "de_DE_FR_IT", "_"]
)
def test_a_locale_that_nobody_reads_is_refused(api: Api, locale: str) -> None:
    asked = {"currency": "usd", "unit_amount": 1, "quantity": 1, "locale": locale}

    assert refusal(api.post("/v1/quotes", asked), 422) == [("locale", "unknown_locale")]


@pytest.mark.parametrize(
    ("terms", "broken"),
    [
        ({}, ("unit_amount", "required")),
        ({"unit_amount": 1, "unit_amount_decimal": "1"}, ("unit_amount_decimal", "excluded")),
        ({"model_type": "unit"}, ("unit_config", "required")),
        ({"tiers": [{"up_to": "inf", "unit_amount": 1}]}, ("tiers", "excluded")),
        (
            {
                "billing_scheme": "tiered",
                "tiers_mode": "volume",
                "tiers": [{"up_to": 1, "unit_amount": 1}],
            },
            ("tiers[0].up_to", "invalid_bound"),
        ),
        (
            {
                "unit_amount": 1,
                "transform_quantity": {"divide_by": 2, "round": "up"},
                "custom_unit_amount": {"enabled": True},
            },
            ("transform_quantity", "excluded"),
        ),
    ],
)
def test_terms_that_no_price_may_have_are_refused(api: Api, terms: Any, broken: Any) -> None:
    answer = api.post("/v1/quotes", {"currency": "usd", "quantity": "5", **terms})

    assert broken in refusal(answer, 422)


def test_a_quote_of_an_unknown_price_finds_nothing(api: Api, other: Api) -> None:
    price = other.price()["id"]

    for id in ("price_unknown", price):
        assert api.post(f"/v1/prices/{id}/quote", {"quantity": 1}).status == 404


def test_an_amount_that_the_payer_names_has_no_quote_unless_one_is_suggested(api: Api) -> None:
    """Else a merchant shows a customer that it is free."""
    suggested = {"custom_unit_amount": {"enabled": True, "preset": 500}}
    open_amount = {"custom_unit_amount": {"enabled": True, "minimum": 100}}

    quote = made(api, "/v1/quotes", {"currency": "usd", **suggested, "quantity": 2}, 200)
    answer = api.post("/v1/quotes", {"currency": "usd", **open_amount, "quantity": 2})

    assert quote["amount"] == 1000
    assert [code for _, code in refusal(answer, 422)] == ["custom_amount_required"]


def test_a_cell_that_does_not_fit_the_matrix_is_refused(api: Api) -> None:
    """Else usage of a misspelt cell is quietly billed at the default."""
    terms = FORMS["matrix"].terms
    cell = {"dimension_values": ["eu", "pro"], "quantity": "1"}

    answer = api.post("/v1/quotes", as_json({"currency": "usd", **terms, "cells": [cell]}))

    assert refusal(answer, 422) == [("cells[0].dimension_values", "invalid_dimension_values")]


def test_very_many_different_parts_of_a_period_are_no_reason_for_a_500(api: Api) -> None:
    """Their common denominator has thousands of digits."""
    groups = [
        {
            "group": f"g{place}",
            "quantity": "0",
            "proration": {"numerator": 1, "denominator": 999_999_000 + place},
        }
        for place in range(1000)
    ]
    form = FORMS["grouped_with_prorated_minimum"]
    price = price_of(api, form)["id"]

    quoted = api.post(f"/v1/prices/{price}/quote", {"groups": groups})
    asked = ordered(api, price=price, groups=groups)

    assert quoted.status in (200, 422), quoted.text
    assert asked.status in (201, 422), asked.text


# Everything that the two documents behind this can say

ORB = {
    "currency": "usd",
    "name": "Seats by region",
    "model_type": "unit",
    "unit_config": {"unit_amount": "0.50"},
    "cadence": "custom",
    "billing_cycle_configuration": {"duration": 6, "duration_unit": "month"},
    "invoicing_cycle_configuration": {"duration": 2, "duration_unit": "month"},
    "billable_metric_id": "metric_1",
    "billed_in_advance": False,
    "conversion_rate": 0.25,
    "dimensional_price_configuration": {
        "dimension_values": ["eu", "pro"],
        "dimensional_price_group_id": "group_1",
        "external_dimensional_price_group_id": "erp-group",
    },
    "external_price_id": "erp-1",
    "invoice_grouping_key": "region",
    "license_type_id": "licence_1",
    "metadata": {"plan": "pro"},
}
STRIPE = {
    "currency": "usd",
    "active": True,
    "billing_scheme": "per_unit",
    "lookup_key": "gold_monthly",
    "recurring": {
        "interval": "month",
        "interval_count": 3,
        "usage_type": "metered",
        "meter": "mtr_1",
        "trial_period_days": 14,
    },
    "tax_behavior": "exclusive",
    "type": "recurring",
    "unit_amount_decimal": "12.345678901234",
    "transform_quantity": {"divide_by": 10, "round": "down"},
    "currency_options": {
        "eur": {"unit_amount": 11, "tax_behavior": "inclusive"},
        "jpy": {"unit_amount_decimal": "0.5"},
    },
    "metadata": {"row": "7"},
}


@pytest.mark.parametrize(
    "fields",
    [
        ORB,
        {
            **{name: value for name, value in ORB.items() if name != "conversion_rate"},
            "conversion_rate_config": {
                "conversion_rate_type": "unit",
                "unit_config": {"unit_amount": "0.25"},
            },
        },
        {
            "currency": "usd",
            **FORMS["tiered"].terms,
            "cadence": "annual",
            "invoicing_cycle_configuration": {"duration": 1, "duration_unit": "month"},
            "fixed_price_quantity": 2.5,
            "billed_in_advance": True,
            "conversion_rate_config": {
                "conversion_rate_type": "tiered",
                "tiered_config": {
                    "tiers": [
                        {"first_unit": 0, "last_unit": 10, "unit_amount": "2"},
                        {"first_unit": 10, "unit_amount": "1"},
                    ]
                },
            },
        },
        STRIPE,
        {"currency": "usd", "unit_amount": 1, "type": "one_time", "active": False},
        {
            "currency": "usd",
            "custom_unit_amount": {
                "enabled": True,
                "minimum": 100,
                "maximum": 900,
                "preset": 500,
            },
        },
    ],
    ids=["orb", "orb-unit-conversion", "orb-fixed", "stripe", "one-time", "custom-amount"],
)
def test_every_field_of_a_price_is_kept_and_answered(api: Api, fields: Any) -> None:
    price = made(api, "/v1/prices", {**SEAT, **fields})

    read_back = exactly(api.get(f"/v1/prices/{price['id']}").text)

    asked = exactly(as_json(fields).decode())
    assert {name: price[name] for name in asked} == asked
    assert read_back == price


# Names that move


def test_a_lookup_key_moves_to_the_new_price_in_one_transaction(api: Api, stack: Stack) -> None:
    former = api.price(lookup_key="gold")
    before = everything(stack)

    new = api.price(unit_amount=1500, lookup_key="gold", transfer_lookup_key=True)

    assert new["lookup_key"] == "gold"
    assert api.get(f"/v1/prices/{former['id']}").body["lookup_key"] is None
    assert api.get("/v1/prices/lookup_key/gold").body["id"] == new["id"]
    changed = {pk: item for pk, item in everything(stack).items() if before.get(pk) != item}
    # two prices, their events, the new one's product and its event, and the name
    assert families(changed) == ["EV", "EV", "EV", "PRI", "PRI", "PRO", "UQ#price.lookup_key"]
    assert len({item["write_id"] for item in changed.values()}) == 1


def test_a_lookup_key_that_nobody_has_is_just_claimed(api: Api) -> None:
    price = api.price(lookup_key="gold", transfer_lookup_key=True)

    assert api.get("/v1/prices/lookup_key/gold").body["id"] == price["id"]


def test_a_refused_price_takes_no_lookup_key_from_another(api: Api, stack: Stack) -> None:
    former = api.price(lookup_key="gold", external_price_id="erp-1")

    with nothing_stored(stack):
        answer = api.post(
            "/v1/prices",
            {"currency": "usd", "unit_amount": 1, **SEAT}
            | {"lookup_key": "gold", "transfer_lookup_key": True, "external_price_id": "erp-1"},
        )

    assert answer.status == 409
    assert api.get("/v1/prices/lookup_key/gold").body["id"] == former["id"]


def test_without_the_word_transfer_a_lookup_key_stays_where_it_is(api: Api) -> None:
    former = api.price(lookup_key="gold")

    answer = api.post(
        "/v1/prices", {"currency": "usd", "unit_amount": 1, "lookup_key": "gold", **SEAT}
    )

    assert (answer.status, answer.body["code"]) == (409, "lookup_key_taken")
    assert api.get("/v1/prices/lookup_key/gold").body["id"] == former["id"]


# Orders and checkouts


def ordered(api: Api, **line: Any) -> Answered:
    customer = api.customer()["id"]
    return api.post("/v1/orders", as_json({"customer": customer, "line_items": [line]}))


@pytest.mark.parametrize("form", OTHER_THAN_QUANTITY, ids=str)
def test_an_order_freezes_what_was_billed_and_how_the_amount_came_about(
    api: Api, form: PriceForm
) -> None:
    price = price_of(api, form)
    currency = currencies()[form.currency]

    answer = ordered(api, price=price["id"], **form.billed)

    assert answer.status == 201, answer.text
    order = exactly(answer.text)
    (line,) = order["line_items"]
    assert line["quantity"] is None
    assert line["billed"] == form.billed
    assert Fraction(line["quote"]["exact_amount"]) == form.amount
    assert sum(Fraction(step["subtotal"]) for step in line["quote"]["steps"]) == form.amount
    assert line["total_amount"] == order["total_amount"] == currency.from_major(form.amount)
    assert exactly(api.get(f"/v1/orders/{order['id']}").text) == order


def test_an_inline_price_takes_other_inputs_too(api: Api) -> None:
    form = FORMS["event_output"]
    inline = {"currency": "usd", **SEAT, **form.terms}

    answer = ordered(api, price_data=inline, **form.billed)

    assert answer.status == 201, answer.text
    assert answer.body["total_amount"] == 345


def test_a_line_billed_by_something_else_is_refused_at_the_line(api: Api) -> None:
    price = price_of(api, FORMS["matrix"])

    answer = ordered(api, price=price["id"], quantity=1)

    assert refusal(answer, 422) == [("line_items[0].cells", "required")]


def test_a_line_is_billed_by_one_thing(api: Api) -> None:
    price = price_of(api, FORMS["matrix"])

    answer = ordered(api, price=price["id"], quantity=1, **FORMS["matrix"].billed)

    assert refusal(answer, 422) == [("line_items[0].cells", "excluded")]


def test_a_group_without_a_rate_is_told_by_its_whole_path(api: Api) -> None:
    """Else a caller with forty lines does not find the one that is meant."""
    price = price_of(api, FORMS["cumulative_grouped_bulk"])

    answer = ordered(api, price=price["id"], groups=[{"group": "mars", "quantity": "1"}])

    assert refusal(answer, 422) == [("line_items[0].groups[0].group", "unknown_group")]


@pytest.mark.parametrize("form", OTHER_THAN_QUANTITY, ids=str)
def test_a_checkout_sells_by_quantity_only(api: Api, stack: Stack, form: PriceForm) -> None:
    """A customer on a page can change how many, not what a meter counted."""
    price = price_of(api, form)["id"]

    with nothing_stored(stack):
        by_input = api.post(
            "/v1/checkouts", as_json({"line_items": [{"price": price, **form.billed}]})
        )
        by_quantity = api.post("/v1/checkouts", {"line_items": [{"price": price, "quantity": 1}]})

    takes = MODELS[form.name].takes
    assert f"line_items[0].{takes}" in [param for param, _ in refusal(by_input, 422)]
    assert refusal(by_quantity, 422) == [(f"line_items[0].{takes}", "required")]


def test_a_price_is_ordered_at_its_own_amount_in_each_of_its_currencies(api: Api) -> None:
    price = api.price(currency_options={"eur": {"unit_amount": 1100}})["id"]
    customer = api.customer()["id"]
    lines = [{"price": price, "quantity": 2}]

    in_euros = api.order(customer=customer, currency="eur", line_items=lines)
    in_its_own = api.order(customer=customer, line_items=lines)
    in_yen = api.post("/v1/orders", {"customer": customer, "currency": "jpy", "line_items": lines})

    assert (in_euros["currency"], in_euros["total_amount"]) == ("eur", 2200)
    assert (in_its_own["currency"], in_its_own["total_amount"]) == ("usd", 2500)
    assert refusal(in_yen, 422) == [("line_items[0]", "currency_mismatch")]


def test_a_currency_option_replaces_amounts_and_keeps_the_rest(api: Api) -> None:
    price = api.price(
        transform_quantity={"divide_by": 10, "round": "up"},
        currency_options={"eur": {"unit_amount": 1100}},
    )

    order = api.order(
        customer=api.customer()["id"],
        currency="eur",
        line_items=[{"price": price["id"], "quantity": 11}],
    )

    assert order["total_amount"] == 2200  # two packages


def test_tiers_have_tiers_of_their_own_in_another_currency(api: Api) -> None:
    price = api.price(
        billing_scheme="tiered",
        tiers_mode="graduated",
        tiers=[{"up_to": "inf", "unit_amount": 100}],
        currency_options={
            "eur": {"tiers": [{"up_to": 1, "unit_amount": 90}, {"up_to": "inf", "unit_amount": 80}]}
        },
    )

    order = api.order(
        customer=api.customer()["id"],
        currency="eur",
        line_items=[{"price": price["id"], "quantity": 3}],
    )

    assert order["total_amount"] == 250  # 90 + 2 × 80


@pytest.mark.parametrize(
    ("amount", "broken"),
    [
        (100, []),
        (900, []),
        (99, [("amount", "out_of_range")]),
        (901, [("amount", "out_of_range")]),
        (None, [("line_items[0]", "custom_amount_required")]),
    ],
)
def test_the_payer_s_own_amount_lies_within_the_price_s_bounds(
    api: Api, amount: int | None, broken: Any
) -> None:
    terms = {"custom_unit_amount": {"enabled": True, "minimum": 100, "maximum": 900}}
    price = made(api, "/v1/prices", {"currency": "usd", **SEAT, **terms})["id"]
    asked = {"customer": api.customer()["id"], "line_items": [{"price": price, "quantity": 1}]}

    answer = api.post("/v1/orders", asked | ({} if amount is None else {"amount": amount}))

    if broken:
        assert refusal(answer, 422) == broken
    else:
        assert (answer.status, answer.body["total_amount"]) == (201, amount)


# When a price is billed


def periods(api: Api, query: str = "", **fields: Any) -> Any:
    price = api.price(**fields)["id"]
    answer = api.get(f"/v1/prices/{price}/periods{query}")
    assert answer.status == 200, answer.text
    return answer.body["data"]


def test_the_periods_of_a_price_keep_the_last_day_of_the_month(api: Api) -> None:
    found = periods(api, "?anchor=2028-01-31&limit=3", recurring={"interval": "month"})

    assert found == [
        period("2028-01-31", "2028-02-29", 29, "2028-02-29"),
        period("2028-02-29", "2028-03-31", 31, "2028-03-31"),
        period("2028-03-31", "2028-04-30", 30, "2028-04-30"),
    ]


def period(start: str, end: str, days: int, *invoices: str) -> dict[str, Any]:
    return {
        "object": "period",
        "start": start,
        "end": end,
        "days": days,
        "invoice_dates": list(invoices),
    }


@pytest.mark.parametrize(
    ("in_advance", "invoices"),
    [
        (True, ["2026-01-15", "2026-04-15", "2026-07-15", "2026-10-15"]),
        (False, ["2026-04-15", "2026-07-15", "2026-10-15", "2027-01-15"]),
    ],
)
def test_a_yearly_price_invoiced_quarterly_says_when(
    api: Api, in_advance: bool, invoices: list[str]
) -> None:
    (year,) = periods(
        api,
        "?anchor=2026-01-15&limit=1",
        **model_terms("unit", {"unit_amount": "1"}),
        cadence="annual",
        billed_in_advance=in_advance,
        invoicing_cycle_configuration={"duration": 3, "duration_unit": "month"},
    )

    assert year == period("2026-01-15", "2027-01-15", 365, *invoices)


def test_a_custom_cadence_counts_its_own_days(api: Api) -> None:
    found = periods(
        api,
        "?anchor=2026-01-01&limit=2",
        cadence="custom",
        billing_cycle_configuration={"duration": 10, "duration_unit": "day"},
    )

    assert [(one["start"], one["days"]) for one in found] == [
        ("2026-01-01", 10),
        ("2026-01-11", 10),
    ]


@pytest.mark.parametrize("fields", [{}, {"cadence": "one_time"}])
def test_what_is_billed_once_has_no_periods(api: Api, fields: Any) -> None:
    assert periods(api, **fields) == []


@pytest.mark.parametrize(
    ("query", "broken"),
    [
        ("?anchor=2026-02-30", ("anchor", "invalid_date")),
        ("?anchor=9999-01-01", ("anchor", "invalid_date")),
        ("?anchor=", ("anchor", "invalid_date")),
        ("?limit=0", ("limit", "out_of_range")),
        ("?limit=101", ("limit", "out_of_range")),
        ("?from=2026-01-01", ("from", "unknown_parameter")),
    ],
)
def test_periods_are_asked_for_by_a_day_and_a_number(api: Api, query: str, broken: Any) -> None:
    price = api.price(recurring={"interval": "month"})["id"]

    assert refusal(api.get(f"/v1/prices/{price}/periods{query}"), 422) == [broken]


def test_the_longest_list_of_the_longest_periods_ends_within_the_calendar(api: Api) -> None:
    recurring = {"interval": "year", "interval_count": 3}

    found = periods(api, "?anchor=2200-12-31&limit=100", recurring=recurring)

    assert found[-1]["end"] == "2500-12-31"


def test_the_periods_of_an_unknown_price_are_not_found(api: Api, other: Api) -> None:
    price = other.price(recurring={"interval": "month"})["id"]

    assert api.get(f"/v1/prices/{price}/periods").status == 404
    assert api.get("/v1/prices/price_unknown/periods").status == 404


# Who may ask


def test_quoting_needs_the_right_to_read_prices_and_no_more(api: Api) -> None:
    price = api.price(recurring={"interval": "month"})["id"]
    terms = {"currency": "usd", "unit_amount": 1, "quantity": 1}

    def statuses(*scopes: str) -> list[int]:
        key = bootstrap.create_key(api.organization, livemode=False, scopes=scopes)
        caller = api.with_key(key)
        return [
            caller.post("/v1/quotes", terms).status,
            caller.post(f"/v1/prices/{price}/quote", {"quantity": 1}).status,
            caller.get(f"/v1/prices/{price}/periods").status,
        ]

    assert statuses("prices:read") == [200, 200, 200]
    assert statuses("prices:write", "orders:read") == [403, 403, 403]


def test_nothing_is_quoted_to_a_stranger(api: Api) -> None:
    price = api.price()["id"]
    stranger = api.with_key("")
    terms = {"currency": "usd", "unit_amount": 1, "quantity": 1}

    assert stranger.post("/v1/quotes", terms).status == 401
    assert stranger.post(f"/v1/prices/{price}/quote", {"quantity": 1}).status == 401
    assert stranger.get(f"/v1/prices/{price}/periods").status == 401


def test_a_test_price_is_not_quoted_in_live_mode(api: Api, live: Api) -> None:
    price = api.price()["id"]

    assert live.post(f"/v1/prices/{price}/quote", {"quantity": 1}).status == 404


def test_a_kept_price_is_quoted_in_any_currency_that_it_has_amounts_in(api: Api) -> None:
    price = api.price(unit_amount=1000, currency_options={"eur": {"unit_amount": 900}})["id"]
    asked = {"quantity": 2}

    own, euros, yen = (
        api.post(f"/v1/prices/{price}/quote", asked | currency)
        for currency in ({}, {"currency": "eur"}, {"currency": "jpy"})
    )

    assert (own.body["amount"], own.body["currency"]) == (2000, "usd")
    assert (euros.body["amount"], euros.body["currency"]) == (1800, "eur")
    assert refusal(yen, 422) == [("currency", "currency_mismatch")]


def test_an_amount_of_very_many_steps_is_refused_before_it_is_worked_out(api: Api) -> None:
    """Else a small request keeps a function busy until it is ended, or fills its memory."""
    tiers = [{"tier_lower_bound": str(place), "unit_amount": "1"} for place in range(1000)]
    terms = model_terms("grouped_tiered", {"grouping_key": "team", "tiers": tiers})
    groups = [{"group": f"g{place}", "quantity": "1000"} for place in range(100)]

    answer = api.post("/v1/quotes", {"currency": "usd", **terms, "groups": groups})
    ordered_too = ordered(
        api,
        price_data={"currency": "usd", "product_data": {"name": "Seat"}, **terms},
        groups=groups[:5],
    )

    assert refusal(answer, 422) == [("groups", "too_many_steps")]
    assert refusal(ordered_too, 422) == [("line_items[0].groups", "too_many_steps")]


@pytest.mark.parametrize(
    ("terms", "told", "param"),
    [
        ({"unit_amount": 1250}, {"quantity": 2}, "proration"),
        (model_terms("unit", {"unit_amount": "1"}), {"quantity": 2}, "proration"),
        (
            model_terms(
                "grouped_allocation",
                {"allocation": "1", "grouping_key": "team", "overage_unit_rate": "1"},
            ),
            {"groups": [{"group": "a", "quantity": 2, "pricing_value": "gold"}]},
            "groups",
        ),
    ],
)
def test_what_a_price_does_not_look_at_is_refused(
    api: Api, terms: Any, told: Any, param: str
) -> None:
    """Else who asks for half a month is billed for all of it, and learns it from the customer."""
    half = {"proration": {"numerator": 1, "denominator": 2}} if param == "proration" else {}

    answer = api.post("/v1/quotes", {"currency": "usd", **terms, **told, **half})

    assert refusal(answer, 422) == [(param, "excluded")]

"""What holds for every price, whatever its figures: a single price that breaks one of these would
bill a customer wrong and no worked example would tell."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from farebox.pricing.models import MODELS
from farebox.pricing.money import currencies, round_half_up
from farebox.problems import InvalidRequest
from local.functions import Functions
from local.template import Stack
from tests.client import Api
from tests.conftest import new_organization
from tests.price_forms import as_json, exact_amount, exactly, model_terms, quoted
from tests.tables import empty_tables, moto_tables
from tests.unit.pricing.configurations import (
    CONFIGURATIONS,
    PRORATIONS,
    QUANTITIES,
    inputs,
    linked_tiers,
    stripe_tiered,
)

FEW = settings(max_examples=15)
EXPONENTS = {"jpy": 0, "isk": 0, "ugx": 0, "usd": 2, "mga": 2, "bhd": 3}
PRORATED = ("unit_with_proration", "tiered_with_proration", "bulk_with_proration")
WHOLE_PERIOD = {"numerator": 7, "denominator": 7}

every_form = pytest.mark.parametrize("model", sorted(MODELS))
of_many_rows = pytest.mark.parametrize(
    "model",
    [
        name
        for name, model in MODELS.items()
        if model.takes in ("groups", "cells", "usage", "events", "days")
    ],
)


def some(data: st.DataObject, model: str) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """The terms of any valid price of this form, and anything that it could bill."""
    config = data.draw(CONFIGURATIONS[model])
    return model_terms(model, config), data.draw(inputs(model, config))


@given(tiers=linked_tiers(), quantity=QUANTITIES)
def test_graduated_is_the_sum_of_its_tiers(tiers: list[Any], quantity: str) -> None:
    amount = exact_amount("tiered", {"tiers": tiers}, quantity=quantity)

    q, expected, over = Fraction(quantity), Fraction(0), Fraction(0)
    for tier in tiers:
        up_to = q if tier["last_unit"] is None else Fraction(tier["last_unit"])
        expected += max(Fraction(0), min(q, up_to) - over) * Fraction(tier["unit_amount"])
        over = up_to
    assert amount == expected


@given(config=stripe_tiered("graduated"), one=QUANTITIES, other=QUANTITIES)
def test_more_units_never_cost_less_in_graduated_tiers(config: Any, one: str, other: str) -> None:
    fewer, more = sorted((one, other), key=Fraction)

    cheaper = exact_amount("stripe_graduated", config, quantity=fewer)
    dearer = exact_amount("stripe_graduated", config, quantity=more)

    assert cheaper <= dearer


@given(config=stripe_tiered("graduated"), quantity=QUANTITIES)
def test_tiers_split_the_quantity_without_gap_or_overlap(config: Any, quantity: str) -> None:
    steps = quoted(config, {"quantity": quantity}).steps

    tiers = [step for step in steps if step.kind == "tier"]
    assert sum(Fraction(step.units) for step in tiers) == Fraction(quantity)
    assert all(one.up_to == other.over for one, other in pairwise(tiers))


@given(config=CONFIGURATIONS["bulk"], quantity=QUANTITIES)
def test_volume_is_the_quantity_at_the_one_rate_that_holds_it(config: Any, quantity: str) -> None:
    q = Fraction(quantity)
    holding = next(
        tier
        for tier in config["tiers"]
        if tier["maximum_units"] is None or q <= tier["maximum_units"]
    )

    assert exact_amount("bulk", config, quantity=quantity) == q * Fraction(holding["unit_amount"])


@pytest.mark.parametrize("model", ["package", "tiered_package", "package_with_allocation"])
@given(data=st.data())
def test_packages_hold_the_whole_quantity_and_none_is_empty(
    model: str, data: st.DataObject
) -> None:
    config = data.draw(CONFIGURATIONS[model])
    quantity = data.draw(QUANTITIES)

    steps = quoted(model_terms(model, config), {"quantity": quantity}).steps

    count, size = sum(Fraction(step.units) for step in steps), Fraction(config["package_size"])
    billable = max(Fraction(0), Fraction(quantity) - Fraction(config.get("allocation", 0)))
    assert count.denominator == 1
    assert billable <= count * size < billable + size


@every_form
@FEW
@given(data=st.data())
def test_the_steps_of_a_quote_add_up_to_its_exact_amount(model: str, data: st.DataObject) -> None:
    terms, billed = some(data, model)

    found = quoted(terms, billed)

    assert all(
        Fraction(step.units) * Fraction(step.rate) == Fraction(step.subtotal)
        for step in found.steps
    )
    assert sum(Fraction(step.subtotal) for step in found.steps) == Fraction(found.exact_amount)
    assert Fraction(found.exact_amount) >= 0


@every_form
@FEW
@given(data=st.data())
def test_the_amount_is_rounded_once_half_up_in_every_currency(
    model: str, data: st.DataObject
) -> None:
    terms, billed = some(data, model)
    code = data.draw(st.sampled_from(sorted(EXPONENTS)))

    found = quoted(terms, billed, code)

    # Of MGA only whole units can be charged, although it has two decimals.
    minor_unit = Fraction(1, currencies()[code].minor_units)
    smallest = max(Fraction(1, 10 ** EXPONENTS[code]), minor_unit)
    assert Fraction(found.rounding_step) == smallest
    charged = found.amount * minor_unit
    assert (charged / smallest).denominator == 1
    above = charged - Fraction(found.exact_amount)
    assert -smallest / 2 < above <= smallest / 2


@every_form
@FEW
@given(data=st.data())
def test_the_same_price_costs_the_same_in_every_exponent(model: str, data: st.DataObject) -> None:
    terms, billed = some(data, model)

    amounts = {code: quoted(terms, billed, code).exact_amount for code in EXPONENTS}

    # Orb's rates are in major units, Stripe's in minor ones.
    scale = {code: currencies()[code].minor_units for code in EXPONENTS}
    if not MODELS[model].minor:
        scale = dict.fromkeys(EXPONENTS, 1)
    assert len({Fraction(amounts[code]) * scale[code] for code in EXPONENTS}) == 1


@of_many_rows
@FEW
@given(data=st.data())
def test_the_order_in_which_usage_is_told_changes_nothing(model: str, data: st.DataObject) -> None:
    terms, billed = some(data, model)
    takes = MODELS[model].takes

    shuffled = {**billed, takes: data.draw(st.permutations(billed[takes]))}

    assert quoted(terms, shuffled).exact_amount == quoted(terms, billed).exact_amount


@pytest.mark.parametrize(
    "model", [name for name, model in MODELS.items() if model.takes in ("groups", "cells")]
)
@given(data=st.data())
def test_usage_told_in_two_rows_costs_what_it_costs_in_one(model: str, data: st.DataObject) -> None:
    """Else a customer's amount depends on how often the caller counted: refusing is as good."""
    terms, billed = some(data, model)
    takes = MODELS[model].takes
    assume(billed[takes])
    first, *others = billed[takes]
    halves = [{**first, "quantity": format(Decimal(first["quantity"]) / 2, "f")}] * 2

    try:
        told_twice = quoted(terms, {**billed, takes: [*halves, *others]})
    except InvalidRequest as refused:
        assert {error.code for error in refused.errors} == {"duplicate_value"}
        return

    assert told_twice.exact_amount == quoted(terms, billed).exact_amount


@every_form
@FEW
@given(data=st.data())
def test_a_whole_period_costs_the_same_as_no_proration(model: str, data: st.DataObject) -> None:
    terms, billed = some(data, model)
    without = {name: value for name, value in billed.items() if name != "proration"}

    whole = quoted(terms, {**without, "proration": WHOLE_PERIOD})

    assert whole.exact_amount == quoted(terms, without).exact_amount


@pytest.mark.parametrize("model", PRORATED)
@given(data=st.data(), part=PRORATIONS)
def test_a_part_of_the_period_costs_that_part_of_the_amount(
    model: str, data: st.DataObject, part: Mapping[str, int]
) -> None:
    config, quantity = data.draw(CONFIGURATIONS[model]), data.draw(QUANTITIES)

    whole = exact_amount(model, config, quantity=quantity)
    prorated = exact_amount(model, config, quantity=quantity, proration=part)

    assert prorated == whole * Fraction(part["numerator"], part["denominator"])


@given(amount=st.fractions(min_value=-1000, max_value=1000))
def test_half_up_is_the_nearest_and_a_tie_goes_away_from_zero(amount: Fraction) -> None:
    rounded = round_half_up(amount)

    assert abs(rounded - amount) <= Fraction(1, 2)
    assert round_half_up(-amount) == -rounded
    if abs(rounded - amount) == Fraction(1, 2):
        assert abs(rounded) > abs(amount)


@pytest.fixture(scope="module")
def moto(stack: Stack) -> Iterator[None]:
    with moto_tables(stack):
        yield


@pytest.fixture
def shop(moto: None, stack: Stack, functions: Functions) -> Api:
    empty_tables()
    return new_organization(stack, functions)


@every_form
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_valid_price_reads_back_unchanged_in_value(
    shop: Api, model: str, data: st.DataObject
) -> None:
    terms = model_terms(model, data.draw(CONFIGURATIONS[model]))
    asked = {"currency": "usd", "product_data": {"name": "Seat"}, **terms}

    made = shop.post("/v1/prices", as_json(asked))

    assert made.status == 201, made.text
    answered, kept = exactly(made.text), shop.get(f"/v1/prices/{made.body['id']}").text
    assert {name: answered[name] for name in terms} == terms
    assert exactly(kept) == answered

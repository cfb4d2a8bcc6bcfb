"""One worked example of each of the 40 price forms: its terms, what is billed, and the amount.

All but two are taken from the worked examples beside ``test_vectors.py``; for those two no public
example exists, so they are worked by hand.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import simplejson

from farebox.pricing.money import currencies
from farebox.pricing.quote import Quote, quote
from farebox.validation.check import check
from farebox.validation.quotes import CreateQuote, billed

VECTORS = Path(__file__).parent / "unit" / "pricing" / "vectors.json"
SOME_CURRENCY = "usd"
EXAMPLES = {
    "unit": "pv-035",
    "tiered": "pv-081",
    "bulk": "pv-096",
    "package": "pv-148",
    "threshold_total_amount": "pv-166",
    "tiered_package": "pv-171",
    "tiered_with_minimum": "pv-177",
    "tiered_package_with_minimum": "pv-185",
    "package_with_allocation": "pv-199",
    "unit_with_percent": "pv-203",
    "unit_with_proration": "pv-219",
    "tiered_with_proration": "pv-212",
    "bulk_with_proration": "pv-240",
    "grouped_tiered": "pv-179",
    "grouped_tiered_matrix": "pv-183",
    "grouped_tiered_package": "pv-251",
    "max_group_tiered_package": "pv-256",
    "grouped_allocation": "pv-225",
    "grouped_with_prorated_minimum": "pv-242",
    "grouped_with_min_max_thresholds": "pv-249",
    "cumulative_grouped_bulk": "pv-263",
    "metered_allowance": "pv-266",
    "matrix": "pv-161",
    "matrix_with_display_name": "pv-250",
    "matrix_with_allocation": "pv-205",
    "tiered_matrix_with_allocation": "pv-207",
    "matrix_with_threshold_discounts": "pv-209",
    "scalable_matrix_with_unit_pricing": "pv-257",
    "scalable_matrix_with_tiered_pricing": "pv-259",
    "bulk_with_filters": "pv-118",
    "daily_credit_allowance": "pv-264",
    "event_output": "pv-285",
    "minimum_composite": "pv-269",
    "percent": "pv-281",
    "stripe_per_unit": "pv-289",
    "stripe_transform_quantity": "pv-293",
    "stripe_graduated": "pv-314",
    "stripe_volume": "pv-354",
}
BY_HAND: Mapping[str, Any] = {
    # eu: 10 × 2.00 × 1.5 + 5 × 0.40 (unlisted) = 32.00, over its minimum of 15 × 0.40;
    # us: 20 × 0.10 × 1 = 2.00, raised to its minimum of 20 × 0.40 = 8.00
    "grouped_with_metered_minimum": {
        "config": {
            "grouping_key": "region",
            "minimum_unit_amount": "0.40",
            "pricing_key": "plan",
            "unit_amounts": [
                {"pricing_value": "gold", "unit_amount": "2.00"},
                {"pricing_value": "iron", "unit_amount": "0.10"},
            ],
            "scaling_key": "load",
            "scaling_factors": [{"scaling_value": "high", "scaling_factor": "1.5"}],
        },
        "input": {
            "groups": [
                {
                    "group": "eu",
                    "quantity": "10",
                    "pricing_value": "gold",
                    "scaling_value": "high",
                },
                {"group": "eu", "quantity": "5", "pricing_value": "lead", "scaling_value": "high"},
                {"group": "us", "quantity": "20", "pricing_value": "iron", "scaling_value": "low"},
            ]
        },
        "amount": "40",
    },
    # free: 100 of a, 40 of b and 100 of c are 240, capped at 200; (150 + 40 + 300 - 200) × 0.05
    "cumulative_grouped_allocation": {
        "config": {
            "grouping_key": "site",
            "group_allocation": "100",
            "cumulative_allocation": "200",
            "unit_amount": "0.05",
        },
        "input": {
            "groups": [
                {"group": "a", "quantity": "150"},
                {"group": "b", "quantity": "40"},
                {"group": "c", "quantity": "300"},
            ]
        },
        "amount": "14.5",
    },
}


@dataclass(frozen=True)
class PriceForm:
    """``terms`` are a price's fields and ``billed`` a quote's; ``amount`` is exact, in major
    units of ``currency``."""

    name: str
    terms: Mapping[str, Any]
    billed: Mapping[str, Any]
    amount: Fraction
    currency: str = SOME_CURRENCY

    @property
    def config(self) -> Mapping[str, Any]:
        """The terms alone: of one of Orb's models, its configuration."""
        config: Mapping[str, Any] = self.terms.get(f"{self.name}_config", self.terms)
        return config

    def __str__(self) -> str:
        return self.name


def model_terms(model: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a price of one of Orb's models; a Stripe form's are the configuration."""
    if model.startswith("stripe_"):
        return dict(config)
    return {"model_type": model, f"{model}_config": config}


def quoted(
    terms: Mapping[str, Any], asked: Mapping[str, Any], currency: str = SOME_CURRENCY
) -> Quote:
    """The quote that the API would answer. Raises ``InvalidRequest``."""
    whole = check(CreateQuote, {"currency": currency, **terms, **asked})
    model, config = whole.terms()
    return quote(model, config, billed(dict(whole)), currencies()[currency], to_iso=True)


def exact_amount(model: str, config: Mapping[str, Any], **asked: Any) -> Fraction:
    """The unrounded amount: in major units, of Stripe's forms in minor ones."""
    amount = Fraction(quoted(model_terms(model, config), asked).exact_amount)
    return amount * currencies()[SOME_CURRENCY].minor_units if model[:7] == "stripe_" else amount


def as_json(document: Any) -> bytes:
    """A document with exact numbers as a body."""
    text: str = simplejson.dumps(document, use_decimal=True)
    return text.encode()


def exactly(text: str) -> Any:
    """JSON with its numbers exact."""
    return json.loads(text, parse_float=Decimal)


def _from_vector(name: str, vector: Mapping[str, Any]) -> PriceForm:
    currency = (vector["currency"] or SOME_CURRENCY).lower()
    amount = Fraction(vector["expected_amount"] or "/".join(vector["expected_fraction"].values()))
    if vector["amount_unit"] == "minor":
        amount /= currencies()[currency].minor_units
    return PriceForm(name, vector["config"], vector["input"], amount, currency)


def _forms() -> Mapping[str, PriceForm]:
    vectors = {vector["id"]: vector for vector in exactly(VECTORS.read_text("utf-8"))["vectors"]}
    taken = {name: _from_vector(name, vectors[id]) for name, id in EXAMPLES.items()}
    worked = {
        name: PriceForm(
            name,
            model_terms(name, example["config"]),
            example["input"],
            Fraction(example["amount"]),
        )
        for name, example in BY_HAND.items()
    }
    return taken | worked


FORMS = _forms()

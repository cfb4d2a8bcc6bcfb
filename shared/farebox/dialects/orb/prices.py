"""Prices and items in Orb's words. Amounts are decimal texts in major units."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from farebox.pricing.cadence import MONTHS
from farebox.pricing.models import MODELS
from farebox.pricing.money import as_text, currencies

if TYPE_CHECKING:
    from farebox.billing.catalogue import Price, Product

# A price that is billed once has no cycle; Orb's answers must name one all the same.
CYCLES: Mapping[str, Mapping[str, Any]] = {
    cadence: {"duration": months, "duration_unit": "month"}
    for cadence, months in {**MONTHS, "one_time": 1}.items()
}
CADENCES = {months: cadence for cadence, months in MONTHS.items()}
COMPOSITE = "component_subtotal"
SCALAR = "quantity"

Terms = tuple[str, Mapping[str, Any]]


def write_item(product: "Product") -> dict[str, Any]:
    """A product as an item, archived when it was last changed."""
    return {
        "id": product.id,
        "created_at": product.created_at,
        "external_connections": [],
        "metadata": _texts(product.metadata),
        "name": product.name,
        "archived_at": None if product.active else product.updated_at,
    }


def can_show(price: "Price") -> bool:
    """Whether one of Orb's models says the same as the price."""
    return _terms(price) is not None


def write_price(price: "Price", item_name: str) -> dict[str, Any]:
    """A price that can be shown."""
    terms = _terms(price)
    assert terms is not None
    model, config = terms
    cadence, cycle = _billed(price)
    metric = price.billable_metric_id or (price.recurring or {}).get("meter")
    return {
        "id": price.id,
        "name": price.name or price.product_name,
        "external_price_id": price.external_price_id,
        "price_type": _price_type(price, model),
        "model_type": model,
        "created_at": price.created_at,
        "cadence": cadence,
        "billing_cycle_configuration": cycle,
        "invoicing_cycle_configuration": price.invoicing_cycle_configuration,
        "billable_metric": {"id": metric} if metric else None,
        "fixed_price_quantity": price.fixed_price_quantity,
        "plan_phase_order": None,
        "currency": price.currency.upper(),
        **_conversion(price),
        "item": {"id": price.product, "name": item_name},
        "credit_allocation": None,
        "discount": None,
        "minimum": None,
        "minimum_amount": None,
        "maximum": None,
        "maximum_amount": None,
        f"{model}_config": config,
        "metadata": _texts(price.metadata),
        "billing_mode": "in_advance" if price.billed_in_advance else "in_arrear",
        "invoice_grouping_key": price.invoice_grouping_key,
        "replaces_price_id": None,
        "dimensional_price_configuration": _dimensions(price),
        "composite_price_filters": None,
        "license_type": _license_type(price),
    }


def _terms(price: "Price") -> Terms | None:
    """The name and configuration of Orb's model, which for Stripe's forms must be found."""
    if price.model == "unit":
        return "unit", _unit(price.config)
    if not MODELS[price.model].minor:
        return price.model, price.config
    if "tiers" in price.config:
        return _tiered(price)
    rate = _major(price, price.config, "unit_amount")
    transform = price.config.get("transform_quantity")
    if rate is None or (transform and transform["round"] != "up"):
        return None
    if transform:
        return "package", {"package_amount": rate, "package_size": transform["divide_by"]}
    return "unit", _unit({"unit_amount": rate})


def _unit(config: Mapping[str, Any]) -> dict[str, Any]:
    return {**config, **{name: config.get(name) for name in ("prorated", "scaling_factor")}}


def _tiered(price: "Price") -> Terms | None:
    """Stripe's tiers, unless one has a flat amount, which no model of Orb's has."""
    tiers = price.config["tiers"]
    if any(_major(price, tier, "flat_amount") not in (None, "0") for tier in tiers):
        return None
    rates = [_major(price, tier, "unit_amount") or "0" for tier in tiers]
    ends = [None if tier["up_to"] == "inf" else tier["up_to"] for tier in tiers]
    if price.model == "stripe_volume":
        rows = zip(ends, rates, strict=True)
        return "bulk", {
            "tiers": [{"maximum_units": end, "unit_amount": rate} for end, rate in rows]
        }
    linked = zip([0, *ends[:-1]], ends, rates, strict=True)
    return "tiered", {
        "tiers": [
            {"first_unit": start, "last_unit": end, "unit_amount": rate}
            for start, end, rate in linked
        ],
        "prorated": None,
    }


def _major(price: "Price", row: Mapping[str, Any], field: str) -> str | None:
    """An amount in minor units, in either of Stripe's spellings, as a text in major ones."""
    amount = row.get(field, row.get(f"{field}_decimal"))
    if amount is None:
        return None
    return as_text(currencies()[price.currency].to_major(Fraction(amount)))


def _billed(price: "Price") -> tuple[str, Mapping[str, Any]]:
    """The cadence, and how long its cycle is."""
    cycle = price.cycle()
    if cycle is None:
        return "one_time", CYCLES["one_time"]
    named = price.cadence or (CADENCES.get(cycle.months) if cycle.months else None) or "custom"
    unit = "month" if cycle.months else "day"
    return named, {"duration": cycle.months or cycle.days, "duration_unit": unit}


def _price_type(price: "Price", model: str) -> str:
    takes = MODELS[model].takes
    if takes == COMPOSITE:
        return "composite_price"
    metered = price.billable_metric_id or (price.recurring or {}).get("usage_type") == "metered"
    return "usage_price" if metered or takes != SCALAR else "fixed_price"


def _conversion(price: "Price") -> dict[str, Any]:
    """A flat rate shows in both of its spellings, whichever it came in."""
    rate, config = price.conversion_rate, price.conversion_rate_config
    if config is not None and config["conversion_rate_type"] == "unit":
        rate = Decimal(config["unit_config"]["unit_amount"])
    elif rate is not None:
        unit = {"unit_amount": as_text(Fraction(rate))}
        config = {"conversion_rate_type": "unit", "unit_config": unit}
    return {"conversion_rate": rate, "conversion_rate_config": config}


def _dimensions(price: "Price") -> dict[str, Any] | None:
    given = price.dimensional_price_configuration
    if given is None:
        return None
    group = given.get("dimensional_price_group_id")
    external = given.get("external_dimensional_price_group_id")
    return {**given, "dimensional_price_group_id": group or external or ""}


def _license_type(price: "Price") -> dict[str, Any] | None:
    """What is known of a licence type is its id, so that stands for its name and its key too."""
    id = price.license_type_id
    return {"id": id, "grouping_key": id, "name": id} if id else None


def _texts(metadata: Mapping[str, Any]) -> dict[str, str]:
    return {key: _text(value) for key, value in metadata.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)

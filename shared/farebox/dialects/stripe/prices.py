"""Prices as Stripe shows them: amounts in minor units, each as an integer and as a decimal text."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from farebox.dialects.stripe import values
from farebox.dialects.stripe.products import product_document
from farebox.pricing.money import as_text, currencies

if TYPE_CHECKING:
    from farebox.billing.catalogue import Price
    from farebox.billing.known import Known
    from farebox.billing.line_items import LineItem

UNSPECIFIED = "unspecified"

# Orb's cadences as Stripe counts them.
_CADENCES = {
    "monthly": ("month", 1),
    "quarterly": ("month", 3),
    "semi_annual": ("month", 6),
    "annual": ("year", 1),
}

Config = Mapping[str, Any]


def price_document(price: "Price", expanded: frozenset[str], known: "Known") -> dict[str, Any]:
    """A kept price."""
    document = {
        "id": price.id,
        "object": "price",
        "active": price.active,
        "created": values.epoch(price.created_at),
        "currency": price.currency,
        "livemode": price.livemode,
        "lookup_key": price.lookup_key,
        "metadata": values.metadata(price.metadata),
        "nickname": price.name,
        "product": price.product,
        "recurring": _recurring(price),
        "tax_behavior": price.tax_behavior or UNSPECIFIED,
        "type": "recurring" if price.is_recurring else "one_time",
        **_terms(price.model, price.config, price.currency),
    }
    if "product" in expanded:
        document["product"] = _product(price.product, known)
    if "tiers" in expanded:
        document["tiers"] = _tiers(price.model, price.config)
    if "currency_options" in expanded:
        document["currency_options"] = _options(price, "tiers" in expanded)
    return document


def inline_document(
    line: "LineItem", livemode: bool, created: int, spelled_out: bool, known: "Known"
) -> dict[str, Any]:
    """The price that a line brought with it: it is part of the line, and has no id."""
    config, described = dict(line.price_data or {}), line.described
    currency, model = config.pop("currency", ""), config.pop("model", "")
    return {
        "id": None,
        "object": "price",
        "active": False,
        "created": created,
        "currency": currency,
        "livemode": livemode,
        "lookup_key": described.get("lookup_key"),
        "metadata": values.metadata(described.get("metadata", {})),
        "nickname": described.get("name"),
        "product": _product(line.product, known) if spelled_out else line.product,
        "recurring": None,
        "tax_behavior": described.get("tax_behavior") or UNSPECIFIED,
        "type": "one_time",
        **_terms(model, config, currency),
    }


def _product(id: str | None, known: "Known") -> Any:
    from farebox.billing.catalogue import Product

    product = None if id is None else known.found_as(Product, id)
    return id if product is None else product_document(product)


def _terms(model: str, config: Config, currency: str) -> dict[str, Any]:
    """What Stripe has words for; of any other model, that it is priced by tiers unseen."""
    ours = model == "unit" or model in ("stripe_per_unit", "stripe_transform_quantity")
    mode = model.removeprefix("stripe_") if model.startswith("stripe_") and not ours else None
    return {
        "billing_scheme": "per_unit" if ours else "tiered",
        "custom_unit_amount": _custom(config),
        "tiers_mode": mode,
        "transform_quantity": config.get("transform_quantity"),
        **_unit_amount(model, config, currency),
    }


def _unit_amount(model: str, config: Config, currency: str) -> dict[str, Any]:
    if model == "unit":
        major = Fraction(config["unit_amount"]) * Fraction(config.get("scaling_factor") or 1)
        exact = major * currencies()[currency].minor_units
        return _spelled("unit_amount", exact)
    if not model.startswith("stripe_"):
        return _spelled("unit_amount", None)
    return _spelled("unit_amount", _exact(config, "unit_amount"))


def _exact(row: Config, name: str) -> Fraction | None:
    value = row.get(name)
    if value is None:
        value = row.get(f"{name}_decimal")
    return None if value is None else Fraction(value)


def _spelled(name: str, exact: Fraction | None) -> dict[str, Any]:
    whole = exact is not None and exact.denominator == 1
    return {
        name: int(exact) if exact is not None and whole else None,
        f"{name}_decimal": None if exact is None else as_text(exact),
    }


def _custom(config: Config) -> dict[str, Any] | None:
    custom = config.get("custom_unit_amount")
    if custom is None:
        return None
    return {name: custom.get(name) for name in ("maximum", "minimum", "preset")}


def _tiers(model: str, config: Config) -> list[dict[str, Any]] | None:
    if not model.startswith("stripe_") or "tiers" not in config:
        return None
    return [
        {
            **_spelled("flat_amount", _exact(tier, "flat_amount")),
            **_spelled("unit_amount", _exact(tier, "unit_amount")),
            "up_to": None if tier["up_to"] == "inf" else tier["up_to"],
        }
        for tier in config["tiers"]
    ]


def _options(price: "Price", with_tiers: bool) -> dict[str, Any]:
    """The amounts of each currency, the price's own among them."""
    found = {}
    for code, config in price.configs().items():
        option = price.currency_options.get(code, {})
        own = price.tax_behavior if code == price.currency else option.get("tax_behavior")
        found[code] = {
            "custom_unit_amount": _custom(config),
            "tax_behavior": own or UNSPECIFIED,
            **_unit_amount(price.model, config, code),
        }
        if with_tiers:
            found[code]["tiers"] = _tiers(price.model, config)
    return found


def _recurring(price: "Price") -> dict[str, Any] | None:
    if price.recurring is not None:
        given = price.recurring
        interval, count = given["interval"], given["interval_count"]
        meter, trial = given.get("meter"), given.get("trial_period_days")
    elif price.is_recurring:
        configuration = price.billing_cycle_configuration or {}
        custom = (configuration.get("duration_unit"), configuration.get("duration"))
        interval, count = _CADENCES.get(price.cadence or "", custom)
        meter, trial = price.billable_metric_id, None
    else:
        return None
    return {
        "interval": interval,
        "interval_count": count,
        "meter": meter,
        "trial_period_days": trial,
        "usage_type": "licensed" if meter is None else "metered",
    }

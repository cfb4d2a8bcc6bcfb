"""Line items: so much of something, priced once and frozen, for orders and checkouts alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from farebox.billing.catalogue import Price, Product, configs
from farebox.billing.known import Known, Reference
from farebox.billing.records import Metadata, kept_metadata
from farebox.pricing.models import MODELS
from farebox.pricing.money import Currency, currencies
from farebox.pricing.quote import Quote, quote
from farebox.problems import FieldErrors, InvalidRequest

if TYPE_CHECKING:
    from farebox.validation.orders import LineItem as AskedLine

# Over a hundred bytes each: more would not fit a record.
MAXIMUM_STEPS = 4_000
DESCRIBING = ("name", "lookup_key", "tax_behavior")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """A line as it is kept: its amount never changes, whatever becomes of the price.

    ``price_data`` holds the terms of an inline price, ``described`` what else was said of it and of
    its product, ``billed`` what is billed beside or in place of a quantity. ``quote`` says how the
    amount came about; a line whose order carries a custom amount has none.
    """

    id: str
    quantity: int | None
    description: str
    total_amount: int
    price: str | None = None
    product: str | None = None
    product_name: str | None = None
    price_data: Mapping[str, Any] | None = None
    described: Mapping[str, Any] = field(default_factory=dict)
    billed: Mapping[str, Any] = field(default_factory=dict)
    quote: Quote | None = None
    metadata: Metadata = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a line is priced by, wherever it came from; ``configs`` by currency, its own first."""

    model: str
    configs: Mapping[str, Mapping[str, Any]]
    product_name: str
    price: str | None = None
    product: str | None = None
    inline: bool = False
    described: Mapping[str, Any] = field(default_factory=dict)


def references(asked: Iterable["AskedLine"]) -> Iterable[Reference]:
    """The prices and products that lines name."""
    for line in asked:
        if line.price is not None:
            yield Reference(Price, line.price)
        elif line.product is not None:
            yield Reference(Product, line.product)
        elif line.price_data.product is not None:
            yield Reference(Product, line.price_data.product)


def terms(asked: Sequence["AskedLine"], known: Known, errors: FieldErrors) -> list[Terms | None]:
    """What each line is priced by; what is missing or not for sale is noted in ``errors``."""
    return [_terms(line, f"line_items[{place}]", known, errors) for place, line in enumerate(asked)]


def terms_of_product(id: str, param: str, known: Known, errors: FieldErrors) -> Terms | None:
    """A product at its default price."""
    product = sellable_product(id, param, known, errors)
    if product is None:
        return None
    if product.default_price is None:
        errors.add(param, "no_default_price", "This product has no default price")
        return None
    price = product.default_price
    _check_sellable(price.active, price.is_recurring, param, errors)
    return Terms(price.model, price.configs(), product.name, price.id, product.id)


def at_unit_amount(terms: Terms, unit_amount: int) -> Terms:
    """The same thing at another amount for each unit, in the currency of its own price."""
    own = {next(iter(terms.configs)): {"unit_amount": unit_amount}}
    return replace(terms, model="stripe_per_unit", configs=own, price=None, inline=True)


def sellable_product(id: str, param: str, known: Known, errors: FieldErrors) -> Product | None:
    """A product that is not archived."""
    product = known.find(Product, id, param, errors)
    if product is not None and not product.active:
        errors.add(param, "product_inactive", "This product is archived")
    return product


def settle_currency(
    asked: str | None,
    lines: Sequence[Terms | None],
    known: Known,
    errors: FieldErrors,
    product: str = "",
) -> Currency:
    """The one currency of all lines: as asked, else of the first line, else the organization's.

    ``product`` is the field that the only line comes from, where it is not a line item.
    """
    found = next((next(iter(line.configs)) for line in lines if line is not None), None)
    code = asked or found or known.organization.default_currency
    for place, line in enumerate(lines):
        if line is not None and code not in line.configs:
            message = f"This line is priced in {', '.join(line.configs)}, not in {code}"
            errors.add(product or f"line_items[{place}]", "currency_mismatch", message)
    return currencies()[code]


def price(
    asked: Sequence["AskedLine"],
    terms: Sequence[Terms | None],
    currency: Currency,
    *,
    owner: str,
    amount: int | None = None,
) -> tuple[LineItem, ...]:
    """The lines of ``owner``, each at its quote, or the only one at a custom ``amount``."""
    lines: list[LineItem] = []
    most_steps = MAXIMUM_STEPS
    for place, (line, found) in enumerate(zip(asked, terms, strict=True)):
        if found is not None:
            priced = _price(line, found, currency, place, owner, amount, most_steps)
            most_steps -= len(priced.quote.steps) if priced.quote else 0
            lines.append(priced)
    return tuple(lines)


def _price(
    asked: "AskedLine",
    terms: Terms,
    currency: Currency,
    place: int,
    owner: str,
    amount: int | None,
    most_steps: int,
) -> LineItem:
    explained = None
    config = terms.configs[currency.code]
    if amount is None:
        try:
            explained = quote(terms.model, config, asked.billed(), currency, most_steps=most_steps)
        except InvalidRequest as refusal:
            raise refusal.under(f"line_items[{place}]") from None
        amount = explained.amount
    inline = {"currency": currency.code, "model": terms.model, **config}
    return LineItem(
        # A line's id follows from its owner's.
        id=f"oli_{owner.partition('_')[2]}_{place + 1}",
        quantity=asked.quantity,
        description=asked.description or terms.product_name,
        total_amount=amount,
        price=terms.price,
        product=terms.product,
        product_name=terms.product_name,
        price_data=inline if terms.inline else None,
        described=terms.described,
        billed=asked.other_inputs(),
        quote=explained,
        metadata=kept_metadata(asked.metadata),
    )


def check_billable(
    asked: Sequence["AskedLine"],
    lines: Sequence[Terms | None],
    currency: Currency,
    errors: FieldErrors,
) -> None:
    """Note each line that is not billed by what its price is billed by."""
    for place, (line, terms) in enumerate(zip(asked, lines, strict=True)):
        if terms is None or currency.code not in terms.configs:
            continue
        config = terms.configs[currency.code]
        check_input(terms.model, config, line, f"line_items[{place}].", errors)


def check_input(
    model: str, config: Mapping[str, Any], asked: Any, prefix: str, errors: FieldErrors
) -> None:
    """Note under ``prefix`` that a price is not billed by what ``asked`` tells."""
    takes = MODELS[model].takes
    if getattr(asked, takes) is None:
        message = f"A price of the model {model} is billed by {takes}"
        errors.add(f"{prefix}{takes}", "required", message)
    in_part = asked.proration is not None and asked.proration.fraction() != 1
    if in_part and not MODELS[model].prorates(config):
        message = "This price is not prorated: it is billed whole, whatever was in service"
        errors.add(f"{prefix}proration", "excluded", message)
    for name in ("proration", "pricing_value", "scaling_value"):
        told = any(getattr(group, name) is not None for group in asked.groups or ())
        if told and name not in MODELS[model].groups_by:
            message = f"A price of the model {model} does not look at a group's {name}"
            errors.add(f"{prefix}groups", "excluded", message)
    custom = config.get("custom_unit_amount")
    if custom is not None and custom.get("preset") is None:
        message = "This price leaves its amount to the payer, and suggests none"
        errors.add(prefix.rstrip("."), "custom_amount_required", message)


def check_total(
    total: int, currency: Currency, param: str, errors: FieldErrors, *, takes_small: bool = False
) -> None:
    """Note at ``param`` that ``total`` cannot be charged: only 0 or minimum to maximum can be.

    ``takes_small`` lets pass what is below the minimum.
    """
    if total and total < currency.minimum and not takes_small:
        message = f"{total} is below the smallest charge, {currency.minimum} {currency.code}"
        errors.add(param, "amount_too_small", message)
    if total > currency.maximum:
        message = f"{total} is above the largest charge, {currency.maximum} {currency.code}"
        errors.add(param, "amount_too_large", message)
    if total % currency.charge_step:
        message = f"Must be a multiple of {currency.charge_step} in {currency.code}"
        errors.add(param, "invalid_step", message)


def _terms(line: "AskedLine", param: str, known: Known, errors: FieldErrors) -> Terms | None:
    if line.price is not None:
        return _of_price(known.find(Price, line.price, f"{param}.price", errors), param, errors)
    if line.product is not None:
        return terms_of_product(line.product, f"{param}.product", known, errors)
    return _of_inline(line.price_data, f"{param}.price_data", known, errors)


def _of_price(price: Price | None, param: str, errors: FieldErrors) -> Terms | None:
    if price is None:
        return None
    _check_sellable(price.active, price.is_recurring, f"{param}.price", errors)
    return Terms(price.model, price.configs(), price.product_name, price.id, price.product)


def _of_inline(asked: Any, param: str, known: Known, errors: FieldErrors) -> Terms | None:
    _check_sellable(asked.active, asked.is_recurring, param, errors)
    model, config = asked.terms()
    terms = configs(asked.currency, config, asked.options())
    described = _described(asked)
    if asked.product_data is not None:
        return Terms(model, terms, asked.product_data.name, inline=True, described=described)
    product = sellable_product(asked.product, f"{param}.product", known, errors)
    if product is None:
        return None
    return Terms(model, terms, product.name, None, product.id, inline=True, described=described)


def _described(asked: Any) -> dict[str, Any]:
    """What an inline price says beside its terms, and of its product beside the name."""
    said = {name: getattr(asked, name) for name in DESCRIBING}
    said["metadata"] = kept_metadata(asked.metadata)
    if asked.product_data is not None:
        product = asked.product_data.model_dump(exclude={"name", "metadata"}, exclude_none=True)
        metadata = kept_metadata(asked.product_data.metadata)
        said["product_data"] = product | ({"metadata": metadata} if metadata else {})
    return {name: value for name, value in said.items() if value}


def _check_sellable(active: bool, recurring: bool, param: str, errors: FieldErrors) -> None:
    if not active:
        errors.add(param, "price_inactive", "This price is not for new purchases")
    if recurring:
        message = "Recurring prices cannot be ordered until subscriptions exist"
        errors.add(param, "recurring_price", message)

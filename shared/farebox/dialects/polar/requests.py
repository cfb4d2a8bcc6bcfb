"""Polar's requests, turned into ours; what we cannot express is refused in Polar's own names."""

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard, TypeVar

from farebox.billing.catalogue import Product
from farebox.dialects.polar.bodies import Body
from farebox.dialects.polar.catalogue import prices
from farebox.dialects.polar.refusals import theirs
from farebox.handler import Request
from farebox.problems import FieldError, InvalidAsSent, InvalidRequest
from farebox.validation import documents
from farebox.validation.check import Input, check

# What Polar takes for a price that names no currency.
DEFAULT_CURRENCY = "usd"

Shape = TypeVar("Shape", bound=Input)


def read(shape: type[Shape], request: Request) -> Shape:
    """The body of a request as a ``shape``. Raises ``InvalidRequest`` with every bad field."""
    body = Body(documents.read(request.body))
    names_one = shape.__name__.startswith("Create")
    _check_organization(body, request, body.take("organization_id") if names_one else None)
    document = _FORMS[shape.__name__](body)
    body.close()
    try:
        asked = check(shape, document)
    except InvalidRequest as refusal:
        said = {error.param for error in body.errors}
        body.errors += [
            error for error in theirs(refusal.errors, request) if error.param not in said
        ]
    if body.errors:
        raise InvalidAsSent(body.errors)
    return asked


def check_kept_prices(request: Request, product: Product) -> None:
    """Where a change of a product names prices by their ids, these are all that it has.

    Raises ``InvalidRequest`` where one is another's, or one is left out: a product has one price
    here, whose currencies come and go together.
    """
    given = documents.read(request.body).get("prices")
    if not _names_prices(given):
        return
    shown = {price["id"] for price in prices(product)}
    errors = [
        FieldError(f"prices[{place}].id", "value_error", "Price does not exist.")
        for place, each in enumerate(given)
        if each["id"] not in shown
    ]
    if not errors and {each["id"] for each in given} != shown:
        message = "Name each price of the product, or give a new price for all of them"
        errors.append(FieldError("prices", "not_supported", message))
    if errors:
        raise InvalidAsSent(errors)


def _names_prices(given: Any) -> TypeGuard[list[Mapping[str, Any]]]:
    return (
        isinstance(given, list)
        and bool(given)
        and all(isinstance(each, Mapping) and each.keys() == {"id"} for each in given)
    )


def _check_organization(body: Body, request: Request, named: Any) -> None:
    """A key belongs to one organization, so that naming another one is a mistake."""
    own = request.credential.organization
    if any(each not in (None, own) for each in (named, request.headers.get("polar-organization"))):
        body.broken("organization_id", "value_error", "Organization does not exist.")


def _order(body: Body) -> dict[str, Any]:
    customer, product = body.require("customer_id"), body.require("product_id")
    units, amount, description = body.take("units"), body.take("amount"), body.take("description")
    if units is not None and amount is not None:
        body.broken("units", "value_error", "Not together with amount")
    line = {
        "product": product,
        "quantity": 1 if units is None else units,
        "description": description,
    }
    return {
        "customer": customer,
        "line_items": [line],
        "currency": body.take("currency"),
        "amount": amount,
        "description": description,
        "custom_field_data": body.custom_fields(),
        **body.metadata(),
    }


def _order_update(body: Body) -> dict[str, Any]:
    names = {"billing_name": "billing_name"}
    return {**body.named(names, nullable=names), **body.address()}


def _finalize(body: Body) -> dict[str, Any]:
    return {"payment_method": body.take("payment_method_id")}


def _product(body: Body) -> dict[str, Any]:
    """A product is made with its price, which is of one amount in one or more currencies."""
    _no_extras(body)
    names = {"name": "name", "description": "description"}
    product_data = {**body.named(names, nullable=("description",)), **body.metadata()}
    if "name" not in product_data:
        body.broken("name", "missing", "Field required")
    amounts = _amounts(body, body.require("prices"))
    if not amounts:
        return {"product_data": product_data, "currency": DEFAULT_CURRENCY, "unit_amount": 0}
    (currency, unit_amount), *others = amounts.items()
    options = {code: {"unit_amount": amount} for code, amount in others}
    return {
        "product_data": product_data,
        "currency": currency,
        "unit_amount": unit_amount,
        "currency_options": options or None,
    }


def _product_update(body: Body) -> dict[str, Any]:
    """A product may get another price; the prices that it has never change."""
    _no_extras(body)
    names = {"name": "name", "description": "description"}
    product = {**body.named(names, nullable=("description",)), **body.metadata()}
    archived = body.take("is_archived")
    if archived is not None:
        product["active"] = not archived
        if not isinstance(archived, bool):
            body.broken("is_archived", "bool_type", "Input should be a valid boolean")
    given = body.take("prices")
    if given is None or _names_prices(given):
        return {"product": product}
    amounts = _amounts(body, given)
    if len(amounts) > 1:
        body.broken("prices", "not_supported", "A product's new price is in one currency")
    price = [{"currency": code, "unit_amount": amount} for code, amount in amounts.items()]
    return {"product": product, "price": price[0] if price else None}


def _amounts(body: Body, given: Any) -> dict[str, Any]:
    """The amount in each currency, in the order of ``prices``."""
    if given is None:
        return {}
    if not isinstance(given, list) or not given:
        body.broken("prices", "list_type", "A list of at least one price")
        return {}
    amounts: dict[str, Any] = {}
    for place, each in enumerate(given):
        if not isinstance(each, Mapping):
            body.broken(f"prices[{place}]", "dict_type", "Input should be a valid dictionary")
            continue
        price = Body(each, f"prices[{place}].")
        currency, amount = _amount(price)
        if isinstance(currency, str) and currency.lower() in amounts:
            price.broken("price_currency", "value_error", "Another price is in this currency")
        elif not price.errors:
            amounts[currency.lower()] = amount
        body.errors += price.errors
    return amounts


def _amount(price: Body) -> tuple[Any, Any]:
    kind, currency = price.require("amount_type"), price.take("price_currency")
    if kind == "free":
        price.only("price_amount", 0, because="A free price has no amount")
    amount = 0 if kind == "free" else price.take("price_amount")
    price.only("tax_behavior", because="There are no taxes here yet")
    if kind not in (None, "fixed", "free"):
        price.broken("amount_type", "not_supported", "Only fixed and free prices are supported")
        return None, None
    if amount is None:
        price.broken("price_amount", "missing", "Field required")
    price.close()
    if currency is not None and not isinstance(currency, str):
        price.broken("price_currency", "string_type", "Input should be a valid string")
    return DEFAULT_CURRENCY if currency is None else currency, amount


def _no_extras(body: Body) -> None:
    """What a product of Polar's may have beside, and one of ours has not."""
    body.only("visibility", "public", because="Every product here is public")
    body.only("medias", [], because="Products have no media here")
    body.only("attached_custom_fields", [], because="Products have no custom fields here")
    for name in ("recurring_interval", "recurring_interval_count"):
        body.only(name, because="There are no subscriptions here")
    for name in (
        "meter_interval",
        "meter_interval_count",
        "trial_interval",
        "trial_interval_count",
    ):
        body.only(name, because="There are no subscriptions here")


def _customer(body: Body) -> dict[str, Any]:
    body.only("owner", because="Customers have no members here")
    email = body.require("email")
    return {"email": email, **_customer_fields(body)}


def _customer_update(body: Body) -> dict[str, Any]:
    return {**body.named({"email": "email"}), **_customer_fields(body)}


def _customer_fields(body: Body) -> dict[str, Any]:
    body.only("type", "individual", because="Customers are individuals here")
    body.only("tax_id", because="There are no taxes here yet")
    body.only("locale", because="Customers have no locale here")
    names = {"name": "name", "external_id": "external_id"}
    return {**body.named(names, nullable=names), **body.address(), **body.metadata()}


def _checkout(body: Body) -> dict[str, Any]:
    products = body.require("products")
    product = products[0] if isinstance(products, list) and len(products) == 1 else None
    if products is not None and product is None:
        body.broken("products", "not_supported", "A list of exactly one product")
    body.only("allow_discount_codes", True, because="The page always takes a discount code")
    for name in ("require_billing_address", "is_business_customer"):
        body.only(name, False, because="The page asks for no address")
    body.only("allow_trial", True, False, because="There are no subscriptions here")
    for name in _NOT_ON_OUR_PAGE:
        body.only(name, {}, because="The page here has no such thing")
    names = {"customer_id": "customer", "customer_email": "customer_email", "units": "units"}
    names |= {"success_url": "success_url", "currency": "currency"}
    return {"product": product, **body.named(names), **body.metadata()}


_NOT_ON_OUR_PAGE = (
    *("amount", "discount_id", "external_customer_id", "customer_name", "customer_ip_address"),
    *("customer_billing_name", "customer_billing_address", "customer_tax_id", "customer_metadata"),
    *("custom_field_data", "subscription_id", "return_url", "embed_origin", "locale", "prices"),
    *("seats", "min_seats", "max_seats", "min_units", "max_units"),
    *("trial_interval", "trial_interval_count"),
)

_FORMS: Mapping[str, Callable[[Body], dict[str, Any]]] = {
    "CreateOrder": _order,
    "UpdateOrder": _order_update,
    "ChargeOrder": _finalize,
    "CreatePrice": _product,
    "UpdatePricedProduct": _product_update,
    "CreateCustomer": _customer,
    "UpdateCustomer": _customer_update,
    "CreateCheckout": _checkout,
}
"""How the body of each of our requests is read."""

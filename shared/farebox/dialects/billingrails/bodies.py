"""Bodies: what is asked in Billingrails' words as one of our own requests.

A field that is null is one that was not sent, but in a change, where null clears.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Literal, TypeVar

from farebox.dialects.billingrails import refusals
from farebox.dialects.billingrails.refusals import Spoken
from farebox.handler import Request
from farebox.pricing.money import currencies
from farebox.problems import FieldError, InvalidRequest
from farebox.validation import catalogue, documents, orders, prices
from farebox.validation.check import MAXIMUM_ERRORS, MAXIMUM_PARAM, Input, check
from farebox.validation.fields import Country, CurrencyCode, Email, Name

Shape = TypeVar("Shape", bound=Input)
Document = dict[str, Any]
Errors = list[FieldError]

# Stand in for what is missing, once that is noted, so that the rest is checked too.
NO_PRODUCT, NO_CURRENCY = "prod_", "usd"

ADDRESSES = ("billing_address", "shipping_address")
ORDER = ("account_id", "currency", "line_items", *ADDRESSES, "metadata")
ORDER_FIXED = ("account_id", "currency", "line_items")
LINE = ("product_id", "quantity", "unit_amount", "description")
SAME_FLAG = "use_billing_address_for_shipping"
ACCOUNT = (
    *("name", "email", "external_id", *ADDRESSES, "metadata"),
    *("type", "country", "default_currency", "timezone"),
)
PRODUCT = ("name", "description", "invoice_name", "image_url", "sku", "model")
PRODUCT_TERMS = ("price", "prices", "amount", "currency")
PRICE = ("currency", "model", "amount")
PRICE_MORE = (
    *("code", "flat_amount", "package_size", "percentage_rate", "tiers", "interval"),
    *("bill_timing", "free_units", "free_events", "free_units_per_event", "meter_id"),
    *("meter_profile_id", "benefits"),
)
STATUSES = {"active": True, "inactive": False, "archived": False}


class CreateOrder(orders.CreateOrder):
    """An order names its currency, and may be of any amount."""

    takes_small_totals: ClassVar[bool] = True

    currency: CurrencyCode


class UpdateAccount(catalogue.UpdateCustomer):
    """What else is told of an account."""

    type: Literal["individual", "organization"] | None = None
    country: Country | None = None
    default_currency: CurrencyCode | None = None
    timezone: Name | None = None


class CreateAccount(catalogue.CreateCustomer):
    """An account has a name and an e-mail address."""

    name: Name
    email: Email
    type: Literal["individual", "organization"] | None = None
    country: Country | None = None
    default_currency: CurrencyCode | None = None
    timezone: Name | None = None


class NewProduct(catalogue.CreateProduct):
    """What else is told of a product."""

    invoice_name: Name | None = None
    sku: Name | None = None
    model: Name | None = None


class CreateProduct(prices.CreatePrice):
    """A product comes with its default price."""

    product_data: NewProduct | None = None


class UpdateProduct(catalogue.UpdateProduct):
    """What else is told of a product."""

    invoice_name: Name | None = None
    sku: Name | None = None
    model: Name | None = None


def read(shape: type[Shape], request: Request) -> Shape:
    """The body as a ``shape``. Raises ``InvalidRequest`` with every field that is wrong."""
    errors: Errors = []
    body = documents.read(request.body)
    spoken, written = _SHAPES.get(shape, (shape, _as_it_is))
    document = written(body, errors, request)
    try:
        asked: Shape = check(spoken, document)
    except InvalidRequest as broken:
        errors += broken.errors
        raise InvalidRequest(errors[:MAXIMUM_ERRORS]) from None
    if errors:
        raise InvalidRequest(errors[:MAXIMUM_ERRORS])
    return asked


def _as_it_is(body: Document, errors: Errors, request: Request) -> Document:
    return body


def _new_order(body: Document, errors: Errors, request: Request) -> Document:
    given = _given(body)
    document = _taken(given, (*ORDER, SAME_FLAG), errors)
    _rename(document, "account_id", "customer")
    if document.get(SAME_FLAG) is True and "billing_address" in document:
        del document[SAME_FLAG]
        document["shipping_address"] = document["billing_address"]
    lines = document.get("line_items")
    if isinstance(lines, list):
        document["line_items"] = [
            _line(line, f"line_items[{place}]", document.get("currency"), errors)
            for place, line in enumerate(lines)
        ]
    return {**document, "collection": "charge_now"}


def _line(line: Any, at: str, currency: Any, errors: Errors) -> Any:
    """A line at an amount of its own, or, without one, at its product's default price."""
    if not isinstance(line, dict):
        return line
    given = _given(line)
    document = _taken(given, LINE, errors, f"{at}.")
    _require(document, ("product_id", "quantity"), errors, f"{at}.")
    product = document.pop("product_id", NO_PRODUCT)
    document.setdefault("quantity", 1)
    if "unit_amount" not in document:
        return {**document, "product": product}
    unit_amount = document.pop("unit_amount")
    code = currency if isinstance(currency, str) else NO_CURRENCY
    _check_step(document["quantity"], unit_amount, code.lower(), at, errors)
    return {
        **document,
        "price_data": {"currency": code, "unit_amount": unit_amount, "product": product},
    }


def _check_step(quantity: Any, unit_amount: Any, code: str, at: str, errors: Errors) -> None:
    """Refuse what could only be charged rounded: a line is what its amounts say."""
    step = currencies()[code].charge_step if code in currencies() else 1
    if type(quantity) is int and type(unit_amount) is int and quantity * unit_amount % step:
        message = f"A line must be a multiple of {step} in {code.upper()}"
        errors.append(Spoken(f"{at}.unit_amount", "invalid_step", message))


def _changed_order(body: Document, errors: Errors, request: Request) -> Document:
    _refuse(body, ORDER_FIXED, errors, "An order's account, currency and lines never change")
    body = {name: value for name, value in body.items() if name not in ORDER_FIXED}
    document = _taken(body, (*ADDRESSES, "metadata", SAME_FLAG), errors)
    same = document.pop(SAME_FLAG, None)
    if same is not None and not isinstance(same, bool):
        errors.append(Spoken(SAME_FLAG, "invalid_type", "Must be true or false"))
    if same is True:
        _require(document, ("billing_address",), errors)
        document["shipping_address"] = document.get("billing_address")
    return document


def _new_account(body: Document, errors: Errors, request: Request) -> Document:
    given = _given(body)
    _refuse(given, ("invoice_settings",), errors, "Farebox keeps no invoice settings")
    given.pop("invoice_settings", None)
    return _taken(given, ACCOUNT, errors)


def _changed_account(body: Document, errors: Errors, request: Request) -> Document:
    _refuse(body, ("invoice_settings",), errors, "Farebox keeps no invoice settings")
    body.pop("invoice_settings", None)
    return _taken(body, ACCOUNT, errors)


def _new_product(body: Document, errors: Errors, request: Request) -> Document:
    given = _given(body)
    price = given.pop("price", None)
    if given.pop("prices", None):
        errors.append(Spoken("prices", "not_available", "A product has one price here"))
    at = "price."
    flat = "/seller/" in request.route or {"amount", "currency"} & given.keys()
    if price is None and flat:
        # The older SDK has the amount beside the name, and by model means one of the product.
        at, price = "", {"model": "per_unit"}
        price |= {name: given.pop(name) for name in ("amount", "currency") if name in given}
    product = _product(_taken(given, (*PRODUCT, "code", "status"), errors), errors)
    if isinstance(price, dict):
        return {**_terms(_given(price), at, errors), "product_data": product}
    if price is None:
        errors.append(Spoken("price", "required", "This field is required"))
    else:
        errors.append(Spoken("price", "invalid_type", "Must be an object"))
    return {"currency": NO_CURRENCY, "unit_amount": 0, "product_data": product}


def _terms(price: Document, at: str, errors: Errors) -> Document:
    """A price for each unit, or a flat one: the same amount for any quantity."""
    _refuse(price, PRICE_MORE, errors, "Farebox does not price by this here", at)
    price = {name: value for name, value in price.items() if name not in PRICE_MORE}
    document = _taken(price, PRICE, errors, at)
    _require(document, PRICE, errors, at)
    model, amount = document.pop("model", "flat"), document.pop("amount", 0)
    document.setdefault("currency", NO_CURRENCY)
    if model == "flat":
        tier = {"up_to": "inf", "flat_amount": amount}
        return {**document, "billing_scheme": "tiered", "tiers_mode": "volume", "tiers": [tier]}
    if model != "per_unit":
        message = "Products are priced flat or per_unit here"
        errors.append(Spoken(f"{at}model", "not_available", message))
    if isinstance(amount, Decimal):
        return {**document, "unit_amount_decimal": f"{amount:f}"}
    return {**document, "unit_amount": amount}


def _changed_product(body: Document, errors: Errors, request: Request) -> Document:
    action = refusals.path(request).rpartition("/")[2]
    if action in ("archive", "unarchive"):
        _taken(body, (), errors)
        return {"active": action == "unarchive"}
    _refuse(body, PRODUCT_TERMS, errors, "A price never changes; make another product")
    body = {name: value for name, value in body.items() if name not in PRODUCT_TERMS}
    return _product(_taken(body, (*PRODUCT, "code", "status"), errors), errors)


def _product(document: Document, errors: Errors) -> Document:
    _rename(document, "code", "external_id")
    status = document.pop("status", None)
    if status is None:
        return document
    if status not in ("active", "inactive", "archived"):
        message = "Must be 'active', 'inactive' or 'archived'"
        errors.append(Spoken("status", "literal_error", message))
        return document
    return {**document, "active": STATUSES[status]}


def _given(body: Document) -> Document:
    return {name: value for name, value in body.items() if value is not None}


def _taken(body: Document, names: tuple[str, ...], errors: Errors, at: str = "") -> Document:
    """What is said in known words; the rest is refused by its name."""
    for name in [each for each in body if each not in names]:
        field = f"{at}{name}"[:MAXIMUM_PARAM]
        errors.append(Spoken(field, "unknown_field", "There is no such field here"))
    return {name: body[name] for name in names if name in body}


def _require(body: Document, names: tuple[str, ...], errors: Errors, at: str = "") -> None:
    for name in names:
        if name not in body:
            errors.append(Spoken(f"{at}{name}", "required", "This field is required"))


def _refuse(
    body: Document, names: tuple[str, ...], errors: Errors, message: str, at: str = ""
) -> None:
    """Note the fields that this language has and we do not."""
    for name in names:
        if body.get(name) is not None:
            errors.append(Spoken(f"{at}{name}", "not_available", message))


def _rename(document: Document, name: str, ours: str) -> None:
    if name in document:
        document[ours] = document.pop(name)


Written = Callable[[Document, Errors, Request], Document]

_SHAPES: Mapping[type[Input], tuple[Any, Written]] = {
    orders.CreateOrder: (CreateOrder, _new_order),
    orders.UpdateOrder: (orders.UpdateOrder, _changed_order),
    catalogue.CreateCustomer: (CreateAccount, _new_account),
    catalogue.UpdateCustomer: (UpdateAccount, _changed_account),
    prices.CreatePrice: (CreateProduct, _new_product),
    catalogue.UpdateProduct: (UpdateProduct, _changed_product),
}

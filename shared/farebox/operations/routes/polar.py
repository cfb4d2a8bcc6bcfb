"""Polar's routes, and the lines that only Polar's way of asking needs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from farebox import clock, ids
from farebox.billing import customers, product_prices
from farebox.billing.catalogue import Price, Product
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Kept, Record
from farebox.dialects import polar
from farebox.handler import Answer, Line, Request
from farebox.limits import MAXIMUM_REFERENCE
from farebox.operations import catalogue, charges, reads
from farebox.operations.routes import Route
from farebox.paging import Page, Paging
from farebox.problems import Conflict, FieldError, InvalidRequest, NotFound, ValueTaken
from farebox.storage.commit import commit
from farebox.storage.listing import page
from farebox.storage.load import Loaded, load, load_more
from farebox.validation.catalogue import CreateCustomer, UpdateCustomer, UpdateProduct
from farebox.validation.prices import CreatePrice
from farebox.validation.product_prices import UpdatePricedProduct
from farebox.validation.stripe_forms import CurrencyOption

# More cards than that, and the oldest are not listed.
MAXIMUM_CARDS = 99
# An id that no customer has.
NOBODY = f"{Customer.prefix}_"

Changes = TypeVar("Changes", UpdateCustomer, UpdateProduct)

_PAYMENT = re.compile(r"pay_([0-9a-hjkmnp-tv-z]{26})_([1-9][0-9]{0,3})")


def routes(creates: Mapping[str, Line]) -> Iterator[Route]:
    """What Polar's SDKs can ask for, as far as there is an answer."""
    yield ("POST", "/v1/orders", creates["orders"])
    yield ("GET", "/v1/orders", partial(_list_of_customer, collection="orders"))
    yield ("GET", "/v1/orders/<value>", partial(reads.get, collection="orders"))
    yield ("PATCH", "/v1/orders/<id>", partial(catalogue.update, collection="orders"))
    yield ("POST", "/v1/orders/<id>/finalize", finalize)
    yield ("POST", "/v1/products", create_product)
    yield ("GET", "/v1/products", partial(reads.list_newest_first, collection="products"))
    yield ("GET", "/v1/products/<value>", partial(reads.get, collection="products"))
    yield ("PATCH", "/v1/products/<id>", update_product)
    yield ("POST", "/v1/customers", create_customer)
    yield ("GET", "/v1/customers", partial(reads.list_newest_first, collection="customers"))
    by_external_id = partial(reads.get, collection="customers", by="external_id")
    yield ("GET", "/v1/customers/external/<value>", by_external_id)
    for method, path, line in (
        ("PATCH", "", update_customer),
        ("DELETE", "", delete_customer),
        ("GET", "/payment-methods", list_payment_methods),
    ):
        yield (method, f"/v1/customers/external/<external_id>{path}", partial(_of_external, line))
        yield (method, f"/v1/customers/<id>{path}", line)
    yield ("GET", "/v1/customers/<value>", partial(reads.get, collection="customers"))
    yield ("GET", "/v1/payments", list_payments)
    yield ("GET", "/v1/payments/<id>", get_payment)
    yield ("POST", "/v1/checkouts", creates["checkouts"])
    yield ("GET", "/v1/checkouts", partial(_list_of_customer, collection="checkouts"))
    yield ("GET", "/v1/checkouts/<value>", partial(reads.get, collection="checkouts"))


def finalize(request: Request, id: str) -> Answer:
    """POST that a draft be charged; the same key again tells how the order stands now."""
    operation = f"orders:charge#{id[:MAXIMUM_REFERENCE]}"
    this = Reference(Order, id)
    loaded = load(request, charges.SCOPE, [this], creates=Order, operation=operation)
    order = loaded.known.found_as(Order, id)
    if order is not None and loaded.first is not None:
        return polar.write_done(Kept(order), load_more(loaded, polar.expands([order])))
    if order is not None and order.next_attempt_at is not None and order.collection != "draft":
        raise Conflict("This order is charged by itself", code="order_not_draft")
    return charges.charge(request, id)


def create_product(request: Request) -> Answer:
    """POST a product with its price, which is in the organization's own currency where it can."""
    asked = polar.read(CreatePrice, request)
    loaded = load(request, "products:write", creates=Product)
    if loaded.first is not None:
        return polar.write_created(loaded.first, loaded.known)
    asked = _at_home(asked, loaded.known.organization.default_currency)
    id, price_id = ids.new(Product.prefix), ids.new(Price.prefix)
    change = product_prices.create(asked, loaded.known, id=id, price_id=price_id, now=clock.now())
    return polar.write_created(commit(loaded, change), loaded.known)


def update_product(request: Request, id: str) -> Answer:
    """PATCH a product; another price is its default from then on."""
    asked = polar.read(UpdatePricedProduct, request)
    loaded = load(request, "products:write", [Reference(Product, id)])
    before = loaded.known.found_as(Product, id)
    if before is None:
        raise NotFound
    polar.check_kept_prices(request, before)
    if asked.price is None and not asked.product.model_fields_set:
        return polar.write(before, loaded.known)
    changes = _with_all_metadata(asked.product, before)
    asked = asked.model_copy(update={"product": changes})
    price_id = ids.new(Price.prefix)
    change = product_prices.update(before, asked, loaded.known, price_id=price_id, now=clock.now())
    return polar.write(commit(loaded, change).record, loaded.known)


def create_customer(request: Request) -> Answer:
    """POST a customer, whose e-mail address no other customer has."""
    asked = polar.read(CreateCustomer, request)
    loaded = load(request, "customers:write", _by_email(asked), creates=Customer)
    if loaded.first is None:
        _refuse_shared_email(asked, loaded)
    return catalogue.create(request, "customers")


def update_customer(request: Request, id: str) -> Answer:
    """PATCH a customer; the e-mail address must stay nobody else's."""
    asked = polar.read(UpdateCustomer, request)
    loaded = load(request, "customers:write", [Reference(Customer, id), *_by_email(asked)])
    before = loaded.known.found_as(Customer, id)
    if before is None:
        raise NotFound
    _refuse_shared_email(asked, loaded, before)
    if not asked.model_fields_set:
        return polar.write(before, loaded.known)
    changes = _with_all_metadata(asked, before)
    change = customers.update(before, changes, loaded.known, now=clock.now())
    return polar.write(commit(loaded, change).record, loaded.known)


def delete_customer(request: Request, id: str) -> Answer:
    """DELETE a customer; there is nothing left to show."""
    return replace(catalogue.delete_customer(request, id), status=204, body="")


def list_payment_methods(request: Request, id: str) -> Answer:
    """GET the cards that a customer can be charged by."""
    paging = polar.read_page(request, (), PaymentMethod.prefix)
    loaded = load(request, "payment_methods:read", [Reference(Customer, id)])
    if loaded.known.found_as(Customer, id) is None:
        raise NotFound("There is no such customer")
    kept = page(loaded.tenant, PaymentMethod, Paging(MAXIMUM_CARDS), id)
    cards = [method for method in kept.rows if method.detached_at is None]
    found: Page[Record] = Page(cards[_span(paging)], total=len(cards))
    return polar.write_page(found, request, loaded.known)


def list_payments(request: Request) -> Answer:
    """GET the attempts to charge one order, newest first; payments are listed by order only."""
    paging = polar.read_page(request, ("order_id",), Order.prefix)
    id = _only(request, "order_id")
    if id is None:
        message = "Payments are listed of one order only"
        raise InvalidRequest([FieldError("order_id", "missing", message)])
    loaded = load(request, "orders:read", [Reference(Order, id)])
    order = loaded.known.found_as(Order, id)
    made = order.attempts[::-1] if order else ()
    shown = made[_span(paging)]
    known = load_more(loaded, [Reference(PaymentMethod, each.payment_method) for each in shown])
    return polar.write_payments(order, Page(shown, total=len(made)), request, known)


def get_payment(request: Request, id: str) -> Answer:
    """GET one attempt to charge an order, by an id that follows from the order's."""
    form = _PAYMENT.fullmatch(id)
    order_id = f"{Order.prefix}_{form[1]}" if form else ""
    loaded = load(request, "orders:read", [Reference(Order, order_id)] if form else [])
    order = loaded.known.found_as(Order, order_id)
    number = int(form[2]) if form else 0
    if order is None or number > len(order.attempts):
        raise NotFound("There is no such payment")
    attempt = order.attempts[number - 1]
    known = load_more(loaded, [Reference(PaymentMethod, attempt.payment_method)])
    return polar.write_payment(order, attempt, known)


def _list_of_customer(request: Request, collection: str) -> Answer:
    """A list whose filter has Polar's name; a customer may be named by an external id."""
    query = dict(request.query)
    id, external_id = _only(request, "customer_id"), query.pop("external_customer_id", None)
    if id is not None:
        query["customer"] = query.pop("customer_id")
        if external_id is not None:
            message = "Not together with customer_id"
            raise InvalidRequest([FieldError("external_customer_id", "not_supported", message)])
    elif external_id is not None:
        query["customer"] = _id_of(request, external_id, f"{collection}:read")
        if query["customer"] == NOBODY:
            _only(request, "external_customer_id")  # an external id may have a comma of its own
    return reads.list_newest_first(replace(request, query=query), collection)


def _only(request: Request, name: str) -> str | None:
    """A filter that Polar takes more than once, which a gateway joins by commas.

    Raises ``InvalidRequest`` where there is more than one, as a list here is of one of them.
    """
    value = request.query.get(name)
    if value is not None and "," in value:
        raise InvalidRequest([FieldError(name, "not_supported", "One at a time")])
    return value


def _of_external(line: Line, request: Request, external_id: str) -> Answer:
    """A line for the customer with an external id."""
    scope = "customers:read" if request.method == "GET" else "customers:write"
    return line(request, _id_of(request, external_id, scope))


def _id_of(request: Request, external_id: str, scope: str) -> str:
    """The id of the customer meant; where there is none, ``NOBODY``."""
    this = Reference(Customer, external_id, by="external_id")
    found = load(request, scope, [this]).known.found.get(this)
    return found.id if found else NOBODY


def _by_email(asked: CreateCustomer | UpdateCustomer) -> list[Reference]:
    return [Reference(Customer, asked.email, by="email")] if asked.email else []


def _refuse_shared_email(
    asked: CreateCustomer | UpdateCustomer, loaded: Loaded, before: Customer | None = None
) -> None:
    """Raise ``ValueTaken`` for another customer's address; what one has already may stay shared."""
    own = (before.email or "").casefold() if before else ""
    for reference in _by_email(asked):
        other = loaded.known.found.get(reference)
        if other is not None and reference.value.casefold() != own:
            message = "A customer with this email address already exists."
            raise ValueTaken(message, code="email_taken", param="email")


def _with_all_metadata(asked: Changes, before: Record) -> Changes:
    """The changes with metadata that takes the place of what is there, as in Polar."""
    if not asked.names("metadata"):
        return asked
    whole = {**dict.fromkeys(before.metadata), **(asked.metadata or {})}
    return asked.model_copy(update={"metadata": whole})


def _at_home(asked: CreatePrice, home: str) -> CreatePrice:
    """The same price, first of all in the organization's currency, if it has an amount in it."""
    options = dict(asked.currency_options or {})
    own = options.pop(home, None)
    if own is None:
        return asked
    options[asked.currency] = CurrencyOption(unit_amount=asked.unit_amount)
    changes = {"currency": home, "unit_amount": own.unit_amount, "currency_options": options}
    return asked.model_copy(update=changes)


def _span(paging: Paging) -> slice:
    """The rows of a page, of a list that is read as a whole."""
    first = ((paging.number or 1) - 1) * paging.limit
    return slice(first, first + paging.limit)

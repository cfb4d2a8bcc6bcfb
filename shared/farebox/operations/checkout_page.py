"""The steps of the hosted page's function: read a visit, load it, carry a decision out, answer."""

import base64
from contextlib import suppress
from dataclasses import dataclass, replace

from farebox import clock, ids
from farebox.billing import checkout_contents, checkout_page
from farebox.billing.checkout_orders import NewIds
from farebox.billing.checkout_page import Decision, Visit
from farebox.billing.checkouts import Checkout
from farebox.billing.known import Reference
from farebox.billing.orders import Order
from farebox.billing.payers import Customer, PaymentMethod
from farebox.billing.records import Change
from farebox.charging import requests
from farebox.handler import Answer, Request
from farebox.operations.return_addresses import return_address
from farebox.pages.checkout import render
from farebox.pages.headers import headers
from farebox.pages.views import CheckoutView, RefusalView, View
from farebox.pricing.money import currencies
from farebox.problems import InvalidRequest, NotFound, Problem, RateLimited, Unavailable
from farebox.storage.attempt_limits import count_attempt
from farebox.storage.commit import commit
from farebox.storage.keys import Tenant, read_page_id
from farebox.storage.load import Loaded, load_for_worker, load_more
from farebox.storage.numbers import numbered
from farebox.validation.checkout_page import Document, read_form

PREFIX = "/checkout/"
HTML = "text/html; charset=utf-8"
RETRY_AFTER_SECONDS = 5
NONCE_BYTES = 18
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose checkout a request names, which, and the form that came with it, if one did."""

    tenant: Tenant
    id: str
    address: str
    document: Document | None


@dataclass(frozen=True, slots=True)
class Found:
    """A visit, and what was loaded for it."""

    loaded: Loaded
    visit: Visit


def read(request: Request) -> Asked:
    """What a request asks for. Raises ``NotFound``, and ``MalformedBody`` for what is no form."""
    named = read_page_id(request.path.removeprefix(PREFIX))
    if named is None:
        raise NotFound
    document = read_form(request.body) if request.method == "POST" else None
    return Asked(*named, request.source_address, document)


def load(asked: Asked) -> Found:
    """The checkout and what its page shows beside it. Raises ``NotFound``; and ``RateLimited``
    where somebody has tried too often."""
    loaded = load_for_worker(asked.tenant, [Reference(Checkout, asked.id)])
    checkout = loaded.known.found_as(Checkout, asked.id)
    if checkout is None:
        raise NotFound
    visit = Visit(checkout=checkout, known=loaded.known, now=clock.now(), document=asked.document)
    if visit.tries_a_card or visit.tries_a_code:
        count_attempt(asked.tenant, asked.id, asked.address, pays=visit.tries_a_card)
    known = load_more(loaded, checkout_page.references(visit))
    visit = replace(visit, known=known)
    known = load_more(replace(loaded, known=known), checkout_page.method_of(visit))
    return Found(replace(loaded, known=known), replace(visit, known=known))


def new_ids() -> NewIds:
    """Ids for what a payment makes."""
    return NewIds(
        order=ids.new(Order.prefix),
        customer=ids.new(Customer.prefix),
        payment_method=ids.new(PaymentMethod.prefix),
    )


def carry_out(found: Found, decision: Decision) -> Found:
    """Keep what was decided, have the charge worker do its part while the customer waits, and look
    at the checkout again. What the worker does not get to is due: the schedule has it done."""
    if decision.change is not None:
        commit(found.loaded, _numbered(found.loaded, decision.change))
    if decision.command is None:
        return found
    order = _order_of(found, decision)
    with suppress(Unavailable):
        requests.ask(found.loaded.tenant, order, decision.command)
    checkout = found.visit.checkout.id
    return load(Asked(found.loaded.tenant, checkout, "", None))


def answer(request: Request, found: Found, decision: Decision) -> Answer:
    """A page; or, after a form that was carried out, the way to what became of it: back to the
    merchant once it is paid, by a page that goes on by itself."""
    visit = found.visit
    is_done = request.method == "POST" and not _is_shown(decision)
    returns = is_done and visit.state == "completed" and visit.checkout.success_url is not None
    if is_done and not returns:
        return Answer(SEE_OTHER, "", {"location": _page(request)}, HTML)
    view = replace(_view(found, decision), returns=returns)
    return _drawn(request, view, 422 if decision.errors and visit.document else 200)


def _is_shown(decision: Decision) -> bool:
    """Whether a form is answered by the page itself, with what was typed."""
    return decision.contents is not None and decision.change is None


def _page(request: Request) -> str:
    return f"{request.base_url}{request.path}"


def _numbered(loaded: Loaded, change: Change) -> Change:
    is_new = change.before is None
    return numbered(loaded, change) if is_new else change


def _order_of(found: Found, decision: Decision) -> str:
    if decision.change is not None:
        return decision.change.record.id
    assert found.visit.order is not None
    return found.visit.order.id


def _view(found: Found, decision: Decision) -> CheckoutView:
    """The page as it is to be drawn."""
    visit = found.visit
    checkout, order, state = visit.checkout, visit.order, visit.state
    contents = decision.contents or checkout_contents.of(checkout)
    customer = visit.known.found_as(Customer, checkout.customer or "")
    method = visit.known.found_as(PaymentMethod, (order.payment_method if order else None) or "")
    failure = order.last_failure if order else None
    returns_to = checkout.success_url
    if state == "completed" and returns_to is not None:
        returns_to = return_address(found.loaded.tenant, checkout)
    is_open = state == "open"
    return CheckoutView(
        state=state,
        merchant=visit.known.organization.name,
        livemode=visit.known.livemode,
        currency=currencies()[checkout.currency],
        lines=contents.lines,
        subtotal_amount=contents.subtotal_amount,
        discount_amount=contents.discount_amount,
        total_amount=contents.total_amount,
        discount_code=contents.discount_code,
        units=contents.units if is_open and checkout_contents.is_adjustable(checkout) else None,
        email=checkout.customer_email or (customer.email if customer else None),
        asks_email=is_open and checkout_page.asks_email(visit),
        custom_fields=checkout.custom_fields,
        cards=checkout_page.cards(visit, contents.total_amount),
        saving="required" if checkout.save_payment_method == "required" else "optional",
        success_url=returns_to,
        cancel_url=checkout.cancel_url,
        order_number=order.number if order else None,
        card_brand=method.brand if method else None,
        card_last4=method.last4 if method else None,
        failure=(failure.decline_code or failure.code) if failure else None,
        typed=visit.document or {},
        errors=decision.errors,
        notice=decision.notice,
        attempts=len(order.attempts) if order else 0,
    )


def _drawn(request: Request, view: View, status: int) -> Answer:
    nonce = base64.urlsafe_b64encode(ids.entropy(NONCE_BYTES)).decode()
    language = request.headers.get("accept-language", "")
    return Answer(status, render(view, language, nonce), headers(view, nonce), HTML)


class Refusals:
    """How the page says no."""

    def write_problem(self, problem: Problem, request: Request) -> Answer:
        """A page in place of the checkout: the same for one that is not there, one of others', and
        one that never was."""
        if isinstance(problem, RateLimited):
            seconds = problem.retry_after_seconds
            view = RefusalView(kind="too_many_attempts", retry_after_seconds=seconds)
        elif isinstance(problem, NotFound | InvalidRequest):
            view = RefusalView(kind="not_found")
        else:
            view = RefusalView(kind="unavailable", retry_after_seconds=RETRY_AFTER_SECONDS)
        return _drawn(request, view, problem.status)


def speaks(request: Request) -> Refusals:
    """The page's own voice, whatever language the API is spoken to in."""
    return Refusals()


def anybody(request: Request) -> None:
    """Nobody needs a key to open a page: its address is one."""

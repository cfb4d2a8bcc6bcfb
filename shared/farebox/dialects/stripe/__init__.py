"""Stripe: prices, products, customers, and checkout sessions with ``price_data``.

Requests are forms, answers objects with an ``object``. What an answer spells out is the caller's
choice (``expand``), so this language is spoken to one request at a time.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from farebox.dialects.stripe import expansions, forms, lists, refusals, requests, values
from farebox.dialects.stripe.customers import customer_document
from farebox.dialects.stripe.prices import price_document
from farebox.dialects.stripe.products import product_document
from farebox.dialects.stripe.sessions import line_documents, session_document
from farebox.handler import Answer, Request
from farebox.paging import Page, Paging
from farebox.problems import Forbidden, InvalidAsSent, Problem
from farebox.validation.check import Input, check

if TYPE_CHECKING:
    from farebox.billing.checkouts import Checkout
    from farebox.billing.known import Known, Reference
    from farebox.billing.records import Kept, Record
    from farebox.dialects.stripe.forms import Parts

VERSION = "2026-10-28.endive"
LINE_PREFIX = "oli"
ACCOUNT_HEADERS = ("stripe-account", "stripe-context")

Shape = TypeVar("Shape", bound=Input)

_VERSION = re.compile(r"[0-9A-Za-z.-]{1,40}")


class Stripe:
    """The language as one request speaks it."""

    def __init__(self, request: Request) -> None:
        self._request = request

    @cached_property
    def _sent(self) -> "tuple[Parts, frozenset[str]]":
        """The fields that were sent, and what of an answer they want spelt out.

        Raises ``Forbidden`` where they are meant for another account.
        """
        self._check_account()
        by_form = self._request.method == "POST"
        given = forms.body(self._request) if by_form else forms.query(self._request)
        paths = given.pop("expand", {})
        return given, expansions.read(paths, self._request.method, self._request.route)

    def _check_account(self) -> None:
        """A key acts for its own organization and, unlike Stripe's, for no account of another."""
        own = self._request.credential.organization
        for name in ACCOUNT_HEADERS:
            account = self._request.headers.get(name, own)
            if account != own:
                message = f"The provided key does not have access to account '{account[:100]}'"
                raise Forbidden(message, code="account_invalid")

    @property
    def _fields(self) -> "Parts":
        return self._sent[0]

    @property
    def _expanded(self) -> frozenset[str]:
        return self._sent[1]

    def read(self, shape: type[Shape], request: Request) -> Shape:
        """The form of a request as a ``shape``. Raises ``InvalidRequest``."""
        return check(shape, requests.read(requests.TABLES[shape.__name__], self._fields))

    def read_optional(self, shape: type[Shape], request: Request) -> Shape:
        """The same: a form without fields is no form at all."""
        return self.read(shape, request)

    def read_nothing(self) -> None:
        """Refuse every parameter but ``expand``. Raises ``InvalidRequest``."""
        requests.read(requests.NOTHING, self._fields)

    def read_page(self, request: Request, filters: Sequence[str], prefix: str) -> Paging:
        """Which rows of a list are wanted, without filters. Raises ``InvalidRequest``."""
        return lists.page(self._fields, prefix)

    def read_list(self, collection: str, prefix: str) -> lists.Wanted:
        """Which rows of a list are wanted. Raises ``InvalidRequest``."""
        return lists.wanted(self._fields, collection, prefix)

    def expands(self, records: Sequence["Record"]) -> Iterable["Reference"]:
        """What the caller asked to have spelt out."""
        return expansions.references(records, self._expanded)

    def expands_lines(self, checkout: "Checkout") -> Iterable["Reference"]:
        """What a list of a session's lines shows."""
        return expansions.of_lines(checkout, self._expanded)

    def write_created(self, kept: "Kept", known: "Known") -> Answer:
        """200 with the record; a replay of an earlier answer says so in a header."""
        key = self._request.idempotency_key
        headers = {} if key is None else {"idempotency-key": key}
        if kept.replayed:
            headers["idempotent-replayed"] = "true"
        return self._answer(self._document(kept.record, known), headers)

    def write_done(self, kept: "Kept", known: "Known") -> Answer:
        """200 with the record."""
        return self.write(kept.record, known)

    def write(self, record: "Record", known: "Known") -> Answer:
        """200 with the record."""
        return self._answer(self._document(record, known), {})

    def write_page(self, page: "Page[Record]", request: Request, known: "Known") -> Answer:
        """200 with records, newest first."""
        rows = [self._document(record, known) for record in page.rows]
        return self._answer(values.listed(rows, page.more, self._request.route), {})

    def write_lines(self, checkout: "Checkout", paging: Paging, known: "Known") -> Answer:
        """200 with a session's lines, in their order."""
        rows = line_documents(checkout, self._expanded, known)
        places = {row["id"]: place for place, row in enumerate(rows)}
        first, last = 0, len(rows)
        if paging.older_than is not None:
            first = places.get(paging.older_than, len(rows)) + 1
        if paging.newer_than is not None:
            last = places.get(paging.newer_than, 0)
            first = max(0, last - paging.limit)
        shown = rows[first:last][: paging.limit]
        more = first > 0 if paging.newer_than is not None else first + len(shown) < last
        return self._answer(values.listed(shown, more, self._request.route), {})

    def write_problem(self, problem: Problem, request: Request) -> Answer:
        """A refusal, in the words that Stripe's SDKs read."""
        return refusals.write(problem, request)

    def _answer(self, document: dict[str, Any], headers: dict[str, str]) -> Answer:
        asked = self._request.headers.get("stripe-version", VERSION)
        version = asked if _VERSION.fullmatch(asked) else VERSION
        return Answer(200, document, {"stripe-version": version, **headers})

    def _document(self, record: Any, known: "Known") -> dict[str, Any]:
        if record.kind == "price":
            return price_document(record, self._expanded, known)
        if record.kind == "product":
            document = product_document(record)
            if "default_price" in self._expanded and record.default_price is not None:
                none = frozenset[str]()
                document["default_price"] = price_document(record.default_price, none, known)
            return document
        if record.kind == "customer":
            return customer_document(record)
        return session_document(record, self._expanded, known)


def too_many_to_look_through() -> InvalidAsSent:
    """A filter would have to look at more records than an answer has time for."""
    message = "Too few of the newest records match these filters: name the records, or page on"
    return forms.refused("", "filter_too_wide", message)


def speaking(request: Request) -> Stripe:
    """The language as ``request`` speaks it."""
    return Stripe(request)

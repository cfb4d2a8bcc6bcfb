"""The document: a section for each resource, then what all of them share."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from api import CREATES
from farebox.dialects.farebox import DEFAULT_PAGE, MAXIMUM_PAGE
from farebox.limits import MAXIMUM_METADATA_PAIRS
from farebox.operations import catalogue, pages, periods, quotes, reads
from farebox.operations.routes import routes
from farebox.storage.commit import IDEMPOTENCY_LIFETIME
from farebox.validation import checkouts, fields, orders, prices
from farebox.validation import quotes as asked_quotes
from farebox.validation.check import Input
from farebox.validation.price_configs import CONFIGS
from farebox.validation.price_configs.rows import MAXIMUM_ROWS
from farebox.validation.price_forms import PriceData, PriceTerms
from tests.reference import examples
from tests.reference.codes import code_of, problems, rule_codes
from tests.reference.words import (
    field_words,
    hints,
    label,
    nested,
    spaced,
    takes_null,
    terse_fields,
)

DOES: Mapping[Any, str] = {
    catalogue.create: "create",
    catalogue.update: "change",
    reads.list_newest_first: "list",
    reads.get: "read",
    quotes.create: "quote",
    quotes.of_price: "quote it",
    periods.of_price: "when it is billed",
    pages.health: "whether the API answers",
    pages.checkout: "the page of a checkout, so far a plain text",
}
CONFIG_FIELDS = frozenset(f"{model}_config" for model in CONFIGS)
DESCRIBED_APART = (orders.LineItem, PriceData)
Lines = Iterator[str]


@dataclass(frozen=True)
class Resource:
    """A section: what stands between the routes and the fields, and which pair is its example."""

    title: str
    rules: Sequence[str]
    creates: type[Input]
    example: str
    updates: type[Input] | None = None
    described_apart: Iterable[str] = ()

    @property
    def collection(self) -> str:
        return self.title.lower()


RESOURCES = (
    Resource(
        "Products",
        ["`default_price` must be one of this product's own; it is what a line that names the product costs."],
        catalogue.RESOURCES["products"].create,
        "create_product",
        catalogue.RESOURCES["products"].update,
    ),
)


def document() -> str:
    """docs/api.md, whole."""
    return ""

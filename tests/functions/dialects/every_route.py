"""Every route of every language, and how a request there names another's records."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from farebox.handler import Answer
from farebox.mounts import MOUNTED, NATIVE
from farebox.operations.routes import routes
from tests.client import Answered, Api
from tests.functions.dialects.stripe_calls import FORM, encoded
from tests.functions.neighbours import UNKNOWN, Neighbour

DIALECTS = (NATIVE, *MOUNTED)
# For the customer's browser, or for whoever watches: no key is asked for.
PUBLIC = ("/health", "/checkout/<id>")
CHANGES = ("POST", "PUT", "PATCH")

_PLACE = re.compile(r"<\w+>|\.\+")
_ROOT = re.compile("^(/v1)?(/seller)?(?=/)")
_COLLECTIONS = {
    **{name: name for name in ("products", "prices", "customers", "discounts", "orders")},
    **{name: name for name in ("payment_methods", "checkouts", "events", "payments")},
    "accounts": "customers",
    "items": "products",
    "sessions": "checkouts",
}
# What a neighbour's records are called, and what nobody's are.
NAMES = {
    "external": ("crm-1", "crm-2"),
    "products external_id": ("erp-1", "erp-2"),
    "customers external_id": ("crm-1", "crm-2"),
    "external_price_id": ("erp-1", "erp-2"),
    "lookup_key": ("seat", "desk"),
    "email": ("ada@example.com", "bob@example.com"),
    "code": ("SPRING", "WINTER"),
}


@dataclass(frozen=True)
class Place:
    """A method and a path of one language, as its table of routes has them."""

    dialect: str
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.dialect} {self.method} {self.path}"

    @property
    def names_one(self) -> bool:
        return _PLACE.search(self.path) is not None

    @property
    def short(self) -> str:
        """Without what stands before one path in several spellings."""
        return f"{self.dialect} {self.method} {_ROOT.sub('', self.path)}"

    def at(self, value: str) -> str:
        return _PLACE.sub(lambda _: quote(value), self.path)

    def named(self) -> str:
        """What the path names: a collection, or a field of it."""
        before = _PLACE.split(self.path)[0]
        collection, last = f"/{before.strip('/')}".split("/")[-2:]
        for name in (f"{collection} {last}", last):
            if name in NAMES:
                return name
        return _COLLECTIONS[last]


def _never(request: object) -> Answer:
    raise AssertionError("only looked at")


def every_place() -> Iterator[Place]:
    """Every route that asks for a key."""
    creates = dict.fromkeys(("prices", "orders", "checkouts"), _never)
    for dialect in DIALECTS:
        for method, path, _ in routes(dialect, creates):
            if dialect != NATIVE or path not in PUBLIC:
                yield Place(dialect, method, path)


PLACES = list(every_place())


def foreign_and_unknown(neighbour: Neighbour, named: str) -> tuple[str, str]:
    """What somebody else's record is called, and what none is."""
    if named in NAMES:
        return NAMES[named]
    if named == "organization":
        return neighbour.organization, f"org_{UNKNOWN}"
    if named == "payments":
        return f"pay_{neighbour.ids['orders'][4:]}_1", f"pay_{UNKNOWN}_1"
    foreign = neighbour.ids[named]
    return foreign, f"{foreign.partition('_')[0]}_{UNKNOWN}"


def send(api: Api, place: Place, path: str, body: Any = None, **headers: str) -> Answered:
    """A call, its body written as this language writes bodies."""
    where = path if place.dialect == NATIVE else f"/{place.dialect}{path}"
    if place.dialect == "stripe" and place.method in CHANGES:
        form = encoded(body) if isinstance(body, Mapping) else ""
        return api.call(place.method, where, form.encode(), **{**FORM, **headers})
    return api.call(place.method, where, body, **headers)


_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|\b1\d{9}(\d{3})?\b")
_ID = re.compile(r"[a-z]+_[0-9a-hjkmnp-tv-z]{26}")


def blurred(answer: Answered, *echoed: str) -> tuple[int, str, Mapping[str, str]]:
    """An answer without ids and times, and without what the caller said."""
    text = answer.text
    for each in echoed:
        text = text.replace(each, "SAID")
    text = _TIME.sub("TIME", _ID.sub("SAID", text))
    own = ("request-id", "content-length")
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    return answer.status, text, headers

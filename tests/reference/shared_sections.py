"""What holds for every resource: bodies, lists, idempotency, metadata, errors, keys."""

import re
import textwrap
from collections.abc import Iterator

from farebox.cursors import DEFAULT_PAGE, MAXIMUM_PAGE
from farebox.limits import MAXIMUM_METADATA_PAIRS
from farebox.operations.events import SCOPE as EVENT_SCOPE
from farebox.operations.quotes import SCOPE as QUOTE_SCOPE
from farebox.operations.reads import KINDS, LISTED_BY_CUSTOMER, names_of
from farebox.storage.commit import IDEMPOTENCY_LIFETIME
from farebox.validation import documents, fields
from farebox.validation.check import MAXIMUM_ERRORS
from tests.reference import examples
from tests.reference.codes import code_of, problems, rule_codes
from tests.reference.words import listed, spaced

WIDTH = 130
Lines = Iterator[str]
_WHOLE = re.compile(r"`[^`]*`|\[[^\]]*\]")


def filled(text: str, indent: str = "") -> str:
    """A paragraph in lines of a readable width, broken neither in code nor in a link's words."""
    joined = _WHOLE.sub(lambda match: match[0].replace(" ", "\0"), " ".join(text.split()))
    wrapped = textwrap.fill(
        joined, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return wrapped.replace("\0", " ")


def fenced(text: str) -> str:
    """An example."""
    return f"```\n{text}\n```"


def table(rows: list[list[str]]) -> str:
    """Rows of cells, the first of them the heads."""
    ruled = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "\n".join(f"| {' | '.join(row)} |" for row in ruled)


def opening() -> Lines:
    """How to read the rest."""
    yield "# The API, field by field"
    yield filled("""
        Written from the code by `python -m tests.reference`; a test holds it to that. How amounts
        follow from prices stands in [pricing.md](pricing.md), the languages of other systems in
        [dialects.md](dialects.md), the first call in the [README](../README.md).
    """)
    notes = (
        f"""Bodies are JSON objects of at most {spaced(documents.MAXIMUM_BODY_BYTES)} bytes, nested
        at most {documents.MAXIMUM_DEPTH} deep. Unknown fields are refused.""",
        """A field whose default is `null` takes `null`; blank text is `null` where a field says
        *or blank*. Text that is kept holds no card number and no control character.""",
        """Amounts are integers in the smallest unit that can be charged: 12.50 USD is 1250.
        Times are RFC 3339, answered in UTC.""",
        """A create answers 201, all else 200; every answer has a `request-id` header. A change
        (`PATCH`) leaves as it is what it does not name.""",
        f"""Every record has {listed(examples.IN_EVERY_RECORD)}. The answers below leave that out,
        and what is null, empty or as it was sent; ids are cut, and pages after their first row.""",
    )
    yield "\n".join(filled(f"- {note}", "  ") for note in notes)


def lists() -> Lines:
    """Pages and filters."""
    yield "## Lists"
    yield filled(f"""
        Newest first. `limit` is 1 to {MAXIMUM_PAGE}, {DEFAULT_PAGE} without; `cursor` is the
        `next_cursor` of the page before, as it came. A page of very large records may be shorter.
        One filter at a time: {"; ".join(_filters())}.
    """)
    yield fenced(f"{examples.request('list_products')}\n{examples.answer('list_products')}")


def _filters() -> Lines:
    for collection, kind in KINDS.items():
        customer = ("customer",) if kind in LISTED_BY_CUSTOMER else ()
        names = (*names_of(kind), *customer)
        if names:
            yield f"{collection.replace('_', ' ')} by {listed(names)}"


def idempotency() -> Lines:
    """What a repeated create does."""
    yield "## Idempotency"
    yield filled(f"""
        `Idempotency-Key`, 1 to 255 printable ASCII characters, on any create, on a charge and on
        closing a checkout that nobody has begun to pay. For
        {IDEMPOTENCY_LIFETIME.days} days the same key with the same body
        gets the first answer again, with the header `Idempotency-Replayed: true`; with another body
        it gets 422 `idempotency_key_reused`. A refused request leaves no trace: repair it and send
        it with the same key. An order that was charged is shown as it was when that was asked for,
        `scheduled`: read it to learn what came of it. To cancel, delete or detach
        twice is to do it once.
    """)


def metadata() -> Lines:
    """What metadata may hold."""
    yield "## Metadata"
    yield filled(f"""
        At most {MAXIMUM_METADATA_PAIRS} pairs. Keys have 1 to {fields.MAXIMUM_METADATA_KEY}
        characters without square brackets. Values are text of at most
        {fields.MAXIMUM_METADATA_TEXT} characters, numbers within ±2^53 of at most
        {fields.MAXIMUM_METADATA_DIGITS} digits, `true` or `false`. A change adds to what is there;
        `null` or `""` removes a key, and in place of the whole object all of them.
    """)


def errors() -> Lines:
    """Problems, and the rules that requests break."""
    yield "## Errors"
    yield filled(f"""
        RFC 9457, `application/problem+json`. `code`, `param` and `detail` are those of the first
        broken rule, `errors` has all of them, up to {MAXIMUM_ERRORS}. Rely on `status` and `code`;
        sentences may change.
    """)
    yield fenced(examples.problem("problem_unknown_records"))
    rows = [["problem", "status", "code", "says"]]
    rows += [[each.__name__, str(each.status), code_of(each), each.title] for each in problems()]
    yield table(rows)
    yield filled("""
        401 comes with `WWW-Authenticate`, 405 with `Allow`, 503 with `Retry-After`. The codes of
        rules, where `<…>` is what a rule is about, as in `lookup_key_taken` or `unknown_price`:
    """)
    yield filled(listed(rule_codes()))


def keys() -> Lines:
    """Who may do what."""
    yield "## API keys and scopes"
    yield filled(f"""
        `Authorization: Bearer fb_test_…`, the user name of `Basic`, or `x-api-key`. `fb_test_` and
        `fb_live_` keys see records of their own mode only, and only test mode takes
        `http://localhost` for an address. Reading a collection ({listed(tuple(KINDS))}) needs the
        scope `<collection>:read`, all else there `<collection>:write`, a quote `{QUOTE_SCOPE}`,
        events `{EVENT_SCOPE}`; `*` is all of them. A key may be bound to one language, `farebox`
        for this one: at any other address it is refused (`invalid_api_key`). Keys are made and
        revoked by the [command](operations.md#the-first-key).
    """)

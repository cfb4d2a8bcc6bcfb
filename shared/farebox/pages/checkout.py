"""A view of a checkout as HTML, in the visitor's language."""

from functools import partial
from typing import Any

from farebox.billing.sandbox_cards import CARDS
from farebox.pages import breakdown, errors, languages
from farebox.pages.engine import template
from farebox.pages.languages import Language
from farebox.pages.views import CheckoutView, RefusalView, View

# The test cards that show most; the rest is folded away.
FIRST_CARDS = ("success", "insufficient_funds", "authentication_required", "processing")
# A breakdown of more rows is folded away too.
ROWS_SHOWN_OPEN = 6
SECONDS_IN_A_MINUTE = 60
_GENERIC_FAILURE = "generic"
_AUTHENTICATION_FAILURES = frozenset(
    (
        *("authentication_required", "authentication_not_handled", "authentication_failed"),
        "payment_intent_authentication_failure",
    )
)


def render(view: View, accept_language: str, nonce: str) -> str:
    """The page as a document; ``nonce`` is its style's, and ``accept_language`` the header."""
    language = languages.choose(accept_language)
    shared = {"view": view, "language": language, "say": language.say, "nonce": nonce}
    if isinstance(view, RefusalView):
        return template().render(shared | _refusal(view, language))
    return template().render(shared | _checkout(view, language))


def _refusal(view: RefusalView, language: Language) -> dict[str, Any]:
    minutes = None
    if view.retry_after_seconds is not None:
        minutes = language.number(-(-view.retry_after_seconds // SECONDS_IN_A_MINUTE))
    return {"state": view.kind, "title": language.say(f"title.{view.kind}"), "minutes": minutes}


def _checkout(view: CheckoutView, language: Language) -> dict[str, Any]:
    title = language.say(f"title.{view.state}", merchant=view.merchant)
    wrong = errors.shown(view, language)
    return {
        "state": view.state,
        "title": language.say("title.error", title=title) if wrong else title,
        "errors": wrong,
        "error_of": {error.field: error.text for error in wrong},
        "typed": partial(_typed, view),
        "money": partial(_money, view, language),
        "rows": partial(breakdown.rows, currency=view.currency, language=language),
        "unit_rate": partial(breakdown.unit_rate, currency=view.currency, language=language),
        "first_cards": {name: CARDS[name] for name in FIRST_CARDS if name in view.cards},
        "other_cards": {name: CARDS[name] for name in view.cards if name not in FIRST_CARDS},
        "rows_shown_open": ROWS_SHOWN_OPEN,
        "failure": _failure(view, language),
    }


def _typed(view: CheckoutView, name: str, otherwise: str = "") -> str:
    """What was typed into a field, so that nobody has to type it again."""
    return str(view.typed.get(name, otherwise))


def _money(view: CheckoutView, language: Language, amount: int) -> str:
    return language.money(amount, view.currency)


def _failure(view: CheckoutView, language: Language) -> str:
    code = view.failure or _GENERIC_FAILURE
    code = "authentication" if code in _AUTHENTICATION_FAILURES else code
    known = language.has(f"failure.{code}")
    return language.say(f"failure.{code if known else _GENERIC_FAILURE}")

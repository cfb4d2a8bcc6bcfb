"""The checkout page's form: what a browser, or somebody who is none, may post."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from farebox.problems import InvalidRequest, MalformedBody, TooLarge
from farebox.validation.checkout_page import (
    MAXIMUM_FORM_BYTES,
    MAXIMUM_FORM_FIELDS,
    Asks,
    CheckoutForm,
    check_form,
    read_form,
)
from tests.unit.builders import broken_rules

FIELDS: tuple[dict[str, Any], ...] = (
    {"type": "text", "key": "company", "label": "Company", "text": {"min_length": 2}},
    {
        "type": "text",
        "key": "note",
        "label": "Note",
        "optional": True,
        "text": {"max_length": 5},
    },
    {"type": "checkbox", "key": "terms", "label": "Terms"},
)
COMPLETE = {
    "action": "pay",
    "email": "ada@example.com",
    "units": "3",
    "discount_code": "TENTH",
    "custom_fields.company": "Analytical Engines",
    "custom_fields.terms": "on",
    "test_card": "success",
    "save_payment_method": "on",
    "shown_total": "3375",
    "shown_attempts": "1",
}


def asks(
    *fields: Mapping[str, Any], email: bool = True, cards: tuple[str, ...] = ("success",)
) -> Asks:
    return Asks(email=email, cards=cards, custom_fields=fields)


def posted(*without: str, **fields: str) -> bytes:
    """A complete form as a browser sends it, but for ``fields``."""
    kept = {name: text for name, text in (COMPLETE | fields).items() if name not in without}
    return urlencode(kept).encode()


def read(*without: str, page: Asks | None = None, **fields: str) -> CheckoutForm:
    return read_body(posted(*without, **fields), page)


def read_body(body: bytes, page: Asks | None = None) -> CheckoutForm:
    return check_form(read_form(body), page or asks(FIELDS[0], FIELDS[2]))


def test_a_complete_form_is_read() -> None:
    """Else nobody can pay."""
    form = read()

    assert form.action == "pay"
    assert form.email == "ada@example.com"
    assert form.units == 3
    assert form.discount_code == "TENTH"
    assert form.custom_fields == {"company": "Analytical Engines", "terms": True}
    assert form.test_card == "success"
    assert form.save_payment_method is True
    assert form.shown_total == 3375
    assert form.shown_attempts == 1


def test_what_is_missing_is_told_all_at_once() -> None:
    """Else a customer finds one mistake after the other."""
    document = read_form(b"action=pay&email=+&units=x&custom_fields.note=too+long")

    assert set(broken_rules(lambda: check_form(document, asks(*FIELDS)))) == {
        ("units", "invalid_number"),
        ("shown_total", "required"),
        ("email", "required"),
        ("test_card", "required"),
        ("custom_fields.company", "required"),
        ("custom_fields.note", "string_too_long"),
        ("custom_fields.terms", "required"),
    }


def test_each_field_is_told_once() -> None:
    """Else one field has two sentences that differ."""
    rules = broken_rules(lambda: read_body(posted(email="ada@", **{"custom_fields.company": "A"})))

    assert rules == [("email", "invalid_email"), ("custom_fields.company", "string_too_short")]


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("email", "nobody", "invalid_email"),
        ("email", "a" * 250 + "@example.com", "string_too_long"),
        ("units", "0", "greater_than_equal"),
        ("units", "-1", "invalid_number"),
        ("units", "1.5", "invalid_number"),
        ("units", "1e3", "invalid_number"),
        ("units", "٣", "invalid_number"),
        ("units", "9" * 12, "less_than_equal"),
        ("units", "9" * 5000, "invalid_number"),
        ("discount_code", "x" * 65, "string_too_long"),
        ("discount_code", "a\x00b", "control_character"),
        ("custom_fields.company", "x" * 501, "string_too_long"),
        ("custom_fields.company", "4242 4242 4242 4242", "card_number"),
        ("test_card", "gold", "unknown_card"),
        ("shown_total", "free", "invalid_number"),
        ("action", "refund", "literal_error"),
    ],
)
def test_a_bad_field_is_refused_by_name(field: str, text: str, code: str) -> None:
    """Else something is stored or charged that nobody meant."""
    assert (field, code) in broken_rules(lambda: read_body(posted(**{field: text})))


def test_an_update_looks_only_at_what_it_changes() -> None:
    """Else half an address stops a customer from trying a discount code."""
    form = read("custom_fields.terms", action="update", email="ada@", units="4")

    assert (form.action, form.units, form.email) == ("update", 4, None)


@pytest.mark.parametrize(
    ("action", "units", "expected"),
    [("more_units", "3", 4), ("fewer_units", "3", 2), ("fewer_units", "1", 1)],
)
def test_the_buttons_beside_the_units_change_them_by_one(
    action: str, units: str, expected: int
) -> None:
    """Else a customer on a phone types numbers."""
    form = read(action=action, units=units)

    assert (form.action, form.units) == ("update", expected)


def test_a_step_from_what_is_no_number_tells_so() -> None:
    """Else the page breaks on a slip of the finger."""
    assert broken_rules(lambda: read(action="more_units", units="three")) == [
        ("units", "invalid_number")
    ]


def test_removing_a_discount_is_an_update_without_one() -> None:
    """Else a code once entered stays."""
    form = read(action="remove_discount")

    assert (form.action, form.discount_code) == ("update", None)


def test_nothing_more_is_asked_than_the_page_shows() -> None:
    """Else a free checkout, or one of a known customer, cannot be confirmed."""
    page = asks(email=False, cards=())
    form = read("email", "test_card", "units", page=page, shown_total="0")

    assert (form.email, form.test_card, form.units) == (None, None, None)
    assert form.custom_fields == {}


def test_answers_to_questions_that_nobody_asked_are_left_out() -> None:
    """Else a stranger writes into the order whatever they like."""
    form = read_body(posted(**{"custom_fields.admin": "true", "utm_source": "mail"}))

    assert set(form.custom_fields) == {"company", "terms"}


def test_an_unticked_box_that_may_stay_so_is_no_answer() -> None:
    """Else an optional tick is required, or counts as given."""
    optional = FIELDS[2] | {"optional": True}
    form = read("custom_fields.terms", page=asks(optional))

    assert form.custom_fields == {}


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"email=%ff%fe",
        b"just text",
        b"action=pay&action=update",
        b"&".join(b"f%d=1" % number for number in range(MAXIMUM_FORM_FIELDS + 1)),
        b'{"action": "pay"}',
    ],
)
def test_what_is_no_form_is_malformed(body: bytes) -> None:
    """Else a body that no page sends is half understood."""
    with pytest.raises(MalformedBody):
        read_form(body)


def test_a_huge_body_is_refused_unread() -> None:
    """Else one request keeps a function busy for seconds."""
    with pytest.raises(TooLarge):
        read_form(b"a" * (MAXIMUM_FORM_BYTES + 1))


def test_an_empty_form_asks_for_an_action() -> None:
    """Else a post of nothing pays, or breaks the page."""
    with pytest.raises(InvalidRequest):
        check_form(read_form(b""), asks())

"""What a caller hears of a bad field: its path, one stable code, a sentence."""

import pytest

from farebox.problems import InvalidRequest
from farebox.validation.catalogue import CreateCustomer, CreateDiscount, CreateProduct
from farebox.validation.check import MAXIMUM_ERRORS, MAXIMUM_PARAM, READ_ONLY, check, path
from farebox.validation.checkouts import CreateCheckout
from farebox.validation.orders import CreateOrder
from tests.unit.builders import asked, broken_rules


@pytest.mark.parametrize(
    ("location", "text"),
    [
        ([], ""),
        (["name"], "name"),
        (["line_items", 0, "quantity"], "line_items[0].quantity"),
        (["tiers", 12, "up_to"], "tiers[12].up_to"),
        (["metadata", "a.b"], "metadata.a.b"),
        ([0, 1], "[0][1]"),
    ],
)
def test_a_path_reads_as_a_caller_would_write_it(location: list[str | int], text: str) -> None:
    """Else a caller must count to find the line that is meant."""
    assert path(location) == text


def test_a_path_has_a_length() -> None:
    """Else an answer repeats a megabyte of unknown field."""
    assert len(path(["x" * 10_000])) == MAXIMUM_PARAM


def test_all_bad_fields_are_told_at_once() -> None:
    """Else a caller repairs one field per request."""
    rules = broken_rules(
        lambda: asked(
            CreateOrder,
            line_items=[{"price": "price_1", "quantity": 0}, {"quantity": "two", "colour": "red"}],
            currency="xxx",
            metadata={"card": "4242424242424242"},
            billing_address={"country": "Germany"},
        )
    )

    assert sorted(rules) == [
        ("billing_address.country", "unknown_country"),
        ("currency", "unknown_currency"),
        ("customer", "required"),
        ("line_items[0].quantity", "greater_than_equal"),
        ("line_items[1].colour", "unknown_field"),
        ("line_items[1].quantity", "invalid_type"),
        ("metadata.card", "card_number"),
    ]


def test_the_first_bad_field_is_the_problem_itself() -> None:
    """Else a client that shows one sentence shows none."""
    with pytest.raises(InvalidRequest) as refused:
        check(CreateProduct, {})

    problem = refused.value
    assert (problem.status, problem.code, problem.param) == (422, "required", "name")
    assert problem.detail == "This field is required"


def test_an_unknown_field_is_refused_by_name() -> None:
    """Else a misspelt field is silently without effect."""
    assert broken_rules(lambda: asked(CreateProduct, name="Seat", descripton="x")) == [
        ("descripton", "unknown_field")
    ]


@pytest.mark.parametrize("field", sorted(READ_ONLY))
def test_a_field_that_we_set_is_refused_as_such(field: str) -> None:
    """Else a record that was read cannot be sent back with a clear reason."""
    assert broken_rules(lambda: asked(CreateProduct, name="Seat", **{field: "x"})) == [
        (field, "read_only_field")
    ]


@pytest.mark.parametrize("field", ["[key]", "", ".", "[0]", "a" * 1000, "\x00", "name "])
def test_any_unknown_name_is_refused_and_never_breaks_the_answer(field: str) -> None:
    """Else a strange field name is answered with a 500."""
    codes = [
        code for _, code in broken_rules(lambda: check(CreateProduct, {"name": "x", field: 1}))
    ]

    assert codes == ["unknown_field"]


def test_a_hundred_errors_are_enough() -> None:
    """Else a request of a megabyte is answered with ten."""
    with pytest.raises(InvalidRequest) as refused:
        check(CreateProduct, {f"field {place}": 1 for place in range(1000)})

    assert len(refused.value.errors) == MAXIMUM_ERRORS


def test_no_message_repeats_what_was_sent() -> None:
    """Else a card number in the wrong field comes back in an answer and in somebody's log."""
    secret = "4242424242424242"

    with pytest.raises(InvalidRequest) as refused:
        asked(
            CreateCheckout,
            success_url=secret,
            customer_email=secret,
            discount_code=[secret],
            units=secret,
            metadata={"note": secret},
            custom_fields=[{"type": secret, "key": "a-b", "label": secret}],
        )

    assert not any(secret in error.message for error in refused.value.errors)


def test_a_named_field_is_a_change_even_when_it_is_null() -> None:
    """Else a phone number can never be removed."""
    request = asked(CreateCustomer, phone=None, name="Ada")

    assert request.changes() == {"phone": None, "name": "Ada"}
    assert request.names("phone")
    assert not request.names("email")


def test_a_currency_that_stands_twice_is_refused() -> None:
    """Else a discount of 1 or of 2 dollars is made, and only we know which."""
    assert broken_rules(
        lambda: asked(CreateDiscount, name="x", type="fixed", amounts={"usd": 100, "USD": 200})
    )

"""Every error has one status and one code, and an answer that a caller can act on."""

from collections.abc import Iterator

import pytest

from farebox import problems
from farebox.problems import FieldError, FieldErrors, InvalidRequest, Problem


def all_problems(kind: type[Problem] = Problem) -> Iterator[type[Problem]]:
    yield kind
    for each in kind.__subclasses__():
        yield from all_problems(each)


STATUSES = {
    problems.Problem: 500,
    problems.InvalidRequest: 422,
    problems.InvalidAsSent: 422,
    problems.MalformedBody: 400,
    problems.TooLarge: 413,
    problems.Unauthenticated: 401,
    problems.OtherDialect: 401,
    problems.Forbidden: 403,
    problems.NotFound: 404,
    problems.MethodNotAllowed: 405,
    problems.Conflict: 409,
    problems.ValueTaken: 409,
    problems.KeyReused: 422,
    problems.StateChanged: 409,
    problems.RateLimited: 429,
    problems.Unavailable: 503,
    problems.OutcomeUnknown: 503,
}


@pytest.mark.parametrize("kind", list(all_problems()))
def test_a_problem_answers_with_the_status_that_its_cause_has(kind: type[Problem]) -> None:
    """Else a client retries what can never succeed, or gives up what would."""
    assert kind.status == STATUSES[kind]


@pytest.mark.parametrize("kind", list(all_problems()))
def test_the_drawn_tree_names_every_problem(kind: type[Problem]) -> None:
    """Else whoever reads the tree misses an error that callers meet."""
    assert kind.__name__ in (problems.__doc__ or "")


def test_a_problem_without_a_sentence_still_says_one() -> None:
    """Else a caller reads an empty answer."""
    assert problems.NotFound().detail == "There is nothing here"
    assert problems.NotFound("No such order").detail == "No such order"


def test_collected_rules_are_raised_together_and_in_order() -> None:
    """Else a caller repairs one field per request."""
    errors = FieldErrors()
    errors.add("a", "first", "The first")
    errors.add("b", "second", "The second")

    with pytest.raises(InvalidRequest) as refused:
        errors.raise_if_any()

    assert [error.code for error in refused.value.errors] == ["first", "second"]
    assert (refused.value.code, refused.value.param) == ("first", "a")
    assert refused.value.errors[0] == FieldError("a", "first", "The first")


def test_no_broken_rule_raises_nothing() -> None:
    """Else every good request is refused."""
    FieldErrors().raise_if_any()

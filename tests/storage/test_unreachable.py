"""A database that does not answer: callers hear so in time, and may try again."""

import socket
from collections.abc import Iterator

import pytest

import api as api_function
from farebox.storage import connection
from farebox.storage.connection import LONGEST_CALL_SECONDS
from local.functions import Functions
from local.template import Stack
from tests.client import Api

KEY = "fb_test_00000000000000000000000000_locallocallocallocallocallocallocallocalKEY0ICDTa"


@pytest.fixture
def unreachable(
    stack: Stack, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Api]:
    """An address on this machine where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{held.getsockname()[1]}")
        connection.use(None)
        yield Api(stack, functions, KEY)


def test_a_refused_connection_is_no_fault_of_the_caller_or_of_ours(unreachable: Api) -> None:
    """A 500 tells a careful client not to try again."""
    answer = unreachable.get("/v1/products")

    assert (answer.status, answer.body["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"


def test_two_calls_that_hang_still_leave_time_to_answer(stack: Stack) -> None:
    """Else Lambda ends the function, and the caller hears nothing of ours."""
    assert all(
        function.timeout_seconds >= 2 * LONGEST_CALL_SECONDS
        for function in stack.functions.values()
    )


def test_nothing_is_begun_that_could_not_be_answered_in_time(api: Api) -> None:
    class Late:
        def get_remaining_time_in_millis(self) -> int:
            return LONGEST_CALL_SECONDS * 1000 - 1

    event = {
        "rawPath": "/v1/products",
        "headers": {"authorization": f"Bearer {api.key}"},
        "requestContext": {"http": {"method": "GET", "path": "/v1/products"}},
    }

    assert api_function.handler(event, Late())["statusCode"] == 503

"""Fixtures for functions over moto: an organization in both modes, another, and the examples."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from farebox import bootstrap
from farebox.settings import settings
from farebox.storage import connection
from local.functions import Functions
from local.template import Stack
from tests.charging import Charging
from tests.client import Api
from tests.clocks import StoppedClock
from tests.conftest import EVENTS, new_organization
from tests.functions.neighbours import Neighbour
from tests.functions.shop import Shop, check_books, ids_in_turn, kept


@pytest.fixture
def other(tables: None, stack: Stack, functions: Functions) -> Api:
    """Another organization, which must never see anything of ``api``'s."""
    return new_organization(stack, functions)


@pytest.fixture
def live(api: Api) -> Api:
    """The same organization as ``api``, in live mode."""
    return replace(api, key=bootstrap.create_key(api.organization, livemode=True))


@pytest.fixture(params=["another organization", "the other mode"])
def neighbour(request: pytest.FixtureRequest, other: Api, live: Api) -> Neighbour:
    return Neighbour(other if request.param == "another organization" else live)


@pytest.fixture
def example_shop(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The organization and customer of the example events, as the local stack seeds them."""
    connection.connection()  # made first, so that it does not follow the address below
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1")
        bootstrap.create_organization("Example shop", test_key=bootstrap.LOCAL_TEST_KEY)


@pytest.fixture
def example_event(example_shop: None) -> Callable[[str], dict[str, Any]]:
    """Reads a file of events/, which ``sam local invoke`` reads too."""

    def read(name: str) -> dict[str, Any]:
        event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
        return event

    return read


@pytest.fixture
def shop(
    api: Api,
    charging: Charging,
    stopped: StoppedClock,
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Shop]:
    """A shop that charges; its books are checked in the end, whatever the test was about."""
    monkeypatch.setenv("DUE_SHARDS", "2")  # each tick reads each of them
    settings.cache_clear()
    with ids_in_turn():
        yield Shop(api, charging, stopped, stack)
    check_books(kept())

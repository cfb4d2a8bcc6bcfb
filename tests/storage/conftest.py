"""A shop whose every call can be made to go wrong."""

from collections.abc import Iterator

import pytest

from farebox.settings import settings
from local.template import Stack
from tests.charging import Charging
from tests.client import Api
from tests.clocks import StoppedClock
from tests.functions.shop import Shop, ids_in_turn


@pytest.fixture
def shop(
    api: Api,
    charging: Charging,
    stopped: StoppedClock,
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Shop]:
    monkeypatch.setenv("DUE_SHARDS", "1")  # each is read in each tick
    settings.cache_clear()
    with ids_in_turn():
        yield Shop(api, charging, stopped, stack)

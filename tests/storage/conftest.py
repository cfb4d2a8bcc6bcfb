"""Fixtures for storage: tables in moto for faults; the emulator is for everyone."""

from collections.abc import Iterator

import pytest

from local.template import Stack
from tests.clocks import StoppedClock, stopped_clock
from tests.tables import empty_tables, moto_tables


@pytest.fixture(scope="module")
def moto(stack: Stack) -> Iterator[None]:
    with moto_tables(stack):
        yield


@pytest.fixture
def tables(moto: None) -> None:
    empty_tables()


@pytest.fixture
def stopped() -> Iterator[StoppedClock]:
    """Time stands still for this test, and waiting takes none."""
    with stopped_clock() as clock:
        yield clock

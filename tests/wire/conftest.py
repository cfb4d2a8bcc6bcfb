"""Tables for golden pairs, in moto."""

from collections.abc import Iterator

import pytest

from local.template import Stack
from tests.tables import empty_tables, moto_tables


@pytest.fixture(scope="module")
def moto(stack: Stack) -> Iterator[None]:
    with moto_tables(stack):
        yield


@pytest.fixture
def tables(moto: None) -> None:
    empty_tables()

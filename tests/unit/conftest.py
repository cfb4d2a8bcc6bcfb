"""Pure code: time stands still, randomness is counted, and a property test repeats itself."""

import itertools
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import hypothesis
import pytest

from farebox import clock, ids
from tests.unit.builders import NOW

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    """The clock shows ``NOW`` and every id is one higher than the one before."""
    counted = itertools.count(1)
    clock.use(lambda: NOW, lambda seconds: None)
    ids.use(lambda size: next(counted).to_bytes(size))
    yield
    clock.use(lambda: datetime.now(UTC), time.sleep)
    ids.use(os.urandom)

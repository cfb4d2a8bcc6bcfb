"""When a declined charge is tried again: data, of each organization."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from farebox.billing.attempts import Attempt
from farebox.instants import instant

WINDOW = timedelta(days=30)
# Visa allows 15 reattempts in 30 days by its older and stricter rule, Mastercard 10 in a day.
LARGEST_MAXIMUM = 15
DAY = timedelta(days=1)
LARGEST_MAXIMUM_IN_A_DAY = 10
MAXIMUM_RETRIES = 10
MAXIMUM_DELAY_DAYS = 30
# What an order can hold.
MAXIMUM_ATTEMPTS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """``delay_days`` after the first failure, the second and so on; then no more.

    ``maximum_in_30_days`` holds for all attempts at one order, whatever caused them.
    """

    delay_days: tuple[int, ...] = (2, 5, 7, 7)
    maximum_in_30_days: int = 8

    def next_attempt(
        self, attempts: Iterable[Attempt], retries: int, now: datetime
    ) -> datetime | None:
        """When to try again after ``retries`` automatic ones; None is never."""
        if retries >= len(self.delay_days):
            return None
        at = now + timedelta(days=self.delay_days[retries])
        return at if self.allows(attempts, at) else None

    def earliest(self, attempts: Iterable[Attempt], at: datetime) -> datetime | None:
        """The first instant from ``at`` on at which one more attempt is allowed; None is never."""
        made = tuple(attempts)
        if len(made) >= MAXIMUM_ATTEMPTS:
            return None
        for most, window in self._limits:
            if len(made) >= most:
                at = max(at, instant(made[-most].started_at) + window)
        return at

    def allows(self, attempts: Iterable[Attempt], at: datetime) -> bool:
        """Whether the cards' networks take one more attempt at ``at``."""
        made = tuple(attempts)
        return self.earliest(made, at) == at

    @property
    def _limits(self) -> tuple[tuple[int, timedelta], ...]:
        return ((self.maximum_in_30_days, WINDOW), (LARGEST_MAXIMUM_IN_A_DAY, DAY))

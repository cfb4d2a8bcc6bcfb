"""What another transaction looks like from the side while it commits.

A batch of reads may see one of its items before the others, and a refusal may name a condition
that failed beside an item that is still at work. moto and the emulator commit in one instant.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from farebox.settings import settings
from farebox.storage import connection
from farebox.storage.connection import (
    Condition,
    Connection,
    Item,
    Query,
    Reason,
    Refused,
    Write,
)
from tests.client import Api
from tests.clocks import StoppedClock


class Watched:
    """A connection whose reads and writes a test may change on their way."""

    def __init__(
        self,
        inner: Connection,
        seen: Callable[[Mapping[str, Sequence[Item]]], Mapping[str, Sequence[Item]]] = lambda x: x,
        written: Callable[[Sequence[Write]], None] = lambda writes: None,
    ) -> None:
        self._inner, self._seen, self._written = inner, seen, written

    def read(self, keys: Mapping[str, Sequence[Item]]) -> Mapping[str, Sequence[Item]]:
        return self._seen(self._inner.read(keys))

    def first(self, table: str, pk: str) -> Item | None:
        return self._inner.first(table, pk)

    def query(self, table: str, query: Query) -> Sequence[Item]:
        return self._inner.query(table, query)

    def count_up(self, table: str, key: Item, expires_at: int | None = None) -> int:
        return self._inner.count_up(table, key, expires_at)

    def update(self, table: str, key: Item, changes: Item, condition: Condition) -> None:
        self._inner.update(table, key, changes, condition)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        self._written(writes)
        self._inner.transact(writes, token)


def post(api: Api, path: str, body: Any) -> Any:
    return api.post(path, body, idempotency_key="once")


@pytest.mark.parametrize("hidden", [1, 3])
def test_a_replay_waits_for_the_rest_of_the_transaction(
    api: Api, stopped: StoppedClock, hidden: int
) -> None:
    """Else the retry of a create that succeeds at this moment is told that it failed."""
    first = post(api, "/v1/products", {"name": "Seat"})
    left = [hidden]

    def seen(found: Mapping[str, Sequence[Item]]) -> Mapping[str, Sequence[Item]]:
        if settings().events_table in found and left[0]:
            left[0] -= 1
            return {table: [] for table in found}
        return found

    connection.use(Watched(connection.connection(), seen=seen))
    again = post(api, "/v1/products", {"name": "Seat"})

    assert (again.status, again.body) == (201, first.body)
    assert left == [0]


def test_a_replay_that_never_sees_the_record_may_be_tried_again(
    api: Api, stopped: StoppedClock
) -> None:
    post(api, "/v1/products", {"name": "Seat"})

    def seen(found: Mapping[str, Sequence[Item]]) -> Mapping[str, Sequence[Item]]:
        return {table: [] for table in found} if settings().events_table in found else found

    connection.use(Watched(connection.connection(), seen=seen))
    again = post(api, "/v1/products", {"name": "Seat"})

    assert (again.status, again.headers["retry-after"]) == (503, "1")


def test_a_value_that_ones_own_first_request_took_is_no_conflict(
    api: Api, stopped: StoppedClock
) -> None:
    """The loser meets the winner half committed: the external_id there, the key still at work."""
    body = {"name": "Seat", "external_id": "seat"}
    inner = connection.connection()
    won: list[Any] = []

    def written(writes: Sequence[Write]) -> None:
        if won:
            return
        connection.use(inner)
        won.append(post(api, "/v1/products", body).body)
        connection.use(watched)
        reasons = [Reason("") for _ in writes]
        reasons[2] = Reason("ConditionalCheckFailed", {"owner_id": won[0]["id"], "write_id": "x"})
        reasons[3] = Reason("TransactionConflict")
        raise Refused(reasons)

    watched = Watched(inner, written=written)
    connection.use(watched)
    lost = post(api, "/v1/products", body)

    assert (lost.status, lost.body) == (201, won[0])


def test_a_name_that_moves_between_two_reads_is_followed(api: Api) -> None:
    """Else a look-up by name answers with a price that no longer has it."""
    former = api.price(lookup_key="seat")
    inner = connection.connection()
    moved: list[Any] = []

    def seen(found: Mapping[str, Sequence[Item]]) -> Mapping[str, Sequence[Item]]:
        names = [item for items in found.values() for item in items if "owner_id" in item]
        if names and not moved:
            connection.use(inner)
            moved.append(api.price(lookup_key="seat", transfer_lookup_key=True))
            connection.use(watched)
        return found

    watched = Watched(inner, seen=seen)
    connection.use(watched)
    read = api.get("/v1/prices/lookup_key/seat")

    assert read.body["id"] == moved[0]["id"] != former["id"]

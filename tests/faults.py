"""What can go wrong between this code and its database: one fault, at one numbered call.

A ``FaultyConnection`` stands in place of the real one (``connection.use``), counts the calls and
breaks one of them. Recording a clean run gives the calls; breaking each in every mode covers all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from farebox.problems import Unavailable
from farebox.storage.connection import (
    Condition,
    Connection,
    Item,
    Put,
    Query,
    Reason,
    Refused,
    Write,
)

Result = TypeVar("Result")


class Mode(Enum):
    """How a call goes wrong."""

    FAIL = "no effect, no answer"
    LOSE_ANSWER = "the effect, but no answer"
    CRASH_BEFORE = "the process dies before the effect"
    CRASH_AFTER = "the process dies after the effect"
    THROTTLE = "no effect and no answer, now and ever after"
    CONFLICT = "refused once: another transaction was at work on an item"
    OWN_WRITE = "the effect, then refused by it: a retry below met what the first try had written"

    def can_meet(self, operation: str) -> bool:
        """Whether a call of this kind can go wrong like this."""
        return operation == "transact" or self not in (Mode.CONFLICT, Mode.OWN_WRITE)


@dataclass(frozen=True, slots=True)
class Fault:
    """The ``call``-th call, from 0, goes wrong in this ``mode``."""

    call: int
    mode: Mode


def every_fault(calls: Sequence[str]) -> Iterator[Fault]:
    """Each of these calls going wrong, in every way that it can."""
    for place, operation in enumerate(calls):
        for mode in Mode:
            if mode.can_meet(operation):
                yield Fault(place, mode)


class Crash(BaseException):
    """The process is gone. Not an ``Exception``: nothing may catch it and go on."""


class FaultyConnection:
    """A connection that numbers its calls and lets one of them go wrong.

    After a crash every further call crashes too: a process that was killed does no more I/O, not
    even in a ``finally``.
    """

    def __init__(self, inner: Connection, fault: Fault | None = None) -> None:
        self.calls: list[str] = []
        self._inner = inner
        self._fault = fault
        self._dead = False

    def read(self, keys: Mapping[str, Sequence[Item]]) -> Mapping[str, Sequence[Item]]:
        return self._call("read", lambda: self._inner.read(keys))

    def first(self, table: str, pk: str) -> Item | None:
        return self._call("first", lambda: self._inner.first(table, pk))

    def query(self, table: str, query: Query) -> Sequence[Item]:
        return self._call("query", lambda: self._inner.query(table, query))

    def count_up(self, table: str, key: Item, expires_at: int | None = None) -> int:
        return self._call("count_up", lambda: self._inner.count_up(table, key, expires_at))

    def update(self, table: str, key: Item, changes: Item, condition: Condition) -> None:
        return self._call("update", lambda: self._inner.update(table, key, changes, condition))

    def transact(self, writes: Sequence[Write], token: str) -> None:
        return self._call("transact", lambda: self._inner.transact(writes, token), writes)

    def _call(
        self, operation: str, effect: Callable[[], Result], writes: Sequence[Write] = ()
    ) -> Result:
        if self._dead:
            raise Crash
        place = len(self.calls)
        self.calls.append(operation)
        if self._fault is None or place < self._fault.call:
            return effect()
        if place > self._fault.call and self._fault.mode is not Mode.THROTTLE:
            return effect()
        return self._go_wrong(self._fault.mode, effect, writes)

    def _go_wrong(
        self, mode: Mode, effect: Callable[[], Result], writes: Sequence[Write]
    ) -> Result:
        if mode is Mode.OWN_WRITE:
            effect()
        if mode in (Mode.LOSE_ANSWER, Mode.CRASH_AFTER):
            with suppress(Refused):  # the answer that is lost may be a refusal
                effect()
        if mode in (Mode.CRASH_BEFORE, Mode.CRASH_AFTER):
            self._dead = True
            raise Crash
        if mode is Mode.CONFLICT:
            raise Refused([Reason("TransactionConflict") for _ in writes])
        if mode is Mode.OWN_WRITE:
            raise Refused([_met_by_itself(write) for write in writes])
        raise Unavailable


def _met_by_itself(write: Write) -> Reason:
    """A put finds its own item; a delete finds nothing, which is what it wants."""
    if isinstance(write, Put):
        return Reason("ConditionalCheckFailed", write.item)
    return Reason("")

"""Whether a run kept its promises: the invariants I1 to I12, and what was found against them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import simplejson

from farebox.settings import settings
from farebox.storage.keys import HEAD
from tests.simulation.history import Version
from tests.simulation.processor import Capture, Execution
from tests.simulation.runs import Run


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was broken."""

    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


@dataclass(frozen=True)
class Order:
    """An order at rest, all its versions, and what the processor's own ledger says of it."""

    key: str
    document: Mapping[str, Any]
    versions: Sequence[Version]
    captures: Sequence[Capture]
    executions: Sequence[Execution]

    @property
    def id(self) -> str:
        return str(self.document["id"])

    @property
    def organization(self) -> str:
        return self.key.split("#")[1]

    @property
    def status(self) -> str:
        return status_of(self.document)

    @property
    def attempts(self) -> Sequence[Mapping[str, Any]]:
        return attempts_of(self.document)


def status_of(document: Mapping[str, Any]) -> str:
    """A field that holds its default is not written."""
    return str(document.get("status", "draft"))


def attempts_of(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The attempts that a document holds."""
    attempts: Sequence[Mapping[str, Any]] = document.get("attempts", ())
    return attempts


class Evidence:
    """A run, sorted for its judges."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.processor = run.world.processor
        self.captures = self._in_the_sandbox() if self.sandbox else self.processor.captures

    @property
    def disturbed_until(self) -> float:
        """When the last fault was over, and the schedule's last pause."""
        missed = max((end for _, end in self.run.plan.conditions.ticks.missed), default=0.0)
        return max(self.run.world.ports.disturbed_until, missed)

    @property
    def sandbox(self) -> bool:
        """Whether the ledger is the sandbox's, which tells nothing but what was charged."""
        return self.run.plan.conditions.sandbox

    def _in_the_sandbox(self) -> Sequence[Capture]:
        charges = [document_of(item) for _, item in self.kept("SBC")]
        return [Capture(each["order"], "", each["amount"], each["currency"], 0) for each in charges]

    @cached_property
    def orders(self) -> Sequence[Order]:
        """Every order that this run made."""
        versions = self.run.world.history.of("ORD")
        return [self._order(key, versions[key]) for key in versions]

    def _order(self, key: str, versions: Sequence[Version]) -> Order:
        id = key.rpartition("#")[2]
        return Order(
            key,
            versions[-1].document,
            versions,
            [each for each in self.captures if each.order == id],
            [each for each in self.processor.executions if each.order == id],
        )

    def customer_of(self, order: Order) -> Mapping[str, Any]:
        """The customer of an order, at rest."""
        place = order.key.replace(f"#ORD#{order.id}", f"#CUS#{order.document['customer']}")
        table = self.run.world.store.tables[settings().core_table]
        return document_of(table.items[place, HEAD])

    def kept(self, family: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The items of core of one family (``UQ``, ``PRI``), by partition key."""
        for key, item in self.run.world.store.tables[settings().core_table].items.items():
            if f"#{family}#" in key[0]:
                yield key[0], item


def document_of(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record in an item."""
    document: Mapping[str, Any] = simplejson.loads(str(item["document"]))
    return document


def repeated(values: Iterable[Any]) -> list[Any]:
    """Values that occur more than once."""
    seen: set[Any] = set()
    return [value for value in values if value in seen or seen.add(value)]  # type: ignore[func-returns-value]

"""What stands at each seam of the functions: the calls of the real one, on the virtual world."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from farebox.payments.processor import Intent, OutcomeUnknown
from farebox.problems import Unavailable
from farebox.storage.connection import Condition, Item, Put, Query, Reason, Refused, Write
from tests.simulation.message_queue import MessageQueue
from tests.simulation.ports import Ports
from tests.simulation.processor import Confirmation, Processor
from tests.simulation.store import LONGEST_LAG_SECONDS, Key, Store
from tests.simulation.timeline import Process

CONFLICT = "TransactionConflict"
# A batch may see some items of a transaction before it sees the others.
TORN_READS = 0.05
LATEST_CALL_SECONDS = 300.0
# What our client waits for a processor's answer.
PATIENCE_SECONDS = 30.0

Result = TypeVar("Result")


class DynamoDB:
    """A ``Connection``. ``staleness`` is how far an index may lag behind, in seconds."""

    def __init__(self, ports: Ports, store: Store, staleness: float = LONGEST_LAG_SECONDS) -> None:
        self._ports = ports
        self._store = store
        self._staleness = min(staleness, LONGEST_LAG_SECONDS)

    def read(self, keys: Mapping[str, Sequence[Item]]) -> Mapping[str, Sequence[Item]]:
        wanted = [(table, key) for table, named in keys.items() for key in named]
        if len(wanted) > 100:
            raise ValueError("a batch of more than 100 keys")
        found = self._call("read", lambda: self._items(wanted), shown=lambda: _shown(wanted))
        random = self._ports.sandbox.random
        if len(wanted) > 1 and random.random() < TORN_READS:
            self._ports.elapse(self._ports.sandbox.delay())
            late = wanted[random.randrange(1, len(wanted)) :]
            found |= {place: self._store.get(*place_of) for place, place_of in _places(late)}
        answer: dict[str, list[Item]] = {table: [] for table in keys}
        for place, (table, _) in _places(wanted):
            item = found[place]
            if item is not None:
                answer[table].append(item)
        return answer

    def first(self, table: str, pk: str) -> Item | None:
        return self._call("first", lambda: self._store.first(table, pk), shown=lambda: pk)

    def query(self, table: str, query: Query) -> Sequence[Item]:
        sandbox = self._ports.sandbox

        def lag(key: Key) -> float:
            # Mostly an index is up to date within a moment.
            drawn = sandbox.random.random()
            return min(self._staleness, drawn if drawn < 0.7 else drawn**4 * self._staleness)

        return self._call(
            "query", lambda: self._store.query(table, query, lag), shown=lambda: query.partition[1]
        )

    def count_up(self, table: str, key: Item, expires_at: int | None = None) -> int:
        return self._call(
            "count_up",
            lambda: self._store.count_up(table, key, expires_at),
            shown=lambda: str(key["pk"]),
        )

    def update(self, table: str, key: Item, changes: Item, condition: Condition) -> None:
        self._call(
            "update",
            lambda: self._store.update(table, key, changes, condition),
            refuse=lambda after: _refused("ConditionalCheckFailed" if after else CONFLICT),
            shown=lambda: f"{key['pk']} {dict(changes)}",
        )

    def transact(self, writes: Sequence[Write], token: str) -> None:
        kept = list(writes)
        self._call(
            "transact",
            lambda: self._store.transact(kept, token),
            refuse=lambda after: _met_itself(kept) if after else _conflict(kept),
            shown=lambda: _shown_writes(kept),
        )

    def _items(self, wanted: Sequence[tuple[str, Item]]) -> dict[str, Item | None]:
        return {place: self._store.get(*place_of) for place, place_of in _places(wanted)}

    def _call(
        self,
        operation: str,
        effect: Callable[[], Result],
        *,
        refuse: Callable[[bool], Exception] = lambda after: Unavailable(),
        shown: Callable[[], str],
    ) -> Result:
        return self._ports.call(
            "store", operation, effect, lost=Unavailable, refuse=refuse, shown=shown
        )


def _places(wanted: Sequence[tuple[str, Item]]) -> list[tuple[str, tuple[str, Item]]]:
    return [(f"{table} {sorted(key.items())}", (table, key)) for table, key in wanted]


def _shown(wanted: Sequence[tuple[str, Item]]) -> str:
    return ", ".join(str(key["pk"]) for _, key in wanted if str(key["pk"])[:2] != "K#")


def _shown_writes(writes: Sequence[Write]) -> str:
    return ", ".join(
        str(write.item["pk"]) if isinstance(write, Put) else f"-{write.key['pk']}"
        for write in writes
    )


def _conflict(writes: Sequence[Write]) -> Refused:
    return _refused(*[CONFLICT for _ in writes])


def _refused(*codes: str) -> Refused:
    return Refused([Reason(code) for code in codes])


def _met_itself(writes: Sequence[Write]) -> Refused:
    """A retry below met what the first try had written; a delete found nothing, as it wants."""
    return Refused(
        [
            Reason("ConditionalCheckFailed", write.item) if isinstance(write, Put) else Reason("")
            for write in writes
        ]
    )


class Queue:
    """The way into the queue; an error takes only some of a batch."""

    def __init__(self, ports: Ports, messages: MessageQueue) -> None:
        self._ports = ports
        self._messages = messages

    def send(self, texts: Sequence[str]) -> Sequence[int]:
        sent = list(texts)
        try:
            self._ports.call(
                "queue",
                "send",
                lambda: self._messages.take(sent),
                lost=Unavailable,
                refuse=lambda after: Unavailable() if after else _Partly(),
                shown=lambda: f"{len(sent)} messages",
            )
        except _Partly:
            self._messages.take(sent[::2])
            return list(range(0, len(sent), 2))
        return list(range(len(sent)))


class _Partly(Exception):
    """Only some messages of a batch were taken."""


class Payments:
    """A ``Processor`` at the other end of the line."""

    def __init__(self, ports: Ports, processor: Processor) -> None:
        self._ports = ports
        self._processor = processor

    def create_intent(self, *, order: str, amount: int, currency: str, key: str) -> Intent:
        parameters = {"order": order, "amount": amount, "currency": currency}
        return self._call(
            "create_intent",
            lambda: self._processor.create_intent(**parameters, key=key),  # type: ignore[arg-type]
            self._replayed_error(key, parameters),
            lambda: f"{order}, {amount} {currency}, {key}",
        )

    def update_intent(self, id: str, *, attempt: int, payment_method: str, key: str) -> Intent:
        parameters = {"id": id, "attempt": attempt, "payment_method": payment_method}
        return self._call(
            "update_intent",
            lambda: self._processor.update_intent(
                id, attempt=attempt, payment_method=payment_method, key=key
            ),
            self._replayed_error(key, parameters),
            lambda: f"{id}, attempt {attempt}, {payment_method}",
        )

    def confirm_intent(self, id: str, *, key: str, present: bool = False) -> Intent:
        confirmation: Confirmation = self._call(
            "confirm_intent",
            lambda: self._processor.confirm_intent(id, key=key, present=present),
            self._replayed_error(key, {"id": id}),
            lambda: f"{id}, {key}",
        )
        self._ports.elapse(min(confirmation.seconds, PATIENCE_SECONDS))
        if confirmation.answer is None:
            raise OutcomeUnknown("no answer in time")
        return confirmation.result()

    def authenticate_intent(self, id: str, *, approved: bool) -> Intent:
        return self._call(
            "authenticate_intent",
            lambda: self._processor.authenticate_intent(id, approved=approved),
            _no_error,
            lambda: f"{id}, {'approved' if approved else 'refused'}",
        )

    def read_intent(self, id: str) -> Intent:
        return self._call(
            "read_intent", lambda: self._processor.read_intent(id), _no_error, lambda: id
        )

    def cancel_intent(self, id: str) -> Intent:
        return self._call(
            "cancel_intent", lambda: self._processor.cancel_intent(id), _no_error, lambda: id
        )

    def _call(
        self,
        operation: str,
        effect: Callable[[], Result],
        refuse: Callable[[bool], Exception],
        shown: Callable[[], str],
    ) -> Result:
        return self._ports.call(
            "processor",
            operation,
            effect,
            lost=OutcomeUnknown,
            refuse=refuse,
            latest=LATEST_CALL_SECONDS,
            shown=shown,
        )

    def _replayed_error(
        self, key: str, parameters: Mapping[str, Any]
    ) -> Callable[[bool], Exception]:
        """An error of the processor's own, which it gives to this key again and again."""

        def refuse(after: bool) -> Exception:
            self._processor.break_down(key, parameters)
            return OutcomeUnknown("500, with effect" if after else "500, without effect")

        return refuse


def _no_error(after: bool) -> Exception:
    return OutcomeUnknown("500")


class Worker:
    """Invokes the charge worker as a process of its own, and waits for it."""

    def __init__(self, ports: Ports, start: Callable[[Mapping[str, Any]], Process]) -> None:
        self._ports = ports
        self._start = start

    def invoke(self, event: dict[str, Any], seconds: int) -> None:
        process = self._ports.call(
            "worker",
            "invoke",
            lambda: self._start(event),
            lost=Unavailable,
            refuse=lambda after: Unavailable(),
            shown=lambda: f"{event['id']} {event['command']}",
        )
        if not self._ports.elapse_for(process, seconds) or process.failed:
            raise Unavailable

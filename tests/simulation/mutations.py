"""Fourteen bugs that other systems have, or this one could: the simulator must find each of them.

Each is put into the real code at one name, for as long as its context lasts. What other systems did
stands in parentheses.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from farebox import clock, ids, payments, worker
from farebox.billing import charges
from farebox.billing.records import Change, Kept
from farebox.charging import charge, dispatch, steps
from farebox.charging.queue import queue
from farebox.charging.steps import Step
from farebox.payments.processor import Intent, Processor
from farebox.problems import Unavailable
from farebox.settings import settings
from farebox.storage import commit, due, items, keys
from farebox.storage.connection import Condition, Delete, connection
from farebox.storage.load import Loaded

Mutation = Callable[[], Any]

ALWAYS = Condition("attribute_exists(pk) OR attribute_not_exists(pk)")
DECISIONS = ("in_doubt", "succeeded", "processing", "canceled", "failed")


class _AnyVersion(int):
    """A version that its write does not check."""


def _unchecked(decide: Callable[..., Change]) -> Callable[..., Change]:
    def decided(*arguments: Any, **named: Any) -> Change:
        change = decide(*arguments, **named)
        assert change.before is not None
        before = replace(change.before, version=_AnyVersion(change.before.version))
        return replace(change, before=before)

    return decided


def _version_is(version: int) -> Condition:
    if isinstance(version, _AnyVersion):
        return ALWAYS
    return Condition("version = :version", {":version": version})


@contextmanager
def no_condition_on_a_claim() -> Iterator[None]:
    """Two workers take one order."""
    with (
        patch.object(commit, "version_is", _version_is),
        patch.object(charges, "_held", _unchecked(charges._held)),
    ):
        yield


@contextmanager
def no_epoch_on_a_settlement() -> Iterator[None]:
    """A worker that was lost settles what another one has."""
    with ExitStack() as patches:
        patches.enter_context(patch.object(commit, "version_is", _version_is))
        for name in DECISIONS:
            decide = _unchecked(getattr(charges, name))
            patches.enter_context(patch.object(charges, name, decide))
        yield


class _Changed:
    """A processor in front of which something was changed."""

    def __init__(self, inner: Processor) -> None:
        self.inner = inner

    def create_intent(self, *, order: str, amount: int, currency: str, key: str) -> Intent:
        return self.inner.create_intent(order=order, amount=amount, currency=currency, key=key)

    def update_intent(self, id: str, *, attempt: int, payment_method: str, key: str) -> Intent:
        return self.inner.update_intent(id, attempt=attempt, payment_method=payment_method, key=key)

    def confirm_intent(self, id: str, *, key: str, present: bool = False) -> Intent:
        return self.inner.confirm_intent(id, key=key, present=present)

    def authenticate_intent(self, id: str, *, approved: bool) -> Intent:
        return self.inner.authenticate_intent(id, approved=approved)

    def read_intent(self, id: str) -> Intent:
        return self.inner.read_intent(id)

    def cancel_intent(self, id: str) -> Intent:
        return self.inner.cancel_intent(id)


class _WithoutKeys(_Changed):
    def create_intent(self, *, order: str, amount: int, currency: str, key: str) -> Intent:
        return self.inner.create_intent(order=order, amount=amount, currency=currency, key="")

    def update_intent(self, id: str, *, attempt: int, payment_method: str, key: str) -> Intent:
        return self.inner.update_intent(id, attempt=attempt, payment_method=payment_method, key="")

    def confirm_intent(self, id: str, *, key: str, present: bool = False) -> Intent:
        return self.inner.confirm_intent(id, key="", present=present)


class _TimesHundred(_Changed):
    """What it is told and what it tells is in units that it takes for the major ones."""

    WITHOUT_DECIMALS = ("jpy",)

    def create_intent(self, *, order: str, amount: int, currency: str, key: str) -> Intent:
        if currency in self.WITHOUT_DECIMALS:
            amount *= 100
        return self._shown(
            super().create_intent(order=order, amount=amount, currency=currency, key=key)
        )

    def update_intent(self, id: str, *, attempt: int, payment_method: str, key: str) -> Intent:
        return self._shown(
            super().update_intent(id, attempt=attempt, payment_method=payment_method, key=key)
        )

    def confirm_intent(self, id: str, *, key: str, present: bool = False) -> Intent:
        return self._shown(super().confirm_intent(id, key=key, present=present))

    def authenticate_intent(self, id: str, *, approved: bool) -> Intent:
        return self._shown(super().authenticate_intent(id, approved=approved))

    def read_intent(self, id: str) -> Intent:
        return self._shown(super().read_intent(id))

    def cancel_intent(self, id: str) -> Intent:
        return self._shown(super().cancel_intent(id))

    def _shown(self, intent: Intent) -> Intent:
        if intent.currency in self.WITHOUT_DECIMALS:
            return replace(intent, amount=intent.amount // 100)
        return intent


@contextmanager
def _in_front_of_the_processor(changed: type[_Changed]) -> Iterator[None]:
    of = payments.of
    with patch.object(payments, "of", lambda name, tenant: changed(of(name, tenant))):
        yield


@contextmanager
def random_key() -> Iterator[None]:
    """Each call to the processor has a key of its own (Autumn)."""
    with (
        patch.object(steps, "intent_key", lambda order: ids.entropy(8).hex()),
        patch.object(steps, "attempt_key", lambda order, attempt: ids.entropy(8).hex()),
    ):
        yield


def no_key() -> Any:
    """No call to the processor has a key (Flexprice)."""
    return _in_front_of_the_processor(_WithoutKeys)


def times_hundred() -> Any:
    """Every currency is taken for one of two decimals (Flexprice)."""
    return _in_front_of_the_processor(_TimesHundred)


@contextmanager
def new_intent_for_each_try() -> Iterator[None]:
    """What went wrong is tried again with another intent (Polar)."""
    held = charges._held

    def forgetful(*arguments: Any, **named: Any) -> Change:
        change = held(*arguments, **named)
        generation = change.record.intent_generation + 1  # type: ignore[attr-defined]
        record = replace(change.record, intent=None, intent_generation=generation)  # type: ignore[call-arg]
        return replace(change, record=record)

    with patch.object(charges, "_held", forgetful):
        yield


@contextmanager
def confirm_before_the_id_is_kept() -> Iterator[None]:
    """Money moves by an intent that nobody would find."""
    take = charge._Hold._take

    def hasty(hold: Any, step: Step) -> Intent | None:
        if step is not Step.CREATE:
            return take(hold, step)
        order = hold.order
        attempt = order.open_attempt
        key = steps.attempt_key(order, attempt)
        created = hold._processor.create_intent(
            order=order.id,
            amount=order.total_amount,
            currency=order.currency,
            key=steps.intent_key(order),
        )
        hold._processor.update_intent(
            created.id,
            attempt=attempt.number,
            payment_method=attempt.token,
            key=f"{key}/update",
        )
        confirmed: Intent = hold._processor.confirm_intent(created.id, key=key)
        hold._change(lambda order: charges.with_intent(order, created.id, clock.now()))
        return confirmed

    with patch.object(charge._Hold, "_take", hasty):
        yield


@contextmanager
def due_entry_deleted_by_a_claim() -> Iterator[None]:
    """Whoever claims an order takes it out of the index of what is due."""
    record_item = items.record_item

    def without_entry(tenant: Any, record: Any, write_id: str) -> Mapping[str, Any]:
        item = dict(record_item(tenant, record, write_id))
        if getattr(record, "status", "") == "charging":
            del item["due_pk"], item["due_sk"]
        return item

    with patch.object(items, "record_item", without_entry):
        yield


@contextmanager
def handed_out_before_it_is_sent() -> Iterator[None]:
    """What is due is pushed back first, and then sent."""

    def send(entries: Sequence[due.DueEntry]) -> int:
        for entry in entries:
            due.push(entry, clock.now() + dispatch.SENT_AGAIN_AFTER)
        return len(queue().send([dispatch._message(entry).text for entry in entries]))

    with patch.object(dispatch, "_send", send):
        yield


Commit = Callable[[Loaded, Change], Kept]


@contextmanager
def _committing(changed: Callable[[Commit, Loaded, Change], Kept]) -> Iterator[None]:
    """Change how an order that is created is kept."""
    create_order: Any = importlib.import_module("create_order")
    original = create_order.commit
    with patch.object(
        create_order, "commit", lambda loaded, change: changed(original, loaded, change)
    ):
        yield


def idempotency_record_released() -> Any:
    """An error takes the record of the idempotency key away (Powertools)."""

    def release(original: Commit, loaded: Loaded, change: Change) -> Kept:
        try:
            return original(loaded, change)
        except Unavailable:
            there = Condition("attribute_exists(pk) OR attribute_not_exists(pk)")
            connection().transact(
                [
                    Delete(
                        settings().ephemeral_table,
                        keys.idempotency(loaded.tenant, key.operation, key.value),
                        there,
                    )
                    for key in loaded.keys
                ],
                ids.entropy(16).hex(),
            )
            raise

    return _committing(release)


def open_when_the_store_fails() -> Any:
    """Without an answer about the key, the order is made all the same (Autumn)."""

    def go_on(original: Commit, loaded: Loaded, change: Change) -> Kept:
        try:
            return original(loaded, change)
        except Unavailable:
            return original(replace(loaded, keys=()), change)

    return _committing(go_on)


@contextmanager
def key_checked_then_used() -> Iterator[None]:
    """Whether a key is new is asked before, and not when it is used (Meteroid)."""
    with patch.object(commit, "absent_or_expired", lambda now: ALWAYS):
        yield


@contextmanager
def own_write_not_known() -> Iterator[None]:
    """What an earlier try wrote is taken for another's."""
    with patch.object(commit, "_is_own", lambda reasons, write_id: False):
        yield


@contextmanager
def failed_messages_not_reported() -> Iterator[None]:
    """One bad message of a batch is taken for done."""
    original = worker.MessageWorker._try

    def swallow(self: worker.MessageWorker, record: Mapping[str, Any]) -> bool:
        original(self, record)
        return True

    with patch.object(worker.MessageWorker, "_try", swallow):
        yield


@contextmanager
def checkout_left_behind() -> Iterator[None]:
    """An order is paid or canceled in one transaction, and its checkout in none."""
    with patch.object(charge, "with_checkout", lambda tenant, change: change):
        yield


@contextmanager
def redemptions_checked_then_counted() -> Iterator[None]:
    """Whether a discount is used up is asked before, and not when it is redeemed."""
    with patch.object(commit, "room_for", lambda counting: ALWAYS):
        yield


@contextmanager
def checkout_confirmed_twice() -> Iterator[None]:
    """A second tab's write does not ask whether the checkout is still open."""
    plan = commit._plan

    def careless(*given: Any) -> Iterator[Any]:
        for each in plan(*given):
            write = each.write
            if "#CHK#" in str(getattr(write, "item", {}).get("pk", "")):
                each = replace(each, write=replace(write, condition=ALWAYS))
            yield each

    with patch.object(commit, "_plan", careless):
        yield


@dataclass(frozen=True, slots=True)
class Seeded:
    """A bug with a name."""

    name: str
    mutation: Mutation


MUTATIONS = tuple(
    Seeded(mutation.__name__, mutation)
    for mutation in (
        no_condition_on_a_claim,
        no_epoch_on_a_settlement,
        random_key,
        no_key,
        new_intent_for_each_try,
        confirm_before_the_id_is_kept,
        due_entry_deleted_by_a_claim,
        handed_out_before_it_is_sent,
        checkout_left_behind,
        redemptions_checked_then_counted,
        checkout_confirmed_twice,
        idempotency_record_released,
        open_when_the_store_fails,
        key_checked_then_used,
        own_write_not_known,
        failed_messages_not_reported,
        times_hundred,
    )
)

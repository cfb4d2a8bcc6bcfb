"""What a database must do, one rule a function: for DynamoDB's stand-ins and the virtual one."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from farebox.settings import settings
from farebox.storage.commit import ABSENT, absent_or_expired, version_is
from farebox.storage.connection import (
    Condition,
    Connection,
    Count,
    Delete,
    Item,
    Put,
    Query,
    Refused,
)
from farebox.storage.due import unmoved

Contract = Callable[[Connection], None]


def _item(pk: str, **attributes: str | int | bool) -> Item:
    return {"pk": pk, "sk": "A", **attributes}


def _key(pk: str) -> Item:
    return {"pk": pk, "sk": "A"}


def _put(item: Item, condition: Condition = ABSENT) -> Put:
    return Put(settings().core_table, item, condition)


def _found(store: Connection, *pks: str) -> Mapping[str, Item]:
    core = settings().core_table
    return {str(item["pk"]): item for item in store.read({core: [_key(pk) for pk in pks]})[core]}


def a_write_whose_condition_fails_shows_what_is_there(store: Connection) -> None:
    store.transact([_put(_item("a", version=1))], "one")

    with pytest.raises(Refused) as refused:
        store.transact([_put(_item("a", version=2))], "two")

    (reason,) = refused.value.reasons
    assert reason.condition_failed
    assert reason.item == _item("a", version=1)
    assert _found(store, "a") == {"a": _item("a", version=1)}


def of_a_transaction_all_is_written_or_nothing(store: Connection) -> None:
    store.transact([_put(_item("a", version=1))], "one")

    with pytest.raises(Refused) as refused:
        store.transact([_put(_item("b")), _put(_item("a", version=3), version_is(2))], "two")

    assert [reason.code for reason in refused.value.reasons] == ["", "ConditionalCheckFailed"]
    assert _found(store, "a", "b") == {"a": _item("a", version=1)}


def a_token_makes_a_transaction_happen_once(store: Connection) -> None:
    writes = [_put(_item("a", version=1), ABSENT)]

    store.transact(writes, "one")
    store.transact(writes, "one")

    assert _found(store, "a") == {"a": _item("a", version=1)}


def a_version_can_be_replaced_once(store: Connection) -> None:
    store.transact([_put(_item("a", version=1))], "one")
    store.transact([_put(_item("a", version=2), version_is(1))], "two")

    with pytest.raises(Refused):
        store.transact([_put(_item("a", version=2, late=True), version_is(1))], "three")

    assert _found(store, "a") == {"a": _item("a", version=2)}


def what_has_expired_may_be_replaced(store: Connection) -> None:
    table = settings().ephemeral_table
    store.transact([Put(table, {"pk": "k", "expires_at": 10}, absent_or_expired(0))], "one")

    with pytest.raises(Refused):
        store.transact([Put(table, {"pk": "k", "expires_at": 30}, absent_or_expired(9))], "two")
    store.transact([Put(table, {"pk": "k", "expires_at": 40}, absent_or_expired(10))], "three")

    assert store.read({table: [{"pk": "k"}]})[table] == [{"pk": "k", "expires_at": 40}]


def what_is_not_there_equals_nothing(store: Connection) -> None:
    store.transact([_put(_item("a"))], "one")

    with pytest.raises(Refused):
        store.transact([_put(_item("a", version=2), version_is(1))], "two")
    with pytest.raises(Refused):
        store.transact([_put(_item("b", version=2), version_is(1))], "three")
    with pytest.raises(Refused):
        text = Condition("version = :version", {":version": "1"})
        store.transact([_put(_item("a", version=1)), _put(_item("c"), text)], "four")


def a_delete_has_its_condition(store: Connection) -> None:
    core, owned = settings().core_table, Condition("owner_id = :owner", {":owner": "o"})
    store.transact([_put(_item("a", owner_id="o"))], "one")

    with pytest.raises(Refused):
        store.transact([Delete(core, _key("b"), owned)], "two")
    store.transact([Delete(core, _key("a"), owned)], "three")

    assert _found(store, "a") == {}


def an_update_changes_what_it_names(store: Connection) -> None:
    core = settings().core_table
    store.transact([_put(_item("a", version=1, due_sk="1"))], "one")

    store.update(core, _key("a"), {"due_sk": "2"}, unmoved("1"))
    with pytest.raises(Refused) as refused:
        store.update(core, _key("a"), {"due_sk": "3"}, unmoved("1"))
    with pytest.raises(Refused):
        store.update(core, _key("b"), {"due_sk": "3"}, unmoved("1"))

    assert [reason.condition_failed for reason in refused.value.reasons] == [True]
    assert _found(store, "a", "b") == {"a": _item("a", version=1, due_sk="2")}


def a_counter_counts(store: Connection) -> None:
    core = settings().core_table

    assert [store.count_up(core, _key("a")) for _ in range(3)] == [1, 2, 3]
    assert _found(store, "a") == {"a": _item("a", count=3)}


def the_first_of_a_partition_sorts_first(store: Connection) -> None:
    core = settings().core_table
    items = [{"pk": "a", "sk": sk} for sk in ("2", "1", "3")]
    store.transact([_put(item) for item in items], "one")

    assert store.first(core, "a") == {"pk": "a", "sk": "1"}
    assert store.first(core, "b") is None


def an_index_holds_what_has_its_attributes(store: Connection) -> None:
    core = settings().core_table
    sorts = {"a": "3", "b": "1", "c": "2"}
    puts = [_put(_item(pk, list_pk="d", list_sk=sort, version=1)) for pk, sort in sorts.items()]
    store.transact([*puts, _put(_item("e", version=1))], "one")
    store.transact([_put(_item("c", version=2), version_is(1))], "two")

    found = store.query(core, Query(("list_pk", "d"), "list_sk", 10, "list", newest_first=False))

    assert found == [
        _item("b", list_pk="d", list_sk="1"),
        _item("a", list_pk="d", list_sk="3"),
    ]


def a_page_lies_between_its_bounds(store: Connection) -> None:
    core = settings().core_table
    store.transact([_put(_item(sort, list_pk="d", list_sk=sort)) for sort in "12345"], "one")

    def page(**query: object) -> Sequence[object]:
        asked = Query(("list_pk", "d"), "list_sk", index="list", **query)  # type: ignore[arg-type]
        return [item["list_sk"] for item in store.query(core, asked)]

    assert page(limit=2) == ["5", "4"]
    assert page(limit=2, newest_first=False) == ["1", "2"]
    assert page(limit=9, before="4") == ["3", "2", "1"]
    assert page(limit=9, after="2", newest_first=False) == ["3", "4", "5"]
    assert page(limit=9, after="2", before="4") == ["3"]


def a_table_is_read_in_the_order_of_its_keys(store: Connection) -> None:
    table = settings().events_table
    puts = [Put(table, {"pk": "e", "sk": sk}, ABSENT) for sk in "213"]
    store.transact([*puts, Put(table, {"pk": "f", "sk": "4"}, ABSENT)], "one")

    found = store.query(table, Query(("pk", "e"), "sk", 2))

    assert [item["sk"] for item in found] == ["3", "2"]


def a_counter_may_have_an_end(store: Connection) -> None:
    table, key = settings().ephemeral_table, {"pk": "window"}

    assert [store.count_up(table, key, expires_at=at) for at in (7, 9)] == [1, 2]

    assert store.read({table: [key]})[table] == [{**key, "count": 2, "expires_at": 9}]


def a_count_adds_to_numbers_as_long_as_there_is_room(store: Connection) -> None:
    room = Condition("attribute_not_exists(used) OR used <= :most", {":most": 1})
    count = Count(settings().core_table, _key("a"), {"used": 1, "version": 1}, room)
    store.transact([_put(_item("a", version=4, document="x"))], "one")

    store.transact([count], "two")
    store.transact([count, _put(_item("b"))], "three")
    with pytest.raises(Refused) as refused:
        store.transact([count, _put(_item("c"))], "four")

    assert [reason.code for reason in refused.value.reasons] == ["ConditionalCheckFailed", ""]
    assert _found(store, "a", "b", "c") == {
        "a": _item("a", version=6, document="x", used=2),
        "b": _item("b"),
    }


CONTRACTS: Sequence[Contract] = (
    a_write_whose_condition_fails_shows_what_is_there,
    of_a_transaction_all_is_written_or_nothing,
    a_token_makes_a_transaction_happen_once,
    a_version_can_be_replaced_once,
    what_has_expired_may_be_replaced,
    what_is_not_there_equals_nothing,
    a_delete_has_its_condition,
    an_update_changes_what_it_names,
    a_counter_counts,
    a_counter_may_have_an_end,
    a_count_adds_to_numbers_as_long_as_there_is_room,
    the_first_of_a_partition_sorts_first,
    an_index_holds_what_has_its_attributes,
    a_page_lies_between_its_bounds,
    a_table_is_read_in_the_order_of_its_keys,
)

"""Messages to the charge worker: what is said comes out, and what nobody here said is refused."""

from dataclasses import replace
from typing import Any

import pytest
import simplejson
from hypothesis import given
from hypothesis import strategies as st

from farebox.charging import messages
from farebox.charging.messages import Message, UnreadableMessage
from farebox.storage.keys import Tenant

MESSAGE = Message("org_1", False, "ord_1")
FIELDS = MESSAGE.as_event()
NESTED = "[" * 100_000
MESSAGES = st.builds(
    Message,
    organization=st.text(),
    livemode=st.booleans(),
    id=st.text(),
    kind=st.sampled_from([messages.ORDER, messages.CUSTOMER]),
    command=st.sampled_from([messages.CHARGE, messages.CANCEL, messages.RECONCILE]),
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
DOCUMENTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.sampled_from(list(FIELDS)) | st.text(), each),
    max_leaves=10,
)


@given(MESSAGES)
def test_a_message_comes_out_as_it_was_sent(message: Message) -> None:
    """Else another order is charged than the one that is due."""
    assert messages.read(message.text) == message
    assert messages.read(message.as_event()) == message
    assert message.tenant == Tenant(message.organization, message.livemode)


def test_a_message_charges_an_order_unless_it_says_otherwise() -> None:
    """Else a message of an older version is lost on the day of an update."""
    assert (MESSAGE.kind, MESSAGE.command) == ("order", "charge")
    assert messages.read('{"organization":"org_1","livemode":false,"id":"ord_1"}') == MESSAGE
    assert messages.read(replace(MESSAGE, command="cancel").text).command == "cancel"


@pytest.mark.parametrize(
    "sent",
    [
        *("", " ", "x", "{", "nul", "{'id': 1}", "\x00", '{"id": ' + "1" * 5000 + "}"),
        *("null", "true", "1", "NaN", '"ord_1"', "[]", "[[]]", '["organization", false, "ord_1"]'),
        *(None, True, 1, 1.5, [], ["ord_1"], b'{"id": "ord_1"}', ...),
    ],
    ids=repr,
)
def test_what_is_no_object_is_refused(sent: Any) -> None:
    """Else one message that somebody else wrote stops the function that reads it."""
    with pytest.raises(UnreadableMessage):
        messages.read(sent)


@pytest.mark.parametrize("name", ["organization", "livemode", "id"])
def test_what_says_too_little_is_refused(name: str) -> None:
    """Else the worker guesses whose order is meant."""
    with pytest.raises(UnreadableMessage):
        messages.read({key: value for key, value in FIELDS.items() if key != name})


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": 1},
        {"tenant": "org_2"},
        {"": ""},
        {1: "ord_1"},
        {"organization": None},
        {"organization": 1},
        {"organization": ["org_1"]},
        {"organization": {"S": "org_1"}},
        {"id": None},
        {"id": 1},
        {"id": True},
        {"id": ["ord_1"]},
        {"livemode": None},
        {"livemode": 0},
        {"livemode": 1},
        {"livemode": "false"},
        {"kind": None},
        {"kind": ""},
        {"kind": "Order"},
        {"kind": "price"},
        {"kind": ["order"]},
        {"command": None},
        {"command": ""},
        {"command": "refund"},
        {"command": "CHARGE"},
        {"command": {"charge": 1}},
    ],
    ids=repr,
)
def test_what_says_something_else_is_refused(fields: dict[Any, Any]) -> None:
    """Else a field that nobody reads is believed to be obeyed, or text is taken for a mode."""
    with pytest.raises(UnreadableMessage):
        messages.read(FIELDS | fields)


@given(DOCUMENTS)
def test_whatever_is_sent_is_read_or_refused(document: Any) -> None:
    """Else one hostile message is received over and over, and orders wait behind it."""
    for sent in (document, simplejson.dumps(document)):
        try:
            read = messages.read(sent)
        except UnreadableMessage:
            continue
        assert read.kind in ("order", "customer")


@pytest.mark.parametrize("text", [NESTED, '{"id":' * 50_000])
def test_what_is_nested_without_end_is_refused(text: str) -> None:
    """Else a message of brackets is told as a fault of ours."""
    with pytest.raises(UnreadableMessage):
        messages.read(text)

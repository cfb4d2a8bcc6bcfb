"""A body's bytes become one object, exactly, or are refused with a reason. Nothing else."""

import json
from decimal import Decimal
from typing import Any

import pytest
import simplejson
from hypothesis import example, given
from hypothesis import strategies as st

from farebox.problems import MalformedBody, Problem, TooLarge
from farebox.validation import documents
from farebox.validation.documents import (
    MAXIMUM_BODY_BYTES,
    MAXIMUM_DEPTH,
    MAXIMUM_NUMBER_LENGTH,
)

NUMBERS = st.integers(min_value=-(10**30), max_value=10**30) | st.decimals(
    min_value=-(10**12), max_value=10**12, places=6
)
DOCUMENTS = st.dictionaries(
    st.text(),
    st.recursive(
        st.none() | st.booleans() | st.text() | NUMBERS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    ),
)


def refusal(body: bytes) -> str:
    """The code with which ``body`` is refused."""
    with pytest.raises(MalformedBody) as refused:
        documents.read(body)
    return refused.value.code


def nested(levels: int) -> bytes:
    return b'{"a":' * (levels - 1) + b"{}" + b"}" * (levels - 1)


@given(DOCUMENTS)
def test_what_a_caller_writes_is_what_we_read(document: dict[str, Any]) -> None:
    """Else a rate or a name is stored that nobody sent."""
    body = simplejson.dumps(document, ensure_ascii=False).encode()

    assert documents.read(body) == document


@pytest.mark.parametrize("text", ["0.1", "1.10", "123456789012345.123456789012", "1e3", "-0.05"])
def test_decimals_stay_as_they_were_written(text: str) -> None:
    """Else a tenth becomes 0.1000000000000000055 and an invoice is off by a cent."""
    number = documents.read(f'{{"rate": {text}}}'.encode())["rate"]

    assert isinstance(number, Decimal)
    assert number.as_tuple() == Decimal(text).as_tuple()


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\t"])
def test_an_empty_body_is_an_empty_object(body: bytes) -> None:
    """Else a POST without fields is told of JSON instead of the field that it lacks."""
    assert documents.read(body) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"a": 1',
        b'{"a": }',
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 01}',
        b'{"a": .5}',
        b'{"a": 1}{"b": 2}',
        b'{"a": "\x01"}',
        b"name=Seat&amount=5",
        b"\x00",
    ],
)
def test_what_is_not_json_is_refused_with_its_place(body: bytes) -> None:
    """Else a caller hunts for a comma in a thousand lines."""
    with pytest.raises(MalformedBody) as refused:
        documents.read(body)

    assert (refused.value.status, refused.value.code) == (400, "invalid_json")
    assert "column" in refused.value.detail


@pytest.mark.parametrize("body", [b"[]", b"[{}]", b"null", b"true", b"3", b"1.5", b'"text"'])
def test_only_an_object_is_a_request(body: bytes) -> None:
    """Else a list of requests is taken for one."""
    assert refusal(body) == "invalid_json"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(number: str) -> None:
    """Else a NaN reaches a total, and compares to nothing ever after."""
    assert refusal(f'{{"amount": {number}}}'.encode()) == "invalid_json"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"amount": 1, "amount": 100}', "amount"),
        (b'{"a": {"b": 1, "c": 2, "b": 1}}', "b"),
        (b'{"": 1, "": 2}', ""),
        (b'{"a": 1, "\\u0061": 2}', "a"),
    ],
)
def test_a_key_that_stands_twice_is_refused_by_name(body: bytes, key: str) -> None:
    """Else the gateway reads the first amount and we charge the second."""
    with pytest.raises(MalformedBody) as refused:
        documents.read(body)

    assert (refused.value.code, refused.value.param) == ("duplicate_key", key)


@pytest.mark.parametrize("sign", ["", "-"])
def test_integers_have_a_length(sign: str) -> None:
    """Else one body of digits keeps a processor busy for minutes."""
    longest = sign + "9" * (MAXIMUM_NUMBER_LENGTH - len(sign))

    assert documents.read(f'{{"n": {longest}}}'.encode())["n"] == int(longest)
    assert refusal(f'{{"n": {longest}9}}'.encode()) == "number_too_long"
    assert refusal(b'{"n": ' + b"9" * 900_000 + b"}") == "number_too_long"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (b"1e41", "number_too_large"),
        (b"1e-41", "number_too_large"),
        (b"1e999999999", "number_too_large"),
        (b"1e99999999999999999999", "number_too_large"),
        (b"0e99999999999999999999", "number_too_large"),
        (b"1e-99999999999999999999", "number_too_large"),
        (b"0." + b"1" * 5000, "number_too_long"),
        (b"1e" + b"0" * 5000 + b"1", "number_too_long"),
    ],
)
def test_decimals_have_a_size(number: bytes, code: str) -> None:
    """Else ten characters become a billion digits at the first addition."""
    assert refusal(b'{"n": ' + number + b"}") == code


def test_nesting_ends_at_the_limit() -> None:
    """Else a record is kept that a reader with a limit of its own cannot read."""
    assert documents.read(nested(MAXIMUM_DEPTH))
    assert refusal(nested(MAXIMUM_DEPTH + 1)) == "nested_too_deep"
    assert refusal(b'{"a":' + b"[" * MAXIMUM_DEPTH + b"]" * MAXIMUM_DEPTH + b"}") == (
        "nested_too_deep"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a":' + b"[" * 400_000 + b"]" * 400_000 + b"}",
        b'{"a":' + b'[{"a":' * 100_000,
    ],
)
def test_a_depth_bomb_is_refused_like_any_other_nesting(body: bytes) -> None:
    """Else 100 kB of brackets stop the process, and everybody else's requests with it."""
    assert refusal(body) == "nested_too_deep"


def test_a_body_over_a_megabyte_is_too_large() -> None:
    """Else one caller's megabytes are everybody's slow answers."""
    frame = len(b'{"a":""}')
    largest = b'{"a":"' + b"x" * (MAXIMUM_BODY_BYTES - frame) + b'"}'

    assert len(documents.read(largest)["a"]) == MAXIMUM_BODY_BYTES - frame
    with pytest.raises(TooLarge) as refused:
        documents.read(largest + b" ")

    assert (refused.value.status, refused.value.code) == (413, "body_too_large")


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "\xff"}',
        b'{"name": "\xed\xa0\x80"}',
        b'{"name": "\xc0\xaf"}',
        '{"name": "Sitz"}'.encode("utf-16"),
        b'{"name": "\\ud800"}',
        b'{"name": "\\udc00\\ud800"}',
        b'{"\\ud83d": 1}',
        b'{"a": [{"b": "x\\udfff"}]}',
    ],
)
def test_text_that_no_reader_can_decode_is_refused(body: bytes) -> None:
    """Else a name is stored that no answer can ever carry."""
    assert refusal(body) == "invalid_encoding"


def test_a_whole_surrogate_pair_is_a_character() -> None:
    """Else no product may have an emoji in its name."""
    assert documents.read(b'{"name": "\\ud83d\\ude80"}') == {"name": "🚀"}


def test_a_byte_order_mark_is_not_json() -> None:
    """RFC 8259 forbids it; else the same body has two fingerprints and is charged twice."""
    assert refusal(b'\xef\xbb\xbf{"a": 1}') == "invalid_json"


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.lists(
        st.sampled_from(
            [b'{"a"', b":", b",", b"{", b"}", b"[", b"]", b"1e9", b"-", b'"\\ud800"', b"NaN"]
        )
    ).map(b"".join)
)
@example(b'{"\\ud800": 1, "\\ud800": 2}')
@example(b'{"a": 1e}')
def test_any_bytes_are_an_object_or_a_refusal_that_can_be_told(body: bytes) -> None:
    """Else rubbish is answered with a 500, and somebody is called at night."""
    try:
        document = documents.read(body)
    except Problem as problem:
        for error in problem.errors:
            assert json.dumps([error.param, error.message], ensure_ascii=False).encode()
    else:
        assert isinstance(document, dict)

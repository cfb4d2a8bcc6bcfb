"""An API key: made, read from a header, and told from what only looks like one."""

import base64
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from farebox import api_keys, ids
from farebox.bootstrap import LOCAL_TEST_KEY
from farebox.problems import Unauthenticated

ORGANIZATION = "org_01j00000000000000000000000"
ENTROPY = st.binary(min_size=32, max_size=32)


def key_of(entropy: bytes, *, livemode: bool = False) -> str:
    """The key that these random bytes make."""
    ids.use(lambda size: entropy[:size])
    return api_keys.new(ORGANIZATION, livemode=livemode)


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@given(ENTROPY, st.booleans())
def test_a_key_says_whose_it_is_and_in_which_mode(entropy: bytes, livemode: bool) -> None:
    """Else a live key reads test data, or its record is looked for in the wrong place."""
    key = key_of(entropy, livemode=livemode)

    credential = api_keys.read({"authorization": f"Bearer {key}"})

    assert (credential.organization, credential.livemode) == (ORGANIZATION, livemode)
    assert credential.digest == api_keys.digest(key)
    assert key not in repr(credential)


@given(ENTROPY)
def test_a_secret_scanner_can_recognise_a_key(entropy: bytes) -> None:
    """Else a key that was pushed to a public repository is found by thieves first."""
    form = r"fb_(test|live)_[0-9a-hjkmnp-tv-z]{26}_[0-9A-Za-z]{49}"

    assert re.fullmatch(form, key_of(entropy))


@given(ENTROPY, st.data())
def test_any_single_wrong_character_is_noticed(entropy: bytes, data: st.DataObject) -> None:
    """Else a mistyped key costs a read of the database, and a scanner cries wolf."""
    key = key_of(entropy)
    place = data.draw(st.integers(0, len(key) - 1))
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    wrong = data.draw(st.sampled_from(alphabet).filter(lambda other: other != key[place]))

    with pytest.raises(Unauthenticated):
        api_keys.read({"x-api-key": key[:place] + wrong + key[place + 1 :]})


@given(st.lists(ENTROPY, unique=True, min_size=2, max_size=20))
def test_two_secrets_make_two_keys(secrets: list[bytes]) -> None:
    """Else one organization holds another's key."""
    keys = {key_of(entropy) for entropy in secrets}

    assert len(keys) == len(secrets)
    assert len({api_keys.digest(key) for key in keys}) == len(secrets)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {LOCAL_TEST_KEY}"},
        {"authorization": f"bearer {LOCAL_TEST_KEY}"},
        {"authorization": f"BEARER   {LOCAL_TEST_KEY} "},
        {"authorization": basic(f"{LOCAL_TEST_KEY}:")},
        {"authorization": basic(LOCAL_TEST_KEY)},
        {"authorization": basic(f"{LOCAL_TEST_KEY}:ignored:twice").replace("Basic", "basic")},
        {"x-api-key": LOCAL_TEST_KEY},
        {"x-api-key": f" {LOCAL_TEST_KEY} "},
        {"authorization": "Digest x", "x-api-key": LOCAL_TEST_KEY},
    ],
)
def test_a_key_comes_in_any_of_three_headers(headers: dict[str, str]) -> None:
    """Else one of the five systems' clients cannot authenticate."""
    assert api_keys.read(headers).digest == api_keys.digest(LOCAL_TEST_KEY)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": LOCAL_TEST_KEY},
        {"authorization": f"Bearer {LOCAL_TEST_KEY} {LOCAL_TEST_KEY}"},
        {"authorization": f"Basic {LOCAL_TEST_KEY}"},
        {"authorization": "Basic !!!"},
        {"authorization": "Basic /////w=="},
        {"authorization": basic(f":{LOCAL_TEST_KEY}")},
        {"x-api-key": ""},
        {"x-api-key": LOCAL_TEST_KEY[:-1]},
        {"x-api-key": LOCAL_TEST_KEY + "0"},
        {"x-api-key": LOCAL_TEST_KEY.replace("test", "live")},
        {"x-api-key": "sk_test_4eC39HqLyjWDarjtT1zdp7dc"},
    ],
)
def test_what_cannot_be_a_key_is_unauthenticated(headers: dict[str, str]) -> None:
    """Else a caller without a key gets further than the door."""
    with pytest.raises(Unauthenticated):
        api_keys.read(headers)


@given(st.text())
@example("Basic é")
@example("Bearer é")
def test_no_header_breaks_the_answer(header: str) -> None:
    """Else anybody without a key can make us answer 500 and wake somebody."""
    for name in ("authorization", "x-api-key"):
        with pytest.raises(Unauthenticated):
            api_keys.read({name: header})


def test_the_key_of_the_example_events_is_a_well_formed_test_key() -> None:
    """Else the first curl line of a newcomer answers 401."""
    credential = api_keys.read({"x-api-key": LOCAL_TEST_KEY})

    assert credential.organization == "org_00000000000000000000000000"
    assert not credential.livemode

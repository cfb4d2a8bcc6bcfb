"""A card number in free text would put the whole deployment under the card industry's rules."""

import uuid
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farebox.validation import fields
from farebox.validation.card_numbers import looks_like_a_card_number
from tests.unit.validation.shapes import refusals

TEST_NUMBERS = {
    "Visa": "4242424242424242",
    "Visa, another": "4111111111111111",
    "Visa, debit": "4000056655665556",
    "Mastercard": "5555555555554444",
    "Mastercard, series 2": "2223003122003222",
    "Mastercard, debit": "5200828282828210",
    "Mastercard, prepaid": "5105105105105100",
    "American Express": "378282246310005",
    "American Express, another": "371449635398431",
    "Discover": "6011111111111117",
    "Discover, another": "6011000990139424",
    "Diners Club": "3056930009020004",
    "Diners Club, of 14": "36227206271667",
    "Diners Club, older": "30569309025904",
    "BCcard": "6555900000604105",
    "JCB": "3566002020360505",
    "UnionPay": "6200000000000005",
    "UnionPay, of 19": "6205500000000000004",
}

card = pytest.mark.parametrize("number", TEST_NUMBERS.values(), ids=TEST_NUMBERS.keys())


def as_printed(number: str, separator: str) -> str:
    """In fours; American Express and the older Diners Club cards in 4, 6 and the rest."""
    ends = [0, 4, 10, len(number)] if len(number) < 16 else [*range(0, len(number), 4), len(number)]
    return separator.join(number[start:end] for start, end in pairwise(ends))


@card
def test_every_network_is_recognised(number: str) -> None:
    """Else card numbers lie in the database, the log and every backup."""
    assert looks_like_a_card_number(number)
    assert looks_like_a_card_number(as_printed(number, " "))
    assert looks_like_a_card_number(as_printed(number, "-"))


@card
def test_a_card_number_inside_a_sentence_is_found(number: str) -> None:
    """Else a note of a call centre carries it in."""
    assert looks_like_a_card_number(f"card: {number}, thanks")
    assert looks_like_a_card_number(f"please charge\n{as_printed(number, ' ')}\nfor order 17")
    assert looks_like_a_card_number(f"({number})")


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242 12/27",
        "4242 4242 4242 4242 12/27",
        "4242424242424242 123",
        "4242-4242-4242-4242 123",
        "12 4242424242424242",
        "order 17 5555555555554444",
    ],
)
def test_a_card_number_beside_other_digits_is_found(text: str) -> None:
    """Else the way that people write a card down, with expiry and code, walks through."""
    assert looks_like_a_card_number(text)


@card
def test_a_wrong_check_digit_is_no_card(number: str) -> None:
    """Else one number in ten of any kind is refused."""
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)

    assert not looks_like_a_card_number(wrong)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "ORD-001",
            "INV-2026-000123",
            "PO 4500012345",
            "#1234567890123",
            "order 0000000000000000",
        ),
        *("+1 415 555 2671", "+44 20 7946 0958", "+33 1 23 45 67 89", "+81 3-1234-5678"),
        *("2026-01-31 12:00:00", "2026-01-31T12:00:00.000Z", "20260131120000", "20260131120000123"),
        *("GB82 WEST 1234 5698 7654 32", "978-3-16-148410-0", "9783161484100", "192.168.100.200"),
        *("1Z999AA10123456784", "123456789012", "12345678901234567890", "1 2 3 4 5 6 7 8 9 10 11"),
    ],
)
def test_everyday_numbers_are_no_cards(text: str) -> None:
    """Else a merchant's own order numbers are refused."""
    assert not looks_like_a_card_number(text)


@given(st.integers(1_000_000_000, 2_200_000_000), st.integers(0, 999_999))
def test_timestamps_are_no_cards(seconds: int, microsecond: int) -> None:
    """Else one request in a hundred fails, for no reason that its caller can see."""
    instant = datetime.fromtimestamp(seconds, UTC).replace(microsecond=microsecond)

    assert not looks_like_a_card_number(str(seconds))
    assert not looks_like_a_card_number(f"{seconds}{microsecond // 1000:03d}")
    assert not looks_like_a_card_number(f"{seconds}{microsecond:06d}")
    assert not looks_like_a_card_number(f"{seconds}{microsecond:06d}000")
    assert not looks_like_a_card_number(f"{instant:%Y%m%d%H%M%S}")
    assert not looks_like_a_card_number(instant.isoformat())


@given(st.uuids())
def test_ids_of_other_systems_are_no_cards(id: uuid.UUID) -> None:
    """Else one order in some thousands is refused because of its caller's own id."""
    assert not looks_like_a_card_number(str(id))


@pytest.mark.parametrize(
    "text",
    [
        "b5862b7a-4b3e-4062-8706-46322315170c",
        "e0945e55-052b-4be2-a9b4-302597704838",
        "7553cf6375ac290c8f748c1517f4a676ec4502813965077caf2df781a2e7efdd",
        "2b6cdc7d75034c57ae8e854a8695bbc65932f4263000758342bb73e3920198f2",
    ],
)
def test_digits_inside_a_hexadecimal_id_are_no_card(text: str) -> None:
    """Else one UUID or hash in some thousands is refused, whoever sends it."""
    assert not looks_like_a_card_number(text)


@pytest.mark.parametrize(
    "text",
    ["+49 151 52590852", "+49 155 84461961", "+49 151 23456787", "+4915152590852", "4915152590852"],
)
def test_a_german_mobile_number_is_no_card(text: str) -> None:
    """Else one German customer in ten cannot be stored with a telephone number."""
    assert not looks_like_a_card_number(text)


@pytest.mark.parametrize("imei", ["490154203237518", "356938035643809"])
def test_the_serial_number_of_a_telephone_is_no_card(imei: str) -> None:
    """Else who sells telephones cannot say which: an IMEI always has a card's check digit."""
    assert not looks_like_a_card_number(imei)


@pytest.mark.parametrize(
    "barcode",
    ["4006381296519", "5010019712714", "6901234296518", "5601234395952", "54006380237570"],
)
def test_a_barcode_is_no_card(barcode: str) -> None:
    """Else one article in ten from Germany, Britain, China or Portugal cannot be sold."""
    assert not looks_like_a_card_number(barcode)


@pytest.mark.parametrize(
    "text", [fields.Name, fields.Description, fields.LongText, fields.External]
)
def test_free_text_with_a_card_number_is_refused_by_its_own_code(text: object) -> None:
    """Else a caller does not learn what to leave out."""
    assert refusals(text, "card 4242 4242 4242 4242") == [("field", "card_number")]

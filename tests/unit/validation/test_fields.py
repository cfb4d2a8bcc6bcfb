"""Every field type at its limits and just over them."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farebox.validation import fields
from farebox.validation.countries import COUNTRIES
from tests.unit.validation.shapes import accepted, refusals

TEXTS = [
    (fields.Name, fields.MAXIMUM_NAME),
    (fields.Description, fields.MAXIMUM_DESCRIPTION),
    (fields.LongText, fields.MAXIMUM_LONG_TEXT),
    (fields.Id, fields.MAXIMUM_ID),
    (fields.External, fields.MAXIMUM_EXTERNAL),
]
FREE_TEXTS = [fields.Name, fields.Description, fields.LongText, fields.External]
NUMBERS = [
    (fields.Quantity, 1, 10_000_000_000),
    (fields.Amount, 0, 999_999_999_999),
    (fields.BasisPoints, 1, 10_000),
]


@pytest.mark.parametrize(("text", "longest"), TEXTS)
def test_a_text_is_as_long_as_its_limit_in_characters(text: Any, longest: int) -> None:
    """Else a name in Greek may only be half as long as one in English."""
    assert accepted(text, "Ω" * longest) == "Ω" * longest
    assert refusals(text, "Ω" * (longest + 1)) == [("field", "string_too_long")]


@pytest.mark.parametrize(("text", "longest"), TEXTS)
def test_space_around_a_text_is_not_kept_and_does_not_count(text: Any, longest: int) -> None:
    """Else a pasted name is refused for what cannot be seen."""
    assert accepted(text, f"  {'x' * longest}\n") == "x" * longest
    assert refusals(text, " \t ") == [("field", "string_too_short")]


@pytest.mark.parametrize(("text", "longest"), TEXTS)
@pytest.mark.parametrize("value", [1, 1.5, True, None, b"x", ["x"], {"x": 1}])
def test_only_text_is_text(text: Any, longest: int, value: Any) -> None:
    """Else a number is stored as text, and a later search for the number finds nothing."""
    assert refusals(text, value) == [("field", "invalid_type")]


@pytest.mark.parametrize("text", FREE_TEXTS)
@pytest.mark.parametrize("character", ["\x00", "\x07", "\x0b", "\x1b", "\x7f"])
def test_control_characters_stay_out_of_free_text(text: Any, character: str) -> None:
    """Else a name can clear the terminal of whoever reads the log."""
    assert refusals(text, f"a{character}b") == [("field", "control_character")]


@pytest.mark.parametrize("text", FREE_TEXTS)
def test_lines_and_tabs_are_free_text(text: Any) -> None:
    """Else nobody can paste an address."""
    assert accepted(text, "first\r\nsecond\tthird") == "first\r\nsecond\tthird"


@pytest.mark.parametrize(("number", "smallest", "largest"), NUMBERS)
def test_a_number_lies_within_its_limits(number: Any, smallest: int, largest: int) -> None:
    """Else a typing error sells ten billion and one seats."""
    assert accepted(number, smallest) == smallest
    assert accepted(number, largest) == largest
    assert refusals(number, smallest - 1) == [("field", "greater_than_equal")]
    assert refusals(number, largest + 1) == [("field", "less_than_equal")]
    assert refusals(number, 10**39) == [("field", "less_than_equal")]


@pytest.mark.parametrize(("number", "smallest", "largest"), NUMBERS)
@pytest.mark.parametrize("value", ["1", 1.0, Decimal("1"), Decimal("1.5"), True, None])
def test_only_an_integer_is_an_integer(
    number: Any, smallest: int, largest: int, value: Any
) -> None:
    """Else true buys one seat, and 1.5 seats are billed as one."""
    assert refusals(number, value) == [("field", "invalid_type")]


@pytest.mark.parametrize(
    "rate",
    ["0", "1", "0.05", "00.10", "9" * 15, f"{'9' * 15}.{'9' * 12}", "0.000000000001"],
)
def test_a_rate_is_kept_as_it_was_written(rate: str) -> None:
    """Else the price that comes back is not the price that was sent."""
    assert accepted(fields.Rate, rate) == rate


@pytest.mark.parametrize(
    "rate",
    [
        *("", " 1", "1 ", "-1", "+1", "1.", ".5", "1,5", "1e3", "0x10", "NaN", "Infinity"),
        *("1_000", "1/3", "9" * 16, f"0.{'1' * 13}", "1\n", "1.2.3"),
    ],
)
def test_a_rate_is_a_plain_decimal_text(rate: str) -> None:
    """Else what Python reads as a number, another system reads as rubbish."""
    assert refusals(fields.Rate, rate) == [("field", "invalid_decimal")]


@pytest.mark.parametrize("rate", ["٣", "１.５", "0.०५"])
def test_a_rate_is_written_in_the_digits_of_json(rate: str) -> None:
    """Else a price is stored whose rate no other system can read."""
    assert refusals(fields.Rate, rate) == [("field", "invalid_decimal")]


@given(st.text())
def test_every_rate_is_an_exact_number_or_refused(text: str) -> None:
    """Else a price is accepted and fails at its first quote."""
    if not refusals(fields.Rate, text):
        assert Fraction(text) >= 0


@pytest.mark.parametrize(("written", "kept"), [("usd", "usd"), ("USD", "usd"), ("Eur", "eur")])
def test_a_currency_is_known_in_either_case(written: str, kept: str) -> None:
    """Else callers of systems with upper-case codes are refused."""
    assert accepted(fields.CurrencyCode, written) == kept


@pytest.mark.parametrize("code", ["", "us", "usdd", "xau", "xxx", "us$", "dollar", "ＵＳＤ"])
def test_what_cannot_be_charged_is_no_currency(code: str) -> None:
    """Else an order is accepted that no processor can ever charge."""
    assert refusals(fields.CurrencyCode, code) == [("field", "unknown_currency")]


@pytest.mark.parametrize(("written", "kept"), [("DE", "DE"), ("us", "US"), ("gB", "GB")])
def test_a_country_is_known_in_either_case(written: str, kept: str) -> None:
    """Else an address from a form in lower case is refused."""
    assert accepted(fields.Country, written) == kept


@pytest.mark.parametrize("code", ["", "D", "DEU", "UK", "EU", "XK", "ZZ", "ß"])
def test_only_iso_codes_are_countries(code: str) -> None:
    """Else a parcel is addressed to a country that no carrier knows."""
    assert refusals(fields.Country, code) == [("field", "unknown_country")]


def test_all_of_iso_3166_is_there() -> None:
    """Else a whole country cannot order."""
    assert len(COUNTRIES) == 249
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in COUNTRIES)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31t12:00:00z", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31 12:00:00Z", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500Z"),
        ("2026-01-31T12:00:00.123456Z", "2026-01-31T12:00:00.123Z"),
        ("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00.000Z"),
        ("2026-01-01T00:00:00+14:00", "2025-12-31T10:00:00.000Z"),
        ("2024-02-29T23:59:59-00:30", "2024-03-01T00:29:59.000Z"),
    ],
)
def test_an_instant_is_kept_in_utc(written: str, kept: str) -> None:
    """Else a discount ends two hours early for half of the customers."""
    assert accepted(fields.Instant, written) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-01-31T12:00Z",
        "2026-02-30T12:00:00Z",
        "2026-01-31T25:00:00Z",
        "2026-01-31T12:00:60Z",
        "2026-01-31T12:00:00+24:00",
        "2026-W05-6T12:00:00Z",
        "20260131T120000Z",
        "1769860800",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "２０２６-01-31T12:00:00Z",
        "2026-01-31T12:00:00Z\n",
    ],
)
def test_an_instant_without_a_zone_or_a_day_is_refused(text: str) -> None:
    """Else we guess when a discount ends."""
    assert refusals(fields.Instant, text) == [("field", "invalid_time")]


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_of_any_year_is_kept_as_an_instant(instant: datetime) -> None:
    """Else a discount with a start in the year 1 is refused when it is read back, and never
    starts."""
    kept = accepted(fields.Instant, instant.isoformat())

    assert accepted(fields.Instant, kept) == kept


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/thanks?order={ORDER}&x=1#top",
        "https://例え.jp/",
        "https://[2001:db8::1]:8443/",
        "http://localhost",
        "http://localhost:3000/thanks",
        "http://127.0.0.1:8080/",
        "http://[::1]:3000/",
    ],
)
def test_an_https_address_or_this_machine_is_a_url(url: str) -> None:
    """Else a merchant cannot try a checkout on a laptop."""
    assert accepted(fields.Url, url) == url


@pytest.mark.parametrize(
    "url",
    [
        "example.com",
        "//example.com",
        "/thanks",
        "https:",
        "https://",
        "https:///thanks",
        "http://example.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "javascript://example.com/%0aalert(1)",
        "data:text/html,x",
        "https://ada:secret@example.com",
        "https://example.com@evil.example",
        "https://exa mple.com",
        "https://example.com/a\tb",
        "https://example.com/a\nb",
        "https://example.com\\@evil.example",
        "https://[::1",
        "https://example.com:99999",
        "https://example.com:port",
    ],
)
def test_what_could_lead_a_customer_astray_is_no_url(url: str) -> None:
    """Else a paying customer is sent to somebody else's page."""
    assert refusals(fields.Url, url) == [("field", "invalid_url")]


def test_a_url_has_a_length() -> None:
    """Else a record is filled by one address."""
    start = "https://example.com/"
    longest = start + "x" * (fields.MAXIMUM_URL - len(start))

    assert accepted(fields.Url, longest) == longest
    assert refusals(fields.Url, longest + "x") == [("field", "string_too_long")]


@given(st.text() | st.text().map(lambda text: f"https://{text}"))
def test_any_text_is_a_url_or_refused(text: str) -> None:
    """Else a strange address is answered with a 500."""
    assert refusals(fields.Url, text) in (
        [],
        [("field", "invalid_url")],
        [("field", "string_too_short")],
    )


@pytest.mark.parametrize(
    "email",
    [
        "ada@example.com",
        "a@b.co",
        "ada.lovelace+orders@mail.example.co.uk",
        "o'brien@example.com",
        "ada_%x@example.com",
        "jörg@müller.example",
        "Ada@Example.COM",
    ],
)
def test_an_address_that_gets_mail_is_an_email(email: str) -> None:
    """Else a customer cannot buy."""
    assert accepted(fields.Email, email) == email


@pytest.mark.parametrize(
    "email",
    [
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@@example.com",
        "a@b@c.com",
        "ada@example..com",
        "ada@.example.com",
        "ada@example.com.",
        "a da@example.com",
        "ada@exam ple.com",
        "Ada <ada@example.com>",
        "ada@example.com,bob@example.com",
        "ada@example.com\nbcc: bob@example.com",
    ],
)
def test_what_gets_no_mail_is_no_email(email: str) -> None:
    """Else a receipt is lost, or one header becomes two."""
    assert refusals(fields.Email, email) == [("field", "invalid_email")]


def test_an_email_has_a_length() -> None:
    """Else a mail server refuses what we have accepted."""
    end = "@example.com"
    longest = "a" * (fields.MAXIMUM_EMAIL - len(end)) + end

    assert accepted(fields.Email, longest) == longest
    assert refusals(fields.Email, "a" + longest) == [("field", "string_too_long")]

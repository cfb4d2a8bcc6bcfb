"""API keys: how one is made, read from a header, and recognised without being stored.

``fb_test_<organization>_<43 random><6 checksum>``, base 62. The organization stands in clear so
that its records and the key's can be read in one round trip; only the SHA-256 is stored. The
checksum lets a secret scanner tell a key from a lookalike:
``fb_(test|live)_[0-9a-hjkmnp-tv-z]{26}_[0-9A-Za-z]{49}``.
"""

import base64
import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from farebox import ids
from farebox.problems import Unauthenticated

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_BYTES = 32
_SECRET_LENGTH = 43
_CHECKSUM_LENGTH = 6
_NAME_LENGTH = 16
_FORM = re.compile(
    r"fb_(?P<mode>test|live)_(?P<organization>[0-9a-hjkmnp-tv-z]{26})_[0-9A-Za-z]{49}"
)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a well-formed key says of itself; nothing is proved until its record is read."""

    organization: str
    livemode: bool
    digest: str


def new(organization: str, *, livemode: bool) -> str:
    """A new key of an organization (``org_…``), to be shown once."""
    mode = "live" if livemode else "test"
    secret = _base62(int.from_bytes(ids.entropy(_SECRET_BYTES)), _SECRET_LENGTH)
    body = f"fb_{mode}_{organization.removeprefix('org_')}_{secret}"
    return body + checksum(body)


def checksum(body: str) -> str:
    """The six characters that end a key whose other characters are ``body``."""
    return _base62(zlib.crc32(body.encode()), _CHECKSUM_LENGTH)


def digest(key: str) -> str:
    """What is stored in place of the key."""
    return hashlib.sha256(key.encode()).hexdigest()


def name_of(digest: str) -> str:
    """What names a key where its digest is longer than need be."""
    return digest[:_NAME_LENGTH]


def read(headers: Mapping[str, str]) -> Credential:
    """The key of a request: ``Authorization: Bearer``, ``Basic`` (as user name) or ``x-api-key``.

    Raises ``Unauthenticated`` for a missing key and for one that cannot be ours.
    """
    key = _presented(headers)
    form = _FORM.fullmatch(key)
    if form is None or checksum(key[:-_CHECKSUM_LENGTH]) != key[-_CHECKSUM_LENGTH:]:
        raise Unauthenticated
    return Credential(f"org_{form['organization']}", form["mode"] == "live", digest(key))


def _presented(headers: Mapping[str, str]) -> str:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
        except ValueError:
            raise Unauthenticated from None
    return headers.get("x-api-key", "").strip()


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))

"""Card numbers where none belong: kept in no text, so that no record, log or backup holds one."""

import re

_DIGIT_GROUPS = re.compile(r"(?<![^\W_])\d+(?:[ -]\d+)*(?![^\W_])")
_GROUP = 4
_MOST_GROUPS = 5
# American Express and Diners Club print theirs so; all others in fours.
_OTHER_GROUPS = frozenset([(4, 6, 5), (4, 6, 4)])

# Each network's prefixes and lengths. Visa's of 13 digits are issued no more and look like
# telephone numbers and bar codes.
_NUMBERS = re.compile(
    r"4\d{15}(?:\d{3})?"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-59]|[689]\d)\d{11}(?:\d\d)?"  # Diners Club
    r"|(?:6011|64[4-9]\d|65\d\d|62\d\d|352[89]|35[3-8]\d)\d{12,15}"  # Discover, UnionPay, JCB
)


def looks_like_a_card_number(text: str) -> bool:
    """A number of a network's prefix and length with a right check digit (Luhn), written in one
    run of digits or in the groups that cards print."""
    for run in _DIGIT_GROUPS.findall(text):
        groups = re.split("[ -]", run)
        for start in range(len(groups)):
            for end in range(start + 1, min(start + _MOST_GROUPS, len(groups)) + 1):
                if _is_a_card_number(groups[start:end]):
                    return True
    return False


def _is_a_card_number(groups: list[str]) -> bool:
    lengths = tuple(map(len, groups))
    in_fours = set(lengths[:-1]) == {_GROUP} and lengths[-1] <= _GROUP
    if not (len(groups) == 1 or in_fours or lengths in _OTHER_GROUPS):
        return False
    digits = [int(digit) for digit in "".join(groups)]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    valid = (doubled + sum(digits[-1::-2])) % 10 == 0
    return valid and _NUMBERS.fullmatch("".join(map(str, digits))) is not None

"""Numbers that pass every check and belong to nobody: IDs, bank accounts, phones."""

from __future__ import annotations

from datetime import date

# No county, district or city was ever given 340299: the numbers cannot meet a living person's.
DEMO_REGION = "340299"

# GB 11643-1999, ISO 7064 MOD 11-2.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"

# Ranges that no operator has been assigned; they have the form of mobile numbers.
PHONE_RANGES = ("154", "163", "164")

# 62 is China UnionPay's prefix; no bank issues 629934.
ACCOUNT_PREFIX = "62993400"


def check_digit(first17: str) -> str:
    """Return the 18th character of an ID number; ``first17`` are 17 ASCII digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def id_number(birth: date, sequence: int) -> str:
    """Return an 18-character ID number; ``sequence`` 1 to 999, odd for men."""
    if not 1 <= sequence <= 999:
        raise ValueError("sequence must lie between 1 and 999")
    first17 = f"{DEMO_REGION}{birth:%Y%m%d}{sequence:03d}"
    return first17 + check_digit(first17)


def luhn_digit(digits: str) -> str:
    """Return the digit that makes ``digits`` followed by it pass the Luhn check."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def account_number(serial: int) -> str:
    """Return the 19-digit bank account of a serial number below 10**10."""
    if not 0 <= serial < 10**10:
        raise ValueError("serial must have at most ten digits")
    body = f"{ACCOUNT_PREFIX}{serial:010d}"
    return body + luhn_digit(body)


def phone_number(serial: int) -> str:
    """Return an 11-digit number in an unassigned range; serials below 3 * 10**8 never meet."""
    head, tail = divmod(serial, 10**8)
    return f"{PHONE_RANGES[head]}{tail:08d}"

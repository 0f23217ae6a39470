"""How personal values are shown: enough to tell people apart, too little to use."""

from __future__ import annotations


def mask_name(name: str) -> str:
    """Keep the first character: ``张*``, ``张**``; ``·`` in a minority name stays."""
    return name[:1] + "".join("·" if each == "·" else "*" for each in name[1:])


def mask_id_number(id_number: str) -> str:
    """Keep the first two and last three characters (DOMAIN §5): ``34*************123``."""
    if len(id_number) <= 5:
        return "*" * len(id_number)
    return id_number[:2] + "*" * (len(id_number) - 5) + id_number[-3:]


def mask_account(account: str) -> str:
    """Keep the last four digits at most."""
    return "*" * max(len(account) - 4, 0) + account[-4:] if len(account) > 4 else "*" * len(account)


def mask_phone(phone: str) -> str:
    """Keep three and four digits of a mobile number (``138****1234``), the last two of others."""
    if len(phone) == 11:
        return f"{phone[:3]}****{phone[-4:]}"
    return "*" * max(len(phone) - 2, 0) + phone[-2:]

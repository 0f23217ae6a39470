"""How money leaves the county: the paying account, the formats agreed, the names on bank lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from mingbai.rulebook.model.words import ValueIs


@dataclass(frozen=True, slots=True)
class PayingAccount:
    """The county's own account that payments leave from, and the file formats its bank takes."""

    from_date: date
    to_date: date | None
    name: str
    account: str
    bank_name: str
    bank_code: str
    formats: tuple[str, ...]
    value_is: ValueIs
    source: str

    def covers(self, day: date) -> bool:
        """Tell whether it is in use on a day."""
        return self.from_date <= day and (self.to_date is None or day <= self.to_date)


@dataclass(frozen=True, slots=True)
class BankName:
    """The unified programme name that recipients read in their passbook (统一项目名称)."""

    sub_item: str
    from_date: date
    to_date: date | None
    name: str
    value_is: ValueIs
    source: str

    def covers(self, day: date) -> bool:
        """Tell whether it is in use on a day."""
        return self.from_date <= day and (self.to_date is None or day <= self.to_date)


@dataclass(frozen=True, slots=True)
class BankRules:
    """What a county's ``bank.yaml`` says."""

    payers: tuple[PayingAccount, ...] = ()
    names: Mapping[str, tuple[BankName, ...]] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )

    def payer(self, day: date) -> PayingAccount:
        """Return the paying account in use on a day, or raise KeyError."""
        for each in self.payers:
            if each.covers(day):
                return each
        raise KeyError(f"{day} 没有登记付款账户")

    def name_of(self, sub_item: str, day: date) -> BankName | None:
        """Return the unified name of a sub-item on a day, None where none was decided."""
        found = (each for each in self.names.get(sub_item, ()) if each.covers(day))
        return next(found, None)

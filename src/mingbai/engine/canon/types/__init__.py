"""The types of cells, each in a file of its own."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from mingbai.engine.canon.shapes import CanonColumn, CanonType
from mingbai.engine.canon.types.account import AccountType
from mingbai.engine.canon.types.code import CodeType
from mingbai.engine.canon.types.credit_code import CreditCodeType
from mingbai.engine.canon.types.date import DateType
from mingbai.engine.canon.types.decimal import DecimalType
from mingbai.engine.canon.types.disability_card import DisabilityCardType
from mingbai.engine.canon.types.document import DocumentType
from mingbai.engine.canon.types.id_number import IdNumberType
from mingbai.engine.canon.types.integer import IntegerType
from mingbai.engine.canon.types.money import MoneyType
from mingbai.engine.canon.types.name import NameType
from mingbai.engine.canon.types.period import PeriodType
from mingbai.engine.canon.types.phone import PhoneType
from mingbai.engine.canon.types.text import TextType

ALL_TYPES: tuple[type[CanonType], ...] = (
    AccountType, CodeType, CreditCodeType, DateType, DecimalType, DisabilityCardType, DocumentType,
    IdNumberType, IntegerType, MoneyType, NameType, PeriodType, PhoneType, TextType,
)  # fmt: skip


@lru_cache(maxsize=256)
def _code_type(codes: tuple[tuple[str, str], ...]) -> CodeType:
    """A county's villages make thousands of spellings, and hundreds of sheets share them."""
    return CodeType(codes=codes)


def type_of(column: CanonColumn, *, as_of: dt.date) -> CanonType:
    """The type that reads a column; raises ValueError for an unknown one."""
    match column.type:
        case "text":
            return TextType()
        case "name":
            return NameType()
        case "id_number":
            return IdNumberType(as_of=as_of)
        case "document":
            return DocumentType(as_of=as_of)
        case "disability_card":
            return DisabilityCardType(as_of=as_of)
        case "credit_code":
            return CreditCodeType()
        case "date":
            return DateType()
        case "period":
            return PeriodType()
        case "money":
            return MoneyType(unit=column.unit)
        case "account":
            return AccountType()
        case "phone":
            return PhoneType()
        case "integer":
            return IntegerType()
        case "decimal":
            return DecimalType()
        case "code" | "town" | "village" | "sub_item":
            return _code_type(tuple(column.codes.items()))
    raise ValueError(f"column {column.name}: no type {column.type!r}")

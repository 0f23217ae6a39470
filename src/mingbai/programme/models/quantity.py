"""Exact decimal quantities in an integer column: targets, progress, ratios.

A decimal column is a floating number on SQLite, so sums and comparisons made there would be off.
Here the database holds a whole number of the smallest step and Python sees a ``Decimal``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

_ST = TypeVar("_ST", contravariant=True)
_GT = TypeVar("_GT", covariant=True)

if TYPE_CHECKING:
    from django.db.models import Field as _Field
else:

    class _Field(models.Field):
        """Django's field, which takes type parameters only in its stubs."""

        def __class_getitem__(cls, _key: Any) -> Any:
            return cls


#: Four decimals: one 亩 in 万亩, a tenth of a metre in 公里.
PLACES = 4


class QuantityField(_Field[_ST, _GT]):
    """A decimal of at most ``places`` decimals, kept as an integer; more decimals are refused."""

    _pyi_private_set_type: Decimal | int
    _pyi_private_get_type: Decimal
    _pyi_lookup_exact_type: Decimal | int

    def __init__(self, *args: Any, places: int = PLACES, **kwargs: Any) -> None:
        self.places = places
        super().__init__(*args, **kwargs)

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.places != PLACES:
            kwargs["places"] = self.places
        return name, path, args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.places)

    def to_python(self, value: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        scaled = Decimal(value).scaleb(self.places)
        whole = int(scaled)
        if whole != scaled:
            raise ValueError(f"数量最多保留 {self.places} 位小数：{value}")
        return whole

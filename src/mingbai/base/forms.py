"""Choosing the year and month a page looks at: one form for every room with such a page."""

from __future__ import annotations

from typing import Any

from django import forms


class ChooseMonth(forms.Form):
    """Year, and month up to whose end records count; both optional.

    ``newest`` is the word for "no month chosen".
    """

    def __init__(
        self, *args: Any, years: tuple[int, ...], newest: str = "全年", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        months = [("", newest), *((month, f"{month}月底") for month in range(1, 13))]
        self.fields["year"] = _optional("年度", [(year, f"{year}年") for year in years])
        self.fields["month"] = _optional("截至", months)

    def show(self, year: int, month: int) -> None:
        """Show what the page looks at, also where nothing was chosen."""
        self.data = {"year": str(year), "month": str(month)}
        self.is_bound = True


def _optional(label: str, choices: list[tuple[Any, str]]) -> forms.TypedChoiceField:
    field = forms.TypedChoiceField(
        label=label, coerce=int, empty_value=None, required=False, choices=choices
    )
    field.widget.attrs["data-autosubmit"] = ""
    return field

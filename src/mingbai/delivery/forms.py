"""Choosing the year and the month a page looks at."""

from __future__ import annotations

from typing import Any

from django import forms


class ChooseMonth(forms.Form):
    """Year of the list and month of the reports; both optional."""

    year = forms.TypedChoiceField(label="年度", coerce=int, empty_value=None, required=False)
    month = forms.TypedChoiceField(
        label="截至",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "最新一期"), *((month, f"{month}月底") for month in range(1, 13))],
    )

    def __init__(self, *args: Any, years: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = forms.TypedChoiceField(
            label="年度",
            coerce=int,
            empty_value=None,
            required=False,
            choices=[(year, f"{year}年") for year in years],
        )
        self.fields["year"] = chosen
        for each in self.fields.values():
            each.widget.attrs["data-autosubmit"] = ""

    def show(self, year: int, month: int) -> None:
        """Show what the page looks at, also where nothing was chosen."""
        self.data = {"year": str(year), "month": str(month)}
        self.is_bound = True

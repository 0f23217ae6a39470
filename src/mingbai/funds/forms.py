"""Choosing the year and month of the fund pages."""

from __future__ import annotations

from typing import Any

from django import forms


class ChooseMonth(forms.Form):
    """Year, and month up to whose end entries count; both optional."""

    year = forms.TypedChoiceField(label="年度", coerce=int, empty_value=None, required=False)
    month = forms.TypedChoiceField(
        label="截至",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "全年"), *((month, f"{month}月底") for month in range(1, 13))],
    )

    def __init__(self, *args: Any, years: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"] = forms.TypedChoiceField(
            label="年度",
            coerce=int,
            empty_value=None,
            required=False,
            choices=[(year, f"{year}年") for year in years],
        )
        for each in self.fields.values():
            each.widget.attrs["data-autosubmit"] = ""

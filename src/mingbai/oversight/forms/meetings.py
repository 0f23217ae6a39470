"""Forms of meetings: filters."""

from __future__ import annotations

from typing import Any

from django import forms

from mingbai.oversight.models import Meeting


class FilterMeetings(forms.Form):
    """Narrow the meetings by year and kind."""

    year = forms.TypedChoiceField(label="年度", coerce=int, empty_value=None, required=False)
    kind = forms.ChoiceField(
        label="类别", choices=[("", "全部类别"), *Meeting.Kind.choices], required=False
    )

    def __init__(self, *args: Any, years: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", "全部年度"), *((y, f"{y}年") for y in years)]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["data-autosubmit"] = ""

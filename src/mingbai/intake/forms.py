"""Filters of the inbox and the upload form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from mingbai.base.models import Office
from mingbai.base.scope import Asker
from mingbai.intake.models import Receipt
from mingbai.intake.queries import handed_months, handing_offices


class InboxFilter(forms.Form):
    """Which receipts to list; unknown values are refused, empty ones mean all."""

    office = forms.TypedChoiceField(label="报送单位", required=False, coerce=int, empty_value=None)
    month = forms.TypedChoiceField(label="所属月份", required=False, coerce=int, empty_value=None)
    outcome = forms.ChoiceField(
        label="结果", required=False, choices=[("", "全部"), *Receipt.Outcome.choices]
    )

    def __init__(self, *args: Any, to: Asker, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices, months = self.fields["office"], self.fields["month"]
        offices.choices = [("", "全部"), *handing_offices(to=to)]  # type: ignore[attr-defined]
        months.choices = [  # type: ignore[attr-defined]
            ("", "全部"),
            *((month, f"{month // 100}年{month % 100}月") for month in handed_months(to=to)),
        ]


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes many files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Many uploaded files as a list; an empty file is let through: its receipt will say so."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ManyFilesInput, allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        given = (data if isinstance(data, list | tuple) else [data]) or [None]
        return [super(ManyFilesField, self).clean(one, initial) for one in given]


class UploadForm(forms.Form):
    """Files to hand in; the county office may hand in for another office."""

    workbooks = ManyFilesField(
        label="选择表格文件", error_messages={"required": "请先选择或拖入至少一个表格文件。"}
    )
    office = forms.ModelChoiceField(
        label="代哪个单位报送",
        queryset=Office.objects.none(),
        required=False,
        empty_label="本单位",
    )

    def __init__(self, *args: Any, to: Asker, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if to.sees_all:
            offices = Office.objects.seen_by(to).order_by("name")
            self.fields["office"].queryset = offices  # type: ignore[attr-defined]
        else:
            del self.fields["office"]

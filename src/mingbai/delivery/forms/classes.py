"""Forms of the training pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from django import forms

_DAY = {"type": "date"}
_TIME = {"type": "time"}


class PlanClassForm(forms.Form):
    """What a class is to be."""

    sub_item = forms.ChoiceField(label="培训子项")
    course = forms.CharField(label="培训内容", max_length=80)
    place = forms.CharField(label="地点", max_length=120, required=False)
    start_date = forms.DateField(
        label="开班日期", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    end_date = forms.DateField(
        label="结业日期", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    seats = forms.IntegerField(label="名额", min_value=1, max_value=10_000)

    def __init__(self, *args: object, items: Iterable[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["sub_item"].choices = list(items)  # type: ignore[attr-defined]


class SessionForm(forms.Form):
    """When a class met."""

    held_date = forms.DateField(
        label="上课日期", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    first_time = forms.TimeField(label="上课", widget=forms.TimeInput(attrs=_TIME, format="%H:%M"))
    last_time = forms.TimeField(label="下课", widget=forms.TimeInput(attrs=_TIME, format="%H:%M"))
    topic = forms.CharField(label="内容", max_length=80, required=False)


class DoubtForm(forms.Form):
    """What was found out about a doubt."""

    decision = forms.ChoiceField(
        label="结论", choices=(("cleared", "核清无误"), ("confirmed", "情况属实"))
    )
    words = forms.CharField(label="核实情况", max_length=300)


def minutes(moment: time) -> int:
    """Minutes after midnight."""
    return moment.hour * 60 + moment.minute

"""Forms about postings and objections."""

from __future__ import annotations

from typing import Any

from django import forms

from mingbai.registry.models import Objection, ObjectionStep
from mingbai.registry.queries import POSTING_STATES


class FilterPostings(forms.Form):
    """Which rolls of the register to list."""

    period = forms.ChoiceField(label="月份", required=False)
    town = forms.ChoiceField(label="镇", required=False)
    sub_item = forms.ChoiceField(label="子项", required=False)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "全部"),
            ("late", "已逾期"),
            ("missing", "未公示"),
            *((code, name) for code, (name, _) in POSTING_STATES.items() if code != "dropped"),
        ],
    )

    def __init__(self, *args: object, months: list[int], words: Any, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        named = [(str(month), f"{month // 100}年{month % 100}月") for month in months]
        self.fields["period"].choices = named  # type: ignore[attr-defined]
        self.fields["town"].choices = [("", "全部"), *words.towns.items()]  # type: ignore[attr-defined]
        items = [("", "全部"), *words.sub_items.items()]
        self.fields["sub_item"].choices = items  # type: ignore[attr-defined]


class DraftPosting(forms.Form):
    """Which roll, on which channel, from which day on."""

    sub_item = forms.ChoiceField(label="子项")
    period = forms.IntegerField(label="月份", min_value=200001, max_value=299912)
    town = forms.ChoiceField(label="镇")
    stage = forms.ChoiceField(
        label="环节",
        choices=[
            ("payment", "发放公示"),
            ("first_review", "初审公示（申请人）"),
            ("approval", "审批公示（申请人）"),
        ],
    )
    channel = forms.ChoiceField(label="渠道")
    start_date = forms.DateField(
        label="公示起始日",
        help_text="公示上会印这一天；张贴不能晚于它。",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self, *args: object, words: Any, towns: dict[str, str], book: Any, **more: object
    ) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        channels = book.channels if book is not None else ()
        self.fields["sub_item"].choices = list(words.sub_items.items())  # type: ignore[attr-defined]
        self.fields["town"].choices = list(towns.items())  # type: ignore[attr-defined]
        named = [(each.code, each.name) for each in channels]
        self.fields["channel"].choices = named  # type: ignore[attr-defined]


class PutUpForm(forms.Form):
    """On which day, and why where it needs a reason."""

    posted_date = forms.DateField(
        label="日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label="理由", max_length=200, required=False)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="理由", max_length=200)


class PhotoForm(forms.Form):
    """A photo of a board, and which village's."""

    village = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)
    photo = forms.FileField(
        label="公开栏照片",
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png"}),
    )


class RecordObjection(forms.Form):
    """What somebody said, about which row, how and when; without a name it is anonymous."""

    row = forms.IntegerField(label="公示序号", min_value=1, required=False)
    matter = forms.ChoiceField(label="反映什么", choices=Objection.Matter.choices)
    way = forms.ChoiceField(label="方式", choices=Objection.Way.choices)
    received_date = forms.DateField(
        label="收到日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    objector = forms.CharField(
        label="反映人及联系方式",
        max_length=100,
        required=False,
        help_text="匿名的不填；填写的加密保存。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    said = forms.CharField(
        label="反映的情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerObjection(forms.Form):
    """What was found, and whether the objection holds."""

    verdict = forms.ChoiceField(label="结论", choices=ObjectionStep.Verdict.choices)
    answer = forms.CharField(
        label="调查情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )

"""Forms of the registry's pages."""

from __future__ import annotations

from typing import Any

from django import forms

from mingbai.registry.actions import FIELDS, reasons_of
from mingbai.registry.models import Objection, ObjectionStep, Settlement, Visit
from mingbai.registry.queries import DESKS, POSTING_STATES


class FindPeople(forms.Form):
    """One box: whole ID number, phone number or name; sent by POST, never in the address."""

    text = forms.CharField(
        label="证件号、电话或姓名",
        max_length=60,
        help_text="请输入完整的证件号、电话号码或姓名。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class RevealValue(forms.Form):
    """Which value to see in clear, and what for."""

    field = forms.ChoiceField(label="内容", choices=list(FIELDS.items()))
    enrolment = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="用途",
        max_length=100,
        help_text="会记入台账，请勿填写号码。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class FilterFindings(forms.Form):
    """What to list of the findings."""

    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("open", "待处理"), *Settlement.Decision.choices],
    )
    who = forms.ChoiceField(
        label="由谁核实", required=False, choices=[("", "全部"), ("mine", "只看本单位")]
    )
    code = forms.ChoiceField(label="疑点", required=False)
    sub_item = forms.ChoiceField(label="子项", required=False)
    town = forms.ChoiceField(label="镇", required=False)
    desk = forms.ChoiceField(
        label="应核单位", required=False, choices=[("", "全部"), *DESKS.items()]
    )

    def __init__(
        self,
        *args: object,
        codes: list[tuple[str, str]],
        names: dict[str, str],
        towns: dict[str, str],
        **more: object,
    ) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["town"].choices = [("", "全部"), *towns.items()]  # type: ignore[attr-defined]
        self.fields["code"].choices = [("", "全部"), *codes]  # type: ignore[attr-defined]
        self.fields["sub_item"].choices = [("", "全部"), *names.items()]  # type: ignore[attr-defined]


class PickFindings(forms.Form):
    """Findings ticked on the list as ``number:decision seen``, and one reason for all of them."""

    reason = forms.ChoiceField(choices=Settlement.Reason.choices, required=False)

    def clean(self) -> dict[str, object]:
        """``pick`` maps each finding's number to the number of the last decision seen."""
        picked = {}
        for text in self.data.getlist("pick"):  # type: ignore[attr-defined]
            number, _, seen = text.partition(":")
            if number.isdecimal() and seen.isdecimal():
                picked[int(number)] = int(seen)
        return {**self.cleaned_data, "pick": picked}

    @staticmethod
    def choices_for(code: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """Decision -> its reasons in words, for a kind of finding."""
        decisions, reasons = dict(Settlement.Decision.choices), dict(Settlement.Reason.choices)
        return [
            (str(decisions[decision]), [(each, str(reasons[each])) for each in codes])
            for decision, codes in reasons_of(code).items()
        ]


class AnswerItem(forms.Form):
    """An office's answer: the correcting sheet and line, or an explanation with evidence."""

    sheet = forms.ChoiceField(label="在哪张更正表中改的", required=False)
    line = forms.IntegerField(label="第几行", required=False, min_value=1)
    text = forms.CharField(
        label="说明",
        required=False,
        max_length=200,
        help_text="不改的写明理由；不要写号码。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    evidence = forms.FileField(label="证据", required=False)
    seen_number = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: object, sheets: list[tuple[str, str]], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["sheet"].choices = [("", "没有更正表，说明理由"), *sheets]  # type: ignore[attr-defined]


class CheckItem(forms.Form):
    """The county's re-check: a reason to accept, or a text to send it back with."""

    reason = forms.ChoiceField(choices=Settlement.Reason.choices, required=False)
    text = forms.CharField(required=False, max_length=200)
    seen_number = forms.IntegerField(min_value=0)


class RecordVisit(forms.Form):
    """What a visit found."""

    outcome = forms.ChoiceField(label="结果", choices=Visit.Outcome.choices)
    visited_date = forms.DateField(label="入户日期", widget=forms.DateInput(attrs={"type": "date"}))
    visitors = forms.CharField(label="入户人员", max_length=60)
    note = forms.CharField(label="情况", max_length=200, required=False)
    seen_number = forms.IntegerField(min_value=0)


class TypedRow(forms.Form):
    """A row being typed; sent by POST only."""

    id_number = forms.CharField(required=False, max_length=40)
    name = forms.CharField(required=False, max_length=60)
    account = forms.CharField(required=False, max_length=40)
    phone = forms.CharField(required=False, max_length=40)
    sub_item = forms.CharField(max_length=80)
    period = forms.IntegerField(min_value=200001, max_value=299912)


class SettleFinding(forms.Form):
    """One click: the reason says the decision."""

    reason = forms.ChoiceField(choices=Settlement.Reason.choices)
    seen_number = forms.IntegerField(min_value=0)


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

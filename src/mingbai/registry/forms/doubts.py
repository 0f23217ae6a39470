"""Forms about findings: filter, pick, settle, answer, visit, type."""

from __future__ import annotations

from django import forms

from mingbai.registry.actions import reasons_of
from mingbai.registry.models import Settlement, Visit
from mingbai.registry.queries import DESKS


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

"""Forms of the registry's pages."""

from __future__ import annotations

from django import forms

from mingbai.registry.actions import FIELDS
from mingbai.registry.models import Settlement


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
    code = forms.ChoiceField(label="疑点", required=False)
    sub_item = forms.ChoiceField(label="子项", required=False)

    def __init__(
        self, *args: object, codes: list[tuple[str, str]], names: dict[str, str], **more: object
    ) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["code"].choices = [("", "全部"), *codes]  # type: ignore[attr-defined]
        self.fields["sub_item"].choices = [("", "全部"), *names.items()]  # type: ignore[attr-defined]


class SettleFinding(forms.Form):
    """One click: the reason says the decision."""

    reason = forms.ChoiceField(choices=Settlement.Reason.choices)
    seen_number = forms.IntegerField(min_value=0)

"""Forms about people: find them, see one value in clear."""

from __future__ import annotations

from django import forms

from mingbai.registry.actions import FIELDS


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

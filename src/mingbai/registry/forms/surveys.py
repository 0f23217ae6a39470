"""Form of the survey: one person who may qualify, typed in at the door."""

from __future__ import annotations

from typing import Any

from django import forms

from mingbai.base.scope import Asker
from mingbai.registry.actions import Surveyed
from mingbai.registry.forms.applying import PLAIN, choose, villages
from mingbai.rulebook import Book


class TakeOverForm(forms.Form):
    """Who visits the people left out that are taken over, and by when."""

    town = forms.CharField(required=False, max_length=9)
    assignee = forms.CharField(label="由谁入户", max_length=30)
    due_date = forms.DateField(label="入户期限", required=False)


class SurveyForm(forms.Form):
    """Short enough for a phone; an ID number may follow with the visit."""

    sub_item = forms.ChoiceField(label="可能符合哪一项")
    village = forms.ChoiceField(label="村（居）")
    name = forms.CharField(label="姓名", max_length=40, widget=forms.TextInput(attrs=PLAIN))
    id_number = forms.CharField(
        label="证件号", max_length=30, required=False, help_text="还不知道的可以不填，申请时再补。",
        widget=forms.TextInput(attrs=PLAIN),
    )  # fmt: skip
    phone = forms.CharField(
        label="联系电话", max_length=20, required=False,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "tel"}),
    )  # fmt: skip
    reason = forms.CharField(
        label="为什么可能符合", max_length=200, help_text="例如“因病致贫，独居”。不写证件号和电话。"
    )
    assignee = forms.CharField(label="由谁入户", max_length=30, help_text="例如“村干部王某”。")
    due_date = forms.DateField(
        label="入户期限", required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip

    def __init__(self, *args: Any, book: Book, to: Asker, **more: Any) -> None:
        super().__init__(*args, **more)
        names = {item.code: item.name for item in book.sub_items}
        codes = dict.fromkeys(rule.sub_item for rule in book.procedures)
        choose(self, "sub_item", [(code, names[code]) for code in codes if code in names])
        choose(self, "village", villages(to))

    def surveyed(self) -> Surveyed:
        """What the form says."""
        return Surveyed(**self.cleaned_data)

"""Forms to open a site by hand, to ask that one be given up, and to decide on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from mingbai.engine.money import parse_money


def _day(label: str, *, required: bool = False) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, required=required)


class OpenSiteForm(forms.Form):
    """A site as it is known when no ledger lists it yet; money is written in 万元."""

    sub_item = forms.ChoiceField(label="子项")
    town = forms.ChoiceField(label="所在镇")
    name = forms.CharField(label="工程名称", max_length=120)
    number = forms.CharField(
        label="编号", max_length=40, required=False, help_text="与台账的编号一致，改名也认得。"
    )
    place = forms.CharField(label="建设地点", max_length=120, required=False)
    planned_amount = forms.DecimalField(
        label="计划投资（万元）", min_value=0, max_digits=12, decimal_places=6, required=False
    )
    planned_start_date = _day("计划开工日期")
    planned_finish_date = _day("计划竣工日期")
    reason = forms.CharField(
        label="为什么不随台账登记", max_length=200, help_text="如“计划下达，台账下月才报”。"
    )

    def __init__(
        self,
        *args: Any,
        items: Iterable[tuple[str, str]],
        towns: Iterable[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sub_item"] = forms.ChoiceField(label="子项", choices=list(items))
        self.fields["town"] = forms.ChoiceField(label="所在镇", choices=list(towns))

    def clean_planned_amount(self) -> int | None:
        """万元 as 分."""
        said = self.cleaned_data["planned_amount"]
        return None if said is None else parse_money(str(said), "万元")


class WithdrawForm(forms.Form):
    """Why a site is no longer to be built."""

    from_date = _day("从哪天起", required=True)
    document = forms.CharField(label="依据文号", max_length=80)
    reason = forms.CharField(label="理由", max_length=200)


class DecideForm(forms.Form):
    """What a second hand says of it."""

    decision = forms.ChoiceField(
        label="审定", choices=(("agreed", "同意撤销"), ("refused", "不同意"))
    )
    reason = forms.CharField(label="理由", max_length=200, required=False)

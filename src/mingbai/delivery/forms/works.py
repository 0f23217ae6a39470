"""Forms of the works pages: choosing sites, reporting a milestone, a reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from mingbai.delivery.models import MilestoneReport, SiteNote, UpkeepVisit


def _day(label: str, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)


class ChooseSites(forms.Form):
    """Which sites a page looks at; all of it optional."""

    def __init__(
        self,
        *args: Any,
        years: Iterable[int],
        sub_items: Iterable[tuple[str, str]],
        towns: Iterable[tuple[str, str]],
        lights: Iterable[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        given = (
            ("year", "年度", [(str(year), f"{year}年") for year in years]),
            ("sub_item", "子项", [("", "全部子项"), *sub_items]),
            ("town", "镇", [("", "全县"), *towns]),
            ("light", "亮灯", [("", "全部"), *lights]),
        )
        for name, label, choices in given:
            if name != "light" or lights:
                field = forms.ChoiceField(label=label, choices=choices, required=False)
                field.widget.attrs["data-autosubmit"] = ""
                self.fields[name] = field

    def chosen(self, name: str) -> str:
        """What was chosen, empty for nothing or for what is not on the list."""
        self.is_valid()
        return str(self.cleaned_data.get(name, "")) if self.is_bound else ""


class ReportMilestone(forms.Form):
    """One milestone as somebody on the site reports it; photos are read from the request."""

    step = forms.ChoiceField(label="节点")
    what = forms.ChoiceField(
        label="事项", choices=MilestoneReport.What.choices, initial="done", widget=forms.RadioSelect
    )
    actual_date = _day("实际日期", required=False)
    document = forms.CharField(
        label="文号、编号",
        max_length=80,
        required=False,
        help_text="批文、合同、验收书的编号；要不要填，见上面的说明。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(
        label="说明", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, steps: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"] = forms.ChoiceField(label="节点", choices=list(steps))


class ReturnReason(forms.Form):
    """Why a report goes back."""

    reason = forms.CharField(label="退回理由", max_length=200)


class NoteForm(forms.Form):
    """Something wrong on a site."""

    kind = forms.ChoiceField(label="类别", choices=SiteNote.Kind.choices)
    text = forms.CharField(
        label="问题", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="写明部位和现象，不写个人姓名、电话。",
    )  # fmt: skip
    found_date = _day("发现日期")
    due_date = _day("整改期限", required=False, help_text="不填按规定：质量、安全、管护各有天数。")


class ClosingForm(forms.Form):
    """How a note was put right."""

    measures = forms.CharField(label="整改情况", max_length=300)
    closed_date = _day("销号日期")


class UpkeepForm(forms.Form):
    """Who keeps a site up."""

    keeper = forms.CharField(label="管护单位", max_length=80)
    document = forms.CharField(label="管护协议编号", max_length=80, required=False)
    from_date = _day("从哪天起")
    every_months = forms.IntegerField(
        label="几个月巡查一次", min_value=1, max_value=24, required=False,
        help_text="不填按规定的间隔。",
    )  # fmt: skip


class UpkeepVisitForm(forms.Form):
    """A look at a finished site."""

    visited_date = _day("巡查日期")
    condition = forms.ChoiceField(label="状况", choices=UpkeepVisit.Condition.choices)
    text = forms.CharField(label="说明", max_length=200, required=False)

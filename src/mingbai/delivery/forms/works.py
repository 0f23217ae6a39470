"""Forms of the works pages: choosing sites, reporting a milestone, a reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from mingbai.delivery.models import MilestoneReport


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

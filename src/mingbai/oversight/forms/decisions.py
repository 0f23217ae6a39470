"""Forms of decisions: filters, the owner's report, the county's word, more time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from mingbai.base.models import Office
from mingbai.oversight.forms.meetings import day_field
from mingbai.oversight.models import Meeting
from mingbai.oversight.queries.decisions import STATE_WORDS


class FilterDecisions(forms.Form):
    """Narrow the decisions by state, office, meeting, or to one's own."""

    state = forms.ChoiceField(
        label="状态", choices=[("", "全部状态"), *STATE_WORDS.items()], required=False
    )
    office = forms.TypedChoiceField(label="单位", coerce=int, empty_value=None, required=False)
    meeting = forms.TypedChoiceField(label="会议", coerce=int, empty_value=None, required=False)

    def __init__(
        self,
        *args: Any,
        offices: Sequence[Office],
        own: frozenset[int],
        meetings: Sequence[Meeting],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        mine = [(pk, "本单位的") for pk in own]
        others = [(each.pk, each.short_name) for each in offices if each.pk not in own]
        self.fields["office"].choices = [("", "全部单位"), *mine, *others]  # type: ignore[attr-defined]
        held = [(each.pk, str(each)) for each in meetings]
        self.fields["meeting"].choices = [("", "全部会议"), *held]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["data-autosubmit"] = ""


class ReportForm(forms.Form):
    """What was done, and a paper or photo that shows it."""

    text = forms.CharField(
        label="办理情况",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="做了什么、结果怎样；不写个人姓名和证件号。",
    )
    file = forms.FileField(
        label="证明材料", required=False, help_text="PDF 或照片，可以不传。照片只留画面。"
    )


class ConfirmForm(forms.Form):
    """How it was checked."""

    text = forms.CharField(label="核实情况", max_length=1000, required=False)


class ReturnForm(forms.Form):
    """Why a report is sent back."""

    reason = forms.CharField(label="退回理由", max_length=300)


class ExtendForm(forms.Form):
    """A later day, and why."""

    due_date = day_field("延到哪天")
    reason = forms.CharField(label="延期理由", max_length=300)

"""Forms of the pages about lags: filters, the office's answer, the mean of the level above."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from mingbai.rulebook.model import LagCause

STATES = (
    ("", "滞后和未报"),
    ("lagging", "滞后"),
    ("silent", "本月未报"),
    ("unchecked", "待确认"),
    ("on_time", "按序时"),
    ("done", "已完成"),
    ("waiting", "不判断"),
    ("all", "全部"),
)


class FilterLags(forms.Form):
    """Narrow a month's rows by state, office and town."""

    state = forms.ChoiceField(label="状态", choices=STATES, required=False)
    office = forms.ChoiceField(label="责任单位", required=False)
    town = forms.ChoiceField(label="范围", required=False)

    def __init__(
        self,
        *args: Any,
        offices: Sequence[tuple[str, str]],
        towns: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [("", "全部单位"), *offices]  # type: ignore[attr-defined]
        self.fields["town"].choices = [  # type: ignore[attr-defined]
            ("", "只看全县"), ("all", "全县和各镇"), *towns,
        ]  # fmt: skip
        for field in self.fields.values():
            field.widget.attrs["data-autosubmit"] = ""


class PlanForm(forms.Form):
    """The office's answer; one field a month that is left of the year."""

    cause = forms.ChoiceField(label="原因类别")
    cause_words = forms.CharField(
        label="原因说明",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="具体到哪个点、卡在哪一步；不写个人姓名和证件号。",
    )
    steps_planned = forms.CharField(
        label="赶超措施",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="做什么、什么时候做完。",
    )
    responsible = forms.CharField(
        label="责任岗位", max_length=60, help_text="写科室和岗位，如“基建股股长”。"
    )

    def __init__(
        self,
        *args: Any,
        causes: Sequence[LagCause],
        months: Sequence[int],
        unit: str,
        due: dict[int, Decimal],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._months = tuple(months)
        self.fields["cause"].choices = [("", "请选择"), *((c.code, c.name) for c in causes)]  # type: ignore[attr-defined]
        for month in months:
            self.fields[f"total_{month}"] = forms.DecimalField(
                label=f"到{month % 100}月底累计（{unit}）",
                required=False,
                min_value=Decimal(0),
                max_digits=14,
                decimal_places=4,
                help_text=f"序时 {due[month].normalize():f}" if month in due else "",
            )

    @property
    def words_fields(self) -> list[forms.BoundField]:
        """The fields of words."""
        return [self[name] for name in ("cause", "cause_words", "steps_planned", "responsible")]

    @property
    def month_fields(self) -> list[forms.BoundField]:
        """The fields of totals."""
        return [self[f"total_{month}"] for month in self._months]

    def points(self) -> tuple[tuple[int, Decimal], ...]:
        """The months that were filled in."""
        given = ((month, self.cleaned_data[f"total_{month}"]) for month in self._months)
        return tuple((month, total) for month, total in given if total is not None)


class ReturnForm(forms.Form):
    """Why a plan is sent back."""

    reason = forms.CharField(label="退回理由", max_length=300)


class MeanForm(forms.Form):
    """A mean as the level above printed it, in per cent."""

    sub_item = forms.ChoiceField(label="子项")
    percent = forms.DecimalField(
        label="平均进度（%）",
        min_value=Decimal(0),
        max_value=Decimal(1000),
        max_digits=8,
        decimal_places=4,
    )
    issuer = forms.CharField(label="公布单位", max_length=60)
    document_number = forms.CharField(label="文号或通报期号", max_length=80)

    def __init__(self, *args: Any, sub_items: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sub_item"].choices = list(sub_items)  # type: ignore[attr-defined]

"""Forms of the payment pages."""

from __future__ import annotations

from django import forms

from mingbai.payment.models import BatchStep


class FilterBatches(forms.Form):
    """What to list of the batches."""

    period = forms.TypedChoiceField(label="月份", required=False, coerce=int, empty_value=None)
    sub_item = forms.ChoiceField(label="子项", required=False)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *BatchStep.Step.choices]
    )

    def __init__(
        self, *args: object, months: list[int], names: dict[str, str], **more: object
    ) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        shown = [(month, f"{month // 100}年{month % 100}月") for month in months]
        self.fields["period"].choices = [("", "全部"), *shown]  # type: ignore[attr-defined]
        self.fields["sub_item"].choices = [("", "全部"), *names.items()]  # type: ignore[attr-defined]


class DrawBatch(forms.Form):
    """What the maker declares before the lines exist."""

    sub_item = forms.ChoiceField(label="子项")
    month = forms.IntegerField(label="月份", min_value=1, max_value=12)
    count = forms.IntegerField(label="申报笔数", min_value=1, required=False)
    amount = forms.DecimalField(
        label="申报金额（元）", min_value=0, decimal_places=2, max_digits=15, required=False
    )

    def __init__(self, *args: object, names: dict[str, str], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["sub_item"].choices = list(names.items())  # type: ignore[attr-defined]


class ConfirmBatch(forms.Form):
    """The day on which the bank paid."""

    paid_date = forms.DateField(
        label="发放日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class VoidBatch(forms.Form):
    """Why a batch is voided."""

    reason = forms.CharField(label="理由", max_length=200)

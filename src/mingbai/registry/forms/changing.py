"""Forms of rights in force: proposing a change, writing down a review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone

from mingbai.registry.actions import CHANGE_REASONS, Wanted
from mingbai.registry.models import EnrolmentChange, EnrolmentStep, LifeReason

_LABELS = dict(LifeReason.choices)


def _grouped(steps: tuple[str, ...]) -> list[tuple[str, list[tuple[str, str]]]]:
    names = dict(EnrolmentChange.Step.choices)
    return [
        (
            str(names[step]),
            [(f"{step}/{code}", str(_LABELS[code])) for code in CHANGE_REASONS[step]],
        )
        for step in steps
    ]


class Month(forms.CharField):
    """A month typed by the browser's own control (2021-07) or as 202107."""

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value) or "").replace("-", "")
        if not text:
            return None
        if len(text) != 6 or not text.isdigit() or not 1 <= int(text[4:]) <= 12:
            raise forms.ValidationError("月份写成 2021-07。")
        return int(text)


_MONTH = {"type": "month", "placeholder": "2021-07"}


class ProposeChange(forms.Form):
    """What to change and why; the reason says which change it is."""

    reason = forms.ChoiceField(label="变动和原因", choices=_grouped(tuple(CHANGE_REASONS)))
    from_period = Month(
        label="从哪个月起",
        help_text="终止、暂停：不再发放的第一个月；恢复：重新发放的第一个月。",
        widget=forms.TextInput(attrs=_MONTH),
    )
    last_period = Month(
        label="到哪个月止", required=False,
        help_text="暂停到期自动恢复的、追回的写；其他不写。",
        widget=forms.TextInput(attrs=_MONTH),
    )  # fmt: skip
    grade = forms.ChoiceField(label="调整后的类别", required=False)
    back_pay = forms.BooleanField(label="恢复时补发停发的月份", required=False)
    basis = forms.CharField(
        label="依据", max_length=200, help_text="例如“死亡证明”“入户核查表第3号”，请勿填写号码。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, grades: Mapping[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [("", "不调整类别"), *grades.items()]
        self.fields["grade"].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What the form says."""
        data = self.cleaned_data
        step, _, reason = data["reason"].partition("/")
        return Wanted(
            step,
            data["from_period"],
            reason,
            data["basis"],
            last_period=data["last_period"],
            grade=data["grade"] if step == "changed" else "",
            back_pay=data["back_pay"] and step == "restored",
        )


class ReviewForm(forms.Form):
    """How a review ended; continuing needs no reason of its own."""

    occasion = forms.ChoiceField(
        label="因何复核", choices=[("periodic", "定期复核"), ("on_event", "情况有变")]
    )
    outcome = forms.ChoiceField(
        label="结果",
        choices=[("continue", str(EnrolmentStep.Result.CONTINUE.label)),
                 *_grouped(("suspended", "ended"))],
    )  # fmt: skip
    from_period = Month(
        label="停发从哪个月起", required=False, help_text="继续享受的不写。",
        widget=forms.TextInput(attrs=_MONTH),
    )  # fmt: skip
    basis = forms.CharField(
        label="依据", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        if cleaned.get("outcome", "continue") != "continue" and not cleaned.get("from_period"):
            self.add_error("from_period", "请写明从哪个月起。")
        return cleaned

    def said(self) -> dict[str, Any]:
        """What the form says, as ``review_enrolments`` takes it."""
        data, today = self.cleaned_data, timezone.localdate()
        wanted = None
        if data["outcome"] != "continue":
            step, _, reason = data["outcome"].partition("/")
            wanted = Wanted(step, data["from_period"], reason, data["basis"])
        return {
            "occasion": data["occasion"],
            "period": today.year * 100 + today.month,
            "basis": data["basis"],
            "wanted": wanted,
        }

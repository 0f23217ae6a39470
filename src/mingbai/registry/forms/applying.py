"""Forms of applications: typed from paper, filtered, answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone

from mingbai.base.models import Division
from mingbai.base.scope import Asker
from mingbai.registry.actions import Asked
from mingbai.registry.models import ApplicationStep
from mingbai.rulebook import Book, grade_words

PLAIN = {"autocomplete": "off", "spellcheck": "false"}


@dataclass(frozen=True, repr=False)
class Known:
    """What the survey knows of an applicant: ``values`` in clear for the server alone, ``masked``
    for the page; by field.
    """

    sub_item: str
    village: str
    values: Mapping[str, str]
    masked: Mapping[str, str]


class ApplyForm(forms.Form):
    """One application as the paper says it; sent by POST, nothing kept by the browser."""

    sub_item = forms.ChoiceField(label="申请哪一项")
    id_number = forms.CharField(
        label="证件号", max_length=30, widget=forms.TextInput(attrs={**PLAIN, "inputmode": "text"})
    )
    name = forms.CharField(label="姓名", max_length=40, widget=forms.TextInput(attrs=PLAIN))
    phone = forms.CharField(
        label="联系电话", max_length=20, required=False,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "tel"}),
    )  # fmt: skip
    account = forms.CharField(
        label="银行账号", max_length=40, required=False,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "numeric"}),
    )  # fmt: skip
    village = forms.ChoiceField(label="村（居）")
    grade = forms.ChoiceField(label="申请类别", required=False)
    received_date = forms.DateField(
        label="受理日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self, *args: Any, book: Book, to: Asker, known: Known | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self._known = known
        if known is not None:
            self._leave_known(known)
        names = {item.code: item.name for item in book.sub_items}
        codes = dict.fromkeys(rule.sub_item for rule in book.procedures)
        choose(self, "sub_item", [(code, names[code]) for code in codes if code in names])
        choose(self, "village", villages(to))
        choose(self, "grade", [("", "不分类别"), *_grades(book, names)])
        self.fields["received_date"].initial = timezone.localdate()
        self._book = book

    def _leave_known(self, known: Known) -> None:
        """What the survey knows may stay empty: it is never sent to the browser."""
        for name, shown in known.masked.items():
            if shown:
                field = self.fields[name]
                field.required = False
                field.widget.attrs["placeholder"] = shown
                field.help_text = "摸底时已登记，留空就用登记的。"
        self.fields["sub_item"].initial = known.sub_item
        self.fields["village"].initial = known.village

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        sub_item, grade = cleaned.get("sub_item"), cleaned.get("grade", "")
        if sub_item and "grade" in cleaned:
            known = grade_words(self._book, self._book.sub_item(sub_item))
            of, _, code = grade.rpartition("/")
            if known and of != sub_item:
                self.add_error("grade", "这一项分类别，请选择它的类别。")
            cleaned["grade"] = code if known else ""
        return cleaned

    def asked(self) -> Asked:
        """What the form says."""
        known = self._known.values if self._known else {}
        data = {**self.cleaned_data}
        data |= {name: value for name, value in known.items() if not data[name]}
        return Asked(
            sub_item=data["sub_item"],
            town=data["village"][:9],
            village=data["village"],
            id_number=data["id_number"],
            name=data["name"],
            phone=data["phone"],
            account=data["account"],
            grade=data["grade"],
            received_date=data["received_date"],
        )


class FilterApplications(forms.Form):
    """What to list of the applications."""

    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("open", "办理中"), *ApplicationStep.State.choices],
    )
    sub_item = forms.ChoiceField(label="子项", required=False)
    town = forms.ChoiceField(label="镇", required=False)
    late = forms.BooleanField(label="只看超期", required=False)

    def __init__(
        self, *args: Any, names: list[tuple[str, str]], towns: list[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        choose(self, "sub_item", [("", "全部"), *names])
        choose(self, "town", [("", "全部"), *towns])


class AddPaper(forms.Form):
    """A photo or scan, and which paper it is."""

    name = forms.CharField(max_length=60)
    file = forms.FileField()


class Reason(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(max_length=200)


def choose(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


def villages(to: Asker) -> list[tuple[str, str]]:
    """Villages of the asker's towns; of the whole county for everybody else."""
    rows = Division.objects.unscoped("codes of divisions are public")
    towns = dict(rows.filter(level="town").values_list("code", "name"))
    wanted = to.towns or towns.keys()
    found = rows.filter(level="village", parent__in=wanted, valid_to__isnull=True)
    several = len(wanted) > 1
    return [
        (code, f"{towns.get(code[:9], '')} {name}" if several else name)
        for code, name in found.order_by("code").values_list("code", "name")
    ]


def _grades(book: Book, names: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (f"{code}/{grade}", f"{names[code]}：{label}")
        for code in dict.fromkeys(rule.sub_item for rule in book.procedures)
        if code in names
        for grade, label in grade_words(book, book.sub_item(code)).items()
    ]

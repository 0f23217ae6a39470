"""What the pages of people and households ask for."""

from __future__ import annotations

from typing import Any

from django import forms

from mingbai.registry.models import Death, PersonDocument
from mingbai.registry.queries.names import town_names, village_names
from mingbai.rulebook.relations import relation_names


def _text(label: str, *, limit: int = 200, hint: str = "", needed: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        label=label, max_length=limit, help_text=hint, widget=widget, required=needed
    )


def _day(label: str, *, needed: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, required=needed, widget=forms.DateInput(attrs={"type": "date"})
    )


def _villages() -> list[tuple[str, list[tuple[str, str]]]]:
    """Villages by town, for a select."""
    named = village_names()
    return [
        (town, [(code, name) for code, name in named.items() if code[:9] == town_code])
        for town_code, town in town_names().items()
    ]


class NewDocument(forms.Form):
    """A further or corrected document of a person."""

    kind = forms.ChoiceField(label="证件种类", choices=PersonDocument.Kind.choices)
    number = _text("证件号", limit=30)
    cause = forms.ChoiceField(
        label="登记原因",
        choices=[each for each in PersonDocument.Cause.choices if each[0] != "first"],
    )
    from_date = _day("启用日期", needed=False)
    evidence = _text("依据", hint="例如“户口簿已更正”，请勿填写号码。")


class WhyOnly(forms.Form):
    """A reason, and nothing else."""

    reason = _text("理由", hint="会记入台账，请勿填写号码。")


class MovePerson(forms.Form):
    """Where somebody moves to, when and why."""

    village = forms.ChoiceField(label="迁入村（居）")
    moved_date = _day("迁移日期")
    with_household = forms.BooleanField(label="全户一起迁", required=False)
    reason = _text("原因", limit=100)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["village"].choices = _villages()  # type: ignore[attr-defined]


class TellDeath(forms.Form):
    """When somebody died, and who says so."""

    death_date = _day("死亡日期")
    source = forms.ChoiceField(
        label="来源", choices=[each for each in Death.Source.choices if each[0] != "list"]
    )
    evidence = _text("依据", hint="例如“村委会死亡证明”，请勿填写号码。")


class ProposeMerge(forms.Form):
    """The other record of the same person, named by any of its documents."""

    number = _text("另一份档案的证件号", limit=30)
    reason = _text("理由", hint="例如“证件号更正前后各登记一次”，请勿填写号码。")


class DecideMerge(forms.Form):
    """A checker's word on a proposal."""

    decision = forms.ChoiceField(choices=[("merged", "合并"), ("refused", "不同意")])
    reason = _text("理由")


class DecideRecord(forms.Form):
    """A clerk's word on a reported name or account."""

    decision = forms.ChoiceField(choices=[("accepted", "同意"), ("refused", "不予变更")])
    reason = _text("理由")


class FoundHousehold(forms.Form):
    """A household around the person who heads it."""

    from_date = _day("立户日期")
    book_number = _text("户口簿号", limit=30, needed=False)
    address = _text("住址", limit=100, needed=False)


class JoinHousehold(forms.Form):
    """Who joins, and how they are related to the head."""

    number = _text("证件号", limit=30)
    relation = forms.ChoiceField(label="与户主关系")
    from_date = _day("入户日期")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        named = [each for each in relation_names().items() if each[0] != "02"]
        self.fields["relation"].choices = named  # type: ignore[attr-defined]


class LeaveHousehold(forms.Form):
    """Who leaves, when and why."""

    member = forms.IntegerField(widget=forms.HiddenInput)
    to_date = _day("离户日期")
    reason = _text("原因", limit=40)


class NameGuardian(forms.Form):
    """Who answers for a member."""

    member = forms.IntegerField(widget=forms.HiddenInput)
    number = _text("监护人证件号", limit=30)
    reason = _text("理由")


class ChangeHead(forms.Form):
    """Another head; each member's relation to them comes beside, by member number."""

    from_date = _day("更换日期")
    reason = _text("原因", limit=40)


class FilterHouseholds(forms.Form):
    """Whose households."""

    village = forms.ChoiceField(label="村（居）", required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["village"].choices = [("", "全部"), *_villages()]  # type: ignore[attr-defined]

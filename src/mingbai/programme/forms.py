"""Forms of the target pages; the sheet itself is read cell by cell, as Excel would give it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django import forms

from mingbai.base.models import Division
from mingbai.programme.actions import Edit, GivenFigure
from mingbai.programme.models import DutyLetter
from mingbai.programme.queries import STATE_WORDS, Key, Row

#: Words by which people say that there is no target; longer ones first.
_STATES: Final = (
    *((word, state) for state, word in STATE_WORDS.items()),
    ("不设目标", "none"),
    ("未下达", "awaiting"),
)


class GroundsForm(forms.Form):
    """The document that orders a change of targets; all three or none."""

    document_number = forms.CharField(label="调整文号", max_length=60, required=False)
    document_date = forms.DateField(
        label="发文日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(label="调整理由", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """A number without a date, or the other way round, names no document."""
        given = super().clean() or {}
        if bool(given.get("document_number")) != bool(given.get("document_date")):
            raise forms.ValidationError("文号和发文日期要一起填")
        return given


class FillForm(forms.Form):
    """How to split the rows that are ticked."""

    method = forms.ChoiceField(
        label="分解办法",
        choices=(("population", "按人口"), ("present", "按现有数的比例（定额）"), ("even", "平均")),
    )
    keep = forms.BooleanField(label="已填的不动，只分余数", required=False)
    pick = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, rows: tuple[Row, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pick"].choices = [(row.code, row.name) for row in rows]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why a draft goes back or is given up."""

    reason = forms.CharField(label="理由", max_length=300, required=False)


class UpperForm(forms.Form):
    """A document of the level above and its figures, pasted from Excel or typed."""

    document_number = forms.CharField(label="文号", max_length=60)
    document_date = forms.DateField(
        label="发文日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    issuer = forms.CharField(label="发文机关", max_length=80)
    lines = forms.CharField(
        label="下达数",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="一行一个目标：子项（有几个指标的写“子项·指标”）、下达数、单位，可整块粘贴。",
    )

    def __init__(self, *args: Any, names: Mapping[Key, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by_name = {name: key for key, name in names.items()}

    def clean_lines(self) -> tuple[GivenFigure, ...]:
        """Each line as a figure; every line that cannot be read is named."""
        found: list[GivenFigure] = []
        faults: list[str] = []
        for number, line in enumerate(self.cleaned_data["lines"].splitlines(), start=1):
            parts = [part for part in line.replace("，", "\t").split("\t") if part.strip()]
            if len(parts) == 1:
                parts = line.split()
            if not parts:
                continue
            try:
                name, quantity, unit = (part.strip() for part in parts)
                key = self._by_name[name]
                found.append(GivenFigure(*key, _number(quantity), unit))
            except KeyError:
                faults.append(
                    f"第 {number} 行：清单里没有“{parts[0].strip()}”，请照目标表上的名称写"
                )
            except (ValueError, InvalidOperation):
                faults.append(f"第 {number} 行：要写子项、下达数、单位三栏")
        if faults:
            raise forms.ValidationError(faults)
        return tuple(found)


class PeopleForm(forms.Form):
    """The towns' populations."""

    source = forms.CharField(label="人口数依据", max_length=200)

    def __init__(self, *args: Any, towns: tuple[Division, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for town in towns:
            self.fields[town.code] = forms.IntegerField(
                label=f"{town.name}（人）", min_value=0, required=False
            )

    def people(self) -> dict[str, int]:
        """Town -> persons, of the towns filled in."""
        given = self.cleaned_data
        return {k: v for k, v in given.items() if k != "source" and v is not None}


class PickLetters(forms.Form):
    """The letters that are ticked."""

    pick = forms.MultipleChoiceField()

    def __init__(self, *args: Any, letters: Iterable[DutyLetter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pick"].choices = [(each.pk, "") for each in letters]  # type: ignore[attr-defined]


class SignForm(forms.Form):
    """A signed scan and the day of signing."""

    signed_date = forms.DateField(
        label="签订日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    scan = forms.FileField(
        label="签章扫描件",
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text="PDF、JPG 或 PNG，不超过 30 兆。",
    )


class IssueDocumentForm(forms.Form):
    """The number and the day under which a paper goes out."""

    number = forms.CharField(
        label="文号", max_length=40, help_text="写成“南民办〔2021〕3号”的样子，用六角括号。"
    )
    issue_date = forms.DateField(
        label="印发日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class EditDocumentForm(forms.Form):
    """The paragraphs of a paper that people may word themselves; lists and headings are not."""

    def __init__(self, *args: Any, parts: Sequence[Sequence[Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heading = ""
        for place, (level, lead, text) in enumerate(parts):
            if level == 1:
                heading = lead
            if level == 2:
                self.fields[f"p{place}"] = forms.CharField(
                    label=f"{heading or '开头'}　{lead}".strip(),
                    initial=text,
                    max_length=2000,
                    widget=forms.Textarea(attrs={"rows": 3}),
                )

    def texts(self) -> dict[int, str]:
        """Place in the body -> the words typed."""
        return {int(name[1:]): text for name, text in self.cleaned_data.items()}


@dataclass(frozen=True)
class SheetInput:
    """A posted sheet: its rows, and the cells that cannot be read (field -> what was typed).

    With ``faults`` it is fit to be shown again, never to be saved.
    """

    edits: tuple[Edit, ...]
    faults: tuple[str, ...]
    unread: Mapping[str, str]


def read_sheet(posted: Mapping[str, str], rows: tuple[Row, ...]) -> SheetInput:
    """Read the rows that were posted; rows that were not on the page are left alone."""
    edits: list[Edit] = []
    faults: list[str] = []
    unread: dict[str, str] = {}
    for row in rows:
        given = posted.get(f"t|{row.code}")
        if given is None:
            continue
        state, target = row.word.state, row.word.target
        try:
            state, target = read_target(given)
        except ValueError:
            unread[f"t|{row.code}"] = given
            faults.append(f"“{row.name}”的目标“{given[:20]}”不是数，也不是{_choice()}")
        shares: dict[str, Decimal] = {}
        for cell in row.cells:
            text = clean_text(posted.get(cell.name, ""))
            if not text:
                continue
            try:
                shares[cell.town.code] = _number(text)
            except (ValueError, InvalidOperation):
                unread[cell.name] = posted[cell.name]
                faults.append(f"“{row.name}”{cell.town.name}的“{text[:20]}”不是数，请改正")
        edits.append(Edit(*row.key, state, target, shares))
    return SheetInput(tuple(edits), tuple(faults), unread)


def read_target(text: str) -> tuple[str, Decimal | None]:
    """A target's cell: a number, or a word for why there is none. Errors: ``ValueError``."""
    text = clean_text(text)
    for word, state in _STATES:
        if text.startswith(word):
            rest = text.removeprefix(word)
            if rest and state != "multi_year":
                raise ValueError(text)
            return state, _number(rest) if rest else None
    try:
        return "set", _number(text)
    except InvalidOperation as error:
        raise ValueError(text) from error


def clean_text(text: str) -> str:
    """As a spreadsheet may hold it: full-width digits, thousands separators, stray blanks."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    return "".join(plain.split())


def _number(text: str) -> Decimal:
    value = Decimal(clean_text(text))
    if not value.is_finite() or abs(value) >= 10**12:
        raise ValueError(text)
    return value


def _choice() -> str:
    return "、".join(f"“{word}”" for word in STATE_WORDS.values())

"""The form in which minutes are drafted: what was said, and a row for each decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms

from mingbai.base.models import Office
from mingbai.oversight.actions import Decided
from mingbai.oversight.forms.meetings import day_field

#: Rows left free below those already filled.
_FREE: Final = 4
_CELLS: Final = ("text", "office", "lead", "responsible", "due", "programme")


class MinutesForm(forms.Form):
    """``given`` are decisions to begin with; a row without words is left out."""

    said = forms.CharField(
        label="会议情况",
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
        help_text="谁通报了什么、提了什么要求，每段一行；不写个人证件号和电话。",
    )

    def __init__(
        self,
        *args: Any,
        offices: Sequence[Office],
        programmes: Sequence[tuple[str, str]],
        given: Sequence[dict[str, Any]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offices = {str(each.pk): each for each in offices}
        rows_asked = self.data.get("rows", "") if self.is_bound else ""
        asked = int(rows_asked) if str(rows_asked).isdigit() else 0
        self.rows_count = min(max(asked, len(given) + _FREE), 60)
        names = [("", "—"), *((key, each.short_name) for key, each in self._offices.items())]
        for row in range(self.rows_count):
            start = given[row] if row < len(given) else {}
            self._add_row(row, names, [("", "—"), *programmes], start)

    def _add_row(
        self,
        row: int,
        offices: Sequence[tuple[str, str]],
        programmes: Sequence[tuple[str, str]],
        start: dict[str, Any],
    ) -> None:
        fields: dict[str, forms.Field] = {
            "text": forms.CharField(
                label="事项", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
            ),
            "office": forms.ChoiceField(label="责任单位", choices=offices),
            "lead": forms.ChoiceField(label="牵头单位", choices=offices),
            "responsible": forms.CharField(label="责任岗位", max_length=60),
            "due": day_field("完成时限"),
            "programme": forms.ChoiceField(label="项目", choices=programmes),
        }
        for name, field in fields.items():
            field.required = False
            field.label = f"第{row + 1}件{field.label}"
            field.initial = start.get(name, "")
            self.fields[f"{name}_{row}"] = field

    @property
    def decision_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each row."""
        return [[self[f"{name}_{row}"] for name in _CELLS] for row in range(self.rows_count)]

    def clean(self) -> dict[str, Any]:
        """A row with words says who does it, which post answers, and by when."""
        given = super().clean() or {}
        for row in range(self.rows_count):
            if not str(given.get(f"text_{row}") or "").strip():
                continue
            for name, what in (
                ("office", "责任单位"),
                ("responsible", "责任岗位"),
                ("due", "时限"),
            ):
                if not given.get(f"{name}_{row}"):
                    self.add_error(f"{name}_{row}", f"写了事项的要有{what}。")
        return given

    def decided(self) -> list[Decided]:
        """The decisions as they were typed, rows without words left out."""
        found = []
        for row in range(self.rows_count):
            cells = {name: self.cleaned_data.get(f"{name}_{row}") for name in _CELLS}
            due = cells["due"]
            if str(cells["text"] or "").strip() and isinstance(due, date):
                found.append(
                    Decided(
                        str(cells["text"]),
                        self._offices[str(cells["office"])],
                        str(cells["responsible"]),
                        due,
                        self._offices.get(str(cells["lead"])),
                        str(cells["programme"] or ""),
                    )
                )
        return found

    def paragraphs(self) -> list[str]:
        """What was said, a paragraph a line."""
        return [line for line in self.cleaned_data["said"].splitlines() if line.strip()]

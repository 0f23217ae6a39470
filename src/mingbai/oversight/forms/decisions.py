"""Forms of decisions: filters."""

from __future__ import annotations

from typing import Any

from django import forms

from mingbai.oversight.queries.decisions import STATE_WORDS


class FilterDecisions(forms.Form):
    """Narrow the decisions by state."""

    state = forms.ChoiceField(
        label="状态", choices=[("", "全部状态"), *STATE_WORDS.items()], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["data-autosubmit"] = ""

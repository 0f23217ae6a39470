"""Forms of the report pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms

from mingbai.report.models import Half


class CompileForm(forms.Form):
    """Which year and part of it to compile."""

    year = forms.TypedChoiceField(label="年度", coerce=int)
    half = forms.TypedChoiceField(label="时段", coerce=int, choices=Half.choices)

    def __init__(self, *args: Any, years: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = cast(forms.TypedChoiceField, self.fields["year"])
        year.choices = [(each, f"{each}年") for each in years]


class OutlineForm(forms.Form):
    """A chapter's text, the version it started from, the figures it gives up on purpose."""

    text = forms.CharField(
        label="正文", max_length=20_000, widget=forms.Textarea(attrs={"rows": 24})
    )
    follows_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    dropping = forms.MultipleChoiceField(
        label="不再引用", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, bound: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dropping = cast(forms.MultipleChoiceField, self.fields["dropping"])
        dropping.choices = list(bound.items())


class ClosingForm(forms.Form):
    """What a circular asks at its end, and the version it started from."""

    text = forms.CharField(
        label="正文", max_length=4_000, widget=forms.Textarea(attrs={"rows": 12})
    )
    follows_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class CircularForm(forms.Form):
    """Which month's circular to compile."""

    year = forms.TypedChoiceField(label="年度", coerce=int)
    month = forms.TypedChoiceField(
        label="月份", coerce=int, choices=[(each, f"{each}月") for each in range(1, 13)]
    )

    def __init__(self, *args: Any, years: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = cast(forms.TypedChoiceField, self.fields["year"])
        year.choices = [(each, f"{each}年") for each in years]

"""What the level above gave, and whether the county's targets agree with it (核实)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from mingbai.base.scope import Asker
from mingbai.programme.models import Measure, SubItem, TownPopulation, UpperFigure
from mingbai.programme.queries.words import Key
from mingbai.programme.queries.year import sub_items, targets

#: ``missing``: no document of the level above is entered; ``untaken``: it gave a target, but the
#: county still has none.
Agreement = Literal["equal", "below", "above", "missing", "untaken"]

WORDS: Mapping[Agreement, str] = {
    "equal": "一致",
    "below": "低于下达数",
    "above": "高于下达数",
    "missing": "未登记上级文件",
    "untaken": "上级已下达，县里未承接",
}


@dataclass(frozen=True)
class Checked:
    """One measure beside what the level above gave; ``gap`` = ours minus theirs."""

    sub_item: SubItem
    measure: Measure
    upper: UpperFigure | None
    agreement: Agreement

    @property
    def gap(self) -> Decimal | None:
        if self.upper is None or self.measure.target is None:
            return None
        return self.measure.target - self.upper.value

    @property
    def words(self) -> str:
        return WORDS[self.agreement]

    @property
    def converted(self) -> bool:
        """Whether the document's figure stood in another unit than the measure's."""
        return self.upper is not None and self.upper.given_unit != self.upper.unit


def newest_upper(*, to: Asker, year: int, as_of: int | None = None) -> dict[Key, UpperFigure]:
    """Each measure's newest figure of the level above: the latest document, then entry."""
    found = UpperFigure.objects.seen_by(to).filter(year=year)
    if as_of is not None:
        found = found.filter(act_id__lte=as_of)
    rows = found.order_by("document_date", "act_id", "id")
    return {(each.sub_item, each.measure): each for each in rows}


def agreement_of(state: str, target: Decimal | None, upper: UpperFigure | None) -> Agreement:
    """How one target stands to what the level above gave."""
    if upper is None:
        return "missing"
    if target is None:
        # A target over several years may leave this year open.
        return "missing" if state == "multi_year" else "untaken"
    if target == upper.value:
        return "equal"
    return "below" if target < upper.value else "above"


def short_of(where: str, state: str, target: Decimal | None, upper: UpperFigure) -> list[str]:
    """The refusal of a target short of the level above, with both numbers; empty when it is not."""
    agreement = agreement_of(state, target, upper)
    if agreement not in ("below", "untaken"):
        return []
    own = "没有数" if target is None else f"填的是 {plain(target)}{upper.unit}"
    return [
        f"{where}{own}，上级下达 {given_words(upper)}（{upper.document_number}），不能少于下达数；"
        "上级确有调整的，请先在“核实”中登记调整文件"
    ]


def more_than(where: str, target: Decimal | None, upper: UpperFigure | None) -> list[str]:
    """What is told, not refused: a target above the one given, with both numbers."""
    if upper is None or target is None or target <= upper.value:
        return []
    return [
        f"{where}填的是 {plain(target)}{upper.unit}，高于上级下达的 {given_words(upper)}"
        f"（{upper.document_number}），请确认是自行加码"
    ]


def given_words(upper: UpperFigure) -> str:
    """The figure as the document writes it, with its conversion where there is one."""
    words = f"{plain(upper.given)}{upper.given_unit}"
    if upper.given_unit != upper.unit:
        words += f"（折合 {plain(upper.value)}{upper.unit}）"
    return words


def plain(value: Decimal) -> str:
    """A quantity without needless zeros or an exponent."""
    return f"{value.normalize():f}"


def check_targets(*, to: Asker, year: int, as_of: int | None = None) -> tuple[Checked, ...]:
    """Every measure of the year beside the level above's figure, in the order of the list."""
    upper = newest_upper(to=to, year=year, as_of=as_of)
    by_item: dict[int, list[Measure]] = {}
    for measure in targets(to=to, year=year, as_of=as_of):
        by_item.setdefault(measure.sub_item_id, []).append(measure)
    found: list[Checked] = []
    for item in sub_items(to=to, year=year, as_of=as_of):
        for measure in by_item.get(item.pk, ()):
            given = upper.get((item.code, measure.code))
            agreement = agreement_of(measure.target_state, measure.target, given)
            found.append(Checked(item, measure, given, agreement))
    return tuple(found)


def populations(*, to: Asker, year: int) -> dict[str, TownPopulation]:
    """Each town's newest population; of an earlier year where the year has none."""
    rows = TownPopulation.objects.seen_by(to).filter(year__lte=year).order_by("year", "act_id")
    return {each.town_id: each for each in rows}

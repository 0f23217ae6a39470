"""The office's own progress table: counted from the rosters, and wrong in some lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from mingbai.engine.generate.cases.planting import Planting
from mingbai.engine.generate.lots import Ints
from mingbai.engine.generate.places import town_codes
from mingbai.engine.generate.plan import SubItem
from mingbai.engine.generate.rows import LINES_FROM, NONE, Rows

#: Sub-items whose people are reported town by town each month, and those whose money is reported
#: for the county since January; the rules of the same scope stand in `rules.yaml`.
PEOPLE: Final = ("relief.dibao", "disabled.living")
MONEY: Final = ("disabled.living", "disabled.nursing", "students.aid")
_PEOPLE_RULE, _MONEY_RULE = "people-as-reported", "money-so-far"
_PEOPLE_MEASURE, _MONEY_MEASURE = "人数", "金额"
#: What the rule lets pass, in 分; it says the same.
_TOLERANCE: Final = 100
#: One line of each fault for so many lines; one at least.
_LINES_A_FAULT: Final = 100
_FEWEST: Final = 10
#: `edge` is off by no more than the rule lets pass.
_FAULTS: Final = ("over", "under", "unclaimed", "no_number", "conflict", "edge")


class Line(NamedTuple):
    """A line of the progress table; None where nothing was filled in."""

    sub_item: str
    period: int | None
    town: str | None
    measure: str
    claimed: int | None


class _Slot(NamedTuple):
    sub_item: str
    period: int
    town: str | None
    listed: int
    #: Amount of the first row that counts.
    first: int


@dataclass
class Tally:
    """What the rosters add up to, gathered block by block as they are written."""

    planting: Planting
    _people: list[_Slot] = field(default_factory=list)
    _money: list[_Slot] = field(default_factory=list)
    #: Rows that no total holds, and their amount, by sub-item and town (NONE: not said).
    _lost: dict[tuple[str, str, int], list[int]] = field(default_factory=dict)
    _so_far: dict[str, int] = field(default_factory=dict)

    def watch(
        self, blocks: Iterator[tuple[SubItem, int, Rows]]
    ) -> Iterator[tuple[SubItem, int, Rows]]:
        """Pass blocks on, and count them."""
        for sub_item, month, rows in blocks:
            self.add(sub_item, month, rows)
            yield sub_item, month, rows

    def add(self, sub_item: SubItem, month: int, rows: Rows) -> None:
        """Count a block of rows."""
        dated = rows["period"] != NONE
        if sub_item.id in PEOPLE:
            good = dated & (rows["id"] != NONE) & (rows["town"] != NONE)
            self._lose(_PEOPLE_RULE, sub_item.id, rows["town"][~good], rows["amount"][~good])
            self._add_people(
                sub_item.id, month, {n: rows[n][good] for n in ("town", "id", "amount")}
            )
        if sub_item.id in MONEY:
            good = dated & (rows["amount"] != NONE)
            nowhere = np.full(int((~good).sum()), NONE, np.int64)
            self._lose(_MONEY_RULE, sub_item.id, nowhere, rows["amount"][~good])
            # Every block has a clean row, so there is a first amount.
            amount = rows["amount"][good]
            total = self._so_far.get(sub_item.id, 0) + int(amount.sum())
            self._so_far[sub_item.id] = total
            self._money.append(_Slot(sub_item.id, month, None, total, int(amount[0])))

    def report(self) -> list[Line]:
        """The progress table with its faults; what must be found goes to the planting."""
        towns = town_codes(np.arange(self.planting.population.towns))
        for (rule, sub_item, town), (count, amount) in self._lost.items():
            cause = f"{sub_item}|" + ("" if town == NONE else towns[town])
            self._expect(rule, "totals_uncounted", cause, count, amount)
        # A line without a month is the last of all, so its place in the table is known.
        lines = [
            *self._judge(_MONEY_RULE, _MONEY_MEASURE, self._money, _TOLERANCE, "_amount"),
            *self._judge(_PEOPLE_RULE, _PEOPLE_MEASURE, self._people, 0, ""),
        ]
        for measure, place, rule in (
            (_MONEY_MEASURE, None, _MONEY_RULE),
            (_PEOPLE_MEASURE, towns[0], _PEOPLE_RULE),
        ):
            self._expect(rule, "totals_unplaced", f"row progress:{len(lines) + LINES_FROM}", 1, 0)
            lines.append(Line(PEOPLE[1], None, place, measure, 1))
        return lines

    def _add_people(self, sub_item: str, month: int, rows: Rows) -> None:
        towns = town_codes(np.arange(self.planting.population.towns))
        people = len(self.planting.population)
        pairs = np.unique(rows["town"] * people + rows["id"])
        counts = np.bincount(pairs // people, minlength=len(towns))
        present, first = np.unique(rows["town"], return_index=True)
        amount = np.where(rows["amount"] == NONE, 0, rows["amount"])
        for town, place in zip(present.tolist(), first.tolist(), strict=True):
            found = _Slot(sub_item, month, towns[town], int(counts[town]), int(amount[place]))
            self._people.append(found)

    def _lose(self, rule: str, sub_item: str, towns: Ints, amounts: Ints) -> None:
        for town, amount in zip(towns.tolist(), amounts.tolist(), strict=True):
            lost = self._lost.setdefault((rule, sub_item, town), [0, 0])
            lost[0] += 1
            lost[1] += 0 if amount == NONE else amount

    def _judge(
        self, rule: str, measure: str, slots: list[_Slot], tolerance: int, suffix: str
    ) -> Iterator[Line]:
        """A right line for each slot, but for those that a fault falls to."""
        faults = self._deal(rule, slots)
        year = self.planting.plan.year * 100
        for place, slot in enumerate(slots):
            fault, period = faults.get(place), year + slot.period
            cause = f"{slot.sub_item}|{slot.town or ''}|{period}"
            line = Line(slot.sub_item, period, slot.town, measure, slot.listed)
            if fault == "unclaimed":
                self._expect(rule, "totals_unclaimed", cause, 1, slot.first)
                continue
            if fault == "no_number":
                self._expect(rule, "totals_no_number", cause, 1, 0)
                line = line._replace(claimed=None)
            elif fault == "over":
                self._expect(rule, f"totals{suffix}_over", cause, 1, 0)
                line = line._replace(claimed=slot.listed + tolerance + 1)
            elif fault == "under":
                self._expect(rule, f"totals{suffix}_under", cause, 1, 0)
                line = line._replace(claimed=slot.listed - tolerance - 1)
            elif fault == "conflict":
                self._expect(rule, "totals_conflict", cause, 2, 0)
                yield line._replace(claimed=slot.listed + 1)
            elif fault == "edge":
                line = line._replace(claimed=slot.listed + tolerance)
            yield line

    def _deal(self, rule: str, slots: list[_Slot]) -> dict[int, str]:
        """Which slots get which fault, by lot; small ones get none."""
        drawn = self.planting.population.lots.draw(rule, np.arange(len(slots)))
        order = np.argsort(drawn, kind="stable").tolist()
        able = [place for place in order if slots[place].listed >= _FEWEST]
        many = max(1, len(slots) // _LINES_A_FAULT) * len(_FAULTS)
        return {place: _FAULTS[nth % len(_FAULTS)] for nth, place in enumerate(able[:many])}

    def _expect(self, rule: str, code: str, cause: str, rows: int, amount: int) -> None:
        self.planting.expect(rule, code, None, cause, rows=rows, amount=amount, count=1)

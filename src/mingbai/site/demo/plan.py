"""Reads plan.yaml: sizes, headline totals, payments and fault rates of the demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import yaml

Size = Literal["small", "quarter", "half", "full"]
Sender = Literal["lead", "towns"]
Spread = Literal["towns", "county"]
Consequence = Literal["reject", "hold", "note", "check"]

_PLAN = Path(__file__).parent / "plan.yaml"


class CannotMakeCounty(ValueError):
    """The plan and the rulebook do not fit together; says which entry and why."""


@dataclass(frozen=True, slots=True)
class Headline:
    """What the county must add up to at full size; money in 分."""

    released_ratio: Decimal
    person_times: int
    paid_amount: int
    pieces: int
    city_adopted: int
    province_adopted: int


@dataclass(frozen=True, slots=True)
class SecondHalf:
    """What July to December add; ``released_ratio`` is the whole year's, counts are theirs alone.

    ``bills`` is the part of its remaining budget that the open-ended stream pays. Sub-items in
    ``short`` miss their target by a little; all others that are reported on reach it.
    """

    released_ratio: Decimal
    pieces: int
    city_adopted: int
    province_adopted: int
    bills: Decimal
    training_months: tuple[int, ...]
    deaths_at_large: int
    short: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InsuredPlan:
    """The insured of one sub-item; heads at full size, odd cases in ten thousand insured.

    ``measure`` and ``rate`` are the measures that say how many are insured and at what rate;
    ``reached`` is the part of the target that is insured; ``contribution`` is what one pays, in 分.
    """

    sub_item: str
    measure: str
    rate: str
    reached: Decimal
    contribution: int
    employees: int
    moved_out: int
    per_ten_thousand: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Stream:
    """One subsidy; ``count`` is payable lines a turn at full size, ``months`` its turns by June.

    ``later`` are its turns from July on.

    ``count`` 0 takes what the headline leaves over. ``turnover`` is the part of people replaced
    from one turn to the next; up to ``drawn_share`` of them come from the steady people of
    ``drawn_from``. ``grades`` weigh the rulebook's grades. ``mean_amount`` (分) is for actual
    amounts only. ``cumulative``: progress counts all turns together, not the last one. A part
    ``missed_share`` stands on the roster that ``missed_by`` draws from, but not on ``missed_by``.
    """

    sub_item: str
    count: int
    months: tuple[int, ...]
    later: tuple[int, ...]
    ages: tuple[int, int]
    depends: bool
    drawn_from: str | None
    drawn_share: Decimal
    missed_by: str | None
    missed_share: Decimal
    turnover: Decimal
    grades: Mapping[str, int]
    grade_by_age: bool
    cumulative: bool
    sender: Sender
    spread: Spread
    months_as_sheets: bool
    is_csv: bool
    mean_amount: int


@dataclass(frozen=True, slots=True)
class FaultRate:
    """How often one kind of fault is planted: lines in ten thousand, and at least ``least``.

    ``stands`` faults may remain after the corrections; the others are all put right. An innocent
    line looks like a fault of kind ``like`` and is none; the comparison is to doubt it too.
    """

    kind: str
    per_ten_thousand: Decimal
    least: int
    consequence: Consequence
    stands: bool
    expected: str
    like: str

    @property
    def is_innocent(self) -> bool:
        """Tell whether looking closer would clear the line."""
        return bool(self.like)

    @property
    def pattern(self) -> str:
        """Return the kind of fault by which the line is made."""
        return self.like or self.kind


@dataclass(frozen=True, slots=True)
class PresenceList:
    """A list handed in by ``office`` (its code); ``at_large`` people of it are on no roll."""

    office: str
    at_large: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan as read; ``scales`` are exact parts of the full size."""

    scales: Mapping[str, Decimal]
    headline: Headline
    second_half: SecondHalf
    insured: InsuredPlan
    streams: tuple[Stream, ...]
    faults: tuple[FaultRate, ...]
    completed: tuple[str, ...]
    training_months: tuple[int, ...]
    courses: Mapping[str, tuple[str, ...]]
    lists: Mapping[str, PresenceList]
    csv_offices: tuple[str, ...]
    separate_offices: tuple[str, ...]
    corrected_every: int
    table_faults: Mapping[str, int]

    @property
    def settled(self) -> Mapping[tuple[str, str], Decimal]:
        """Measures that stand all year where they were when it began: part of the target."""
        return {(self.insured.sub_item, self.insured.measure): self.insured.reached}


def load_plan() -> Plan:
    """Read the plan beside this module."""
    data = yaml.safe_load(_PLAN.read_text(encoding="utf-8"))
    head = data["headline"]
    return Plan(
        scales={size: Decimal(value) for size, value in data["scales"].items()},
        headline=Headline(
            released_ratio=Decimal(head["released_ratio"]),
            person_times=head["person_times"],
            paid_amount=_fen(head["paid_amount"]),
            pieces=head["pieces"],
            city_adopted=head["city_adopted"],
            province_adopted=head["province_adopted"],
        ),
        second_half=_second_half(data["second_half"]),
        insured=_insured(data["insured"]),
        streams=tuple(_stream(each) for each in data["streams"]),
        # Faults first: what is planted after them leaves them where they are.
        faults=tuple(
            _fault(kind, each)
            for part in ("faults", "innocent")
            for kind, each in data[part].items()
        ),
        completed=tuple(data["completed_by_june"]),
        training_months=tuple(data["training"]["months"]),
        courses={code: tuple(each) for code, each in data["training"]["courses"].items()},
        lists={code: PresenceList(**each) for code, each in data["lists"].items()},
        csv_offices=tuple(data["csv_offices"]),
        separate_offices=tuple(data["separate_offices"]),
        corrected_every=data["corrected_every"],
        table_faults=data["table_faults"],
    )


def _fen(text: str) -> int:
    return int(Decimal(text) * 100)


def _insured(each: Mapping[str, Any]) -> InsuredPlan:
    return InsuredPlan(
        sub_item=each["sub_item"],
        measure=each["measure"],
        rate=each["rate"],
        reached=Decimal(each["reached"]),
        contribution=_fen(each["contribution"]),
        employees=each["employees"],
        moved_out=each["moved_out"],
        per_ten_thousand=each["per_ten_thousand"],
    )


def _second_half(each: Mapping[str, Any]) -> SecondHalf:
    return SecondHalf(
        released_ratio=Decimal(each["released_ratio"]),
        pieces=each["pieces"],
        city_adopted=each["city_adopted"],
        province_adopted=each["province_adopted"],
        bills=Decimal(each["bills"]),
        training_months=tuple(each["training_months"]),
        deaths_at_large=each["deaths_at_large"],
        short=tuple(each["short"]),
    )


def _stream(each: Mapping[str, Any]) -> Stream:
    return Stream(
        sub_item=each["sub_item"],
        count=each["count"],
        months=tuple(each["months"]),
        later=tuple(each.get("later", ())),
        ages=(each["ages"][0], each["ages"][1]),
        depends=each.get("depends", False),
        drawn_from=each.get("drawn_from"),
        drawn_share=Decimal(each.get("drawn_share", "1")),
        missed_by=each.get("missed_by"),
        missed_share=Decimal(each.get("missed_share", "0")),
        turnover=Decimal(str(each.get("turnover", "0.004"))),
        grades=each.get("grades", {}),
        grade_by_age=each.get("grade_by_age", False),
        cumulative=each.get("cumulative", False),
        sender=each.get("sender", "lead"),
        spread=each.get("spread", "county"),
        months_as_sheets=each.get("months_as_sheets", False),
        is_csv=each.get("csv", False),
        mean_amount=_fen(str(each.get("mean_amount", "0"))),
    )


def _fault(kind: str, each: Mapping[str, Any]) -> FaultRate:
    return FaultRate(
        kind=kind,
        per_ten_thousand=Decimal(str(each["rate"])),
        least=each.get("least", 2),
        consequence=each["consequence"],
        stands=each.get("stands", True),
        expected=each.get("expected", ""),
        like=each.get("like", ""),
    )

"""The rooms whose figures a paper may state, and how to ask them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from mingbai.base.figures import Branch, Card, Figure, Leaf
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery import figures as delivery
from mingbai.funds import figures as funds
from mingbai.outreach import figures as outreach
from mingbai.oversight import figures as oversight
from mingbai.payment import figures as payment
from mingbai.programme import figures as programme
from mingbai.registry import figures as registry


class Maker(Protocol):
    """What every room's ``figures`` module offers."""

    CARDS: dict[str, Card]

    def make_figure(self, key: str, *, year: int, cutoff: date, as_of: int, to: Asker) -> Figure:
        """One figure; ``KeyError`` for an unknown key."""
        ...

    def walk_figure(
        self,
        key: str,
        path: tuple[str, ...],
        *,
        year: int,
        cutoff: date,
        as_of: int,
        to: Asker,
    ) -> list[Branch | Leaf]:
        """One level of the way down; ``KeyError`` for an unknown step."""
        ...


@dataclass(frozen=True)
class Source:
    """A room that makes figures, and the acts that can move them with their Chinese names.

    ``families`` are how figures begin of which there is one for each record, such as a sub-item.
    """

    maker: Maker
    verbs: Mapping[str, str]
    families: tuple[str, ...] = ()

    def makes(self, key: str) -> bool:
        """Whether this room makes the figure of that key."""
        return key in self.maker.CARDS or key.startswith(self.families)


_ADOPT: Final = {
    "adopt_year": "启用年度清单",
    "approve_revision": "目标变更生效",
    "carry_targets": "沿用已生效的目标变更",
}

#: Every room that makes figures, in the order in which a paper speaks of them.
SOURCES: tuple[Source, ...] = (
    Source(programme, _ADOPT),
    Source(
        funds,
        {
            "enter_entries": "记入资金",
            "reverse_entries": "冲销资金",
            "vote_budget": "载入预算",
            "enter_fund_sheet": "记入资金表",
        },
    ),
    Source(
        delivery,
        {
            **_ADOPT,
            "enter_progress": "记入进度",
            "confirm_reports": "核定进度报表",
            "check_classes": "核查培训班",
            "answer_doubt": "核实培训班疑点",
            "join_rolls": "名册归班",
            "issue_certificates": "登记证书",
            "enter_works": "记入工程台账",
            "confirm_milestones": "确认节点",
            "open_site": "登记工地",
            "decide_withdrawal": "审定撤销工地",
        },
        ("delivery.completion.",),
    ),
    Source(
        payment,
        {
            "confirm_batch": "确认发放",
            "void_batch": "作废批次",
            "read_bank_return": "读入银行回盘",
            "settle_finding": "办结疑点",
        },
    ),
    Source(
        registry,
        {
            "enrol_sheets": "登记对象",
            "begin_enrolments": "纳入对象",
            "decide_changes": "审定变动",
            "enrol_insured": "登记参保人员",
            "count_coverage": "统计参保",
            "settle_finding": "办结疑点",
        },
    ),
    Source(outreach, {"enter_pieces": "记入信息"}),
    Source(
        oversight,
        {
            "hold_meeting": "登记会议召开",
            "issue_minutes": "印发会议纪要",
            "confirm_decision": "确认议定事项办结",
        },
    ),
)

#: The figure which a paper prints as the list of what it counts.
COMPLETED: Final = "delivery.completed_sub_items"

#: Words of place and time that a text may use beside figures.
WORDS: Final[Mapping[str, str]] = {
    "period.year": "年度",
    "period.months": "时段",
    "period.cutoff": "统计截止日期",
    "place.county": "县名",
    "place.office": "本办名称",
}


@dataclass(frozen=True)
class Moment:
    """What a figure is asked for: the year, up to which day, as of which ledger entry."""

    year: int
    cutoff: date
    as_of: int


def cutoff_of(year: int, half: int) -> date:
    """The last day a summary of that half tells of."""
    return month_end(year * 100 + 6 * half)


def months_of(half: int) -> str:
    """The months as an official text names them."""
    return f"1—{6 * half}月"


def known_cards() -> dict[str, Card]:
    """Every figure that a text may name, by key."""
    return {key: card for source in SOURCES for key, card in source.maker.CARDS.items()}


def source_of(key: str) -> Source:
    """The room that makes this figure; ``KeyError`` where none does."""
    for source in SOURCES:
        if source.makes(key):
            return source
    raise KeyError(key)


def collect_figures(keys: Iterable[str], *, when: Moment, to: Asker) -> dict[str, Figure]:
    """The figures of these keys, each made by its own room. Errors: ``KeyError``."""
    return {
        key: source_of(key).maker.make_figure(
            key, year=when.year, cutoff=when.cutoff, as_of=when.as_of, to=to
        )
        for key in keys
    }


def walk(key: str, path: Sequence[str], *, when: Moment, to: Asker) -> list[Branch | Leaf]:
    """One level of a figure's way down. Errors: ``KeyError`` for an unknown figure or step."""
    maker = source_of(key).maker
    return maker.walk_figure(
        key, tuple(path), year=when.year, cutoff=when.cutoff, as_of=when.as_of, to=to
    )

"""From a figure, stated or live, down to the sheet line it came from, one level at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from mingbai.base.figures import Branch, Card, Evidence, Leaf, show_value
from mingbai.base.scope import Asker
from mingbai.engine.money import show_money
from mingbai.intake.models import Receipt
from mingbai.report.models import Statement
from mingbai.report.queries import collect, papers
from mingbai.report.queries.collect import Moment

#: Rooms page their levels by this many (see the contract of ``walk_figure``).
LEVEL_SIZE = 500


class CannotExplain(Exception):
    """The path leads nowhere: a step was misspelt, or the records are not for this asker."""


@dataclass(frozen=True)
class Step:
    """A step already taken: its label and the path that leads to it."""

    label: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One line of a level: where it leads, what it is worth, what share of the level it holds.

    ``path`` is empty at the end of the way; ``address`` then points at the sheet line, if any.
    """

    label: str
    value: str
    count: int | None = None
    path: tuple[str, ...] = ()
    address: str = ""
    place: str = ""
    note: str = ""
    share: Decimal | None = None


@dataclass(frozen=True)
class Shown:
    """A figure as a paper states it or a page shows it: what asking "why?" needs to know of it.

    ``display`` is how it is written there; a figure that a paper prints as a list has its list in
    it. ``evidence`` says how many records stand behind the value, and which.
    """

    card: Card
    value: int | Fraction | str | None
    numerator: int | None
    denominator: int | None
    display: str
    when: Moment
    evidence: Evidence


@dataclass(frozen=True)
class Explanation:
    """One level of the answer to 「这个数从哪里来」.

    ``headline`` is the value as printed, ``exact`` before rounding.
    """

    shown: Shown
    headline: str
    exact: str
    computation: str
    steps: tuple[Step, ...]
    parts: tuple[Part, ...]
    has_sides: bool
    is_last: bool
    total: str
    adds_up: bool | None
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None

    @property
    def card(self) -> Card:
        return self.shown.card

    @property
    def depth(self) -> int:
        """How many steps below the figure this level lies."""
        return len(self.steps)


def moment_of(statement: Statement) -> Moment:
    """What was asked when the statement was made; asking again gives the same records."""
    return Moment(statement.summary.year, statement.cutoff_date, statement.as_of_seq)


def shown_in(statement: Statement) -> Shown:
    """The figure as the statement froze it."""
    return Shown(
        card=papers.card_of(statement),
        value=papers.value_of(statement),
        numerator=statement.numerator,
        denominator=statement.denominator,
        display=statement.display,
        when=moment_of(statement),
        evidence=Evidence(
            statement.evidence_record, statement.evidence_count, statement.evidence_digest
        ),
    )


def shown_now(key: str, *, when: Moment, to: Asker) -> Shown:
    """The figure as it stands, for what this asker may see. Errors: ``KeyError``."""
    made = collect.collect_figures((key,), when=when, to=to)[key]
    return Shown(
        made.card, made.value, made.numerator, made.denominator, made.show(), when, made.evidence
    )


def explain_statement(statement: Statement, path: Sequence[str], to: Asker) -> Explanation:
    """Why a paper states what it states; raises CannotExplain on a wrong path."""
    return explain_shown(shown_in(statement), path, to)


def explain_shown(shown: Shown, path: Sequence[str], to: Asker) -> Explanation:
    """Definition, computation and the parts at ``path``; raises CannotExplain on a wrong path.

    A trailing ``@500`` in the path pages a long level, as in ``walk_figure``.
    """
    card = shown.card
    keys, offset = _split(path)
    try:
        level = collect.walk(card.key, tuple(path), when=shown.when, to=to)
        steps = _steps(shown, keys, to)
    except KeyError as error:
        raise CannotExplain(
            f"“{card.name}”往下没有这一层：{'/'.join(keys) or '（空）'}。请从上一层重新点选"
        ) from error
    rest = next((each for each in level if _is_rest(each)), None)
    total = sum(each.value for each in level)
    listed = [each for each in level if each is not rest]
    show = value_printer(card, keys)
    names = file_names(listed, to)
    parts = tuple(_part(each, keys, show, names) for each in listed)
    # Neither two sides nor measures in units of their own make a sum that means anything.
    sides = _are_sides(listed)
    apart = sides or (card.unit == "ratio" and not keys)
    whole = offset == 0 and (rest is not None or len(level) < LEVEL_SIZE)
    return Explanation(
        shown=shown,
        headline=show_value(card, shown.value),
        exact=exact_text(card, shown.value),
        computation=_computation(shown),
        steps=steps,
        parts=parts if apart else _with_shares(parts, [each.value for each in listed]),
        has_sides=sides,
        is_last=bool(listed) and isinstance(listed[0], Leaf),
        total="" if apart else show(total),
        adds_up=_adds_up(shown, keys, total) if whole and to.sees_all and not apart else None,
        before=_page(keys, offset - LEVEL_SIZE) if offset else None,
        after=_page(keys, offset + len(listed))
        if rest is not None or len(level) >= LEVEL_SIZE
        else None,
    )


def _are_sides(level: Sequence[Branch | Leaf]) -> bool:
    """Numerator and denominator stand side by side; their sum means nothing."""
    keys = [each.key for each in level if isinstance(each, Branch)]
    return keys == ["numerator", "denominator"]


def _is_rest(each: Branch | Leaf) -> bool:
    """A page that is not the last may end in a branch that stands for the rest."""
    return isinstance(each, Branch) and each.key.startswith("@")


def _split(path: Sequence[str]) -> tuple[tuple[str, ...], int]:
    if path and path[-1].startswith("@") and path[-1][1:].isdigit():
        return tuple(path[:-1]), int(path[-1][1:])
    return tuple(path), 0


def _page(keys: tuple[str, ...], offset: int) -> tuple[str, ...]:
    return (*keys, f"@{offset}") if offset > 0 else keys


def _steps(shown: Shown, keys: tuple[str, ...], to: Asker) -> tuple[Step, ...]:
    """The labels of the steps taken, read from the levels above."""
    steps = []
    for depth, key in enumerate(keys):
        above = collect.walk(shown.card.key, keys[:depth], when=shown.when, to=to)
        labels = {each.key: each.label for each in above if isinstance(each, Branch)}
        steps.append(Step(labels.get(key, key), keys[: depth + 1]))
    return tuple(steps)


def value_printer(card: Card, keys: Sequence[str]) -> Callable[[int], str]:
    """Prints the values of a level exactly, in the unit that the figure's parts have there."""
    side = _side_card(card, tuple(keys))

    def show(value: int) -> str:
        return f"{show_money(value)}元" if side.unit == "fen" else f"{value:,}{side.word}"

    return show


def file_names(leaves: Iterable[Branch | Leaf], to: Asker) -> dict[int, str]:
    """How people call the files that these records came from: 「籍山镇《资金表.xlsx》」."""
    files = {each.origin_file_id for each in leaves if isinstance(each, Leaf)} - {None}
    found = Receipt.objects.seen_by(to).filter(file_id__in=files).select_related("office")
    return {
        each.file_id: f"{each.office.short_name}《{each.original_name}》"
        for each in found.order_by("-id")
    }


def sheet_address(leaf: Leaf, names: Mapping[int, str]) -> tuple[str, str]:
    """Address and name of the sheet line a record came from; both empty where it came from none."""
    if not (leaf.origin_file_id and leaf.origin_sheet and leaf.origin_line):
        return "", ""
    line = leaf.origin_line
    address = f"/intake/files/{leaf.origin_file_id}/sheets/{leaf.origin_sheet}/?line={line}#L{line}"
    name = names.get(leaf.origin_file_id, "")
    return address, f"{name}第{leaf.origin_sheet}张表第{line}行"


def _part(
    each: Branch | Leaf, keys: tuple[str, ...], show: Callable[[int], str], names: Mapping[int, str]
) -> Part:
    if isinstance(each, Branch):
        return Part(each.label, show(each.value), each.count, (*keys, each.key))
    address, place = sheet_address(each, names)
    return Part(each.label, show(each.value), address=address, place=place, note=each.note)


def _side_card(card: Card, keys: tuple[str, ...]) -> Card:
    """The card of what a ratio's parts are counted in; the figure's own card otherwise."""
    if card.unit != "ratio":
        return card
    room, _, name = card.key.partition(".")
    over, _, under = name.removesuffix("_ratio").partition("_of_")
    wanted = under if keys[:1] == ("denominator",) and under else over
    known = collect.known_cards()
    return known.get(f"{room}.{wanted}") or known.get(f"{room}.{over}") or _counted(card)


def _counted(card: Card) -> Card:
    return Card(card.key, card.name, "count", card.numerator, None, card.cutoff, card.owner)


def _with_shares(parts: tuple[Part, ...], values: Sequence[int]) -> tuple[Part, ...]:
    """Shares of the level's sum, for the bars; none where they would say nothing."""
    total = sum(values)
    if total <= 0 or min(values) < 0 or len(set(values)) == 1:
        return parts
    return tuple(
        replace(part, share=Decimal(value) / Decimal(total))
        for part, value in zip(parts, values, strict=True)
    )


def _adds_up(shown: Shown, keys: tuple[str, ...], total: int) -> bool | None:
    """Whether a side's first split adds up to what is shown; unknown further down."""
    if shown.card.unit == "text":
        return None
    if keys == ("denominator",):
        return total == shown.denominator
    return total == shown.numerator if keys in ((), ("numerator",)) else None


def exact_text(card: Card, value: int | Fraction | str | None) -> str:
    """The value before rounding, as people read it."""
    if value is None:
        return "没有分母，不计算"
    if isinstance(value, str):
        return value
    if card.unit == "fen":
        return f"{show_money(int(value))}元"
    if card.unit == "ratio":
        return f"{Fraction(value).numerator}/{Fraction(value).denominator}"
    return f"{int(value):,}{card.word}"


def _computation(shown: Shown) -> str:
    """How the value came about, in one line."""
    card = shown.card
    if card.unit == "ratio":
        over = _side_card(card, ("numerator",))
        under = _side_card(card, ("denominator",))
        if shown.numerator is None or shown.denominator is None:
            return ""
        printed = show_value(card, shown.value)
        return (
            f"{exact_text(over, shown.numerator)} ÷ "
            f"{exact_text(under, shown.denominator)} = {printed}"
        )
    if card.unit == "text" or shown.numerator is None:
        return ""
    exact = exact_text(card, shown.numerator)
    printed = show_value(card, shown.value)
    return "" if exact == printed else f"{exact} ≈ {printed}"


def rounding_text(card: Card) -> str:
    """The rounding rule in words."""
    if card.unit == "text" or (card.unit == "count" and not card.scale):
        return "取整数，不作舍入"
    unit = "百分数" if card.unit == "ratio" else f"以{card.scale}{card.word}为单位"
    tail = "，末尾的零不写" if card.trim and card.places else ""
    return f"{unit}，四舍五入保留{card.places}位小数{tail}"

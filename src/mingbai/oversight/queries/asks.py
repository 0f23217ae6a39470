"""Who must say what at a dispatch meeting: the book's questions put to the offices they concern."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mingbai.base.models import Office
from mingbai.delivery.queries.lags import LagRow
from mingbai.oversight.queries.material import Material, SlowRow
from mingbai.rulebook.model import AskRule, DispatchRule


@dataclass(frozen=True)
class Ask:
    """What one office is asked to say, and of which things; ``is_red`` puts it further to front."""

    office: Office
    rule: AskRule
    items: tuple[str, ...]
    text: str
    is_red: bool


@dataclass(frozen=True)
class Turn:
    """One office's turn to speak, with all it is asked."""

    office: Office
    asks: tuple[Ask, ...]


def agenda_of(material: Material, rule: DispatchRule) -> tuple[Turn, ...]:
    """The turns: offices asked of red lags first, then those asked the most; asks as the book
    orders them.
    """
    by_office: dict[int, list[Ask]] = {}
    for ask_rule in rule.asks:
        concerned: dict[Office, list[tuple[str, bool]]] = {}
        for office, item, is_red in _concerned(ask_rule, material):
            concerned.setdefault(office, []).append((item, is_red))
        for office, found in concerned.items():
            items = tuple(dict.fromkeys(item for item, _ in found))
            text = ask_rule.text.replace("{items}", _named(items, rule.named))
            red = any(is_red for _, is_red in found)
            by_office.setdefault(office.pk, []).append(Ask(office, ask_rule, items, text, red))
    turns = [Turn(asks[0].office, tuple(asks)) for asks in by_office.values()]
    return tuple(sorted(turns, key=_order))


def _order(turn: Turn) -> tuple[int, int, int, str]:
    red = sum(len(ask.items) for ask in turn.asks if ask.is_red)
    of_town = turn.office.kind == Office.Kind.TOWN
    return int(of_town), -red, -sum(len(ask.items) for ask in turn.asks), turn.office.code


def _concerned(rule: AskRule, material: Material) -> Iterator[tuple[Office, str, bool]]:
    if rule.on == "money":
        for gap in material.money:
            yield gap.sub_item.lead_office, gap.sub_item.name, False
    elif rule.on in ("overdue", "pending"):
        late = rule.on == "overdue"
        for each in material.pending:
            if (each.standing.state == "overdue") == late and each.standing.state != "reported":
                yield each.standing.decision.office, each.standing.decision.text, late
    else:
        for slow in _slow_rows(rule, material.slow):
            judged = slow.row.judged
            yield judged.office, judged.sub_item.name, slow.row.colour == "red"


def _slow_rows(rule: AskRule, slow: Iterable[SlowRow]) -> Iterator[SlowRow]:
    for each in slow:
        whole = "sub_items" if each.is_whole else "towns"
        if rule.among in (None, whole) and _asked(rule, each):
            yield each


def _asked(rule: AskRule, slow: SlowRow) -> bool:
    row = slow.row
    held_to = row.held_to
    tests: Mapping[str, bool] = {
        "lagging": row.state == "lagging" and rule.severity in (None, row.colour),
        "unanswered": is_unanswered(row),
        "missed": held_to is not None and held_to.missed_count > 0,
        "at_risk": slow.at_risk,
        "silent": row.state == "silent",
    }
    return tests[rule.on]


def is_unanswered(row: LagRow) -> bool:
    """A lag without a plan that stands or waits; a plan that was not kept is asked of apart."""
    return row.state == "lagging" and (row.plan is None or row.plan.state == "sent_back")


def _named(items: tuple[str, ...], most: int) -> str:
    """「甲、乙」; 「甲、乙等7项」 where there are more than may be named."""
    text = "、".join(items[:most])
    return f"{text}等{len(items)}项" if len(items) > most else text

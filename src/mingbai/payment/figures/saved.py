"""What comparison saved, rule by rule, down to the doubted rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Final

from mingbai.base.figures import Branch, Card, Figure, Leaf
from mingbai.base.scope import Asker
from mingbai.payment.queries.savings import stakes_of
from mingbai.programme.figures import evidence_of, split_page
from mingbai.registry.queries.savings import Stake, finding_places, rule_label

PAGE: Final = 500
_CUTOFF: Final = "已发放的按到账日期，结论按台账"


def _card(key: str, name: str, numerator: str) -> Card:
    return Card(
        key=key, name=name, unit="fen", numerator=numerator, denominator=None, cutoff=_CUTOFF,
        owner="县民生办", word="元", scale="万", places=2,
    )  # fmt: skip


CARDS: Final[dict[str, Card]] = {
    "payment.stopped_amount": _card(
        "payment.stopped_amount",
        "发放前拦下的金额",
        "最新结论为属实、处理为暂缓的疑点所涉金额，减去其中已经发放的",
    ),
    "payment.to_recover_amount": _card(
        "payment.to_recover_amount",
        "查实已发放、应追回的金额",
        "最新结论为属实的疑点，其存疑行中已经到账的金额；一行有几条疑点的只计一次",
    ),
}


def make_figure(key: str, *, year: int, cutoff: date, as_of: int, to: Asker) -> Figure:
    """The money of all confirmed findings, in 分. Errors: KeyError for a figure elsewhere."""
    card = CARDS[key]
    rows = _worth(key, stakes_of(to=to, year=year, cutoff=cutoff, as_of=as_of))
    value = sum(amount for _, amount in rows)
    evidence = evidence_of("registry.Finding", [(each.finding_id, n) for each, n in rows])
    return Figure(card, value, cutoff, evidence)


def walk_figure(
    key: str, path: tuple[str, ...], *, year: int, cutoff: date, as_of: int, to: Asker
) -> list[Branch | Leaf]:
    """Rules, the most money first, then findings with their first doubted row. Errors: KeyError."""
    CARDS[key]
    steps, offset = split_page(path)
    rows = _worth(key, stakes_of(to=to, year=year, cutoff=cutoff, as_of=as_of))
    if not steps:
        return _by_rule(rows, year)
    code, _, rule = steps[0].partition("|")
    mine = [(each, n) for each, n in rows if (each.code, each.rule) == (code, rule)]
    if len(steps) > 1 or not mine:
        raise KeyError(steps[-1])
    mine.sort(key=lambda pair: (-pair[1], pair[0].finding_id))
    return _leaves(mine, to, offset)


def _worth(key: str, stakes: list[Stake]) -> list[tuple[Stake, int]]:
    """The findings that add to a figure, each with its part of it."""
    column = key.partition(".")[2]
    pairs = ((each, int(getattr(each, column))) for each in stakes)
    return [(each, amount) for each, amount in pairs if amount]


def _by_rule(rows: list[tuple[Stake, int]], year: int) -> list[Branch | Leaf]:
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for each, amount in rows:
        sums[each.code, each.rule][0] += amount
        sums[each.code, each.rule][1] += 1
    ordered = sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))
    return [
        Branch(f"{code}|{rule}", rule_label(rule, code, year=year), amount, count)
        for (code, rule), (amount, count) in ordered
    ]


def _leaves(rows: list[tuple[Stake, int]], to: Asker, offset: int) -> list[Branch | Leaf]:
    page = rows[offset : offset + PAGE]
    places = finding_places([each.finding_id for each, _ in page], to=to)
    found: list[Branch | Leaf] = [
        Leaf(
            f"疑点第 {each.finding_id} 号",
            amount,
            *places.get(each.finding_id, (None, None, None)),
        )
        for each, amount in page
    ]
    rest = rows[offset + len(page) :]
    if rest:
        left = sum(amount for _, amount in rest)
        end = offset + len(page)
        found.append(Branch(f"@{end}", f"其余 {len(rest)} 条", left, len(rest)))
    return found

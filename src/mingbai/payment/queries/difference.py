"""Why a month pays more or less than the one before: causes that add up to the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl
from django.db.models import Max, Min

from mingbai.payment.models import PaymentBatch, PaymentLine
from mingbai.payment.queries.members import member_shifts
from mingbai.payment.queries.source import to_roots
from mingbai.registry.models import Enrolment, Finding
from mingbai.registry.queries import newest_decisions, person_roots, stops
from mingbai.rulebook import AmountRule, SubItem

_WHY: Final = "only counts and sums leave this query"
_LINES: Final = {
    "person_id": pl.Int64(),
    "nature": pl.String(),
    "item": pl.String(),
    "rule": pl.String(),
    "amount": pl.Int64(),
    "set_off": pl.Int64(),
}
#: Cause -> words for the page, in the order of the waterfall.
WORDS: Final[dict[str, str]] = {
    "new": "新增",
    "late": "资格迟办，补发应享月份",
    "resumed": "恢复发放",
    "rate": "标准调整",
    "grade": "类别或金额变动",
    "member_joined": "家庭增加人口",
    "member_died": "家庭成员死亡",
    "member_elsewhere": "家庭成员另有保障",
    "member_left": "家庭成员离户",
    "ended": "资格终止",
    "suspended": "暂停发放",
    "objection": "公示有异议",
    "held": "疑点暂缓",
    "gone": "本期名册未列入",
    "arrears": "补发差额",
    "repaid": "退票重发",
    "set_off": "抵扣追回",
}
_RELEASED: Final = frozenset({"dismissed", "superseded"})


@dataclass(frozen=True)
class CausePart:
    """What one cause adds to a month: lines and 分, negative where it takes away."""

    cause: str
    words: str
    count: int
    amount: int


@dataclass(frozen=True)
class Difference:
    """Two months of a sub-item, all batches of each, net of set-off; parts add up exactly.

    ``before_period`` is the last month that paid anything, None where there was none.
    """

    before_period: int | None
    before_count: int
    before_amount: int
    now_count: int
    now_amount: int
    parts: tuple[CausePart, ...]


def explain_difference(batch: PaymentBatch, sub_item: SubItem | None) -> Difference:
    """Hold a batch's month against the last month that paid, person by person, cause by cause.

    A person who is in both months and paid another amount is split: what the new standard gives to
    the old grade is ``rate``, the rest ``grade``. Two queries over lines, the rest by people.
    """
    before_period = _period_before(batch)
    now = _lines(batch.sub_item, batch.period)
    before = _lines(batch.sub_item, before_period)
    regular = _both(now, before, "regular")
    found = [*_joined(regular, batch), *_changed(regular, sub_item), *_left(regular, batch)]
    found += _moved(regular, batch, before_period, sub_item)
    for nature in ("arrears", "repaid"):
        one, other = (part.filter(pl.col("nature") == nature) for part in (now, before))
        found.append((nature, one.height - other.height, _sum(one) - _sum(other)))
    kept = int(now["set_off"].sum()) - int(before["set_off"].sum())
    found.append(("set_off", 0, -kept))
    sums: dict[str, tuple[int, int]] = {}
    for cause, count, amount in found:
        counted, summed = sums.get(cause, (0, 0))
        sums[cause] = (counted + count, summed + amount)
    return Difference(
        before_period,
        before.height,
        _sum(before) - int(before["set_off"].sum()),
        now.height,
        _sum(now) - int(now["set_off"].sum()),
        tuple(
            CausePart(cause, words, *sums[cause])
            for cause, words in WORDS.items()
            if sums.get(cause, (0, 0)) != (0, 0)
        ),
    )


def _period_before(batch: PaymentBatch) -> int | None:
    newest = (
        PaymentBatch.objects.unscoped(_WHY)
        .filter(sub_item=batch.sub_item, period__lt=batch.period)
        .exclude(steps__step="voided")
        .aggregate(newest=Max("period"))["newest"]
    )
    return None if newest is None else int(newest)


def _lines(sub_item: str, period: int | None) -> pl.DataFrame:
    rows = PaymentLine.objects.unscoped(_WHY).filter(
        batch__sub_item=sub_item, batch__period=period or 0, voided=False
    )
    found = list(rows.values_list(*_LINES).iterator(20_000))
    return to_roots(pl.DataFrame(found, schema=_LINES, orient="row"), person_roots())


def _sum(lines: pl.DataFrame) -> int:
    return int(lines["amount"].sum())


def _both(now: pl.DataFrame, before: pl.DataFrame, nature: str) -> pl.DataFrame:
    """One row a person: ``count amount rule`` of now and ``*_before`` of the month before."""
    sides = [
        side.filter(pl.col("nature") == nature)
        .group_by("person_id")
        .agg(
            count=pl.len().cast(pl.Int64),
            amount=pl.col("amount").sum(),
            rule=pl.col("rule").sort().str.join(" "),
        )
        for side in (now, before)
    ]
    return sides[0].join(sides[1], on="person_id", how="full", suffix="_before", coalesce=True)


def _joined(both: pl.DataFrame, batch: PaymentBatch) -> list[tuple[str, int, int]]:
    came = both.filter(pl.col("count_before").is_null())
    if not came.height:
        return []
    earlier = (
        PaymentLine.objects.unscoped(_WHY)
        .filter(batch__sub_item=batch.sub_item, batch__period__lt=batch.period, voided=False)
        .order_by()
        .values_list("person_id", flat=True)
        .distinct()
    )
    known = came.filter(pl.col("person_id").is_in(list(earlier.iterator(20_000))))
    new = came.join(known, on="person_id", how="anti")
    late = new.filter(pl.col("person_id").is_in(list(_enrolled_late(batch))))
    new = new.join(late, on="person_id", how="anti")
    return [
        (cause, int(part["count"].sum()), _sum(part))
        for cause, part in (("new", new), ("late", late), ("resumed", known))
    ]


def _enrolled_late(batch: PaymentBatch) -> set[int]:
    """People whose right was put in force only after the month had been drawn: arrears of it."""
    batches = PaymentBatch.objects.unscoped(_WHY).filter(
        sub_item=batch.sub_item, period=batch.period
    )
    drawn = batches.exclude(steps__step="voided").aggregate(first=Min("act_id"))["first"]
    if drawn is None:
        return set()
    late = Enrolment.objects.unscoped(_WHY).filter(sub_item=batch.sub_item, act_id__gt=drawn)
    standing = dict(person_roots().iter_rows())
    people = late.values_list("person_id", flat=True).iterator(20_000)
    return {standing.get(each, each) for each in people}


def _changed(both: pl.DataFrame, sub_item: SubItem | None) -> list[tuple[str, int, int]]:
    """People in both months: what a new standard did, and what a new grade or amount did."""
    stayed = both.filter(
        pl.col("count").is_not_null(),
        pl.col("count_before").is_not_null(),
        (pl.col("amount") != pl.col("amount_before")) | (pl.col("count") != pl.col("count_before")),
    )
    rules = {rule.rule_id: rule for rule in sub_item.amounts} if sub_item is not None else {}
    sums = {"rate": [0, 0], "grade": [0, 0]}
    groups = stayed.group_by(
        "rule", "rule_before", "amount", "amount_before", "count", "count_before"
    ).len()
    for rule, old, amount, paid, count, counted, people in groups.iter_rows():
        whole = amount - paid
        rate = _by_rate(rules.get(old), rules.get(rule), paid, whole) if rule != old else 0
        sums["rate"][1] += people * rate
        sums["grade"][1] += people * (whole - rate)
        sums["grade"][0] += people * (count - counted)
    return [(cause, count, amount) for cause, (count, amount) in sums.items()]


def _moved(
    both: pl.DataFrame, batch: PaymentBatch, before_period: int | None, sub_item: SubItem | None
) -> list[tuple[str, int, int]]:
    """Households in both months whose members changed: what each member did, taken off the rest."""
    stayed = both.filter(pl.col("count").is_not_null() & pl.col("count_before").is_not_null())
    amounts = {
        payee: (amount, paid)
        for payee, amount, paid in stayed.select("person_id", "amount", "amount_before").iter_rows()
    }
    shifts = member_shifts(batch, before_period, sub_item, amounts)
    rest = -sum(amount for _, amount in shifts)
    return [*((cause, 0, amount) for cause, amount in shifts), ("grade", 0, rest)]


def _by_rate(old: AmountRule | None, new: AmountRule | None, paid: int, whole: int) -> int:
    """What of a change the new standard alone brings: it pays the old grade another amount."""
    if old is not None and new is not None and old.base == new.base == "per_member":
        was = old.amount_fen or 1
        return ((new.amount_fen or 0) - was) * (paid // was)
    if old is None or new is None or old.kind != "graded" or new.kind != "graded":
        return whole
    grades = [grade for grade, fen in old.grades.items() if fen == paid]
    if len(grades) != 1 or grades[0] not in new.grades:
        return whole
    return new.grades[grades[0]] - paid


def _left(both: pl.DataFrame, batch: PaymentBatch) -> list[tuple[str, int, int]]:
    """People of the month before who are not in this one, by why."""
    gone = both.filter(pl.col("count").is_null())
    if not gone.height:
        return []
    causes = _why_gone(batch)
    schema = {"person_id": pl.Int64(), "cause": pl.String()}
    known = pl.DataFrame(list(causes.items()), schema=schema, orient="row")
    gone = gone.join(known, on="person_id", how="left").with_columns(
        pl.col("cause").fill_null("gone")
    )
    sums = gone.group_by("cause").agg(pl.col("count_before", "amount_before").sum())
    return [(cause, -count, -amount) for cause, count, amount in sums.iter_rows()]


def _why_gone(batch: PaymentBatch) -> dict[int, str]:
    """Person -> cause: held, stopped, or ended; who ended is not also held."""
    decided = newest_decisions(year=batch.year)
    holds = Finding.objects.unscoped(_WHY).filter(
        year=batch.year, sub_item=batch.sub_item, effect="hold", person__isnull=False
    )
    held = {
        person: "held"
        for pk, person in holds.values_list("id", "person_id").iterator(20_000)
        if decided.get(pk) not in _RELEASED
    }
    spans = stops(year=batch.year, sub_items=[batch.sub_item]).filter(
        pl.col("from_period") <= batch.period,
        pl.col("to_period").is_null() | (pl.col("to_period") >= batch.period),
    )
    stopped = dict(spans.select("enrolment_id", "cause").iter_rows())
    rights = Enrolment.objects.unscoped(_WHY).filter(sub_item=batch.sub_item)
    by_enrolment = {
        person: stopped[pk]
        for pk, person in rights.filter(pk__in=list(stopped)).values_list("id", "person_id")
    }
    ended = rights.filter(end_period__lt=batch.period).values_list("person_id", flat=True)
    standing = dict(person_roots().iter_rows())
    found = {**held, **by_enrolment, **dict.fromkeys(ended.iterator(20_000), "ended")}
    return {standing.get(person, person): cause for person, cause in found.items()}

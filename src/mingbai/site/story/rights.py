"""Rights in force that change: suspended, restored, ended, graded anew, reviewed; by two hands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mingbai.registry.actions import (
    RowsReport,
    Wanted,
    decide_changes,
    propose_changes,
    review_enrolments,
)
from mingbai.registry.models import Enrolment, EnrolmentChange
from mingbai.registry.queries.life import month_after
from mingbai.site.story.cast import Cast, must_be_done

_RURAL: Final = "hardship-relief.rural-dibao"
_CARE: Final = "hardship-relief.disabled-care"


def tell_changes(cast: Cast) -> None:
    """What changes from the month after the last one paid on: nothing that was paid is touched."""
    then = month_after(cast.period)
    rural, care = pick_rights(cast, _RURAL, 24), pick_rights(cast, _CARE, 8)
    stop = Wanted("suspended", then, "unreachable", "三次入户未见本人，电话不通", None)
    _decide(cast, rural[:4], stop, 14)
    _decide(cast, rural[4:7], Wanted("ended", then, "income", "信息核对报告，家庭人均收入超标"), 12)
    graded = Wanted("changed", then, "worse", "入户核查表，户主住院致家庭支出大增", grade="a")
    _decide(cast, rural[7:10], graded, 9)
    back = Wanted("restored", then, "found", "已联系上本人，村里出具证明", back_pay=True)
    _decide(cast, rural[:1], back, 6)
    doubt = Wanted("suspended", then, "account", "开户行来函，账户已转睡眠户")
    _decide(cast, care[:2], doubt, 5, refuse="账户已由本人激活，不用暂停")
    # These wait for the second hand.
    _propose(cast, rural[10:12], Wanted("ended", then, "moved_out", "户籍迁出证明"), 2)
    better = Wanted("changed", then, "better", "长子就业，人均收入上升", grade="c")
    _propose(cast, rural[12:13], better, 1)
    _propose(cast, care[2:4], Wanted("suspended", then, "papers_missing", "残疾人证到期未换"), 1)
    must_be_done(
        review_enrolments(
            enrolments=rural[13:20], occasion="periodic", period=then,
            basis="年度复核入户核查表", wanted=None, by=cast.lead_clerk(_RURAL), at=cast.at(3),
        )
    )  # fmt: skip


def pick_rights(cast: Cast, sub_item: str, most: int, *, skip: int = 0) -> list[Enrolment]:
    """So many rights in force, spread over the county, the same in every telling."""
    rights = Enrolment.objects.unscoped("whom the demonstration tells of").filter(
        sub_item=sub_item, since_period__lt=cast.period, end_period=None
    )
    ids = list(rights.order_by("id").values_list("pk", flat=True))
    step = max(1, len(ids) // (most + skip or 1))
    chosen = ids[::step][skip : skip + most]
    return list(rights.filter(pk__in=chosen).select_related("person").order_by("id"))


def _propose(cast: Cast, rights: Sequence[Enrolment], wanted: Wanted, before: int) -> RowsReport:
    by = cast.lead_clerk(rights[0].sub_item)
    return must_be_done(
        propose_changes(enrolments=rights, wanted=wanted, by=by, at=cast.at(before, 9))
    )


def _decide(
    cast: Cast, rights: Sequence[Enrolment], wanted: Wanted, before: int, *, refuse: str = ""
) -> None:
    report = _propose(cast, rights, wanted, before)
    changes = EnrolmentChange.objects.unscoped("what was proposed just now").filter(act=report.act)
    must_be_done(
        decide_changes(
            changes=list(changes),
            verdict="refused" if refuse else "approved",
            reason=refuse,
            by=cast.lead_checker(rights[0].sub_item),
            at=cast.at(before, 16),
        )
    )

"""Applications in every state of their life, from the town's desk to a right in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from mingbai.engine.generate import Person
from mingbai.registry.actions import (
    Asked,
    Opinion,
    add_paper,
    begin_enrolments,
    receive_application,
    review_applications,
    withdraw_application,
)
from mingbai.registry.models import Application
from mingbai.site.demo.places import Place
from mingbai.site.promises import SCAN
from mingbai.site.story.cast import Cast, must_be_done
from mingbai.site.story.posting import Notice, object_to, post_applicants, take_down

_RURAL: Final = "hardship-relief.rural-dibao"
_URBAN: Final = "hardship-relief.urban-dibao"
_ALONE: Final = "hardship-relief.destitute"
_OLD: Final = "elderly-care.old-age-allowance"
_LIVING: Final = "hardship-relief.disabled-living"
_BORN: Final = {_OLD: (date(1932, 1, 1), date(1940, 12, 31))}
_ELDERLY: Final = (date(1941, 1, 1), date(1957, 12, 31))
_GRADES: Final = {_RURAL: "abc", _URBAN: "abc", _OLD: ("80",), _ALONE: ("home", "residential")}


@dataclass(frozen=True)
class Group:
    """People of one town who applied together: how many days before the story's last day they
    were received, and each review after that was passed."""

    sub_item: str
    town: int
    count: int
    days: tuple[int, ...]


#: At the town (two in time, one late, one returned for papers), at the department, at the last
#: approval; by different towns and sub-items.
_WAITING: Final = (
    Group(_RURAL, 0, 2, (4,)),
    Group(_RURAL, 1, 1, (33,)),
    Group(_OLD, 2, 2, (3,)),
    Group(_ALONE, 3, 1, (12,)),
    Group(_RURAL, 2, 2, (20, 9)),
    Group(_LIVING, 4, 2, (16, 6)),
    Group(_URBAN, 0, 1, (24, 16)),
    Group(_RURAL, 3, 2, (25, 15, 4)),
    Group(_ALONE, 5, 1, (26, 14, 3)),
)
_APPROVED: Final = Group(_RURAL, 7, 2, (24, 15, 8, 3))
_RUNNING: Final = Group(_RURAL, 4, 3, (30, 21, 14, 7))
_OBJECTED: Final = Group(_RURAL, 5, 3, (40, 30, 24, 18))
_CLEAR: Final = Group(_RURAL, 6, 2, (43, 34, 28, 22))
_BEGUN: Final = Group(_RURAL, 0, 3, (58, 50, 44, 39))
_UNPOSTED: Final = (Group(_OLD, 1, 2, (18, 12, 8, 4)), Group(_OLD, 6, 2, (16, 11, 7, 3)))


def tell_applications(cast: Cast) -> list[Application]:
    """Tell every group's story; returns the applications that were put in force."""
    for group in _WAITING:
        _come_as_far(cast, group)
    _turn_down(cast)
    _come_as_far(cast, _APPROVED)
    _come_as_far(cast, _RUNNING)
    post_applicants(cast, Notice(_RURAL, _place(cast, _RUNNING).code, 5), photo=True)
    _come_as_far(cast, _OBJECTED)
    objected = post_applicants(cast, Notice(_RURAL, _place(cast, _OBJECTED).code, 17))
    object_to(cast, objected, received=12)
    _come_as_far(cast, _CLEAR)
    clear = post_applicants(cast, Notice(_RURAL, _place(cast, _CLEAR).code, 21), photo=True)
    take_down(cast, clear, on=10)
    begun = _come_as_far(cast, _BEGUN)
    done = post_applicants(cast, Notice(_RURAL, _place(cast, _BEGUN).code, 38), photo=True)
    take_down(cast, done, on=28)
    _begin(cast, begun, 25)
    _come_as_far(cast, _UNPOSTED[0])
    old = _come_as_far(cast, _UNPOSTED[1])
    _begin(cast, old, 2)
    return [*begun, *old]


def apply_as(
    cast: Cast, person: Person, *, sub_item: str, place: Place, before: int
) -> Application:
    """Receive one person's application at their town, so many days before the last day."""
    grades = _GRADES.get(sub_item, ("",))
    clerk, at = cast.town_clerk(place.code), cast.at(before, 9)
    return receive_application(
        asked=Asked(
            sub_item=sub_item,
            town=place.code,
            village=person.village.code,
            id_number=person.id_number,
            name=person.name,
            received_date=at.date(),
            phone=person.phone,
            account=person.account,
            grade=grades[int(cast.random.random() * len(grades))],
        ),
        book=cast.book,
        by=clerk,
        at=at,
    )


def pass_on(cast: Cast, applications: Sequence[Application], days: Sequence[int]) -> None:
    """Pass as many reviews as there are days, each by the hand the rulebook names."""
    first = applications[0]
    rule = cast.book.procedure(first.sub_item, first.received_date)
    code = "application"
    for before in days:
        step = rule.after(code)
        by, at = cast.hand_of(step, sub_item=first.sub_item, town=first.town), cast.at(before, 15)
        opinion = Opinion("passed", basis=f"纸质档案〔{at.year}〕{first.pk}号")
        must_be_done(
            review_applications(
                applications=applications, opinion=opinion, book=cast.book,
                to=cast.asker(by, at=at), by=by, at=at,
            )
        )  # fmt: skip
        code = step.code


def _place(cast: Cast, group: Group) -> Place:
    return cast.places[group.town % len(cast.places)]


def _receive(cast: Cast, group: Group) -> list[Application]:
    place, born = _place(cast, group), _BORN.get(group.sub_item, _ELDERLY)
    return [
        apply_as(
            cast, cast.newcomer(place, born), sub_item=group.sub_item, place=place,
            before=group.days[0],
        )
        for _ in range(group.count)
    ]  # fmt: skip


def _come_as_far(cast: Cast, group: Group) -> list[Application]:
    found = _receive(cast, group)
    pass_on(cast, found, group.days[1:])
    return found


def _turn_down(cast: Cast) -> None:
    """Returned to the applicant, returned by the department, refused by each, taken back."""
    (paperless,) = _receive(cast, Group(_RURAL, 3, 1, (15,)))
    rule = cast.book.procedure(_RURAL, paperless.received_date)
    clerk = cast.town_clerk(paperless.town)
    papers = rule.step("application").papers
    for name in papers[:-1]:
        add_paper(application=paperless, name=name, content=SCAN, by=clerk, at=cast.at(15))
    lacking = Opinion("returned", reason=f"缺{papers[-1]}，请补交后再报")
    _say(cast, paperless, lacking, "town_review", 10)
    (back,) = _receive(cast, Group(_RURAL, 1, 1, (22,)))
    pass_on(cast, [back], (13,))
    unclear = Opinion("returned", reason="家庭成员有一人就业情况没有写明，请镇里入户再核")
    _say(cast, back, unclear, "department_review", 6)
    (early,) = _receive(cast, Group(_URBAN, 2, 1, (28,)))
    house = Opinion("refused", reason="家庭名下有商品房两套，不符合财产规定")
    _say(cast, early, house, "town_review", 19)
    (late,) = _receive(cast, Group(_ALONE, 6, 1, (36,)))
    pass_on(cast, [late], (27,))
    son = Opinion("refused", reason="有法定赡养义务人且有赡养能力")
    _say(cast, late, son, "department_review", 20)
    (own,) = _receive(cast, Group(_RURAL, 7, 1, (18,)))
    withdraw_application(
        application=own, reason="随子女外出居住，本人不再申请", by=cast.town_clerk(own.town),
        at=cast.at(11),
    )  # fmt: skip


def _say(cast: Cast, application: Application, said: Opinion, code: str, before: int) -> None:
    rule = cast.book.procedure(application.sub_item, application.received_date)
    step = rule.step(code)
    by = cast.hand_of(step, sub_item=application.sub_item, town=application.town)
    at = cast.at(before, 16)
    must_be_done(
        review_applications(
            applications=[application], opinion=said, book=cast.book, to=cast.asker(by, at=at),
            by=by, at=at,
        )
    )  # fmt: skip


def _begin(cast: Cast, applications: Sequence[Application], before: int) -> None:
    by, at = cast.lead_clerk(applications[0].sub_item), cast.at(before, 17)
    must_be_done(
        begin_enrolments(
            applications=applications, book=cast.book, to=cast.asker(by, at=at), by=by, at=at
        )
    )

"""People and households: families written down, moves, deaths, two records of one person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from mingbai.registry.actions import (
    add_member,
    begin_enrolments,
    change_head,
    end_membership,
    find_same_people,
    found_household,
    merge_people,
    move_people,
    propose_merge,
    record_death,
    set_guardian,
    withdraw_death,
)
from mingbai.registry.models import Application, Enrolment, HouseholdMember, Person
from mingbai.registry.queries.people import unseal_of
from mingbai.site.story.applying import apply_as, pass_on
from mingbai.site.story.cast import Cast, must_be_done
from mingbai.site.story.rights import pick_rights

_PENSION: Final = "residents-pension.pensions"
_OLD: Final = "elderly-care.old-age-allowance"
_CHILDREN: Final = ("preschool.child-aid", "compulsory-education.boarders")
_HEAD, _SPOUSE, _SON, _DAUGHTER, _GRANDCHILD = "02", "10", "20", "30", "40"
_HOMES: Final = 12
#: Above so many people looking for twins is a job of its own, which the clerk starts.
_FEW: Final = 20_000


def tell_people(cast: Cast) -> None:
    """Households, moves, deaths and mergings, each by the town it happens in."""
    _form_families(cast)
    _move(cast)
    _die(cast)
    _merge(cast)
    if Person.objects.unscoped("how many records there are").count() <= _FEW:
        find_same_people(by=cast.clerk, at=cast.at(2))


def _form_families(cast: Cast) -> None:
    """Pensioners with a child of a school's or nursery's roster in the same village."""
    homes = _villages(cast)
    for number, (elders, children) in enumerate(homes[:_HOMES]):
        head, clerk = elders[0], cast.town_clerk(elders[0].town)
        day, at = date(cast.day.year - 5, 3, 1), cast.at(26, 9)
        home = found_household(head=head, from_date=day, by=clerk, at=at)
        member = None
        for other in elders[1:2]:
            member = add_member(
                household=home, person=other, relation=_SPOUSE, from_date=day, by=clerk, at=at
            )
        for child in children[:1]:
            young = add_member(
                household=home, person=child, relation=_GRANDCHILD, guardian=head,
                from_date=max(day, child.birth_date or day), by=clerk, at=at,
            )  # fmt: skip
            if number == 0:
                set_guardian(
                    member=young, guardian=elders[1] if len(elders) > 1 else head,
                    reason="父母在外务工，由祖辈照看", by=clerk, at=cast.at(20),
                )  # fmt: skip
        if member is not None and number == 1:
            end_membership(
                member=member, to_date=cast.on(18), reason="随女儿居住，已分户", by=clerk,
                at=cast.at(18),
            )  # fmt: skip
        if member is not None and number == 2:
            relations = {
                each.pk: _HEAD if each.person_id == member.person_id else _relation(each.relation)
                for each in HouseholdMember.objects.unscoped("the household just founded").filter(
                    household=home, ended_act=None
                )
            }
            change_head(
                household=home, relations=relations, from_date=cast.on(16),
                reason="原户主长期卧床", by=clerk, at=cast.at(16),
            )  # fmt: skip


def _relation(before: str) -> str:
    """How somebody is related to the spouse of who was head before."""
    return _SPOUSE if before == _HEAD else before


def _villages(cast: Cast) -> list[tuple[list[Person], list[Person]]]:
    """Pensioners and children of one village each, those with children first."""
    elders: dict[str, list[Person]] = defaultdict(list)
    for right in pick_rights(cast, _PENSION, 240):
        elders[right.person.village].append(right.person)
    children: dict[str, list[Person]] = defaultdict(list)
    for sub_item in _CHILDREN:
        for right in pick_rights(cast, sub_item, 120):
            children[right.person.village].append(right.person)
    homes = [(own, children.get(village, [])) for village, own in elders.items() if village]
    return sorted(homes, key=lambda home: (-len(home[1][:1]), -len(home[0][:2]), home[0][0].pk))


def _move(cast: Cast) -> None:
    """One within the town, one to another town."""
    near, far = (right.person for right in pick_rights(cast, _PENSION, 2, skip=5))
    own = next(place for place in cast.places if place.code == near.town)
    village = next(each.code for each in own.villages if each.code != near.village)
    _go(cast, near, village, "投靠子女，迁入同镇另一村", 15)
    other = next(place for place in cast.places if place.code != far.town)
    _go(cast, far, other.villages[0].code, "易地搬迁安置", 8)


def _go(cast: Cast, person: Person, village: str, why: str, before: int) -> None:
    move_people(
        people=[person], village=village, moved_date=cast.on(before), reason=why,
        by=cast.town_clerk(person.town), at=cast.at(before, 17),
    )  # fmt: skip


def _die(cast: Cast) -> None:
    """Two who died in the last month paid, and one report that proved wrong."""
    last = date(cast.period // 100, cast.period % 100, 20)
    people = [right.person for right in pick_rights(cast, _OLD, 3, skip=2)]
    for number, person in enumerate(people):
        by = cast.town_clerk(person.town)
        report = record_death(
            person=person, death_date=last + timedelta(days=3 * number), source="notice",
            evidence="村里报告，家属提供死亡证明", by=by, at=cast.at(11 - number),
        )  # fmt: skip
        if number == 2:
            withdraw_death(death=report.death, reason="同名同姓，报错了人", by=by, at=cast.at(7))


def _merge(cast: Cast) -> None:
    """Somebody was taken in under a mistyped number: one pair is merged, one waits."""
    pairs = [(right.person, right) for right in pick_rights(cast, _PENSION, 2, skip=11)]
    twins = [_twin(cast, person, right) for person, right in pairs]
    for number, ((person, _), twin) in enumerate(zip(pairs, twins, strict=True)):
        propose_merge(
            kept=person, merged=twin, reason="身份证号末几位抄错，经核对户口簿为同一人",
            by=cast.town_clerk(person.town), at=cast.at(4 - number),
        )  # fmt: skip
    merge_people(
        kept=pairs[0][0], merged=twins[0], reason="户口簿、存折与本人一致", by=cast.checker,
        at=cast.at(2, 9),
    )  # fmt: skip


def _twin(cast: Cast, person: Person, right: Enrolment) -> Person:
    """The second record: the same name and day of birth, applied for under another number."""
    place = next(each for each in cast.places if each.code == person.town)
    born = person.birth_date or date(1950, 1, 1)
    drawn = cast.newcomer(place, (born, born))
    village = next(
        (each for each in place.villages if each.code == right.village), place.villages[0]
    )
    typed = drawn._replace(name=unseal_of(person, "name"), village=village)
    made = apply_as(cast, typed, sub_item="elderly-care.old-age-allowance", place=place, before=18)
    pass_on(cast, [made], (12, 8, 6))
    by, at = cast.lead_clerk(_OLD), cast.at(5)
    must_be_done(
        begin_enrolments(
            applications=[made], book=cast.book, to=cast.asker(by, at=at), by=by, at=at
        )
    )
    return _people_of([made])[0]


def _people_of(applications: Sequence[Application]) -> list[Person]:
    found = Person.objects.unscoped("whom an application made").filter(
        id_key__in=[bytes(each.id_key) for each in applications]
    )
    return list(found.order_by("pk"))

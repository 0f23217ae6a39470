"""The demonstration's targets and letters: told once, and every state of them can be seen."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from mingbai.base.models import Office, Role, User
from mingbai.base.scope import Asker
from mingbai.programme.queries import (
    check_targets,
    document_standings,
    open_draft,
    revisions,
    standings_of,
    state_of,
    targets,
)
from mingbai.rulebook import load_book
from mingbai.site.line import Crew
from mingbai.site.promises import promise_year

ALL = Asker.system("tests see everything")


def _crew(office) -> Crew:
    people = []
    for name, role in (("c", "clerk"), ("k", "checker"), ("p", "payer")):
        user = User(username=f"d-{name}", display_name=name, office=office)
        user.set_unusable_password()
        user.save()
        Role.objects.create(user=user, role=role, from_date="2021-01-01")
        people.append(user)
    return Crew(*people)


def _target() -> Decimal | None:
    return targets(to=ALL, year=2021, sub_item="urban-renewal.shanty-finish")[0].target


def test_the_story_shows_every_state_and_is_told_once(installed) -> None:
    crew = _crew(Office.objects.unscoped("t").get(code="county-office"))
    book, before = load_book(year=2021, county="340223"), _target()
    promise_year(book=book, crew=crew, at=installed.at)
    assert before is not None
    assert _target() == before + 10
    states = Counter(each.state for each in standings_of(to=ALL, year=2021))
    assert set(states) == {"stale", "draft", "sent", "signed"}
    assert [state_of(each) for each in revisions(to=ALL, year=2021)] == ["draft", "approved"]
    kinds = {each.agreement for each in check_targets(to=ALL, year=2021)}
    assert kinds >= {"equal", "above", "missing"}
    promise_year(book=book, crew=crew, at=installed.at)
    draft = open_draft(to=ALL, year=2021)
    assert draft is not None
    assert draft.number == 2
    papers = document_standings(to=ALL, year=2021)
    assert Counter(each.state for each in papers) == {"issued": 8, "draft": 24}
    assert {each.newest.turn for each in papers if each.newest} == {1}

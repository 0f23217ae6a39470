"""What comparison saved, as figures: each leads to the findings and rows that it adds up."""

from __future__ import annotations

from datetime import date

import pytest
from tests.rooms.payment.banking import answer, lines_of, says, sent
from tests.rooms.payment.test_claims_returned import pay_again
from tests.rooms.payment.test_paying_once import lines

from mingbai.base.figures import Branch, Leaf
from mingbai.base.ledger import last_seq, record_act
from mingbai.base.scope import Asker
from mingbai.payment import figures
from mingbai.payment.actions import confirm_batch
from mingbai.registry import figures as registry
from mingbai.registry.actions import settle_finding
from mingbai.registry.models import Finding, FindingEvidence

pytestmark = pytest.mark.django_db
ALL = Asker.system("test")
STOPPED, OWED = "payment.stopped_amount", "payment.to_recover_amount"
RATE = "registry.confirmed_ratio"


@pytest.fixture
def paid(tree, at):
    """Two lines of 500 元, one of which came back and was paid again."""
    file = sent(tree, at, 2)
    first, second = lines_of(file)
    answer(tree, at, file, [says(first, "returned"), says(second)])
    confirm_batch(batch=file.batch, paid_date=date(2021, 2, 5), by=tree.payer, at=at)
    pay_again(tree, at, file)
    return list(lines(batch=file.batch).order_by("origin_line"))


def doubt(tree, at, line, *, stake, decision, origin_line=None, code="death", effect="hold"):
    """A finding about a row, decided."""
    act = record_act("compare_sheets", by=tree.clerk, at=at)
    found = Finding.objects.create(
        year=2021, cause_digest=f"{act.pk}", code=code, rule="hardship-relief.rural-dibao/x",
        act=act, sub_item=line.sub_item, town=line.town, severity=3, effect=effect,
        stake_amount=stake, rulebook_digest="d" * 64,
    )  # fmt: skip
    FindingEvidence.objects.create(
        finding=found, is_subject=True, origin_file_id=line.origin_file_id,
        origin_sheet=line.origin_sheet, origin_line=origin_line or line.origin_line, act=act,
    )  # fmt: skip
    if decision:
        reason = "not_entitled" if decision == "confirmed" else "list_wrong"
        settle_finding(
            finding=found, decision=decision, reason=reason, seen_number=0, by=tree.clerk, at=at
        )
    return found


def ask(tree, maker, key, path=(), as_of=None, to=ALL):
    given = {"year": 2021, "cutoff": date(2021, 12, 31), "as_of": as_of or last_seq(), "to": to}
    if path is None:
        return maker.make_figure(key, **given)
    return maker.walk_figure(key, path, **given)


def test_money_kept_back_and_money_to_recover_lead_to_their_rows(tree, at, paid):
    first, second = paid
    late = doubt(tree, at, first, stake=120_000, decision="confirmed")
    before = last_seq()
    doubt(tree, at, second, stake=70_000, decision="confirmed", origin_line=99, code="list")
    doubt(tree, at, second, stake=90_000, decision="dismissed")
    doubt(tree, at, second, stake=90_000, decision=None)
    owed, stopped = ask(tree, figures, OWED, None), ask(tree, figures, STOPPED, None)
    assert owed.value == 50_000, "paid once, though two lines stand for it"
    assert stopped.value == (120_000 - 50_000) + 70_000
    assert owed.show() == "0.05万元"
    assert ask(tree, figures, STOPPED, None, as_of=before).value == 70_000
    for key, figure in ((OWED, owed), (STOPPED, stopped)):
        branches = ask(tree, figures, key)
        assert sum(each.value for each in branches) == figure.value
        leaves = [leaf for each in branches for leaf in ask(tree, figures, key, (each.key,))]
        assert sum(leaf.value for leaf in leaves) == figure.value
        assert all(isinstance(leaf, Leaf) and leaf.origin_line for leaf in leaves)
    (leaf,) = ask(tree, figures, OWED, (f"death|{late.rule}",))
    assert (leaf.origin_file_id, leaf.origin_line) == (first.origin_file_id, first.origin_line)
    with pytest.raises(KeyError):
        ask(tree, figures, OWED, ("nothing|here",))


def test_money_that_the_bank_took_back_is_not_to_be_recovered(tree, at):
    file = sent(tree, at, 1)
    answer(tree, at, file, [says(lines_of(file)[0])])
    confirm_batch(batch=file.batch, paid_date=date(2021, 2, 5), by=tree.payer, at=at)
    line = lines(batch=file.batch).get()
    doubt(tree, at, line, stake=50_000, decision="confirmed")
    assert ask(tree, figures, OWED, None).value == 50_000
    answer(tree, at, file, [says(lines_of(file)[0], "returned")])
    assert ask(tree, figures, OWED, None).value == 0
    assert ask(tree, figures, STOPPED, None).value == 50_000


def test_the_share_that_proved_true_counts_what_people_decided(tree, at, paid):
    first, second = paid
    before = last_seq()
    doubt(tree, at, first, stake=1, decision="confirmed")
    doubt(tree, at, second, stake=1, decision="dismissed")
    doubt(tree, at, second, stake=1, decision=None)
    figure = ask(tree, registry, RATE, None)
    assert (figure.numerator, figure.denominator, figure.show()) == (1, 2, "50%")
    assert ask(tree, registry, RATE, None, as_of=before).value is None
    sides = ask(tree, registry, RATE)
    assert [(each.key, each.value) for each in sides] == [("numerator", 1), ("denominator", 2)]
    (rule,) = ask(tree, registry, RATE, ("denominator",))
    assert isinstance(rule, Branch)
    leaves = ask(tree, registry, RATE, ("denominator", rule.key))
    assert [leaf.origin_line for leaf in leaves] == [first.origin_line, second.origin_line]
    other = tree.asker(tree.user_b)
    assert ask(tree, registry, RATE, None, to=other).denominator == 0


def test_the_page_of_rules_leads_to_its_figures(tree, at, paid, client, monkeypatch):
    monkeypatch.setattr("mingbai.site.effects.newest_year", lambda: 2021)
    doubt(tree, at, paid[0], stake=120_000, decision="confirmed")
    client.force_login(tree.clerk, "mingbai.base.auth.OfficeBackend")
    page = client.get("/effects/").content.decode()
    for key in (STOPPED, OWED, RATE):
        assert f'href="/boards/why/2021/12/{key}/"' in page
    assert "700.00<small>元" in page
    assert "500.00<small>元" in page

"""Every address by every role: nothing opens to strangers, nobody does what is not theirs."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mingbai.base.models import Role
from mingbai.base.permissions import ROLES

#: name -> arguments for an object that does not exist (or is not the asker's).
NOWHERE = {
    "pk": 999_999,
    "code": "no-such-thing",
    "job": 999_999,
    "file": 999_999,
    "number": 1,
    "office": 999_999,
    "year": 2021,
    "half": 1,
    "chapter": "no-such-thing",
    "measure": "no-such-thing",
    "kind": "left_out",
    "month": 6,
    "key": "no-such-figure",
    "item": "no-such.thing",
    "town": "999999999",
}
#: Open to strangers.
OPEN = {"signin", "alive"}
#: Pages without arguments: everybody who signed in may open them.
PAGES = {
    "registry:applications", "registry:proposals", "registry:reviews", "registry:dynamics",
    "registry:dynamics_table",
    "registry:updates", "registry:merges", "registry:households",
    "payment:corrections", "payment:accounts",
    "password",
    "today", "delivery:programmes", "delivery:reports", "delivery:classes", "delivery:works",
    "delivery:class_doubts",
    "delivery:gantt",
    "oversight:inbox", "oversight:given", "oversight:outbox", "oversight:mail",
    "delivery:week", "delivery:waiting", "delivery:lags", "programme:matrix",
    "programme:changes", "programme:check",
    "programme:letters", "programme:documents",
    "intake:inbox", "registry:people",
    "registry:coverage", "registry:insured_stops", "registry:survey",
    "registry:findings", "registry:slips", "registry:visits",
    "registry:visit_sheet",
    "registry:month", "registry:export", "effects", "registry:postings", "registry:objections",
    "payment:batches",
    "payment:recoveries", "payment:funding", "funds:table", "outreach:offices", "report:papers",
    "report:circulars",
    "report:board", "report:wall",
    "oversight:meetings", "oversight:decisions",
}  # fmt: skip
#: Pages for those who hold a permission; others are refused.
PAGES_WITH = {
    "oversight:robots": "manage_users",
    "accounts": "manage_users",
    "registry:apply": "hand_in",
    "registry:survey_add": "hand_in",
    "registry:new_posting": "settle",
    "intake:upload": "hand_in",
    "delivery:report_sheet": "hand_in",
    "delivery:class_plan": "hand_in",
    "delivery:site_open": "hand_in",
    "payment:owing": "draw",
    "report:outline": "compile",
    "report:circular_closing": "compile",
    "report:town_map": "manage_users",
    "programme:people": "compile",
    "programme:word_document": "compile",
    "oversight:new_meeting": "compile",
}
#: What changes something: only by POST, and only with this permission (None: anybody signed in).
DOES = {
    "report:town_map_drop": "manage_users",
    "delivery:site_withdraw": "hand_in",
    "delivery:withdrawal_decide": "approve",
    "oversight:read": None,
    "oversight:set_mail": None,
    "oversight:add_robot": "manage_users",
    "oversight:try_robot": "manage_users",
    "oversight:switch_robot": "manage_users",
    "registry:application_known": "hand_in",
    "registry:application_receive": "hand_in",
    "registry:application_review": None,
    "registry:application_begin": None,
    "registry:application_withdraw": "hand_in",
    "registry:application_resubmit": "hand_in",
    "registry:application_add_paper": "hand_in",
    "registry:enrolment_propose": "settle",
    "registry:proposals_decide": "approve",
    "registry:reviews_enter": "settle",
    "registry:unmerge": "approve",
    "registry:merge": "approve",
    "registry:head": "settle",
    "registry:guardian": "settle",
    "registry:leave": "settle",
    "registry:join": "settle",
    "registry:found": "settle",
    "registry:ask_merge": "settle",
    "registry:die": "settle",
    "registry:move": "settle",
    "registry:document": "settle",
    "registry:undie": "settle",
    "registry:revoke": "settle",
    "registry:adopt": "settle",
    "registry:decide_update": "settle",
    "payment:card_file": "reveal",
    "payment:roll_file": "reveal",
    "registry:look_for_same": "compile",
    "registry:form": "compile",
    "signout": None,
    "delivery:report_confirm": "approve",
    "delivery:report_answer": "hand_in",
    "delivery:report_return": "approve",
    "delivery:session_open": "hand_in",
    "delivery:certify": "hand_in",
    "delivery:allowance": "hand_in",
    "delivery:doubt_answer": None,
    "delivery:waive": "issue",
    "open_account": "manage_users",
    "account_roles": "manage_users",
    "account_password": "manage_users",
    "account_switch": "manage_users",
    "intake:returned": None,
    "registry:reveal": "reveal",
    "registry:settle": "settle",
    "registry:recount": "settle",
    "registry:settle_many": "settle",
    "registry:issue": "settle",
    "registry:compare": "settle",
    "registry:check_item": "settle",
    "registry:answer": "hand_in",
    "registry:visited": "hand_in",
    "registry:survey_visited": "hand_in",
    "registry:survey_receive": "hand_in",
    "registry:survey_return": "hand_in",
    "registry:take_over": "hand_in",
    "registry:known": "hand_in",
    "registry:approve_posting": "approve",
    "registry:put_up_posting": "settle",
    "registry:prove_posting": "settle",
    "registry:take_down_posting": "settle",
    "registry:drop_posting": "settle",
    "registry:object_to": "settle",
    "registry:answer_objection": "settle",
    "registry:decide_objection": "approve",
    "registry:withdraw_objection": "settle",
    "payment:draw": "draw",
    "payment:arrears": "draw",
    "payment:propose": "draw",
    "payment:decide_recovery": "approve",
    "payment:repay_recovery": "draw",
    "payment:waive_recovery": "approve",
    "payment:register_funding": "draw",
    "payment:approve_funding": "approve",
    "payment:approve": "approve",
    "payment:confirm": "confirm",
    "payment:void": "approve",
    "payment:write_file": "confirm",
    "payment:hand_over": "confirm",
    "payment:cancel_file": "confirm",
    "payment:read_return": "confirm",
    "payment:propose_fix": "settle",
    "payment:decide_fix": "approve",
    "payment:follow_up": "draw",
    "report:compile": "compile",
    "report:issue": "issue",
    "report:compile_circular": "compile",
    "report:issue_circular": "issue",
    "delivery:plan_lag": "hand_in",
    "delivery:plan_town_lag": "hand_in",
    "delivery:confirm_plan": "approve",
    "delivery:return_plan": "approve",
    "delivery:enter_mean": "compile",
    "programme:save": "compile",
    "programme:fill": "compile",
    "programme:submit": "compile",
    "programme:drop": "compile",
    "programme:approve": "approve",
    "programme:send_back": "approve",
    "programme:enter_upper": "compile",
    "programme:draft": "compile",
    "programme:send": "compile",
    "programme:sign": "compile",
    "programme:draft_papers": "compile",
    "programme:issue_paper": "issue",
    "delivery:report_milestone": "hand_in",
    "delivery:confirm_milestones": "approve",
    "delivery:return_milestone": "approve",
    "delivery:record_note": "hand_in",
    "delivery:close_note": "approve",
    "delivery:assign_upkeep": "hand_in",
    "delivery:record_upkeep": "hand_in",
    "oversight:plan_meeting": "compile",
    "oversight:move_meeting": "compile",
    "oversight:call_off_meeting": "compile",
    "oversight:hold_meeting": "compile",
    "oversight:compile_pack": "compile",
    "oversight:issue_pack": "issue",
    "oversight:draft_minutes": "compile",
    "oversight:issue_minutes": "issue",
    "oversight:report_decision": "hand_in",
    "oversight:confirm_decision": "approve",
    "oversight:return_decision": "approve",
    "oversight:extend_decision": "approve",
}
#: Not for towns and departments, whatever their role.
COUNTY_ONLY = {
    "delivery:waive",
    "delivery:confirm_plan", "delivery:return_plan", "delivery:enter_mean",
    "accounts", "open_account", "account_roles", "account_password", "account_switch",
    "registry:recount",
    "registry:form", "registry:look_for_same",
    "registry:issue", "registry:compare", "registry:check_item",
    "report:compile_circular", "report:issue_circular",
    "report:compile", "report:issue", "report:outline", "report:circular_closing",
    "report:town_map", "report:town_map_drop",
    "programme:save", "programme:fill",
    "programme:submit", "programme:drop", "programme:approve", "programme:send_back",
    "programme:enter_upper", "programme:people", "programme:draft", "programme:send",
    "programme:sign", "programme:draft_papers", "programme:issue_paper",
    "programme:word_document",
    "oversight:new_meeting", "oversight:plan_meeting", "oversight:move_meeting",
    "oversight:call_off_meeting", "oversight:hold_meeting", "oversight:compile_pack",
    "oversight:issue_pack", "oversight:draft_minutes", "oversight:issue_minutes",
    "oversight:confirm_decision", "oversight:return_decision", "oversight:extend_decision",
}  # fmt: skip
#: One object's page: 404 where there is none for this asker, never 403 and never 500.
RECORDS = {
    "account",
    "registry:application", "registry:application_paper", "registry:enrolment",
    "registry:household", "payment:card", "payment:household_card",
    "payment:bank", "payment:bank_return", "payment:correction", "payment:evidence",
    "programme:revision", "programme:history", "programme:letter", "programme:letter_docx",
    "programme:scan", "programme:document", "programme:document_docx",
    "delivery:programme", "delivery:report", "delivery:training_class",
    "delivery:signing_sheet", "delivery:attendance", "delivery:site", "delivery:report_page",
    "delivery:site_photo", "delivery:lag", "delivery:town_lag",
    "report:circular", "report:circular_docx", "report:circular_rows", "report:circular_score",
    "intake:progress", "intake:receipt", "intake:sheet",
    "registry:posting", "registry:posting_sheet", "registry:posting_docx",
    "registry:posting_page", "registry:board_photo", "registry:objection",
    "registry:coverage_gaps", "registry:person", "registry:finding", "registry:slip",
    "registry:slip_docx", "registry:slip_xlsx", "registry:evidence", "registry:receipt_findings",
    "payment:batch", "payment:recovery", "payment:roll",
    "payment:person", "funds:programme",
    "outreach:office", "report:paper", "report:docx", "report:changes", "report:why",
    "report:why_now", "report:course", "report:town_shapes",
    "report:office_board", "report:town_board",
    "oversight:meeting", "oversight:pack", "oversight:pack_docx", "oversight:pack_rows",
    "oversight:write_minutes", "oversight:minutes", "oversight:minutes_docx",
    "oversight:decision", "oversight:decision_file",
}  # fmt: skip


def routes() -> dict[str, URLPattern]:
    """Every named address of the site."""
    found: dict[str, URLPattern] = {}

    def walk(resolver: URLResolver, space: str) -> None:
        for each in resolver.url_patterns:
            if isinstance(each, URLResolver):
                walk(each, f"{each.namespace}:" if each.namespace else space)
            else:
                assert each.name, f"{each.pattern} has no name"
                found[f"{space}{each.name}"] = each

    walk(get_resolver(), "")
    return found


ROUTES = routes()


def address(name: str) -> str:
    """The address with arguments that lead nowhere."""
    wanted = ROUTES[name].pattern.converters
    return reverse(name, kwargs={key: NOWHERE[key] for key in wanted})


def client_of(user) -> Client:
    """A browser signed in as this user."""
    client = Client(raise_request_exception=True)
    client.force_login(user, "mingbai.base.auth.OfficeBackend")
    return client


def test_every_address_is_in_the_table():
    listed = OPEN | PAGES | set(PAGES_WITH) | set(DOES) | RECORDS
    assert sorted(set(ROUTES) - listed) == [], "new addresses must say who may use them"
    assert sorted(listed - set(ROUTES)) == [], "addresses that are gone"


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_strangers_see_only_the_front_door(name, tree):
    for method in ("get", "post"):
        response = getattr(Client(), method)(address(name))
        if name in OPEN:
            assert response.status_code in (200, 405)
        else:
            assert response.status_code == 302, name
            assert response["Location"].startswith("/signin/")


@pytest.fixture
def people(tree):
    """One user of each role in the county office, and a town's clerk."""
    found = {}
    for role in ROLES:
        user = tree.clerk.__class__(username=f"r-{role}", display_name=role, office=tree.office)
        user.set_unusable_password()
        user.save()
        Role.objects.create(user=user, role=role, from_date="2021-01-01")
        found[role] = user
    found["town clerk"] = tree.user_a
    return found


def test_everybody_signed_in_opens_the_pages(people):
    for who, user in people.items():
        client = client_of(user)
        for name in sorted(PAGES):
            response = client.get(address(name))
            assert response.status_code == 200, (who, name)
            assert response["Cache-Control"].startswith("max-age=0"), "pages are never kept"
            assert "no-store" in response["Cache-Control"]


def test_records_of_others_are_not_found(people):
    for who, user in people.items():
        client = client_of(user)
        for name in sorted(RECORDS):
            assert client.get(address(name)).status_code == 404, (who, name)


def test_nothing_changes_by_get(people):
    client = client_of(people["clerk"])
    for name in sorted(DOES):
        assert client.get(address(name)).status_code == 405, name


def held_by(user) -> frozenset[str]:
    """The permissions of a user's roles."""
    roles = Role.objects.unscoped("t").filter(user=user).values_list("role", flat=True)
    return frozenset[str]().union(*(ROLES[role][1] for role in roles))


def test_pages_of_a_permission_open_only_with_it(people):
    for who, user in people.items():
        for name, permission in PAGES_WITH.items():
            status = client_of(user).get(address(name)).status_code
            may = permission in held_by(user) and not (who == "town clerk" and name in COUNTY_ONLY)
            assert (status != 403) == may, (who, name, status)


def test_acts_are_refused_without_the_permission(people):
    for who, user in people.items():
        for name, permission in DOES.items():
            if permission is None:
                continue
            status = client_of(user).post(address(name)).status_code
            if permission not in held_by(user):
                assert status in (403, 404), (who, name, status)
            elif name in COUNTY_ONLY and who == "town clerk":
                assert status == 403, (who, name)
            else:
                assert status != 403, (who, name)

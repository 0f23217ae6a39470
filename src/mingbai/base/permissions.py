"""What each role may do, and how a signed-in user becomes an ``Asker``."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils import timezone

from mingbai.base.models import Office, OfficeDuty, Role, User
from mingbai.base.scope import Asker

#: role -> (Chinese name, permissions). A maker's and a checker's permission are never in one role.
ROLES: Final[dict[str, tuple[str, frozenset[str]]]] = {
    "clerk": ("经办", frozenset({"hand_in", "settle", "draw", "compile", "reveal"})),
    "checker": ("复核", frozenset({"approve", "issue"})),
    "payer": ("支付", frozenset({"confirm"})),
    "leader": ("领导", frozenset({"issue"})),
    "auditor": ("审计", frozenset({"reveal", "read_ledger"})),
    "supervisor": ("特邀监督员", frozenset()),
    "keeper": ("系统管理", frozenset({"read_ledger", "manage_users"})),
}

#: Offices whose people see the whole county.
_SEE_ALL: Final = frozenset(
    {Office.Kind.COUNTY_OFFICE, Office.Kind.LEADER, Office.Kind.AUDITOR, Office.Kind.SUPERVISOR}
)


def asker_for(user: User, *, at: datetime) -> Asker:
    """The asker of one user on one day: offices, towns, sub-items and permissions in force.

    Three queries; call once a request. Errors: none, an inactive user sees nothing.
    """
    if not user.is_active:
        return Asker(user_id=user.pk)
    day = timezone.localdate(at)
    in_force = Q(from_date__lte=day) & (Q(to_date__isnull=True) | Q(to_date__gte=day))
    why = "the asker is built from the user's own roles and duties"
    roles = Role.objects.unscoped(why).filter(in_force, user=user).values_list("role", flat=True)
    permissions = frozenset[str]().union(*(ROLES[r][1] for r in roles if r in ROLES))
    office = user.office
    towns: frozenset[str] = frozenset()
    if office.kind in (Office.Kind.TOWN, Office.Kind.VILLAGE) and office.division_id:
        towns = frozenset({office.division_id[:9]})
    duties = OfficeDuty.objects.unscoped(why).filter(in_force, office=office)
    return Asker(
        user_id=user.pk,
        office_id=office.pk,
        sees_all=office.kind in _SEE_ALL,
        office_ids=frozenset({office.pk}),
        towns=towns,
        sub_items=frozenset(duties.values_list("sub_item", flat=True)),
        permissions=permissions,
    )

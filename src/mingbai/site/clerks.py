"""Who hands in for each office, for stories of the demonstration."""

from __future__ import annotations

from mingbai.base.models import Role, User


def clerks_of_offices() -> dict[int, User]:
    """Office -> the first clerk it had."""
    roles = Role.objects.unscoped("who acts for each office").filter(
        role="clerk", to_date__isnull=True
    )
    found: dict[int, User] = {}
    for role in roles.select_related("user__office").order_by("pk"):
        found.setdefault(role.user.office_id, role.user)
    return found

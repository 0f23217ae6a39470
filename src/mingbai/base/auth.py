"""Sign-in against our own users; the user of a session is read under a stated reason."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from mingbai.base.models import User


class OfficeBackend(ModelBackend):
    """Password sign-in; permissions come from roles, not from Django's groups."""

    def get_user(self, user_id: int) -> Any:
        user = User.objects.unscoped("the session's own user").select_related("office")
        found = user.filter(pk=user_id).first()
        return found if found is not None and self.user_can_authenticate(found) else None

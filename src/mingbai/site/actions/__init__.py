"""What the site itself does: set a county up, keep its accounts."""

from __future__ import annotations

from mingbai.site.actions.accounts import (
    Account,
    CannotChangeAccount,
    CannotOpenAccount,
    change_password,
    change_roles,
    lock_account,
    open_accounts,
    reset_password,
    unlock_account,
)
from mingbai.site.actions.county import install_county

__all__ = [
    "Account",
    "CannotChangeAccount",
    "CannotOpenAccount",
    "change_password",
    "change_roles",
    "install_county",
    "lock_account",
    "open_accounts",
    "reset_password",
    "unlock_account",
]

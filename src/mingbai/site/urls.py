"""Addresses of the whole site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from mingbai.site import effects, keeping, views

#: Address and room; ``report`` stands at the root because /why/ stands beside /report/.
_ROOMS = (
    ("programmes/", "delivery"),
    ("targets/", "programme"),
    ("intake/", "intake"),
    ("registry/", "registry"),
    ("payment/", "payment"),
    ("funds/", "funds"),
    ("outreach/", "outreach"),
    ("oversight/", "oversight"),
    ("", "report"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.today, name="today"),
    path("signin/", views.SignIn.as_view(), name="signin"),
    path("signout/", views.SignOut.as_view(), name="signout"),
    path("healthz", views.alive, name="alive"),
    path("password/", keeping.own_password, name="password"),
    path("accounts/", keeping.accounts, name="accounts"),
    path("accounts/open/", keeping.open_account, name="open_account"),
    path("accounts/<int:pk>/", keeping.account, name="account"),
    path("accounts/<int:pk>/roles/", keeping.account_roles, name="account_roles"),
    path("accounts/<int:pk>/password/", keeping.account_password, name="account_password"),
    path("accounts/<int:pk>/switch/", keeping.account_switch, name="account_switch"),
    path("effects/", effects.effects, name="effects"),
    *(path(prefix, include(f"mingbai.{room}.urls")) for prefix, room in _ROOMS),
]

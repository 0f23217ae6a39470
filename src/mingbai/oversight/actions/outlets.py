"""The doors out of the house: which robots' hosts may be posted to, and the mail server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from mingbai.paper.robots import RobotKind, key_of, robot_name

_LONGEST = 500


class CannotUseOutlet(Exception):
    """An address that nothing is sent to; says why without repeating it."""


@dataclass(frozen=True)
class MailDoor:
    """The county's mail server: ``tls`` from the first byte, started later, or none."""

    host: str
    port: int
    tls: Literal["full", "start", "none"]
    user: str
    password: str = field(repr=False)
    sender: str


@dataclass(frozen=True)
class Outlet:
    """What may leave the house and where to; empty, everything stays on the site.

    ``hosts`` are those robots may stand at, ``host`` or ``host:port``, by HTTPS only;
    ``plain_hosts`` may be posted to without it, which nothing but a test sets. ``address`` is the
    site's own, for links in messages.
    """

    hosts: frozenset[str] = frozenset()
    mail: MailDoor | None = None
    address: str = ""
    plain_hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Any) -> Self:
        """The doors an installation's settings open; a demonstration opens none."""
        if settings.MINGBAI_DEMO:
            return cls(address=settings.MINGBAI_ADDRESS)
        return cls(
            hosts=frozenset(settings.MINGBAI_ROBOT_HOSTS),
            mail=_mail_door(settings.MINGBAI_MAIL, settings.MINGBAI_MAIL_PASSWORD),
            address=settings.MINGBAI_ADDRESS,
            plain_hosts=frozenset(settings.MINGBAI_PLAIN_ROBOT_HOSTS),
        )


def check_address(kind: RobotKind, address: str, *, outlet: Outlet) -> str:
    """The host of a robot's address that may be posted to.

    Errors: ``CannotUseOutlet`` for another scheme than https, a host or port that the settings do
    not allow, a name or password in it, or no key.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise CannotUseOutlet("地址不完整，请在群里重新复制机器人的 Webhook 地址。") from error
    host = (parts.hostname or "").lower()
    named = host if port is None else f"{host}:{port}"
    plainly = parts.scheme == "http" and named in outlet.plain_hosts
    if len(address) > _LONGEST or not address.isascii() or any(c.isspace() for c in address):
        raise CannotUseOutlet("地址过长或含有空格，请在群里重新复制机器人的 Webhook 地址。")
    if parts.scheme != "https" and not plainly:
        raise CannotUseOutlet("地址应以 https:// 开头。")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise CannotUseOutlet("地址里不能带用户名、密码或 # 号后的内容。")
    if not plainly and named not in outlet.hosts and not (port == 443 and host in outlet.hosts):
        raise CannotUseOutlet(
            f"不允许向 {host[:60] or '这个主机'} 发送。本系统只向允许名单里的主机发送，"
            "单位自建的平台请由运维在 MINGBAI_ROBOT_HOSTS 里加上。"
        )
    if not key_of(kind, address):
        raise CannotUseOutlet(f"这不是{robot_name(kind)}机器人的地址，请核对种类后重新复制。")
    return named


def _mail_door(address: str, password: str) -> MailDoor | None:
    """Read ``smtps://user@host:465?from=a@b``; ``smtp+tls`` starts TLS, ``smtp`` has none."""
    if not address:
        return None
    parts = urlsplit(address)
    kinds: dict[str, tuple[Literal["full", "start", "none"], int]] = {
        "smtps": ("full", 465),
        "smtp+tls": ("start", 587),
        "smtp": ("none", 25),
    }
    sender = parse_qs(parts.query).get("from", [""])[0]
    if parts.scheme not in kinds or not parts.hostname or "@" not in sender:
        raise CannotUseOutlet(
            "MINGBAI_MAIL 要写成 smtps://用户名@主机:465?from=发件地址 的样子"
            "（smtps、smtp+tls 或 smtp）。"
        )
    tls, port = kinds[parts.scheme]
    user = unquote(parts.username or "")
    return MailDoor(parts.hostname, parts.port or port, tls, user, password, sender)

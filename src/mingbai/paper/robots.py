"""What a robot of a group chat is sent: 企业微信 (WeCom) and 钉钉 (DingTalk).

Both take JSON by POST at an address that holds its own key, answer HTTP 200 with an ``errcode``
even to a refusal, and take twenty messages a minute. WeCom's markdown may have 4,096 bytes of
UTF-8 (developer.work.weixin.qq.com, path 91770), a DingTalk request 20,000 (open.dingtalk.com,
自定义机器人). A DingTalk robot with 加签 wants a signature over the moment in its address.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

RobotKind = Literal["wecom", "dingtalk"]

#: Kind -> its name, the parameter that holds the key, bytes of text a message may have.
_KINDS: Final[dict[RobotKind, tuple[str, str, int]]] = {
    "wecom": ("企业微信", "key", 4096),
    "dingtalk": ("钉钉", "access_token", 18_000),
}
#: Codes that a later try may get over: busy, or more than twenty a minute.
_PASSING: Final = {-1: "对方系统繁忙", 45009: "超过每分钟 20 条", 130101: "超过每分钟 20 条"}
_LASTING: Final = {
    "wecom": {93000: "地址无效，机器人可能已被移出群", 40058: "内容不合要求", 45002: "内容过长"},
    "dingtalk": {
        300001: "地址无效，机器人可能已被停用",
        300005: "地址无效，机器人可能已被停用",
        40035: "地址不完整，缺少 access_token",
        310000: "安全设置没有通过：请核对加签密钥，或把自定义关键词设为“民生”",
        400101: "地址无效，机器人可能已被停用",
        400102: "机器人已停用",
        460101: "内容过长",
    },
}
_MARKS: Final = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#"} | {"\n": " ", "\r": " "})


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a message: taken, refused for now (``again``) or for good; ``words`` why."""

    taken: bool
    again: bool = False
    words: str = ""


def robot_name(kind: RobotKind) -> str:
    """企业微信 or 钉钉."""
    return _KINDS[kind][0]


def most_bytes(kind: RobotKind) -> int:
    """How many bytes of UTF-8 one message's text may have."""
    return _KINDS[kind][2]


def key_of(kind: RobotKind, address: str) -> str:
    """The key in a robot's address; empty where the address is not of this kind."""
    found = parse_qs(urlsplit(address).query).get(_KINDS[kind][1], [])
    return found[0] if len(found) == 1 else ""


def plain(text: str) -> str:
    """Text that stays as it is inside markdown: marks escaped, on one line."""
    return text.translate(_MARKS)


def split_lines(
    head: str, lines: Iterable[str], foot: str, *, most: int
) -> tuple[tuple[str, int], ...]:
    """Whole lines packed into as few texts as fit ``most`` bytes, each with head and foot.

    Gives each text with how many lines it holds. A line that alone would not fit is cut, with an
    ellipsis: no line is left out.
    """
    room = most - len(f"{head}\n\n{foot}".encode())
    if room < len("…".encode()) + 4:
        raise ValueError("head and foot leave no room for a single line")
    packed: list[list[str]] = []
    used = room + 1
    for line in lines:
        kept = _cut(line, room)
        size = len(kept.encode()) + 1
        if used + size - 1 > room:
            packed.append([])
            used = 0
        packed[-1].append(kept)
        used += size
    return tuple(("\n".join((head, *part, foot)), len(part)) for part in packed)


def write_body(kind: RobotKind, *, title: str, text: str) -> bytes:
    """The request's JSON; ``text`` is markdown, ``title`` what a phone shows in its list."""
    if len(text.encode()) > most_bytes(kind):
        raise ValueError("the text is longer than one message may be")
    said = {"content": text} if kind == "wecom" else {"title": title, "text": text}
    return json.dumps({"msgtype": "markdown", "markdown": said}, ensure_ascii=False).encode()


def sign(secret: str, *, moment: int) -> str:
    """The signature of 加签: HMAC-SHA256 over moment (ms) and secret, Base64."""
    said = f"{moment}\n{secret}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), said, "sha256")).decode()


def signed_address(address: str, secret: str, *, moment: int) -> str:
    """The address to post to: with moment and signature where the robot has a secret."""
    if not secret:
        return address
    parts = urlsplit(address)
    more = urlencode({"timestamp": moment, "sign": sign(secret, moment=moment)})
    return urlunsplit(parts._replace(query=f"{parts.query}&{more}"))


def read_answer(kind: RobotKind, *, status: int, body: bytes) -> Answer:
    """What an answer means, in words of our own: what the other side writes is never repeated."""
    name = robot_name(kind)
    if status == 429 or status >= 500:
        return Answer(False, True, f"{name}暂时没有收下（HTTP {status}）")
    if status != 200:
        return Answer(False, False, f"{name}拒收（HTTP {status}），请核对地址")
    code = _code(body)
    if code is None:
        return Answer(False, True, f"{name}的答复看不懂，可能被中途的设备改动")
    if code == 0:
        return Answer(True)
    if code in _PASSING:
        return Answer(False, True, f"{name}暂时没有收下：{_PASSING[code]}（{code}）")
    known = _LASTING[kind].get(code, "请在群里核对机器人的设置")
    return Answer(False, False, f"{name}拒收：{known}（{code}）")


def _code(body: bytes) -> int | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    code = said.get("errcode") if isinstance(said, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _cut(line: str, room: int) -> str:
    if len(line.encode()) <= room:
        return line
    return line.encode()[: room - len("…".encode())].decode(errors="ignore") + "…"


def robot_kinds() -> Sequence[tuple[RobotKind, str]]:
    """Every kind with its name, for a form's choices."""
    return tuple((kind, values[0]) for kind, values in _KINDS.items())

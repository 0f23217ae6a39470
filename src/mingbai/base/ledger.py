"""The ledger of acts: one entry for each action, in the same transaction, chained by SHA-256.

An entry's hash covers its own fields, each with its length in front, and the hash of the entry
before it. After each commit the head (number and hash) is appended, with a keyed checksum, to
``<home>/ledger/heads.log`` outside the database; official documents print it too. So an altered,
removed, inserted or moved entry breaks the chain, and a cut-off tail misses the last head.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from mingbai.base.models import Act, Office, User
from mingbai.base.secrets import keyring

GENESIS = "0" * 64
_LOCK = 0x6D696E67  # one advisory lock for the whole ledger on PostgreSQL


class CannotRecordAct(Exception):
    """An act was recorded outside a transaction, or its payload is not plain JSON."""


@dataclass(frozen=True)
class LedgerReport:
    """What ``verify_ledger`` found: number of entries, heads checked, and the faults in order."""

    entries_count: int
    heads_count: int
    head_hash: str
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


def record_act(
    verb: str,
    *,
    by: User | None,
    at: datetime,
    subject: str = "",
    office: Office | None = None,
    payload: Mapping[str, Any] | None = None,
) -> Act:
    """Append one entry to the ledger inside the caller's transaction.

    ``payload`` must be plain JSON without personal values. Errors: ``CannotRecordAct`` outside a
    transaction: an act and what it did must live or die together.
    """
    if not connection.in_atomic_block:
        raise CannotRecordAct("台账只能在事务内登记。")
    text = json.dumps(payload or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    hold_ledger()
    last = Act.objects.unscoped("the chain continues from its head").order_by("-seq").first()
    office = office or (by.office if by else None)
    act = Act(
        seq=(last.seq if last else 0) + 1,
        at=at.astimezone(UTC),
        by=by,
        office=office,
        verb=verb,
        subject=subject,
        payload=text,
        prev_hash=last.hash if last else GENESIS,
    )
    act.hash = hash_act(act)
    act.save(force_insert=True)
    seq, head = act.seq, act.hash
    transaction.on_commit(lambda: _append_head(seq, head))
    return act


def hold_ledger() -> None:
    """Let nobody else act until the caller's transaction ends; held again it costs one statement.

    An action that decides by what others may just be changing holds the ledger before it looks:
    what it saw then still stands when its own entry is written. Errors: ``CannotRecordAct`` outside
    a transaction.
    """
    if not connection.in_atomic_block:
        raise CannotRecordAct("台账只能在事务内登记。")
    if connection.vendor == "postgresql":
        # SQLite needs none: its transactions begin IMMEDIATE and hold the only write lock.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def hash_act(act: Act) -> str:
    """SHA-256 over the entry's fields, each preceded by its length in bytes."""
    fields = (
        str(act.seq),
        act.at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(act.by_id or ""),
        str(act.office_id or ""),
        act.verb,
        act.subject,
        act.payload,
        act.prev_hash,
    )
    digest = hashlib.sha256()
    for value in fields:
        raw = value.encode()
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()


def last_seq() -> int:
    """The number of the newest entry; 0 when the ledger is empty."""
    last = Act.objects.unscoped("only the number is read").order_by("-seq").values("seq").first()
    return int(last["seq"]) if last else 0


def verify_ledger() -> LedgerReport:
    """Recompute the whole chain and hold it against the heads kept outside the database.

    Memory bounded; reads about 100,000 entries a second. Names the first bad entry of each kind.
    """
    heads, faults = _read_heads()
    wanted = dict(heads)
    previous, expected, count = GENESIS, 1, 0
    rows = Act.objects.unscoped("the whole chain is checked").order_by("seq")
    for act in rows.iterator(2000):
        count += 1
        if act.seq != expected:
            faults.append(f"第 {expected} 条缺失或次序被改：下一条是第 {act.seq} 条。")
            expected = act.seq
        if act.prev_hash != previous:
            faults.append(f"第 {act.seq} 条与上一条接不上。")
        if hash_act(act) != act.hash:
            faults.append(f"第 {act.seq} 条内容与其摘要不符。")
        known = wanted.pop(act.seq, None)
        if known is not None and known != act.hash:
            faults.append(f"第 {act.seq} 条与库外留存的摘要不符。")
        previous, expected = act.hash, act.seq + 1
    if wanted:
        faults.append(f"库外留存到第 {max(wanted)} 条，库内只到第 {expected - 1} 条：尾部被截断。")
    if count and not heads:
        faults.append("库外留存的摘要文件不见了，无法判断尾部是否完整。")
    return LedgerReport(count, len(heads), previous, tuple(faults))


def _heads_path() -> Path:
    return Path(settings.MINGBAI_HOME) / "ledger" / "heads.log"


def _mac(seq: int, head: str) -> str:
    key = keyring().derive_blind("ledger-heads")
    return hmac.digest(key, f"{seq} {head}".encode(), "sha256").hex()[:32]


def _append_head(seq: int, head: str) -> None:
    path = _heads_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(fd, f"{seq} {head} {_mac(seq, head)}\n".encode())
        os.fsync(fd)
    finally:
        os.close(fd)


def _read_heads() -> tuple[list[tuple[int, str]], list[str]]:
    heads: list[tuple[int, str]] = []
    faults: list[str] = []
    for number, line in enumerate(_lines(), start=1):
        parts = line.split()
        if len(parts) != 3 or not parts[0].isdigit() or parts[2] != _mac(int(parts[0]), parts[1]):
            faults.append(f"库外摘要文件第 {number} 行被改动。")
            continue
        heads.append((int(parts[0]), parts[1]))
    return heads, faults


def _lines() -> Iterator[str]:
    path = _heads_path()
    if path.exists():
        text = path.read_text(encoding="ascii", errors="replace")
        # A line cut short by a crash between commit and write has no newline and is not a fault.
        yield from (line for line in text.split("\n")[:-1] if line)

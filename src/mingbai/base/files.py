"""Stored files: bytes by content hash, sealed at rest, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings

from mingbai.base.models import StoredFile, User
from mingbai.base.secrets import seal_bytes, unseal_bytes


class CannotOpenFile(Exception):
    """The stored bytes are gone or no longer match their hash."""


def store_file(content: bytes, *, kind: str, by: User | None, at: datetime) -> StoredFile:
    """Keep bytes under their SHA-256 and return their record; the same bytes are kept once.

    The file is on disk (written aside, synced, renamed, folder synced) before the row exists, so a
    row never points at nothing. The content on disk is sealed: no personal value lies in clear.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    known = (
        StoredFile.objects.unscoped("content is found by its own hash")
        .filter(sha256=sha256, kind=kind)
        .first()
    )
    if known is not None and _path(sha256, kind).exists():
        return known
    _write(_path(sha256, kind), seal_bytes(f"file.{kind}", content, bytes.fromhex(sha256)))
    if known is not None:
        return known
    return StoredFile.objects.create(
        sha256=sha256, size_bytes=len(content), kind=kind, stored_at=at, stored_by=by
    )


def open_file(stored: StoredFile) -> bytes:
    """The bytes as they were handed in; raises ``CannotOpenFile`` when lost or altered."""
    try:
        sealed = _path(stored.sha256, stored.kind).read_bytes()
    except FileNotFoundError as error:
        raise CannotOpenFile(f"存档文件 {stored.pk} 不在存储目录中，请从备份恢复。") from error
    content = unseal_bytes(f"file.{stored.kind}", sealed, bytes.fromhex(stored.sha256))
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise CannotOpenFile(f"存档文件 {stored.pk} 的内容与登记的摘要不符。")
    return content


def _path(sha256: str, kind: str) -> Path:
    return Path(settings.MINGBAI_HOME) / "files" / kind / sha256[:2] / sha256


def _write(path: Path, sealed: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, draft = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
    try:
        with os.fdopen(fd, "wb") as out:
            out.write(sealed)
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

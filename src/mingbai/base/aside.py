"""Side files: sealed bytes by name that anybody may lose, for what can be worked out again.

They are no records: nothing points at them, a backup may leave them out, and deleting one costs
time only. Whoever reads one must be able to tell from its content whether it still fits.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from django.conf import settings

from mingbai.base.secrets import CannotUnseal, seal_bytes, unseal_bytes
from mingbai.engine.whole import write_whole

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def write_aside(folder: str, name: str, content: bytes) -> None:
    """Seal bytes under a name of a folder, whole or not at all; replaces what was there."""
    path = _path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    sealed = seal_bytes(f"aside.{folder}", content, name.encode())
    with write_whole(path) as sink:
        sink.write(sealed)


def read_aside(folder: str, name: str) -> bytes | None:
    """The bytes of a side file; None where there is none, or none that still opens."""
    try:
        return unseal_bytes(f"aside.{folder}", _path(folder, name).read_bytes(), name.encode())
    except (OSError, CannotUnseal):
        return None


def drop_aside(folder: str, *, keep: Collection[str]) -> None:
    """Delete the side files of a folder but those named."""
    kept = {_path(folder, name) for name in keep}
    for path in _path(folder, "any").parent.glob("*"):
        if path not in kept:
            path.unlink(missing_ok=True)


def _path(folder: str, name: str) -> Path:
    if not _NAME.fullmatch(folder) or not _NAME.fullmatch(name):
        raise ValueError("side files have plain names")
    return Path(settings.MINGBAI_HOME) / "aside" / folder / name

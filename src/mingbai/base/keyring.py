"""The keys of one installation: made once, kept in a file outside the database, versioned.

The file is ``<home>/keys/keyring.json`` (mode 0600, folder 0700) or the one named by
``MINGBAI_KEYRING``. It holds random master keys by version; every working key is derived from a
master by HKDF for one purpose, so a key for bank accounts can never open ID numbers.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class CannotReadKeyring(Exception):
    """The key file is missing where it must exist, or is not one of ours."""


@dataclass(frozen=True)
class Keyring:
    """Master keys by version, the version that seals today, and the blind-index master."""

    current: int
    masters: dict[int, bytes]
    blind_master: bytes
    session_secret: str

    def derive(self, purpose: str, *, version: int) -> bytes:
        """A 32-byte key for one purpose under one master version."""
        master = self.masters.get(version)
        if master is None:
            raise CannotReadKeyring(f"密钥环中没有第 {version} 版密钥，请先恢复该版本的密钥文件。")
        return _hkdf(master, f"mingbai|seal|{purpose}")

    def derive_blind(self, purpose: str) -> bytes:
        """A 32-byte HMAC key for the blind index of one kind of value."""
        return _hkdf(self.blind_master, f"mingbai|blind|{purpose}")


def _hkdf(master: bytes, info: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info.encode()).derive(master)


def keyring_path(home: Path) -> Path:
    """Where this installation keeps its keys."""
    named = os.environ.get("MINGBAI_KEYRING")
    return Path(named) if named else home / "keys" / "keyring.json"


def load_keyring(home: Path) -> Keyring:
    """Read the keyring, making one on the first use of a new home.

    Errors: ``CannotReadKeyring`` when the file exists and cannot be understood. A lost keyring is
    never replaced in silence: once data exists (``<home>/files``), a missing file is an error.
    """
    path = keyring_path(home)
    if not path.exists():
        if (home / "files").exists():
            raise CannotReadKeyring(
                "数据目录里已有资料，但找不到密钥文件。请从备份恢复 keyring.json 后再启动。"
            )
        _make_keyring(path)
    try:
        raw = json.loads(path.read_text(encoding="ascii"))
        return Keyring(
            current=int(raw["current"]),
            masters={int(k): base64.b64decode(v) for k, v in raw["masters"].items()},
            blind_master=base64.b64decode(raw["blind_master"]),
            session_secret=str(raw["session_secret"]),
        )
    except (ValueError, KeyError, AttributeError) as error:
        raise CannotReadKeyring("密钥文件已损坏，请从备份恢复 keyring.json。") from error


def add_master(home: Path) -> int:
    """Add a new master key and seal with it from now on; old versions keep opening old values."""
    path = keyring_path(home)
    load_keyring(home)
    raw = json.loads(path.read_text(encoding="ascii"))
    version = max(int(k) for k in raw["masters"]) + 1
    raw["masters"][str(version)] = _random_key()
    raw["current"] = version
    _write(path, raw)
    return version


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _make_keyring(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(
        path,
        {
            "current": 1,
            "masters": {"1": _random_key()},
            "blind_master": _random_key(),
            "session_secret": secrets.token_urlsafe(48),
        },
        exclusive=True,
    )


def _write(path: Path, raw: dict[str, object], *, exclusive: bool = False) -> None:
    """Write the key file whole or not at all; of two first starts at once, the first one wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="ascii") as out:
        json.dump(raw, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    if exclusive:
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    else:
        os.replace(draft, path)

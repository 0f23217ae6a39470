"""Sealing of personal values (AES-256-GCM with key versions) and their keyed blind index.

A sealed value is ``b"M1" + version byte + 12-byte nonce + ciphertext and tag``. The purpose (table
and column) and an anchor (bytes that belong to the one row) are authenticated with it, so a value
copied to another row or column does not open. The blind index is HMAC-SHA-256 cut to 16 bytes under
a key that never enters the database: equal values give equal keys and nothing else is learned.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from mingbai.base.keyring import Keyring, load_keyring

_MAGIC = b"M1"
_NONCE = 12
BLIND_BYTES = 16


class CannotUnseal(Exception):
    """The sealed value was altered, moved, or belongs to another installation's keys."""


@lru_cache(maxsize=4)
def _keyring(home: str) -> Keyring:
    return load_keyring(Path(home))


def keyring() -> Keyring:
    """The keyring of this installation."""
    return _keyring(str(settings.MINGBAI_HOME))


def forget_keys() -> None:
    """Drop cached keys, after a rotation."""
    _keyring.cache_clear()
    _cipher.cache_clear()
    _blind_key.cache_clear()


@lru_cache(maxsize=64)
def _cipher(home: str, purpose: str, version: int) -> AESGCM:
    return AESGCM(_keyring(home).derive(purpose, version=version))


@lru_cache(maxsize=32)
def _blind_key(home: str, purpose: str) -> bytes:
    return _keyring(home).derive_blind(purpose)


def _bound(purpose: str, anchor: bytes) -> bytes:
    return purpose.encode() + b"\x00" + anchor


def seal_bytes(purpose: str, content: bytes, anchor: bytes = b"") -> bytes:
    """Seal bytes for one purpose, bound to the anchor."""
    home = str(settings.MINGBAI_HOME)
    version = _keyring(home).current
    nonce = os.urandom(_NONCE)
    sealed = _cipher(home, purpose, version).encrypt(nonce, content, _bound(purpose, anchor))
    return _MAGIC + bytes([version]) + nonce + sealed


def unseal_bytes(purpose: str, blob: bytes, anchor: bytes = b"") -> bytes:
    """Open what ``seal_bytes`` sealed; raises ``CannotUnseal``, which never quotes the value."""
    blob = bytes(blob)
    if blob[:2] != _MAGIC or len(blob) < len(_MAGIC) + 1 + _NONCE + 16:
        raise CannotUnseal("密文格式不对，可能已被改动。")
    home = str(settings.MINGBAI_HOME)
    if blob[2] not in _keyring(home).masters:
        forget_keys()  # another process made a new version since this one read the file
    nonce, body = blob[3 : 3 + _NONCE], blob[3 + _NONCE :]
    try:
        return _cipher(home, purpose, blob[2]).decrypt(nonce, body, _bound(purpose, anchor))
    except InvalidTag as error:
        raise CannotUnseal("密文校验不通过：内容被改动、被挪位，或密钥不属于本系统。") from error


def seal(purpose: str, text: str, anchor: bytes = b"") -> bytes:
    """Seal a text value; purpose is ``table.column``."""
    return seal_bytes(purpose, text.encode(), anchor)


def unseal(purpose: str, blob: bytes, anchor: bytes = b"") -> str:
    """Open a text value."""
    return unseal_bytes(purpose, blob, anchor).decode()


def seal_many(
    purpose: str, texts: Sequence[str | None], anchors: Sequence[bytes] | None = None
) -> list[bytes | None]:
    """Seal many values of one column; ``None`` stays ``None``. About 250,000 a second a core."""
    home = str(settings.MINGBAI_HOME)
    version = _keyring(home).current
    cipher, head, prefix = _cipher(home, purpose, version), _MAGIC + bytes([version]), b""
    prefix = purpose.encode() + b"\x00"
    nonces = os.urandom(_NONCE * len(texts))
    out: list[bytes | None] = []
    for place, text in enumerate(texts):
        if text is None:
            out.append(None)
            continue
        nonce = nonces[place * _NONCE : (place + 1) * _NONCE]
        bound = prefix + (anchors[place] if anchors is not None else b"")
        out.append(head + nonce + cipher.encrypt(nonce, text.encode(), bound))
    return out


def blind(purpose: str, text: str) -> bytes:
    """The 16-byte blind index of one canonical value."""
    key = _blind_key(str(settings.MINGBAI_HOME), purpose)
    return hmac.digest(key, text.encode(), "sha256")[:BLIND_BYTES]


def blind_many(purpose: str, values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Blind a string column: binary(16), null where the value is null. Hashes each value once."""
    key = _blind_key(str(settings.MINGBAI_HOME), purpose)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    coded = pc.dictionary_encode(values.cast(pa.string()))
    hashed = pa.array(
        [
            hmac.digest(key, v.encode(), "sha256")[:BLIND_BYTES]
            for v in coded.dictionary.to_pylist()
        ],
        pa.binary(BLIND_BYTES),
    )
    return hashed.take(coded.indices)

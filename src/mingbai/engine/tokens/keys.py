"""The shared secret, and the keys that a purpose draws from it."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mingbai.engine.tokens.faults import CannotCompare
from mingbai.engine.whole import write_whole

#: 256 bits.
SECRET_BYTES: Final = 32
_HEAD: Final = "mingbai-secret-1"
_FILE: Final = re.compile(rf"{_HEAD}\s+([0-9a-f]+)\s*")
# Random bytes hold about 30 different values in 32; a typed or repeated "secret" holds few.
_FEWEST_VALUES: Final = 16
_NEXT: Final = "请用 ./mingbai engine secret --out 文件 生成，由两个单位当面或用机要渠道交接。"


def make_secret(random_bytes: bytes) -> str:
    """The text of a secret file from 32 bytes of a cryptographic source."""
    _judge(random_bytes)
    return f"{_HEAD}\n{random_bytes.hex()}\n"


def write_secret(path: Path, random_bytes: bytes) -> None:
    """Write a new secret that only its owner may read; an existing file is never replaced."""
    text = make_secret(random_bytes)
    try:
        with write_whole(path, replace=False) as sink:
            sink.write(text.encode())
    except FileExistsError:
        raise CannotCompare(
            f"{path.name} 已经存在，没有改动。换掉密钥会使以前的比对无法重做；"
            "确需新的，请换一个文件名。"
        ) from None


def read_secret(path: Path) -> bytes:
    """The secret of a file; raises CannotCompare when it is short, guessable or open to others."""
    try:
        # Opened first and looked at after, so that what is judged is what is read.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        state = os.fstat(handle)
        with os.fdopen(handle, "rb") as source:
            text = source.read(4096).decode("ascii", errors="replace")
    except OSError as error:
        said = f"密钥文件 {path.name} 打不开（{type(error).__name__}）。请核对路径和权限。"
        raise CannotCompare(said) from None
    if os.name == "posix" and state.st_mode & 0o077:
        raise CannotCompare(
            f"密钥文件 {path.name} 别人也能读，不能使用。请先运行：chmod 600 {path.name}；"
            "如怀疑已被他人读取，请重新生成并通知对方更换。"
        )
    found = _FILE.fullmatch(text)
    if not found or len(found[1]) % 2:
        raise CannotCompare(f"{path.name} 不是密钥文件，或交接时缺了字符。{_NEXT}")
    secret = bytes.fromhex(found[1])
    _judge(secret)
    return secret


def _judge(secret: bytes) -> None:
    if len(secret) < SECRET_BYTES:
        raise CannotCompare(f"密钥只有 {len(secret) * 8} 位，至少要 {SECRET_BYTES * 8} 位。{_NEXT}")
    if len(set(secret)) < _FEWEST_VALUES:
        raise CannotCompare(f"密钥不是随机生成的，容易被猜出。{_NEXT}")


def check_purpose(purpose: str) -> str:
    """The purpose in one spelling, so that width and blanks do not part two sides that agree."""
    told = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", purpose)).strip()
    if not 4 <= len(told) <= 100 or not told.isprintable():
        raise CannotCompare(
            "用途要写 4 至 100 个字，双方一字不差，例如“2021年6月低保与车辆登记比对”。"
        )
    if re.search(r"[0-9]{12}", told):
        raise CannotCompare("用途会写进交给对方的文件，不能含有身份证号、账号一类的长数字。")
    return told


def derive_key(secret: bytes, purpose: str, by: str) -> bytes:
    """The key of one purpose and one sort of identifier: tokens of two of them cannot be joined."""
    return _expand(secret, purpose, f"token/{by}")


def derive_check(secret: bytes, purpose: str, by: str) -> str:
    """What both sides can compare to see that they hold the same secret; says nothing else."""
    return _expand(secret, purpose, f"check/{by}")[:16].hex()


def _expand(secret: bytes, purpose: str, use: str) -> bytes:
    """HKDF-SHA-256 (RFC 5869); the salt is the purpose."""
    salt, info = purpose.encode(), f"mingbai.tokens.1/{use}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)

"""What a file really is, judged by its bytes alone: names and extensions lie."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import IO, Final

from mingbai.engine.reading.faults import CannotReadFile
from mingbai.engine.reading.shapes import ReadLimits

OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC: Final = (
    (b"%PDF", "PDF 文件"), (b"\x89PNG", "图片"), (b"\xff\xd8\xff", "图片"), (b"GIF8", "图片"),
    (b"BM", "图片"), (b"II*\x00", "图片"), (b"MM\x00*", "图片"), (b"\x7fELF", "程序文件"),
    (b"MZ", "程序文件"), (b"{\\rtf", "文字文档"), (b"SQLite format 3", "数据库文件"),
)  # fmt: skip
_ARCHIVES: Final = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_CHUNK: Final = 1 << 20


def sniff_kind(content: bytes, limits: ReadLimits) -> str:
    """Return 'xlsx', 'xlsb', 'ods', 'xls' or 'csv'; raise CannotReadFile for anything else."""
    if not content.strip(b"\x00"):
        raise CannotReadFile("file_empty")
    if content.startswith(b"PK\x03\x04"):
        return _sniff_zip(content, limits)
    if content.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise CannotReadFile("file_archive")
    if content.startswith(OLE_MAGIC):
        return _sniff_ole(content)
    if content.startswith(_ARCHIVES):
        raise CannotReadFile("file_archive")
    for magic, found in _MAGIC:
        if content.startswith(magic) and b"\x00" in content[:4096] + b"\x00" * (magic[:1] == b"%"):
            raise CannotReadFile("file_kind", found=found)
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<meta")):
        raise CannotReadFile("file_webpage", found="网页")
    if head.startswith((b"<?xml", b"<workbook")):
        raise CannotReadFile("file_webpage", found="XML 文本")
    return "csv"


def _sniff_ole(content: bytes) -> str:
    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if has("EncryptedPackage") or has("EncryptionInfo"):
        raise CannotReadFile("file_encrypted")
    if has("_VBA_PROJECT"):
        raise CannotReadFile("file_macro")
    if has("Workbook") or has("Book"):
        return "xls"
    if has("WordDocument"):
        raise CannotReadFile("file_kind", found=" Word 文档")
    if has("PowerPoint Document"):
        raise CannotReadFile("file_kind", found="演示文稿")
    raise CannotReadFile("file_damaged" if len(content) > 1536 else "file_truncated")


def _sniff_zip(content: bytes, limits: ReadLimits) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            infos = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise CannotReadFile("file_truncated") from None
    _weigh_declared(infos, limits)
    names = {info.filename.replace("\\", "/").lower() for info in infos}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise CannotReadFile("file_macro")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("word/") for name in names):
        raise CannotReadFile("file_kind", found=" Word 文档")
    if any(name.startswith("ppt/") for name in names):
        raise CannotReadFile("file_kind", found="演示文稿")
    if "mimetype" in names and "content.xml" in names:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            kind = package.read("mimetype")[:100] if _small(package, "mimetype") else b""
        if b"spreadsheet" in kind:
            return "ods"
        raise CannotReadFile("file_kind", found="文档")
    raise CannotReadFile("file_archive")


def _small(package: zipfile.ZipFile, name: str) -> bool:
    return package.getinfo(name).file_size < 1000


def _weigh_declared(infos: list[zipfile.ZipInfo], limits: ReadLimits) -> None:
    """Refuse what the package itself declares to be too much, before unpacking anything."""
    unpacked = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    if len(infos) > limits.entries or unpacked > limits.unpacked_bytes:
        raise CannotReadFile("file_bomb")
    if unpacked > limits.ratio_from_bytes and unpacked / packed > limits.ratio:
        raise CannotReadFile("file_bomb")
    if any(info.flag_bits & 1 for info in infos):
        raise CannotReadFile("file_encrypted")


def weigh_real(content: bytes, limits: ReadLimits) -> None:
    """Unpack everything once, keeping nothing: count real bytes, refuse DOCTYPE and damage."""
    left = limits.unpacked_bytes
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for info in package.infolist():
                if info.filename.startswith("xl/worksheets/"):
                    continue  # counted by the scan of the sheets, which reads them anyway
                with package.open(info) as part:
                    left = _drain(part, left, xml=info.filename.endswith((".xml", ".rels")))
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError):
        raise CannotReadFile("file_damaged") from None


def _drain(part: IO[bytes], left: int, *, xml: bool) -> int:
    first = True
    while chunk := part.read(_CHUNK):
        left -= len(chunk)
        if left < 0:
            raise CannotReadFile("file_bomb")
        if first and xml:
            refuse_doctype(chunk)
        first = False
    return left


def refuse_doctype(head: bytes) -> None:
    """Entities are how small files grow or reach outside; no office program writes them."""
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", head[:65536].replace(b"\x00", b""), re.IGNORECASE):
        raise CannotReadFile("file_entities")

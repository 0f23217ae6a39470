"""Bank formats as data: what stands where, how wide, how filled, and how the bank answers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from mingbai.paper.bank.charset import EDITIONS, ENCODINGS, Charset
from mingbai.paper.form import FORMS_FOLDER

KINDS: Final = frozenset({"fixed", "csv", "pain001"})
RETURN_KINDS: Final = frozenset({"fixed", "csv", "pain002"})
SHAPES: Final = frozenset({"text", "digits", "fen", "yuan", "date8", "date10", "time6"})
CHECKS: Final = frozenset({"sm3", "crc32"})
RESULTS: Final = frozenset({"paid", "returned", "pending"})
ASKS: Final = frozenset({"account", "name", "bank", "person"})
VERSIONS: Final = frozenset({"pain.001.001.03", "pain.001.001.09"})
#: What a head or a trailer, and what a line may state.
HEAD_FIELDS: Final = frozenset(
    {
        *("reference", "made_date", "made_time", "pay_date", "programme", "count", "total"),
        *("payer_name", "payer_account", "payer_bank_name", "payer_bank_code", "check"),
    }
)
LINE_FIELDS: Final = frozenset(
    {"number", "reference", "name", "account", "amount", "programme", "remark", "pay_date"}
)
RETURN_HEAD: Final = frozenset(
    {
        *("reference", "made_date", "count", "total"),
        *("paid_count", "paid_total", "returned_count", "returned_total"),
    }
)
RETURN_LINE: Final = frozenset(
    {"number", "reference", "name", "account", "amount", "result", "reason", "settled_date"}
)
_FORMAT_KEYS: Final = frozenset(
    {
        *("name", "kind", "source", "value_is", "charset", "line_end", "extension", "check"),
        *("header", "line", "trailer", "version", "most_lines", "returned"),
    }
)
_PART_KEYS: Final = frozenset(
    {"field", "text", "label", "shape", "width", "align", "fill", "overflow", "optional"}
)
_CODE: Final = re.compile(r"bank-[a-z0-9]+(?:-[a-z0-9]+)*")
_INVENTED: Final = "演示数据"


class CannotLoadFormat(Exception):
    """A bank format is missing or malformed; the message names the file and what to do."""


@dataclass(frozen=True)
class Part:
    """One field of a record: a literal ``text`` or a named field, with its shape and its bytes.

    ``width`` counts bytes (0 in csv); ``overflow`` says whether longer text is cut or refused.
    """

    field: str = ""
    text: str = ""
    label: str = ""
    shape: str = "text"
    width: int = 0
    right: bool = False
    fill: str = " "
    cut: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Reason:
    """A bank's reason for returning money, in words, and what has to be put right: ``ask``."""

    code: str
    words: str
    ask: str


@dataclass(frozen=True)
class ReturnLayout:
    """How the bank's answer is written; codes of results and reasons are the bank's own."""

    kind: str
    header: tuple[Part, ...]
    line: tuple[Part, ...]
    trailer: tuple[Part, ...]
    results: Mapping[str, str]
    reasons: Mapping[str, Reason]
    versions: tuple[str, ...]

    def reason(self, code: str) -> Reason:
        """The reason of a code; one that the format does not list is still told, as it came."""
        return self.reasons.get(code) or Reason(code, f"银行未说明的原因（代码 {code}）", "bank")


@dataclass(frozen=True)
class BankFormat:
    """One bank's format; ``digest`` is the SHA-256 of the file that says it."""

    code: str
    name: str
    kind: str
    source: str
    value_is: str
    charset: Charset
    line_end: bytes
    extension: str
    header: tuple[Part, ...]
    line: tuple[Part, ...]
    trailer: tuple[Part, ...]
    check_method: str
    check_digits: int
    version: str
    most_lines: int
    returned: ReturnLayout
    digest: str


def bank_format_codes(*, county_folder: Path | None = None) -> tuple[str, ...]:
    """Codes of every format there is, shipped or the county's own, sorted."""
    folders = [FORMS_FOLDER] if county_folder is None else [county_folder, FORMS_FOLDER]
    return tuple(
        sorted({path.parent.name for each in folders for path in each.glob("bank-*/format.yaml")})
    )


def load_bank_format(code: str, *, county_folder: Path | None = None) -> BankFormat:
    """The county's own file of that code where it has one, else the shipped one.

    Errors: ``CannotLoadFormat`` names the file, the key and what to do.
    """
    if not _CODE.fullmatch(code):
        raise CannotLoadFormat(f"没有名为“{code}”的银行文件格式")
    folders = [FORMS_FOLDER] if county_folder is None else [county_folder, FORMS_FOLDER]
    for folder in folders:
        path = folder / code / "format.yaml"
        if path.is_file():
            return _read(code, path.read_bytes())
    raise CannotLoadFormat(f"没有名为“{code}”的银行文件格式，请检查 forms 文件夹")


def _read(code: str, raw: bytes) -> BankFormat:
    try:
        data = yaml.safe_load(raw.decode("utf-8"))
        found = _format(code, data, hashlib.sha256(raw).hexdigest())
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"缺少 {error}" if isinstance(error, KeyError) else str(error)
        raise CannotLoadFormat(f"银行文件格式 {code}/format.yaml 读不通：{reason}") from error
    return found


def _format(code: str, data: dict[str, Any], digest: str) -> BankFormat:
    _only(data, _FORMAT_KEYS)
    kind = _among(str(data["kind"]), KINDS, "kind")
    source, value_is = str(data["source"]), str(data.get("value_is", "sourced"))
    if source.startswith(_INVENTED) != (value_is == "demonstration"):
        raise ValueError("source 与 value_is 说法不一：演示数据须标 value_is: demonstration")
    check = data.get("check", {})
    fixed = kind == "fixed"
    found = BankFormat(
        code=code,
        name=str(data["name"]),
        kind=kind,
        source=source,
        value_is=value_is,
        charset=_charset(data["charset"]),
        line_end={"crlf": b"\r\n", "lf": b"\n"}[str(data.get("line_end", "crlf"))],
        extension=_extension(str(data["extension"])),
        header=_parts(data.get("header", ()), HEAD_FIELDS, "header", fixed),
        line=_parts(data.get("line", ()), LINE_FIELDS, "line", fixed),
        trailer=_parts(data.get("trailer", ()), HEAD_FIELDS, "trailer", fixed),
        check_method=_among(str(check["method"]), CHECKS, "check.method") if check else "",
        check_digits=int(check.get("digits", 0)) if check else 0,
        version=_among(str(data.get("version", "")), VERSIONS | {""}, "version"),
        most_lines=int(data.get("most_lines", 0)),
        returned=_returned(data["returned"]),
        digest=digest,
    )
    _hold_together(found)
    return found


def _hold_together(found: BankFormat) -> None:
    """A format must say whom, where to, how much, and by which reference the bank answers."""
    if found.kind == "pain001":
        if not found.version:
            raise ValueError("pain001 要写明 version")
        return
    stated = {part.field for part in found.line}
    if missing := {"name", "account", "amount", "reference"} - stated:
        raise ValueError(f"line 缺少 {'、'.join(sorted(missing))}")
    totals = {part.field for part in (*found.header, *found.trailer)}
    if missing := {"count", "total", "reference"} - totals:
        raise ValueError(f"header 或 trailer 缺少 {'、'.join(sorted(missing))}")
    if "check" in totals and not found.check_method:
        raise ValueError("用到了 check，请写明 check.method")


def _charset(data: dict[str, Any]) -> Charset:
    _only(data, {"encoding", "edition", "four_byte", "replace"})
    edition = int(data.get("edition", 2005))
    if edition not in EDITIONS:
        raise ValueError(f"charset.edition 不认识“{edition}”")
    replace = {str(key): str(value) for key, value in data.get("replace", {}).items()}
    if any(len(key) != 1 for key in replace):
        raise ValueError("charset.replace 一次只能替换一个字")
    return Charset(
        encoding=_among(str(data["encoding"]), ENCODINGS, "charset.encoding"),
        edition=edition,
        four_byte={"allow": True, "refuse": False}[str(data.get("four_byte", "allow"))],
        replace=replace,
    )


def _parts(given: Any, known: frozenset[str], key: str, fixed: bool) -> tuple[Part, ...]:
    return tuple(_part(each, known, f"{key}[{n}]", fixed) for n, each in enumerate(given, 1))


def _part(data: dict[str, Any], known: frozenset[str], key: str, fixed: bool) -> Part:
    _only(data, _PART_KEYS)
    if ("field" in data) == ("text" in data):
        raise ValueError(f"{key} 要么写 field，要么写 text")
    part = Part(
        field=_among(str(data["field"]), known, f"{key}.field") if "field" in data else "",
        text=str(data.get("text", "")),
        label=str(data.get("label", "")),
        shape=_among(str(data.get("shape", "text")), SHAPES, f"{key}.shape"),
        width=int(data.get("width", 0)),
        right={"left": False, "right": True}[str(data.get("align", "left"))],
        fill=str(data.get("fill", " ")),
        cut={"refuse": False, "cut": True}[str(data.get("overflow", "refuse"))],
        optional=bool(data.get("optional", False)),
    )
    if fixed and part.width < 1:
        raise ValueError(f"{key} 缺少 width（字节数）")
    if len(part.fill.encode()) != 1:
        raise ValueError(f"{key}.fill 只能是一个单字节字符")
    if part.cut and part.field in ("account", "amount", "reference", "total", "count", "check"):
        raise ValueError(f"{key} 是 {part.field}，不能截短")
    return part


def _returned(data: dict[str, Any]) -> ReturnLayout:
    _only(data, {"kind", "header", "line", "trailer", "results", "reasons", "versions"})
    kind = _among(str(data["kind"]), RETURN_KINDS, "returned.kind")
    fixed = kind == "fixed"
    results = {str(code): _among(str(word), RESULTS, "returned.results")
               for code, word in data["results"].items()}  # fmt: skip
    reasons = {}
    for code, each in data.get("reasons", {}).items():
        _only(each, {"words", "ask"})
        ask = _among(str(each["ask"]), ASKS, f"returned.reasons.{code}.ask")
        reasons[str(code)] = Reason(str(code), str(each["words"]), ask)
    found = ReturnLayout(
        kind=kind,
        header=_parts(data.get("header", ()), RETURN_HEAD, "returned.header", fixed),
        line=_parts(data.get("line", ()), RETURN_LINE, "returned.line", fixed),
        trailer=_parts(data.get("trailer", ()), RETURN_HEAD, "returned.trailer", fixed),
        results=results,
        reasons=reasons,
        versions=tuple(str(each) for each in data.get("versions", ())),
    )
    if kind != "pain002" and (
        missing := {"reference", "account", "amount", "result"} - {p.field for p in found.line}
    ):
        raise ValueError(f"returned.line 缺少 {'、'.join(sorted(missing))}")
    return found


def _only(data: Mapping[str, Any], known: set[str] | frozenset[str]) -> None:
    if unknown := set(map(str, data)) - known:
        raise ValueError(f"不认识“{'、'.join(sorted(unknown))}”，请检查拼写")


def _among(word: str, known: frozenset[str], key: str) -> str:
    if word not in known:
        raise ValueError(f"{key} 不认识“{word}”，可用的是 {'、'.join(sorted(filter(None, known)))}")
    return word


def _extension(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]{1,5}", text):
        raise ValueError("extension 只能是 txt、csv、xml 之类")
    return text

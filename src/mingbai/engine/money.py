"""The one module for money: text and numbers become exact integer 分, and 分 become text again."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

#: How many decimal places a unit stands above 分: 1 元 = 10**2 分.
UNIT_POWERS: Final = {
    "分": 0,
    "角": 1,
    "元": 2,
    "百元": 4,
    "千元": 5,
    "万元": 6,
    "百万元": 8,
    "亿元": 10,
}

#: Largest amount accepted: 10**15 分 (ten trillion 元), far above any county and safe in int64.
LARGEST_FEN: Final = 10**15

# A suffix in the cell wins over the column's unit. Longest first, so that 万元 is not read as 元.
_SUFFIXES: Final = (
    ("百万元", 8), ("亿元", 10), ("万元", 6), ("千元", 5), ("百元", 4), ("元整", 2),
    ("亿", 10), ("万", 6), ("元", 2), ("角", 1), ("分", 0),
)  # fmt: skip
_PLAIN: Final = re.compile(r"([+-]?)(\d+)(?:\.(\d*))?|([+-]?)\.(\d+)", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_EXPONENT: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d+", re.ASCII)
_CAPITALS: Final = frozenset("零壹贰叁肆伍陆柒捌玖拾佰仟萬億圆圓整正一二三四五六七八九十百千两〇")
_WIDE: Final = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FOLD: Final = str.maketrans(
    {**_WIDE, "−": "-", "–": "-", "—": "-", "﹣": "-", "，": ",", "￥": "¥", "\u3000": " "}
)

MESSAGES: Final = {
    "money_empty": "金额为空，无法计入合计。请填写金额；确实没有发放的，请填 0。",
    "money_form": "金额不是数字，系统不会猜测。请只填数字，单位写在表头，例如 300 或 300.50。",
    "money_capitals": "金额用了中文数字（如“叁佰元整”），无法核算。请改填阿拉伯数字，例如 300。",
    "money_exponent": "金额是科学计数法（如 1E+05），原数可能已丢失。"
    "请把单元格设为数值格式后重填。",
    "money_decimals": "金额小数位过多，不足一分的部分无法入账。请核对后四舍五入到分再填。",
    "money_commas": "金额中的逗号位置不对，可能多写或少写了数字。请核对后去掉逗号重填。",
    "money_too_large": "金额超过系统可受理的上限，多半是单位写错（元、万元）。请核对单位后重填。",
    "money_negative": "金额为负数。退款和冲销请走更正流程，发放表中请填正数或 0。",
    "money_own_unit": "单元格里自带单位，与表头单位不同；已按单元格里的单位计算，请核对。",
    "money_float_tail": "金额带有计算产生的极小尾数，已按表格显示的 15 位有效数字取值，请核对。",
}


class CannotReadMoney(ValueError):
    """The text is no exact amount; `code` is a key of MESSAGES. Never carries the text itself."""

    def __init__(self, code: str) -> None:
        super().__init__(MESSAGES[code])
        self.code = code


def parse_money(value: str | int | float | Decimal, unit: str = "元") -> int:
    """Read an amount in `unit` (a unit written in the cell wins) as exact 分.

    Floats are read by their shortest exact spelling. Raises CannotReadMoney, never rounds.
    """
    return read_money(value, unit)[0]


def read_money(value: str | int | float | Decimal, unit: str = "元") -> tuple[int, str | None]:
    """Like parse_money; also says which unit stood in the cell (None when none did)."""
    power = UNIT_POWERS[unit]
    if isinstance(value, bool):
        raise CannotReadMoney("money_form")
    if isinstance(value, float):
        return _exact(_spell_number(value), power), None
    if isinstance(value, (int, Decimal)):
        return _exact(
            format(Decimal(value), "f") if Decimal(value).is_finite() else "?", power
        ), None
    text = _fold(value)
    if not text:
        raise CannotReadMoney("money_empty")
    body, sign = _take_sign(text)
    body, own = _take_unit(body)
    found = _exact(sign + body if body else "?", power if own is None else UNIT_POWERS[own])
    return found, own


def _fold(text: str) -> str:
    folded = text.translate(_FOLD).lstrip("'‘’")
    return "".join(folded.split()).replace("\u200b", "").replace("\ufeff", "")


def _take_sign(text: str) -> tuple[str, str]:
    """Accountants write negatives as (100) as well as -100."""
    if len(text) > 2 and text[0] == "(" and text[-1] == ")":
        inner = text[1:-1]
        return ("?", "") if inner[:1] in "+-(" else (inner.lstrip("¥"), "-")
    sign = text[0] if text[0] in "+-" else ""
    body = text[len(sign) :].lstrip("¥")
    if not sign and body[:1] in ("+", "-"):
        sign, body = body[0], body[1:]
    return ("?", "") if body[:1] in ("+", "-", "") else (body, sign)


def _take_unit(body: str) -> tuple[str, str | None]:
    for suffix, power in _SUFFIXES:
        if body.endswith(suffix) and len(body) > len(suffix):
            bare = body[: -len(suffix)]
            name = next(unit for unit, other in UNIT_POWERS.items() if other == power)
            return bare, name
    return body, None


def _exact(text: str, power: int) -> int:
    if _EXPONENT.fullmatch(text):
        raise CannotReadMoney("money_exponent")
    if "," in text:
        if not _GROUPED.fullmatch(text):
            raise CannotReadMoney(
                "money_commas" if re.fullmatch(r"[+-]?[\d,.]+", text, re.ASCII) else "money_form"
            )
        text = text.replace(",", "")
    match = _PLAIN.fullmatch(text)
    if match is None:
        numerals = any(char in _CAPITALS for char in text)
        capitals = numerals and all(char in _CAPITALS or char in "元角分万亿+-" for char in text)
        raise CannotReadMoney("money_capitals" if capitals else "money_form")
    sign = match[1] or match[4] or ""
    whole = match[2] or "0"
    fraction = (match[3] or match[5] or "").rstrip("0")
    if len(fraction) > power:
        raise CannotReadMoney("money_decimals")
    if len(whole.lstrip("0")) > 16:
        raise CannotReadMoney("money_too_large")
    amount = int(whole + fraction.ljust(power, "0"))
    if amount > LARGEST_FEN:
        raise CannotReadMoney("money_too_large")
    return -amount if sign == "-" else amount


def _spell_number(value: float) -> str:
    """Shortest decimal spelling of a float, without an exponent when it is exact without one."""
    if value != value or value in (float("inf"), float("-inf")):
        return "?"
    return format(Decimal(repr(value)), "f")


def fen(value: str | int | Decimal) -> int:
    """Exact 分 from a trusted amount in 元: fen("12.50") == 1250, fen(3) == 300."""
    return parse_money(value)


def show_money(amount: int) -> str:
    """分 as 元 with thousands commas and two decimals: 123456 -> '1,234.56'."""
    sign = "-" if amount < 0 else ""
    yuan, cents = divmod(abs(amount), 100)
    return f"{sign}{yuan:,}.{cents:02d}"


def show_scaled(amount: int, unit: str, places: int, *, with_unit: bool = True) -> str:
    """分 in a larger unit, rounded half up (away from zero) to `places`: '6.69亿元'."""
    scaled = scale_money(amount, unit, places)
    return f"{scaled:,f}{unit if with_unit else ''}"


def scale_money(amount: int, unit: str, places: int) -> Decimal:
    """分 as a Decimal of `unit`, rounded half up (away from zero) to `places` decimals."""
    exact = Decimal(amount).scaleb(-UNIT_POWERS[unit])
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def message(code: str, params: dict[str, object] | None = None) -> str:
    """The Chinese sentence for a money fault."""
    return MESSAGES[code].format_map(params or {})

"""The plain reading of one cell, before and after its type is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from mingbai.engine.canon.shapes import REJECT, WARN, CanonColumn, CanonType, Reading, reject
from mingbai.engine.reading.shapes import ERROR, FORMULA

MESSAGES: Final[Mapping[str, str]] = {
    "empty": "必填项为空，这一行无法受理。请补填；确实没有的，请与业务部门联系。",
    "cell_error": "单元格是计算错误（如 #N/A、#REF!），没有可用的值。请改填实际内容。",
    "cell_formula": "单元格里是公式文字而不是计算结果。请复制后“选择性粘贴为数值”，再重新上报。",
}


def read_cell(text: str, kind: int, column: CanonColumn, its_type: CanonType) -> Reading:
    """Judge one trimmed, non-blank cell of a column.

    A value that cannot be read rejects the row where the column is required; where it is not, the
    row stands without the value and the office is warned.
    """
    if kind == ERROR:
        reading = reject("cell_error")
    elif kind == FORMULA:
        reading = reject("cell_formula")
    else:
        reading = its_type.plain(text, kind)
    if column.required or reading.value is not None:
        return reading
    softer = tuple(
        replace(remark, severity=WARN) if remark.severity == REJECT else remark
        for remark in reading.remarks
    )
    return Reading(None, softer)

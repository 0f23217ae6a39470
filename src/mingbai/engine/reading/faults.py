"""Why a whole file could not be read, in words for the office that sent it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MESSAGES: Final = {
    "file_empty": "文件是空的（0 字节），可能没有保存成功。请重新保存后再报。",
    "file_too_large": "文件有 {megabytes} MB，超过 {limit} MB 的上限。"
    "请删去图片等无关内容，或按月份、按镇拆分后再报。",
    "file_truncated": "文件不完整，可能在拷贝或发送时中断。请在电脑上打开确认无误后重新发送。",
    "file_damaged": "文件内部已损坏，无法读取。请用 WPS 或 Excel 打开后另存为 .xlsx 再报。",
    "file_encrypted": "文件设有打开密码，无法读取。请取消密码（文件-文档加密）后另存再报。",
    "file_macro": "文件带有宏程序，为安全起见不予受理。请另存为不带宏的 .xlsx 再报。",
    "file_kind": "这是{found}，不是表格文件。请上报 Excel、WPS 表格或 csv 文件。",
    "file_archive": "这是压缩包。请先解压，再把里面的表格逐个上报。",
    "file_webpage": "文件扩展名像表格，内容其实是{found}。"
    "请用 WPS 或 Excel 打开后另存为 .xlsx 再报。",
    "file_encoding": "csv 文件的文字编码无法识别。请用 WPS 或 Excel 打开后另存为 .xlsx 再报。",
    "file_bomb": "文件很小，展开后却异常庞大，疑似恶意文件，不予受理。请重新从原表导出后再报。",
    "file_entities": "文件内部含有不允许的定义（DOCTYPE），不予受理。"
    "请用 WPS 或 Excel 另存为 .xlsx 再报。",
    "file_far_cell": "工作表 {sheet} 的数据铺得过大（到第 {line} 行、{letter} 列），"
    "多半是很远处误填了内容。"
    "请删去表格以外的内容后再报。",
    "file_sheets": "文件有 {sheets} 张工作表，超过 {limit} 张的上限。请拆分后再报。",
    "file_no_sheets": "文件里没有可以读取的工作表。请确认数据填在普通工作表中再报。",
    "file_timeout": "读取这个文件用时过长，已停止。请删去无关内容，或按月份、按镇拆分后再报。",
    "file_crashed": "读取这个文件时占用资源过多，已停止，其他文件不受影响。"
    "请用 WPS 或 Excel 另存为 .xlsx 再报。",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A file that could not be read: a code of MESSAGES and what fills its sentence."""

    code: str
    params: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        MESSAGES[self.code].format_map(dict(self.params))

    @property
    def message(self) -> str:
        """What is wrong, why, and what to do next."""
        return MESSAGES[self.code].format_map(dict(self.params))


class CannotReadFile(Exception):
    """Raised inside the reading child only; crosses to the parent as a Fault."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.fault = Fault(code, tuple((key, str(value)) for key, value in params.items()))

"""Where findings go: a Parquet file, a workbook with masked people, or a table on the terminal."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine.checks import FINDING_SCHEMA, CheckSpec, kind_name
from mingbai.engine.money import show_money
from mingbai.engine.ranking import learn_shares, level_of, people_of
from mingbai.engine.whole import write_whole
from mingbai.paper.tables import DEMONSTRATION_MARK, ExportColumn, write_export
from mingbai.site.commands.engine.faults import CannotRun
from mingbai.site.commands.engine.inputs import Inputs
from mingbai.site.commands.engine.sheets import Clear
from mingbai.site.commands.engine.words import FORM, SEVERITIES, name_rule, say_finding

SUFFIXES: Final = (".parquet", ".xlsx")
_BATCH: Final = 5_000

_COLUMNS: Final = (
    ExportColumn("序号", "number", 8),
    ExportColumn("等级", "text", 8),
    ExportColumn("规则", "text", 24),
    ExportColumn("说明", "text", 60),
    ExportColumn("涉及金额（元）", "money", 14),
    ExportColumn("涉及行数", "number", 10),
    ExportColumn("姓名", "text", 12),
    ExportColumn("证件号", "text", 22),
    ExportColumn("项目", "text", 28),
    ExportColumn("表", "text", 30),
    ExportColumn("行", "number", 8),
    ExportColumn("对照表", "text", 30),
    ExportColumn("对照行", "number", 8),
)


def check_suffix(out: Path | None, suffixes: Sequence[str] = SUFFIXES) -> None:
    """Refuse an output that could not be written, before hours of work."""
    if out is None:
        return
    if out.suffix.lower() not in suffixes:
        raise CannotRun(f"输出文件要以 {' 或 '.join(suffixes)} 结尾，现为“{out.name}”。")
    if not out.parent.is_dir():
        raise CannotRun(f"没有文件夹 {out.parent}。请先建立，或换一个位置。")


def form_findings(clear: Sequence[Clear]) -> pa.Table:
    """Faults of form as findings: one a cell, beside those of the rules."""
    rows: list[dict[str, Any]] = []
    for sheet in clear:
        for fault in sheet.faults.to_pylist():
            place = {"table": sheet.label, "line": fault["line"], "subject": True}
            rows.append(
                {
                    "rule": FORM, "code": fault["code"], "severity": fault["severity"],
                    "params": fault["params"], "person": None,
                    "cause": f"{sheet.label}|{fault['line']}|{fault['column']}",
                    "sub_item": None, "column": fault["column"], "table": sheet.label,
                    "line": fault["line"], "other_table": None, "other_line": None,
                    "rows": 1, "amount": 0, "evidence": [place],
                }
            )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=FINDING_SCHEMA)


def rank_findings(findings: pa.Table, specs: Sequence[CheckSpec]) -> list[int]:
    """Places of findings, most worth looking at first: money at stake times how far a rule of its
    kind and level may be believed before anybody has decided anything.
    """
    shares, kinds = learn_shares(()), {spec.rule: kind_name(type(spec)) for spec in specs}
    names = ("rule", "code", "severity", "params", "amount")
    worth = []
    for place, told in enumerate(findings.select(names).to_pylist()):
        code, severity, facts = told["code"], told["severity"], json.loads(told["params"])
        amount = max(told["amount"], 0)
        level, rule = level_of(code, severity, facts, amount), told["rule"]
        share = shares.of(rule, kinds.get(rule, rule), level)
        worth.append((-share.worth(amount, people_of(code, facts)), -severity, place))
    return [place for *_, place in sorted(worth)]


def write_findings(
    findings: pa.Table,
    order: Sequence[int],
    inputs: Inputs,
    out: Path,
    *,
    specs: Sequence[CheckSpec],
) -> None:
    """Write by the suffix of `out`; the file appears whole or not at all."""
    if out.suffix.lower() == ".parquet":
        mark = {b"mingbai.demonstration": b"1" if inputs.demonstration else b"0"}
        with write_whole(out) as sink:
            pq.write_table(findings.replace_schema_metadata(mark), sink, compression="zstd")
        return
    counts = Counter(findings.column("rule").to_pylist())
    content = write_export(
        title="疑点清单",
        columns=_COLUMNS,
        rows=_export_rows(findings, order, inputs),
        notes=[
            f"共 {findings.num_rows} 条，出自 {len(counts)} 条规则；检查用了 {len(specs)} 条规则。",
            "疑点只说明数据相互矛盾或不合规定，须逐条核实后处理；姓名和证件号已遮盖。",
        ],
        demonstration=inputs.demonstration,
    )
    with write_whole(out) as sink:
        sink.write(content)


def _export_rows(
    findings: pa.Table, order: Sequence[int], inputs: Inputs
) -> Iterator[Sequence[Any]]:
    ordered = findings.drop_columns(["evidence"]).take(pa.array(order, pa.int64()))
    people = _people(ordered, inputs)
    done = 0
    for batch in ordered.to_batches(max_chunksize=_BATCH):
        for number, row in enumerate(batch.to_pylist(), start=done + 1):
            name, identity = people.get((row["table"], row["line"]), ("", ""))
            yield (
                number, SEVERITIES[row["severity"]], name_rule(row["rule"]), say_finding(row),
                row["amount"], row["rows"], name, identity, row["sub_item"], row["table"],
                row["line"], row["other_table"], row["other_line"],
            )  # fmt: skip
        done += len(batch)


def _people(findings: pa.Table, inputs: Inputs) -> Mapping[tuple[str, int], tuple[str, str]]:
    """Masked name and number behind each finding's first row."""
    places = zip(
        findings.column("table").to_pylist(), findings.column("line").to_pylist(), strict=True
    )
    return inputs.people((table, line) for table, line in places if line is not None)


def print_findings(
    findings: pa.Table, order: Sequence[int], inputs: Inputs, *, top: int, width: int
) -> None:
    """How many findings each rule has, then the `top` most worth looking at."""
    if inputs.demonstration:
        print(f"（{DEMONSTRATION_MARK}，人员均为合成）")
    if not findings.num_rows:
        print("没有发现疑点。")
        return
    counts, money = Counter(findings.column("rule").to_pylist()), Counter[str]()
    for rule, amount in zip(
        findings.column("rule").to_pylist(), findings.column("amount").to_pylist(), strict=True
    ):
        money[rule] += amount
    shown = [
        (name_rule(rule), str(count), show_money(money[rule]))
        for rule, count in counts.most_common()
    ]
    print(f"共 {findings.num_rows} 条疑点：")
    print_table(("规则", "条数", "涉及金额（元）"), shown, right=(1, 2), width=width)
    if not top:
        return
    first = findings.drop_columns(["evidence"]).take(pa.array(order[:top], pa.int64()))
    people, listed = _people(first, inputs), []
    for row in first.to_pylist():
        name, identity = people.get((row["table"], row["line"]), ("", ""))
        said = say_finding(row)
        where = f"{row['table']} 第{row['line']}行" if row["line"] is not None else row["cause"]
        listed.append((SEVERITIES[row["severity"]], show_money(row["amount"]), where,
                       f"{name} {identity}".strip(), said))  # fmt: skip
    print(f"\n最值得先看的 {len(listed)} 条：")
    print_table(("等级", "金额（元）", "位置", "人员", "说明"), listed, right=(1,), width=width)


def print_table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), width: int
) -> None:
    """Columns aligned by the width that characters take on a terminal; the last one is cut."""
    table = [tuple(heads), *map(tuple, rows)]
    widths = [max(display_width(row[place]) for row in table) for place in range(len(heads))]
    used = sum(widths[:-1]) + 2 * (len(heads) - 1)
    widths[-1] = min(widths[-1], max(width - used, 12))
    for number, row in enumerate(table):
        cells = [
            _pad(_cut(cell, widths[place]), widths[place], right=place in right)
            for place, cell in enumerate(row)
        ]
        print("  ".join(cells).rstrip())
        if not number:
            print("  ".join("─" * each for each in widths))


def display_width(text: str) -> int:
    """Columns that a text takes: Chinese characters take two."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def _pad(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - display_width(text))
    return blanks + text if right else text + blanks


def _cut(text: str, width: int) -> str:
    if display_width(text) <= width:
        return text
    kept = text
    while display_width(kept) > width - 2:
        kept = kept[:-1]
    return kept + "…"

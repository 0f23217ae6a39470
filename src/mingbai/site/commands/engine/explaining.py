"""``engine check --explain``: one rule in Chinese, and how each machine works it out."""

from __future__ import annotations

import dataclasses
import inspect
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mingbai.engine.checks import (
    EVIDENCE_ROWS,
    FINDING_SCHEMA,
    CannotCheck,
    CheckSpec,
    kind_name,
    load_specs,
)
from mingbai.engine.checks.machines.spark import translate
from mingbai.engine.money import show_money
from mingbai.site.commands.engine.faults import CannotRun
from mingbai.site.commands.engine.ruling import GENERAL
from mingbai.site.commands.engine.words import (
    FIELDS,
    SEVERITIES,
    name_column,
    name_kind,
    say_finding,
)


def explain_rule(
    rule: str, *, given: Sequence[str], rules: Path | None, findings: Path | None, number: int
) -> int:
    """Print all specs of a rule, then one finding's evidence where a findings file is given."""
    named = [spec for spec in load_specs(_rules_file(given, rules)) if spec.rule == rule]
    if not named:
        every = "、".join(dict.fromkeys(s.rule for s in load_specs(_rules_file(given, rules))))
        raise CannotRun(f"没有规则“{rule}”。可用的是：{every}。")
    for spec in named:
        _explain(spec)
    if findings is not None:
        _show_evidence(rule, findings, number)
    return 0


def _rules_file(given: Sequence[str], rules: Path | None) -> Path:
    if rules is not None:
        return rules
    own = [Path(each) / "rules.yaml" for each in given]
    return next((each for each in own if each.exists()), GENERAL)


def _explain(spec: CheckSpec) -> None:
    kind = type(spec)
    print(f"规则 {spec.rule}（{kind_name(kind)}，{SEVERITIES[spec.severity]}）")
    print(f"查什么：{name_kind(kind)}。")
    print("\n参数：")
    for field in dataclasses.fields(spec):
        if field.name not in ("rule", "severity"):
            word, value = FIELDS.get(field.name, field.name), getattr(spec, field.name)
            print(f"  {word}（{field.name}）：{_show(value)}")
    print("\n要读的列：")
    for table, columns in spec.needs().items():
        named = "、".join(f"{name_column(each)}（{each}）" for each in dict.fromkeys(columns))
        print(f"  {table}：{named}")
    grain = "、".join(map(name_column, spec.grain())) or "整张表"
    print(f"\n一条疑点按什么判定：{grain}（相同的行放在一起看）")
    print("\n会说的话（大括号里填数）：")
    for code, said in kind.MESSAGES.items():
        print(f"  {code}：{said}")
    _explain_machines(spec)
    print()


def _explain_machines(spec: CheckSpec) -> None:
    query, sieve, kind = spec.query(), spec.sieve(), type(spec)
    print("\nduckdb 上的语句：")
    for name, text in spec.contexts().items():
        print(f"  先备好 {name}：")
        _print_block(text, 4)
    _print_block(query.text, 2)
    _print_values(query.values)
    if sieve is not None:
        print(f"\n先用一遍粗筛找出可能有关的人（按{name_column(sieve.by)}），再只看这些人：")
        _print_block(sieve.text, 2)
        _print_values(sieve.values)
    print("\nspark 上的语句：")
    try:
        _print_block(textwrap.fill(translate(query.text), 96), 2)
    except CannotCheck as error:
        print(f"  {error}")
    print(f"\nplain 上的算法：{kind.__module__}.{kind.__name__}.plain，逐行 Python：")
    _print_block(inspect.getsource(kind.plain), 2)


def _print_block(text: str, indent: int) -> None:
    print(textwrap.indent(textwrap.dedent(text).strip(), " " * indent))


def _print_values(values: Mapping[str, object]) -> None:
    if values:
        print("  其中：" + "，".join(f"${key} = {value}" for key, value in values.items()))


def _show(value: Any) -> str:
    if value is None or value == ():
        return "不限"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(
            " = ".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in value
        )
    return str(value)


def _show_evidence(rule: str, file: Path, number: int) -> None:
    own = _findings_of(rule, file)
    if not 1 <= number <= own.num_rows:
        raise CannotRun(
            f"规则 {rule} 在 {file.name} 里有 {own.num_rows} 条疑点，没有第 {number} 条。"
        )
    row = own.slice(number - 1, 1).to_pylist()[0]
    print(f"第 {number} 条疑点（共 {own.num_rows} 条）：{say_finding(row)}")
    print(f"涉及金额 {show_money(row['amount'])} 元，存疑 {row['rows']} 行。证据：")
    for each in row["evidence"]:
        role = "存疑" if each["subject"] else "对照"
        print(f"  {role}：{each['table']} 第{each['line']}行")
    if row["rows"] > len(row["evidence"]):
        print(f"  （只留前 {EVIDENCE_ROWS} 行）")


def _findings_of(rule: str, file: Path) -> pa.Table:
    try:
        table = pq.read_table(pa.BufferReader(file.read_bytes()))
    except OSError as error:
        problem = f"疑点文件 {file.name} 打不开（{type(error).__name__}）。请核对路径。"
        raise CannotRun(problem) from None
    except pa.ArrowException:
        table = pa.table({})
    if table.schema.names != FINDING_SCHEMA.names:
        raise CannotRun(f"{file.name} 不是 check --out 写出的疑点文件（.parquet）。")
    return table.filter(pc.equal(table.column("rule"), rule))

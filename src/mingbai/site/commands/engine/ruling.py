"""Which rules a run checks by: those named, the folder's own, or the general ones that fit."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mingbai.engine.checks import CheckSpec, load_specs
from mingbai.site.commands.engine.faults import CannotRun
from mingbai.site.commands.engine.inputs import Inputs
from mingbai.site.commands.engine.words import name_column

GENERAL: Final = Path(__file__).with_name("general.yaml")


def choose_rules(inputs: Inputs, rules: Path | None) -> tuple[CheckSpec, ...]:
    """Rules from a file, or from the folder, each of which must find what it reads; without any,
    the general rules that can read what was given. Raises CannotRun, CannotLoadSpecs.
    """
    file = rules or inputs.rules
    if file is not None:
        specs = load_specs(file)
        for spec in specs:
            lacking = _lacking(spec, inputs)
            if lacking:
                raise CannotRun(f"规则 {spec.rule} 无法执行：{lacking}")
        return specs
    fitting = []
    for spec in load_specs(GENERAL):
        lacking = _lacking(spec, inputs)
        if lacking:
            inputs.notes.append(f"通用规则“{spec.rule}”没有执行：{lacking}")
        else:
            fitting.append(spec)
    if not fitting:
        raise CannotRun(
            "给出的表不足以执行任何通用规则。请用 --rules 指定规则文件，或补上身份证号等列。"
        )
    named = "、".join(spec.rule for spec in fitting)
    inputs.notes.append(f"没有给规则文件，用的是通用规则：{named}。")
    return tuple(fitting)


def _lacking(spec: CheckSpec, inputs: Inputs) -> str:
    """What a rule reads and was not given, or an empty text."""
    for table, columns in spec.needs().items():
        if table not in inputs.tables:
            given = "、".join(inputs.tables) or "无"
            return f"没有给表 {table}（已给：{given}）。请补上，或写成 {table}=文件。"
        missing = [each for each in dict.fromkeys(columns) if each not in inputs.columns(table)]
        if missing:
            words = "、".join(f"“{name_column(each)}”（{each}）" for each in missing)
            return f"表 {table} 缺少{words}一列。请补上这一列，或删去这条规则。"
    return _apart(spec, inputs)


def _apart(spec: CheckSpec, inputs: Inputs) -> str:
    """Keys made of clear values in this run meet no keys that were made elsewhere: never compare
    them, since that would look like "nobody was found".
    """
    needs = spec.needs().items()
    keyed = [table for table, columns in needs if any(c.endswith("_key") for c in columns)]
    ready = [table for table in keyed if isinstance(inputs.tables[table], Path)]
    if len(ready) in (0, len(keyed)):
        return ""
    made = "、".join(table for table in keyed if table not in ready)
    return (
        f"表 {'、'.join(ready)} 只有别处算好的比对值，与本次从明文算出的 {made} 对不上。"
        "请都给明文表格，或都给同一处生成的 Parquet。"
    )

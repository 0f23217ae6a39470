"""Rules as data: every kind loads by its name, and what is wrong is named with its place."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.rolls import GENERATORS

from mingbai.engine.checks import (
    ALL_KINDS,
    AmountStandard,
    CheckSpec,
    MissingKey,
    RepeatedPerson,
    TwoNames,
    loading,
)
from mingbai.engine.checks.loading import (
    KINDS,
    CannotLoadSpecs,
    dump_specs,
    kind_name,
    load_specs,
)


@dataclasses.dataclass(frozen=True)
class Window:
    """A part that a kind may hold."""

    first: int
    last: int = 12

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("a window runs from first to last")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Everything(CheckSpec):
    """A kind with every sort of field that kinds may have."""

    day: dt.date
    how: Literal["all", "any"] = "all"
    exact: bool = False
    window: Window | None = None
    windows: tuple[Window, ...] = ()
    span: tuple[str, int] = ("a", 1)
    grades: tuple[tuple[str, int], ...] | None = None
    groups: tuple[tuple[str, ...], ...] = ()
    either: int | str = 0
    names: tuple[str, ...] = dataclasses.field(default_factory=lambda: ("x",))
    made: str = dataclasses.field(default="", init=False)


OWN = {"everything": Everything}
FULL = """
- rule: a
  kind: everything
  day: 2021-06-30
  how: any
  exact: true
  window: {first: 2}
  windows: [{first: 1, last: 3}]
  span: [b, 7]
  grades: {g1: 30000, g2: 45000}
  groups: [[a, b], [c]]
  either: text
  names: []
"""


def test_all_kinds_have_a_name_of_their_own():
    assert set(KINDS.values()) == set(ALL_KINDS)
    assert kind_name(RepeatedPerson) == "repeated_person"
    assert KINDS["amount_standard"] is AmountStandard


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_every_kind_comes_back_as_it_was_written(kind, data):
    spec = data.draw(GENERATORS[kind])
    assert load_specs(dump_specs([spec])) == (spec,)


def test_every_sort_of_field_is_read_and_written():
    (spec,) = load_specs(FULL, kinds=OWN)
    assert spec == Everything(
        rule="a",
        day=dt.date(2021, 6, 30),
        how="any",
        exact=True,
        window=Window(2),
        windows=(Window(1, 3),),
        span=("b", 7),
        grades=(("g1", 30000), ("g2", 45000)),
        groups=(("a", "b"), ("c",)),
        either="text",
        names=(),
    )
    assert load_specs(dump_specs([spec]), kinds=OWN) == (spec,)
    twice = dataclasses.replace(spec, grades=(("g1", 1), ("g1", 2)), window=None)
    assert load_specs(dump_specs([twice]), kinds=OWN) == (twice,)


def test_a_null_stands_where_a_field_may_be_empty():
    (spec,) = load_specs("[{rule: a, kind: everything, day: 2021-06-30, window: null}]", kinds=OWN)
    assert spec.window is None
    with pytest.raises(CannotLoadSpecs, match="应为整数"):
        load_specs("[{rule: a, kind: repeated_person, severity: null}]")


def test_a_file_is_named_in_messages(tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("\ufeff- {rule: once, kind: repeated_person, severity: 3}", encoding="utf-8")
    assert load_specs(rules) == (RepeatedPerson(rule="once", severity=3),)
    rules.write_text("- {rule: once, kind: repeated_person, sevrity: 3}")
    with pytest.raises(CannotLoadSpecs) as caught:
        load_specs(rules)
    said = caught.value
    assert (said.file, said.place, said.rule, said.key) == ("rules.yaml", 1, "once", "sevrity")
    assert str(said).startswith("rules.yaml，第1条规则（once），“sevrity”：")
    assert "severity" in said.problem


def test_files_that_are_no_rules(tmp_path):
    with pytest.raises(CannotLoadSpecs, match="打不开"):
        load_specs(tmp_path / "none.yaml")
    other = tmp_path / "other.yaml"
    other.write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(CannotLoadSpecs, match="UTF-8"):
        load_specs(other)
    other.write_bytes(b"#" * (4 * 2**20 + 1))
    with pytest.raises(CannotLoadSpecs, match="过大"):
        load_specs(other)


A = "rule: a, kind: everything, day: 2021-06-30"
WRONG = [
    ("", "", "应为规则的列表"),
    ("[]", "", "至少一条"),
    ("rules: []", "", "应为规则的列表"),
    ("[once]", "", "应为“键: 值”的表"),
    ("[{kind: everything}]", "rule", "必须写明"),
    ("[{rule: '', kind: everything}]", "rule", "必须写明"),
    ("[{rule: 7, kind: everything}]", "rule", "必须写明"),
    ("[{rule: a}]", "kind", "必须写明"),
    ("[{rule: a, kind: evrything}]", "kind", "没有“evrything”这种规则。可用的是：everything"),
    ("[{rule: a, kind: everything}]", "day", "缺少这一项"),
    (f"[{{{A}, made: x}}]", "made", "没有这个键"),
    (f"[{{{A}, 3: x}}]", "3", "没有这个键"),
    ("[{rule: a, kind: everything, day: 2021-06-31}]", "", "日期不对"),
    ("[{rule: a, kind: everything, day: '2021-06-30'}]", "day", "应为日期"),
    ("[{rule: a, kind: everything, day: 2021-06-30 08:00:00}]", "day", "应为日期"),
    (f"[{{{A}, severity: true}}]", "severity", "应为整数"),
    (f"[{{{A}, severity: 9}}]", "", "设置不成立：severity"),
    (f"[{{{A}, exact: 1}}]", "exact", "应为true 或 false"),
    (f"[{{{A}, how: both}}]", "how", "应为下列之一：all、any"),
    (f"[{{{A}, sub_items: a.1}}]", "sub_items", "应为列表"),
    (f"[{{{A}, sub_items: [1.1]}}]", "sub_items", "应为文字"),
    (f"[{{{A}, span: [a]}}]", "span", "应为 2 个值的列表"),
    (f"[{{{A}, span: a}}]", "span", "应为 2 个值的列表"),
    (f"[{{{A}, grades: {{g1: x}}}}]", "grades", "应为整数"),
    (f"[{{{A}, window: 3}}]", "window", "应为“键: 值”的表"),
    (f"[{{{A}, window: {{first: 1, lst: 3}}}}]", "window", "不认识“lst”"),
    (f"[{{{A}, window: {{last: 3}}}}]", "window", "缺少必填的项"),
    (f"[{{{A}, window: {{first: 5, last: 3}}}}]", "window", "a window runs"),
    (f"[{{{A}}}, {{{A}}}]", "", "与第1条完全相同"),
    ("- {rule: a, rule: b, kind: everything}", "", "第1行键“rule”写了两次"),
    ("- &x {rule: a}\n- *x", "", "第2行不能使用别名"),
    ("- {[1]: a}", "", "第1行键应为文字"),
    ("- {rule: a", "", "行格式有误"),
    ("- !!python/object:os.system {}", "", "第1行格式有误"),
    ("[" * 10_000, "", "套得过深"),
    ("\x00", "", "控制字符"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "said"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_said(text, key, said):
    with pytest.raises(CannotLoadSpecs) as caught:
        load_specs(text, kinds=OWN)
    assert caught.value.key == key
    assert said in str(caught.value)
    assert str(caught.value).endswith("。") or "window runs" in said


def test_later_rules_are_counted():
    with pytest.raises(CannotLoadSpecs, match="规则，第2条规则（b），“kind”"):
        load_specs("[{rule: a, kind: missing_key}, {rule: b, kind: no}]")


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(tmp_path, monkeypatch):
    path = tmp_path / "rules.yaml"
    path.write_text("- {rule: r, kind: two_names}\n", encoding="utf-8")
    monkeypatch.setattr(loading, "_MOST_BYTES", path.stat().st_size)
    assert load_specs(path) == (TwoNames(rule="r"),)
    monkeypatch.setattr(loading, "_MOST_BYTES", path.stat().st_size - 1)
    with pytest.raises(CannotLoadSpecs, match="文件过大"):
        load_specs(path)


def test_what_is_written_is_easy_to_read():
    """Names that stand once are a table of their own, lines are bounded, order is the rules'."""
    graded = AmountStandard(rule="b", grades=(("A类", 63000), ("B类", 45000)))
    long = MissingKey(rule="a", sub_items=tuple(f"relief.item-{n:02d}" for n in range(12)))
    text = dump_specs([graded, long])
    assert "A类: 63000" in text
    assert max(map(len, text.splitlines())) <= 100
    assert text.index("rule: b") < text.index("rule: a")
    assert load_specs(text) == (graded, long)

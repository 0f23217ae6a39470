"""Findings stand by rule, then by sheet and line; what has no line or person comes last."""

from __future__ import annotations

import pyarrow as pa
import pytest
from tests.engine.rolls import roll

from mingbai.engine.checks import MissingKey, TwoNames, check, sort_findings
from mingbai.engine.checks.findings import FINDING_SCHEMA
from mingbai.engine.checks.ordering import number_findings

SPECS = [MissingKey(rule="z"), MissingKey(rule="a", column="town")]


def finding(rule, table="s", line=2, code="c", cause="", person=b"p"):
    told = {"rule": rule, "table": table, "line": line, "code": code, "cause": cause}
    return {**dict.fromkeys(FINDING_SCHEMA.names), **told, "person": person, "evidence": []}


def findings(*made):
    return pa.Table.from_pylist(list(made), FINDING_SCHEMA)


#: In order: each differs from the next in one thing, those before it being equal.
IN_ORDER = [
    finding("z", table="s", line=2, code="c", cause="", person=b"p"),
    finding("z", table="s", line=2, code="c", cause="", person=b"q"),
    finding("z", table="s", line=2, code="c", cause="", person=None),
    finding("z", table="s", line=2, code="c", cause="x", person=b"a"),
    finding("z", table="s", line=2, code="d", cause="", person=b"a"),
    finding("z", table="s", line=10, code="a", cause="", person=b"a"),
    finding("z", table="t", line=1, code="a", cause="", person=b"a"),
    finding("z", table=None, line=None, code="a", cause="", person=b"a"),
    finding("a", table="a", line=1, code="a", cause="", person=b"a"),
]


@pytest.mark.parametrize("turn", range(len(IN_ORDER)))
def test_the_order_of_findings(turn):
    mixed = findings(*IN_ORDER[turn:][::-1], *IN_ORDER[:turn])
    ordered = sort_findings(mixed, SPECS)
    assert ordered.equals(findings(*IN_ORDER))
    assert ordered.schema.equals(FINDING_SCHEMA)
    assert ordered["rule"].num_chunks == 1


def test_findings_of_other_rules_are_left_out():
    mixed = findings(finding("a"), finding("gone"), finding("z"))
    assert sort_findings(mixed, SPECS)["rule"].to_pylist() == ["z", "a"]
    numbered = number_findings(mixed, SPECS)
    assert numbered.select("rule", "spec").rows() == [("a", 1), ("z", 0)]
    assert number_findings(findings(), SPECS).is_empty()


def test_order_is_the_rules_not_the_words():
    table = roll({"name": "m", "who": "b"}, {"who": "b", "name": "n"}, {"name": "o"}, sheet="s")
    specs = [MissingKey(rule="z"), TwoNames(rule="b"), MissingKey(rule="a", column="town")]
    found = check({"roster": table}, specs)
    again = sort_findings(found.take(list(range(found.num_rows))[::-1]), specs)
    assert again["rule"].to_pylist() == ["z", "b", "a", "a"]
    assert again["line"].to_pylist() == [4, 3, 2, 4]

"""Our statements carried to PostgreSQL by SQLGlot, with settings written in."""

from __future__ import annotations

from collections.abc import Sequence

import sqlglot
from sqlglot import exp

from mingbai.engine.checks import CheckSpec


def carry(specs: Sequence[CheckSpec], needed: dict[str, set[str]]) -> dict[str, object]:
    """Tables, contexts and one statement a rule that groups hits into findings."""
    contexts = {name: text for spec in specs for name, text in spec.contexts().items()}
    return {
        "tables": list(needed),
        "needed": {name: sorted(columns) for name, columns in needed.items()},
        "contexts": {name: translate(text, {}) for name, text in contexts.items()},
        "rules": [{"rule": spec.rule, "sql": _findings(spec)} for spec in specs],
    }


def translate(text: str, values: dict[str, object]) -> str:
    """A statement in PostgreSQL's dialect; every common table is made once."""

    def rewrite(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Placeholder | exp.Parameter):
            name = node.name if isinstance(node, exp.Placeholder) else node.this.name
            return exp.convert(values[name])
        if isinstance(node, exp.IntDiv):
            # PostgreSQL divides whole numbers as // does where neither is negative.
            return exp.paren(exp.Div(this=node.left, expression=node.right, typed=True))
        if isinstance(node, exp.CTE):
            node.set("materialized", True)
        if isinstance(node, exp.Hex | exp.LowerHex):
            return node.this  # keys are kept as text there: PostgreSQL 15 has no min(bytea)
        if isinstance(node, exp.ArgMin):
            first = f"(ARRAY_AGG({node.this.sql()} ORDER BY {node.expression.sql()}))[1]"
            return sqlglot.parse_one(first, read="postgres")
        if isinstance(node, exp.Alias) and isinstance(node.this, exp.Null):
            # The first branch of a union gives the column its type.
            kind = "TEXT" if node.alias == "person" else "BIGINT"
            return exp.alias_(exp.cast(exp.null(), kind), node.alias)
        return node

    return sqlglot.parse_one(text, read="duckdb").transform(rewrite).sql(dialect="postgres")


def _findings(spec: CheckSpec) -> str:
    query = spec.query()
    text = translate(query.text, dict(query.values))
    joined = " UNION ALL ".join(
        f"SELECT h.*, {'p.amount' if name == 'roster' else 'NULL::bigint'} AS amount"
        f" FROM hits AS h JOIN {name} AS p ON h.row = p.row WHERE h.\"table\" = '{name}'"
        for name in spec.needs()
    )
    return (
        f"WITH hits AS MATERIALIZED ({text}), placed AS ({joined})"
        " SELECT code, person, cause, sum(amount) FILTER (WHERE subject),"
        ' count(*) FILTER (WHERE subject), min("table") FILTER (WHERE subject),'
        ' min("row") FILTER (WHERE subject) FROM placed GROUP BY code, person, cause'
    )

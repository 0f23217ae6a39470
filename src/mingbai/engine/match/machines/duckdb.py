"""DuckDB: keys, pairs and levels in process; spills to disk beyond its memory.

Names in statements are columns of comparisons, which passed a pattern of plain words.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from mingbai.engine.match.blocking import BlockReport, Rule, keys_of
from mingbai.engine.match.machines.shapes import Rows
from mingbai.engine.match.planning import Plan


class DuckPairs:
    """Two prepared tables (or one against itself) in one connection. `close` it."""

    def __init__(
        self,
        plan: Plan,
        left: pa.Table,
        right: pa.Table | None,
        *,
        threads: int,
        memory: str,
        spill: Path | None,
    ) -> None:
        self.plan, self.same = plan, right is None
        self._machine = machine = duckdb.connect(":memory:")
        machine.execute(f"SET threads = {int(threads)}")
        machine.execute("SET memory_limit = ?", [memory])
        machine.execute("SET preserve_insertion_order = false")
        if spill is not None:
            machine.execute("SET temp_directory = ?", [str(spill)])
        machine.execute("SET enable_external_access = false")
        self._take("lefts", left)
        if right is None:
            machine.execute("CREATE VIEW rights AS FROM lefts")
        else:
            self._take("rights", right)
        self.left_count, self.right_count = len(left), len(left if right is None else right)

    def close(self) -> None:
        """Let the memory go."""
        self._machine.close()

    def _take(self, name: str, table: pa.Table) -> None:
        with contextlib.ExitStack() as stack:
            self._machine.register("given", table)
            stack.callback(self._machine.unregister, "given")
            self._machine.execute(f"CREATE TABLE {name} AS FROM given")

    def shares(self) -> dict[str, float]:
        """For each key and each whole value: the share of all pairs that agree on it."""
        parts = {each.part(key.part) for each, key in keys_of(self.plan)}
        parts |= {each.part(each.WHOLE) for each in self.plan.comparisons}
        total = self.pair_count()
        return {part: self._agreeing(part) / total if total else 0.0 for part in sorted(parts)}

    def pair_count(self) -> float:
        """All pairs there are."""
        if self.same:
            return self.left_count * (self.left_count - 1) / 2
        return float(self.left_count) * self.right_count

    def _agreeing(self, part: str) -> float:
        if self.same:
            query = f"""SELECT sum(n * (n - 1)::DOUBLE / 2) FROM
                (SELECT count(*) AS n FROM lefts WHERE {part} IS NOT NULL GROUP BY {part})"""  # noqa: S608
        else:
            query = f"""SELECT sum(a.n::DOUBLE * b.n) FROM
                (SELECT {part} AS v, count(*) AS n FROM lefts GROUP BY v) AS a JOIN
                (SELECT {part} AS v, count(*) AS n FROM rights GROUP BY v) AS b ON a.v = b.v"""  # noqa: S608
        return float(self._one(query) or 0)

    def _one(self, query: str) -> float | None:
        found = self._machine.execute(query).fetchone()
        return None if found is None else found[0]

    def find_pairs(self, rules: Sequence[Rule]) -> list[BlockReport]:
        """Fill `pairs` (l, r) with what the rules bring, each pair once."""
        reports = []
        self._machine.execute("CREATE TABLE brought (l INTEGER, r INTEGER)")
        for number, rule in enumerate(rules):
            reports.append(self._bring(f"big{number}", rule))
        self._machine.execute("CREATE TABLE pairs AS SELECT DISTINCT l, r FROM brought")
        self._machine.execute("DROP TABLE brought")
        return reports

    def _bring(self, big: str, rule: Rule) -> BlockReport:
        values = ", ".join(rule.parts)
        present = " AND ".join(f"{part} IS NOT NULL" for part in rule.parts)
        same = " AND ".join(f"l.{part} = r.{part}" for part in rule.parts)
        # Only values that stand on both sides make pairs: count those on the right that do.
        self._machine.execute(
            f"""CREATE TEMP TABLE {big} AS SELECT {values}, any_value(many) * count(*) AS n
                FROM rights JOIN (SELECT {values}, count(*) AS many FROM lefts
                    WHERE {present} GROUP BY ALL) USING ({values})
                GROUP BY {values} HAVING n > {int(self.plan.largest_block)}"""  # noqa: S608
        )
        capped, left_out = self._machine.execute(
            f"SELECT count(*), coalesce(sum(n), 0)::BIGINT FROM {big}"  # noqa: S608
        ).fetchall()[0]
        aside = ""
        if capped:
            apart = " AND ".join(f"l.{part} = b.{part}" for part in rule.parts)
            aside = f"AND NOT EXISTS (FROM {big} AS b WHERE {apart})"
        upwards = "AND l.row < r.row" if self.same else ""
        (brought,) = self._machine.execute(
            f"""INSERT INTO brought SELECT l.row, r.row FROM lefts AS l JOIN rights AS r
                ON {same} WHERE TRUE {upwards} {aside}"""  # noqa: S608
        ).fetchall()[0]
        self._machine.execute(f"DROP TABLE {big}")
        return BlockReport(rule.name, brought, capped, left_out)

    def compare_pairs(self) -> None:
        """Fill `levels`: l, r, the level of each comparison (c0, c1, …), and how often the value
        they share stands on the right (f0, f1, …; 0 where none is shared or it does not matter).
        """
        for number, each in enumerate(self.plan.comparisons):
            if each.common:
                whole = each.part(each.WHOLE)
                self._machine.execute(
                    f"""CREATE TABLE often{number} AS SELECT {whole} AS v, count(*)::INTEGER AS n
                        FROM rights WHERE v IS NOT NULL GROUP BY v"""  # noqa: S608
                )
        levels, joins = self._levels(), []
        for number, each in enumerate(self.plan.comparisons):
            if each.common:
                whole = each.part(each.WHOLE)
                levels.append(
                    f"CASE WHEN l.{whole} = r.{whole} THEN o{number}.n ELSE 0 END AS f{number}"
                )
                joins.append(f"LEFT JOIN often{number} AS o{number} ON o{number}.v = r.{whole}")
        self._machine.execute(
            f"""CREATE TABLE levels AS SELECT l, r, {", ".join(levels)} FROM pairs AS p
                JOIN lefts AS l ON l.row = p.l JOIN rights AS r ON r.row = p.r {" ".join(joins)}"""  # noqa: S608
        )

    def _levels(self) -> list[str]:
        return [
            f"({each.write()})::TINYINT AS c{number}"
            for number, each in enumerate(self.plan.comparisons)
        ]

    def patterns(self) -> pa.Table:
        """How often each combination of levels stands among the pairs: c0, c1, …, n."""
        names = ", ".join(f"c{number}" for number in range(len(self.plan.comparisons)))
        return self._machine.sql(
            f"SELECT {names}, count(*)::DOUBLE AS n FROM levels GROUP BY ALL ORDER BY ALL"  # noqa: S608
        ).to_arrow_table()

    def strangers(self, left: Rows, right: Rows) -> pa.Table:
        """Patterns (c0, c1, …, n) of given pairs of rows that no rule brought."""
        drawn = pa.table({"l": pa.array(left), "r": pa.array(right)})
        self._machine.register("drawn", drawn)
        names = ", ".join(f"c{number}" for number in range(len(self.plan.comparisons)))
        try:
            return self._machine.sql(
                f"""WITH far AS MATERIALIZED (SELECT l, r FROM drawn ANTI JOIN pairs USING (l, r))
                SELECT {names}, count(*)::DOUBLE AS n FROM (
                    SELECT {", ".join(self._levels())} FROM far AS p
                    JOIN lefts AS l ON l.row = p.l JOIN rights AS r ON r.row = p.r
                ) GROUP BY ALL ORDER BY ALL"""  # noqa: S608
            ).to_arrow_table()
        finally:
            self._machine.unregister("drawn")

    def scored_batches(self) -> Iterator[pa.RecordBatch]:
        """All of `levels`, batch by batch."""
        yield from self._machine.sql("FROM levels").to_arrow_reader(200_000)

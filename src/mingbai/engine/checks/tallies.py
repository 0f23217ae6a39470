"""What rows add up to, from spells and from tallies by sub-item, town and month.

A tally (`<table>_tally`) holds sums of parts of the table; whoever reads it adds the parts up.
"""

from __future__ import annotations

from mingbai.engine.checks.spells import month_at


def tally_rows(relation: str) -> str:
    """The statement that tallies rows, with the first row, the first of a person, of an amount."""
    return f"""
        SELECT r.sub_item, r.town, r.period, count(*) AS rows, min(r.row) AS first,
               min(CASE WHEN r.id_key IS NOT NULL THEN r.row END) AS first_person,
               min(CASE WHEN r.amount IS NOT NULL THEN r.row END) AS first_amount,
               CAST(sum(r.amount) AS BIGINT) AS amount
        FROM {relation} AS r GROUP BY r.sub_item, r.town, r.period
        """  # noqa: S608 - a name of ours


def count_people(spells: str, *, place: str, months: str, condition: str, yearly: bool) -> str:
    """People of each sub-item, place and month, each once: in the month, or (`yearly`) in the year,
    where the month is their first. `months` are the bits of a spell `r` that count.
    """
    theirs = f"""
        SELECT r.id_key, r.sub_item, {place} AS place, r.era, bit_or({months}) AS months
        FROM {spells} AS r
        WHERE r.id_key IS NOT NULL AND r.sub_item IS NOT NULL AND r.era IS NOT NULL
          AND {condition}
        GROUP BY r.id_key, r.sub_item, {place}, r.era
        """  # noqa: S608 - text of the kinds
    if not yearly:
        return f"""
            SELECT sub_item, place, {month_at("era", "bit")} AS period,
                   CAST(sum(n) AS BIGINT) AS n
            FROM (
                SELECT sub_item, place, era, months, count(*) AS n FROM ({theirs})
                GROUP BY sub_item, place, era, months
            ), (SELECT CAST(range AS INTEGER) AS bit FROM range(64))
            WHERE (months >> CAST(bit AS UBIGINT)) & 1 = 1
            GROUP BY sub_item, place, era, bit
            """  # noqa: S608 - text of the kinds
    lowest = "bit_count((year & ((~year) + 1)) - 1)"
    return f"""
        SELECT sub_item, place, period, count(*) AS n
        FROM (
            SELECT sub_item, place, min(period) AS period
            FROM (
                SELECT id_key, sub_item, place,
                       CASE WHEN year <> 0 THEN {month_at("era", lowest)} END AS period
                FROM (
                    SELECT id_key, sub_item, place, era,
                           months & (CAST(65535 AS UBIGINT) << CAST(16 * nth AS UBIGINT)) AS year
                    FROM ({theirs}), (SELECT range AS nth FROM range(4))
                )
            ) WHERE period IS NOT NULL GROUP BY id_key, sub_item, place, period // 100
        ) GROUP BY sub_item, place, period
        """  # noqa: S608 - text of the kinds

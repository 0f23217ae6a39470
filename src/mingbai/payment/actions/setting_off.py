"""Setting recoveries off against new lines: what is kept back, and towards which recovery."""

from __future__ import annotations

from typing import Final

import polars as pl

from mingbai.payment.queries.recoveries import open_set_offs

_NONE: Final = {"set_off": pl.lit(0, pl.Int64), "recovery_id": pl.lit(None, pl.Int64)}


def set_off_lines(lines: pl.DataFrame, *, sub_item: str, roots: pl.DataFrame) -> pl.DataFrame:
    """Give each line ``set_off`` (分) and ``recovery_id``; nearly all lines have none.

    Only what the same sub-item overpaid: money voted for one use does not make up for another. The
    oldest recovery of a person goes first, a line serves one recovery, and no line gives more
    than it pays or than was decided for one line.
    """
    lines = lines.with_columns(**_NONE)
    claims = open_set_offs(sub_item=sub_item)
    if not claims or not lines.height:
        return lines
    standing = dict(roots.iter_rows())
    people = {standing.get(claim.person_id, claim.person_id) for claim in claims}
    place = lines.with_row_index("place").filter(pl.col("person_id").is_in(list(people)))
    free: dict[int, list[tuple[int, int]]] = {}
    for row in place.select("place", "person_id", "amount").iter_rows():
        free.setdefault(row[1], []).append((row[0], row[2]))
    taken: list[tuple[int, int, int]] = []
    for claim in claims:
        left = claim.open_amount
        theirs = free.get(standing.get(claim.person_id, claim.person_id), [])
        while left > 0 and theirs:
            at, amount = theirs.pop(0)
            part = min(left, amount, claim.monthly_amount or amount)
            taken.append((at, part, claim.recovery_id))
            left -= part
    if not taken:
        return lines
    schema = {"place": pl.UInt32(), "kept": pl.Int64(), "towards": pl.Int64()}
    kept = pl.DataFrame(taken, schema=schema, orient="row")
    joined = lines.with_row_index("place").join(kept, on="place", how="left", maintain_order="left")
    return joined.with_columns(
        set_off=pl.col("kept").fill_null(0), recovery_id=pl.col("towards")
    ).drop("place", "kept", "towards")

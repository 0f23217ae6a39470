"""What was measured as Markdown: ratios first, then seconds, rates and memory; fitted lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One run of one contender."""

    name: str
    title: str
    rows: int
    turn: int
    seconds: float
    load_seconds: float
    peak_mb: float
    temp_mb: float
    findings: int | None
    note: str = ""


def show(results: list[Result]) -> str:
    """A table for each size, and what the sizes say of the slope."""
    parts = [_size(rows, results) for rows in dict.fromkeys(r.rows for r in results)]
    slopes = _slopes(results)
    return "\n\n".join([*parts, *([slopes] if slopes else [])])


def best(results: Iterable[Result]) -> list[Result]:
    """The best round of each contender, in order."""
    found: dict[str, Result] = {}
    for result in results:
        if result.name not in found or result.seconds < found[result.name].seconds:
            found[result.name] = result
    return list(found.values())


def _size(rows: int, results: list[Result]) -> str:
    here = best(r for r in results if r.rows == rows)
    floors = [r.seconds for r in here if r.name.startswith("floor")]
    ours = next((r.seconds for r in here if r.name == "duckdb"), None)
    lines = [
        f"### {rows:,} roster rows",
        "",
        "| | times the floor | times ours | s | load before, s | rows/s | peak MB | temp MB"
        " | findings |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for r in here:
        floor = f"{r.seconds / min(floors):.1f}" if floors else ""
        mine = f"{r.seconds / ours:.2f}" if ours else ""
        load = f"{r.load_seconds:.1f}" if r.load_seconds else ""
        count = f"{r.findings:,}" if r.findings is not None else ""
        lines.append(
            f"| {r.title} {r.note}| {floor} | {mine} | {r.seconds:.2f} | {load}"
            f" | {r.rows / r.seconds:,.0f} | {r.peak_mb:,.0f} | {r.temp_mb:,.0f} | {count} |"
        )
    return "\n".join(lines)


def _slopes(results: list[Result]) -> str:
    """Seconds as a line of rows for whoever ran at two sizes, and where Spark would meet us."""
    fits: dict[str, tuple[float, float]] = {}
    lines = [
        "### From size to size",
        "",
        "| | fixed, s | s a million rows | times, for times rows |",
    ]
    lines.append("|---|---|---|---|")
    for name in dict.fromkeys(r.name for r in results):
        points = []
        for rows in sorted({r.rows for r in results if r.name == name}):
            points.append(best(r for r in results if r.name == name and r.rows == rows)[0])
        if len(points) < 2:
            continue
        first, last = points[0], points[-1]
        slope = (last.seconds - first.seconds) / (last.rows - first.rows)
        fits[name] = (first.seconds - slope * first.rows, slope)
        lines.append(
            f"| {first.title} | {fits[name][0]:.2f} | {slope * 1e6:.3f}"
            f" | {last.seconds / first.seconds:.1f} for {last.rows / first.rows:.0f} |"
        )
    if not fits:
        return ""
    if "spark" in fits and "duckdb" in fits:
        (spark, its), (ours, mine) = fits["spark"], fits["duckdb"]
        if its < mine:
            lines += ["", f"The lines meet at {(spark - ours) / (mine - its) / 1e6:,.0f} M rows."]
        else:
            lines += ["", "The lines do not meet: on these cores Spark is slower at every size."]
    return "\n".join(lines)

"""Edits between two texts, as the oracle counts them: byte by byte, swaps of neighbours as one."""

from __future__ import annotations


def edits(one: str, other: str, *, swaps: bool = True) -> int:
    """Damerau-Levenshtein distance over UTF-8 bytes (insert, delete, replace, swap neighbours).

    The unrestricted one (Lowrance and Wagner 1975), as DuckDB's damerau_levenshtein has it;
    without `swaps` the plain Levenshtein distance.
    """
    a, b = one.encode(), other.encode()
    most = len(a) + len(b)
    last_row: dict[int, int] = {}
    grid = [[most] * (len(b) + 2) for _ in range(len(a) + 2)]
    for row in range(len(a) + 1):
        grid[row + 1][1] = row
    for column in range(len(b) + 1):
        grid[1][column + 1] = column
    for row in range(1, len(a) + 1):
        last_column = 0
        for column in range(1, len(b) + 1):
            swap_row = last_row.get(b[column - 1], 0)
            swap_column = last_column
            same = a[row - 1] == b[column - 1]
            if same:
                last_column = column
            grid[row + 1][column + 1] = min(
                grid[row][column] + (not same),
                grid[row + 1][column] + 1,
                grid[row][column + 1] + 1,
                most
                if not swaps
                else grid[swap_row][swap_column] + row - swap_row - 1 + column - swap_column,
            )
        last_row[a[row - 1]] = row
    return grid[-1][-1]

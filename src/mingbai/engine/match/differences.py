"""Where two numbers differ, in words: 第 15、16 位互换, 第 8 位不同, 少写 1 位."""

from __future__ import annotations


def tell_difference(left: str, right: str) -> str:
    """Positions count from 1. At most three are named; of more only how many."""
    if len(left) != len(right):
        return f"相差 {abs(len(left) - len(right))} 位（一方多写或漏写）"
    places = [place for place, (a, b) in enumerate(zip(left, right, strict=True), 1) if a != b]
    first = places[0]
    if (
        places == [first, first + 1]
        and left[first - 1 : first + 1] == right[first - 1 : first + 1][::-1]
    ):
        return f"第 {first}、{first + 1} 位互换"
    if len(places) <= 3:
        return f"第 {'、'.join(map(str, places))} 位不同"
    return f"有 {len(places)} 位不同"

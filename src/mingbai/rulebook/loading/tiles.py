"""Read ``tiles.yaml`` of the county: the tile of each town on the map of equal tiles."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mingbai.rulebook.fields import Node, source_of
from mingbai.rulebook.model import DivisionSpec, TileMap
from mingbai.rulebook.shelf import Shelf


def read_tiles(
    shelf: Shelf, name: str, *, divisions: Iterable[DivisionSpec], towns: Collection[str]
) -> TileMap | None:
    """Read the tiles; ``None`` for a county without the file, which then has no map.

    Raises CannotLoadBook where a town of the year has no tile, or two towns share one.
    """
    if not shelf.exists(name):
        return None
    node = Node(shelf.read_yaml(name), file=name)
    named = {each.code: each.name for each in divisions if each.code in towns}
    tiles: dict[str, tuple[int, int]] = {}
    for each in node.nodes("tiles"):
        town = each.text("town")
        place = each.integer("column", least=1), each.integer("row", least=1)
        if town not in named:
            each.fail("town", "本年区划里没有这个镇，请写九位代码")
        if town in tiles:
            each.fail("town", "同一个镇写了两次")
        if place in tiles.values():
            each.fail("column", "这个位置上已经有别的镇")
        each.finish()
        tiles[town] = place
    value_is, source = source_of(node)
    missing = [name for code, name in named.items() if code not in tiles]
    if missing:
        node.fail("tiles", f"缺{'、'.join(missing)}的位置")
    node.finish()
    return TileMap(tiles, value_is, source)

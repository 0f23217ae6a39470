"""Boundaries of towns out of a GeoJSON file: read, checked, matched to the county's towns."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

#: A county's towns in good detail are a tenth of this; more only makes pages slow.
MOST_BYTES: Final = 5 * 1024 * 1024
MOST_FEATURES: Final = 500
MOST_POINTS: Final = 60_000
#: Degrees east and north within which a town of the country lies.
_EAST: Final = (73.0, 136.0)
_NORTH: Final = (3.0, 54.0)
#: Where maps keep a code and a name, in the spellings of common sources.
_CODES: Final = ("code", "adcode", "xzqdm", "pac", "xzdm", "zldwdm", "id", "代码", "行政区代码")
_NAMES: Final = ("name", "xzqmc", "xzmc", "zldwmc", "fullname", "名称", "乡镇", "乡镇名称", "镇名")
_KIND: Final = re.compile(r"(街道办事处|人民政府|街道|镇|乡)$")
_PLACES: Final = 5

Ring = list[list[float]]
Polygon = list[Ring]


class CannotReadBoundaries(Exception):
    """The file cannot be a map of the towns; says what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Boundaries:
    """Town code -> its polygons, as GeoJSON holds them (longitude, latitude).

    ``unmatched`` are names of features that are no town of the county; ``missing`` codes of towns
    without a feature.
    """

    polygons: Mapping[str, tuple[Polygon, ...]]
    unmatched: tuple[str, ...]
    missing: tuple[str, ...]
    points_count: int

    def as_geojson(self) -> dict[str, Any]:
        """What a page draws: one feature a town, named by its code."""
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"name": code},
                    "geometry": {"type": "MultiPolygon", "coordinates": list(polygons)},
                }
                for code, polygons in sorted(self.polygons.items())
            ],
        }


def read_boundaries(content: bytes, *, towns: Mapping[str, str]) -> Boundaries:
    """Read a GeoJSON file; ``towns`` are the county's, code -> name.

    A feature is a town's by its code (9 digits, or 12 ending in 000), else by its name with or
    without 镇. Several features of one town are put together. Errors: ``CannotReadBoundaries``.
    """
    features = _features(content)
    # 许镇镇 is called 许镇 too, and 籍山镇 籍山; a whole name goes before one without its kind.
    by_name = {_bare(name): code for code, name in towns.items()}
    by_name |= {"".join(name.split()): code for code, name in towns.items()}
    polygons: dict[str, list[Polygon]] = {}
    unmatched: list[str] = []
    points = 0
    for number, feature in enumerate(features, start=1):
        told = _properties(feature)
        code = _code_of(feature, told, towns, by_name)
        shapes = list(_polygons(feature, number))
        points += sum(len(ring) for shape in shapes for ring in shape)
        if points > MOST_POINTS:
            raise CannotReadBoundaries(
                f"边界点超过 {MOST_POINTS} 个，网页会很慢。请在制图软件里简化边界后再上传。"
            )
        if code is None:
            unmatched.append(_name_of(told) or f"第 {number} 个图形")
        else:
            polygons.setdefault(code, []).extend(shapes)
    if len(polygons) < 2:
        raise CannotReadBoundaries(
            "对得上的镇不到两个。请在属性里写九位区划代码（code）或镇名（name）："
            f"{'、'.join(towns.values())}。"
        )
    missing = tuple(code for code in towns if code not in polygons)
    made = {code: tuple(shapes) for code, shapes in polygons.items()}
    return Boundaries(made, tuple(unmatched), missing, points)


def _features(content: bytes) -> list[Any]:
    if len(content) > MOST_BYTES:
        raise CannotReadBoundaries("文件超过 5 兆。请在制图软件里简化边界后再上传。")
    try:
        read = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise CannotReadBoundaries(
            "不是 UTF-8 编码的 GeoJSON 文件。请从制图软件导出 GeoJSON（不是 shp、kml）。"
        ) from error
    features = read.get("features") if isinstance(read, dict) else None
    if not isinstance(features, list) or read.get("type") != "FeatureCollection" or not features:
        raise CannotReadBoundaries("文件里没有图形集合（FeatureCollection）。请重新导出。")
    if len(features) > MOST_FEATURES:
        raise CannotReadBoundaries(
            f"有 {len(features)} 个图形，超过 {MOST_FEATURES} 个。请只导出镇（街道）一级的边界。"
        )
    return features


def _properties(feature: Any) -> dict[str, str]:
    told = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(told, dict):
        return {}
    return {str(key).lower(): str(value).strip() for key, value in told.items()
            if isinstance(value, str | int)}  # fmt: skip


def _code_of(
    feature: Any, told: Mapping[str, str], towns: Mapping[str, str], by_name: Mapping[str, str]
) -> str | None:
    codes = [told[key] for key in _CODES if key in told]
    if isinstance(feature, dict) and isinstance(feature.get("id"), str | int):
        codes.append(str(feature["id"]))
    for code in codes:
        short = code[:9] if len(code) == 12 and code.endswith("000") else code
        if short in towns:
            return short
    name = _name_of(told)
    return by_name.get("".join(name.split())) or by_name.get(_bare(name))


def _name_of(told: Mapping[str, str]) -> str:
    return next((told[key] for key in _NAMES if told.get(key)), "")


def _bare(name: str) -> str:
    """A town's name without spaces and kind; a name that is only its kind stays."""
    plain = "".join(name.split())
    return _KIND.sub("", plain) or plain


def _polygons(feature: Any, number: int) -> Iterator[Polygon]:
    given = feature.get("geometry") if isinstance(feature, dict) else None
    shape: dict[str, Any] = given if isinstance(given, dict) else {}
    kind = shape.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise CannotReadBoundaries(
            f"第 {number} 个图形不是面（Polygon、MultiPolygon），是 {kind or '空'}。"
            "镇界须是封闭的面，请去掉点和线后再上传。"
        )
    told = shape.get("coordinates")
    parts = [told] if kind == "Polygon" else told
    if not isinstance(parts, list) or not parts:
        raise CannotReadBoundaries(f"第 {number} 个图形没有坐标。请重新导出。")
    for part in parts:
        if not isinstance(part, list) or not part:
            raise CannotReadBoundaries(f"第 {number} 个图形的坐标不完整。请重新导出。")
        yield [_ring(ring, number) for ring in part]


def _ring(ring: Any, number: int) -> Ring:
    """A closed ring without repeated points, to about a metre."""
    points = [_point(point, number) for point in _listed(ring, number)]
    kept = [p for place, p in enumerate(points) if place == 0 or p != points[place - 1]]
    if len(kept) < 4 or kept[0] != kept[-1]:
        raise CannotReadBoundaries(
            f"第 {number} 个图形的边界没有封闭。请在制图软件里修复后再上传。"
        )
    return kept


def _listed(ring: Any, number: int) -> Iterable[Any]:
    if not isinstance(ring, list) or len(ring) > MOST_POINTS:
        raise CannotReadBoundaries(f"第 {number} 个图形的坐标读不通或太多。请重新导出。")
    return ring


def _point(point: Any, number: int) -> list[float]:
    usable = (
        isinstance(point, list)
        and len(point) >= 2
        and all(isinstance(each, int | float) and math.isfinite(each) for each in point[:2])
    )
    if not usable:
        raise CannotReadBoundaries(f"第 {number} 个图形里有读不通的坐标。请重新导出。")
    east, north = float(point[0]), float(point[1])
    if not (_EAST[0] <= east <= _EAST[1] and _NORTH[0] <= north <= _NORTH[1]):
        raise CannotReadBoundaries(
            f"第 {number} 个图形的坐标（{east:g}，{north:g}）不是国内的经纬度，"
            "可能是投影坐标或经纬度写反了。请按经纬度（CGCS2000 或 WGS84）导出。"
        )
    return [round(east, _PLACES), round(north, _PLACES)]

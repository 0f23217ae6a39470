"""The county's own map: checked feature by feature, matched to towns, drawn instead of tiles."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from tests.rooms.delivery.conftest import County

from mingbai.base.models import Role, User
from mingbai.base.scope import Asker
from mingbai.paper.boundaries import CannotReadBoundaries, read_boundaries
from mingbai.report.actions.town_map import CannotSetTownMap, drop_town_map, set_town_map
from mingbai.report.models import TownMap
from mingbai.report.queries.town_maps import town_map

A, B = "340223100", "340223101"
TOWNS = {A: "籍山镇", B: "许镇镇", "340223102": "弋江镇"}
ALL = Asker.system("tests see everything")


def square(east, north, side=0.1):
    return [[
        [east, north], [east + side, north], [east + side, north + side], [east, north + side],
        [east, north],
    ]]  # fmt: skip


def feature(east=118.3, north=30.9, kind="Polygon", coordinates=None, **told):
    drawn = square(east, north) if coordinates is None else coordinates
    return {
        "type": "Feature",
        "properties": told,
        "geometry": {"type": kind, "coordinates": drawn},
    }


def geojson(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def two(**more):
    return geojson(feature(code=A), feature(118.5, name="许镇"), **more)


def test_towns_are_known_by_code_and_by_name_in_any_common_spelling():
    read = read_boundaries(
        geojson(
            feature(adcode=340223100), feature(118.5, XZQMC="许 镇镇"),
            feature(118.7, code="340223102000"), feature(118.9, name="繁昌镇"),
        ),
        towns=TOWNS,
    )  # fmt: skip
    assert sorted(read.polygons) == sorted(TOWNS)
    assert read.unmatched == ("繁昌镇",)
    assert read.missing == ()
    names = [each["properties"]["name"] for each in read.as_geojson()["features"]]
    assert names == sorted(TOWNS), "the page names shapes by code"


def test_parts_of_one_town_are_put_together_and_a_missing_town_is_told():
    multi = [square(118.1, 30.7), square(118.2, 30.6)]
    read = read_boundaries(
        geojson(
            feature(code=A), feature(118.8, code=A),
            feature(kind="MultiPolygon", coordinates=multi, code=B),
        ),
        towns=TOWNS,
    )  # fmt: skip
    assert (len(read.polygons[A]), len(read.polygons[B])) == (2, 2)
    assert read.missing == ("340223102",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe not json", "UTF-8"),
        (b"[1, 2", "GeoJSON"),
        (b"[" * 100_000, "GeoJSON"),
        (b'{"type": "Feature"}', "FeatureCollection"),
        (geojson(), "FeatureCollection"),
        (geojson(feature(kind="Point", coordinates=[118, 30])), "第 1 个图形不是面"),
        (geojson({"type": "Feature", "properties": {}, "geometry": None}), "是 空"),
        (geojson(feature(coordinates=[])), "坐标不完整"),
        (geojson(feature(coordinates=[[[118, 30], [118.1, 30], [118.1, 30.1]]])), "没有封闭"),
        (geojson(feature(30.9, 118.3)), "不是国内的经纬度"),
        (geojson(feature(520000.0, 3420000.0)), "投影坐标"),
        (geojson(feature(coordinates=[[["a", 30]] * 5])), "读不通的坐标"),
        (geojson(feature(code=A)), "不到两个"),
        (geojson(*[feature(code=A)] * 501), "501 个图形"),
        (b" " * (5 * 1024 * 1024 + 1), "5 兆"),
    ],
)
def test_what_is_no_map_of_the_towns_says_where_and_what_to_do(content, words):
    with pytest.raises(CannotReadBoundaries, match=words):
        read_boundaries(content, towns=TOWNS)


def test_too_many_points_are_refused():
    ring = [[118 + n / 100_000, 30.0] for n in range(40_000)]
    shape = [[*ring, [118.5, 31.0], ring[0]]]
    with pytest.raises(CannotReadBoundaries, match="简化"):
        read_boundaries(
            geojson(feature(coordinates=shape, code=A), feature(coordinates=shape, code=B)),
            towns=TOWNS,
        )


@pytest.fixture
def keeper(tree):
    made = User(username="t-keeper", display_name="t-keeper", office=tree.office)
    made.set_unusable_password()
    made.save()
    Role.objects.create(user=made, role="keeper", from_date="2021-01-01")
    return made


@pytest.mark.django_db
def test_the_newest_map_counts_and_none_is_changed(tree, at, keeper):
    told = {"towns": TOWNS, "by": keeper, "at": at}
    with pytest.raises(CannotSetTownMap, match="方格图"):
        drop_town_map(by=keeper, at=at)
    first = set_town_map(content=two(), file_name="镇界.geojson", **told)
    assert (first.towns, first.missing) == ([A, B], ["340223102"])
    with pytest.raises(CannotSetTownMap, match="第 1 个图形"):
        set_town_map(
            content=geojson(feature(kind="Point", coordinates=[1, 1])), file_name="x", **told
        )
    assert town_map(to=ALL).pk == first.pk, "a bad file changes nothing"
    drop_town_map(by=keeper, at=at)
    assert town_map(to=ALL) is None
    assert TownMap.objects.unscoped("t").count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        TownMap.objects.unscoped("t").filter(pk=first.pk).update(file_name="y")


@pytest.mark.django_db
def test_the_keeper_uploads_and_the_board_draws_it(tree, at, keeper, client, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    county = County(tree, at)
    county.report(("roads.toilets", "", None, "190"), office=tree.office_a, month=6)
    county.report(("roads.toilets", "", None, "11"), office=tree.office_b, month=6)

    def sign_in(user):
        client.force_login(user, backend="mingbai.base.auth.OfficeBackend")

    sign_in(tree.clerk)
    assert client.get("/boards/map/").status_code == 403
    before = client.get("/boards/?year=2021&month=6").content.decode()
    assert "不是地图" in before
    assert "data-shapes" not in before
    sign_in(keeper)
    bad = client.post("/boards/map/", {"file": SimpleUploadedFile("a.geojson", b"{}")})
    assert bad.status_code == 422
    assert "没有换上" in bad.content.decode()
    other = geojson(feature(code=A), feature(118.5, name="许镇"), feature(118.9, name="别县镇"))
    sent = SimpleUploadedFile("镇界.geojson", other)
    assert client.post("/boards/map/", {"file": sent}).status_code == 302
    page = client.get("/boards/map/").content.decode()
    assert "没对上的图形：别县镇" in page
    sign_in(tree.clerk)
    board = client.get("/boards/?year=2021&month=6").content.decode()
    assert 'data-shapes="/boards/map/1/"' in board
    assert f"/boards/towns/{A}/" in board
    assert "不作勘界依据" in board
    shapes = client.get("/boards/map/1/")
    assert len(shapes.json()["features"]) == 2
    assert "immutable" in shapes["Cache-Control"]
    assert client.get("/boards/map/9/").status_code == 404
    sign_in(keeper)
    client.post("/boards/map/drop/")
    sign_in(tree.clerk)
    assert "不是地图" in client.get("/boards/?year=2021&month=6").content.decode()

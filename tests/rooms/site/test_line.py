"""Which office a file came from, and in which order files are taken in."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.base.periods import month_end
from mingbai.rulebook.model import Book
from mingbai.site.line import (
    CannotNameOffice,
    OfficeFinder,
    files_of,
    offices_named,
    receive_folder,
)

IN = Path("/in")


@pytest.fixture
def finder(installed) -> OfficeFinder:
    return OfficeFinder(installed.book)


@pytest.mark.parametrize("name", ["南陵县民政局", "县民政局", "民政局", "民政"])
def test_an_office_is_known_by_any_of_its_names(finder: OfficeFinder, name: str) -> None:
    assert finder.find(IN / "1-报送" / name / "表.xlsx", under=IN).code == "civil-affairs"


def test_the_nearest_folder_decides(finder: OfficeFinder) -> None:
    path = IN / "民政局" / "籍山镇" / "6月" / "表.xlsx"
    assert finder.find(path, under=IN).code == "jishan"


def test_the_folder_handed_over_may_itself_be_an_office(finder: OfficeFinder) -> None:
    assert finder.find(Path("/x/籍山镇/表.xlsx"), under=Path("/x/籍山镇")).code == "jishan"


def test_folders_above_the_one_handed_over_say_nothing(finder: OfficeFinder) -> None:
    with pytest.raises(CannotNameOffice):
        finder.find(Path("/籍山镇/in/表.xlsx"), under=Path("/籍山镇/in"))


def test_an_unknown_folder_is_named_with_what_to_do(finder: OfficeFinder, book: Book) -> None:
    with pytest.raises(CannotNameOffice, match=r"“某某局”不是本县的单位。.*--office"):
        finder.find(IN / "某某局" / "表.xlsx", under=IN)
    with pytest.raises(CannotNameOffice, match="没有“某某局”这个单位。"):
        offices_named(["籍山镇", "某某局"], book)


def test_files_come_in_waves_then_offices_and_hidden_ones_stay_out(tmp_path: Path) -> None:
    names = ("2-更正/乙/a.xlsx", "1-报送/乙/b.xlsx", "1-报送/甲/z.xlsx", "1-报送/乙/a.xlsx")
    for name in (*names, "1-报送/乙/~$a.xlsx", "1-报送/乙/.DS_Store"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = [path.relative_to(tmp_path).as_posix() for path in files_of(tmp_path)]
    assert found == sorted(names)


def test_one_nameless_folder_stops_before_anything_is_taken_in(installed, at, tmp_path) -> None:
    from mingbai.intake.models import Receipt

    for name in ("籍山镇", "某某局"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "表.csv").write_text("姓名\n")
    with pytest.raises(CannotNameOffice):
        receive_folder(folder=tmp_path, book=installed.book, by=None, at=at)
    assert not Receipt.objects.unscoped("test").exists()


def test_a_month_ends_on_its_last_day() -> None:
    assert [month_end(p).day for p in (202101, 202102, 202402, 202104)] == [31, 28, 29, 30]

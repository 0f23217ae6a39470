"""Bad-input files: the same bytes each time, and each really is what it says."""

from __future__ import annotations

import zipfile

import pytest

from mingbai.site.demo import make_hostile


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    made = make_hostile(folder=tmp_path_factory.mktemp("hostile"))
    return {file.path.name: file for file in made}


def test_the_same_bytes_each_time(files, tmp_path):
    for file in make_hostile(folder=tmp_path):
        assert file.path.read_bytes() == files[file.path.name].path.read_bytes()


def test_the_bomb_is_small_and_grows_a_hundredfold(files):
    path = files["压缩炸弹.xlsx"].path
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(info.file_size for info in archive.infolist())
    assert unpacked > 100 * path.stat().st_size


def test_the_far_cell_is_the_last_one_of_a_sheet(files):
    with zipfile.ZipFile(files["最远单元格.xlsx"].path) as archive:
        assert b'r="XFD1048576"' in archive.read("xl/worksheets/sheet1.xml")


def test_disguised_and_broken_files_are_no_workbooks(files):
    for name in ("其实是图片.xlsx", "其实是文档.xlsx", "截断.xlsx", "空文件.xlsx", "加密.xlsx"):
        assert not zipfile.is_zipfile(files[name].path), name
    assert files["加密.xlsx"].path.read_bytes().startswith(b"\xd0\xcf\x11\xe0")
    assert "EncryptedPackage".encode("utf-16-le") in files["加密.xlsx"].path.read_bytes()


def test_every_readable_file_says_which_lines_stand_and_which_fall(files):
    for file in files.values():
        lines = (*file.rejected_lines, *file.accepted_lines)
        assert bool(lines) is (file.must == "read")
        assert len(set(lines)) == len(lines)

"""A file appears whole or not at all."""

from __future__ import annotations

import os

import pytest

from mingbai.engine.whole import write_whole


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_file_is_its_owners_only(tmp_path):
    with write_whole(tmp_path / "a") as sink:
        sink.write(b"one")
        assert names(tmp_path) != ["a"]
    with write_whole(tmp_path / "a") as sink:
        sink.write(b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert os.stat(tmp_path / "a").st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["a"]


def write_half(path, **more):
    with write_whole(path, **more) as sink:
        sink.write(b"half")
        raise RuntimeError


@pytest.mark.parametrize("replace", [True, False])
def test_a_broken_write_leaves_nothing(tmp_path, replace):
    with pytest.raises(RuntimeError):
        write_half(tmp_path / "a", replace=replace)
    assert names(tmp_path) == []


def test_a_broken_write_leaves_the_earlier_file(tmp_path):
    (tmp_path / "a").write_bytes(b"one")
    with pytest.raises(RuntimeError):
        write_half(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"one"
    assert names(tmp_path) == ["a"]


def test_an_existing_file_is_kept(tmp_path):
    (tmp_path / "a").write_bytes(b"one")
    with pytest.raises(FileExistsError), write_whole(tmp_path / "a", replace=False):
        raise AssertionError("nothing may be written")
    assert (tmp_path / "a").read_bytes() == b"one"
    with write_whole(tmp_path / "b", replace=False) as sink:
        sink.write(b"new")
    assert (tmp_path / "b").read_bytes() == b"new"
    assert names(tmp_path) == ["a", "b"]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError), write_whole(tmp_path / "none" / "a"):
        raise AssertionError("nothing may be written")

"""The real books, and copies of them that a test may spoil."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mingbai.rulebook import Book, load_book
from mingbai.rulebook.shelf import BOOKS

COUNTY = "340223"
LIST_2021 = Path(__file__).parent / "data" / "programmes-2021.csv"


@pytest.fixture(scope="session")
def book() -> Book:
    """The book of 2021."""
    return load_book(year=2021, county=COUNTY)


@pytest.fixture(scope="session")
def next_book() -> Book:
    """The book of 2022, another list."""
    return load_book(year=2022, county=COUNTY)


@pytest.fixture(scope="session")
def listed() -> list[dict[str, str]]:
    """The province's list of 2021 as published facts, one row a sub-item."""
    with LIST_2021.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """A copy of the whole shelf."""
    return Path(shutil.copytree(BOOKS, tmp_path / "books"))


@pytest.fixture(scope="session")
def shared_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for all tests that change a single file and put it back."""
    return Path(shutil.copytree(BOOKS, tmp_path_factory.mktemp("shelf") / "books"))


@pytest.fixture
def spoil(shared_books: Path) -> Iterator[Callable[[str, str, str], Path]]:
    """Replace one text in one file until the test ends; it must be there, or nothing is tested."""
    kept: dict[Path, str] = {}

    def change(name: str, old: str, new: str) -> Path:
        path = shared_books / name
        text = kept.setdefault(path, path.read_text(encoding="utf-8"))
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        load_book.cache_clear()
        return shared_books

    yield change
    for path, text in kept.items():
        path.write_text(text, encoding="utf-8")
    load_book.cache_clear()

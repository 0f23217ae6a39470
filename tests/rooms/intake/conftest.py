"""What intake tests share: one reading child for the session, and an office tree by the book."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.rooms.intake.workbooks import dibao_rows, xlsx

from mingbai.engine.reading import Reader
from mingbai.intake.actions import receive_file
from mingbai.intake.models import Receipt


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """One child for all tests: starting one costs more than reading."""
    with Reader(children=1) as one:
        yield one


@pytest.fixture
def receive(tree, at, reader) -> Callable[..., Receipt]:
    """Hand in bytes, by default as the first town."""

    def hand_in(content: bytes | None = None, name: str = "上报.xlsx", **who) -> Receipt:
        content = xlsx(dibao_rows(3)) if content is None else content
        given = {"office": tree.office_a, "by": tree.user_a, "at": at, **who}
        return receive_file(content=content, name=name, reader=reader, **given)

    return hand_in

"""How members of a household are related to its head: codes of GB/T 4761, as data."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import yaml

from mingbai.rulebook.shelf import BOOKS

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE: Final = BOOKS / "common" / "relations.yaml"


@cache
def relation_names() -> Mapping[str, str]:
    """Code -> name, in the order of the standard."""
    return MappingProxyType({each["code"]: each["name"] for each in _read()})


def full_age() -> int:
    """Whoever is younger has a guardian."""
    return int(_read_file()["full_age"]["years"])


def relation_code(text: str) -> str:
    """The code of a relation as a roster writes it (name, alias or code); "" where unknown."""
    return _spellings().get("".join(text.split()), "")


@cache
def _spellings() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for each in _read():
        for spelling in (each["code"], each["name"], *each["aliases"]):
            found.setdefault(spelling, each["code"])
    return MappingProxyType(found)


def _read() -> tuple[dict[str, Any], ...]:
    return tuple(_read_file()["relations"])


@cache
def _read_file() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return found

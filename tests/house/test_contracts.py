"""The page of contracts speaks of what there is: every name it calls, every argument it gives."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/house/contracts.md").read_text(encoding="utf-8")
#: Words that stand before a bracket without being ours.
_NOT_OURS = {"Decimal", "Iterator", "PermissionDenied", "string", "state", "null"}


def defined() -> dict[str, set[str]]:
    """Every function and class of the product -> the arguments or fields it knows."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "src/mingbai").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
                found.setdefault(node.name, set()).update(each.arg for each in every)
            elif isinstance(node, ast.ClassDef):
                found.setdefault(node.name, set())
    return found


DEFINED = defined()


def test_every_name_called_on_the_page_is_defined() -> None:
    code = " ".join(re.findall(r"`[^`]+`|```text.*?```", PAGE, re.DOTALL))
    called = set(re.findall(r"(?<![\w./*])([a-zA-Z]\w+)\(", code)) - _NOT_OURS
    assert len(called) > 80
    assert sorted(called - set(DEFINED)) == []


def test_every_keyword_an_action_is_said_to_take_it_takes() -> None:
    wrong = [
        f"{name}({argument})"
        for name, inside in re.findall(r"\b([a-z]+_[a-z_]+)\(\*, ([^()]*)\)", PAGE)
        for argument in re.findall(r"(?:^|, )([a-z_]+)", inside)
        if argument not in DEFINED.get(name, set())
    ]
    assert wrong == []

"""The building itself: keys, sizes, sentences, furniture, glossary and privacy classes."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.db import models

PROJECT = Path(__file__).resolve().parents[2]
SRC = PROJECT / "src" / "mingbai"
#: Top to bottom; rooms on one level do not know each other.
LEVELS = [
    ["site"], ["report"], ["oversight", "outreach"], ["payment", "delivery"], ["registry"],
    ["intake"], ["funds"], ["programme"], ["base"], ["rulebook"], ["paper", "engine"],
]  # fmt: skip
LEVEL = {room: depth for depth, rooms in enumerate(LEVELS) for room in rooms}
ROOMS = list(LEVEL)
DJANGO_ROOMS = [r for r in ROOMS if r not in ("rulebook", "paper", "engine")]
SOURCES = sorted(p for p in SRC.rglob("*.py") if "migrations" not in p.parts)
OUR_MODELS = [m for m in apps.get_models() if m.__module__.startswith("mingbai.")]


def test_all_fourteen_rooms_stand_and_nothing_else():
    found = {p.name for p in SRC.iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert found == set(ROOMS)
    assert len(ROOMS) == 14


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_owns_in_one_sentence(room):
    sentence = inspect.getdoc(import_module(f"mingbai.{room}")) or ""
    first = sentence.split("\n\n")[0]
    assert first.endswith(".")
    assert 20 < len(first) < 240


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda m: m._meta.label)
def test_foreign_keys_point_backwards(model):
    for field in model._meta.get_fields():
        if not isinstance(field, models.ForeignKey | models.OneToOneField):
            continue
        here, there = model._meta.app_label, field.related_model._meta.app_label
        if there not in LEVEL:
            continue
        assert here == there or LEVEL[there] > LEVEL[here], f"{field} points up"
        if here != there:
            assert field.remote_field.hidden, f"{field} must have related_name='+'"
            assert field.remote_field.on_delete is models.PROTECT, f"{field} must PROTECT"


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda m: m._meta.label)
def test_field_names_say_their_kind(model):
    for field in model._meta.concrete_fields:
        name = field.name
        if isinstance(field, models.DateTimeField):
            assert name.endswith("_at") or name in ("at", "last_login"), name
        elif isinstance(field, models.DateField):
            assert name.endswith("_date") or name in ("valid_from", "valid_to"), name
        if name.endswith("_amount") or name == "amount":
            assert isinstance(field, models.BigIntegerField), f"{name} must be 分"
        assert not isinstance(field, models.FloatField), name


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(SRC)))
def test_modules_and_functions_stay_small(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < 400, "past 400 lines a module becomes a package"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 50, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(SRC)))
def test_public_things_have_a_line_of_intent(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name in ("apps.py", "__main__.py"):
        return
    assert ast.get_docstring(tree), "a module says what it is for"
    wanted = {"actions", "queries", "figures"}
    if not wanted & {path.stem, path.parent.name} or "commands" in path.parts:
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} needs a line of intent"


def test_no_room_is_a_rag_bag():
    forbidden = {"utils", "helpers", "common", "misc", "services", "util", "helper"}
    assert not [p for p in SOURCES if p.stem in forbidden]


def _actions() -> list[tuple[str, str, ast.FunctionDef]]:
    found = []
    for room in DJANGO_ROOMS:
        if room == "site":
            continue
        single, package = SRC / room / "actions.py", SRC / room / "actions"
        for path in [single] if single.exists() else sorted(package.glob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    found.append((room, path.name, node))
    return found


ACTIONS = [a for a in _actions() if any(arg.arg in ("by", "at") for arg in a[2].args.kwonlyargs)]


@pytest.mark.parametrize(("room", "file", "node"), ACTIONS, ids=lambda x: getattr(x, "name", x))
def test_actions_are_keyword_only_with_actor_and_time(room, file, node):
    assert not node.args.args, f"{node.name} takes positional arguments"
    names = {a.arg for a in node.args.kwonlyargs}
    assert {"by", "at"} <= names, f"{node.name} must be told who and when"
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", node.name), "verb_noun"


def _glossary() -> set[str]:
    raw = yaml.safe_load((PROJECT / "docs/house/glossary.yaml").read_text(encoding="utf-8"))
    names: set[str] = set()
    for entry in raw.values():
        names |= set(
            re.findall(r"[A-Za-z_]+", entry if isinstance(entry, str) else " ".join(entry))
        )
    return names


def test_models_and_actions_are_in_the_glossary():
    known = _glossary()
    missing = {m.__name__ for m in OUR_MODELS} | {node.name for _, _, node in ACTIONS}
    assert not sorted(missing - known)


def test_every_field_has_a_privacy_class():
    classes = yaml.safe_load((PROJECT / "docs/house/privacy.yaml").read_text(encoding="utf-8"))
    declared = {
        f"{model}.{field}": kind
        for kind, by_model in classes.items()
        for model, fields in by_model.items()
        for field in fields
    }
    real = {f"{m._meta.label}.{f.name}": f for m in OUR_MODELS for f in m._meta.concrete_fields}
    assert sorted(set(real) - set(declared)) == [], "unclassified fields"
    assert sorted(set(declared) - set(real)) == [], "classified fields that are gone"
    for name, kind in declared.items():
        field = real[name]
        if kind == "sealed":
            assert isinstance(field, models.BinaryField), f"{name} is personal: seal it"
            assert name.endswith("_sealed")
        if kind == "blind":
            assert isinstance(field, models.BinaryField)
            assert name.endswith("_key")
        if kind in ("open", "internal"):
            assert not name.endswith(("_sealed", "_key")), name


def test_no_policy_number_or_program_text_in_the_rulebook_files():
    for path in (SRC / "rulebook").rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(lambda|eval|exec|SELECT|import os)\b", text), path


def test_the_project_names_no_registry_or_machine():
    words = re.compile(r"(/work/|/root/|pypi\.org|registry\.npmjs|files\.pythonhosted)")
    own = ("*.py", "*.md", "*.yaml", "*.toml", "*.in", "*.lock", "*.json", "*.html", "*.js")
    for folder in ("src", "tests", "docs", "bench", "."):
        for pattern in own:
            root = PROJECT / folder
            for path in root.glob(pattern) if folder == "." else root.rglob(pattern):
                if path == Path(__file__) or "node_modules" in path.parts:
                    continue
                found = words.search(path.read_text(encoding="utf-8", errors="replace"))
                assert found is None, f"{path}: {found and found.group()}"

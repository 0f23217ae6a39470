"""Changes the checks in every small way a hand could slip, and counts the changes tests notice.

    PYTHONPATH=src:. .venv/bin/python bench/mutants.py [--only age_sex …] [--limit 60] [--jobs 2]

Three sorts of mutants. *Python*: each comparison, bound, constant, condition, operator and return
of a function in `mingbai/engine/checks` is changed alone, by exchanging the function's code in
place. *SQL*: each comparison, condition, constant, join and aggregate of the statements and sieves
that the spec tables ask for is changed alone, in the statement's tree. *Text* (see `wording`): what
the machines and prepared copies put together from pieces, a word at a time. A mutant is killed when
a test of its file fails (see `judges`). Mutants run one after the other in a process, each under a
time limit; a mutant that hangs is killed too. Equal code gives equal figures: nothing is drawn.

Not mutated: sentences for people, the words of exceptions, annotations, docstrings, and what is
always true.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import functools
import importlib
import inspect
import itertools
import os
import re
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from bench import judges, wording
from sqlglot import exp

from mingbai.engine.checks import ALL_KINDS

ROOT = judges.ROOT
CHECKS = judges.CHECKS

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
SQL_SWAPS: dict[type[exp.Expression], type[exp.Expression]] = {
    exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT,
    exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.Or: exp.And, exp.NullSafeEQ: exp.EQ,
    exp.NullSafeNEQ: exp.NEQ,
    exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Min: exp.Max, exp.Max: exp.Min,
    exp.Sum: exp.Max,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: where, in words, how to make and unmake it, and the only method it touches."""

    module: str
    place: str
    said: str
    apply: Callable[[], Callable[[], None]]
    only: str | None = None


# -- Python ------------------------------------------------------------------------------------


def functions(module: types.ModuleType) -> dict[str, types.FunctionType]:
    """Every function that the module defines, by qualified name, methods and properties too."""
    found: dict[str, types.FunctionType] = {}

    def take(thing: object) -> None:
        if isinstance(thing, property):
            thing = thing.fget
        if isinstance(thing, classmethod | staticmethod):
            thing = thing.__func__
        thing = inspect.unwrap(thing) if callable(thing) else thing
        if isinstance(thing, types.FunctionType) and thing.__module__ == module.__name__:
            found[thing.__code__.co_qualname] = thing

    for value in list(vars(module).values()):
        take(value)
        if isinstance(value, type) and value.__module__ == module.__name__:
            for each in vars(value).values():
                take(each)
    return found


def changes(node: ast.AST, texts: bool) -> Iterator[tuple[str, Callable[[], None]]]:
    """Each change of one node, in words and as an act on it; with `texts`, of statements too."""
    if texts and isinstance(node, ast.JoinedStr | ast.Constant):
        yield from wording.text_changes(node)
    if isinstance(node, ast.Compare):
        for nth, op in enumerate(node.ops):
            if swap := SWAPS.get(type(op)):
                words = f"{type(op).__name__}→{swap.__name__}"
                yield words, lambda nth=nth, swap=swap: node.ops.__setitem__(nth, swap())
    elif isinstance(node, ast.BoolOp | ast.BinOp) and (swap := SWAPS.get(type(node.op))):
        yield f"{type(node.op).__name__}→{swap.__name__}", lambda: setattr(node, "op", swap())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not dropped", lambda: setattr(node, "op", ast.UAdd())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{node.value} turned", lambda: setattr(node, "value", not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield f"{node.value}+1", lambda: setattr(node, "value", node.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value.isascii() and node.value.replace("_", "").isalnum():
            yield f"{node.value!r} garbled", lambda: setattr(node, "value", node.value + "_x")
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield (
            "condition turned",
            lambda: setattr(
                node, "test", ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
            ),
        )
    elif isinstance(node, ast.Continue):
        yield "continue→break", lambda: node.__setattr__("__class__", ast.Break)
    elif isinstance(node, ast.Return) and ast.unparse(node) not in _NOTHING:
        yield (
            "returns nothing",
            lambda: setattr(node, "value", ast.copy_location(ast.Constant(None), node.value)),
        )


#: Returns that are nothing already.
_NOTHING = ("return", "return None", "return False")


def sites(tree: ast.Module, texts: bool) -> Iterator[tuple[str, ast.AST]]:
    """Nodes inside functions that may be changed, with the qualified name of the function."""

    def walk(node: ast.AST, place: str, inside: bool) -> Iterator[tuple[str, ast.AST]]:
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list"):
                continue
            if field == "args" and isinstance(node, ast.FunctionDef):
                continue
            for child in value if isinstance(value, list) else [value]:
                if not isinstance(child, ast.AST):
                    continue
                if isinstance(child, ast.ClassDef | ast.FunctionDef):
                    # What stands within a function is changed with it.
                    deeper = place if inside else f"{place}.{child.name}".lstrip(".")
                    yield from walk(child, deeper, isinstance(child, ast.FunctionDef))
                    continue
                if isinstance(child, ast.Raise) or _is_docstring(node, child):
                    continue
                if isinstance(child, ast.JoinedStr):
                    if texts and inside:
                        yield place, child
                        for value in child.values:
                            yield from walk(value, place, inside)
                    continue
                if inside and not isinstance(child, ast.arguments):
                    yield place, child
                yield from walk(child, place, inside)

    yield from walk(tree, "", False)


def _is_docstring(node: ast.AST, child: ast.AST) -> bool:
    return (
        isinstance(node, ast.FunctionDef)
        and isinstance(child, ast.Expr)
        and isinstance(child.value, ast.Constant)
    )


def find_code(code: types.CodeType, name: str) -> types.CodeType | None:
    """The code object of a qualified name inside compiled code."""
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            if const.co_qualname == name:
                return const
            if inner := find_code(const, name):
                return inner
    return None


def python_mutants(path: Path) -> Iterator[Mutant]:
    """Every change of one source file."""
    name = "mingbai.engine.checks." + ".".join(path.relative_to(CHECKS).with_suffix("").parts)
    module = importlib.import_module(name.removesuffix(".__init__"))
    known = functions(module)
    source = path.read_text(encoding="utf-8")
    texts = path.parent.name != "kinds"
    counts = [len(list(changes(node, texts))) for _, node in sites(ast.parse(source), texts)]
    for nth, count in enumerate(counts):
        for which in range(count):
            tree = ast.parse(source)
            place, node = next(itertools.islice(sites(tree, texts), nth, None))
            found = next(itertools.islice(changes(node, texts), which, None))
            words, act = found
            if place not in known:
                continue
            act()
            ast.fix_missing_locations(tree)
            try:
                code = find_code(compile(tree, str(path), "exec"), place)
            except SyntaxError:
                continue
            if code is None or code.co_freevars != known[place].__code__.co_freevars:
                continue
            line = getattr(node, "lineno", 0)
            yield Mutant(path.stem, f"{place}:{line}", words, _swap_code(known[place], code))


def _swap_code(function: types.FunctionType, code: types.CodeType) -> Callable:
    def apply() -> Callable[[], None]:
        before = function.__code__
        function.__code__ = code
        return lambda: setattr(function, "__code__", before)

    return apply


# -- SQL ---------------------------------------------------------------------------------------

#: What stands instead of a node: an expression made from it.
Change = Callable[[exp.Expression], exp.Expression]


def sql_changes(node: exp.Expression) -> Iterator[tuple[str, Change]]:
    """Each change of one node of a statement: in words, and what stands there instead."""
    condition = isinstance(node.parent, exp.And | exp.Where | exp.Having)
    if condition and not isinstance(node, exp.And | exp.Boolean):
        yield "dropped", lambda _: exp.true()
    if swap := SQL_SWAPS.get(type(node)):
        yield f"{type(node).__name__}→{swap.__name__}", lambda node: swap(**node.copy().args)
    if isinstance(node, exp.Or):
        yield "left condition alone", lambda node: node.left.copy()
        yield "right condition alone", lambda node: node.right.copy()
    if isinstance(node, exp.Not):
        yield "not dropped", lambda node: node.this.copy()
    if isinstance(node, exp.Is) and not isinstance(node.parent, exp.Not):
        yield "turned", lambda node: exp.Not(this=node.copy())
    if isinstance(node, exp.Literal) and node.is_int and len(node.this) < 7:
        yield f"{node.this}+1", lambda node: exp.Literal.number(int(node.this) + 1)
    if isinstance(node, exp.Boolean) and isinstance(node.parent, exp.Alias):
        yield "truth turned", lambda node: exp.Boolean(this=not node.this)
    if isinstance(node, exp.Join) and not node.args.get("side") and not node.args.get("kind"):
        yield "outer join", lambda node: _with(node, "side", "LEFT")
    if isinstance(node, exp.Join) and node.args.get("side") == "LEFT":
        yield "inner join", lambda node: _with(node, "side", None)
    if isinstance(node, exp.Distinct) and not isinstance(node.parent, exp.Select):
        yield "distinct dropped", lambda node: node.expressions[0].copy()
    if isinstance(node, exp.Ordered) and node.find(exp.Column):
        yield "order turned", lambda node: _with(node, "desc", not node.args.get("desc"))


def _with(node: exp.Expression, name: str, value: object) -> exp.Expression:
    changed = node.copy()
    changed.set(name, value)
    return changed


def places(tree: exp.Expression) -> Iterator[tuple[tuple[str, str, str, int], exp.Expression]]:
    """The nodes of a statement with their places: the named step, or what a part of a union selects
    first, the node as text, and how many like it came before there.
    """
    before: dict[tuple[str, str, str], int] = {}
    for node in tree.walk(bfs=False):
        step, select = node.find_ancestor(exp.CTE), node.find_ancestor(exp.Select)
        parted = step is None and node.find_ancestor(exp.Union)
        first = select.expressions[0].sql("duckdb") if parted and select else ""
        # A list of sub-items is one thing, however long the settings make it; so is a join, and so
        # are the bits of months within bounds (Python counts them, and is changed there).
        text = (
            node.sql("duckdb") if not isinstance(node, exp.Join) else f"JOIN {node.alias_or_name}"
        )
        text = re.sub(r"\(\$(\w+)_0(, \$\1_\d+)*\)", r"($\1)", text)
        text = re.sub(r"\b\d{7,}\b", "bits", text)
        place = (step.alias if step else "", first, text)
        nth = before[place] = before.get(place, -1) + 1
        yield (*place, nth), node


def sql_mutants(kind: type, method: str, asked: list[object]) -> Iterator[Mutant]:
    """Every change of the statements of a kind, once for each place, whatever the settings."""
    seen: set[tuple[object, ...]] = set()
    for statement in asked:
        for place, node in places(sqlglot.parse_one(statement.text, dialect="duckdb")):
            for words, change in sql_changes(node):
                if (place, words) in seen:
                    continue
                seen.add((place, words))
                step, first, text, nth = place
                told = f"{method} {step or first[:30]}: {text[:70]}" + f" #{nth}" * bool(nth)
                stem = kind.__module__.rpartition(".")[2]
                apply = _swap_statement(kind, method, place, change)
                yield Mutant(stem, told, words, apply, method)


@functools.cache
def _parsed(text: str) -> tuple[exp.Expression, dict[tuple[object, ...], int]]:
    """A statement's tree, and which of its nodes stands at each place."""
    tree = sqlglot.parse_one(text, dialect="duckdb")
    return tree, {place: nth for nth, (place, _) in enumerate(places(tree))}


def _swap_statement(kind: type, method: str, place: tuple[object, ...], change: Change) -> Callable:
    original = vars(kind)[method]
    made: dict[str, str] = {}

    def text_of(text: str) -> str:
        if text not in made:
            tree, nodes = _parsed(text)
            if place in nodes:
                tree = tree.copy()
                node = next(itertools.islice(tree.walk(bfs=False), nodes[place], None))
                node.replace(change(node))
                made[text] = tree.sql("duckdb")
            else:
                made[text] = text
        return made[text]

    def changed(self: object) -> object:
        statement = original(self)
        return statement and dataclasses.replace(statement, text=text_of(statement.text))

    def apply() -> Callable[[], None]:
        setattr(kind, method, changed)
        return lambda: setattr(kind, method, original)

    return apply


# -- running -----------------------------------------------------------------------------------


def mutants_of(stem: str, judge: judges.Judge) -> list[Mutant]:
    """All mutants of one file, by its name without suffix."""
    path = next(CHECKS.rglob(f"{stem}.py"))
    found = list(python_mutants(path))
    for kind in ALL_KINDS:
        if kind.__module__.endswith(f".{stem}"):
            for method in ("query", "sieve"):
                if method in vars(kind):
                    found += sql_mutants(kind, method, judge.statements(method))
    return found


def judge_file(stem: str, limit: int | None, listing: bool) -> tuple[int, int]:
    """Run all mutants of a file; prints the survivors, gives (killed, all)."""
    judge = judges.KindJudge(stem) if judges.is_kind(stem) else judges.FileJudge(stem)
    found = mutants_of(stem, judge)
    if limit and len(found) > limit:
        step = len(found) / limit
        found = [found[int(nth * step)] for nth in range(limit)]
    if listing:
        print("\n".join(f"{stem} {each.place}: {each.said}" for each in found))
        return 0, len(found)
    if not judge.passes(None):
        raise SystemExit(f"{stem}: its tests fail without any change")
    killed = 0
    for mutant in found:
        undo = mutant.apply()
        try:
            survived = judge.passes(mutant.only)
        finally:
            undo()
        killed += not survived
        if survived:
            print(f"  survived: {stem} {mutant.place}: {mutant.said}", flush=True)
    if not judge.passes(None):
        raise SystemExit(f"{stem}: a mutant left something behind")
    print(f"{stem}: {killed} of {len(found)} killed", flush=True)
    return killed, len(found)


def main() -> None:
    """Judge the named files, or all of checks, and print the share of mutants killed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", help="names of files, without suffix")
    parser.add_argument("--limit", type=int, help="at most so many mutants a file, evenly spread")
    parser.add_argument("--list", action="store_true", help="only say what would be changed")
    parser.add_argument("--jobs", type=int, default=1, help="files judged side by side")
    args = parser.parse_args()
    os.chdir(ROOT)
    stems = args.only or sorted(
        p.stem for p in CHECKS.rglob("*.py") if p.stem not in ("__init__", "spark")
    )
    if args.jobs > 1:
        judge_apart(stems, args)
        return
    totals = [judge_file(stem, args.limit, args.list) for stem in stems]
    killed, count = (sum(column) for column in zip(*totals, strict=True))
    print(f"total: {killed} of {count} mutants killed, {killed / max(count, 1):.1%}")


def judge_apart(stems: list[str], args: argparse.Namespace) -> None:
    """Each file in a process of its own, so many at once; totals are added up."""
    limit = [] if args.limit is None else ["--limit", str(args.limit)]
    waiting, running, lines = list(stems), [], []
    while waiting or running:
        while waiting and len(running) < args.jobs:
            command = [sys.executable, __file__, "--only", waiting.pop(0), *limit]
            running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        out, _ = running[0].communicate()
        if running.pop(0).returncode:
            raise SystemExit(1)
        *said, last = out.strip().splitlines()
        print("\n".join(said), flush=True)
        lines.append(last.split())
    killed, count = (sum(int(line[at]) for line in lines) for at in (1, 3))
    print(f"total: {killed} of {count} mutants killed, {killed / max(count, 1):.1%}")


if __name__ == "__main__":
    main()

"""Changes the checks in every small way a hand could slip, and counts the changes tests notice.

    PYTHONPATH=src:. .venv/bin/python bench/mutants.py [--only age_sex …] [--list] [--jobs 2]

Two sorts of mutants. *Python*: each comparison, bound, constant, condition, operator and return of
a function in `mingbai/engine/checks` is changed alone, by exchanging the function's code in place.
*SQL*: each comparison, condition, constant, join and aggregate of the statements that the spec
tables ask for is changed alone, in the statement's tree. A mutant is killed when a test of its
file fails. Polars cannot be forked, so mutants run one after the other in a process, each under a
time limit; a mutant that hangs is killed too.

Not mutated: sentences for people, the words of exceptions, annotations, docstrings.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib
import inspect
import io
import itertools
import os
import signal
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

ROOT = Path(__file__).resolve().parents[1]
CHECKS = ROOT / "src" / "mingbai" / "engine" / "checks"
SECONDS = 60

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
SQL_SWAPS: dict[type[exp.Expression], type[exp.Expression]] = {
    exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT,
    exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.And: exp.Or, exp.Or: exp.And,
    exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Min: exp.Max, exp.Max: exp.Min,
    exp.Sum: exp.Max,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: where, in words, and how to make and unmake it."""

    module: str
    place: str
    said: str
    apply: Callable[[], Callable[[], None]]


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


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[], None]]]:
    """Each change of one node, in words and as an act on it."""
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
    elif isinstance(node, ast.Return) and node.value is not None:
        yield (
            "returns nothing",
            lambda: setattr(node, "value", ast.copy_location(ast.Constant(None), node.value)),
        )


def sites(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Nodes inside functions that may be changed, with the qualified name of the function."""

    def walk(node: ast.AST, place: str, inside: bool) -> Iterator[tuple[str, ast.AST]]:
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "args") and inside is False:
                continue
            for child in value if isinstance(value, list) else [value]:
                if not isinstance(child, ast.AST):
                    continue
                if isinstance(child, ast.ClassDef | ast.FunctionDef):
                    deeper = f"{place}.{child.name}" if place else child.name
                    yield from walk(child, deeper, isinstance(child, ast.FunctionDef))
                    continue
                if isinstance(child, ast.Raise | ast.JoinedStr) or _is_docstring(node, child):
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
    count = sum(1 for _ in sites(ast.parse(source)))
    for nth in range(count):
        for which in itertools.count():
            tree = ast.parse(source)
            place, node = next(itertools.islice(sites(tree), nth, None))
            found = next(itertools.islice(changes(node), which, None), None)
            if found is None:
                break
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


def sql_changes(node: exp.Expression) -> Iterator[tuple[str, exp.Expression]]:
    """Each change of one node of a statement: in words, and what stands there instead."""
    if isinstance(node, exp.And) and not isinstance(node.parent, exp.And):
        yield from _dropped(node)
        return
    if isinstance(node, exp.And):
        return
    if swap := SQL_SWAPS.get(type(node)):
        yield f"{type(node).__name__}→{swap.__name__}", swap(**copy.deepcopy(node).args)
    if isinstance(node, exp.Or):
        yield "left condition alone", node.left.copy()
        yield "right condition alone", node.right.copy()
    if isinstance(node, exp.Not):
        yield "not dropped", node.this.copy()
    if isinstance(node, exp.Literal) and node.is_int:
        yield f"{node.this}+1", exp.Literal.number(int(node.this) + 1)
    if isinstance(node, exp.Boolean) and not isinstance(node.parent, exp.And | exp.Where):
        yield "truth turned", exp.Boolean(this=not node.this)
    if isinstance(node, exp.Join) and not node.args.get("side") and not node.args.get("kind"):
        yield "outer join", _with(node, "side", "LEFT")
    if isinstance(node, exp.Join) and node.args.get("side") == "LEFT":
        yield "inner join", _with(node, "side", None)
    if isinstance(node, exp.Distinct) and not isinstance(node.parent, exp.Select):
        yield "distinct dropped", node.expressions[0].copy()
    if isinstance(node, exp.NullSafeEQ):
        yield "null-safe dropped", exp.EQ(**copy.deepcopy(node).args)
    if isinstance(node, exp.Ordered):
        yield "order turned", _with(node, "desc", not node.args.get("desc"))


def _dropped(node: exp.And) -> Iterator[tuple[str, exp.Expression]]:
    """A chain of conditions with each of them dropped in turn, and the last one made optional."""
    parts = list(node.flatten())
    for nth, part in enumerate(parts):
        kept = [each.copy() for at, each in enumerate(parts) if at != nth]
        if part.sql("duckdb") != "TRUE":
            yield f"dropped {part.sql('duckdb')}", exp.and_(*kept)
    told = [part for part in parts if part.sql("duckdb") != "TRUE"]
    if len(told) > 1:
        yield "last condition optional", exp.or_(exp.and_(*told[:-1]), told[-1].copy())


def _with(node: exp.Expression, name: str, value: object) -> exp.Expression:
    changed = node.copy()
    changed.set(name, value)
    return changed


def sql_mutants(kind: type, statements: list[str]) -> Iterator[Mutant]:
    """Every change of the statements of a kind, once for each condition and named step.

    Settings only lengthen the chains of conditions, so the longest statements come first and what
    a shorter one repeats is left out.
    """
    seen: set[tuple[str, str]] = set()
    for text in sorted(statements, key=len, reverse=True):
        tree = sqlglot.parse_one(text, dialect="duckdb")
        for node in tree.walk():
            step = node.find_ancestor(exp.CTE)
            for words, instead in sql_changes(node):
                was = "" if isinstance(node, exp.And) else node.sql("duckdb")
                key = (f"{step.alias if step else ''}: {was}", words)
                if key in seen:
                    continue
                seen.add(key)
                place = f"sql {key[0][:70]}"
                yield Mutant(
                    kind.__module__.rpartition(".")[2],
                    place,
                    words,
                    _swap_query(kind, node, instead),
                )


def _swap_query(kind: type, node: exp.Expression, instead: exp.Expression) -> Callable:
    was, around = node.sql("duckdb"), node.parent.sql("duckdb") if node.parent else ""

    def changed(query: object) -> object:
        tree = sqlglot.parse_one(query.text, dialect="duckdb")
        for each in tree.walk():
            if each.sql("duckdb") == was and each.parent and each.parent.sql("duckdb") == around:
                each.replace(instead.copy())
                return type(query)(tree.sql("duckdb"), query.values)
        return query

    def apply() -> Callable[[], None]:
        original = kind.query
        kind.query = lambda self: changed(original(self))
        return lambda: setattr(kind, "query", original)

    return apply


def statements_of(kind: type, stem: str) -> list[str]:
    """The statements that the spec tables ask of a kind."""
    asked: dict[str, None] = {}
    original = kind.query

    def listen(self: object) -> object:
        query = original(self)
        asked[query.text] = None
        return query

    kind.query = listen
    try:
        spec_tables_pass(stem)
    finally:
        kind.query = original
    return list(asked)


# -- running -----------------------------------------------------------------------------------


class TooLong(BaseException):
    """A mutant that does not end."""


def run_tests(tests: list[str]) -> bool:
    """Whether the tests pass; quiet, in this process."""

    def ring(*_: object) -> None:
        raise TooLong

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--tb=no"]
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            code = pytest.main([*options, *tests])
    except TooLong:
        return False
    finally:
        signal.alarm(0)
    if code not in (0, 1, 2):
        raise SystemExit(f"pytest ended with {code} on {tests}")
    return code == 0


def is_kind(stem: str) -> bool:
    """Whether a file holds a kind of check."""
    return (CHECKS / "kinds" / f"{stem}.py").exists()


def tests_for(stem: str) -> list[str]:
    """The tests that speak of a file: its own kind's where it is a kind, else all of checks."""
    names = ("test_checks_*.py", "test_machines*.py", "test_sieve*.py", "test_recheck*.py")
    found = sorted(str(p.relative_to(ROOT)) for n in names for p in ROOT.glob(f"tests/engine/{n}"))
    found = [name for name in found if "spark" not in name]
    if not is_kind(stem):
        return found
    name = stem.title().replace("_", "")
    return [*found, "-k", f"{name} or {stem}"]


def spec_tables_pass(stem: str) -> bool:
    """Whether the spec tables of a kind (of all kinds, for other files) give what they say.

    The same functions that pytest calls, called without it: most mutants die here, in a moment.
    """
    from tests.engine import test_checks_spec as spec

    def ring(*_: object) -> None:
        raise TooLong

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        for book in spec.BOOKS:
            if is_kind(stem) and book.kind != stem:
                continue
            spec.test_specs_validate_themselves(book)
            for case, machine in itertools.product(book.tables, ("plain", "duckdb")):
                spec.test_spec_table(machine, case)
    except (Exception, TooLong, pytest.fail.Exception):
        return False
    finally:
        signal.alarm(0)
    return True


def mutants_of(stem: str) -> list[Mutant]:
    """All mutants of one file, by its name without suffix."""
    path = next(CHECKS.rglob(f"{stem}.py"))
    found = list(python_mutants(path))
    if path.parent.name == "kinds":
        module = importlib.import_module(f"mingbai.engine.checks.kinds.{stem}")
        from mingbai.engine.checks import ALL_KINDS

        for kind in (k for k in ALL_KINDS if k.__module__ == module.__name__):
            found += sql_mutants(kind, statements_of(kind, stem))
    return found


def judge(stem: str, limit: int | None) -> tuple[int, int]:
    """Run all mutants of a file; prints the survivors, gives (killed, all)."""
    tests = tests_for(stem)
    if not run_tests(tests):
        raise SystemExit(f"{stem}: its tests fail without any change")
    found = mutants_of(stem)
    if limit and len(found) > limit:
        step = len(found) / limit
        found = [found[int(nth * step)] for nth in range(limit)]
    killed = 0
    for mutant in found:
        undo = mutant.apply()
        try:
            survived = spec_tables_pass(stem) and run_tests(tests)
        finally:
            undo()
        killed += not survived
        if survived:
            print(f"  survived: {stem} {mutant.place}: {mutant.said}", flush=True)
    print(f"{stem}: {killed} of {len(found)} killed", flush=True)
    return killed, len(found)


def main() -> None:
    """Judge the named files, or all of checks, and print the share of mutants killed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", help="names of files, without suffix")
    parser.add_argument("--limit", type=int, help="at most so many mutants a file, evenly spread")
    parser.add_argument("--jobs", type=int, default=1, help="files judged side by side")
    args = parser.parse_args()
    os.chdir(ROOT)
    os.environ["MINGBAI_MUTANTS"] = "1"
    stems = args.only or sorted(
        p.stem for p in CHECKS.rglob("*.py") if p.stem not in ("__init__", "loading")
    )
    if args.jobs > 1:
        judge_apart(stems, args)
        return
    totals = [judge(stem, args.limit) for stem in stems]
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

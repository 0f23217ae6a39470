"""What decides whether a change of the checks would be noticed: the tests, called directly.

A kind is judged by its spec tables and by its settled tables (`tests.engine.rolls.settle`), on the
plain machine, by statement, and by whom its sieve lets through: what `test_checks_spec`,
`test_checks_equal` and `test_checks_sieves` assert, without opening a machine for each. Other files
are judged by all kinds at once on every machine, then by pytest on the tests that speak of them
(`OWN`; where these are quick, `FIRST`).
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

# The plugin refuses to come after strategies were drawn from, and warns when they are.
import _hypothesis_pytestplugin  # noqa: F401
import pyarrow as pa
import pytest
from hypothesis.errors import HypothesisSideeffectWarning
from tests.engine import test_checks_sieves as sieves
from tests.engine import test_checks_spec as spec_tables
from tests.engine.machines import MACHINES, PREPARED, check_on
from tests.engine.rolls import settle
from tests.engine.spectables import load_books

from mingbai.engine.checks import ALL_KINDS, CheckSpec, check
from mingbai.engine.checks import run as checking
from mingbai.engine.checks.findings import FINDING_SCHEMA, gather_findings
from mingbai.engine.checks.machines import duckdb as machines
from mingbai.engine.checks.machines import sieving

ROOT = Path(__file__).resolve().parents[1]
CHECKS = ROOT / "src" / "mingbai" / "engine" / "checks"
SECONDS = 120
PYTEST_SECONDS = 900

#: Files of prepared copies, and those that only these read.
PREPARED_FILES = ("catching", "checking", "folding", "making", "marking", "store", "tallies")
#: Files with tests of their own; all others are spoken of by those of EVERY.
OWN: Mapping[str, tuple[str, ...]] = {
    "recheck": ("tests/engine/test_recheck.py", "-k", "not test_checking_again"),
    "loading": ("tests/engine/test_loading.py",),
    "watching": ("tests/engine/test_checks_watching.py",),
    "ordering": ("tests/engine/test_recheck.py", "-k", "not test_checking_again"),
    "spark": ("tests/engine/test_spark_statements.py",),
    **dict.fromkeys(
        (*PREPARED_FILES, "sharing"),
        (
            *("tests/engine/test_checks_spec.py", "tests/engine/test_prepared.py"),
            *("-k", "prepared and not the_same_as_rows_come and not up_equals"),
        ),
    ),
}
#: Files with quick tests of their own beside those.
FIRST: Mapping[str, tuple[str, ...]] = {
    stem: (f"tests/engine/test_{stem}.py",)
    for stem in ("folding", "ordering", "shapes", "sources", "spells", "sharing", "tallies")
}
#: The machines on which all kinds are asked at once; none where a file serves none of these.
ASKED_ON: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("loading", "ordering", "recheck", "spark", "watching"), ()),
    **dict.fromkeys(PREPARED_FILES, (PREPARED,)),
    "sharing": ("sieved", PREPARED),
}
EVERY = (
    *("tests/engine/test_checks_spec.py", "tests/engine/test_machines.py"),
    *("-k", "not prepared and not loses_nobody and not many_rows and not little_memory"),
)


warnings.simplefilter("ignore", HypothesisSideeffectWarning)


class Judge(Protocol):
    """Says whether the tests of a file pass as the code is now."""

    def passes(self, only: str | None) -> bool:
        """Whether they pass; `only` names the one method of the kind that was changed."""

    def statements(self, method: str) -> list[Any]:
        """The different statements that a method gives in the tests."""


class TooLong(BaseException):
    """A mutant that does not end."""


@contextlib.contextmanager
def limited(seconds: int = SECONDS) -> Iterator[None]:
    """Ends what takes too long."""

    def ring(*_: object) -> None:
        raise TooLong

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def is_kind(stem: str) -> bool:
    """Whether a file holds a kind of check."""
    return (CHECKS / "kinds" / f"{stem}.py").exists()


@dataclass(frozen=True)
class Asked:
    """A spec, its tables and the findings that must come out; `through` where a test says whom the
    sieve lets through.
    """

    make: Callable[[], CheckSpec]
    tables: Mapping[str, pa.Table]
    found: pa.Table
    needs: Mapping[str, list[str]]
    contexts: Mapping[str, str]
    machine: Any
    query: Any
    sieve: Any
    through: set[tuple[Any, Any]]
    exact: bool


class KindJudge:
    """Judges a kind of check."""

    def __init__(self, stem: str) -> None:
        self.book = next(book for book in load_books() if book.kind == stem)
        for case in self.book.tables:
            for machine in MACHINES:
                spec_tables.test_spec_table(machine, case)
            if case.spec().sieve() is not None:
                sieves.test_whom_a_sieve_lets_through(case)
        self.stack = contextlib.ExitStack()
        kind = type(self.book.tables[0].spec())
        self.asked = [self._ask(case.spec, case.tables(), True) for case in self.book.tables]
        self.asked += [
            self._ask(lambda spec=spec: type(spec)(**vars(spec)), tables, False)
            for spec, tables in settle(kind)
        ]

    def _ask(self, make: Callable[[], CheckSpec], tables: Any, exact: bool) -> Asked:
        spec = make()
        found = check(tables, [spec], "plain")
        sources, needed = checking.open_sources(tables, [spec])
        opened = machines.open_duckdb(sources, threads=1, memory="1GB")
        machine = self.stack.enter_context(opened)
        machines.declare_tables(machine, sources, needed)
        machines.make_contexts(machine, [spec])
        sieving.sieve_people(machine, sources, needed, [spec])
        sieve = spec.sieve()
        asked = Asked(
            make, tables, found, _plainly(spec.needs()), dict(spec.contexts()), machine,
            spec.query(), sieve, _through(machine, sieve) if sieve else set(), exact,
        )  # fmt: skip
        if not self._answers(asked, spec, spec.query()):
            raise SystemExit(f"{self.book.kind}: machines disagree without any change")
        return asked

    def statements(self, method: str) -> list[Any]:
        """The different statements that a method gives in the tests."""
        given = [getattr(each, method) for each in self.asked]
        return list({each.text: each for each in given if each is not None}.values())

    def passes(self, only: str | None) -> bool:
        """Whether all that is asked is answered as before."""
        try:
            with limited():
                if only is None:
                    spec_tables.test_specs_validate_themselves(self.book)
                    for case in self.book.tables:
                        spec = case.spec()
                        if spec.points_at() != case.column or spec.grain() != case.grain:
                            return False
                return all(self._holds(asked, only) for asked in self.asked)
        except (Exception, TooLong, pytest.fail.Exception):
            return False

    def _holds(self, asked: Asked, only: str | None) -> bool:
        spec = asked.make()
        if only is None:
            if (_plainly(spec.needs()), dict(spec.contexts())) != (asked.needs, asked.contexts):
                return _on_all(asked, spec)
            if not check(asked.tables, [spec], "plain").equals(asked.found):
                return False
        if only != "sieve":
            query = spec.query()
            if query != asked.query and not self._answers(asked, spec, query):
                return False
        return only == "query" or _lets_through(asked, spec)

    def _answers(self, asked: Asked, spec: CheckSpec, query: Any) -> bool:
        asked.machine.execute("SET search_path = 'whole'")
        hits = machines.run_spec(asked.machine, 0, spec, list(asked.needs))
        found = gather_findings([spec], hits) if len(hits) else FINDING_SCHEMA.empty_table()
        return bool(found.equals(asked.found))


def _plainly(needs: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: sorted(set(columns)) for name, columns in needs.items()}


def _on_all(asked: Asked, spec: CheckSpec) -> bool:
    return all(check_on(machine, asked.tables, [spec]).equals(asked.found) for machine in MACHINES)


def _through(machine: Any, sieve: Any) -> set[tuple[Any, Any]]:
    machine.execute("SET search_path = 'whole'")
    value = "NULL" if sieve.by == "id_key" else sieve.by
    text = f"SELECT DISTINCT id_key, {value} FROM ({sieve.text})"
    return set(machine.execute(text, dict(sieve.values)).fetchall())


def _lets_through(asked: Asked, spec: CheckSpec) -> bool:
    """The same people; on settled tables more will do."""
    sieve = spec.sieve()
    if sieve == asked.sieve:
        return True
    if sieve is None or sieve.by != asked.sieve.by:
        return False
    through = _through(asked.machine, sieve)
    if through == asked.through:
        return True
    if asked.exact:
        return False
    return through > asked.through or check_on("sieved", asked.tables, [spec]).equals(asked.found)


class FileJudge:
    """Judges a file that all kinds use."""

    def __init__(self, stem: str) -> None:
        self.first = FIRST.get(stem, ())
        self.tests = OWN.get(stem, EVERY)
        self.machines = ASKED_ON.get(stem, tuple(MACHINES))

    @functools.cached_property
    def asked(self) -> list[tuple[dict[str, pa.Table], list[CheckSpec], pa.Table]]:
        """Settled tables with rules of every kind, and what they find as the code is."""
        return [_every_kind(nth) for nth in (7, 13, 19, 23)] if self.machines else []

    def statements(self, method: str) -> list[Any]:
        """None: only kinds make statements."""
        return []

    def passes(self, only: str | None) -> bool:
        """All kinds at once, then pytest: quick tests, then what else speaks of the file."""
        try:
            with limited():
                for tables, specs, found in self.asked:
                    for machine in self.machines:
                        if not check_on(machine, tables, specs).equals(found):
                            return False
        except (Exception, TooLong):
            return False
        if self.first and not run_pytest(list(self.first)):
            return False
        return run_pytest(list(self.tests))


def _every_kind(nth: int) -> tuple[dict[str, pa.Table], list[CheckSpec], pa.Table]:
    """A settled table, a spec of each kind and what is found."""
    pairs = [settle(kind)[nth] for kind in ALL_KINDS]
    specs = [
        type(spec)(**{**vars(spec), "rule": f"r{number}"}) for number, (spec, _) in enumerate(pairs)
    ]
    tables = max((tables for _, tables in pairs), key=lambda each: each["roster"].num_rows)
    return tables, specs, check(tables, specs, "plain")


_FAILED = (
    pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR,
)  # fmt: skip


def run_pytest(tests: list[str]) -> bool:
    """Whether the tests pass; quiet, in this process, the same examples each time."""
    options = [
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--no-header",
        "--tb=no",
        "--assert=plain",
    ]
    options += ["--hypothesis-seed=0"]
    try:
        with (
            limited(PYTEST_SECONDS),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            code = pytest.main([*options, *tests])
    except TooLong:
        return False
    if code not in (pytest.ExitCode.OK, *_FAILED):
        raise SystemExit(f"pytest ended with {code} on {tests} in {os.getcwd()}")
    return code == 0

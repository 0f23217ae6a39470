"""Generated specs and tables are worth asking: no kind, setting or code is missing among them.

Agreement of machines over what nobody generates proves nothing. So what is drawn is looked at: of
every kind there are specs in which each setting varies, and tables in which each code is found.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections import defaultdict

import pyarrow as pa
import pytest
from tests.engine.rolls import BESIDE, GENERATORS, settle
from tests.engine.test_recheck import draw_sheets, joined, step

from mingbai.engine.checks import ALL_KINDS, CheckSpec, check, kinds
from mingbai.engine.checks.recheck import sort_findings

every_kind = pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)

#: What a generator leaves as it is: which rule asks and how gravely changes nothing that is found,
#: tables beside the roster are told apart by name alone, and so are the two of an exclusion.
STEADY = {"rule", "severity", "table", "other", "first", "second"}
#: Exclusions name their sub-items in settings of their own.
STEADY_OF = {"MutualExclusion": {"sub_items"}}
DRAWN = 300


def kinds_in_files() -> set[type[CheckSpec]]:
    """Every kind that some file of the package defines, whether it is listed or not."""
    found = set()
    for module in pkgutil.iter_modules(kinds.__path__, f"{kinds.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            mine = inspect.isclass(value) and value.__module__ == module.name
            if mine and issubclass(value, CheckSpec):
                found.add(value)
    return found


def test_every_kind_in_a_file_is_listed_and_has_a_generator():
    assert len(set(ALL_KINDS)) == len(ALL_KINDS) >= 19
    assert kinds_in_files() == set(ALL_KINDS) == set(GENERATORS)


@every_kind
def test_a_generator_varies_every_setting(kind):
    values = defaultdict(set)
    for spec, _ in settle(kind, DRAWN):
        assert type(spec) is kind, "a generator makes its own kind"
        for field in dataclasses.fields(spec):
            values[field.name].add(getattr(spec, field.name))
    steady = {name for name, seen in values.items() if len(seen) < 2}
    assert steady <= STEADY | STEADY_OF.get(kind.__name__, set())


@every_kind
def test_generated_tables_bring_every_code(kind):
    found = [check(tables, [spec], "plain") for spec, tables in settle(kind, DRAWN)]
    codes = {code for each in found for code in each["code"].unique().to_pylist()}
    assert codes == set(kind.MESSAGES)
    # Some people are doubted and some are not, or a machine that doubts all would agree.
    quiet = sum(1 for each in found if not each.num_rows)
    assert 0 < quiet < len(found)


@every_kind
def test_generated_steps_change_what_is_found(kind):
    """Control: keeping the findings of before, or only checking what came, would be noticed."""
    stale = narrow = 0
    specs = [spec for spec, _ in settle(kind, DRAWN)]
    for nth in range(80):
        spec = specs[nth % len(specs)]
        sheets = {role: draw_sheets(nth, role, 6, 0.1) for role in ("roster", *BESIDE)}
        before = check(joined(sheets), [spec], "plain")
        after, arrived, _ = step(nth + 100, sheets, 0.1)
        found = sort_findings(check(joined(after), [spec], "plain"), [spec])
        stale += not sort_findings(before, [spec]).equals(found)
        came = {
            role: {name: rows for name, rows in after[role].items() if name in arrived[role]}
            for role in after
        }
        new = check(joined(came), [spec], "plain")
        naive = sort_findings(pa.concat_tables([before, new]), [spec])
        narrow += not naive.equals(found)
        if min(stale, narrow) == 3:
            return
    raise AssertionError(f"of 80 steps {stale} change what is found, {narrow} not by what came")

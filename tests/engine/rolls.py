"""Tables and specs for checks: spelled out row by row, and generated."""

from __future__ import annotations

import datetime as dt
import functools
import os
import random

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingbai.engine.checks import (
    COLUMNS,
    Absence,
    AgeSex,
    AmountStandard,
    Capacity,
    CheckSpec,
    CodeList,
    Continuity,
    EntitledSpan,
    HouseholdGrants,
    HouseholdHead,
    HouseholdMembers,
    MissingKey,
    MutualExclusion,
    OnList,
    OverlappingSpans,
    ProgressTotals,
    Quota,
    RepeatedPerson,
    SharedValue,
    TwoNames,
)


def key(name: str) -> bytes:
    """A stand-in for a keyed digest: 16 bytes."""
    return name.encode().ljust(16, b".")


def roll(*rows: dict[str, object], first_line: int = 2, sheet: str | None = None) -> pa.Table:
    """A table from rows; `who` `account` `phone` `name` `house` `head` are short for their keys."""
    short = {
        "who": "id_key", "account": "account_key", "phone": "phone_key", "name": "name_key",
        "house": "household_key", "head": "head_key",
    }  # fmt: skip
    full = []
    for row in rows:
        spelled: dict[str, object] = dict.fromkeys(COLUMNS)
        for column, value in row.items():
            if column in short:
                spelled[short[column]] = None if value is None else key(str(value))
            else:
                spelled[column] = value
        full.append(spelled)
    schema = pa.schema([pa.field(name, kind) for name, kind in COLUMNS.items()])
    table = pa.Table.from_pylist(full, schema=schema)
    lines = pa.array(range(first_line, first_line + len(rows)), pa.int32())
    table = table.append_column("line", lines)
    if sheet is not None:
        table = table.append_column("table", pa.array([sheet] * len(rows), pa.string()))
    return table


#: How many examples a kind what takes long is tried with. Thousands find what dozens do not.
EXAMPLES = int(os.environ.get("MINGBAI_EXAMPLES", "40"))

few = st.sampled_from


def draw_row(luck: random.Random, gaps: float) -> dict[str, object]:
    """A row from narrow ranges, so that people, accounts and months meet often."""

    def one(*choices: object) -> object:
        return None if luck.random() < gaps else luck.choice(choices)

    birth = dt.date(1955, 1, 1) + dt.timedelta(luck.randrange(4000))
    edges = [dt.date(1961, 3, 1), dt.date(1961, 3, 31), dt.date(1960, 2, 29), dt.date(2022, 1, 1)]
    first = dt.date(2021, 1, 1) + dt.timedelta(luck.randrange(120))
    last = first + dt.timedelta(luck.randrange(-3, 90))
    return {
        "who": one(*"abcd"),
        "account": one("x", "y", "z"),
        "phone": one("p", "q"),
        "name": one("m", "m", "m", "n"),
        "sub_item": one("a.1", "a.1", "b.1", "c.1"),
        "town": one("340223100", "340223101"),
        "period": one(202012, 202101, 202102, 202103, 202104, 202106, 202302),
        "amount": one(0, 30000, 30000, 45000, 60000),
        "grade": one("g1", "g1", "g2", "g9"),
        "birth_date": one(birth, *edges),
        "sex": one(1, 2),
        "event_date": one(dt.date(2021, 1, 1) + dt.timedelta(luck.randrange(200))),
        "start_date": one(first, first, dt.date(2021, 2, 1), dt.date(2021, 2, 28)),
        "end_date": one(last, last, dt.date(2021, 1, 31), dt.date(2021, 2, 1)),
        "course": one("k1", "k2"),
        "village": one("340223100201", "340223100202"),
        "house": one("h", "i", "j"),
        "head": one("a", "a", "b", "e"),
        "measure": one("m1", "m1", "m2"),
        "claimed": one(0, 1, 2, 3, 30000, 75000),
    }


def draw_roll(seed: int, count: int, gaps: float) -> pa.Table:
    """The roster that a seed stands for."""
    luck = random.Random(seed)
    return roll(*(draw_row(luck, gaps) for _ in range(count)), sheet="s")


#: The tables beside the roster, and what their rows say.
BESIDE: dict[str, tuple[str, ...]] = {
    "deaths": ("who", "event_date"),
    "qualifying": ("who", "event_date", "town"),
    "progress": ("sub_item", "town", "period", "measure", "claimed"),
}


def draw_list(seed: int, count: int, gaps: float, said: tuple[str, ...]) -> pa.Table:
    """The list that a seed stands for."""
    luck = random.Random(seed)
    made = [draw_row(luck, gaps) for _ in range(count)]
    return roll(*({k: row[k] for k in said} for row in made), first_line=5)


def draw_tables(seed: int, count: int, listed: int, gaps: float) -> dict[str, pa.Table]:
    """The roster and all tables beside it that a seed stands for."""
    beside = {name: draw_list(seed + 1, listed, gaps, said) for name, said in BESIDE.items()}
    return {"roster": draw_roll(seed, count, gaps), **beside}


seeds = st.integers(0, 2**32)
given_tables = st.builds(
    draw_tables, seeds, st.integers(0, 40), st.integers(0, 12), few([0.0, 0.1, 0.4])
)

scopes = st.fixed_dictionaries(
    {},
    optional={
        "sub_items": few([(), ("a.1",), ("a.1", "b.1"), ("nothing",)]),
        "from_period": few([202101, 202103]),
        "to_period": few([202103, 202104]),
    },
)
bounds = st.fixed_dictionaries(
    {}, optional={"from_period": few([202101, 202103]), "to_period": few([202103])}
)
ages = st.one_of(
    st.fixed_dictionaries({"min_age": st.integers(58, 62)}, optional={"sex": few([1, 2])}),
    st.fixed_dictionaries({"max_age": st.integers(57, 61)}),
    st.fixed_dictionaries({"min_age": st.integers(57, 59), "max_age": st.integers(59, 61)}),
    st.fixed_dictionaries({"sex": few([1, 2])}),
)
standards = st.one_of(
    few([{"fixed": 30000}, {"fixed": 0}, {"smallest": 30000}, {"largest": 45000}]),
    few([{"smallest": 30000, "largest": 45000}]),
    few([{"grades": (("g1", 30000), ("g2", 45000))}]),
)


def made_of(kind: type[CheckSpec], own: st.SearchStrategy, bounded=scopes):
    """Specs of a kind from its own settings and a scope."""
    return st.tuples(own, bounded).map(lambda pair: kind(rule="r", **pair[0], **pair[1]))


#: Each kind of check and how its specs are generated; a test refuses a kind without one.
GENERATORS: dict[type[CheckSpec], st.SearchStrategy[CheckSpec]] = {
    RepeatedPerson: made_of(
        RepeatedPerson, few([{}, {"per": ("period", "grade")}, {"per": ("course",)}])
    ),
    SharedValue: made_of(
        SharedValue,
        st.fixed_dictionaries(
            {"column": few(["account_key", "phone_key"]), "at_least": st.integers(2, 3)}
        ),
    ),
    MutualExclusion: made_of(MutualExclusion, st.just({"first": "a.1", "second": "b.1"}), bounds),
    OnList: made_of(
        OnList,
        few(
            [
                {"other": "deaths"},
                {"other": "deaths", "after_event": True},
                {"other": "deaths", "after_event": True, "grace_months": 2},
            ]
        ),
    ),
    AgeSex: made_of(AgeSex, ages),
    AmountStandard: made_of(AmountStandard, standards),
    Continuity: made_of(
        Continuity,
        few(
            [
                {},
                {"gaps": False},
                {"amounts": False, "by_town": True},
                {"gaps": False, "amounts": False, "new": True},
                {"gaps": False, "amounts": False, "gone": True, "by_town": True},
                {"new": True, "gone": True, "by_town": True},
            ]
        ),
    ),
    TwoNames: made_of(TwoNames, st.just({})),
    Capacity: made_of(
        Capacity,
        st.fixed_dictionaries(
            {"limit": st.integers(0, 3), "per": few([(), ("period",), ("sub_item", "town")])}
        ),
    ),
    MissingKey: made_of(
        MissingKey,
        st.fixed_dictionaries(
            {
                "column": few(
                    [
                        *("id_key", "account_key", "phone_key", "name_key", "household_key"),
                        *("sub_item", "period", "town"),
                    ]
                )
            }
        ),
    ),
    Absence: made_of(
        Absence,
        st.one_of(
            st.fixed_dictionaries({"other": st.just("qualifying"), "by_town": st.booleans()}),
            st.fixed_dictionaries(
                {
                    "other": st.just("qualifying"),
                    "by_town": st.booleans(),
                    "since_event": st.just(True),
                    "grace_months": st.integers(0, 2),
                }
            ),
        ),
    ),
    CodeList: made_of(
        CodeList,
        few(
            [
                {"column": "grade", "allowed": ("g1", "g2")},
                {"column": "grade", "allowed": ("g1",), "optional": True},
                {"column": "town", "allowed": ("340223100",)},
                {"column": "course", "allowed": ("k2", "x' OR '1'='1")},
            ]
        ),
    ),
    EntitledSpan: made_of(
        EntitledSpan,
        few(
            [
                {},
                {"delay_months": 1},
                {"by_start": False, "by_end": True},
                {"by_end": True},
                {"by_end": True, "open_ended": True, "delay_months": 2},
            ]
        ),
    ),
    HouseholdGrants: made_of(
        HouseholdGrants, st.fixed_dictionaries({"within_months": few([None, 0, 1, 2, 12])})
    ),
    HouseholdHead: made_of(HouseholdHead, st.fixed_dictionaries({"monthly": st.booleans()})),
    HouseholdMembers: made_of(HouseholdMembers, st.fixed_dictionaries({"monthly": st.booleans()})),
    OverlappingSpans: made_of(
        OverlappingSpans, st.fixed_dictionaries({"apart": few([None, "course", "sub_item"])})
    ),
    ProgressTotals: made_of(
        ProgressTotals,
        st.fixed_dictionaries(
            {
                "other": st.just("progress"),
                "counted": few(["people", "rows", "amount"]),
                "cumulative": st.booleans(),
                "by_town": st.booleans(),
                "measure": few([None, "m1"]),
                "tolerance": few([0, 0, 1, 2, 40000]),
            }
        ),
    ),
    Quota: made_of(
        Quota,
        st.fixed_dictionaries(
            {
                "other": st.just("progress"),
                "per": few([("sub_item",), ("town",), ("period",), ("town", "sub_item")]),
                "counted": few(["people", "rows"]),
            }
        ),
    ),
}


@functools.cache
def settle(
    kind: type[CheckSpec], count: int = 40
) -> tuple[tuple[CheckSpec, dict[str, pa.Table]], ...]:
    """Specs of a kind with tables, made by its generator and the same each time."""
    made = []

    @given(spec=GENERATORS[kind], tables=given_tables)
    @settings(
        max_examples=count, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def draw(spec: CheckSpec, tables: dict[str, pa.Table]) -> None:
        made.append((spec, tables))

    draw()
    return tuple(made)

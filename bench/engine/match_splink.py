"""Splink 5 on the sets of the matching benchmark; runs in an environment of its own.

    python bench/engine/match_splink.py DATA --out splink.json [--sets febrl3 people …]

DATA is a folder as febrl_export.py and match_data.py (into DATA/people) fill it. The settings are
those of Splink's own examples for FEBRL 3 and 4, and for people the same kinds its documentation
recommends for such columns. Variant `documented` compares what the examples compare; `all` adds the
remaining columns, so that both sides see the same. Pairs count from a probability of 0.5.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
import warnings
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

DEDUPE_BLOCKS = ["soc_sec_id", "given_name", "surname", "date_of_birth", "postcode"]
LINK_BLOCKS = [
    ("given_name", "surname"),
    "l.given_name = r.surname and l.surname = r.given_name",
    ("date_of_birth",),
    ("soc_sec_id",),
    ("state", "address_1"),
    ("street_number", "address_1"),
    ("postcode",),
]
PEOPLE_BLOCKS = [
    ("id_number",),
    ("name", "birth_date"),
    ("phone",),
    ("birth_date", "village"),
    ("name", "village"),
    ("birth_date", "substr(name, 1, 1)"),
]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument(
        "--sets", nargs="+", default=["febrl1", "febrl2", "febrl3", "febrl4", "people"]
    )
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    results = []
    for name in args.sets:
        variants = ("documented", "all") if name.startswith("febrl") else ("all",)
        for variant in variants:
            for with_id in (True, False):
                result = measure(args.data, name, variant, with_id)
                print(json.dumps(result), flush=True)
                results.append(result)
    if args.out:
        args.out.write_text(json.dumps(results, indent=1))
    return 0


def measure(data: Path, name: str, variant: str, with_id: bool) -> dict[str, object]:
    if name.startswith("febrl"):
        files = ["febrl4a", "febrl4b"] if name == "febrl4" else [name]
        tables = [pq.read_table(data / f"{file}.parquet") for file in files]
        key, truth = "rec_id", {}
        for table in tables:
            truth |= dict(
                zip(table["rec_id"].to_pylist(), table["entity"].to_pylist(), strict=True)
            )
        tables = [table.drop_columns(["entity"]) for table in tables]
    else:
        left = pq.read_table(data / name / "applications.parquet").drop_columns(["amount", "line"])
        right = pq.read_table(data / name / "people.parquet").select(left.column_names)
        who = pq.read_table(data / name / "truth.parquet")["person"].to_pylist()
        key = "row"
        left = left.append_column(key, [[f"a{n}" for n in range(len(left))]])
        right = right.append_column(key, [[f"p{n}" for n in range(len(right))]])
        tables = [left, right]
        truth = {f"a{n}": person for n, person in enumerate(who)}
        truth |= {f"p{n}": n for n in range(len(right))}
    began, spent = time.perf_counter(), time.process_time()
    pairs = run(tables, key, settings_for(name, variant, with_id, key, len(tables) > 1))
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    right_pairs = sum(truth[a] == truth[b] for a, b in pairs)
    there = true_pairs(tables, key, truth)
    precision, recall = right_pairs / max(len(pairs), 1), right_pairs / there
    return {
        "set": name,
        "with_id": with_id,
        "who": f"splink {variant}",
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall),
        "seconds": seconds,
        "cpu": cpu,
    }


def true_pairs(tables: list, key: str, truth: dict) -> int:
    counts = []
    for table in tables:
        count: dict[int, int] = {}
        for row in table[key].to_pylist():
            count[truth[row]] = count.get(truth[row], 0) + 1
        counts.append(count)
    if len(counts) == 1:
        return sum(n * (n - 1) // 2 for n in counts[0].values())
    return sum(n * counts[1].get(who, 0) for who, n in counts[0].items())


def settings_for(name: str, variant: str, with_id: bool, key: str, link: bool) -> dict:
    if name.startswith("febrl"):
        return febrl_settings(variant, with_id, key, link)
    comparisons = [
        cl.NameComparison("name").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("birth_date", input_is_string=False),
        cl.ExactMatch("sex"),
        cl.DamerauLevenshteinAtThresholds("phone", [1, 2]),
        cl.ExactMatch("village").configure(term_frequency_adjustments=True),
    ]
    blocks = [block_on(*rule) for rule in PEOPLE_BLOCKS if with_id or "id_number" not in rule]
    sure = [block_on("name", "birth_date")]
    if with_id:
        comparisons.append(cl.DamerauLevenshteinAtThresholds("id_number", [1, 2]))
        sure.append(block_on("id_number"))
    return {
        "settings": SettingsCreator(
            unique_id_column_name=key,
            link_type="link_only",
            blocking_rules_to_generate_predictions=blocks,
            comparisons=comparisons,
        ),
        "sure": sure,
        "recall": 0.9,
        "max_pairs": 1e6,
        "train": [block_on("birth_date"), block_on("name")],
    }


def febrl_settings(variant: str, with_id: bool, key: str, link: bool) -> dict:
    tf = {"term_frequency_adjustments": True}
    date = {"input_is_string": True, "datetime_format": "%Y%m%d"}
    if link:
        date["invalid_dates_as_null"] = True
    names = [cl.NameComparison("given_name"), cl.NameComparison("surname")]
    postcode = cl.ExactMatch("postcode").configure(**tf)
    if link:
        names = [name.configure(**tf) for name in names]
        postcode = cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(**tf)
    comparisons = [
        *names,
        cl.DateOfBirthComparison("date_of_birth", **date),
        cl.ExactMatch("street_number").configure(**tf),
        postcode,
    ]
    if with_id:
        distances = [1, 2] if link else [2]
        comparisons.append(cl.DamerauLevenshteinAtThresholds("soc_sec_id", distances))
    if variant == "all":
        comparisons += [
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
            cl.JaroWinklerAtThresholds("address_2", [0.9, 0.7]),
            cl.JaroWinklerAtThresholds("suburb", [0.9, 0.7]),
            cl.ExactMatch("state"),
        ]
    rules = LINK_BLOCKS if link else [(column,) for column in DEDUPE_BLOCKS]
    blocks = [
        rule if isinstance(rule, str) else block_on(*rule)
        for rule in rules
        if with_id or "soc_sec_id" not in rule
    ]
    sure = [block_on("given_name", "surname", "date_of_birth")]
    if with_id:
        sure.append(block_on("soc_sec_id"))
    if not link:
        sure.append(
            "l.given_name = r.surname and l.surname = r.given_name "
            "and l.date_of_birth = r.date_of_birth"
        )
    return {
        "settings": SettingsCreator(
            unique_id_column_name=key,
            link_type="link_only" if link else "dedupe_only",
            blocking_rules_to_generate_predictions=blocks,
            comparisons=comparisons,
        ),
        "sure": sure,
        "recall": 0.8 if link else 0.9,
        "max_pairs": 1e6,
        "train": [block_on("date_of_birth"), block_on("postcode")],
    }


def run(tables: list, key: str, given: dict) -> list[tuple[str, str]]:
    api = DuckDBAPI(connection=duckdb.connect(":memory:"))
    registered = [api.register(table) for table in tables]
    linker = Linker(registered if len(registered) > 1 else registered[0], given["settings"])
    training = linker.training
    training.estimate_probability_two_random_records_match(given["sure"], recall=given["recall"])
    training.estimate_u_using_random_sampling(max_pairs=given["max_pairs"], seed=1)
    for rule in given["train"]:
        training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )
    found = linker.inference.predict(threshold_match_probability=0.5)
    rows = found.as_duckdbpyrelation().select(f"{key}_l, {key}_r").fetchall()
    return [(a, b) for a, b in rows]


if __name__ == "__main__":
    raise SystemExit(main())

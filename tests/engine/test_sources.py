"""What checks read: the same rows in the same types, from memory or from files."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.rolls import key, roll

from mingbai.engine.checks import CannotCheck
from mingbai.engine.checks.machines.sources import open_source

ROWS = roll({"who": "a", "amount": 300}, {"who": "b", "amount": None}, {"who": "c"})


def test_a_table_is_read_with_its_rows_numbered_and_what_a_finding_tells():
    read = open_source("roster", ROWS).read({"id_key"})
    assert read.column_names == ["row", "amount", "id_key", "line", "sub_item", "table"]
    assert read["row"].to_pylist() == [0, 1, 2]
    assert read["line"].to_pylist() == [2, 3, 4]
    assert read["amount"].to_pylist() == [300, None, None]
    assert read["table"].to_pylist() == ["roster"] * 3, "a table without sheets is one sheet"
    assert read["id_key"].to_pylist() == [key("a"), key("b"), key("c")]


def test_what_a_table_lacks_is_empty_in_the_type_all_machines_agree_on():
    bare = ROWS.select(["id_key", "line"]).cast(
        pa.schema([("id_key", pa.large_binary()), ("line", pa.int64())])
    )
    read = open_source("deaths", bare).read({"id_key"})
    assert read.schema.field("line").type == pa.int32()
    assert read.schema.field("id_key").type == pa.binary()
    assert read.schema.field("amount").type == pa.int64()
    assert read["amount"].null_count == read["sub_item"].null_count == 3
    assert read["table"].to_pylist() == ["deaths"] * 3


def test_sheets_keep_their_names():
    named = roll({"who": "a"}, {"who": "b"}, sheet="7:1")
    assert open_source("roster", named).read(set())["table"].to_pylist() == ["7:1"] * 2


def test_files_of_a_folder_are_one_table_in_the_order_of_their_names(tmp_path):
    (tmp_path / "inner").mkdir()
    pq.write_table(ROWS.slice(2), tmp_path / "inner" / "part-2.parquet")
    pq.write_table(ROWS.slice(0, 2), tmp_path / "a.parquet")
    (tmp_path / "b.txt").write_text("nothing to read")
    source = open_source("roster", tmp_path)
    assert (source.counts, source.row_count) == ((2, 1), 3)
    assert source.read({"id_key"}).equals(open_source("roster", ROWS).read({"id_key"}))


def test_files_share_the_columns_that_all_of_them_have(tmp_path):
    pq.write_table(ROWS, tmp_path / "a.parquet")
    pq.write_table(ROWS.select(["id_key", "line"]), tmp_path / "b.parquet")
    assert open_source("roster", tmp_path).columns == {"id_key", "line"}


def test_what_is_settled_reads_alike_and_is_cast_once(tmp_path):
    given = open_source("roster", ROWS.select(["id_key", "line"]))
    settled = given.settle({"id_key"})
    assert settled.arrow.equals(given.read({"id_key"}))
    assert settled.name == "roster"
    path = tmp_path / "a.parquet"
    pq.write_table(ROWS, path)
    files = open_source("roster", path)
    assert files.settle({"id_key"}) is files, "files stay where they are"


def test_where_there_is_no_parquet_or_no_line_it_is_said(tmp_path):
    with pytest.raises(CannotCheck, match="no Parquet file"):
        open_source("roster", tmp_path)
    with pytest.raises(CannotCheck, match="no Parquet file"):
        open_source("roster", tmp_path / "none.parquet")
    with pytest.raises(CannotCheck, match="lacks line"):
        open_source("roster", ROWS.drop_columns(["line"]))

"""What a command is given: files and folders become the tables that rules speak of."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine.checks import COLUMNS
from mingbai.engine.generate import DEMO_REGION
from mingbai.engine.reading import read_workbook
from mingbai.intake.masking import mask_cell
from mingbai.intake.recognise import mask_long_numbers
from mingbai.rulebook import Book, load_book
from mingbai.site.commands.engine.faults import CannotRun
from mingbai.site.commands.engine.sheets import KEYS, Clear, read_sheet, sheet_of
from mingbai.site.commands.progress import Progress

_SHEETS: Final = frozenset(
    {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt"}
)
_RULES: Final = "rules.yaml"
#: What a folder holds beside rosters and lists: the answers of generated data.
_NOT_TABLES: Final = frozenset({"truth", "spared"})
_ROLE: Final = re.compile(r"([a-z][a-z0-9_]*)=(.+)", re.DOTALL)


@dataclass
class Inputs:
    """`tables`: name -> Arrow table, or the Parquet file or folder it lies in. `rules`: the list of
    rules that lay in a folder. `clear`: the sheets that were read from clear values.
    """

    tables: dict[str, pa.Table | Path] = field(default_factory=dict)
    rules: Path | None = None
    clear: list[Clear] = field(default_factory=list)
    demonstration: bool = False
    notes: list[str] = field(default_factory=list)

    def columns(self, name: str) -> frozenset[str]:
        """Columns of a table."""
        given = self.tables[name]
        return frozenset(
            given.column_names if isinstance(given, pa.Table) else read_schema(given).names
        )

    def rows(self) -> int:
        """Rows of all tables."""
        return sum(
            given.num_rows if isinstance(given, pa.Table) else _count(given)
            for given in self.tables.values()
        )

    def people(
        self, places: Iterable[tuple[str, int]]
    ) -> Mapping[tuple[str, int], tuple[str, str]]:
        """Masked name and number of rows, by label and line; only clear sheets know them."""
        wanted: dict[str, set[int]] = {}
        for label, line in places:
            wanted.setdefault(label, set()).add(line)
        found: dict[tuple[str, int], tuple[str, str]] = {}
        for sheet in self.clear:
            lines = wanted.get(sheet.label)
            if not lines:
                continue
            shown = [
                name for name in ("line", "name", "id_number") if name in sheet.rows.column_names
            ]
            for row in sheet.rows.select(shown).to_pylist():
                if row["line"] in lines:
                    found[sheet.label, row["line"]] = (
                        mask_cell(row.get("name") or "", "name"),
                        mask_cell(row.get("id_number") or "", "id_number"),
                    )
        return found


def read_inputs(
    given: Sequence[str], *, secret: bytes, as_of: dt.date, year: int, progress: Progress
) -> Inputs:
    """Read all that was named on the command line: `file`, `folder` or `name=file`."""
    inputs = Inputs()
    book: Book | None = None
    files = list(find_files(given, inputs))
    sheets: dict[str, list[Clear]] = {}
    for done, (role, path) in enumerate(files):
        progress(done, len(files), "")
        name = role or table_name(path)
        if _is_keyed(path):
            if name in inputs.tables:
                raise CannotRun(f"表 {name} 给了两次。请只留一个，或用“名称=文件”区分。")
            inputs.tables[name] = path
            inputs.demonstration |= _is_demonstration(path)
            continue
        book = book or open_book(year)
        for clear in read_clear(path, role, book, secret=secret, as_of=as_of):
            sheets.setdefault(clear.role, []).append(clear)
    if not files:
        raise CannotRun("没有找到可以读取的表格。支持 xlsx、xls、csv 和 Parquet 文件。")
    for name, parts in sheets.items():
        if name in inputs.tables:
            raise CannotRun(f"表 {name} 既有 Parquet 又有表格文件。请分开检查。")
        inputs.tables[name] = pa.concat_tables(
            [_checked_columns(part.rows) for part in parts], promote_options="permissive"
        )
        inputs.clear += parts
        inputs.demonstration |= any(part.demonstration for part in parts)
    return inputs


def open_book(year: int) -> Book:
    """The rulebook that knows how offices call columns, places and sub-items."""
    return load_book(year=year, county=os.environ.get("MINGBAI_COUNTY", "340223"))


def find_files(given: Sequence[str], inputs: Inputs | None = None) -> Iterator[tuple[str, Path]]:
    """Role ("" for none) and path of each file or folder of Parquet parts; what else lies there is
    noted in `inputs`. Raises CannotRun for what is not there.
    """
    inputs = inputs or Inputs()
    for text in given:
        role, path = "", Path(text)
        named = _ROLE.fullmatch(text)
        if named and not path.exists():
            role, path = named[1], Path(named[2])
        if not path.exists():
            raise CannotRun(f"没有找到 {mask_long_numbers(str(path))}。请核对路径。")
        if path.is_dir() and not _is_parts(path):
            yield from ((role, each) for each in _listed(path, inputs))
        else:
            yield role, path


def _listed(folder: Path, inputs: Inputs) -> Iterator[Path]:
    if (folder / _RULES).exists():
        inputs.rules = folder / _RULES
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.stem in _NOT_TABLES:
            continue
        suffix = path.suffix.lower()
        if path.is_dir() and not _is_parts(path):
            inputs.notes.append(f"没有读取文件夹 {path.name}：里面没有 Parquet 文件。")
        elif path.is_dir() or suffix == ".parquet" or suffix in _SHEETS:
            yield path
        elif path.name != _RULES:
            inputs.notes.append(f"没有读取 {mask_long_numbers(path.name)}：不是表格文件。")


def _is_parts(folder: Path) -> bool:
    return (
        any(folder.glob("*.parquet"))
        and not any(
            (folder / f"{name}.parquet").exists() or (folder / name).is_dir()
            for name in ("roster", "people")
        )
        and not (folder / _RULES).exists()
    )


def table_name(path: Path) -> str:
    """What a file's table is called when nobody says."""
    return path.stem if path.suffix else path.name


def read_schema(path: Path) -> pa.Schema:
    """Schema of a Parquet file, or of the first part of a folder."""
    try:
        return pq.read_schema(min(path.glob("*.parquet")) if path.is_dir() else path)
    except (pa.ArrowException, OSError):
        raise CannotRun(
            f"{mask_long_numbers(path.name)} 不是完好的 Parquet 文件。请重新生成或重新传送。"
        ) from None


def _count(path: Path) -> int:
    parts = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    return sum(pq.read_metadata(part).num_rows for part in parts)


def _is_keyed(path: Path) -> bool:
    """Parquet that holds keys already, or no clear identifier to make keys of."""
    if not path.is_dir() and path.suffix.lower() != ".parquet":
        return False
    names = set(read_schema(path).names)
    told = "line" in names and bool(names & COLUMNS.keys())
    return "id_key" in names or (told and not names & KEYS.keys())


def _is_demonstration(path: Path) -> bool:
    """Whether the people behind keys are synthetic, where the file tells their numbers."""
    part = min(path.glob("*.parquet")) if path.is_dir() else path
    if "id_number" not in read_schema(part).names:
        return (read_schema(part).metadata or {}).get(b"mingbai.demonstration") == b"1"
    for batch in pq.ParquetFile(part).iter_batches(batch_size=100, columns=["id_number"]):
        return any((v or "").startswith(DEMO_REGION) for v in batch.column(0).to_pylist())
    return False


def read_clear(
    path: Path, role: str, book: Book, *, secret: bytes, as_of: dt.date, written: bool = False
) -> list[Clear]:
    """All sheets of a file of clear values; raises CannotRun for what cannot be read."""
    shown = mask_long_numbers(path.name)
    asked: dict[str, Any] = {
        "file": shown, "book": book, "secret": secret, "as_of": as_of, "role": role,
        "written": written,
    }  # fmt: skip
    if path.is_dir() or path.suffix.lower() == ".parquet":
        try:
            table = pq.read_table(path)
        except (pa.ArrowException, OSError):
            raise CannotRun(f"{shown} 读取时出错，文件可能已损坏。请重新生成。") from None
        found = [read_sheet(sheet_of(table, name="", book=book), **asked)]
    elif path.suffix.lower() not in _SHEETS:
        raise CannotRun(f"{shown} 不是表格文件。支持 xlsx、xls、csv 和 Parquet。")
    else:
        workbook = read_workbook(path.read_bytes(), path.name)
        if workbook.fault is not None:
            raise CannotRun(f"{shown}：{workbook.fault.message}")
        found = [read_sheet(raw, **asked) for raw in workbook.sheets]
    if not any(found):
        raise CannotRun(f"{shown} 里没有内容。请核对是否拿错了文件。")
    return [each for each in found if each is not None]


def _checked_columns(table: pa.Table) -> pa.Table:
    """Only what checks read: clear values stay out of what a machine is given."""
    return table.select([c for c in table.column_names if c in COLUMNS or c in ("line", "table")])

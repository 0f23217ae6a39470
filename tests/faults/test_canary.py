"""A thousand known ID numbers go in; none lies in clear anywhere the system writes.

Looked through: database and write-ahead log, their SQL dump, stored files, ledger heads, logs and
everything printed, temporary files while it works, the docx and the figures. The offices' own
workbooks that were handed in are not ours; a workbook returned to its office is.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from tests.faults.county import PREPARE, PROJECT, WORKER, environment, run_python

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

COMPILE = """
import django; django.setup()
import json
from django.utils import timezone
from mingbai.base.models import User
from mingbai.base.scope import Asker
from mingbai.report.actions import compile_summary
from mingbai.report.queries import figures_json
from mingbai.rulebook import load_book
from mingbai.site.commands.compile import write_docx
from mingbai.site.confirming import confirm_months
clerk = User.objects.unscoped("canary").get(username="minban")
checker = User.objects.unscoped("canary").get(username="fuhe")
confirm_months(
    year=2021, through=6, book=load_book(year=2021, county="340223"), instead=checker,
    at=timezone.now(), answering=True,
)
summary = compile_summary(year=2021, half=1, by=clerk, at=timezone.now(), demonstration=True)
print(write_docx(summary))
print(json.dumps(figures_json(summary, to=Asker.system("canary")), ensure_ascii=False))
"""

#: Pages a clerk of the county opens; what they print is kept and looked through.
PAGES = """
import django; django.setup()
from django.test import Client
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
from mingbai.base.models import User
from mingbai.intake.models import Receipt
from mingbai.payment.models import PaymentBatch
from mingbai.registry.models import Person
client = Client()
client.force_login(
    User.objects.unscoped("canary").get(username="minban"), "mingbai.base.auth.OfficeBackend"
)
why = "canary"
paths = ["/", "/intake/", "/programmes/", "/funds/", "/outreach/", "/payment/", "/report/",
         "/registry/people/", "/registry/findings/"]
receipts = Receipt.objects.unscoped(why).values_list("pk", flat=True)[:60]
paths += [f"/intake/receipts/{r}/" for r in receipts]
batches = PaymentBatch.objects.unscoped(why).values_list("pk", flat=True)[:30]
people = Person.objects.unscoped(why).values_list("pk", flat=True)[:60]
paths += [f"/payment/batches/{b}/" for b in batches] + [f"/registry/people/{p}/" for p in people]
opened = 0
for path in paths:
    response = client.get(path, follow=True)
    if response.status_code == 200:
        opened += 1
        print(response.content.decode())
print("OPENED", opened)
"""


def known_ids(folder: Path, most: int = 1000) -> list[str]:
    """Well-formed ID numbers as they stand in the handed-in workbooks."""
    found: set[str] = set()
    for path in sorted(folder.rglob("*.xlsx")):
        book = load_workbook(path, read_only=True)
        for sheet in book.worksheets:
            for row in sheet.iter_rows(values_only=True):
                for value in row:
                    text = str(value or "").strip(" '\u3000\t").upper()
                    if len(text) == 18 and text.startswith("340299"):
                        found.add(text)
        book.close()
        if len(found) >= most:
            break
    return sorted(found)[:most]


def hits(needles: list[str], haystack: bytes) -> int:
    """How many of the known numbers occur."""
    return sum(needle.encode() in haystack for needle in needles)


def contents(root: Path):
    """Every file under a folder; zip packages (docx, xlsx) also part by part."""
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        yield path, path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                for name in package.namelist():
                    yield path / name, package.read(name)


@pytest.fixture(scope="module")
def worked(small_county, tmp_path_factory):
    """A home in which everything was done, what lay in temporary files, and all that was said."""
    base = tmp_path_factory.mktemp("canary")
    home, spill = small_county.copy(small_county.installed, base / "home"), base / "tmp"
    spill.mkdir()
    env = environment(home, TMPDIR=str(spill), MINGBAI_LOG="DEBUG")
    said = b""
    seen_in_spill: list[tuple[str, bytes]] = []
    receive = [sys.executable, str(WORKER), "receive", str(small_county.folder)]
    pay = [sys.executable, str(WORKER), "pay", str(small_county.folder)]
    prepare, compiled, pages = ([sys.executable, "-c", c] for c in (PREPARE, COMPILE, PAGES))
    for command in (receive, prepare, pay, compiled, pages):
        log = base / "said.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, env=env, stdout=out, stderr=subprocess.STDOUT, cwd=PROJECT
            )
            while process.poll() is None:
                seen_in_spill += [(str(p), data) for p, data in _readable(spill)]
                time.sleep(0.02)
        said += log.read_bytes()
        assert process.returncode == 0, said[-3000:].decode(errors="replace")
    return home, seen_in_spill, said


def _readable(folder: Path):
    for path in folder.rglob("*"):
        try:
            if path.is_file():
                yield path, path.read_bytes()
        except OSError:
            continue  # it was there and is gone again


@pytest.fixture(scope="module")
def canaries(small_county) -> list[str]:
    """The known numbers; at least a thousand."""
    found = known_ids(small_county.folder)
    assert len(found) >= 1000
    return found


def test_control_arm_the_search_finds_what_is_there(canaries, tmp_path):
    (tmp_path / "leak.csv").write_text("\n".join(canaries[:3]))
    with zipfile.ZipFile(tmp_path / "leak.docx", "w") as package:
        package.writestr("word/document.xml", canaries[5])
    assert sum(hits(canaries, data) for _, data in contents(tmp_path)) >= 4


def test_no_known_id_lies_in_clear_under_the_home(worked, canaries):
    home, _, _ = worked
    looked = 0
    for path, data in contents(home):
        looked += 1
        assert hits(canaries, data) == 0, path.relative_to(home)
    assert looked > 500


def test_no_known_id_in_a_dump_of_the_database(worked, canaries):
    home, _, _ = worked
    with sqlite3.connect(home / "mingbai.sqlite3") as connection:
        dump = "\n".join(connection.iterdump()).encode()
        people = connection.execute("SELECT count(*) FROM registry_person").fetchone()[0]
    assert people > 1000
    assert hits(canaries, dump) == 0
    # Sealed bytes appear as hexadecimal in a dump: a number kept unsealed would too.
    assert sum(needle.encode().hex().upper().encode() in dump for needle in canaries) == 0


def test_no_known_id_in_anything_printed_or_logged_or_shown(worked, canaries):
    _, _, said = worked
    assert b"OPENED" in said
    assert int(said.split(b"OPENED ")[1].split()[0]) > 100
    assert hits(canaries, said) == 0


def test_no_known_id_in_temporary_files(worked, canaries):
    _, spill, _ = worked
    assert [path for path, data in spill if hits(canaries, data)] == []


def test_returned_workbooks_carry_no_more_than_the_office_sent(worked, small_county, canaries):
    """A returned workbook holds its own office's rows and nothing of anybody else's."""
    home, _, _ = worked
    with (Path(f"{small_county.folder}-truth") / "faults.csv").open(encoding="utf-8-sig") as text:
        rejected = {row["path"] for row in csv.DictReader(text) if row["outcome"] == "reject"}
    name = Path(sorted(path for path in rejected if path.endswith(".xlsx"))[0])
    code = f"""
import django; django.setup()
import base64
from django.utils import timezone
from mingbai.base.models import User
from mingbai.intake.actions import return_workbook
from mingbai.intake.models import Receipt
clerk = User.objects.unscoped("canary").get(username="minban")
receipt = Receipt.objects.unscoped("canary").filter(
    original_name={name.name!r}, office__name={name.parent.name!r}).first()
print(base64.b64encode(return_workbook(receipt=receipt, by=clerk, at=timezone.now())).decode())
"""
    import base64

    target = home.parent / "returned.xlsx"
    target.write_bytes(base64.b64decode(run_python(code, home)))
    own = set(known_ids_of(small_county.folder / name))
    assert set(known_ids_of(target)) <= own


def known_ids_of(path: Path) -> list[str]:
    """Well-formed numbers in one workbook."""
    found = []
    for sheet in load_workbook(path).worksheets:
        for row in sheet.iter_rows(values_only=True):
            found += [str(v).strip() for v in row if v and str(v).strip().startswith("340299")]
    return found


def test_figures_print_as_json(worked):
    _, _, said = worked
    line = next(x for x in said.decode().splitlines() if x.startswith('[{"statement"'))
    assert {each["key"] for each in json.loads(line)} >= {"funds.released", "payment.person_times"}

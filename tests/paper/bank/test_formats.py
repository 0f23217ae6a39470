"""Formats as data: the county's own stands over the shipped one, and a wrong one is refused."""

from __future__ import annotations

import pytest
import yaml

from mingbai.paper.bank import CannotLoadFormat, bank_format_codes, load_bank_format
from mingbai.paper.form import FORMS_FOLDER


def own(folder, code, change):
    """A county's copy of the shipped fixed-width format with one change."""
    data = yaml.safe_load((FORMS_FOLDER / "bank-fixed" / "format.yaml").read_text())
    change(data)
    path = folder / code / "format.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True))
    return folder


def test_the_countys_own_format_stands_over_the_shipped_one(tmp_path):
    folder = own(tmp_path, "bank-fixed", lambda data: data.update(name="农商行代发"))
    own(tmp_path, "bank-rural", lambda data: data.update(name="另一家银行"))
    assert load_bank_format("bank-fixed", county_folder=folder).name == "农商行代发"
    assert load_bank_format("bank-csv", county_folder=folder).kind == "csv"
    assert "bank-rural" in bank_format_codes(county_folder=folder)
    assert "bank-rural" not in bank_format_codes()
    digests = {load_bank_format("bank-fixed", county_folder=f).digest for f in (None, folder)}
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.pop("name"), "缺少 'name'"),
        (lambda d: d.update(nmae="x"), "nmae"),
        (lambda d: d.update(kind="word"), "word"),
        (lambda d: d.update(value_is="sourced"), "演示数据须标"),
        (lambda d: d["charset"].update(edition=1999), "1999"),
        (lambda d: d["charset"].update(encoding="latin-1"), "latin-1"),
        (lambda d: d["charset"].update(replace={"ab": "c"}), "一次只能替换一个字"),
        (lambda d: d["line"].pop(3), "account"),
        (lambda d: d["line"][3].update(overflow="cut"), "不能截短"),
        (lambda d: d["line"][3].update(width=0), "缺少 width"),
        (lambda d: d["line"][3].update(fill="　"), "单字节"),
        (lambda d: d["line"][3].update(text="x"), "要么写 field"),
        (lambda d: d.pop("check"), "check.method"),
        (lambda d: d["returned"].update(results={"1": "maybe"}), "maybe"),
        (lambda d: d["returned"]["line"].pop(2), "account"),
        (lambda d: d["returned"]["reasons"]["1001"].update(ask="weather"), "weather"),
        (lambda d: d.update(kind="pain001"), "要写明 version"),
        (lambda d: (d["header"].pop(9), d["trailer"].pop(3)), "total"),
        (lambda d: d.update(extension="../x"), "extension"),
    ],
)
def test_a_wrong_format_is_refused_with_file_and_reason(tmp_path, change, told):
    folder = own(tmp_path, "bank-fixed", change)
    with pytest.raises(CannotLoadFormat, match=r"bank-fixed/format\.yaml") as refused:
        load_bank_format("bank-fixed", county_folder=folder)
    assert told in str(refused.value)


def test_a_format_nobody_has_is_told():
    for code in ("bank-none", "../secrets", "half-year-summary"):
        with pytest.raises(CannotLoadFormat, match="没有名为"):
            load_bank_format(code)

"""Keyed tokens: equal people meet, and nothing else is learned from the files."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import itertools
import math
import os
import random
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mingbai.engine import tokens
from mingbai.engine.canon.types.id_number import check_character
from mingbai.engine.generate import account_number, id_number, phone_number
from mingbai.engine.tokens import CannotCompare, Label, intersect, make_tokens
from mingbai.engine.tokens.keys import derive_check, derive_key

SECRET = hashlib.sha256(b"a secret of these tests").digest()
OTHER = hashlib.sha256(b"another").digest()
PURPOSE = "2021年6月低保与车辆登记比对"
AS_OF = dt.date(2021, 6, 30)
BIRTH = dt.date(1960, 1, 1)


def person(number: int) -> str:
    """A few people a day from 1960 on, under the region that nobody has."""
    return id_number(BIRTH + dt.timedelta(number // 9), 100 + number % 9)


def roll(numbers, *, sheet=None, by="id_number"):
    columns = {by: pa.array(numbers, pa.string()),
               "line": pa.array(range(2, len(numbers) + 2), pa.int32())}  # fmt: skip
    if sheet:
        columns["table"] = pa.array([sheet] * len(numbers), pa.string())
    return pa.table(columns)


def made(numbers, *, secret=SECRET, purpose=PURPOSE, sheet=None, **more):
    table = roll(numbers, sheet=sheet, by=more.get("by", "id_number"))
    return make_tokens(table, secret=secret, purpose=purpose, as_of=AS_OF, **more)


def listed(result):
    return result.tokens.table["token"].to_pylist()


MINE = [person(n) for n in range(400)]
THEIRS = [person(n) for n in range(300, 900)]


def test_only_the_common_people_are_learned():
    mine, theirs = made(MINE, sheet="低保.xlsx"), made(THEIRS)
    met = intersect(mine.tokens, theirs.tokens, mine.row_map)
    assert met.rows.to_pylist() == [{"table": "低保.xlsx", "line": n + 2} for n in range(300, 400)]
    assert (met.people, met.mine, met.theirs) == (100, 400, 600)
    back = intersect(theirs.tokens, mine.tokens, theirs.row_map)
    assert back.rows["line"].to_pylist() == list(range(2, 102))
    assert set(back.rows["table"].to_pylist()) == {"roster"}


def test_one_person_on_several_lines_is_one_token():
    mine = made([person(1), person(2), person(1)])
    assert mine.tokens.table.num_rows == 2
    met = intersect(mine.tokens, made([person(1)]).tokens, mine.row_map)
    assert met.rows["line"].to_pylist() == [2, 4]
    assert met.people == 1


def test_spellings_of_one_number_meet_and_unreadable_ones_are_counted():
    full = id_number(dt.date(1970, 5, 20), 119)
    old = full[:6] + full[8:17]
    ends_x = next(n for n in map(person, range(200)) if n.endswith("X"))
    mine = made([old, ends_x.lower(), " " + ends_x, "3.4E+17", None, "", full[:17]])
    assert mine.left_out.to_pylist() == [{"table": "roster", "line": n} for n in (5, 6, 7, 8)]
    met = intersect(mine.tokens, made([full, ends_x]).tokens, mine.row_map)
    assert met.rows["line"].to_pylist() == [2, 3, 4]


def test_other_identifiers_compare_by_their_own():
    for by, number in (("account", account_number(7)), ("phone", phone_number(7))):
        mine = made([number], by=by)
        assert intersect(mine.tokens, made([number], by=by).tokens, mine.row_map).people == 1
    with pytest.raises(CannotCompare, match="不能按“name”比对"):
        made(["张三"], by="name")


def test_equal_rosters_give_equal_files_whatever_their_order(tmp_path):
    shuffled = list(MINE)
    random.Random(1).shuffle(shuffled)
    for name, numbers in (("a", MINE), ("b", shuffled)):
        tokens.write_tokens(tmp_path / name, made(numbers).tokens)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert listed(made(MINE)) == sorted(listed(made(MINE)))


def test_padding_hides_the_size_and_meets_nobody():
    draw = random.Random(5).randbytes
    mine, theirs = made(MINE, pad_to=1000, draw=draw), made(THEIRS, pad_to=1000, draw=draw)
    assert mine.tokens.table.num_rows == theirs.tokens.table.num_rows == 1000
    assert (mine.padding, theirs.padding) == (600, 400)
    assert intersect(mine.tokens, theirs.tokens, mine.row_map).people == 100
    assert listed(mine) == sorted(listed(mine))
    assert made(MINE, pad_to=400, draw=draw).padding == 0
    with pytest.raises(CannotCompare, match="实有 400 个"):
        made(MINE, pad_to=399, draw=draw)


# -- what must never look like "nobody was found" -------------------------------------------------


def test_another_secret_is_told():
    mine, theirs = made(MINE), made(THEIRS, secret=OTHER)
    with pytest.raises(CannotCompare, match="不是同一个密钥"):
        intersect(mine.tokens, theirs.tokens, mine.row_map)
    assert not set(listed(mine)) & set(listed(theirs))


def test_another_purpose_is_told_but_width_and_blanks_do_not_matter():
    mine = made(MINE)
    theirs = made(THEIRS, purpose="2021年7月低保与车辆登记比对")
    with pytest.raises(CannotCompare, match="用途不同"):
        intersect(mine.tokens, theirs.tokens, mine.row_map)
    theirs = made(THEIRS, purpose=" ２０２１年６月低保与车辆登记比对 ")
    assert intersect(mine.tokens, theirs.tokens, mine.row_map).people == 100


def test_another_identifier_is_told():
    mine, theirs = made(MINE), made([account_number(1)], by="account")
    with pytest.raises(CannotCompare, match="不是同一种号码"):
        intersect(mine.tokens, theirs.tokens, mine.row_map)


def test_a_map_of_other_tokens_is_told():
    mine = made(MINE)
    for other in (made([*MINE, person(5000)]), made(MINE, secret=OTHER)):
        with pytest.raises(CannotCompare, match="不是同一次生成的"):
            intersect(mine.tokens, made(THEIRS).tokens, other.row_map)


# -- what the files give away ---------------------------------------------------------------------


def unkeyed(number: str) -> set[bytes]:
    """What somebody without the key can compute of one ID."""
    text, found = number.encode(), {number.encode(), number.lower().encode()}
    for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b"):
        for guess in ("", PURPOSE):
            found.add(hashlib.new(name, guess.encode() + text).digest())
            found.add(hmac.digest(guess.encode(), text, name) if name != "blake2b" else b"?" * 64)
    zero = derive_key(bytes(32), PURPOSE, "id_number")
    return found | {hmac.digest(zero, text, "sha256")}


def leaked(content: bytes, people) -> list[str]:
    """Attack: IDs, and their unkeyed hashes, as bytes or as hex, that stand in a file."""
    found = []
    for number in people:
        for digest in unkeyed(number):
            cut = digest[:16]
            if number.encode() in content or cut in content or cut.hex().encode() in content:
                found.append(number)
                break
    return found


def test_neither_file_gives_an_id_away_without_the_key(tmp_path):
    people = MINE[:60]
    mine = made(people)
    tokens.write_tokens(tmp_path / "out", mine.tokens)
    tokens.write_map(tmp_path / "map", mine.row_map)
    for name in ("out", "map"):
        content = (tmp_path / name).read_bytes()
        assert leaked(content, people) == []
        assert SECRET not in content
        assert SECRET.hex().encode() not in content
        # Runs of hex or base64 inside random bytes are short; an ID would be 17 digits.
        assert not re.search(rb"[0-9]{14}", content)


def test_the_same_attack_finds_unkeyed_hashes(tmp_path):
    """Control: a department that hashes without a key hands over its roster."""
    people = MINE[:60]
    for algorithm in ("md5", "sha256"):
        hashed = sorted(hashlib.new(algorithm, n.encode()).digest()[:16] for n in people)
        table = pa.table({"token": pa.array(hashed, pa.binary(16))})
        pq.write_table(table, tmp_path / "weak", compression="none", use_dictionary=False)
        assert leaked((tmp_path / "weak").read_bytes(), people) == people


def test_whoever_has_the_key_can_try_all_numbers():
    """The limit that the book states: a county has few million possible numbers."""
    target = person(123)
    (token,) = listed(made([target]))
    key = derive_key(SECRET, PURPOSE, "id_number")
    found = [
        n for n in map(person, range(1000)) if hmac.digest(key, n.encode(), "sha256")[:16] == token
    ]
    assert found == [target]


def test_tokens_of_two_purposes_cannot_be_joined():
    first, second = listed(made(MINE)), listed(made(MINE, purpose="2021年6月低保与房产登记比对"))
    assert not set(first) & set(second)
    # Nor do they stand in the same order: the ranks are those of an independent shuffle.
    keys = [derive_key(SECRET, p, "id_number") for p in ("用途甲甲甲", "用途乙乙乙")]
    ranks = []
    for key in keys:
        order = sorted(MINE, key=lambda n: hmac.digest(key, n.encode(), "sha256"))
        ranks.append({n: place for place, n in enumerate(order)})
    middle = (len(MINE) - 1) / 2
    spread = sum((place - middle) ** 2 for place in range(len(MINE)))
    both = sum((ranks[0][n] - middle) * (ranks[1][n] - middle) for n in MINE)
    assert abs(both / spread) < 4 / math.sqrt(len(MINE))


def chi_square(values: list[bytes]) -> float:
    """How far the bytes of tokens are from uniform, in standard deviations."""
    counts = [0] * 256
    for value in values:
        for byte in value:
            counts[byte] += 1
    expected = sum(counts) / 256
    total = sum((count - expected) ** 2 / expected for count in counts)
    return (total - 255) / math.sqrt(2 * 255)


def test_tokens_look_uniform_and_ids_do_not():
    assert abs(chi_square(listed(made([person(n) for n in range(3000)])))) < 5
    assert chi_square([person(n).encode()[:16] for n in range(3000)]) > 100


def test_a_token_says_nothing_of_its_neighbours():
    """Consecutive people differ in half of their tokens' bits."""
    key = derive_key(SECRET, PURPOSE, "id_number")
    values = [
        int.from_bytes(hmac.digest(key, person(n).encode(), "sha256")[:16]) for n in range(500)
    ]
    differing = [(a ^ b).bit_count() for a, b in itertools.pairwise(values)]
    assert abs(sum(differing) / len(differing) - 64) < 2


# -- keys -----------------------------------------------------------------------------------------


def test_keys_follow_rfc_5869():
    """HKDF by hand: extract with the purpose as salt, expand once with the use."""
    extracted = hmac.digest(PURPOSE.encode(), SECRET, "sha256")
    info = b"mingbai.tokens.1/token/id_number"
    assert derive_key(SECRET, PURPOSE, "id_number") == hmac.digest(
        extracted, info + b"\x01", "sha256"
    )


def test_keys_and_their_check_differ_by_use_purpose_and_secret():
    found = {
        derive_key(secret, purpose, by)
        for secret in (SECRET, OTHER) for purpose in ("用途甲甲甲", "用途乙乙乙")
        for by in ("id_number", "account")
    }  # fmt: skip
    assert len(found) == 8
    assert derive_check(SECRET, PURPOSE, "account") != derive_check(OTHER, PURPOSE, "account")
    assert bytes.fromhex(derive_check(SECRET, PURPOSE, "id_number")) not in derive_key(
        SECRET, PURPOSE, "id_number"
    )


@pytest.mark.parametrize(
    "purpose", ["", "比对", "字" * 101, "核对340299196001011004的车辆", "低保\u202e比对名单"]
)
def test_purposes_that_are_refused(purpose):
    with pytest.raises(CannotCompare, match="用途"):
        tokens.check_purpose(purpose)


def test_a_secret_goes_to_a_file_and_back(tmp_path):
    path = tmp_path / "secret"
    tokens.write_secret(path, SECRET)
    assert tokens.read_secret(path) == SECRET
    assert os.stat(path).st_mode & 0o777 == 0o600
    with pytest.raises(CannotCompare, match="已经存在，没有改动"):
        tokens.write_secret(path, OTHER)
    assert tokens.read_secret(path) == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_secret_that_others_can_read_is_refused(tmp_path, mode):
    path = tmp_path / "secret"
    tokens.write_secret(path, SECRET)
    path.chmod(mode)
    with pytest.raises(CannotCompare, match="别人也能读"):
        tokens.read_secret(path)


def test_where_files_have_no_modes_the_secret_is_read(tmp_path, monkeypatch):
    path = tmp_path / "secret"
    tokens.write_secret(path, SECRET)
    path.chmod(0o644)
    monkeypatch.setattr("mingbai.engine.tokens.keys.os.name", "nt")
    assert tokens.read_secret(path) == SECRET


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "不是密钥文件"),
        ("mingbai-secret-1\n", "不是密钥文件"),
        ("mingbai-secret-1\nabc\n", "缺了字符"),
        ("mingbai-secret-1\n" + SECRET.hex()[:-2], "只有 248 位"),
        ("mingbai-secret-1\n" + "ab" * 32, "不是随机生成的"),
        ("mingbai-secret-2\n" + SECRET.hex(), "不是密钥文件"),
        ("mingbai-secret-1\n" + SECRET.hex() + "\n密", "不是密钥文件"),
        (SECRET.hex(), "不是密钥文件"),
    ],
)
def test_secrets_that_are_refused(tmp_path, text, said):
    path = tmp_path / "secret"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(CannotCompare, match=said) as caught:
        tokens.read_secret(path)
    assert SECRET.hex()[:20] not in str(caught.value)


def test_a_secret_is_a_file_that_is_there(tmp_path):
    with pytest.raises(CannotCompare, match="打不开"):
        tokens.read_secret(tmp_path / "none")
    with pytest.raises(CannotCompare, match="打不开"):
        tokens.read_secret(tmp_path)


def test_a_weak_source_of_randomness_is_refused():
    for weak in (bytes(32), b"password" * 4, SECRET[:16]):
        with pytest.raises(CannotCompare):
            tokens.make_secret(weak)


# -- files ----------------------------------------------------------------------------------------


def test_files_come_back_as_written_and_their_owner_alone_reads_them(tmp_path):
    mine = made(MINE)
    tokens.write_tokens(tmp_path / "out", mine.tokens)
    tokens.write_map(tmp_path / "map", mine.row_map)
    read = tokens.read_tokens(tmp_path / "out")
    assert read.label == mine.tokens.label
    assert read.table.equals(mine.tokens.table)
    kept = tokens.read_map(tmp_path / "map")
    assert (kept.label, kept.table.equals(mine.row_map.table)) == (mine.row_map.label, True)
    assert {os.stat(tmp_path / name).st_mode & 0o777 for name in ("out", "map")} == {0o600}
    assert pq.read_schema(tmp_path / "out").names == ["token"]
    footer = pq.ParquetFile(tmp_path / "out").metadata
    assert not footer.row_group(0).column(0).is_stats_set


def test_files_that_are_no_tokens(tmp_path):
    mine = made(MINE)
    tokens.write_map(tmp_path / "map", mine.row_map)
    (tmp_path / "junk").write_bytes(b"PAR1 junk PAR1")
    pq.write_table(pa.table({"token": [b"x" * 16]}), tmp_path / "other")
    for name, said in (
        ("map", "次序写反"), ("junk", "不是令牌文件"), ("other", "不是令牌文件"),
        ("none", "打不开"),
    ):  # fmt: skip
        with pytest.raises(CannotCompare, match=said):
            tokens.read_tokens(tmp_path / name)
    tokens.write_tokens(tmp_path / "out", mine.tokens)
    with pytest.raises(CannotCompare, match="不是行号对照文件"):
        tokens.read_map(tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "已损坏"),
        (b"[]", "已损坏"),
        (b"\xff", "已损坏"),
        (b'{"purpose": "x"}', "已损坏"),
        (b'{"purpose": 1, "by": "x", "key_check": "y"}', "已损坏"),
        (b'{"purpose": "x", "by": "x", "key_check": "y", "version": 2}', "另一版本"),
    ],
)
def test_labels_that_are_refused(text, said):
    with pytest.raises(CannotCompare, match=said):
        Label.decode(text)


def test_the_sixteenth_and_last_digits_matter():
    """Neighbours that a spreadsheet would make equal stay two people."""
    first = person(0)
    second = first[:14] + "999" + check_character(first[:14] + "999")
    assert made([first, second]).tokens.table.num_rows == 2


def test_the_book_runs_and_keeps_its_promise(tmp_path, capsys):
    book = Path(__file__).parents[2] / "docs" / "book" / "private-comparison.md"
    (example,) = re.findall(r"```python\n(.*?)```", book.read_text("utf-8"), re.DOTALL)
    tokens.write_tokens(tmp_path / "theirs", made([person(2), person(9)]).tokens)
    given = {
        "table": roll([person(1), person(2)]), "secret": SECRET, "today": AS_OF,
        "out": tmp_path / "out", "kept": tmp_path / "kept", "theirs": tmp_path / "theirs",
    }  # fmt: skip
    exec(compile(example, str(book), "exec"), given)
    assert capsys.readouterr().out == "1 [{'table': 'roster', 'line': 3}]\n"
    assert test_whoever_has_the_key_can_try_all_numbers.__name__ in book.read_text("utf-8")

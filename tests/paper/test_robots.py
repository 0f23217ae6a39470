"""Messages to robots: bodies, limits, signature, and what answers mean."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.paper.robots import (
    key_of,
    most_bytes,
    plain,
    read_answer,
    robot_kinds,
    robot_name,
    sign,
    signed_address,
    split_lines,
    write_body,
)


def test_bodies_are_what_each_side_documents():
    assert json.loads(write_body("wecom", title="催办", text="**到期**")) == {
        "msgtype": "markdown", "markdown": {"content": "**到期**"},
    }  # fmt: skip
    assert json.loads(write_body("dingtalk", title="催办", text="**到期**")) == {
        "msgtype": "markdown", "markdown": {"title": "催办", "text": "**到期**"},
    }  # fmt: skip
    assert [robot_name(kind) for kind, _ in robot_kinds()] == ["企业微信", "钉钉"]


@pytest.mark.parametrize("kind", ["wecom", "dingtalk"])
def test_a_text_past_the_limit_is_refused_by_bytes_not_letters(kind):
    most = most_bytes(kind)
    write_body(kind, title="t", text="a" * most)
    with pytest.raises(ValueError):
        write_body(kind, title="t", text="字" * (most // 3 + 1))


def test_the_signature_is_the_documented_one():
    """Made by openssl: printf '1700000000000\\nSECabc' | openssl dgst -sha256 -hmac SECabc."""
    assert sign("SECabc", moment=1_700_000_000_000) == SIGNED
    address = signed_address(
        "https://oapi.dingtalk.com/robot/send?access_token=t", "SECabc", moment=1_700_000_000_000
    )
    assert parse_qs(urlsplit(address).query) == {
        "access_token": ["t"], "timestamp": ["1700000000000"], "sign": [SIGNED],
    }  # fmt: skip
    assert signed_address("https://x/y?key=k", "", moment=1) == "https://x/y?key=k"


SIGNED = "jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM="


@given(
    st.lists(st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1)),
    st.integers(60, 400),
)
def test_no_line_is_lost_and_no_text_is_too_long(lines, most):
    parts = split_lines("标题", lines, "脚注", most=most)
    assert sum(count for _, count in parts) == len(lines)
    room = most - len("标题\n\n脚注".encode())
    kept = []
    for text, count in parts:
        assert len(text.encode()) <= most
        told = text.split("\n")
        assert (told[0], told[-1]) == ("标题", "脚注")
        assert len(told) == count + 2
        kept += told[1:-1]
    for line, told in zip(lines, kept, strict=True):
        assert told == line or (told.endswith("…") and line.startswith(told[:-1]))
        if len(line.encode()) <= room:
            assert told == line


def test_lines_are_packed_as_full_as_they_go():
    parts = split_lines("h", ["x" * 9] * 10, "f", most=3 + 40)
    assert [count for _, count in parts] == [4, 4, 2]
    assert split_lines("h", [], "f", most=100) == ()
    with pytest.raises(ValueError):
        split_lines("头" * 30, ["x"], "f", most=90)


def test_marks_in_names_stay_marks():
    assert plain("a*b_[c](d)\n#e <f>") == r"a\*b\_\[c\](d) \#e \<f\>"


@pytest.mark.parametrize(
    ("kind", "status", "body", "taken", "again"),
    [
        ("wecom", 200, {"errcode": 0, "errmsg": "ok"}, True, False),
        ("wecom", 200, {"errcode": 45009}, False, True),
        ("wecom", 200, {"errcode": 93000, "errmsg": "hint: KEY-7f"}, False, False),
        ("wecom", 200, {"errcode": 12345}, False, False),
        ("dingtalk", 200, {"errcode": 130101}, False, True),
        ("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match KEY-7f"}, False, False),
        ("dingtalk", 200, {"errcode": -1}, False, True),
        ("dingtalk", 200, {"errcode": "0"}, False, True),
        ("dingtalk", 200, {"errcode": True}, False, True),
        ("dingtalk", 200, ["KEY-7f"], False, True),
        ("wecom", 429, {}, False, True),
        ("wecom", 502, {}, False, True),
        ("wecom", 302, {}, False, False),
        ("wecom", 404, {"errmsg": "KEY-7f"}, False, False),
    ],
)  # fmt: skip
def test_answers_are_understood_and_never_repeated(kind, status, body, taken, again):
    answer = read_answer(kind, status=status, body=json.dumps(body).encode())
    assert (answer.taken, answer.again) == (taken, again)
    assert bool(answer.words) != taken
    assert "KEY-7f" not in answer.words


def test_an_answer_that_is_no_json_may_be_tried_again():
    assert read_answer("wecom", status=200, body=b"\xff<html>").again


def test_the_key_is_found_where_the_kind_has_it():
    assert key_of("wecom", "https://h/cgi-bin/webhook/send?key=abc") == "abc"
    assert key_of("wecom", "https://h/cgi-bin/webhook/send?access_token=abc") == ""
    assert key_of("dingtalk", "https://h/robot/send?access_token=a&access_token=b") == ""

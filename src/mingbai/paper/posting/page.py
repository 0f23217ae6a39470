"""The page for the public site: static, without scripts, not to be indexed, gone on its day."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape, unescape
from typing import Final

from mingbai.paper.posting.words import Notice, NoticeBoard, fill_board
from mingbai.paper.text import printable

_STYLE: Final = """
:root{color-scheme:light}
body{margin:0 auto;max-width:60rem;padding:1.5rem 1rem 3rem;color:#111;background:#fff;
font:1rem/1.8 "Source Han Serif SC","Noto Serif CJK SC","SimSun",serif}
h1{font-size:1.6rem;line-height:1.4;text-align:center;margin:0 0 .25rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem}
.under{text-align:center;margin:0 0 1rem}
p.text{text-indent:2em;margin:.3rem 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:1rem 0}
caption{text-align:left;font-weight:bold;padding:.4rem 0}
th,td{border:1px solid #333;padding:.3rem .6rem;text-align:left}
th{background:#f2f2f2;white-space:nowrap}
.num{text-align:right;font-variant-numeric:tabular-nums}
.sign{text-align:right;margin:1.5rem 0 0}
.mark{border:1px solid #333;padding:.3rem .6rem;margin:0 0 1rem}
.gone{margin-top:2rem;border-top:1px solid #999;padding-top:.5rem;font-size:.9rem}
@media print{body{max-width:none;padding:0}thead{display:table-header-group}tr{break-inside:avoid}}
"""
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
#: What a browser may do with the page: show it and its one style sheet, nothing else.
PAGE_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
)
_TAGS: Final = re.compile(r"<style>.*?</style>|<[^>]+>", re.DOTALL)


def write_posting_page(notice: Notice, boards: Sequence[NoticeBoard]) -> str:
    """A whole document in itself; equal input gives equal text."""
    parts = [
        '<!doctype html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(PAGE_POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="robots" content="noindex, nofollow, noarchive">',
        '<meta name="referrer" content="no-referrer">',
        f'<meta name="expires" content="{notice.last_date.isoformat()}">',
        f"<title>{_text(notice.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
    ]
    if notice.mark:
        parts.append(f'<p class="mark"><strong>{_text(notice.mark)}</strong></p>')
    parts.append(f"<h1>{_text(notice.title)}</h1>")
    parts.append(f'<p class="under">{_text(notice.subtitle)}</p>')
    whole = NoticeBoard("", tuple(row for board in boards for row in board.rows))
    parts += [f'<p class="text">{_text(text)}</p>' for text in fill_board(notice, whole)]
    parts += [_section(notice, board, alone=len(boards) == 1) for board in boards]
    day, last = notice.date, notice.last_date
    parts.append(
        f'<p class="sign">{_text(notice.signature)}<br>{day.year}年{day.month}月{day.day}日</p>'
    )
    parts.append(
        f'<p class="gone">公示截止{last.year}年{last.month}月{last.day}日，期满撤下本页。'
        "请勿转载、留存名单中的个人信息。</p>\n</main>\n</body>\n</html>\n"
    )
    return "\n".join(parts)


def page_words(page: str) -> str:
    """Every word of a page, one cell or paragraph a line: what the scanner reads."""
    return "\n".join(line for line in unescape(_TAGS.sub("\n", page)).split("\n") if line.strip())


def _section(notice: Notice, board: NoticeBoard, *, alone: bool) -> str:
    caption = board.name or ("公示名单" if alone else notice.title)
    heads = "".join(f'<th scope="col">{_text(column.label)}</th>' for column in notice.columns)
    rows = "\n".join(
        f"<tr><td>{serial}</td>{_cells(notice, row)}</tr>"
        for serial, row in enumerate(board.rows, start=1)
    )
    label = f"{caption}，共{len(board.rows)}人"
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{_text(label)}">'
        f"<table>\n<caption>{_text(label)}</caption>\n"
        f'<thead><tr><th scope="col">序号</th>{heads}</tr>'
        f"</thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )


def _cells(notice: Notice, row: tuple[str, ...]) -> str:
    kinds = (' class="num"' if each.mask == "amount" else "" for each in notice.columns)
    return "".join(f"<td{kind}>{_text(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))


def _text(text: str) -> str:
    return escape(printable(text))

"""Put words and places for figures into a form: the body of a paper as JSON; nothing is computed.

A body has ``title`` lines, ``sender``, ``addressee`` and ``blocks``; a run is either text or
``{"figure": key}``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from mingbai.paper.form import Form, Place, split_text

Body = dict[str, Any]
_RUN_IN = re.compile(r"（[一二三四五六七八九十]+）[^。{}]*。")


def arrange_body(
    form: Form,
    *,
    words: Mapping[str, str],
    outlines: Mapping[str, str],
    empty: Collection[str],
) -> Body:
    """The form's sentences with words put in and places left for figures.

    ``outlines`` holds the office's text of each outline chapter; figures in ``empty`` have nothing
    to tell, so that their paragraphs take the form's other wording, or are left out without one.
    """
    blocks: list[dict[str, Any]] = []
    for chapter in form.chapters:
        if chapter.heading:
            blocks.append(_heading(1, chapter.heading, words))
        for section in chapter.sections:
            if section.heading:
                blocks.append(_heading(2, section.heading, words))
            for part in section.paragraphs:
                text = part.empty if part.unless_empty in empty else part.text
                if not text:
                    continue
                blocks.append(_paragraph(part.key, text, words))
        if chapter.outline:
            lines = outlines[chapter.key].splitlines()
            blocks += [
                _paragraph(chapter.key, line.strip(), words, outline=True)
                for line in lines
                if line.strip()
            ]
    return {
        "title": [_plain(line, words) for line in form.title],
        "sender": _plain(form.sender, words),
        "addressee": _plain(form.addressee, words),
        "blocks": blocks,
    }


def named_figures(body: Body) -> list[str]:
    """The keys of the figures a body states, each once, in the order of the text."""
    runs = [run for block in body["blocks"] for run in block.get("runs", ())]
    return list(dict.fromkeys(run["figure"] for run in runs if isinstance(run, dict)))


def _heading(level: int, text: str, words: Mapping[str, str]) -> dict[str, Any]:
    return {"kind": "heading", "level": level, "text": _plain(text, words)}


def _paragraph(
    key: str, text: str, words: Mapping[str, str], *, outline: bool = False
) -> dict[str, Any]:
    lead = ""
    found = _RUN_IN.match(text) if outline else None
    if found:
        lead, text = found.group(), text[found.end() :]
    return {"kind": "paragraph", "key": key, "lead": lead, "runs": _runs(text, words)}


def _runs(text: str, words: Mapping[str, str]) -> list[str | dict[str, str]]:
    runs: list[str | dict[str, str]] = []
    for piece in split_text(text):
        run: str | dict[str, str] = piece if isinstance(piece, str) else {"figure": piece.key}
        if isinstance(piece, Place):
            run = words.get(piece.key, run)
        if isinstance(run, str) and runs and isinstance(runs[-1], str):
            runs[-1] += run
        else:
            runs.append(run)
    return runs


def _plain(text: str, words: Mapping[str, str]) -> str:
    """Titles, headings and names hold words only."""
    pieces = split_text(text)
    return "".join(words[piece.key] if isinstance(piece, Place) else piece for piece in pieces)

"""The household's card as an editable document, in the official layout."""

from __future__ import annotations

from typing import Any

from mingbai.engine.money import show_money
from mingbai.paper.official import (
    OfficialDocument,
    Paragraph,
    Signature,
    Table,
    Verification,
    write_official_docx,
)


def card_docx(card: dict[str, Any]) -> bytes:
    """The card's words (``card_of``) as docx; same card, same bytes."""
    head = card["head"].name if card["head"] else ""
    rows = tuple(
        (
            member["person"].name,
            line["name"],
            _standard(line),
            line["rule"].source if line["rule"] else "—",
            f"{line['row'].paid_count}个月",
            show_money(line["row"].paid_amount),
            line["row"].tail or "—",
        )
        for member in card["members"]
        for line in member["rows"]
    )
    table = Table(
        columns=("姓名", "补助项目", "标准", "依据文件", "已发", "合计（元）", "账号末四位"),
        rows=rows,
        widths=(9, 20, 17, 24, 9, 12, 9),
        right=frozenset({5}),
        centre=frozenset({0, 4, 6}),
        compact=True,
    )
    phones = "；".join(f"{name}：{number}" for name, number in card["phones"])
    paid = show_money(card["paid_amount"])
    blocks: tuple[Paragraph | Table, ...] = (
        Paragraph((f"{card['place']}　{head}户：",)),
        Paragraph(
            (
                f"您家{card['year']}年享受的民生补助如下，截至{_chinese(card['today'])}"
                f"共已发放{paid}元。请核对，如有不符或没有收到，请拨打下面的电话。",
            )
        ),
        *((table,) if rows else (Paragraph(("本年度没有登记的补助。",)),)),
        Paragraph((f"咨询投诉电话：{phones}。",)),
    )
    verification = (
        Verification("演示数据，不对应任何真实的人", demonstration=True)
        if card["is_demonstration"]
        else None
    )
    return write_official_docx(
        OfficialDocument(
            title=(f"{card['year']}年民生补助明白卡",),
            blocks=blocks,
            signature=Signature(card["office"], card["today"]),
            verification=verification,
        )
    )


def _standard(line: dict[str, Any]) -> str:
    name = line["rule"].name if line["rule"] else ""
    amount = f"{show_money(line['row'].amount)}元" if line["row"].amount else "尚未制表"
    if line["row"].member_count:
        amount += f"（按户，计{line['row'].member_count}人）"
    return f"{name}　{amount}" if name else amount


def _chinese(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

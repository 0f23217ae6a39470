"""Orders to fill formats with, and answers as a bank would write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from mingbai.paper.bank import BankFormat, BankOrder, OrderLine

AT = datetime(2021, 2, 1, 1, 30, tzinfo=UTC)


def order(*people: tuple[str, str, int], **more) -> BankOrder:
    """An order that pays these (name, account, 分)."""
    lines = tuple(
        OrderLine(n, f"3402230000001201{n:07d}", name, account, amount, "2021年1月")
        for n, (name, account, amount) in enumerate(people, start=1)
    )
    return BankOrder(
        **{
            "reference": "3402230000001201", "made_at": AT, "pay_date": date(2021, 2, 1),
            "payer_name": "南陵县财政局", "payer_account": "1234567890",
            "payer_bank_name": "南陵农村商业银行", "payer_bank_code": "402362000011",
            "programme": "农村低保金", "count": len(lines),
            "total": sum(line.amount for line in lines), "lines": lines, **more,
        }
    )  # fmt: skip


def answer_fixed(rows, reference="3402230000001201", count=None, total=None) -> bytes:
    """A fixed-width return file of rows (reference, account, 分, result, reason, day)."""

    def put(text: str, width: int) -> bytes:
        return text.encode("gb18030").ljust(width)

    count = len(rows) if count is None else count
    total = sum(row[2] for row in rows) if total is None else total
    sums = b"%08d%016d" % (count, total)
    lines = [b"H" + put(reference, 24) + b"20210203" + sums]
    lines += [
        b"D" + put(r[0], 32) + put(r[1], 32) + put("某", 60) + b"%014d" % r[2] + put(r[3], 4)
        + put(r[4], 4) + put(r[5], 8)
        for r in rows
    ]  # fmt: skip
    return b"".join(line + b"\r\n" for line in [*lines, b"T" + sums])


def fields_of(record: bytes, parts) -> dict[str, bytes]:
    """Cut a record by the widths its format states; told apart from the writer on purpose."""
    found, start = {}, 0
    for part in parts:
        found[part.field or "mark"] = record[start : start + part.width]
        start += part.width
    assert start == len(record)
    return found


def records(content: bytes, layout: BankFormat) -> list[bytes]:
    """The records of a file, each ended as the format says."""
    assert content.endswith(layout.line_end)
    return content.split(layout.line_end)[:-1]

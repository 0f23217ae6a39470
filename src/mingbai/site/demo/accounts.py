"""The demonstration's accounts; they exist only where demonstration data is."""

from __future__ import annotations

from typing import Final

from mingbai.site.actions import Account

PASSWORD: Final = "mingbai-2021"  # noqa: S105 - shown on the sign-in page of the demonstration

ACCOUNTS: Final = (
    Account("minban", "县民生办 经办", "county-office", ("clerk",)),
    Account("fuhe", "县民生办 复核", "county-office", ("checker",)),
    Account("fuhe2", "县民生办 二审", "county-office", ("checker",)),
    Account("fuhe3", "县民生办 三审", "county-office", ("checker",)),
    Account("zhifu", "县民生办 支付", "county-office", ("payer",)),
    Account("lingdao", "县领导", "leader-1", ("leader",)),
    Account("shenji", "县审计", "auditor", ("auditor",)),
    Account("minzheng", "民政局 经办", "civil-affairs", ("clerk",)),
    Account("jishan", "籍山镇 经办", "jishan", ("clerk",)),
    Account("xuzhen", "许镇镇 经办", "xuzhen", ("clerk",)),
)
#: clerk, checker, payer of the line, and who else approves where the amount asks for more hands.
CREW: Final = ("minban", "fuhe", "zhifu", "fuhe2", "fuhe3")

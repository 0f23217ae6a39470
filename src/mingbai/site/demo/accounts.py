"""The demonstration's accounts; they exist only where demonstration data is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mingbai.site.actions import Account

PASSWORD: Final = "mingbai-2021"  # noqa: S105 - shown on the sign-in page of the demonstration

COUNTY_ACCOUNTS: Final = (
    Account("minban", "县民生办 经办", "county-office", ("clerk",)),
    Account("fuhe", "县民生办 复核", "county-office", ("checker",)),
    Account("fuhe2", "县民生办 二审", "county-office", ("checker",)),
    Account("fuhe3", "县民生办 三审", "county-office", ("checker",)),
    Account("zhifu", "县民生办 支付", "county-office", ("payer",)),
    Account("lingdao", "县领导", "leader-1", ("leader",)),
    Account("shenji", "县审计", "auditor", ("auditor",)),
    Account("jiandu", "特邀监督员", "supervisors", ("supervisor",)),
    Account("guanli", "系统管理", "county-office", ("keeper",)),
)


@dataclass(frozen=True)
class TwoHands:
    """An office's two accounts: who writes, and who looks at it again."""

    name: str
    clerk: Account
    checker: Account


def _two_hands(username: str, name: str, office: str) -> TwoHands:
    return TwoHands(
        name,
        Account(username, f"{name} 经办", office, ("clerk",)),
        Account(f"{username}2", f"{name} 复核", office, ("checker",)),
    )


TOWN_HANDS: Final = tuple(
    _two_hands(username, name, office)
    for username, name, office in (
        ("jishan", "籍山镇", "jishan"),
        ("xuzhen", "许镇镇", "xuzhen"),
        ("yijiang", "弋江镇", "yijiang"),
        ("sanli", "三里镇", "sanli"),
        ("hewan", "何湾镇", "hewan"),
        ("gongshan", "工山镇", "gongshan"),
        ("yandun", "烟墩镇", "yandun"),
        ("jiafa", "家发镇", "jiafa"),
        ("yuanqu", "工业园区", "industrial-park"),
    )
)
DEPARTMENT_HANDS: Final = tuple(
    _two_hands(username, name, office)
    for username, name, office in (
        ("minzheng", "民政局", "civil-affairs"),
        ("renshe", "人社局", "hrss"),
        ("yibao", "医保局", "medical-security"),
        ("jiaoyu", "教育局", "education"),
        ("weijian", "卫健委", "health"),
        ("canlian", "残联", "disabled-federation"),
        ("nongye", "农业农村局", "agriculture"),
        ("zhujian", "住建局", "housing"),
        ("jiaotong", "交通运输局", "transport"),
        ("shuiwu", "水务局", "water"),
        ("sifa", "司法局", "justice"),
        ("tuiyi", "退役军人局", "veterans"),
        ("shangwu", "商务局", "commerce"),
        ("gonghui", "总工会", "trade-union"),
        ("zuzhi", "组织部", "organisation"),
        ("wenlv", "文旅体局", "culture"),
    )
)
ACCOUNTS: Final = (
    *COUNTY_ACCOUNTS,
    *(
        account
        for hands in (*TOWN_HANDS, *DEPARTMENT_HANDS)
        for account in (hands.clerk, hands.checker)
    ),
)
#: clerk, checker, payer of the line, and who else approves where the amount asks for more hands.
CREW: Final = ("minban", "fuhe", "zhifu", "fuhe2", "fuhe3")

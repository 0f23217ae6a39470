"""Sites of the works sub-items, made to fit the towns' progress: what each ledger month says.

A town's share is cut into sites; what the town reports as done fills them one after the other. So
a month's ledger adds up to that month's progress tables, and later months only go on from it.
"""

from __future__ import annotations

import calendar
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from mingbai.engine.canon.types.credit_code import check_character, own_check_character
from mingbai.rulebook.model import Book, SubItem
from mingbai.site.demo.advance import AdvanceLine
from mingbai.site.demo.books import Stationer, TableSheet, Workbook
from mingbai.site.demo.drafts import SheetDraft, Value
from mingbai.site.demo.places import Place
from mingbai.site.demo.wording import name_in_tables

#: Before spring nobody keeps a ledger of sites.
FIRST_MONTH = 4
_WHOLE_UNITS = ("个", "处", "座", "所", "套", "户", "张")
_MOST_SITES = 4
_QUARTERS = "一二三四"
_COLUMNS = (
    "sub_item", "site_name", "site_number", "town", "place", "quantity", "done_quantity",
    "contractor", "contractor_code", "contract_number", "contract_amount", "planned_amount",
    "invested_amount", "planned_start_date", "planned_finish_date", "approval_date", "tender_date",
    "start_date", "structure_date", "completion_date", "acceptance_date", "handover_date", "remark",
)  # fmt: skip
_STEPS = ("approval", "tender", "start", "structure", "completion", "acceptance", "handover")
_FIRMS = ("路桥", "水利", "建筑", "市政", "安装", "园林")
#: Days by which sites mean to be finished: month and day.
_PLANNED = ((9, 30), (10, 31), (11, 20), (11, 30))
_END = re.compile(r"(社区居委会|村民委员会|居民委员会|村委会|居委会)$")
_BID = Decimal("0.93")


@dataclass
class Site:
    """One site with what has happened on it so far; ``quantity`` in the measure's unit."""

    item: SubItem
    town: str
    town_name: str
    village: str
    number: int
    quantity: Decimal
    planned_fen: int
    done: Decimal = Decimal(0)
    dates: dict[str, date] = field(default_factory=dict)

    @property
    def mark(self) -> int:
        """A number of its own, the same in every run: what differs between sites hangs on it."""
        return zlib.crc32(f"{self.item.code}|{self.town}|{self.number}".encode())

    @property
    def contract_fen(self) -> int:
        """A little below the planned money, as bids are; whole 元."""
        return int(self.planned_fen * _BID) // 100 * 100

    @property
    def invested_fen(self) -> int:
        """Money follows the work; the last tenth is paid after acceptance."""
        part = min(self.done / self.quantity, Decimal(1)) if self.quantity else Decimal(0)
        paid = part if "acceptance" in self.dates else part * Decimal("0.9")
        if "start" in self.dates:
            paid = max(paid, Decimal("0.1"))
        return int(self.contract_fen * paid) // 100 * 100


def make_sites(book: Book, advance: Sequence[AdvanceLine], places: Sequence[Place]) -> list[Site]:
    """Cut every town's share of every works sub-item into sites; nothing has happened yet."""
    shares = {
        (line.sub_item, line.town): line.target
        for line in advance
        if line.town and line.target and _first_measure(book, line)
    }
    villages = {place.code: [v.name for v in place.villages] for place in places}
    towns = {town.code: town.name for town in book.towns}
    sites: list[Site] = []
    for (code, town), share in shares.items():
        if share is None:
            continue
        item = book.sub_item(code)
        budget = item.budget_fen * share / (item.measures[0].target or share)
        for number, quantity in enumerate(_cut(share, item.measures[0].unit), start=1):
            names = villages.get(town) or [towns[town]]
            village = _END.sub("", names[(number * 7 + len(code)) % len(names)])
            planned = int(budget * quantity / share) // 100 * 100
            sites.append(Site(item, town, towns[town], village, number, quantity, planned))
    return sites


def _first_measure(book: Book, line: AdvanceLine) -> bool:
    item = book.sub_item(line.sub_item)
    return item.kind == "works" and line.measure == item.measures[0].name


def _cut(share: Decimal, unit: str) -> list[Decimal]:
    """A share in at most four parts: whole things stay whole, lengths and areas to a hundredth."""
    step = Decimal(1) if unit in _WHOLE_UNITS or share >= 1000 else Decimal("0.01")
    count = int(min(Decimal(_MOST_SITES if step == 1 else 3), share / step))
    if count <= 1:
        return [share]
    part = (share / count / step).to_integral_value(ROUND_FLOOR) * step
    return [*[part] * (count - 1), share - part * (count - 1)]


def live_month(
    sites: Sequence[Site], done: Mapping[tuple[str, str], Decimal], *, year: int, month: int
) -> None:
    """Let a month pass: what towns have done by its end fills their sites in order."""
    by_town: dict[tuple[str, str], list[Site]] = defaultdict(list)
    for site in sites:
        by_town[site.item.code, site.town].append(site)
    for key, own in by_town.items():
        rest = done.get(key, Decimal(0))
        for site in own:
            # The last one also takes what exceeds the target.
            site.done = rest if site is own[-1] else min(rest, site.quantity)
            rest -= site.done
            _happen(site, year, month)


def _happen(site: Site, year: int, month: int) -> None:
    """What is reached on a site in this month, by what is done there and by its own mark."""
    first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    mark, dates = site.mark, site.dates
    if site.done and "start" not in dates:
        start = first + timedelta(days=mark % 8)
        dates.setdefault("approval", start - timedelta(days=45))
        dates.setdefault("tender", max(dates["approval"] + timedelta(days=1),
                                       start - timedelta(days=14)))  # fmt: skip
        dates["start"] = start
    for step, due in _intended(site, mark):
        if step not in dates and due == month:
            dates[step] = first + timedelta(days=6 + mark % 15)
    if site.quantity and site.done >= site.quantity * 3 / 5 and "structure" not in dates:
        dates["structure"] = first + timedelta(days=11 + mark % 6)
    if site.quantity and site.done >= site.quantity and "completion" not in dates:
        dates["completion"] = first + timedelta(days=19 + mark % 7)
    done = dates.get("completion")
    for step, wait in (("acceptance", 14 + mark % 9), ("handover", 30 + mark % 20)):
        if done is not None and step not in dates and done + timedelta(days=wait) <= last:
            dates[step] = done + timedelta(days=wait)


def _intended(site: Site, mark: int) -> tuple[tuple[str, int], ...]:
    """When a site means to take its first steps; one in six lags a season behind."""
    late = 3 if mark % 6 == 0 else 0
    approval = 2 + mark % 2 + late
    return ("approval", approval), ("tender", approval + 1), ("start", approval + 2 + late)


@dataclass(frozen=True)
class WorksBinder:
    """Binds a ledger a month from each department that leads works, a quarter in one file."""

    book: Book
    stationer: Stationer
    places: Sequence[Place]

    def bind(self, advance: Sequence[AdvanceLine], *, months: Sequence[int]) -> list[Workbook]:
        """Ledgers of these months; ``advance`` reaches from January to the last of them."""
        sites = make_sites(self.book, advance, self.places)
        done: dict[int, dict[tuple[str, str], Decimal]] = defaultdict(dict)
        for line in advance:
            if line.town and _first_measure(self.book, line):
                done[line.month][line.sub_item, line.town] = line.total_done
        kept: dict[tuple[int, str], list[TableSheet]] = defaultdict(list)
        for month in sorted(done):
            live_month(sites, done[month], year=self.book.year, month=month)
            if month in months and month >= FIRST_MONTH:
                for code, sheet in self._month(sites, month):
                    kept[(month - 1) // 3, code].append(sheet)
        year = self.book.year
        return [
            self.stationer.workbook(
                self.stationer.office(code), f"{year}年第{_QUARTERS[quarter]}季度工程台账", sheets
            )
            for (quarter, code), sheets in kept.items()
        ]

    def _month(self, sites: Sequence[Site], month: int) -> Iterator[tuple[str, TableSheet]]:
        """Office and its sheet of a month; copied as they stand, for sites go on living."""
        year = self.book.year
        for code in self.stationer.lead_codes:
            own = [site for site in sites if site.item.lead_office == code]
            if own:
                office = self.stationer.office(code)
                habits = self.stationer.habits(office)
                draft = SheetDraft(
                    roster=self.book.roster("works"),
                    name=f"{month}月",
                    title=f"{office.short_name}{year}年{month}月民生工程项目建设台账",
                    columns=_COLUMNS,
                    rows=[_row(site, name_in_tables(site.item, habits)) for site in own],
                    reporter=office.name,
                    written_date=date(year, month, calendar.monthrange(year, month)[1]),
                )
                yield code, TableSheet(draft=draft, right=draft, month=month)


def _row(site: Site, name: str) -> tuple[Value, ...]:
    year, mark = site.item.schedule.finish_date.year, site.mark
    firm = mark % 37
    signed = "tender" in site.dates
    finish = _PLANNED[mark % len(_PLANNED)]
    cells: dict[str, Value] = {
        "sub_item": name,
        "site_name": f"{site.village}{site.item.name}{site.number}号点",
        "site_number": f"{site.item.code.split('.')[-1][:6].upper()}-{site.town[-3:]}"
        f"-{site.number:02d}",
        "town": site.town_name,
        "place": f"{site.town_name}{site.village}",
        "quantity": site.quantity,
        "done_quantity": site.done,
        "contractor": f"演示{_FIRMS[firm % len(_FIRMS)]}工程有限公司{firm:02d}" if signed else None,
        "contractor_code": firm_code(firm) if signed else None,
        "contract_number": f"演示合同{year}-{mark % 100_000:05d}" if signed else None,
        "contract_amount": site.contract_fen if signed else None,
        "planned_amount": site.planned_fen,
        "invested_amount": site.invested_fen,
        "planned_start_date": date(year, 3 + mark % 3, 10),
        "planned_finish_date": min(date(year, *finish), site.item.schedule.finish_date),
        "remark": None,
        **{f"{step}_date": site.dates.get(step) for step in _STEPS},
    }
    return tuple(cells[column] for column in _COLUMNS)


def firm_code(number: int) -> str:
    """A made-up enterprise code under the invented region, with right check characters."""
    own = f"{number:08d}"
    first = f"91340299{own}{own_check_character(own)}"
    return first + check_character(first)

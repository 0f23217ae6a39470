"""Offices, divisions and information sites of a county."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Literal, get_args

from mingbai.rulebook.faults import CannotLoadBook
from mingbai.rulebook.fields import Node
from mingbai.rulebook.model import DivisionSpec, OfficeKind, OfficeSpec, Site
from mingbai.rulebook.shelf import Shelf

_DivisionLevel = Literal["province", "city", "county", "town", "village"]
_SiteLevel = Literal["city", "province", "country"]


def read_offices(
    shelf: Shelf, name: str, *, divisions: Collection[str], leads: Mapping[str, tuple[str, ...]]
) -> tuple[OfficeSpec, ...]:
    """Read the office tree; ``leads`` are the programmes each office answers for this year."""
    node = Node(shelf.read_yaml(name), file=name)
    offices: dict[str, OfficeSpec] = {}
    headings: dict[str, str] = {}
    for each in node.nodes("offices"):
        office = OfficeSpec(
            code=each.code("code"),
            name=each.text("name"),
            short_name=each.text("short_name"),
            kind=each.choice("kind", OfficeKind),
            parent=each.code("parent") if each.has("parent") else None,
            division=each.text("division") if each.has("division") else None,
            aliases=each.texts("aliases"),
            leads=(),
        )
        if office.code in offices:
            each.fail("code", f"单位代码“{office.code}”重复")
        if office.parent is not None and office.parent not in offices:
            each.fail("parent", f"上级单位“{office.parent}”须写在本单位之前")
        if office.division is not None and office.division not in divisions:
            each.fail("division", f"区划代码“{office.division}”不在 divisions.csv 中")
        for word in {office.name, office.short_name, *office.aliases}:
            if headings.setdefault(word, office.code) != office.code:
                each.fail("aliases", f"“{word}”已是单位“{headings[word]}”的叫法")
        each.finish()
        offices[office.code] = office
    node.finish()
    for code in leads:
        if code not in offices or offices[code].kind != "department":
            node.fail("offices", f"项目的责任部门“{code}”不在单位表中，或不是部门")
    return tuple(_with_leads(office, leads.get(office.code, ())) for office in offices.values())


def _with_leads(office: OfficeSpec, leads: tuple[str, ...]) -> OfficeSpec:
    return OfficeSpec(
        code=office.code,
        name=office.name,
        short_name=office.short_name,
        kind=office.kind,
        parent=office.parent,
        division=office.division,
        aliases=office.aliases,
        leads=leads,
    )


def read_divisions(shelf: Shelf, name: str) -> tuple[DivisionSpec, ...]:
    """Read division codes with the days between which they are valid."""
    divisions: dict[str, DivisionSpec] = {}
    for line, row in enumerate(shelf.read_csv(name), start=2):
        place = f"第{line}行"
        try:
            spec = DivisionSpec(
                code=row["code"],
                name=row["name"],
                level=_level(row["level"]),
                parent=row["parent_code"] or None,
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            )
        except (KeyError, ValueError) as fault:
            raise CannotLoadBook(
                file=name, key=place, problem=f"区划行有误（{fault}），请对照表头检查"
            ) from fault
        if spec.code in divisions:
            raise CannotLoadBook(file=name, key=place, problem=f"区划代码{spec.code}重复")
        if spec.parent is not None and spec.parent not in divisions:
            raise CannotLoadBook(
                file=name, key=place, problem=f"上级区划{spec.parent}须写在本行之前"
            )
        divisions[spec.code] = spec
    return tuple(divisions.values())


def _level(text: str) -> _DivisionLevel:
    for level in get_args(_DivisionLevel):
        if text == level:
            found: _DivisionLevel = level
            return found
    raise ValueError(f"级别“{text}”不认识")


def read_sites(shelf: Shelf, name: str, *, columns: Collection[str]) -> tuple[Site, ...]:
    """Read the sites that adopt information; each is tied to a column of the information roster."""
    node = Node(shelf.read_yaml(name), file=name)
    sites: list[Site] = []
    for each in node.nodes("sites"):
        site = Site(
            code=each.code("code"),
            name=each.text("name"),
            level=each.choice("level", _SiteLevel),
            column=each.code("column"),
            aliases=each.texts("aliases"),
        )
        if site.column not in columns:
            each.fail("column", f"信息台账没有列“{site.column}”")
        each.finish()
        sites.append(site)
    node.finish()
    return tuple(sites)

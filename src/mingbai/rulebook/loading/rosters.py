"""Rosters: the tables offices hand in, general ones and those of a programme that build on them."""

from __future__ import annotations

from dataclasses import replace

from mingbai.rulebook.fields import Node
from mingbai.rulebook.model import Column, ColumnType, Layout, Privacy, Roster, RosterKind
from mingbai.rulebook.shelf import Shelf

# Secrets by nature: no roster may call these open.
_GUARDED_TYPES = ("name", "id_number", "account", "phone")
_DEFAULT_MONEY_UNIT = "元"


def read_common_rosters(shelf: Shelf) -> dict[str, Roster]:
    """Read the general rosters, one file each."""
    rosters: dict[str, Roster] = {}
    for name in shelf.names("common/rosters", "*.yaml"):
        node = Node(shelf.read_yaml(name), file=name)
        code = node.code("code")
        if code in rosters:
            node.fail("code", f"代码“{code}”已有别的花名册使用")
        roster = Roster(
            code=code,
            kind=node.choice("kind", RosterKind),
            name=node.text("name"),
            title_words=node.texts("title_words", required=True),
            columns=tuple(_read_column(each) for each in node.nodes("columns")),
            layout=node.choice("layout", Layout, "rows"),
            sub_item=None,
        )
        node.finish()
        _refuse_ambiguity(roster, node)
        rosters[code] = roster
    return rosters


def read_programme_rosters(
    node: Node, *, programme: str, sub_items: tuple[str, ...], common: dict[str, Roster]
) -> dict[str, Roster]:
    """Read ``rosters:`` of a programme, each building on a general one; coded like its sub-item."""
    rosters: dict[str, Roster] = {}
    for sub, each in node.table("rosters").items():
        if sub not in sub_items:
            each.fail("", f"项目没有子项“{sub}”")
        base_code = each.code("extends")
        if base_code not in common:
            each.fail("extends", f"没有通用花名册“{base_code}”")
        rosters[sub] = _extend(each, base=common[base_code], code=f"{programme}.{sub}")
        each.finish()
        _refuse_ambiguity(rosters[sub], each)
    node.finish()
    return rosters


def _extend(node: Node, *, base: Roster, code: str) -> Roster:
    dropped = node.texts("without")
    columns = {column.name: column for column in base.columns}
    for name in dropped:
        if columns.pop(name, None) is None:
            node.fail("without", f"通用花名册没有列“{name}”")
    for name, each in node.table("columns", required=False).items():
        columns[name] = _change_column(each, columns[name]) if name in columns else _new(each, name)
    return replace(
        base,
        code=code,
        name=node.text("name"),
        title_words=node.texts("title_words", required=True),
        columns=tuple(columns.values()),
        sub_item=code,
    )


def _read_column(node: Node) -> Column:
    return _new(node, node.code("name"))


def _new(node: Node, name: str) -> Column:
    kind: ColumnType = node.choice("type", ColumnType)
    column = Column(
        name=name,
        label=node.text("label"),
        aliases=node.texts("aliases", required=True),
        type=kind,
        unit=node.text("unit", _DEFAULT_MONEY_UNIT) if kind == "money" else None,
        required=node.flag("required", False),
        privacy=node.choice("privacy", Privacy),
        codes=node.words("codes"),
    )
    if kind in _GUARDED_TYPES and column.privacy == "open":
        node.fail("privacy", "姓名、证件号、账号、电话不得标为 open")
    if kind == "code" and not column.codes:
        node.fail("codes", "代码列要写明每个写法对应的代码")
    node.finish()
    return column


def _change_column(node: Node, base: Column) -> Column:
    added = tuple(alias for alias in node.texts("aliases") if alias not in base.aliases)
    codes = node.words("codes")
    column = replace(
        base,
        label=node.text("label", base.label),
        aliases=base.aliases + added,
        required=node.flag("required", base.required),
        privacy=node.choice("privacy", Privacy, base.privacy),
        codes=codes or base.codes,
        type="code" if codes else base.type,
    )
    node.finish()
    return column


def _refuse_ambiguity(roster: Roster, node: Node) -> None:
    """One heading may mean one column only, or a sheet could be read in two ways."""
    owner: dict[str, str] = {}
    for column in roster.columns:
        for heading in {column.label, *column.aliases}:
            if owner.setdefault(heading, column.name) != column.name:
                node.fail("columns", f"表头“{heading}”同时指向 {owner[heading]} 和 {column.name}")
    if len({column.name for column in roster.columns}) != len(roster.columns):
        node.fail("columns", "列名重复")

"""Rules as data: a list of specs in YAML becomes specs, and specs become such a list."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import types
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import yaml

from mingbai.engine.checks.kinds import ALL_KINDS
from mingbai.engine.checks.shapes import CheckSpec

#: A list of rules is written by people; more than this is something else.
_MOST_BYTES: Final = 4 * 2**20


class CannotLoadSpecs(ValueError):
    """A list of rules that cannot be used: which file, which rule, which key, and why."""

    def __init__(
        self, *, file: str, problem: str, place: int = 0, rule: str = "", key: str = ""
    ) -> None:
        self.file, self.place, self.rule, self.key, self.problem = file, place, rule, key, problem
        where = [f"第{place}条规则" + (f"（{rule}）" if rule else "")] if place else []
        where += [f"“{key}”"] if key else []
        super().__init__("，".join([file, *where]) + f"：{problem}")


class _Wrong(ValueError):
    """A value that is not what the kind asks for."""


def kind_name(kind: type[CheckSpec]) -> str:
    """How a kind is called in a list of rules: `RepeatedPerson` is `repeated_person`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


KINDS: Final[Mapping[str, type[CheckSpec]]] = {kind_name(kind): kind for kind in ALL_KINDS}


def load_specs(
    path_or_text: Path | str, *, kinds: Mapping[str, type[CheckSpec]] = KINDS
) -> tuple[CheckSpec, ...]:
    """Specs in the order written, from a file (`Path`) or from the text itself (`str`).

    The text is a YAML list of mappings: `kind` (the kind's name in snake case), `rule`, and the
    kind's own fields by name. Raises CannotLoadSpecs for whatever it does not understand.
    """
    file, text = _read(path_or_text)
    try:
        listed = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a safe loader, made stricter
    except yaml.YAMLError as error:
        raise CannotLoadSpecs(file=file, problem=_yaml_problem(error)) from None
    except (ValueError, RecursionError):
        problem = "日期不对（如 6月31日）、数字过长或括号套得过深，请核对。"
        raise CannotLoadSpecs(file=file, problem=problem) from None
    if not isinstance(listed, list) or not listed:
        raise CannotLoadSpecs(file=file, problem="应为规则的列表，每条以“- ”开头，至少一条。")
    specs: list[CheckSpec] = []
    seen: dict[str, int] = {}
    for place, entry in enumerate(listed, start=1):
        spec = _load_one(entry, file=file, place=place, kinds=kinds)
        first = seen.setdefault(repr(spec), place)
        if first != place:
            raise CannotLoadSpecs(
                file=file,
                place=place,
                rule=spec.rule,
                problem=f"与第{first}条完全相同，请删去一条。",
            )
        specs.append(spec)
    return tuple(specs)


def dump_specs(specs: Iterable[CheckSpec]) -> str:
    """A list of rules as text that `load_specs` reads back; what is at its default is left out."""
    listed = []
    for spec in specs:
        entry: dict[str, object] = {"rule": spec.rule, "kind": kind_name(type(spec))}
        hints = _hints(type(spec))
        for field in _fields(type(spec)):
            value = getattr(spec, field.name)
            if field.name != "rule" and value != _default(field):
                entry[field.name] = _plain(value, hints[field.name])
        listed.append(entry)
    return yaml.safe_dump(listed, allow_unicode=True, sort_keys=False, width=100)


def _read(path_or_text: Path | str) -> tuple[str, str]:
    if isinstance(path_or_text, str):
        return "规则", path_or_text
    file = path_or_text.name
    try:
        if path_or_text.stat().st_size > _MOST_BYTES:
            raise CannotLoadSpecs(file=file, problem="文件过大，不像规则文件。请核对路径。")
        return file, path_or_text.read_text(encoding="utf-8-sig")
    except OSError as error:
        problem = f"打不开（{type(error).__name__}）。请核对路径和读取权限。"
        raise CannotLoadSpecs(file=file, problem=problem) from None
    except UnicodeDecodeError:
        raise CannotLoadSpecs(file=file, problem="不是 UTF-8 文字。请另存为 UTF-8 编码。") from None


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key written twice, and aliases, by which a small file can grow without end."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="不能使用别名（*）", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            mark = key_node.start_mark
            if not isinstance(key, str | int):
                raise yaml.MarkedYAMLError(problem="键应为文字", problem_mark=mark)
            if key in found:
                raise yaml.MarkedYAMLError(problem=f"键“{key}”写了两次", problem_mark=mark)
            found[key] = self.construct_object(value_node, deep=True)
        return found


def _construct_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)


def _yaml_problem(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line, said = error.problem_mark.line + 1, error.problem or ""
        own = said if re.search("[\u4e00-\u9fff]", said) else "格式有误，请检查缩进、冒号和引号"
        return f"第{line}行{own}。"
    return "含有不可见的控制字符，无法读取。请用纯文本编辑器检查。"


def _load_one(
    entry: object, *, file: str, place: int, kinds: Mapping[str, type[CheckSpec]]
) -> CheckSpec:
    if not isinstance(entry, dict):
        raise CannotLoadSpecs(file=file, place=place, problem="应为“键: 值”的表，请检查缩进。")
    rule = entry.get("rule")
    rule = rule if isinstance(rule, str) else ""

    def refuse(key: str, problem: str) -> CannotLoadSpecs:
        return CannotLoadSpecs(file=file, place=place, rule=rule, key=key, problem=problem)

    for key in ("rule", "kind"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise refuse(key, "必须写明，应为文字。")
    kind = kinds.get(entry["kind"])
    if kind is None:
        raise refuse(
            "kind", f"没有“{entry['kind']}”这种规则。可用的是：{'、'.join(sorted(kinds))}。"
        )
    hints, fields = _hints(kind), {field.name: field for field in _fields(kind)}
    given: dict[str, Any] = {}
    for key, value in entry.items():
        if key == "kind":
            continue
        if key not in fields:
            known = "、".join(fields)
            raise refuse(str(key), f"“{entry['kind']}”没有这个键。可用的是：{known}。")
        try:
            given[key] = _convert(value, hints[key])
        except _Wrong as wrong:
            raise refuse(key, str(wrong)) from None
    for name, field in fields.items():
        if name not in given and _default(field) is dataclasses.MISSING:
            raise refuse(name, "缺少这一项，请补上。")
    try:
        return kind(**given)
    except ValueError as error:
        raise refuse("", f"设置不成立：{error}。") from None


def _fields(kind: type[CheckSpec]) -> tuple[dataclasses.Field[Any], ...]:
    return tuple(field for field in dataclasses.fields(kind) if field.init)


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _convert(value: object, wanted: Any) -> Any:
    """A YAML value as the type that a field is declared with."""
    origin, args = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        return _convert_union(value, args)
    if origin is Literal:
        if value not in args or type(value) not in {type(arg) for arg in args}:
            raise _Wrong(f"应为下列之一：{'、'.join(map(str, args))}。")
        return value
    if origin is tuple:
        return _convert_tuple(value, args)
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        return _convert_part(value, wanted)
    if type(value) is not wanted:
        raise _Wrong(f"应为{_WORDS.get(wanted, getattr(wanted, '__name__', str(wanted)))}。")
    return value


def _convert_union(value: object, args: Sequence[Any]) -> Any:
    if value is None and types.NoneType in args:
        return None
    wrong = _Wrong()
    for arg in args:
        if arg is types.NoneType:
            continue
        try:
            return _convert(value, arg)
        except _Wrong as error:
            wrong = error
    raise wrong


def _convert_tuple(value: object, args: Sequence[Any]) -> tuple[Any, ...]:
    if len(args) == 2 and args[1] is Ellipsis:
        if _is_pair(args[0]) and isinstance(value, dict):  # grades and amounts read best so
            value = [list(pair) for pair in value.items()]
        if not isinstance(value, list):
            raise _Wrong("应为列表，写成 [甲, 乙]。")
        return tuple(_convert(each, args[0]) for each in value)
    if not isinstance(value, list) or len(value) != len(args):
        raise _Wrong(f"应为 {len(args)} 个值的列表。")
    return tuple(_convert(each, arg) for each, arg in zip(value, args, strict=True))


def _convert_part(value: object, wanted: type) -> Any:
    if not isinstance(value, dict):
        raise _Wrong("应为“键: 值”的表。")
    hints = _hints(wanted)
    unknown = [str(key) for key in value if key not in hints]
    if unknown:
        raise _Wrong(f"不认识“{unknown[0]}”。可用的是：{'、'.join(hints)}。")
    try:
        return wanted(**{key: _convert(each, hints[key]) for key, each in value.items()})
    except TypeError:
        raise _Wrong(f"缺少必填的项。应有：{'、'.join(hints)}。") from None
    except ValueError as error:
        raise _Wrong(str(error)) from None


_WORDS: Final[Mapping[type, str]] = {
    str: "文字（数字和代码请加引号）",
    int: "整数",
    bool: "true 或 false",
    dt.date: "日期，写成 2021-01-31",
}


def _is_pair(wanted: Any) -> bool:
    """Whether a field holds (name, something) pairs, which are written as a mapping."""
    args = get_args(wanted)
    return get_origin(wanted) is tuple and len(args) == 2 and args[0] is str and args[1] is not ...


def _plain(value: object, wanted: Any) -> object:
    """A field's value in the words of YAML."""
    args = get_args(wanted)
    if isinstance(value, tuple):
        if get_origin(wanted) is not tuple:  # a union: the part that is a tuple
            wanted = next(arg for arg in args if get_origin(arg) is tuple)
            args = get_args(wanted)
        if args[-1] is not ...:
            return [_plain(each, arg) for each, arg in zip(value, args, strict=True)]
        names = [each[0] for each in value] if _is_pair(args[0]) else []
        if names and len(set(names)) == len(names):
            return {name: _plain(each, get_args(args[0])[1]) for name, each in value}
        return [_plain(each, args[0]) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        return {name: _plain(getattr(value, name), hint) for name, hint in hints.items()}
    return value

"""A mapping file goes in, or what an import guessed; how sheets, columns, names and times are to be read comes out, and as a file again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from sopkit.frozen import dataclass
from sopkit.reader import read
from sopkit.source import Source
from sopkit.text import Lang, Phrase
from sopkit.tree import Value
from sopkit.workbook import tables, times, yaml_text
from sopkit.workbook.cells import letters
from sopkit.workbook.package import UnreadableError
from sopkit.workbook.tables import FIELDS, FORMS, Form, Layout

VERSION: Final = 1
NAMED: Final = ("channels", "roles", "stages", "events", "times")
"""Parts of the file that say what a cell's text means."""

HEAD: Final = Phrase(
    "这个文件说明表格是怎么读的。改了以后再导入一次：sopkit import 表格 --map 这个文件 -o 文件夹 --force",
    "How the spreadsheet was read. Change it and import again: sopkit import SPREADSHEET --map THIS-FILE -o DIR --force",
)
ABOUT: Final = {
    "sheets": Phrase(
        f"as 是 {'、'.join(FORMS)} 之一；header 是表头所在的行；columns 是列 → 字段（{'、'.join(FIELDS)}），日历里是 mon 到 sun",
        f"as: one of {', '.join(FORMS)}; header: the row of the header; columns: column → field ({', '.join(FIELDS)}), "
        "in a calendar mon to sun",
    ),
    "channels": Phrase(
        "渠道的叫法 → 渠道的 id；空着的没有读", "what a channel is called → its id; an empty one was not read"
    ),
    "roles": Phrase(
        "岗位的叫法 → 岗位的 id；nobody 是系统做", "what a role is called → its id; nobody means that a tool does it"
    ),
    "stages": Phrase("阶段的叫法 → 阶段的 id", "what a stage is called → its id"),
    "events": Phrase(
        "旅程从什么事件开始：旅程的 id → 事件的 id", "what starts a journey: id of the journey → id of an event"
    ),
    "times": Phrase(
        "没读懂的时间 → 换一种写法，如 入会后1小时内、T+1、每周二四10点",
        "times that were not understood → in other words, such as: within 1 hour of joining, T+1, every Tue/Thu 10:00",
    ),
}
BROKEN: Final = Phrase("{place}：{what}", "{place}: {what}")
NOT_YAML: Final = Phrase("读不出来，请检查写法", "it can't be read; check how it is written")
WRONG_VERSION: Final = Phrase("version 应为 1", "version must be 1")
UNKNOWN: Final = Phrase("没有“{key}”这一项；可以写 {choices}", "there is no “{key}”; it may be {choices}")
BAD_NAMES: Final = Phrase("{key} 的每一行应是“叫法: id”", "each line of {key} is to be “name: id”")
BAD_SHEET: Final = Phrase("工作表“{sheet}”：{part} 写得不对", "sheet “{sheet}”: {part} is not written as it should be")
BAD_TIME: Final = Phrase("看不懂时间“{time}”", "the time “{time}” is not understood")
TOP: Final = ("version", "file", "sheets", *NAMED)


@dataclass(slots=True)
class ImportMap:
    """How a spreadsheet is read; what is not in it is guessed, and what was guessed is added to it."""

    sheets: dict[str, Layout] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)

    def names(self, part: str) -> dict[str, str]:
        """Return one of the parts that name things."""
        parts = {
            "channels": self.channels, "roles": self.roles, "stages": self.stages, "events": self.events, "times": self.times,
        }  # fmt: skip
        return parts[part]


def load(name: str, data: bytes) -> ImportMap:
    """Return what a mapping file says. Raises `UnreadableError`."""
    source = Source(name, data)
    reading = read(source)
    if not reading.complete or len(reading.trees) != 1 or not isinstance(reading.trees[0].value, dict):
        first = reading.findings[0].span if reading.findings else source.span(0, 0)
        raise _broken(f"{name}:{first.line}:{first.column}", NOT_YAML)
    tree = reading.trees[0]
    value = reading.trees[0].value
    mapping = ImportMap()
    for key, part in value.items():
        where = tree.span(tree.find((key,))[1])
        place = f"{name}:{where.line}:{where.column}"
        if key not in TOP:
            raise _broken(place, UNKNOWN, key=key, choices=", ".join(TOP))
        if key == "version" and part != VERSION:
            raise _broken(place, WRONG_VERSION)
        if key == "sheets":
            mapping.sheets.update(_sheets(part, place))
        elif key in NAMED:
            mapping.names(key).update(_names(part, key, place))
    return mapping


def _broken(place: str, what: Phrase, **args: str) -> UnreadableError:
    return UnreadableError(BROKEN.filled(place=place, what=what.filled(**args)))


def _names(part: Value, key: str, place: str) -> dict[str, str]:
    if not isinstance(part, dict) or not all(isinstance(one, str) for one in part.values()):
        raise _broken(place, BAD_NAMES, key=key)
    if key == "times":
        wrong = next((one for one in part.values() if one and times.parse(str(one)) is None), None)
        if wrong is not None:
            raise _broken(place, BAD_TIME, time=str(wrong))
    elif wrong := next((one for one in part.values() if one and not yaml_text.ID.fullmatch(str(one))), None):
        raise _broken(place, BAD_NAMES, key=f"{key} ({wrong})")
    return {name: str(one) for name, one in part.items()}


def _sheets(part: Value, place: str) -> dict[str, Layout]:
    if not isinstance(part, dict):
        raise _broken(place, BAD_NAMES, key="sheets")
    return {name: _layout(name, one, place) for name, one in part.items()}


def _layout(name: str, one: Value, place: str) -> Layout:
    about: dict[str, Value] = one if isinstance(one, dict) else {}
    form: Form | None = next((form for form in FORMS if form == about.get("as")), None)
    header, columns = about.get("header", 1), about.get("columns", {})
    if form is None or set(about) - {"as", "header", "columns"}:
        raise _broken(place, BAD_SHEET, sheet=name, part="as")
    if not isinstance(header, int) or isinstance(header, bool) or header < 1:
        raise _broken(place, BAD_SHEET, sheet=name, part="header")
    allowed = times.DAYS if form == "calendar" else FIELDS
    if not isinstance(columns, dict) or not all(_is_column(key) and field in allowed for key, field in columns.items()):
        raise _broken(place, BAD_SHEET, sheet=name, part="columns")
    if form == "calendar" and not columns:
        raise _broken(place, BAD_SHEET, sheet=name, part="columns")
    return Layout(form, header - 1, {_column(key): str(field) for key, field in columns.items()})


def _is_column(key: str) -> bool:
    return 0 < len(key) <= 3 and key.isascii() and key.isalpha() and key.isupper()


def _column(key: str) -> int:
    return next(number for number in range(26**3 + 26**2 + 26) if letters(number) == key)


def write(mapping: ImportMap, file: str, lang: Lang) -> str:
    """Return the mapping as a file."""
    value: dict[str, Value] = {"version": VERSION, "file": file}
    sheets: dict[str, Value] = {}
    for name, layout in mapping.sheets.items():
        columns: dict[str, Value] = {
            tables.column_name(column): field for column, field in sorted(layout.columns.items())
        }
        sheets[name] = (
            {"as": layout.form, "header": layout.header + 1, "columns": columns} if columns else {"as": layout.form}
        )
    value["sheets"] = sheets
    for part in NAMED:
        names: Mapping[str, str] = mapping.names(part)
        if names:
            value[part] = dict(sorted(names.items()))
    remarks: dict[yaml_text.Path, tuple[str, ...]] = {
        (key,): (about.within(lang),) for key, about in ABOUT.items() if key in value
    }
    return yaml_text.write(value, {(): (HEAD.within(lang),), **remarks})

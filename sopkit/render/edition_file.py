"""The file of an edition: a record goes in and `edition.json` comes out, and the other way round; a damaged one says what is wrong.

It holds the edition before as well: whoever builds one edition twice compares with that, and gets the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Final

from sopkit.frozen import dataclass
from sopkit.render.editions import Record, RoleRecord, StepRecord
from sopkit.text import Phrase

VERSION: Final = 1
NAME: Final = "edition.json"
LARGEST: Final = 50_000_000
"""Bytes; a workspace of ten thousand steps has a tenth of it."""

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


@dataclass(slots=True)
class EditionUnreadableError(Exception):
    """Says why a file is no record of an edition of this workspace, and what to do."""

    reason: Phrase


@dataclass(frozen=True, slots=True)
class EditionFile:
    record: Record
    previous: Record | None = None

    def before(self, label: str) -> Record | None:
        """Return the edition with which one of that label is compared: never itself."""
        return self.previous if label and self.record.label == label else self.record


def written(edition: EditionFile) -> bytes:
    """Return the bytes of `edition.json`."""
    whole: dict[str, Plain] = {"version": VERSION, **_record(edition.record)}
    whole["previous"] = _record(edition.previous) if edition.previous else None
    return (json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _record(record: Record) -> dict[str, Plain]:
    return {
        "workspace": record.workspace,
        "edition": record.label,
        "as_of": record.as_of.isoformat(),
        "playbooks": {
            id_: {
                path: {
                    "by": list(step.by),
                    "content": step.content,
                    "title": {"zh-CN": step.title.zh, "en": step.title.en},
                }
                for path, step in steps.items()
            }
            for id_, steps in record.steps.items()
        },
        "roles": {
            id_: {"chapters": dict(role.chapters), "manuals": dict(role.manuals)} for id_, role in record.roles.items()
        },
    }


def read(data: bytes, workspace: str, place: str) -> EditionFile:
    """Return what a file says. Raises `EditionUnreadableError` where it is damaged, of another version or of another workspace."""
    try:
        whole = _mapping(json.loads(data.decode()) if len(data) <= LARGEST else None)
        version = whole.get("version")
    except (ValueError, RecursionError) as error:
        raise _unreadable(
            place, "已损坏，或不是 sopkit 的版次记录", "is damaged, or no record of an edition"
        ) from error
    if version != VERSION:
        raise _unreadable(
            place,
            f"的格式版本是 {version}，这里只认 {VERSION}",
            f"has format version {version}; this program reads {VERSION}",
        )
    try:
        previous = whole.get("previous")
        found = EditionFile(_read(whole), _read(_mapping(previous)) if previous is not None else None)
    except (ValueError, KeyError) as error:
        raise _unreadable(place, "缺了内容，或内容不对", "lacks something, or something in it is wrong") from error
    if found.record.workspace != workspace:
        other = found.record.workspace
        raise _unreadable(place, f"是另一个工作区“{other}”的", f"belongs to another workspace, “{other}”")
    return found


def _unreadable(place: str, zh: str, en: str) -> EditionUnreadableError:
    return EditionUnreadableError(
        Phrase(
            f"{place} {zh}；没有生成任何文件，原来的也没有动。请恢复它，用 --since 指定一份完好的，或把它移走（就没有上一版可比）",
            f"{place} {en}; nothing was built or changed. Restore it, name a sound one with --since, or move it away (then there is "
            "no earlier edition to compare with)",
        )
    )


def _read(data: Mapping[str, Plain]) -> Record:
    return Record(
        _text(data["workspace"]),
        _text(data["edition"]),
        date.fromisoformat(_text(data["as_of"])),
        {
            id_: {path: _step(step) for path, step in _mapping(steps).items()}
            for id_, steps in _mapping(data["playbooks"]).items()
        },
        {id_: _role(role) for id_, role in _mapping(data["roles"]).items()},
    )


def _step(value: Plain) -> StepRecord:
    step = _mapping(value)
    title = _mapping(step["title"])
    by = step["by"]
    if not isinstance(by, list):
        raise ValueError
    return StepRecord(tuple(map(_text, by)), _text(step["content"]), Phrase(_text(title["zh-CN"]), _text(title["en"])))


def _role(value: Plain) -> RoleRecord:
    role = _mapping(value)
    chapters, manuals = (
        {name: _text(each) for name, each in _mapping(role[key]).items()} for key in ("chapters", "manuals")
    )
    return RoleRecord(chapters, manuals)


def _mapping(value: Plain) -> dict[str, Plain]:
    if not isinstance(value, dict):
        raise ValueError
    return value


def _text(value: Plain) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value

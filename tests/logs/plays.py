"""Workspaces and logs as text go in; a case of both to ask comes out."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import datetime
from io import StringIO
from pathlib import Path

from sopkit.logs.case import LogCase
from sopkit.logs.tables import FIELDS, Of
from tests.logs.stores import Rows, store_of
from tests.workspaces import Files, compiled

MANY = re.compile(r"\{(\d+)\.\.(\d+)\}")
PART = re.compile(r"^# (\S+\.(?:yaml|csv))\n", re.MULTILINE)


def case_of(folder: Path, files: Files | str, logs: Mapping[Of, Rows], parts: int | None = None) -> LogCase:
    """Return a case; the store's engine is to be closed by who asks."""
    return LogCase(compiled(files), store_of(folder, logs, parts))


def read_example(text: str) -> tuple[dict[str, str], dict[Of, Rows]]:
    """Return the files and the logs that an example consists of."""
    names = PART.findall(text)
    parts = PART.split(text)[2::2]
    files = {name: part for name, part in zip(names, parts, strict=True) if name.endswith(".yaml")}
    logs = {of: rows_of(of, part) for name, part in zip(names, parts, strict=True) if (of := _log(name)) is not None}
    return files, logs


def _log(name: str) -> Of | None:
    return next((of for of in FIELDS if name == f"{of}.csv"), None)


def rows_of(of: Of, text: str) -> Rows:
    """Return the rows of a CSV, times as seconds; a line with `{1..30}` stands for thirty."""
    times = {one.name for one in FIELDS[of] if one.form == "time"}
    return [
        {name: second(value) if name in times else value for name, value in row.items() if value}
        for row in csv.DictReader(StringIO("\n".join(each for line in text.splitlines() for each in _lines(line))))
    ]


def _lines(line: str) -> list[str]:
    many = MANY.search(line)
    if many is None:
        return [line]
    return [line.replace(many[0], str(number)) for number in range(int(many[1]), int(many[2]) + 1)]


def second(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())

"""A workspace's folder goes in; the templates of its own come out, by name, or why one can't be taken."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sopkit.failure import DocumentFailedError
from sopkit.reader.pictures import is_file_in
from sopkit.text import Phrase

FOLDER: Final = "templates"
ENDINGS: Final = (".j2", ".css", ".txt", ".typ")
"""Pages, their style, texts, and layouts of print. A program is none of them: the one that keeps ticks is ours."""
MOST_FILES: Final = 100
MOST_BYTES: Final = 500_000
"""Of one template."""


def failed(name: str, reason: Phrase, line: int = 0) -> DocumentFailedError:
    """Return what is to be raised of a template, and of a line of it where one is to blame."""
    return DocumentFailedError(f"{FOLDER}/{name}" + (f":{line}" if line else ""), reason)


def find_templates(root: Path) -> dict[str, str]:
    """Return name below `templates/` → text; empty where the workspace has none. Raises `DocumentFailedError`."""
    found: dict[str, str] = {}
    for name in _names(root / FOLDER):
        if len(found) == MOST_FILES:
            raise failed("", Phrase(f"模板超过 {MOST_FILES} 个", f"there are more than {MOST_FILES}"))
        found[name] = _text(root, name)
    return found


def _names(folder: Path) -> Iterator[str]:
    for inside, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (
            Path(inside, name).relative_to(folder).as_posix()
            for name in sorted(files)
            if not name.startswith(".") and name.lower() != "readme.md"
        )


def _text(root: Path, name: str) -> str:
    if not name.endswith(ENDINGS):
        endings = ", ".join(ENDINGS)
        raise failed(name, Phrase(f"不是模板；模板以 {endings} 结尾", f"this is no template; these end in {endings}"))
    if not is_file_in(root, f"{FOLDER}/{name}"):
        raise failed(name, Phrase("它不在工作区里", "it is not in the workspace"))
    try:
        with (root / FOLDER / name).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise failed(name, Phrase("文件打不开", "it can't be opened")) from error
    if len(data) > MOST_BYTES:
        limit = MOST_BYTES // 1000
        raise failed(name, Phrase(f"它超过了 {limit} KB", f"it has more than {limit} KB"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise failed(name, Phrase("不是 UTF-8 文本", "it is no UTF-8 text"), line) from error

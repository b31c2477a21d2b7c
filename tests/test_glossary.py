"""One word for one concept: the glossary's words are those of the texts that a user reads, and its rejected words are nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sopkit.render.chart import KINDS
from sopkit.resolve.wording import NOUNS

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
WRITTEN = {".py", ".yaml", ".json", ".md", ".txt", ".j2", ".css", ".js"}
"""Endings of the files in which texts for users stand."""
FOREIGN = ROOT / "sopkit" / "logs" / "headers.py"
"""What other people write over their columns, in their words."""


def rows(width: int) -> Iterator[list[str]]:
    """Yield the cells of the glossary's rows that have so many columns, heads and rules left out."""
    for line in GLOSSARY.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == width and set(cells[0]) != {"-"}:
            yield cells


REJECTED = {wrong: right for wrong, right in rows(2) if wrong != "不用"}
WORDS = {english: chinese for english, chinese, _, _ in rows(4)}


def misuses(text: str) -> list[str]:
    """Return each rejected word of the text, with what is said instead."""
    return [f"{wrong} → {right}" for wrong, right in REJECTED.items() if wrong in text]


def texts() -> list[Path]:
    """Return the files of the package, schemas, templates and documentation, but for the glossary itself."""
    folders = [ROOT / name for name in ("sopkit", "schemas", "templates", "docs")]
    found = [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in WRITTEN and path not in (GLOSSARY, FOREIGN)
    ]
    return sorted([*found, ROOT / "README.md", ROOT / "CHANGELOG.md"])


def test_a_rejected_word_is_seen() -> None:
    assert misuses("该角色没有触达次数上限") == ["角色 → 岗位", "触达次数上限 → 触达上限"]
    assert misuses("该岗位没有触达上限，由系统拦下") == []


def test_no_text_for_users_has_a_rejected_word() -> None:
    assert len(texts()) > 200
    found = {str(path.relative_to(ROOT)): misuses(path.read_text("utf-8")) for path in texts()}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_a_rejected_word_is_no_word_of_the_glossary() -> None:
    for wrong in REJECTED:
        assert not [word for word in WORDS.values() if wrong in word], wrong


@pytest.mark.parametrize("name", sorted(NOUNS))
def test_findings_call_a_noun_by_the_word_of_the_glossary(name: str) -> None:
    english = NOUNS[name].en.removeprefix("the ")
    if english in WORDS:
        assert NOUNS[name].zh == WORDS[english]
    if name in KINDS:
        assert NOUNS[name].zh == KINDS[name].zh


def test_schemas_call_a_noun_by_the_word_of_the_findings() -> None:
    catalog = json.loads((ROOT / "schemas" / "catalog.schema.json").read_text("utf-8"))["$defs"]
    for name, noun in NOUNS.items():
        schema = catalog.get({"data": "dataItem"}.get(name, name))
        if schema:
            assert re.split(r" \| ", schema["title"])[0] == noun.zh, name

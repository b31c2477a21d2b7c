"""What a small workspace's documents are, word for word: `tests/golden/*`, HTML without its style sheet and script.

`SOPKIT_REGENERATE=1 pytest tests/test_render_golden.py` writes them anew instead of comparing; read the difference.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.documents import small_documents

GOLDEN: Final = Path(__file__).parent / "golden"
REGENERATE: Final = bool(os.environ.get("SOPKIT_REGENERATE"))
PATHS: Final = (
    "index.html",
    "index.en.html",
    "manuals/all.zh-CN.md",
    "manuals/all.en.md",
    "manuals/all.zh-CN.html",
    "manuals/all.en.html",
    "manuals/guide.zh-CN.md",
    "manuals/guide.en.md",
    "manuals/guide.zh-CN.html",
    "manuals/guide.en.html",
    "checklists/guide.daily.zh-CN.html",
    "checklists/guide.daily.en.html",
    "checklists/guide.weekly.zh-CN.html",
    "checklists/guide.weekly.en.html",
)


@pytest.fixture(scope="module")
def documents() -> Mapping[str, str]:
    return small_documents()


@pytest.mark.parametrize("path", PATHS)
def test_the_documents_are_these(path: str, documents: Mapping[str, str]) -> None:
    shown = normalised(documents[path])
    kept = GOLDEN / path.replace("/", ".")
    if REGENERATE:
        kept.write_text(shown, "utf-8")
    assert shown == kept.read_text("utf-8")


def test_no_other_documents_are_made(documents: Mapping[str, str]) -> None:
    roles = ("all", "guide", "ops-lead")
    languages = ("zh-CN", "en")
    manuals = {f"manuals/{role}.{lang}.{form}" for role in roles for lang in languages for form in ("html", "md")}
    sheets = {
        f"checklists/{role}.{period}.{lang}.html"
        for role in roles
        for lang in languages
        for period in ("daily", "weekly")
    }
    assert set(documents) == manuals | sheets | {"index.html", "index.en.html"}


def normalised(page: str) -> str:
    """Return a page without what is the same in all of them, and without blank lines."""
    short = re.sub(r"(?s)<style>.*?</style>", "<style>…</style>", page)
    short = re.sub(r"(?s)<script>.*?</script>", "<script>…</script>", short)
    short = re.sub(r"sha256-[\w+/=]+", "sha256-…", short)
    return "\n".join(line for line in short.split("\n") if line.strip()) + "\n" if "<style>" in short else short

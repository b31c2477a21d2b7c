"""Documents as people meet them: on a phone, on a wide screen, in the dark, without scripts or storage, and on paper."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pypdfium2  # type: ignore[import-untyped]  # it has annotations, but says nowhere that they are for us
import pytest

from sopkit import pipeline
from sopkit.reader.files import find_sources
from sopkit.render.diagrams import diagrams
from sopkit.render.document import Column, Document, RowGroup, Section, Table, text
from sopkit.render.html import to_html
from sopkit.render.manual.front import Edition
from sopkit.render.publication import Request
from sopkit.render.templating import Templates
from tests.browser import Browser, Page
from tests.documents import audit_documents, made, small, small_documents
from tests.figures import PLAYBOOKS
from tests.test_checklists import CAMPAIGN_SHEETS
from tests.test_checklists import workspace as campaign_workspace
from tests.workspaces import TODAY

pytestmark = pytest.mark.browser

PHONE: Final = 390
DESK: Final = 1280
FINGER: Final = 44.0
"""CSS pixels that a finger needs, each way."""
PAGES: Final = (
    "index.html",
    "manuals/all.zh-CN.html",
    "manuals/guide.zh-CN.html",
    "manuals/guide.en.html",
    "checklists/guide.daily.zh-CN.html",
    "checklists/all.weekly.en.html",
    "audit/report.html",
    "audit/data-inventory.html",
)
MOST_SHEETS: Final = 26
MANUAL: Final = "manuals/guide.zh-CN.html"
SHEET: Final = "checklists/guide.daily.zh-CN.html"
WEEK: Final = "checklists/guide.weekly.zh-CN.html"

TUESDAY: Final = "2026-07-07"
NOW: Final = """
const Real = Date, shift = Real.parse("TODAYT10:00:00") - Real.now();
Date = class extends Real {
  constructor(...args) { super(...(args.length ? args : [Real.now() + shift])); }
  static now() { return Real.now() + shift; }
};
"""
"""Makes today a given day, whatever the clock says."""

BLOCKED: Final = """
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } });
"""
FULL: Final = """
Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the small workspace's documents."""
    target = tmp_path_factory.mktemp("out")
    return write({**small_documents(), **audit_documents()}, target)


def write(documents: Mapping[str, str], target: Path) -> Path:
    for path, page in documents.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(page, "utf-8")
    return target


def on(page: Page, day: str) -> Page:
    page.before_load(NOW.replace("TODAY", day))
    return page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, PHONE, DESK])
def test_nothing_is_wider_than_the_screen(browser: Browser, folder: Path, path: str, width: int) -> None:
    page = browser.page(width).open(folder / path)
    assert page.run("document.documentElement.scrollWidth") <= width
    wide = page.run(
        "[...document.querySelectorAll('main *')].filter(e => e.getClientRects().length && !e.closest('.heard, thead, .drawing')"
        f" && e.getBoundingClientRect().right > {width} + 0.5).map(e => e.outerHTML.slice(0, 80))"
    )
    assert wide == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_without_a_complaint_and_asks_nothing_of_the_network(
    browser: Browser, folder: Path, path: str
) -> None:
    page = browser.page().open(folder / path)
    assert page.complaints() == []
    title = page.run("document.title")
    assert title == html.unescape(re.findall("<title>(.*)</title>", (folder / path).read_text("utf-8"))[0])
    assert title.startswith(page.run("document.querySelector('h1').textContent"))


@pytest.mark.parametrize("path", PAGES)
def test_nothing_that_a_finger_hits_is_too_small(browser: Browser, folder: Path, path: str) -> None:
    page = on(browser.page(), TUESDAY).open(folder / path)
    small_ones = page.run(
        "[...document.querySelectorAll('.contents a, .index main a, td.tick, .checks label, .keeping input, .keeping button, summary')]"
        ".filter(e => e.getClientRects().length)"
        f".filter(e => {{ const r = e.getBoundingClientRect(); return r.height < {FINGER} - 0.5 || r.width < {FINGER} - 4; }})"
        ".map(e => e.outerHTML.slice(0, 90))"
    )
    assert small_ones == []


def test_no_line_of_the_index_begins_with_a_comma(browser: Browser, folder: Path) -> None:
    page = browser.page(PHONE).open(folder / "index.html")
    torn = page.run(
        "(() => { const li = document.querySelector('.index main section:not(#roles) li'), found = [];"
        " li.innerHTML = ['PDF', 'Word', 'Markdown', 'JSON'].map(form => `<a href='#'>${form}</a>`).join('、');"
        " const commas = [...li.childNodes].filter(each => each.nodeType === Node.TEXT_NODE);"
        " for (let em = 8; em < 20; em++) { li.style.width = `${em}em`; const left = li.getBoundingClientRect().left;"
        "  for (const comma of commas) { const range = document.createRange(); range.selectNode(comma);"
        "   if (range.getBoundingClientRect().left < left + 2) found.push(em); } }"
        " return commas.length === 3 ? found : 'no commas'; })()"
    )
    assert torn == []


def test_the_whole_row_ticks(browser: Browser, folder: Path) -> None:
    page = on(browser.page(), TUESDAY).open(folder / SHEET)
    rows = page.run("document.querySelectorAll('tr:not(.group)').length")
    hit = page.run(
        "[...document.querySelectorAll('tr')].filter(r => r.querySelector('td.tick') && r.getClientRects().length).map(r => {"
        " const b = r.getBoundingClientRect();"
        " r.scrollIntoView({block: 'center'}); const c = r.getBoundingClientRect();"
        " document.elementFromPoint(c.right - 20, c.top + c.height / 2).click();"
        " return [b.height, r.querySelector('input').checked]; })"
    )
    assert 0 < len(hit) < rows
    assert all(height >= FINGER and ticked for height, ticked in hit)


def fresh(page: Page, path: Path) -> Page:
    """Open a page on Tuesday, on a device that has kept nothing so far."""
    on(page, TUESDAY).open(path).run("localStorage.clear()")
    page.reload()
    return page


def ticks(page: Page) -> list[bool]:
    """Return the boxes that are shown, ticked or not."""
    found = page.run(
        "[...document.querySelectorAll('main input[type=checkbox]')].filter(e => e.getClientRects().length).map(e => e.checked)"
    )
    return [bool(each) for each in found]


def tick(page: Page, place: int) -> None:
    page.run(
        f"[...document.querySelectorAll('main input[type=checkbox]')].filter(e => e.getClientRects().length)[{place}].click()"
    )


def count(page: Page) -> str:
    return str(page.run("document.querySelector('.count').textContent"))


def choose(page: Page, day: str) -> None:
    page.run(
        f"(i => {{ i.value = '{day}'; i.dispatchEvent(new Event('change')); }})(document.querySelector('input[type=date]'))"
    )


def test_ticks_survive_a_reload_and_belong_to_their_day(browser: Browser, folder: Path) -> None:
    page = fresh(browser.page(), folder / SHEET)
    boxes = len(ticks(page))
    due = int(count(page).partition(" / ")[2])
    assert ticks(page) == [False] * boxes
    assert count(page) == f"0 / {due}"
    tick(page, 1)
    assert count(page) == f"1 / {due}"
    page.reload()
    assert [place for place, ticked in enumerate(ticks(page)) if ticked] == [1]
    assert page.run("document.querySelector('input[type=date]').value") == TUESDAY
    choose(page, "2026-07-14")
    assert ticks(page) == [False] * boxes
    choose(page, TUESDAY)
    assert sum(ticks(page)) == 1
    page.run("document.querySelector('.keeping button').click()")
    page.reload()
    assert sum(ticks(page)) == 0


def test_only_what_the_day_asks_for_is_counted(browser: Browser, folder: Path) -> None:
    """Work that comes up with a customer has boxes too, but a day on which no customer comes must be able to be complete."""
    page = fresh(browser.page(), folder / SHEET)
    kinds = page.run(
        "[...document.querySelectorAll('main input[type=checkbox]')].filter(e => e.getClientRects().length)"
        ".map(e => Boolean(e.closest('table').querySelector('caption').textContent.match('有事即办|更长周期')))"
    )
    assert set(kinds) == {True, False}
    for place, asked in enumerate(kinds):
        if not asked:
            tick(page, place)
    due = kinds.count(False)
    assert count(page) == f"{due} / {due}"
    tick(page, kinds.index(True))
    assert count(page) == f"{due} / {due}"


def test_the_contents_are_folded_on_a_phone_alone(browser: Browser, folder: Path) -> None:
    # What is visible is known only once the page is laid out again, hence the height.
    visible = ".filter(e => e.checkVisibility({contentVisibilityAuto: true})).length"
    entries = f"(document.body.offsetHeight, [...document.querySelectorAll('.contents li a')]{visible})"
    heading = "document.querySelector('main h2').getBoundingClientRect().top"
    phone = browser.page(PHONE).open(folder / MANUAL)
    assert phone.run(entries) == 0
    folded = phone.run(heading)
    phone.run("document.querySelector('.contents summary').click()")
    assert phone.run(entries) > 10
    assert phone.run(heading) > folded + 8 * FINGER
    desk = browser.page(DESK).open(folder / MANUAL)
    assert desk.run(entries) > 10
    phone.reload()
    phone.ask("Emulation.setEmulatedMedia", media="print")
    assert phone.run(entries) > 10


def test_a_sheet_shows_what_its_day_asks_for(browser: Browser, folder: Path) -> None:
    page = on(browser.page(), TUESDAY).open(folder / SHEET)
    shown = "[...document.querySelectorAll('tr.group')].filter(e => e.getClientRects().length).map(e => e.textContent)"
    assert page.run(shown) == ["每天", "逢周二加做", "新客旅程"]
    choose(page, "2026-07-06")
    assert page.run(shown) == ["每天", "新客旅程"]
    choose(page, "2026-07-11")
    assert page.run(shown) == ["每天", "逢周六加做", "新客旅程"]


def test_a_week_s_ticks_are_the_same_on_all_its_days(browser: Browser, folder: Path) -> None:
    page = fresh(browser.page(), folder / WEEK)
    tick(page, 0)
    for day, kept in (("2026-07-06", 1), ("2026-07-12", 1), ("2026-07-13", 0), ("2026-07-05", 0)):
        choose(page, day)
        assert sum(ticks(page)) == kept, day
    choose(page, TUESDAY)
    tick(page, 0)


def test_a_campaign_s_ticks_last_from_its_first_day_on(browser: Browser, tmp_path: Path) -> None:
    files = made(campaign_workspace(), CAMPAIGN_SHEETS)
    sheet = write(files, tmp_path) / "checklists/campaigns/autumn.zh-CN.html"
    page = on(browser.page(), "2026-09-24").open(sheet)
    begun = "document.querySelector('input[type=date]').value"
    assert (page.run(begun), count(page)) == ("2026-09-24", "0 / 7")
    tick(page, 2)
    later = on(browser.page(), "2026-09-29").open(sheet)
    assert (later.run(begun), count(later)) == ("2026-09-24", "1 / 7")
    choose(later, "2026-11-02")
    assert count(later) == "0 / 7"
    tick(later, 0)
    again = on(browser.page(), "2026-11-09").open(sheet)
    assert (again.run(begun), count(again)) == ("2026-11-02", "1 / 7")


def test_another_role_or_edition_has_its_own_ticks(browser: Browser, folder: Path, tmp_path: Path) -> None:
    page = fresh(browser.page(), folder / SHEET)
    tick(page, 0)
    assert sum(ticks(on(browser.page(), TUESDAY).open(folder / SHEET))) == 1
    later = write(made(small(), edition=Edition(TODAY, "2026-08")), tmp_path)
    for other in (later / SHEET, folder / "checklists/all.daily.zh-CN.html", folder / WEEK):
        assert sum(ticks(on(browser.page(), TUESDAY).open(other))) == 0, other
    tick(page, 0)


@pytest.mark.parametrize("obstacle", [BLOCKED, FULL], ids=["blocked", "full"])
def test_ticks_work_where_nothing_can_be_kept(browser: Browser, folder: Path, obstacle: str) -> None:
    page = on(browser.page(), TUESDAY)
    page.before_load(obstacle)
    page.open(folder / SHEET)
    tick(page, 0)
    assert sum(ticks(page)) == 1
    assert count(page).startswith("1 / ")
    visible = "[...document.querySelectorAll('.kept, .not-kept')].filter(e => e.getClientRects().length).map(e => e.className)"
    assert page.run(visible) == ["not-kept"]
    choose(page, "2026-07-14")
    assert sum(ticks(page)) == 0
    choose(page, TUESDAY)
    assert sum(ticks(page)) == 1
    assert page.complaints() == []
    page.reload()
    assert sum(ticks(page)) == 0


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_without_scripts(browser: Browser, folder: Path, path: str) -> None:
    with_script = on(browser.page(), TUESDAY).open(folder / path)
    without = browser.page(script=False).open(folder / path)
    text = "document.querySelector('main').innerText"
    document = without.ask("DOM.getDocument", depth=-1)["root"]["nodeId"]
    bar = without.ask("DOM.querySelectorAll", nodeId=document, selector=".keeping:not([hidden])")["nodeIds"]
    assert bar == []
    # With scripts off the protocol still evaluates expressions, but nothing of the page's own has run.
    said = without.run(text)
    shown = [line for line in with_script.run(text).split("\n") if line.strip()]
    kept = {"日期", "已完成", "Done", "Any day of the week"}
    bars = with_script.run("document.querySelector('.keeping')?.innerText || ''")
    assert [line for line in shown if line not in said and line not in bars and line not in kept] == []
    assert not path.startswith("checklists") or ("逢周四加做" in said or "Thursday" in said)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_follows_the_screen_s_light(browser: Browser, folder: Path, dark: bool) -> None:
    page = browser.page(dark=dark).open(folder / MANUAL)
    ground, ink = page.run(
        "[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color]"
        ".map(c => c.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0))"
    )
    assert (ground < ink) == dark
    assert abs(ground - ink) > 400


def test_the_keyboard_reaches_the_text_first_and_shows_where_it_is(browser: Browser, folder: Path) -> None:
    page = browser.page(DESK).open(folder / MANUAL)
    page.press("Tab")
    assert page.run("document.activeElement.className") == "skip"
    left, width, style = page.run(
        "(e => [e.getBoundingClientRect().left, parseFloat(getComputedStyle(e).outlineWidth), getComputedStyle(e).outlineStyle])"
        "(document.activeElement)"
    )
    assert left >= 0
    assert (width >= 2, style) == (True, "solid")
    page.press("Enter")
    assert page.run("location.hash") == "#main"
    page.press("Tab")
    assert page.run("document.querySelector('main').contains(document.activeElement)")


POINTS: Final = 72 / 25.4
"""Of a millimetre."""


def words(text: str) -> str:
    """Return text as it can be compared with a PDF's: no spaces, one form of every character, no brackets of the style sheet."""
    return re.sub(r"[\s〔〕]", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("path", PAGES[1:])
def test_what_is_printed_is_whole(browser: Browser, folder: Path, path: str) -> None:
    page = browser.page(DESK).open(folder / path)
    page.ask("Emulation.setEmulatedMedia", media="print")
    expected = page.run(
        "[...document.querySelectorAll('main h2, main h3, main h4, main h5, main td, main dd, main li, main th, main blockquote p')]"
        ".filter(e => e.getClientRects().length && !e.querySelector('td, li, dd')).map(e => e.innerText)"
    )
    sheets = pypdfium2.PdfDocument(page.pdf())
    printed = ""
    for sheet in sheets:
        width, height = sheet.get_size()
        assert (round(width / POINTS), round(height / POINTS)) == (210, 297)
        text = sheet.get_textpage()
        printed += text.get_text_bounded()
        boxes = [text.get_charbox(place) for place in range(text.count_chars())]
        # What has no width is a line break that the reading of the PDF put in.
        inside = [
            box for box in boxes if box[2] > box[0] and box[1] > 16 * POINTS - 1 and box[3] < height - 18 * POINTS + 1
        ]
        assert len(inside) > 20, "a page with nothing on it"
        assert min(box[0] for box in inside) >= 15 * POINTS - 2
        assert max(box[2] for box in inside) <= width - 15 * POINTS + 2
    lost = [each for each in expected if words(each) and words(each)[:12] not in words(printed)]
    assert lost == []


def test_a_shop_assistant_s_manual_is_no_book(browser: Browser, tmp_path: Path) -> None:
    """The reference workspace gives its guides more work than most; what they are handed must still be read."""
    found = find_sources(PLAYBOOKS)
    compilation = pipeline.compile(found.sources, today=TODAY, found=found.findings)
    drawn = diagrams(compilation.graph, compilation.workspace, ("zh-CN",))
    request = Request(("zh-CN",), ("guide",), diagrams=drawn)
    folder = write(made(compilation.workspace, request), tmp_path)
    sheets = pypdfium2.PdfDocument(browser.page().open(folder / MANUAL).pdf())
    assert len(sheets) <= MOST_SHEETS


def test_a_wide_drawing_scrolls_in_its_own_frame_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    """Four lanes are wider than a phone: the page is not, and the keyboard reaches the frame, which has a name."""
    found = find_sources(PLAYBOOKS)
    compilation = pipeline.compile(found.sources, today=TODAY, found=found.findings)
    drawn = {
        key: flow
        for key, flow in diagrams(compilation.graph, compilation.workspace, ("zh-CN",)).items()
        if key[0] == "content-production"
    }
    folder = write(made(compilation.workspace, Request(("zh-CN",), ("content-lead",), diagrams=drawn)), tmp_path)
    page = browser.page(360).open(folder / "manuals/content-lead.zh-CN.html")
    frames = page.run(
        "[...document.querySelectorAll('.drawing')].map(e => [e.tabIndex, e.getAttribute('role'), e.getAttribute('aria-label'),"
        " e.scrollWidth > e.clientWidth, e.getBoundingClientRect().right <= 360])"
    )
    *frames, code = frames
    assert code == [0, "group", "扫码看最新版", False, True]
    assert frames == [[0, "group", f"流程图：图文制作 {part}/2", True, True] for part in (1, 2)]
    sizes = page.run(
        "[...document.querySelectorAll('.drawing text')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 11
    assert page.run("document.documentElement.scrollWidth") <= 360


def test_the_head_of_every_printed_page_says_what_it_is(browser: Browser, folder: Path) -> None:
    sheets = pypdfium2.PdfDocument(browser.page(DESK).open(folder / MANUAL).pdf())
    for number, sheet in enumerate(sheets, start=1):
        said = words(sheet.get_textpage().get_text_bounded())
        for part in (
            "晨曦·运营手册·导购手册",
            "AUR-001-guide·2026-07·受控文件",
            f"第{number}页,共{len(sheets)}页",
            "内部资料,请勿外传",
        ):
            assert words(part) in said, (number, part)


def test_every_printed_page_of_a_draft_says_so(browser: Browser, tmp_path: Path) -> None:
    folder = write(made(small(), edition=Edition(TODAY, "2026-07", draft=True)), tmp_path)
    for path in (MANUAL, SHEET):
        for sheet in pypdfium2.PdfDocument(browser.page(DESK).open(folder / path).pdf()):
            assert words(sheet.get_textpage().get_text_bounded()).count("草稿DRAFT") >= 2


def test_no_row_is_cut_between_two_pages(browser: Browser, folder: Path) -> None:
    page = browser.page(DESK).open(folder / "manuals/all.en.html")
    page.ask("Emulation.setEmulatedMedia", media="print")
    broken = page.run(
        "[...document.querySelectorAll('tr, .callout, .card, .script, dl.facts > div')]"
        ".filter(e => !getComputedStyle(e).breakInside.startsWith('avoid')).map(e => e.outerHTML.slice(0, 80))"
    )
    assert broken == []


def test_no_word_at_the_head_of_a_sheet_is_cut_in_two(browser: Browser, tmp_path: Path) -> None:
    """“Done” stands above the narrowest column; long words beside it took its room."""
    sheet = tmp_path / "sheet.html"
    rows = tuple(
        (text("15 minutes after the issue on the second Saturday"), text("“Monthly event”: host" * 3)) for _ in "ab"
    )
    widths = ((6, "time"), (8, "text"), (2, "tick"), (3, "blank"), (3, "blank"), (5, "blank"))
    heads = ("When", "What", "Done", "By", "At", "Remark")
    columns = tuple(Column(text(head), *width) for head, width in zip(heads, widths, strict=True))  # type: ignore[arg-type]
    table = Table(text("Monthly"), columns, (RowGroup((), rows),))
    document = Document("checklist", "en", "Sheet", "", (Section("s", (), (table,)),))
    sheet.write_text(to_html(document, Templates()), "utf-8")
    page = browser.page(width=640)
    page.open(sheet)
    page.ask("Emulation.setEmulatedMedia", media="print")
    lines = page.run(
        "[...document.querySelectorAll('thead th')].map(th => { const r = document.createRange();"
        " r.selectNodeContents(th); return new Set([...r.getClientRects()].map(b => b.top)).size; })"
    )
    page.close()
    assert lines == [1] * 6

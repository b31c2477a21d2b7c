"""Every page can be read by everyone: structure, names, labels and contrasts, in both languages."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

import pytest

from sopkit.render.colour import contrast
from sopkit.render.manual import front
from sopkit.render.wording.names import Names
from sopkit.resources import folder
from tests.documents import Element, made, small, small_documents, tree

HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
PAGES: Final = tuple(
    [f"manuals/{role}.{lang}.html" for role in ("all", "guide", "ops-lead") for lang in ("zh-CN", "en")]
    + [
        f"checklists/{role}.{period}.{lang}.html"
        for role in ("all", "guide", "ops-lead")
        for period in ("daily", "weekly")
        for lang in ("zh-CN", "en")
    ]
    + [
        f"{path}.{lang}.html"
        for role in ("all", "guide", "ops-lead")
        for path in (
            [f"calendar/{role}"]
            if role == "all"
            else [f"calendar/{role}", f"manuals/{role}.card", f"training/{role}", f"training/{role}.key"]
        )
        for lang in ("zh-CN", "en")
    ]
    + ["index.html", "index.en.html"]
)
ENOUGH_FOR_TEXT: Final = 4.5
ENOUGH_FOR_CONTROLS: Final = 3.0


@pytest.fixture(scope="module")
def pages() -> dict[str, Element]:
    return {path: tree(page) for path, page in small_documents().items() if path.endswith(".html")}


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, pages: dict[str, Element]) -> Element:
    return pages[str(request.param)]


def test_the_list_of_pages_is_whole(pages: dict[str, Element]) -> None:
    assert set(pages) == set(PAGES)


def test_a_page_says_its_language_and_title(pages: dict[str, Element]) -> None:
    for path, page in pages.items():
        (html,) = page.all("html")
        assert html.attributes["lang"] == ("en" if ".en." in path else "zh-CN")
        (head,), (heading,) = page.all("head"), page.all("h1")
        (title,) = head.all("title")
        assert title.text.startswith(heading.text)
    assert pages["manuals/guide.zh-CN.html"].all("title")[0].text == "导购手册 · 晨曦运营手册"
    assert (
        pages["checklists/guide.daily.en.html"].all("title")[0].text
        == "Shop guide: daily checklist · Aurora operations"
    )


def test_headings_go_down_one_by_one(page: Element) -> None:
    levels = [int(each.name[1]) for each in page.all(*HEADINGS)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(each.text.strip() for each in page.all(*HEADINGS))


def test_everything_stands_in_a_landmark(page: Element) -> None:
    (body,) = page.all("body")
    outside = {each.name for each in body.inner if isinstance(each, Element)} - {"script"}
    assert outside <= {"a", "header", "nav", "main", "footer", "div"}
    assert len(page.all("main")) == len(page.all("footer")) == 1
    assert all(nav.attributes["aria-label"] for nav in page.all("nav"))
    skip = page.with_class("skip")[0]
    assert skip is page.all("a")[0]
    assert page.by_id(skip.attributes["href"].removeprefix("#")).name == "main"


def test_ids_are_unique_and_links_have_targets(page: Element) -> None:
    ids = [each.attributes["id"] for each in page.walk() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    for each in page.walk():
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(each.attributes.get(name, "").split()) <= set(ids)
    for link in page.all("a"):
        assert link.text.strip()
        if link.attributes["href"].startswith("#"):
            assert link.attributes["href"].removeprefix("#") in ids


def test_links_between_pages_lead_to_pages() -> None:
    documents = small_documents()
    led = set()
    for lang, index in (("zh-CN", "index.html"), ("en", "index.en.html")):
        linked = {link.attributes["href"] for link in tree(documents[index]).all("a")}
        inner = {href for href in linked if not href.startswith(("#", "https:"))}
        assert inner <= set(documents)
        assert all(f".{lang}." in href for href in inner if not href.startswith("index"))
        led |= inner
    assert led | {"edition.json"} == set(documents)


def test_no_line_ends_within_a_date() -> None:
    page = small_documents()["manuals/all.en.html"]
    dated = [found for found in re.findall(r"(.{22})\d{4}-\d{2}-\d{2}(?=[^\"]*<)", page) if "<" in found]
    assert dated
    assert all(before.endswith('<span class="whole">') for before in dated)
    assert ".whole { white-space: nowrap; }" in page


def test_what_is_ticked_has_a_label(page: Element) -> None:
    labelled = [box for label in page.all("label") for box in label.all("input")]
    for box in page.all("input"):
        assert box in labelled
        label = next(label for label in page.all("label") if box in label.all("input"))
        assert box.attributes.get("aria-label") or label.text.strip()
    assert all(button.text.strip() for button in page.all("button"))


def test_tables_name_their_columns(page: Element) -> None:
    for table in page.all("table"):
        heads = table.all("thead")[0].all("th")
        assert all(head.attributes["scope"] == "col" and head.text.strip() for head in heads)
        assert table.all("caption")[0].text.strip()
        for row in table.all("tr"):
            cells = row.all("td")
            if cells:
                assert [cell.attributes["data-label"] for cell in cells] == [head.text for head in heads]


def test_a_page_needs_nothing_else(page: Element) -> None:
    assert not page.all("link", "iframe", "object", "embed", "form", "img", "base")
    assert all("src" not in each.attributes and "srcset" not in each.attributes for each in page.walk())
    assert not any(name.startswith("on") for each in page.walk() for name in each.attributes)
    policy = next(each.attributes["content"] for each in page.all("meta") if "http-equiv" in each.attributes)
    assert "default-src 'none'" in policy
    assert ("script-src" in policy) == bool(page.all("script"))
    assert "unsafe-inline" not in policy.partition("script-src")[2]


def style() -> str:
    return (folder("templates") / "document.css").read_text("utf-8")


def colours(scheme: str) -> dict[str, str]:
    """Return the colours of the style sheet by name, as they stand on light or dark screens, or on paper."""
    light, dark, paper = re.findall(r":root \{([^}]*)\}", style())
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", light))
    found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", {"light": "", "dark": dark, "print": paper}[scheme]))
    return {
        name: value if len(value) == 7 else "#" + "".join(2 * each for each in value[1:])
        for name, value in found.items()
    }


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    known = colours(scheme)
    grounds = ("paper", "panel", "warn-panel", "note-panel", "stop-panel")
    pairs = [(ink, ground) for ink in ("ink", "soft") for ground in grounds]
    pairs += [("slot-ink", "slot"), ("stop", "stop-panel"), ("stop", "paper")]
    ratios = {(ink, ground): contrast(known[ink], known[ground]) for ink, ground in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < ENOUGH_FOR_TEXT} == {}
    # The border of a box to tick is all that shows it.
    assert contrast(known["soft"], known["paper"]) >= ENOUGH_FOR_CONTROLS


@pytest.mark.parametrize("brand", ["#ffd23f", "#000000", "#ffffff", "#b4475a", "#00ff00", "#123456", "#808080"])
def test_any_brand_colour_is_made_legible(brand: str) -> None:
    workspace = small()
    assert workspace.settings.brand is not None
    light, dark = front.legible_colours(brand)
    for scheme, colour in (("light", light), ("dark", dark), ("print", light)):
        known = colours(scheme)
        for ground in ("paper", "panel", "warn-panel", "note-panel", "stop-panel"):
            assert contrast(colour, known[ground]) >= ENOUGH_FOR_TEXT, (scheme, ground)


@pytest.mark.long
def test_the_brand_s_colour_reaches_the_page() -> None:
    workspace = small()
    look = front.look(workspace.settings, Names(workspace, "en"))
    page = made(workspace)["index.en.html"]
    assert f"--brand: {look.colour}; --brand-dark: {look.colour_dark};" in page

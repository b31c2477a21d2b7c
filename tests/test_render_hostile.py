"""Whatever authors write is shown as they wrote it, in HTML and in Markdown: it is never markup, script, link or template.

Each text of the small workspace gets something hostile at its end; the documents must then have the very structure that
they have with something harmless there, and must say the hostile words.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Final

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sopkit.render.kinds import Kind
from sopkit.render.marks import clean, line
from sopkit.render.publication import Request
from sopkit.render.templating import safe_href
from sopkit.text import LANGS
from tests.documents import SMALL, Element, made, tree
from tests.workspaces import compiled

PAYLOADS: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</title></style></script><b>",
    "\"'><svg/onload=alert(1)>",
    "' onmouseover='alert(1)",
    "&lt;b&gt; &amp; &#60;",
    "{{ 7 * 7 }}{% raw %}{#",
    "{{ document.__class__ }}",
    "<!-- --> <![CDATA[ ]]>",
    "[a](javascript:alert(1))",
    "![i](http://x.test/i.png)",
    "<http://x.test> http://x.test",
    "*b* _c_ **d** `e` ~~f~~",
    "a | b | c || d \\| e",
    "\\ # + - = ! $x$ ^^ :::",
    "1. one - two # three",
    "`` ``` ~~~ <br> <!--",
    "[x]: http://x.test 'y'",
)
"""On one line each, and short, so that no heading grows too long for the whole."""

MANUALS: Final[tuple[Kind, ...]] = ("manual",)

TEXT: Final = re.compile(r"\b(zh-CN|en): (\"[^\"]*\"|[^\s\"|,}][^,}\n]*)")
BLOCK: Final = re.compile(r"^( +)((?:zh-CN|en): \|\n)((?:\1 +.*\n)+)", re.MULTILINE)


def files(ending: str) -> dict[str, str]:
    """Return the small workspace with `ending` at the end of every text."""

    def longer(match: re.Match[str]) -> str:
        words = json.loads(match.group(2)) if match.group(2).startswith('"') else match.group(2)
        return f"{match.group(1)}: {json.dumps(words + ending, ensure_ascii=False)}"

    def longer_block(match: re.Match[str]) -> str:
        return f"{match.group(1)}{match.group(2)}{match.group(3).rstrip()} {ending}\n"

    return {
        path.name: BLOCK.sub(longer_block, TEXT.sub(longer, path.read_text("utf-8")))
        for path in sorted(SMALL.glob("*.yaml"))
    }


def documents(ending: str, turn: int) -> dict[str, str]:
    """Return the documents with `ending` at the end of every text, in one of the two languages by turns."""
    return made(compiled(files(ending)).workspace, Request(languages=(LANGS[turn % 2],)))


@cache
def filler(payload: str) -> str:
    """Return harmless text as long as the payload; words that the glossary explains stay in it."""
    return re.sub(r"\W", "，", payload) if "script" in payload else "w" * len(payload)


@cache
def harmless(ending: str, turn: int) -> dict[str, str]:
    return documents(ending, turn)


def shape(page: Element) -> list[tuple[str, tuple[str, ...], str, str]]:
    """Return every element of a page, with the names of its attributes and what decides how it looks or where it leads."""
    return [
        (each.name, tuple(each.attributes), each.attributes.get("class", ""), each.attributes.get("href", ""))
        for each in page.walk()
    ]


def flat(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *flat(token.children or []))]


def markdown_shape(text: str) -> list[tuple[str, str, str]]:
    """Return the structure of a Markdown document: its tokens, their addresses and raw HTML; stretches of text are one."""
    found: list[tuple[str, str, str]] = []
    for token in flat(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)):
        kind = "text" if token.type in ("text", "text_special", "html_entity") else token.type
        raw = token.content if token.type in ("html_inline", "html_block", "fence") else ""
        if kind != "text" or found[-1][0] != "text":
            found.append((kind, str(token.attrs.get("href", "")), raw))
    return found


def markdown_text(text: str) -> str:
    tokens = flat(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text))
    return "".join(token.content for token in tokens if not token.children and not token.type.startswith("html"))


@pytest.mark.long
@pytest.mark.parametrize(("turn", "payload"), tuple(enumerate(PAYLOADS)), ids=PAYLOADS)
def test_no_text_becomes_markup(turn: int, payload: str) -> None:
    hostile, plain = documents(payload, turn % 2), harmless(filler(payload), turn % 2)
    assert set(hostile) == set(plain)
    for path, page in hostile.items():
        if path.endswith((".ics", ".json")):
            continue  # no markup
        if path.startswith("calendar/") or ".card." in path:  # what has room hangs on how wide the words are
            assert {each.name for each in tree(page).walk()} <= {each.name for each in tree(plain[path]).walk()}
            continue
        if path.endswith(".html"):
            seen, expected = tree(page), tree(plain[path])
            assert shape(seen) == shape(expected), path
            said, kept = seen.all("body")[0].text, expected.all("body")[0].text
        else:
            assert markdown_shape(page) == markdown_shape(plain[path]), path
            said, kept = markdown_text(page), markdown_text(plain[path])
        assert said.count(payload) == kept.count(filler(payload)) > 0, path


@pytest.mark.long
@pytest.mark.parametrize(
    "lines", ["- a\n- b", "1. a\n2) b", "# a\n> b", "a\n===\nb\n---", "    code\n\ttab", "```\na\n```"]
)
def test_no_line_of_a_script_becomes_a_block(lines: str) -> None:
    body = "\n".join(" " * 10 + each for each in lines.split("\n"))
    text = "\n".join(" " * 10 + "w" * len(each) for each in lines.split("\n"))
    made_of = [
        made(
            compiled(files("") | {"nouns.yaml": files("")["nouns.yaml"].replace("🌿\n", f"🌿\n{each}\n", 1)}).workspace
        )
        for each in (body, text)
    ]
    for path in ("manuals/guide.zh-CN.md", "manuals/all.zh-CN.md"):
        assert markdown_shape(made_of[0][path]) == markdown_shape(made_of[1][path])


@pytest.mark.long
def test_what_turns_the_direction_of_writing_never_reaches_a_page() -> None:
    unwanted = "\u202e\u202d\u2066\u2067\u2069\u200f\u200e\u061c\x00\x07\x1b\x85\u2028\ufdd0\ufffe"
    assert clean(f"a{unwanted}b") == f"a{chr(0xFFFD) * len(unwanted)}b"
    for path, page in made(compiled(files("\\u202egnp.\\u2066")).workspace).items():
        assert not set(page) & set(unwanted), path


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "//x.test/",
        "\\\\x.test\\share",
        "/\\x.test",
    ],
)
def test_no_address_that_runs_or_leads_elsewhere_becomes_a_link(address: str) -> None:
    assert safe_href(address) == ""
    workspace = compiled(files("") | {"sopkit.yaml": with_address(address)}).workspace
    pages = made(workspace, Request(languages=("zh-CN",), roles=("ops-lead",), kinds=MANUALS))
    for path, page in pages.items():
        links = (
            [each.attributes["href"] for each in tree(page).all("a")]
            if path.endswith(".html")
            else markdown_links(page)
        )
        assert links
        assert all(href.startswith("#") or re.fullmatch(r"[\w./-]+", href) for href in links), path
    said = "".join(tree(pages["manuals/ops-lead.zh-CN.html"]).text.split())
    assert "".join(clean(address).split()) in said


def with_address(address: str) -> str:
    settings = (SMALL / "sopkit.yaml").read_text("utf-8")
    return settings.replace('"https://sop.example.com/aurora"', json.dumps(address))


def markdown_links(page: str) -> list[str]:
    return [href for _, href, _ in markdown_shape(page) if href]


@pytest.mark.parametrize(
    "address", ["https://sop.example.com/a?b=1&c=2", "mailto:a@b.test", "tel:400", "#step.a", "a/b.html"]
)
def test_harmless_addresses_are_links(address: str) -> None:
    assert safe_href(address) == address


@pytest.mark.long
def test_a_style_sheet_is_not_ended_by_what_is_printed_in_the_margins() -> None:
    brand = '"</style><script>alert(1)</script> \\\\ \\" ; } @import url(//x.test)"'
    settings = (SMALL / "sopkit.yaml").read_text("utf-8").replace("{zh-CN: 内部资料，请勿外传, en: Internal}", brand)
    page = made(compiled(files("") | {"sopkit.yaml": settings}).workspace)["manuals/guide.en.html"]
    (sheet,) = tree(page).all("style")
    assert "@bottom-left" in sheet.text
    margin = sheet.text[sheet.text.index("@bottom-left { content") :]
    assert not re.search(r"@import|<|url\(", margin)
    assert tree(page).all("script") == []


def test_marks_inside_an_author_s_text_mean_nothing() -> None:
    (run,) = line(clean("\ufdd0href:https://x.test\ufdd1x\ufdd2"))
    assert (run.href, run.style, run.text) == ("", "plain", "\ufffdhref:https://x.test\ufffdx\ufffd")

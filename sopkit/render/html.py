"""The HTML writer: a document goes in, one file that needs nothing else comes out: no font, no network.

Checklists carry a small script of ours that keeps the ticks; every page reads and prints in full without it. A content
security policy lets nothing else run or load.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache, lru_cache
from typing import Final

from markupsafe import Markup, escape

from sopkit.reader.templates import failed
from sopkit.render.document import Document, Section
from sopkit.render.marks import Line
from sopkit.render.templating import Filter, Plain, Templates, built_in, safe_href
from sopkit.text import Phrase

WORDS: Final[dict[str, Phrase]] = {
    "skip": Phrase("跳到正文", "Skip to the text"),
    "contents": Phrase("目录", "Contents"),
    "ad": Phrase("话术", "Script"),
    "used_in": Phrase("用在", "Used in"),
    "table": Phrase("表格", "Table"),
    "diagram_text": Phrase("图的文字说明", "The diagram in words"),
    "page": Phrase("第", "Page"),
    "of_pages": Phrase("页，共", "of"),
    "pages_end": Phrase("页", ""),
    "fill_in": Phrase("填写", "Fill in"),
    "nothing": Phrase("无", "nothing"),
    "sheet_day": Phrase("日期", "Date"),
    "sheet_week": Phrase("这一周的任一天", "Any day of the week"),
    "sheet_run": Phrase("启动日期（一次活动一份）", "Begun on (a sheet for each run)"),
    "done": Phrase("已完成", "Done"),
    "kept": Phrase("勾选保存在这台设备上", "Ticks are kept on this device"),
    "not_kept": Phrase(
        "这台设备不允许保存：关掉页面，勾选就没有了", "This device keeps nothing: the ticks go when you close the page"
    ),
    "untick": Phrase("全部取消勾选", "Clear all ticks"),
    "draft_note": Phrase(
        "检查还有错误未改，不得用于培训和执行。",
        "The check still finds errors: not for training or use.",
    ),
}

PAGE: Final = "document.html.j2"
UNGUARDED: Final = Phrase(
    "页面开头少了内容安全策略，或后面又有 http-equiv：请原样保留自带模板 head 里的那一行",
    "the content security policy is missing from the head of the page, or another `http-equiv` follows: keep that line of the built-in "
    "template as it is",
)

WHOLE: Final = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}–\d{1,2}:\d{2}")
"""Dates, and hours from and to: browsers would end a line at their hyphens."""

REMEMBERED: Final = 8192
"""Runs whose markup is kept: what stands in one manual stands in others."""

ID_IN_SVG: Final = re.compile(r'(\bid="|url\(#|\b(?:aria-labelledby|aria-describedby)=")([^")]*)')


POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""What a page may load and run: nothing but its own style and pictures."""
HEAD: Final = re.compile(
    r"""\s*(<!doctype html>|<html( lang="[\w-]+")?>|<head>|<meta(?![^<>]*\bhttp-equiv)[^<>]*>)""", re.IGNORECASE
)
"""What may stand before the policy."""
HTTP_EQUIV: Final = re.compile(r"<meta\b[^>]*\bhttp-equiv", re.IGNORECASE)


def to_html(document: Document, templates: Templates) -> str:
    """Return the document as HTML; the same document gives the same text. Raises `DocumentFailedError` for a workspace's own template."""
    templates.add_filters(FILTERS)
    values: dict[str, Plain] = {
        "document": templates.seen(document),
        "contents": templates.seen(_contents(document.sections)),
        "say": {name: phrase.within(document.lang) for name, phrase in WORDS.items()},
        "script": "",
        "policy": Markup(POLICY),  # noqa: S704  no character of markup is in it
    }
    if document.keeps:
        script = _script()
        values["script"] = Markup(script)  # noqa: S704  a file of ours, in which nothing is filled in
        allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        values["policy"] = Markup(f"{POLICY}; script-src 'sha256-{allowed}'")  # noqa: S704  no character of markup is in it
    page = templates.html(PAGE, values)
    if templates.own and not _is_guarded(page, str(values["policy"])):
        raise failed(PAGE, UNGUARDED)
    return page


@cache
def _script() -> str:
    return built_in("ticks.js") or ""


def _is_guarded(page: str, policy: str) -> bool:
    """Whether the policy stands before anything that it governs, and nothing of its kind (a refresh) comes after."""
    guard = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    before, found, after = page.partition(guard)
    return bool(found) and not HEAD.sub("", before).strip() and not HTTP_EQUIV.search(after)


def _contents(sections: tuple[Section, ...], depth: int = 2) -> tuple[tuple[str, Line, object], ...]:
    """Return (anchor, title, inner entries) for the table of contents, two levels deep."""
    if depth == 0:
        return ()
    return tuple((each.anchor, each.title, _contents(each.sections, depth - 1)) for each in sections if each.listed)


def words(line: Line | Plain) -> str:
    """Return the runs of a line as escaped markup; newlines become line breaks."""
    if isinstance(line, tuple):
        said = [_run(run.text, run.style, run.lang, run.href) for run in line]
    else:
        said = [_run(str(run["text"]), str(run["style"]), str(run["lang"]), str(run["href"])) for run in _plain(line)]
    return said[0] if len(said) == 1 else Markup("".join(said))  # noqa: S704  escaped in _run


def _plain(line: Plain) -> list[dict[str, Plain]]:
    """Return the runs of a line as a workspace's templates have them."""
    return [run for run in line if isinstance(run, dict)] if isinstance(line, list) else []


@lru_cache(maxsize=REMEMBERED)
def _run(text: str, style: str, lang: str, href: str) -> Markup:
    said = str(whole(text)).replace("\n", "<br>")
    href = safe_href(href)
    if style == "id":
        said = f'<code class="id" translate="no">{said}</code>'
    elif style == "strong":
        said = f"<strong>{said}</strong>"
    elif style != "plain":
        said = f'<span class="{escape(style)}">{said}</span>'
    if lang:
        said = f'<span class="foreign" lang="{escape(lang)}">{said}</span>'
    return Markup(f'<a href="{escape(href)}">{said}</a>' if href else said)  # noqa: S704  escaped here


def whole(said: str) -> str:
    """Return an escaped text in which no line ends within a date."""
    safe = escape(said)
    if "-" not in said and "–" not in said:
        return safe
    return Markup(WHOLE.sub(r'<span class="whole">\g<0></span>', str(safe)))  # noqa: S704  escaped above


def without_marks(line: Line | Plain) -> str:
    """Return the bare text of a line, for attributes; it is escaped where it is printed."""
    texts = [run.text for run in line] if isinstance(line, tuple) else [str(run["text"]) for run in _plain(line)]
    return " ".join("".join(texts).split())


def css_string(value: str) -> str:
    """Return a quoted CSS string that can end neither itself nor the style element."""
    safe = "".join(char if char.isalnum() or char in " -_.,·，。（）" else f"\\{ord(char):x} " for char in value)
    return Markup(f'"{safe}"')  # noqa: S704  every character that could end the string is written as a number


@lru_cache(maxsize=128)
def drawing(svg: str, prefix: str) -> str:
    """Return our own SVG for use inside a page: its ids get a prefix, so that two drawings on one page do not mix."""
    return Markup(ID_IN_SVG.sub(lambda match: match.group(1) + _prefixed(match.group(2), prefix), svg))  # noqa: S704  made by us


def _prefixed(ids: str, prefix: str) -> str:
    return " ".join(f"{prefix}-{each}" for each in ids.split())


FILTERS: Final[dict[str, Filter]] = {
    "words": words,
    "whole": whole,
    "href": safe_href,
    "css_string": css_string,
    "drawing": drawing,
    "without_marks": without_marks,
}
"""What templates of pages may call: each escapes what it returns as markup."""

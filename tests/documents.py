"""Documents as tests see them: a workspace goes in; its files, and the pages among them as trees, come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sopkit.audit import audit
from sopkit.model.documents import Workspace
from sopkit.render.audit.annexes import Input
from sopkit.render.audit.cover import Frame
from sopkit.render.audit.page import report
from sopkit.render.data_inventory import inventory_document
from sopkit.render.html import to_html
from sopkit.render.manual.front import Edition
from sopkit.render.publication import Request, publish
from sopkit.render.templating import Templates
from sopkit.render.wording.names import Names
from tests.workspaces import TODAY, Files, compiled

SMALL: Final = Path(__file__).parent / "golden" / "small"
"""A workspace in both languages in which every kind of block of a manual occurs."""

SHOP: Final = Path(__file__).parent / "golden" / "audit"
"""A workspace in whose audit every status occurs."""

EDITION: Final = Edition(TODAY, "2026-07", tool="sopkit test")

VOID: Final = frozenset({"meta", "br", "input", "col", "link", "img", "hr"})


@cache
def small() -> Workspace:
    files = {path.name: path.read_bytes() for path in sorted(SMALL.glob("*.yaml"))}
    compilation = compiled(files)
    assert compilation.findings == ()
    return compilation.workspace


def made(
    workspace: Workspace | Files | str,
    request: Request | None = None,
    edition: Edition = EDITION,
    templates: Templates | None = None,
) -> dict[str, str]:
    """Return every document of a workspace as path → text, in the forms that are text."""
    whole = workspace if isinstance(workspace, Workspace) else compiled(workspace).workspace
    wanted = replace(request or Request(), forms=("html", "md"))
    return {path: data.decode() for path, data in publish(whole, edition, wanted, templates)}


@cache
def small_documents() -> Mapping[str, str]:
    """Return the documents of the small workspace, made once."""
    return MappingProxyType(made(small()))


@cache
def audit_documents() -> Mapping[str, str]:
    """Return the pages of an audit in which every status occurs, made once."""
    files = {path.name: path.read_bytes() for path in sorted(SHOP.glob("*.yaml"))}
    compilation = compiled(files)
    judged = audit(compilation, lambda _: False)
    names = Names(compilation.workspace, "zh-CN")
    frame = Frame([Input(path, data) for path, data in files.items()], "sopkit test")
    record = inventory_document(judged.inventory, TODAY.isoformat(), names)
    pages = {"report": report(judged, frame, names), "data-inventory": record}
    return MappingProxyType({f"audit/{name}.html": to_html(page, Templates()) for name, page in pages.items()})


@dataclass(slots=True)
class Element:
    name: str
    attributes: dict[str, str]
    inner: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(each if isinstance(each, str) else each.text for each in self.inner)

    def walk(self) -> Iterator[Element]:
        """Yield this element and all below it, in document order."""
        yield self
        for each in self.inner:
            if isinstance(each, Element):
                yield from each.walk()

    def all(self, *names: str) -> list[Element]:
        return [each for each in self.walk() if each.name in names]

    def with_class(self, name: str) -> list[Element]:
        return [each for each in self.walk() if name in each.attributes.get("class", "").split()]

    def by_id(self, anchor: str) -> Element:
        return next(each for each in self.walk() if each.attributes.get("id") == anchor)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("#root", {})
        self.stack = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].inner.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack[-1].name == tag, f"</{tag}> closes <{self.stack[-1].name}>"
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.stack[-1].inner.append(data)


def tree(page: str) -> Element:
    """Parse a page; every element must be closed in its place."""
    builder = _Builder()
    builder.feed(page)
    builder.close()
    assert builder.stack == [builder.root], f"<{builder.stack[-1].name}> is never closed"
    return builder.root

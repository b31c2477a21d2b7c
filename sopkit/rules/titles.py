"""A noun of the workspace goes in; what a reader of each language knows it by comes out: its title, and the id to find it by."""

from __future__ import annotations

from sopkit.model.documents import Workspace
from sopkit.model.values import Text
from sopkit.text import LANGS, Lang, Phrase


def title_in(workspace: Workspace, title: Text | None, lang: Lang) -> str:
    """Return a title in a language; empty where it is not written in that one."""
    if title is None:
        return ""
    return title.find(lang) or (title.find("") if workspace.settings.locale == lang else "") or ""


def titled(workspace: Workspace, title: Text | None, name: str, quotes: tuple[str, str] = ("", "")) -> Phrase:
    """Return `Viewed a product (product-viewed)`; the bare id in a language that has no title."""
    zh, en = (title_in(workspace, title, lang) for lang in LANGS)
    opened, closed = quotes
    return Phrase(
        f"{opened}{zh}{closed}（{name}）" if zh else f"{opened}{name}{closed}",
        f"{opened}{en}{closed} ({name})" if en else name,
    )


def title_or_id(workspace: Workspace, title: Text | None, name: str) -> Phrase:
    """Return the title alone, or the id where there is none."""
    zh, en = (title_in(workspace, title, lang) or name for lang in LANGS)
    return Phrase(zh, en)

"""What became of a workspace since a revision goes in; the lines that say so in a terminal come out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from sopkit.render.columns import visible, wrap
from sopkit.render.terminal import Screen
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.comparison import Since

MOST_NAMED: Final = 8
SHORT_COMMIT: Final = 10
CHANGED: Final = Phrase(
    "与 {revision}（{commit}）相比，改了 {count} 处：{names}", "against {revision} ({commit}), {count} changed: {names}"
)
UNCHANGED: Final = Phrase(
    "与 {revision}（{commit}）相比，文档和名词都没有变",
    "against {revision} ({commit}), no document and no noun changed",
)
DELETED: Final = Phrase("删掉了 {count} 处：{names}", "{count} deleted: {names}")
AFFECTED: Final = Phrase("可能受影响的还有 {count} 处：{names}", "{count} more may be affected: {names}")
BEFORE: Final = Phrase(
    "{revision} 时就有、没有再列：问题 {count} 个，没能判断 {unsettled} 项；原来有、现在没有了的 {mended} 个",
    "there before at {revision}, and not listed again: {count} finding{s}, {unsettled} not assessed; gone since: {mended}",
)
MORE: Final = Phrase("等", "and more")


def since_text(since: Since, screen: Screen, *, quiet: bool = False) -> Iterator[str]:
    """Yield what was modified, what that may affect, and what was there before; when asked to be quiet, the last alone."""
    lang, revision = screen.lang, visible(since.revision)
    said: list[str] = []
    for phrase, names in () if quiet else _named(since):
        if names or phrase is UNCHANGED:
            args = {"revision": revision, "commit": since.commit[:SHORT_COMMIT], "count": str(len(names))}
            said.append(phrase.fill(lang, {**args, "names": _listed(names, screen)}))
    numbers = {
        "count": str(since.there_before), "s": "s" * (since.there_before != 1), "unsettled": str(since.unsettled_before),
        "mended": str(since.mended),
    }  # fmt: skip
    said.append(BEFORE.fill(lang, {"revision": revision, **numbers}))
    for text in said:
        for number, line in enumerate(wrap(text, screen.columns - 2)):
            yield ("· " if number == 0 else "  ") + line


def _named(since: Since) -> Iterator[tuple[Phrase, Sequence[str]]]:
    yield CHANGED if since.modified.present else UNCHANGED, since.modified.present
    yield DELETED, since.modified.deleted
    yield AFFECTED, since.affected


def _listed(names: Sequence[str], screen: Screen) -> str:
    between = "、" if screen.lang == "zh-CN" else ", "
    shown = between.join(visible(one) for one in names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} {MORE.within(screen.lang)}"

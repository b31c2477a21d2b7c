"""The files of a workspace go in; those nobody knows yet are shared out between two processes, and what is known of each comes out."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from functools import partial
from typing import Final

from sopkit import cache
from sopkit.aside import Aside
from sopkit.pipeline import examine
from sopkit.source import Source
from sopkit.tree import Tree

WORTH_A_SECOND_PROCESS: Final = 400_000
"""Bytes to read from which two processes are quicker than one."""


class Reading:
    """Which files to read, in which order, and the trees of those that were found clean, before or by the second process."""

    def __init__(self, sources: tuple[Source, ...], recalled: Mapping[Source, tuple[Tree, ...]]) -> None:
        new = [source for source in sources if source not in recalled]
        self._trees = dict(recalled)
        large = sum(len(source.data) for source in new) >= WORTH_A_SECOND_PROCESS
        self._handed_over = tuple(new[::2]) if large else ()
        self._aside = Aside.start(partial(_read, self._handed_over)) if large else None
        self._last = frozenset(self._handed_over)
        self.sources = tuple(sorted(sources, key=self._last.__contains__))
        """Those that the second process reads come last."""

    def known(self, source: Source) -> tuple[Tree, ...] | None:
        """Return the trees of a clean file; None of one to be read here: it was not read, or is to be told why it is not clean."""
        if self._aside is not None and source in self._last:
            made, self._aside = self._aside.result(), None
            if made is not None:
                for number, kept in marshal.loads(made).items():  # noqa: S302  our own process made it
                    of = self._handed_over[number]
                    self._trees[of] = cache.trees(of, kept)
        return self._trees.get(source)


def _read(sources: tuple[Source, ...]) -> bytes:
    """Return the trees of the clean ones among the files, by number."""
    examined = [examine(source) for source in sources]
    return cache.packed({number: cache.stored(one.reading.trees) for number, one in enumerate(examined) if one.clean})

"""The files of a workspace go in; those nobody knows yet are shared between two processes, and what is known of each comes out."""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from sopkit import cache, reader, resources, schema
from sopkit.aside import Aside
from sopkit.cache import Cache
from sopkit.examination import examine
from sopkit.source import Source
from sopkit.tree import Tree

WORTH_A_SECOND_PROCESS: Final = 400_000
"""Bytes to read from which two processes are quicker than one."""
AT_ONCE: Final = 16
"""Files that the second process hands over together: more would keep the first one waiting at the end, fewer share less text."""


class Reading:
    """Which files to read, in which order, and the trees of those that were found clean, before or by the second process."""

    def __init__(self, sources: tuple[Source, ...], recalled: Mapping[Source, tuple[Tree, ...]]) -> None:
        self._new = tuple([source for source in sources if source not in recalled])
        self._trees = dict(recalled)
        large = sum(len(source.data) for source in self._new) >= WORTH_A_SECOND_PROCESS
        self._aside = Aside.start(len(self._new), partial(_read, self._new)) if large else None
        self._next = 0
        self.sources = (*recalled, *self._new)
        """In the order in which they are to be asked for."""

    def known(self, source: Source) -> tuple[Tree, ...] | None:
        """Return the trees of a clean file; None of one to be read here: it was not read, or is to be told why it is not clean."""
        if self._aside is not None and source not in self._trees:
            if self._aside.takes(self._next):
                self._next += 1
                return None
            self._collect(self._aside)
            self._aside = None
        return self._trees.get(source)

    def _collect(self, aside: Aside) -> None:
        for made in aside.result() or ():
            for number, kept in marshal.loads(made).items():  # noqa: S302  our own process made it
                of = self._new[number]
                self._trees[of] = cache.trees(of, kept)


def remembered_trees(folder: Path) -> Cache:
    """Return the trees that were read before in the workspace in `folder`, by this reader and these schemas."""
    return Cache.open(folder, cache.version(reader.IDENTITY, schema.identity(), *resources.schema_files()))


def _read(sources: tuple[Source, ...], taken: Iterator[int]) -> Iterator[bytes]:
    """Yield the trees of the clean ones among the files taken, by number."""
    while numbers := tuple(islice(taken, AT_ONCE)):
        examined = [(number, examine(sources[number])) for number in numbers]
        yield cache.packed({number: cache.stored(one.reading.trees) for number, one in examined if one.clean})

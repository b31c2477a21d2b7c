"""What was found in a workspace and the name of a baseline go in; what is left without that which the baseline knows comes out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sopkit.cli.command import Choice, WrongUsageError
from sopkit.cli.workspace import Loaded
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.baseline import Entry
    from sopkit.pipeline import Compilation

FILE: Final = ".sopkit-baseline.json"
"""How the baseline is called beside `sopkit.yaml`."""
BASELINE: Final = Choice(
    ("--baseline",),
    Phrase(f"基线文件；不写则用 sopkit.yaml 旁边的 {FILE}", f"the baseline; by default {FILE} beside sopkit.yaml"),
    "FILE",
)
NO_BASELINE: Final = Choice(
    ("--no-baseline",), Phrase("不用基线，已知的问题也报", "use no baseline: report what is known, too"), flag=True
)
NO_FILE: Final = Phrase(
    "没有基线文件 {place}。写一份：sopkit baseline --baseline {place}",
    "there is no baseline {place}. Write one: sopkit baseline --baseline {place}",
)
NO_PLAIN_FILE: Final = Phrase(
    "{place} 不是普通文件，读不了基线", "{place} is no ordinary file, so no baseline can be read"
)
BOTH: Final = Phrase("--baseline 和 --no-baseline 只能写一个", "write either --baseline or --no-baseline")


def without_known(loaded: Loaded, named: str | None, *, off: bool) -> Callable[[Compilation], Compilation]:
    """Return what leaves out the findings that a baseline holds back: the one named, else the one beside `sopkit.yaml`.

    Raises `WrongUsageError`.
    """
    if named and off:
        raise WrongUsageError(BOTH)
    entries = None if off else known_in(loaded, named)
    if entries is None:
        if named:
            raise WrongUsageError(NO_FILE, place=named)
        return lambda made: made
    from sopkit.baseline import weigh  # noqa: PLC0415  knows the rules: whoever reads first needs none of them

    def left(made: Compilation) -> Compilation:
        weighed = weigh(made.findings, entries, made.law)
        return replace(made, findings=weighed.open, baseline=weighed)

    return left


def known_in(loaded: Loaded, named: str | None) -> tuple[Entry, ...] | None:
    """Return the entries of a workspace's baseline, None where there is none. Raises `WrongUsageError`."""
    place, shown = place_of(loaded, named), shown_as(loaded, named)
    if not os.path.lexists(place):
        return None
    folder = os.path.realpath(loaded.folder)
    out = named is None and not Path(os.path.realpath(place)).is_relative_to(folder)  # a damaged line of it is shown
    if out or not place.is_file():  # a pipe would keep us waiting
        raise WrongUsageError(NO_PLAIN_FILE, place=shown)
    from sopkit.baseline import MAX_BYTES, BaselineError, read_baseline  # noqa: PLC0415  most workspaces have none

    with place.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    try:
        return read_baseline(data)
    except BaselineError as error:
        raise WrongUsageError(error.reason, place=shown, **error.args_of_reason) from None


def place_of(loaded: Loaded, named: str | None) -> Path:
    return Path(named) if named else loaded.folder / FILE


def shown_as(loaded: Loaded, named: str | None) -> str:
    """Return how the place is written to whoever reads it."""
    return named or loaded.shown + FILE

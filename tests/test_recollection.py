"""What families said before is taken over only where they would say the same: a check that recalls is the same as a whole one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from sopkit import pipeline, rules
from sopkit.rules.recollection import Content, Recollection, keep
from sopkit.source import Source
from tests.benchmarks.synthesis import write as write_synthetic
from tests.rearranged import files_below
from tests.workspaces import TODAY

HERE = Path(__file__).parent
Files = Mapping[str, bytes]
Edit = Callable[[list[str], int, random.Random], None]


def compiled(files: Files, earlier: Recollection | None = None) -> pipeline.Compilation:
    return pipeline.compile([Source(path, data) for path, data in files.items()], today=TODAY, earlier=earlier)


def content(files: Files) -> Content:
    return tuple((path, Source(path, files[path]).digest) for path in sorted(files))


def recollection(files: Files, made: pipeline.Compilation, now: Files) -> Recollection | None:
    """Return what was said of `files`, to be held against `now`."""
    if not made.judgement.said:
        return None
    kept = keep(content(files), made.judgement.beside, made.judgement.said)
    return Recollection(
        kept, content(now), lambda path, _: [one for one in made.forest.trees if one.source.path == path]
    )


def told(made: pipeline.Compilation) -> list[str]:
    """Return all that is said, places, fixes and timelines among it."""
    return [repr(one) for one in (*made.findings, *made.proved, *made.not_assessed, *made.waived, made.held_back)]


def _words(lines: list[str], at: int, _: random.Random) -> None:
    lines[at] = re.sub(r"((?:why|if_wrong|summary|do|text|title): [\"']?)(?=[^\s\[{|>])", r"\1改过 ", lines[at])


def _numbers(lines: list[str], at: int, rng: random.Random) -> None:
    lines[at] = re.sub(r"\d+", lambda found: str(max(1, int(found[0]) + rng.choice((-1, 1, 2)))), lines[at], count=1)


def _lost(lines: list[str], at: int, _: random.Random) -> None:
    del lines[at]


def _doubled(lines: list[str], at: int, _: random.Random) -> None:
    lines.insert(at, lines[at])


def _remark(lines: list[str], at: int, _: random.Random) -> None:
    lines.insert(at, "# a remark")


EDITS: tuple[Edit, ...] = (_words, _words, _words, _numbers, _numbers, _numbers, _lost, _doubled, _remark)


def edited(files: Files, rng: random.Random) -> dict[str, bytes]:
    """Return the files with a few lines of one or two of them otherwise."""
    made = dict(files)
    for _ in range(rng.choice((1, 1, 2))):
        path = rng.choice(sorted(files))
        lines = made[path].decode().split("\n")
        change = rng.choice(EDITS)
        fitting = [n for n, line in enumerate(lines) if change not in (_words, _numbers) or _fits(change, line)]
        for _ in range(rng.randint(1, 3)):
            at = rng.choice(fitting or [0])
            if at < len(lines):
                change(lines, at, rng)
        made[path] = "\n".join(lines).encode()
    return made


def _fits(change: Edit, line: str) -> bool:
    return re.search(r"(why|if_wrong|summary|do|text|title): " if change is _words else r"\d", line) is not None


def workspace(name: str, tmp_path: Path) -> Files:
    if name == "synthetic":
        write_synthetic(tmp_path, 40)
        files = files_below(tmp_path)
        return files | {"sopkit.yaml": files["sopkit.yaml"].replace(b"  logo: logo.png\n", b"")}
    return files_below(HERE / name)


def recalls_the_same(name: str, seeds: range, tmp_path: Path) -> int:
    """Return how many families were recalled in all, whole or in part, after the edits of these seeds."""
    files = workspace(name, tmp_path)
    first = compiled(files)
    taken = 0
    for seed in seeds:
        rng = random.Random(seed)  # noqa: S311  repeatable, not secret
        now = edited(files, rng)
        earlier = recollection(files, first, now)
        whole = compiled(now)
        assert told(compiled(now, earlier)) == told(whole), seed
        if earlier is not None and whole.judgement.said:
            found = earlier.recall(whole.forest, whole.judgement.beside, rules.BY_NAME, rules.READS)
            taken += len(found.said) + len(found.of_others)
    return taken

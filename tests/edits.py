"""Files of a workspace go in; the same with a few lines otherwise come out, as when somebody works on them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

Files = Mapping[str, bytes]
Edit = Callable[[list[str], int, random.Random], None]


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


STEP = re.compile(r"^( *)- +(?=\{?id: )")


def _staffed(lines: list[str], at: int, rng: random.Random) -> None:
    start = STEP.match(lines[at])
    role = re.search(r"by: (\w+)", "\n".join(lines))
    if start is not None and role is not None:
        name = f"more-{rng.randrange(1000)}"
        lines.insert(at, f"{start[1]}- {{id: {name}, do: 电话, by: {role[1]}, within: 2d, minutes: 4, why: 想起来}}")


def _sent(lines: list[str], at: int, rng: random.Random) -> None:
    """Send, before a step, what the file sends elsewhere, by a channel and for a purpose of its own."""
    start, text = STEP.match(lines[at]), "\n".join(lines)
    what, via, for_ = (re.search(rf"\b{key}: ([\w-]+)", text) for key in ("send", "via", "for"))
    if start is not None and what is not None and via is not None and for_ is not None:
        name = f"sent-{rng.randrange(1000)}"
        lines.insert(at, f"{start[1]}- {{id: {name}, send: {what[1]}, via: {via[1]}, for: {for_[1]}, after: 2h}}")


def _unasked(lines: list[str], at: int, _: random.Random) -> None:
    """Leave out the condition of a step."""
    lines[at] = re.sub(r", if: (\{[^{}]*\}|[\w-]+)", "", lines[at])
    if re.fullmatch(r" *if:(?: \{[^{}]*\})?", lines[at]):
        inside = at + 1
        while inside < len(lines) and _depth(lines[inside]) > _depth(lines[at]):
            inside += 1
        del lines[at:inside]


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


EDITS: tuple[Edit, ...] = (
    _words, _words, _words, _numbers, _numbers, _numbers, _staffed, _staffed, _staffed, _sent, _sent, _unasked, _lost, _doubled, _remark,
)  # fmt: skip
FITTING: Mapping[Edit, str] = {
    _words: r"(why|if_wrong|summary|do|text|title): ",
    _numbers: r"\d",
    _staffed: STEP.pattern,
    _sent: STEP.pattern,
    _unasked: r"\bif:",
}


def edited(files: Files, rng: random.Random) -> dict[str, bytes]:
    """Return the files with a few lines of one or two of them otherwise."""
    made = dict(files)
    for _ in range(rng.choice((1, 1, 2))):
        path = rng.choice(sorted(files))
        lines = made[path].decode().split("\n")
        change = rng.choice(EDITS)
        fitting = [n for n, line in enumerate(lines) if re.search(FITTING.get(change, ""), line)]
        for _ in range(rng.randint(1, 3)):
            at = rng.choice(fitting or [0])
            if at < len(lines):
                change(lines, at, rng)
        made[path] = "\n".join(lines).encode()
    return made

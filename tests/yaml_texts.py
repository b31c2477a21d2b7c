"""Texts that look like YAML, for property tests: what authors write, broken in every way that fragments can break it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

ROOT = Path(__file__).parent

WORDS = [
    "a",
    "b",
    "id",
    "kind",
    "title",
    "steps",
    "晨曦",
    "您好",
    "null",
    "~",
    "true",
    "010",
    "1e3",
    "0x1F",
    ".inf",
    "12",
]
SIGNS = [
    ": ",
    ":",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    '"',
    "'",
    "#",
    " #",
    "|",
    ">",
    "|-",
    ">+",
    "|2",
    "? ",
    "?",
    "-",
    "\\",
]
SIGNS += [
    "%",
    "@",
    "`",
    "=",
    "：",
    "，",
    "”",
    "\\n",
    "\\x41",
    '"\\u263a"',
    "it's",
    "''",
    "{a: b}",
    "[a, b]",
    "a: b",
    "x: 1",
]
LINES = ["\n", "\n  ", "\n    ", "\n- ", "\n  - ", "\n\n", "\r\n", "\r", "|\n  x\n  y", "  # 注释", "? a\n: b", "\\\n"]
SPECIAL = [
    "&a ",
    "*a",
    "&b ",
    "*b",
    "<<: ",
    "<<: *a",
    "\n  <<: *a",
    "<<: [*a, *b]",
    "{*a : b}",
    "[*a, *a]",
    "!x ",
    "!!str ",
]
PASTED = [
    "｛",
    "｝",
    "［",
    "］",
    "｛a：b｝",
    "\n• ",
    "\n  —",
    "\n  -a",
    "\n```\n",
    "\n<<<<<<< a\n",
    "\n=======\n",
    "\n>>>>>>> b\n",
    "a\tb",
]
DOCUMENTS = ["---", "\n---\n", "...", "\n...\n", "%YAML 1.1\n", "%TAG ! a:\n"]
HIDDEN = ["\t", "\x85", "\u2028", "\u2029", "\ufeff", "\u3000", "\xa0", "\x00", "\u202e", "\u200b"]

FRAGMENTS = st.sampled_from([*WORDS, *SIGNS, *LINES, *LINES, *SPECIAL, *PASTED, *DOCUMENTS, *HIDDEN])
TEXTS = st.lists(FRAGMENTS, max_size=30).map("".join)

SAMPLES = [
    path.read_bytes().decode("utf-8", "replace")
    for path in sorted((ROOT / "reader").glob("*.yaml"))
    if path.stat().st_size < 4000
]
SAMPLES += [path.read_text("utf-8")[:1500] for path in sorted((ROOT.parent / "playbooks").rglob("*.yaml"))[:6]]
SAMPLES += [
    "base: &base {a: 1, b: [x, y]}\nc:\n  <<: *base\n  b: 2\nd: [*base, {<<: [*base, {z: 1}], q: |\n  x\n  }]\n",
    "a: &x\n  - 1\n  - &y text\nb: *y\n*y : c\nd: {*x : 1, e: *y}\n",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Return a few lines of a playbook or a broken file with something put in, taken out or replaced."""
    lines = draw(st.sampled_from(SAMPLES)).split("\n")
    first = draw(st.integers(0, len(lines) - 1))
    text = "\n".join(lines[first : first + draw(st.integers(1, 14))])
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.just("") | FRAGMENTS) + text[at + draw(st.integers(0, 4)) :]
    return text.replace("\n", "\r\n") if draw(st.integers(0, 9)) == 0 else text


ANY_TEXT = TEXTS | mutated()

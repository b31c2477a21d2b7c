"""Files made to exhaust a reader: each a finding, within a second or so for a megabyte, whatever the shape."""

from __future__ import annotations

import time

import pytest

from sopkit.reader import read
from sopkit.source import Source

LAUGHS = "k0: &k0 [x]\n" + "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 10)}]\n" for n in range(1, 40))
MERGES = "k0: &k0 {a: 1}\n" + "".join(
    f"k{n}: &k{n} {{<<: [{', '.join([f'*k{n - 1}'] * 10)}], x{n}: 1}}\n" for n in range(1, 200)
)
WIDE_MERGES = f"a: &a {{{', '.join(f'k{n}: 1' for n in range(9000))}}}\n" + "".join(
    f"b{n}: {{<<: *a}}\n" for n in range(9000)
)

SHAPES = {
    "billion-laughs": (LAUGHS, {"SOP055"}),
    "merge-bomb": (MERGES, {"SOP055"}),
    "wide-merges": (WIDE_MERGES, {"SOP055"}),
    "long-merge-list": ("a: &a {x: 1}\nb:\n  <<: [" + "*a, " * 60_000 + "]\n", {"SOP055"}),
    "alias-chain": ("a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 500)), {"SOP056"}),
    "brackets": ("[" * 900_000, {"SOP056"}),
    "braces": ("{a: " * 200_000, {"SOP056"}),
    "dashes": ("- " * 400_000, {"SOP056"}),
    "indents": ("".join(" " * n + "a:\n" for n in range(1300)), {"SOP056"}),
    "documents": ("---\na: b\n" * 100_000, {"SOP059"}),
    "empty-documents": ("---\n" * 240_000, {"SOP059"}),
    "broken-documents": ("---\na: [b\n" * 90_000, {"SOP027"}),
    "one-line": ('a: "' + "x" * 990_000 + '"\n', set[str]()),
    "spaces": ("a:" + " " * 990_000 + "b", set[str]()),
    "tabs-in-a-text": ("a: |\n  x" + "\t" * 900_000, set[str]()),
    "tabs-before-a-comment": ("\t" * 900_000 + "#", {"SOP009"}),
    "wide-blanks-in-a-line": ("a: " + "\u3000" * 300_000 + "b", {"SOP011"}),
    "hashes": ("a: b" + " #b" * 300_000, set[str]()),
    "hidden": ("- \u200b\n" * 160_000, {"SOP008"}),
    "escapes": ('- "' + "\\u202e" * 160_000 + '"', {"SOP007"}),
    "quotes": ("- 'a\n" * 190_000, {"SOP025"}),
    "anchors": ("".join(f"- &a{n} x\n" for n in range(50_000)), {"SOP058"}),
    "equal-keys": ("a: 1\n" * 190_000, {"SOP040"}),
    "glued-keys": ("{" + "a：b，" * 100_000 + "}", {"SOP012"}),
    "wide-signs-in-a-text": ("a: b" + "c：，" * 140_000, set[str]()),
    "blanks-in-a-glued-key": ("{a：b，" + " " * 900_000 + "1}", {"SOP012"}),
    "letters-in-a-glued-key": ("{a：b，" + "c" * 900_000 + "}", {"SOP012"}),
    "ten-megabytes": ("x" * 10_000_000, {"SOP002"}),
}

SECONDS = 20.0
"""Far more than any needs, far less than a shape takes that costs the square of its length."""


@pytest.mark.long
@pytest.mark.parametrize("shape", SHAPES)
def test_a_hostile_file_is_answered_in_bounded_time(shape: str) -> None:
    text, expected = SHAPES[shape]
    started = time.process_time()
    reading = read(Source("a.yaml", text.encode()))
    assert time.process_time() - started < SECONDS
    assert {finding.rule.code for finding in reading.findings} == expected
    assert len(reading.findings) <= 20
    assert sum(len(tree.places) for tree in reading.trees) < 3 * 1_000_000


def test_nodes_aliases_bring_in_are_bounded_and_the_bound_can_be_reached() -> None:
    within = read(Source("a.yaml", ("- &a x\n" + "- *a\n" * 20_000).encode()))
    beyond = read(Source("a.yaml", ("- &a x\n" + "- *a\n" * 20_001).encode()))
    assert within.findings == ()
    assert [finding.rule.code for finding in beyond.findings] == ["SOP055"]
    assert beyond.findings[0].span.line == 20_002


def test_depth_is_bounded_and_the_bound_can_be_reached() -> None:
    assert read(Source("a.yaml", ("[" * 50 + "]" * 50).encode())).findings == ()
    assert [one.rule.code for one in read(Source("a.yaml", ("[" * 51 + "]" * 51).encode())).findings] == ["SOP056"]

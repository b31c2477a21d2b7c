"""Fixes change what they name and no other byte."""

from __future__ import annotations

from dataclasses import replace

from sopkit.diagnostics import Edit, Finding, Fix
from sopkit.fixing import apply_fixes
from sopkit.source import Source, Span
from sopkit.text import Phrase
from tests.test_terminal import RULE


def fixing(source: Source, old: str, new: str, *, safe: bool = True) -> Finding:
    start = source.text.index(old)
    edit = Edit(source.span(start, start + len(old)), new)
    return Finding(RULE, edit.span, {"name": old}, fixes=(Fix(Phrase("改", "change"), (edit,), safe),))


def test_edits_are_made_at_their_spans_and_nowhere_else() -> None:
    data = "\ufeffkind：kpi\r\nid: a  # 注释\r\ntitle: 复购率\r\n".encode()
    source = Source("a.yaml", data)
    (fixed,) = apply_fixes([fixing(source, "：", ": "), fixing(source, "复购率", '"复购率"')])
    assert fixed.data == '\ufeffkind: kpi\r\nid: a  # 注释\r\ntitle: "复购率"\r\n'.encode()
    assert fixed.count == 2
    changed = fixed.diff("a.yaml").splitlines()
    assert changed[:3] == ["--- a/a.yaml", "+++ b/a.yaml", "@@ -1,3 +1,3 @@"]
    assert changed[3:5] == ["-\ufeffkind：kpi", "+\ufeffkind: kpi"], "git has the mark in the line"
    assert changed[5:] == [" id: a  # 注释", "-title: 复购率", '+title: "复购率"']


def test_unsafe_fixes_wait_to_be_asked_for() -> None:
    finding = fixing(Source("a.yaml", b"owner: guid\n"), "guid", "guide", safe=False)
    assert apply_fixes([finding]) == ()
    assert apply_fixes([finding], unsafe=True)[0].data == b"owner: guide\n"


def test_fixes_that_meet_are_made_one_at_a_time() -> None:
    source = Source("a.yaml", b"owner: guid\n")
    (fixed,) = apply_fixes([fixing(source, "guid", "guide"), fixing(source, "ui", "-")])
    assert (fixed.data, fixed.count) == (b"owner: guide\n", 1)


def test_a_file_that_is_no_utf8_is_left_alone() -> None:
    source = Source("a.yaml", b"owner: guid\xff\n")
    assert apply_fixes([fixing(source, "guid", "guide")]) == ()


def test_an_insertion_has_an_empty_span() -> None:
    source = Source("a.yaml", b"kind: kpi\n")
    finding = fixing(source, "kind", "kind")
    insertion = Fix(Phrase("加", "add"), (Edit(Span(source, 2, 1, 2, 1), "id: a\n"),), safe=True)
    (fixed,) = apply_fixes([replace(finding, fixes=(insertion,))])
    assert fixed.data == b"kind: kpi\nid: a\n"

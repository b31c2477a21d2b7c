"""What looks like a slip of another program and is none is read; what a fix writes for one that is reads as it was meant."""

from __future__ import annotations

from time import perf_counter

import pytest

from sopkit.fixing import apply_fixes
from sopkit.reader import read
from sopkit.source import Source
from sopkit.tree import Value


def source(text: str) -> Source:
    return Source("a.yaml", text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "title: ｛限时｝新品\n",
        "title: ［新品］上市\n",
        "title: ［vip］\n",
        "title: 【sms，wecom】\n",
        "title: ｛vip：尊享｝新品\n",
        "text: |\n  • 问好\n  • 介绍\n  —— 晨曦\n",
        "why: 依次说\n  •问好\n  •介绍\n",
        'why: "\n  -问好\n  -介绍"\n',
        "title: •新品\n",
        "title:\n  —不限\n",
        "steps:\n- -5\n- -6\n",
        "text: |\n  ```\n  代码\n  ```\n",
        "text: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> a\n",
        "text: |\n  电话\t导购\t1天\n",
        "id:\ta\n",
        "how: [先看, 再看]  # 见 [表]\n",
    ],
)
def test_right_input_is_read(text: str) -> None:
    reading = read(source(text))
    assert reading.findings == ()
    assert reading.trees


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("title: ｛zh-CN：入会率，en：Join rate｝\n", {"title": {"zh-CN": "入会率", "en": "Join rate"}}),
        ("title: ｛zh-CN: 入会率，要高,\n  en: Join rate｝\n", {"title": {"zh-CN": "入会率，要高", "en": "Join rate"}}),
        ("a: ［sms, wecom］\n", {"a": ["sms", "wecom"]}),
        ("a: {b: 1, c: {d: 2｝}\n", {"a": {"b": 1, "c": {"d": 2}}}),
        ("a:\n  -id: x\n   do: |\n     y\n   by: z\n", {"a": [{"id": "x", "do": "y\n", "by": "z"}]}),
        ("a:\n  • do: x\n    by: z\n  •do: y\n", {"a": [{"do": "x", "by": "z"}, {"do": "y"}]}),
        ("```yaml\nid: a\n```", {"id": "a"}),
        ("a: {zh-CN:入会率, en:Join rate}\n", {"a": {"zh-CN": "入会率", "en": "Join rate"}}),
    ],
)
def test_a_safe_fix_writes_what_was_meant(text: str, meant: Value) -> None:
    (fixed,) = apply_fixes(read(source(text)).findings)
    reading = read(Source("a.yaml", fixed.data))
    assert [tree.value for tree in reading.trees] == [meant]
    assert reading.findings == ()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("```yaml\nid: a\n``` # reviewed by legal 2026-10, keep\n", "id: a\n# reviewed by legal 2026-10, keep\n"),
        ("```\nid: a\n``` priority: 3\n", "id: a\npriority: 3\n"),
        ("``` yaml\r\nid: a\r\n```\r\n", "yaml\r\nid: a\r\n"),
        ("```yaml  # 法务看过\nid: a\n```", "# 法务看过\nid: a\n"),
        ("```priority: 3\nid: a\n", "priority: 3\nid: a\n"),
    ],
)
def test_words_on_a_fence_are_kept_and_their_fence_goes_only_when_asked(text: str, left: str) -> None:
    findings = read(source(text)).findings
    assert list(apply_fixes(findings)) == []
    (fixed,) = apply_fixes(findings, unsafe=True)
    assert fixed.data.decode() == left


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("kind: a\nid: b\nkind: c\n", "kind: a\nid: b\n---\nkind: c\n"),
        ("kind: a\n\n# 一\n# 二\nkind: c\nid: b\n", "kind: a\n\n---\n# 一\n# 二\nkind: c\nid: b\n"),
        ("# 头\r\nkind: a\r\n# 尾\r\nkind: c\r\n", "# 头\r\nkind: a\r\n---\r\n# 尾\r\nkind: c\r\n"),
        ("kind: a\n---\nkind: c\nid: d\nkind: c\n", "kind: a\n---\nkind: c\nid: d\n---\nkind: c\n"),
    ],
)
def test_a_second_head_is_a_document_of_its_own_when_asked(text: str, split: str) -> None:
    findings = read(source(text)).findings
    assert [one.rule.name for one in findings] == ["missing-document-mark"]
    assert list(apply_fixes(findings)) == []
    (fixed,) = apply_fixes(findings, unsafe=True)
    assert fixed.data.decode() == split
    assert not read(source(split)).findings


@pytest.mark.parametrize("text", ["{kind: a, kind: b}\n", "a:\n  kind: b\n  kind: c\n"])
def test_a_kind_inside_of_something_heads_no_document(text: str) -> None:
    assert [one.rule.name for one in read(source(text)).findings] == ["duplicate-key"]


@pytest.mark.parametrize("text", ["```yaml \nid: a\n``` \t\n", "```\r\nid: a\r\n```", "  ```yml\n  id: a\n  ```\n"])
def test_bare_fences_are_deleted_safely(text: str) -> None:
    (fixed,) = apply_fixes(read(source(text)).findings)
    assert fixed.data.decode().split() == ["id:", "a"]


def test_marks_of_a_merge_that_are_not_whole_are_none() -> None:
    assert [one.rule.code for one in read(source("<<<<<<< HEAD\nid: a\n")).findings] != ["SOP013"]


@pytest.mark.long
@pytest.mark.parametrize(
    "line", ["<<<<<<< a\n", "=======\n", "• a\n", "a\tb\n", "```\n", "｛a：\n", "- ｛a：\n", "[a #\n"]
)
def test_a_file_full_of_such_lines_is_read_in_linear_time(line: str) -> None:
    few, many = (line * (size // len(line.encode())) for size in (50_000, 200_000))
    for before in ("", "<<<<<<< a\n"):
        assert seconds(before + many) < 12 * seconds(before + few) + 0.05


def seconds(text: str) -> float:
    """Return how long the file takes, at best, to be read."""
    data = source(text)

    def once() -> float:
        start = perf_counter()
        read(data)
        return perf_counter() - start

    return min(once() for _ in range(3))

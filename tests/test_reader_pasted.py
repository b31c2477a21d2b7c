"""What looks like a slip of another program and is none is read; what a fix writes for one that is reads as it was meant."""

from __future__ import annotations

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


def test_marks_of_a_merge_that_are_not_whole_are_none() -> None:
    assert [one.rule.code for one in read(source("<<<<<<< HEAD\nid: a\n")).findings] != ["SOP013"]


@pytest.mark.parametrize(
    "line", ["<<<<<<< a\n", "=======\n", "• a\n", "a\tb\n", "```\n", "｛a：\n", "- ｛a：\n", "[a #\n"]
)
def test_a_file_full_of_such_lines_is_read_in_linear_time(line: str) -> None:
    many = line * (900_000 // len(line.encode()))
    read(source(many))
    read(source("<<<<<<< a\n" + many))

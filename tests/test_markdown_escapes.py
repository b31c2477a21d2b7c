"""Plain text in Markdown stays plain: nothing at the start of a line begins a list."""

from __future__ import annotations

import pytest

from sopkit.render.markdown import escaped


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1. 关注公众号", r"1\. 关注公众号"),
        ("  12) 完成首单", r"  12\) 完成首单"),
        ("前言\n2. 完成首单", "前言\n2\\. 完成首单"),
        ("- 一次互动", r"\- 一次互动"),
        ("+20%", r"\+20%"),
        ("满300减40", "满300减40"),
        ("3.5 折", "3.5 折"),
        ("2026-11-27", "2026-11-27"),
    ],
)
def test_no_line_begins_a_list(text: str, written: str) -> None:
    assert escaped(text) == written

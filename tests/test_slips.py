"""Slips of the pen in a new workspace, in both languages: one mistake makes one finding, at its place, that says what to do."""

from __future__ import annotations

from functools import cache

import pytest

from sopkit import pipeline
from sopkit.cli.init import workspace_files
from sopkit.fixing import apply_fixes
from sopkit.source import Source
from sopkit.text import LANGS, Lang
from tests.workspaces import TODAY

FILE = "welcome.yaml"

Slip = tuple[str, str, str, str, str]
"""What is written, what it becomes, the code that it gives, how the line begins that it points at, a part of the English fix."""

HELLO, CHAT, REMINDER = "- {id: hello", "- {id: chat", "- {id: reminder"

SLIPS: dict[str, Slip] = {
    "steps deleted": ("steps:\n", "", "SOP023", HELLO, "put `steps:` before it"),
    "scripts deleted": ("scripts:\n", "", "SOP023", "welcome-sms:", "put `scripts:` before it"),
    "first item a space short": (f"  {HELLO}", f" {HELLO}", "SOP023", HELLO, "put 2 spaces before it"),
    "last item a space short": (f"  {REMINDER}", f" {REMINDER}", "SOP023", REMINDER, "put 2 spaces before it"),
    "item a space too far": (f"  {CHAT}", f"   {CHAT}", "SOP023", CHAT, "put 2 spaces before it"),
    "noun a space short": ("  first-order", " first-order", "SOP023", "first-order-sms:", "put 2 spaces before it"),
    "noun a space too far": ("  first-order", "   first-order", "SOP023", "first-order-sms:", "put 2 spaces"),
    "key of a noun a space short": (":\n    title: ", ":\n   title: ", "SOP023", "title: ", "put 4 spaces before it"),
    "key of a noun a space too far": (":\n    title: ", ":\n     title: ", "SOP023", "title: ", "put 4 spaces"),
    "key a space too far": ("owner", " owner", "SOP023", "owner", "take the spaces before it out"),
    "key two spaces too far": ("runs_in", "  runs_in", "SOP023", "runs_in", "take the spaces before it out"),
    "line of a text short": ("      {brand.signature}", " {brand.signature}", "SOP034", "{brand", "indent every line"),
    "dash deleted": (f"  {REMINDER}", f"    {REMINDER[2:]}", "SOP016", REMINDER[2:], "begin each item with `- `"),
    "dash and its spaces deleted": (f"  {CHAT}", f"  {CHAT[2:]}", "SOP016", CHAT[2:], "begin each item with `- `"),
    "dash without space": (HELLO, HELLO.replace("- ", "-"), "SOP016", "-{id: hello", "begin each item with `- `"),
    "star for a dash": (REMINDER, REMINDER.replace("-", "*", 1), "SOP016", "* {id", "begin each item with `- `"),
    "mark deleted": ("---\n", "", "SOP037", "kind: catalog", "a line of three plain hyphens"),
    "mark of two": ("---\n", "--\n", "SOP037", "--", "a line of three plain hyphens"),
    "mark of four": ("---\n", "----\n", "SOP037", "----", "a line of three plain hyphens"),
    "mark of Chinese dashes": ("---\n", "——\n", "SOP037", "——", "a line of three plain hyphens"),
    "mark indented": ("---\n", " ---\n", "SOP037", "---", "with no space before it"),
    "colon deleted": ("owner: ", "owner ", "SOP021", "owner ops-lead", "write `owner: ops-lead`"),
    "colon deleted in brackets": ("send: welcome-sms", "send welcome-sms", "SOP101", HELLO, "write `send: welcome-sms`"),
    "colon of a list deleted": ("steps:\n", "steps\n", "SOP021", "steps", "write `steps:`"),
    "Chinese colon": ("owner: ", "owner：", "SOP012", "owner", "type the plain sign and a space"),
    "Chinese colon in brackets": ("send: welcome-sms", "send：welcome-sms", "SOP012", HELLO, "type the plain sign"),
    "no space behind a colon": ("owner: ", "owner:", "SOP020", "owner", "put a space behind the colon"),
    "no space behind it in brackets": ("send: welcome-sms", "send:welcome-sms", "SOP020", HELLO, "put a space behind"),
    "Chinese comma": ("sms, via: sms", "sms，via: sms", "SOP012", HELLO, "type the plain sign and a space"),
    "Chinese comma between ids": ("member-joined, ", "member-joined，", "SOP012", "starts_on", "type the plain sign"),
    "comma deleted": ("welcome-sms, via", "welcome-sms via", "SOP029", HELLO, "put a comma before it"),
    "Chinese brackets": ("[account-closed]", "【account-closed】", "SOP140", "ends_on", "write `account-closed`"),
    "wide brackets": ("[account-closed]", "［account-closed］", "SOP140", "ends_on", "write `account-closed`"),
    "wide brace": ("sms-marketing}}", "sms-marketing}｝", "SOP012", REMINDER, "type the plain sign"),
    "bracket not opened": ("[account-closed]", "account-closed]", "SOP140", "ends_on", "write `account-closed`"),
    "bracket not closed": ("[account-closed]", "[account-closed", "SOP027", "ends_on", "add the `]`"),
    "brace not closed": ("sms-marketing}}", "sms-marketing}", "SOP027", REMINDER, "add the `}`"),
    "quote not closed": ("title: ", 'title: "', "SOP025", "title: ", "close the text with the same plain quote"),
    "tab": (f"  {REMINDER}", f"\t{REMINDER}", "SOP010", REMINDER, "use two spaces for each level"),
    "key twice": ("owner: ops-lead", "owner: ops-lead\nowner: guide", "SOP040", "owner: guide", "take one out"),
    "key twice in brackets": ("via: sms,", "via: sms, via: wecom-chat,", "SOP040", HELLO, "take one out"),
    "kind deleted": ("kind: automation\n", "", "SOP110", "id: welcome", "add a line `kind: automation`"),
    "key misspelt": ("audience:", "audiance:", "SOP101", "audiance", "write `audience` instead"),
    "consent misspelt": ("sms-marketing}", "sms-marketting}", "SOP140", REMINDER, "did you mean `sms-marketing`?"),
    "purpose misspelt": ("promotion, within", "promotoin, within", "SOP140", CHAT, "did you mean `promotion`?"),
    "script misspelt": ("send: welcome-sms", "send: welcom-sms", "SOP140", HELLO, "did you mean `welcome-sms`?"),
    "condition as words": ("{consent: sms-marketing}", "consent sms-marketing", "SOP140", REMINDER, "braces and a colon"),
    "placeholder not closed": ("{shop.name}", "{shop.name", "SOP153", "", "write `{shop.name}` here"),
}  # fmt: skip


@cache
def _files(lang: Lang) -> dict[str, bytes]:
    return dict(workspace_files("minimal", "demo", lang, TODAY))


def _sources(lang: Lang, text: bytes) -> list[Source]:
    files = {**_files(lang), FILE: text}
    return [Source(path, data) for path, data in files.items() if path.endswith(".yaml") and not path.startswith(".")]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", SLIPS)
def test_one_slip_is_one_finding_at_its_place(name: str, lang: Lang) -> None:
    old, new, code, line, fix = SLIPS[name]
    text = _files(lang)[FILE].decode()
    assert old in text
    slipped = text.replace(old, new, 1).encode()
    findings = pipeline.compile(_sources(lang, slipped), today=TODAY).findings
    assert [one.rule.code for one in findings] == [code]
    (found,) = findings
    said = slipped.decode().splitlines()[found.span.line - 1].strip()
    assert said.startswith(line) if line else "shop.name" in said
    assert fix in found.fix("en")
    assert found.fix("zh-CN")
    assert not found.stub


@pytest.mark.parametrize(
    "name", [name for name, slip in SLIPS.items() if slip[2] in ("SOP016", "SOP021", "SOP023", "SOP037")]
)
def test_what_is_offered_for_it_mends_it(name: str) -> None:
    """All lines but the one in question stay as they are, so the workspace is clean again."""
    old, new, *_ = SLIPS[name]
    text = _files("en")[FILE].decode()
    (finding,) = pipeline.compile(_sources("en", text.replace(old, new, 1).encode()), today=TODAY).findings
    (fixed,) = apply_fixes([finding], unsafe=True)
    assert pipeline.compile(_sources("en", fixed.data), today=TODAY).findings == ()

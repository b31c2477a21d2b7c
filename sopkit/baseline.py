"""Findings and the text of a baseline go in; what it holds back, which entries hold back nothing, and its new text come out.

A baseline lists findings that a team knew of when it began to check: by fingerprint, so that they stay known when lines and documents
move. What is critical by law, and an error that keeps others from being judged, stays in sight whatever is listed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from sopkit.diagnostics import Finding, fingerprint
from sopkit.frozen import dataclass
from sopkit.law import Law
from sopkit.rules.waivers import keeps_unjudged
from sopkit.text import Lang, Phrase

VERSION: Final = 1
MAX_BYTES: Final = 64_000_000
SHORT: Final = 160
"""Characters of a message that are kept: enough to know it again."""
MOST_SHOWN: Final = 80
"""Characters of a damaged line that are shown."""
PRINT: Final = re.compile(r"[0-9a-f]{16}")
KEYS: Final = ("fingerprint", "rule", "subject", "message")

DO: Final = Phrase(
    "从 git 里找回原来的那一份；或者把它移走，再运行 sopkit baseline 重新写",
    "Bring back the former one from git; or move it away and write it anew with sopkit baseline",
)
TOO_LARGE: Final = Phrase(
    "{place}：比基线文件允许的 64 MB 大，不像是基线。{do}",
    "{place}: larger than the 64 MB that a baseline may have, so it hardly is one. {do}",
)
NOT_TEXT: Final = Phrase(
    "{place}：不是 UTF-8 文本，读不了。{do}", "{place}: it is not UTF-8 text and can't be read. {do}"
)
NOT_JSON: Final = Phrase(
    "{place}:{line}:{column}：这里不是 JSON，基线读不了，没有用它检查：{text}\n{do}",
    "{place}:{line}:{column}: this is not JSON, so the baseline can't be read and nothing was checked against it: {text}\n{do}",
)
IN_CONFLICT: Final = Phrase(
    "{place}:{line}:{column}：两边的改动还没有合并：{text}\n留下任意一边，再运行 sopkit baseline 重新写",
    "{place}:{line}:{column}: the changes of two sides are not merged yet: {text}\n"
    "keep either side, and write it anew with sopkit baseline",
)
OTHER_VERSION: Final = Phrase(
    "{place}：基线是第 {version} 版格式，这个 sopkit 只读第 1 版。用写它的那个版本的 sopkit；或者把它移走，再运行 sopkit baseline "
    "重新写",
    "{place}: the baseline is of version {version}, and this sopkit reads version 1. Use the sopkit that wrote it; or move it away and "
    "write it anew with sopkit baseline",
)
NO_BASELINE: Final = Phrase(
    "{place}：里面不是基线（{why}）。{do}", "{place}: what it holds is no baseline ({why}). {do}"
)
NOT_OURS: Final = Phrase("没有 version 和 findings", "it has no version and findings")
ODD_ENTRY: Final = Phrase(
    "findings 的第 {number} 项缺 fingerprint、rule、subject 或 message，或写得不对",
    "entry {number} of findings lacks its fingerprint, rule, subject or message, or has another thing there",
)


class BaselineError(Exception):
    """Why a file can't be used as a baseline, and what to do; `{place}` is for the caller to fill."""

    def __init__(self, reason: Phrase, **args: str | Phrase) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.args_of_reason = args


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding that is known."""

    fingerprint: str
    rule: str
    subject: str
    message: str

    @property
    def sort_key(self) -> tuple[str, str, str, str]:
        return (self.subject, self.rule, self.message, self.fingerprint)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a baseline makes of findings."""

    open: tuple[Finding, ...]
    known: tuple[Finding, ...]
    """Those that it holds back."""
    stale: tuple[Entry, ...]
    """Those of its entries that hold nothing back."""


def read_baseline(data: bytes) -> tuple[Entry, ...]:
    """Return the entries. Raises `BaselineError`."""
    if len(data) > MAX_BYTES:
        raise BaselineError(TOO_LARGE, do=DO)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BaselineError(NOT_TEXT, do=DO) from None
    try:
        document: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise _damaged(text, error) from None
    except (RecursionError, ValueError):
        raise BaselineError(NO_BASELINE, why=NOT_OURS, do=DO) from None
    return _entries(document)


def _damaged(text: str, error: json.JSONDecodeError) -> BaselineError:
    line = text.split("\n")[error.lineno - 1].strip()
    shown = "".join(one if one.isprintable() else "\ufffd" for one in line[:MOST_SHOWN])
    reason = IN_CONFLICT if line.startswith(("<<<<<<<", "=======", ">>>>>>>")) else NOT_JSON
    return BaselineError(reason, line=str(error.lineno), column=str(error.colno), text=shown, do=DO)


def _entries(document: object) -> tuple[Entry, ...]:
    if not isinstance(document, dict) or "version" not in document or not isinstance(document.get("findings"), list):
        raise BaselineError(NO_BASELINE, why=NOT_OURS, do=DO)
    if document["version"] != VERSION or isinstance(document["version"], bool):
        raise BaselineError(OTHER_VERSION, version=str(document["version"])[:MOST_SHOWN])
    found = []
    for number, one in enumerate(document["findings"], 1):
        values = [one.get(key) for key in KEYS] if isinstance(one, dict) else []
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) != len(KEYS) or not PRINT.fullmatch(texts[0]):
            number_ = str(number)
            raise BaselineError(
                NO_BASELINE, do=DO, why=Phrase(ODD_ENTRY.zh.format(number=number_), ODD_ENTRY.en.format(number=number_))
            )
        found.append(Entry(*texts))
    return tuple(found)


def baseline_text(entries: Iterable[Entry]) -> str:
    """Return the file: one line for each entry, so that a review sees what came and went; the same entries give the same text."""
    rows = [
        json.dumps(
            dict(zip(KEYS, (one.fingerprint, one.rule, one.subject, one.message), strict=True)), ensure_ascii=False
        )
        for one in sorted(set(entries), key=lambda one: one.sort_key)
    ]
    body = "\n    " + ",\n    ".join(rows) + "\n  " if rows else ""
    text = f'{{\n  "version": {VERSION},\n  "findings": [{body}]\n}}\n'
    return text.encode("utf-8", "backslashreplace").decode()


def entry_of(finding: Finding, lang: Lang) -> Entry:
    message = " ".join(finding.message(lang).split())
    short = message if len(message) <= SHORT else f"{message[: SHORT - 1]}…"
    return Entry(fingerprint(finding), finding.rule.name, finding.subject, short)


def stays_in_sight(finding: Finding, law: Law) -> bool:
    """Whether a finding is shown and counted though it is listed: what is critical by law, and what keeps the rest from being judged."""
    return keeps_unjudged(finding) or law.is_critical(*finding.rule.decides)


def weigh(findings: Iterable[Finding], entries: Iterable[Entry], law: Law) -> Weighed:
    """Return which findings stay open, which the entries hold back, and which entries hold back none."""
    listed = {one.fingerprint: one for one in entries}
    open_: list[Finding] = []
    known: list[Finding] = []
    for one in findings:
        print_ = fingerprint(one)
        if print_ in listed and not stays_in_sight(one, law):
            known.append(one)
            del listed[print_]
        else:
            open_.append(one)
    stale = tuple(sorted(listed.values(), key=lambda one: one.sort_key))
    return Weighed(tuple(open_), tuple(known), stale)

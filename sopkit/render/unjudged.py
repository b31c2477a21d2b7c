"""A compilation goes in; what errors keep from being judged in it comes out: nobody is to take it for clean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sopkit.diagnostics import Severity
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation

UNREAD: Final = "SOP0"
"""How codes begin of what keeps a file, or a part of it, from being read."""
HELD: Final = (
    Phrase("触达上限", "caps"),
    Phrase("同意", "consents"),
    Phrase("时段和时限", "hours and deadlines"),
    Phrase("系统之间的数据", "data between tools"),
    Phrase("其他要看全部剧本才知道的", "whatever else takes all playbooks to tell"),
)
"""What no rule is asked about while anything is wrong anywhere: see `doubts.anywhere` in the rules."""
IN_FILES: Final = Phrase("{files} 里读不出来的内容", "what can't be read in {files}")
HERE: Final = Phrase("{what}；先改好错误", "{what}; mend the errors first")
ELSEWHERE: Final = Phrase(
    "还有 {count} 个错误没有列在这里，有的内容因此没能判断：{what}；看全部错误：sopkit check，不加 --select 和 --changed-since",
    "{count} error{s} not listed here, so that not all of this could be judged: {what}; to see all of them: sopkit check without "
    "--select and --changed-since",
)


def unjudged(seen: Compilation) -> tuple[Phrase, ...]:
    """Return what errors keep from being judged; nothing where all was."""
    if seen.is_judged:
        return ()
    unread = sorted(
        {one.span.path for one in seen.findings if one.weight is Severity.ERROR and one.rule.code.startswith(UNREAD)}
    )
    files = Phrase("、".join(unread), ", ".join(unread))
    return (*([IN_FILES.filled(files=files)] if unread else []), *HELD)


def unjudged_said(seen: Compilation) -> Phrase | None:
    """Return in one sentence what errors keep from being judged, and how to see those that are not listed; None where all was."""
    parts = unjudged(seen)
    if not parts:
        return None
    what = Phrase("、".join(one.zh for one in parts), ", ".join(one.en for one in parts))
    count = seen.errors_elsewhere
    return ELSEWHERE.filled(what=what, count=str(count), s="s" * (count != 1)) if count else HERE.filled(what=what)

"""What the report on practice calls things, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sopkit.logs.tables import Of
from sopkit.text import Phrase

Status = str
STATUSES: Final[Mapping[Status, Phrase]] = {
    "broken": Phrase("日志里有违反", "broken in the logs"),
    "kept": Phrase("日志里没有违反", "kept in the logs"),
    "not assessed": Phrase("未评估", "not assessed"),
}
"""In the order in which they are told."""
SIGNS: Final[Mapping[Status, str]] = {"broken": "✗", "kept": "✓", "not assessed": "—"}
MEANINGS: Final[Mapping[Status, Phrase]] = {
    "broken": Phrase(
        "至少有一条记录违反了规则，逐条能查到", "at least one row of the logs breaks the rule; each can be looked up"
    ),
    "kept": Phrase(
        "规则管的每一条都判断过，没有一条违反。只对这些日志、这段时间成立，不是证明",
        "all that the rule is about was judged, and none of it breaks the rule. It holds of these logs and this time, and is no proof",
    ),
    "not assessed": Phrase(
        "日志里缺少判断所需的内容，全部或其中几条没法判断，不能当作没有违反",
        "the logs lack what it takes to tell, of all rows or of some: this is no pass",
    ),
}
LOGS: Final[Mapping[Of, Phrase]] = {
    "touches": Phrase("触达", "touches"),
    "consents": Phrase("同意", "consents"),
    "steps": Phrase("步骤", "steps"),
    "events": Phrase("事件", "events"),
    "customers": Phrase("客户", "customers"),
    "syncs": Phrase("同步", "syncs"),
}
GROUPS: Final[Mapping[str, Phrase]] = {
    "shop": Phrase("门店", "shop"),
    "role": Phrase("岗位", "role"),
    "staff": Phrase("员工", "staff member"),
    "week": Phrase("周（周一）", "week (its Monday)"),
    "step": Phrase("步骤", "step"),
    "channel": Phrase("渠道", "channel"),
    "playbook": Phrase("剧本", "playbook"),
}


UNSAID: Final = Phrase("（日志没有写）", "(not named in the log)")
"""Whose a part is of which the log names no shop, role or staff member: a part without a name would be one that was lost."""


def count(number: int) -> str:
    return f"{number:,}"


def share(part: int, whole: int) -> str:
    """Return a share in percent, never rounded to 0 or to all where it is neither."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 0.01:
        return "< 0.01%"
    if 99.99 < percent < 100:
        return "> 99.99%"
    return f"{percent:.2f}".rstrip("0").rstrip(".") + "%"

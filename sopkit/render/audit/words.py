"""What the report calls things, in both languages: statuses, gravities, how well an article was checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sopkit.audit import Looked, Status
from sopkit.text import Phrase

STATUSES: Final[Mapping[Status, Phrase]] = {
    Status.PASS: Phrase("符合", "pass"),
    Status.FAIL: Phrase("不符合", "fail"),
    Status.WAIVED: Phrase("已豁免", "waived"),
    Status.MANUAL: Phrase("待人判断", "manual"),
    Status.NOT_ASSESSED: Phrase("未评估", "not assessed"),
    Status.NOT_APPLICABLE: Phrase("不适用", "not applicable"),
}
"""In the order in which they are counted."""
SIGNS: Final[Mapping[Status, str]] = {
    Status.PASS: "✓",
    Status.FAIL: "✗",
    Status.WAIVED: "◇",
    Status.MANUAL: "?",
    Status.NOT_ASSESSED: "—",
    Status.NOT_APPLICABLE: "○",
}
MEANINGS: Final[Mapping[Status, Phrase]] = {
    Status.PASS: Phrase(
        "相关的地方都检查过，没有发现问题；只对剧本所写的计划成立，还取决于什么写在“限制”里。标着“法条未核对原文”的，核对之前不算定论",
        "all that belongs to it was looked at and nothing found; it holds of the plan as it is written, and what more it depends on is "
        "said under its limit. Nothing marked “law not checked” is settled until it is",
    ),
    Status.FAIL: Phrase("发现了不符合的地方，逐一列出", "something breaks it; each place is listed"),
    Status.WAIVED: Phrase(
        "发现了问题，企业有期限地接受；严重的仍按未解决计",
        "something breaks it and the company accepts that for a time; what is critical counts as open",
    ),
    Status.MANUAL: Phrase(
        "机器不能下结论，或者要拿前后两个版本比较，要由人核对",
        "no machine can tell, or two versions must be compared; a person must look",
    ),
    Status.NOT_ASSESSED: Phrase(
        "没有检查，或没有查完，不能当作符合", "it was not checked, or not to the end: this is no pass"
    ),
    Status.NOT_APPLICABLE: Phrase(
        "按声明，剧本里没有它管的内容，或者法条在基准日没有生效",
        "the playbooks hold nothing that it is about, as declared, or its articles are not in force on the day",
    ),
}
GRAVITIES: Final[Mapping[str, Phrase]] = {
    "critical": Phrase("严重", "critical"),
    "high": Phrase("高", "high"),
    "medium": Phrase("中", "medium"),
}
WEIGHT: Final = Phrase("级别：{gravity}", "{gravity} control")
CHECKED: Final[Mapping[str, Phrase]] = {
    "V": Phrase("已核对原文", "text read"),
    "S": Phrase("二手资料", "secondary source"),
    "U": Phrase("凭记忆，未核对", "from memory, not checked"),
}
DISCLAIMER: Final = Phrase(
    "本报告说明所声明的运营剧本具有哪些性质，不是法律意见，也不能证明企业合法合规。它没有查看事件日志、系统配置和实际发送的内容；"
    "法条要点是我们自己的概括，以原文为准。",
    "This report shows properties of the operations that are declared. It is no legal advice and no proof of compliance. It looked at "
    "no event logs, no settings of systems and nothing that was really sent; the summaries of articles are ours, and the text decides.",
)


def counted(looked: Looked) -> Phrase:
    """Return how many of what was looked at: `25 条营销话术`, `scripts of marketing (25)`."""
    number, title = len(looked.judged), looked.population.title
    return Phrase(f"{number}{title.zh}", f"{title.en} ({number})")


def listed(looked: Looked) -> Phrase:
    """Return the same, and how many more could not be judged."""
    said, more = counted(looked), len(looked.unseen)
    if not more:
        return said
    return Phrase(f"{said.zh}，另有{more}处没法判断", f"{said.en}, and {more} that could not be judged")

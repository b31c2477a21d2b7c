"""What logs can say and what rules need of them goes in; the tables of the page on logs come out, as Markdown in one language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sopkit import catalogue
from sopkit.logs.needed import NEEDS, Columns
from sopkit.logs.tables import FIELDS, Of
from sopkit.text import Lang, Phrase

ROWS: Final[Mapping[Of, Phrase]] = {
    "touches": Phrase("给客户发了一条消息", "a message went out to a customer"),
    "consents": Phrase("客户同意、拒绝或撤回", "a customer consented, refused or withdrew"),
    "steps": Phrase("一个步骤到期、开始、完成或跳过", "a step fell due, was begun, done or skipped"),
    "events": Phrase("发生了一件事，可以带数值", "something happened, with a value where it has one"),
    "customers": Phrase("客户的情况", "who a customer is"),
    "syncs": Phrase("一项变更从一个系统同步到另一个", "a change went from one tool to another"),
}
KINDS: Final = Phrase("| `of` | 一行记录什么 | 必须有 | 可以有 |", "| `of` | a row says | it needs | it may have |")
RULES: Final = Phrase("| 规则 | 要哪些日志、哪些列 |", "| rule | logs and columns that it takes |")
OR: Final = Phrase("或", " or ")


def kinds_table(lang: Lang) -> str:
    """Return the kinds of log with their columns."""
    comma = Phrase("、", ", ").within(lang)
    lines = [KINDS.within(lang), "|---|---|---|---|"]
    for of, fields in FIELDS.items():
        needed, others = (
            comma.join(f"`{one.name}`" for one in fields if one.required is is_needed) for is_needed in (True, False)
        )
        lines.append(f"| `{of}` | {ROWS[of].within(lang)} | {needed} | {others} |")
    return "\n".join(lines) + "\n"


def needs_table(lang: Lang) -> str:
    """Return the rules with the logs, and the columns beyond those that every such log has, without which they are not assessed."""
    titles = {rule.code: rule.summary.within(lang) for rule in catalogue.RULES}
    semicolon = Phrase("；", "; ").within(lang)
    lines = [RULES.within(lang), "|---|---|"]
    lines += [
        f"| [{code}](rules/{code}.md) {titles[code]} | {semicolon.join(_logs(logs, lang))} |"
        for code, logs in sorted(NEEDS.items())
    ]
    return "\n".join(lines) + "\n"


def _logs(logs: Mapping[Of, Columns], lang: Lang) -> Iterator[str]:
    colon, comma = Phrase("：", ": ").within(lang), Phrase("、", ", ").within(lang)
    for of, columns in logs.items():
        named = comma.join(OR.within(lang).join(f"`{one}`" for one in some) for some in columns)
        yield f"`{of}`{colon}{named}" if named else f"`{of}`"

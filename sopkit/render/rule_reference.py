"""The rule catalogue as Markdown pages for `docs/rules`: rules in, one page each and an index out, both languages on a page."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.render.rule_page import advice
from sopkit.text import Phrase

FAMILIES: Final = {
    "SOP0": Phrase("读取", "Reading"),
    "SOP1": Phrase("结构与引用", "Structure and references"),
    "SOP2": Phrase("流程", "Flow"),
    "SOP3": Phrase("时间与触达", "Time and touches"),
    "SOP4": Phrase("冲突", "Conflicts"),
    "SOP5": Phrase("同意与个人信息", "Consent and personal data"),
    "SOP6": Phrase("内容与促销", "Content and promotion"),
    "SOP7": Phrase("系统与同步", "Tools and sync"),
    "SOP8": Phrase("指标与对比测试", "KPIs and experiments"),
    "SOP9": Phrase("治理", "Governance"),
}
WEIGHTS: Final = {
    Severity.ERROR: Phrase("错误", "error"),
    Severity.WARNING: Phrase("警告", "warning"),
    Severity.NOTE: Phrase("提示", "note"),
}
BEFORE: Final = "Written automatically from the rules · 由规则自动生成"


def rule_markdown(rule: Rule) -> str:
    """Return the rule's page."""
    weight = WEIGHTS[rule.severity]
    lines = [f"# {rule.code} `{rule.name}`", "", f"{weight.zh} · {weight.en}", ""]
    for title, part in (
        (None, rule.summary),
        (Phrase("为何要紧", "Why it matters"), rule.why),
        (Phrase("怎么改", "What to do"), Phrase(advice(rule, "zh-CN"), advice(rule, "en"))),
    ):
        if not part.en:
            continue
        if title:
            lines += [f"## {title.zh} · {title.en}", ""]
        lines += [part.zh, "", part.en, ""]
    for title, text in (
        (
            (Phrase("会报这个问题", "Found here"), rule.bad),
            (Phrase("改好以后", "And mended"), rule.good),
        )
        if rule.bad
        else ()
    ):
        fence = "````" if "```" in text else "```"
        lines += [f"## {title.zh} · {title.en}", "", f"{fence}yaml", text.strip("\n"), fence, ""]
    return "\n".join([*lines, f"<sub>{BEFORE}</sub>", ""])


def rule_index(rules: Iterable[Rule]) -> str:
    """Return the index page: rules by family, each with its summary in both languages."""
    lines = ["# Rules · 规则", ""]
    for family, members in groupby(sorted(rules, key=lambda rule: rule.code), key=lambda rule: rule.code[:4]):
        title = FAMILIES[family]
        lines += [
            f"## {family}xx {title.zh} · {title.en}",
            "",
            "| code | rule | | what it finds · 发现什么 |",
            "|---|---|---|---|",
        ]
        for rule in members:
            summary = f"{rule.summary.en}<br>{rule.summary.zh}".replace("|", "\\|")
            lines.append(f"| [{rule.code}]({rule.code}.md) | `{rule.name}` | {WEIGHTS[rule.severity].en} | {summary} |")
        lines.append("")
    return "\n".join([*lines, f"<sub>{BEFORE}</sub>", ""])

"""Every rule of every stage in order of its code, and the analyses that later versions bring."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule
from sopkit.text import Phrase

RULES: Final[tuple[Rule, ...]] = ()

TO_COME: Final = (
    Phrase("触达次数上限", "caps on touches"),
    Phrase("时限能否做到", "whether deadlines can be met"),
    Phrase("流程冲突", "conflicts between playbooks"),
    Phrase("同意与个人信息", "consent and personal data"),
    Phrase("话术与促销", "content and promotions"),
    Phrase("工具与数据同步", "tools and syncs"),
    Phrase("指标与实验", "KPIs and experiments"),
)
"""What `check` says it doesn't check yet, in one line."""


def find(name: str) -> Rule | None:
    """Return the rule of that code, name or alias, in any case."""
    wanted = name.casefold()
    return next(
        (rule for rule in RULES if wanted in (one.casefold() for one in (rule.code, rule.name, *rule.aliases))), None
    )

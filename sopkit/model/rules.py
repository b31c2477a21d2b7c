"""Every rule of the model and of resolution, in order of its code."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule
from sopkit.model import rules_logs, rules_names, rules_settings, rules_values

RULES: Final[tuple[Rule, ...]] = tuple(
    sorted(
        (*rules_values.RULES, *rules_names.RULES, *rules_settings.RULES, *rules_logs.RULES), key=lambda rule: rule.code
    )
)

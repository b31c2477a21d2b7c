"""The rules about what `logs` says of columns and values."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.model.rules_settings import UNKNOWN_TIME_ZONE
from sopkit.model.rules_values import WORKSPACE
from sopkit.text import Phrase

LOGS: Final = WORKSPACE + "logs:\n  sent:\n    of: touches\n    file: logs/sent.csv\n"

UNKNOWN_LOG_FIELD: Final = Rule(
    code="SOP165",
    name="unknown-log-field",
    severity=Severity.ERROR,
    summary=Phrase("这种日志没有这一项", "a log of that kind has no such field"),
    message=Phrase("{of} 的日志没有 {name} 这一项", "a log of {of} has no `{name}`"),
    why=Phrase(
        "这一列不会被用到，写的人却以为它算进了审计。",
        "The column would not be used, though its author thinks that the audit looks at it.",
    ),
    fix=Phrase("可以写：{known}", "write {known}"),
    bad=LOGS + "    columns: {customer: 会员号, action: 操作}\n",
    good=LOGS + "    columns: {customer: 会员号, state: 操作}\n",
)
UNKNOWN_LOG_VALUE: Final = Rule(
    code="SOP166",
    name="unknown-log-value",
    severity=Severity.ERROR,
    summary=Phrase("日志的值对应了没有的编号", "a value of a log that is said to mean something that does not exist"),
    message=Phrase(
        "“{said}”写成了 {field} 的“{name}”，而没有这个编号",
        "`{said}` is said to mean the {field} `{name}`, which does not exist",
    ),
    why=Phrase(
        "这些行会被当作剧本之外的，结论就错了。",
        "Its rows would count as something that no playbook knows, and what is concluded would be wrong.",
    ),
    fix=Phrase("可以写：{known}", "write {known}"),
    bad=LOGS + "    values: {state: {已发送: send}}\n",
    good=LOGS + "    values: {state: {已发送: sent}}\n",
)

RULES: Final = (UNKNOWN_LOG_FIELD, UNKNOWN_LOG_VALUE)
BESIDE_THE_PLAN: Final = frozenset((*(rule.name for rule in RULES), UNKNOWN_TIME_ZONE.name))
"""What these find below `logs` is no part of any playbook: how its logs are read changes nothing of what a workspace plans."""

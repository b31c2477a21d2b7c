"""Every kind of change in order of its code, and the group that it is listed in: SOP950–SOP979, SOP995."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sopkit.diagnostics import Rule
from sopkit.diff import rules_customers, rules_promises, rules_staff
from sopkit.diff.kinds import Group

BY_GROUP: Final[Mapping[Group, tuple[Rule, ...]]] = {
    Group.CUSTOMERS: (*rules_customers.RULES, *rules_promises.CAPS),
    Group.STAFF: rules_staff.RULES,
    Group.PROOFS: rules_promises.PROOFS,
    Group.LAW: rules_promises.LAW_RULES,
}
RULES: Final = tuple(sorted((rule for rules in BY_GROUP.values() for rule in rules), key=lambda rule: rule.code))
GROUPS: Final[Mapping[str, Group]] = {rule.code: group for group, rules in BY_GROUP.items() for rule in rules}
"""Code → group."""

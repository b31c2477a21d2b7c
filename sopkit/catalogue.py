"""Every rule of every stage in order of its code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sopkit.diagnostics import Rule
from sopkit.diff.rules import RULES as OF_TWO_VERSIONS
from sopkit.law.rules import RULES as OF_THE_PACKS
from sopkit.model.rules import RULES as OF_THE_MODEL
from sopkit.own import OwnRules
from sopkit.own.rules import RULES as OF_OWN_RULES
from sopkit.reader.rules import RULES as OF_THE_READER
from sopkit.rules import RULES as OF_THE_ANALYSES
from sopkit.rules import touched, waivers
from sopkit.rules.practice import RULES as OF_PRACTICE
from sopkit.schema.rules import RULES as OF_THE_SCHEMA

RULES: Final[tuple[Rule, ...]] = (
    *OF_THE_READER, *OF_THE_SCHEMA, *OF_THE_MODEL,
    *sorted(
        (
            *OF_THE_ANALYSES, *waivers.RULES, *OF_THE_PACKS, *OF_OWN_RULES, *OF_TWO_VERSIONS, *touched.RULES, *OF_PRACTICE,
        ),
        key=lambda rule: rule.code,
    ),
)  # fmt: skip

BY_NAME: Final[Mapping[str, Rule]] = {
    name.casefold(): rule for rule in RULES for name in (rule.code, rule.name, *rule.aliases)
}
"""Code, name or alias of a rule, in lower case → the rule."""

CONTROLS: Final = frozenset(control for rule in RULES for control in rule.decides)
"""The rows of the catalogue of law that some rule decides, or a part of it."""


def by_name(own: OwnRules) -> Mapping[str, Rule]:
    """Return what `BY_NAME` holds, and the workspace's own rules by their codes, `own/` and an id."""
    return {**BY_NAME, **{one.rule.code: one.rule for one in own.rules}} if own.rules else BY_NAME


def find(name: str) -> Rule | None:
    """Return the rule of that code, name or alias, in any case."""
    return BY_NAME.get(name.casefold())

"""The subject of a rule goes in, `cap/weekly`; what people call it comes out."""

from __future__ import annotations

from typing import Final

from sopkit.render.audit.titles import called
from sopkit.render.marks import clean, ident
from sopkit.render.wording import limits
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

WORDS: Final = {"workspace": Phrase("整个工作区", "the whole workspace")}
QUIET: Final = Phrase("静默时段", "quiet hours")
PLAYBOOKS: Final = ("lifecycle", "automation", "procedure", "cadence")


def subject(of: str, names: Names) -> str:
    """Return the title of what an observation is about, else its id marked as one; a step with its playbook before it."""
    kind, _, name = of.partition("/")
    cap = next((one for one in names.workspace.settings.caps if one.id == name), None) if kind == "cap" else None
    if cap is not None:
        return limits.cap_title(cap, names)
    if of in WORDS:
        return WORDS[of].within(names.lang)
    if kind == "quiet_hours":
        return QUIET.within(names.lang)
    if kind == "budget":
        limit, _, owner = name.partition("/")
        return f"{subject(f'cap/{limit}', names)}{names.bracketed(limits.budget_owner(owner, names.workspace, names))}"
    if kind == "kpi":
        return names.title(names.workspace.kpis, name)
    if kind in PLAYBOOKS and "/" in name:
        playbook, _, _ = name.partition("/")
        return f"{names.title(names.playbooks, playbook)}{names.pick('：', ': ')}{names.step_at(name)}"
    return called(of, names) or ident(clean(of))

"""The subject of a rule goes in, `cap/weekly`; what people call it comes out."""

from __future__ import annotations

import re
from typing import Final

from sopkit.model.presets import LIMITS
from sopkit.render.audit.titles import called
from sopkit.render.marks import clean, ident
from sopkit.render.wording import limits
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

WORDS: Final = {"workspace": Phrase("整个工作区", "the whole workspace")}
QUIET: Final = Phrase("静默时段", "quiet hours")
NAMED: Final = re.compile(r"`?(?<![A-Za-z0-9_./-])([a-z][a-z0-9]*(?:[/-][a-z0-9]+)*)(?![A-Za-z0-9_/-])`?")
"""An id, or a path of ids, with its marks where it has any."""
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
    if kind in ("cap", "hours") and (said := _platform(kind, name, names)):
        return said
    if kind == "kpi":
        return names.title(names.workspace.kpis, name)
    if kind in PLAYBOOKS and "/" in name:
        playbook, _, _ = name.partition("/")
        return f"{names.title(names.playbooks, playbook)}{names.pick('：', ': ')}{names.step_apart(name)}"
    return called(of, names) or ident(clean(of))


def _platform(kind: str, name: str, names: Names) -> str:
    """Return what a platform's limit is called, or the channels that its hours are for; nothing where it is none of these."""
    if kind == "cap":
        return next((clean(one.title.within(names.lang)) for one in LIMITS if one.id == name), "")
    channels = names.workspace.channels
    return names.pick("、", ", ").join(names.title(channels, one.id) for one in channels.values() if one.preset == name)


def spoken(deed: str, names: Names) -> str:
    """Return what a row of a course says, short words and ids, with what people call these."""
    return NAMED.sub(
        lambda found: _title(found[1], names) or (ident(found[1]) if found[0].startswith("`") else found[0]), deed
    )


def _title(name: str, names: Names) -> str:
    head, _, rest = name.partition("/")
    if head in PLAYBOOKS and rest:
        return subject(name, names)
    if head in names.playbooks:
        playbook = names.title(names.playbooks, head)
        return f"{playbook}{names.pick('：', ': ')}{names.step_apart(name)}" if rest else playbook
    workspace = names.workspace
    nouns = (workspace.channels, workspace.consents, workspace.purposes)
    return next((names.title(each, name) for each in nouns if name in each), "")

"""Two versions of a workspace go in; the roles that must train and sign again, and what has changed for each, come out.

The law is that of editions (`editions.compare`); only what a change can reach is told over, since two whole surveys take far longer
than two checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from sopkit.frozen import dataclass
from sopkit.model.documents import Workspace
from sopkit.render.editions import CHAPTERS, Changes, Record, compare, roles_of, steps_of
from sopkit.render.manual.book import plan
from sopkit.resources import BUILTIN
from sopkit.text import Phrase
from sopkit.tree import Forest, Value

Key = tuple[str, str]
"""Kind or namespace, and id."""

MOST_NAMES: Final = 300
"""So many ids that changed are looked for; beyond that everything is told over."""
MOST_NAMED: Final = 3
PLAYBOOKS: Final = frozenset({"lifecycle", "automation", "cadence", "procedure"})
OF_ONE_PLACE: Final = frozenset(
    {
        "kind", "id", "title", "owner", "review_by", "summary", "caps", "quiet_hours", "enforce", "one_at_a_time", "budgets", "waive",
        "logs",
    }
)  # fmt: skip
"""Settings that no step's card tells of; chapters of rules do, and these are told over in any case."""
UNIMPORTANT: Final = date(2000, 1, 1)
"""Of no consequence: what is compared has no day in it."""


@dataclass(frozen=True, slots=True)
class Version:
    workspace: Workspace
    forest: Forest


def retraining(old: Version, new: Version) -> dict[str, Phrase]:
    """Return what has changed for each role that must train and sign again."""
    before, now = _declared(old.forest), _declared(new.forest)
    reached = _reached(before, now)
    if before == now:
        return {}
    changes = compare(*(_record(one.workspace, reached) for one in (old, new)))
    return {role: _what(changes.of_role(role)) for role in changes.roles}


def _record(workspace: Workspace, reached: frozenset[str] | None) -> Record:
    """Return the steps that a change can reach, and what binds each role by all playbooks: chapters of rules speak of the whole."""
    return Record("", "", UNIMPORTANT, steps_of(plan(_part(workspace, reached))), roles_of(plan(workspace)))


def _declared(forest: Forest) -> dict[Key, Value]:
    """Return what each document, noun and setting says, wherever it stands."""
    found: dict[Key, Value] = {}
    for tree in forest.trees:
        if not isinstance(tree.value, dict) or tree.source.path.startswith(BUILTIN):
            continue
        kind = str(tree.value.get("kind"))
        if kind == "catalog":
            sections = ((name, nouns) for name, nouns in tree.value.items() if isinstance(nouns, dict))
            found |= {(name, id_): noun for name, nouns in sections for id_, noun in nouns.items()}
        elif kind == "workspace":
            found |= {(kind, name): value for name, value in tree.value.items()}
        else:
            found[kind, str(tree.value.get("id"))] = tree.value
    return found


def _reached(before: Mapping[Key, Value], now: Mapping[Key, Value]) -> frozenset[str] | None:
    """Return the ids of playbooks that a change can reach; None: all of them."""
    changed = {
        key for key in before.keys() | now.keys() if before.get(key) != now.get(key) or (key in before) != (key in now)
    }
    if any(kind == "workspace" and name not in OF_ONE_PLACE for kind, name in changed):
        return None
    names = {name for kind, name in changed if kind != "workspace"}
    both = [*before.items(), *now.items()]
    nouns = {key: f"{before.get(key)!s} {now.get(key)!s}" for key, _ in both if key[0] not in PLAYBOOKS | {"workspace"}}
    fresh = names
    while fresh and len(names) <= MOST_NAMES:
        naming = _naming(fresh)
        fresh = {key[1] for key, text in nouns.items() if key[1] not in names and naming.search(text)}
        names |= fresh
    if len(names) > MOST_NAMES:
        return None
    naming = _naming(names)
    return frozenset(
        key[1]
        for key, value in both
        if key[0] in PLAYBOOKS and (key in changed or (names and naming.search(str(value))))
    )


def _naming(names: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of these ids in a text."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(names)))})(?![\w-])")


def _part(workspace: Workspace, ids: frozenset[str] | None) -> Workspace:
    if ids is None:
        return workspace
    return replace(
        workspace,
        journeys={id_: one for id_, one in workspace.journeys.items() if id_ in ids},
        cadences={id_: one for id_, one in workspace.cadences.items() if id_ in ids},
        procedures={id_: one for id_, one in workspace.procedures.items() if id_ in ids},
    )


def _what(changes: Changes) -> Phrase:
    paths = sorted({*changes.new, *changes.changed, *changes.removed})
    zh, en = [], []
    if changes.joined:
        zh.append("岗位刚开始有工作")
        en.append("the role has work for the first time")
    if paths:
        named = paths[:MOST_NAMED]
        more = len(paths) - MOST_NAMED
        zh.append(f"步骤 {'、'.join(named)}" + (f" 等 {len(paths)} 步" if more > 0 else ""))
        en.append(f"steps {', '.join(named)}" + (f" and {more} more" if more > 0 else ""))
    for anchors in changes.chapters.values():
        zh.append("章节" + "、".join(f"“{CHAPTERS[one].zh}”" for one in anchors))
        en.append("chapters " + ", ".join(f"“{CHAPTERS[one].en}”" for one in anchors))
    return Phrase("；".join(zh), "; ".join(en))

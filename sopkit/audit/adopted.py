"""A case goes in; the same case comes out with the built-in nouns that its playbooks use taken for the workspace's own.

A check leaves built-in nouns alone, since nobody can mend them in the workspace. An audit may not: what the playbooks rest on is
judged, whoever wrote it down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeVar

from sopkit.diagnostics import Finding
from sopkit.graph import ExecutionGraph
from sopkit.model.nouns import Noun
from sopkit.model.values import Ref
from sopkit.resources import BUILTIN
from sopkit.rules import consent_sensitive, content, papers, personal, promotions, sharing
from sopkit.rules.case import Case

N = TypeVar("N", bound=Noun)
FAMILIES: Final = (personal, sharing, content, promotions, papers, consent_sensitive)
"""Modules of rules that leave built-in nouns alone."""
PLAYBOOKS: Final = frozenset(
    ("lifecycle", "automation", "procedure", "cadence", "issue", "sync", "kpi", "segment", "script", "trigger")
)


def adopt(case: Case) -> Case:
    """Return the case in which no noun that a playbook uses counts as built-in."""
    old = case.workspace
    graph = case.graph
    channels, events = _own(graph, "channel", old.channels), _own(graph, "event", old.events)
    data, purposes = _own(graph, "data", old.data), _own(graph, "purpose", old.purposes)
    asked = (ref for one in events.values() if not one.builtin for ref in (*one.asks, *one.gives))
    consents = _own(graph, "consent", old.consents, asked)
    shown = [ref for one in events.values() if not one.builtin for ref in one.shows]
    shown += [one.notice for one in consents.values() if not one.builtin and one.notice]
    standing: list[Ref] = [one.tool for one in channels.values() if not one.builtin and one.tool]
    standing += [one.tool for one in events.values() if not one.builtin and one.tool]
    standing += [one.record for one in data.values() if not one.builtin and one.record]
    workspace = replace(
        old,
        channels=channels,
        events=events,
        data=data,
        purposes=purposes,
        consents=consents,
        notices=_own(graph, "notice", old.notices, shown),
        tools=_own(graph, "tool", old.tools, standing),
        scripts=_own(graph, "script", old.scripts),
        offers=_own(graph, "offer", old.offers),
    )
    return replace(case, workspace=workspace)  # its steps and what was asked of its conditions are the same


def _own(graph: ExecutionGraph, kind: str, nouns: Mapping[str, N], named: Iterable[Ref] = ()) -> Mapping[str, N]:
    names = {ref.id for ref in named}
    return {
        name: replace(noun, builtin=False)
        if noun.builtin and (name in names or _is_used(graph, f"{kind}/{name}"))
        else noun
        for name, noun in nouns.items()
    }


def _is_used(graph: ExecutionGraph, node: str) -> bool:
    ends = (
        *(edge.target for edge in graph.leaving.get(node, ())),
        *(edge.source for edge in graph.arriving.get(node, ())),
    )
    return any(end.partition("/")[0] in PLAYBOOKS for end in ends)


def found_in_catalogue(adopted: Case) -> Iterator[Finding]:
    """Yield what the rules find in the built-in nouns that the playbooks use."""
    for family in FAMILIES:
        for one in family.check(adopted):
            if (
                isinstance(one, Finding)
                and one.span.path.startswith(BUILTIN)
                and adopted.law.applies(*one.rule.decides)
            ):
                yield one
